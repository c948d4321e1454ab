//! One task to one prediction: ask, read, build regions; what was asked before is not paid for again.

pub mod annotator;
mod answers;
pub mod contact;
mod fetching;
pub mod fingerprint;
mod inquiry;
pub mod keyword;
pub mod pieces;
mod question;
mod reading;
mod records;
pub mod score;
pub mod shared;
#[cfg(test)]
mod tests;
