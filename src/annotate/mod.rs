//! One task to one prediction: ask, read, build regions; what was asked before is not paid for again.

pub mod annotator;
mod asking;
pub mod contact;
pub mod fingerprint;
pub mod keyword;
mod ledger;
mod reading;
pub mod shared;
#[cfg(test)]
mod tests;
