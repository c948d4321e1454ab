//! One task to one prediction: ask, read, build regions.

pub mod annotator;
pub mod contact;
pub mod fingerprint;
pub mod keyword;
mod reading;
