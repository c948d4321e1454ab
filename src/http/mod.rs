//! The one place that paces, sends, judges and retries HTTP requests.

mod client;
mod fault;
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

pub use client::client;
pub use fault::address;
