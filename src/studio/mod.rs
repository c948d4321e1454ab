//! Label Studio's REST API, as far as this tool needs it.
//!
//! **Invariant:** the key goes to the address it was given for and nowhere else, and no error shows a key, a query or
//! a user name out of an address.

pub mod address;
pub mod auth;
pub mod client;
pub mod error;
#[cfg(test)]
pub(crate) mod fake;
pub mod files;
mod patience;
pub mod predictions;
pub mod project;
pub mod query;
pub mod tasks;
#[cfg(test)]
mod tests;
pub mod upload;
pub mod view;
