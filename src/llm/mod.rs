//! Language models: our own words for a request and its answer, and one dialect a provider.
//!
//! **Invariant:** a provider translates and judges; only [`client`] sends, through the one transport.

pub mod budget;
pub mod chat;
pub mod client;
pub mod estimate;
pub mod forecast;
pub mod judge;
pub mod ladder;
pub mod memory;
pub mod price;
pub mod problem;
pub mod provider;
pub mod refusal;
pub mod repair;
