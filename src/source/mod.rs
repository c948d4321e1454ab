//! Where tasks come from. One origin a file.
//!
//! **Invariant:** a source never holds all its tasks, and gives each task once.

mod csv;
pub mod file;
mod format;
mod json;
mod jsonl;
pub mod peeked;
pub mod selection;
mod shape;
pub mod studio;
#[cfg(test)]
mod tests;
mod utf8;

use format::Format;

/// The file formats tasks are read from.
pub const SOURCES: &[Format] = &[json::FORMAT, jsonl::FORMAT, csv::CSV, csv::TSV];
