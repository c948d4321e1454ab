//! From a task to the messages of a request, and from a reply's text to an answer.

pub mod answer;
pub mod correction;
mod file;
mod llm_interactive;
mod names;
mod parts;
mod render;
pub mod template;
pub mod wrap;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
