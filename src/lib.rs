//! Labels the tasks of a Label Studio project with a language model.

pub mod annotate;
pub mod engine;
pub mod http;
pub mod label;
pub mod llm;
pub mod progress;
pub mod prompt;
pub mod sink;
pub mod source;
pub mod studio;
