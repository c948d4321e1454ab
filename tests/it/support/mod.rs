//! Servers that run inside the test itself, and the program that is tested against them.

pub(crate) mod api;
pub(crate) mod canned;
pub(crate) mod gate;
pub(crate) mod host;
pub(crate) mod llm;
pub(crate) mod program;
pub(crate) mod story;
pub(crate) mod studio;
