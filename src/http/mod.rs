//! The one place that paces, sends, judges and retries HTTP requests.

mod client;
mod fault;
mod guard;
pub mod judge;
pub mod pace;
pub mod retry;
pub mod secret;
pub mod share;
pub mod stop;
#[cfg(test)]
mod tests;
pub mod transport;
pub mod words;

pub use client::{client, foreign_client};
pub use fault::address;
pub use guard::{Forbidden, Hosts, check_host};
