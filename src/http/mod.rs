//! The one place that paces, sends, judges and retries HTTP requests.

mod client;
pub mod pace;
pub mod retry;
pub mod secret;
pub mod stop;
pub mod transport;

pub use client::client;
