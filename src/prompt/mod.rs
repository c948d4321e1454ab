//! From a task to the messages of a request, and from a reply's text to an answer.

pub mod answer;
pub mod template;
pub mod wrap;
