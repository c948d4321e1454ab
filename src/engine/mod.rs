//! A concurrent map from a [`Source`](ports::Source) to a [`Sink`](ports::Sink): pull, annotate, collect, deliver.
//!
//! It knows tasks and predictions and nothing about models.

mod collector;
pub mod event;
pub mod ports;
pub mod run;
#[cfg(test)]
mod tests;
