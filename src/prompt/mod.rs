//! From a task to the messages of a request, and from a reply's text to an answer.

pub mod answer;
pub mod conversation;
pub mod correction;
pub mod examples;
mod file;
mod llm_interactive;
mod names;
mod notices;
mod parts;
mod render;
pub mod template;
pub mod wrap;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
