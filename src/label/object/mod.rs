//! Object tags: what a task shows, and what it gives to a prompt. One tag a file, one row in [`KINDS`].

mod chat;
mod hypertext;
mod image;
mod list;
mod paragraphs;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Debug;
use std::sync::Arc;

pub(super) use source::Source;

use super::task::Task;

/// What an object tag gives to a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    /// Addresses of images: `http(s)` URLs, data URLs, or whatever else the task holds; never empty.
    Images(Vec<String>),
    /// A conversation; never empty.
    Turns(Vec<Turn>),
}

/// One utterance of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who speaks; empty where the data does not say.
    pub speaker: String,
    pub text: String,
}

/// One object tag.
pub trait Object: Debug + Send + Sync {
    /// Returns the tag's name, which controls refer to by `toName`.
    fn name(&self) -> &str;

    /// Returns the field of the task's data it shows, as written after `$`; `None` for text around or without fields.
    fn field(&self) -> Option<&str>;

    /// Returns what it shows for this task; the error says which field is missing or of the wrong kind.
    fn content(&self, task: &Task) -> Result<Content, String>;

    /// Returns what is shown, for the model version: tag, name, value and what decides how it is read.
    fn canonical(&self) -> String;
}

/// A row of the table of object tags.
pub struct Kind {
    /// The tag's name as Label Studio writes it.
    pub tag: &'static str,
    /// Reads the tag from the labeling config; fails with the reason, to follow the tag's name.
    pub parse: Parse,
}

/// Parses a tag of this name.
pub type Parse = fn(&roxmltree::Node<'_, '_>, &str) -> Result<Arc<dyn Object>, String>;

/// The object tags this tool reads.
pub const KINDS: &[Kind] = &[
    Kind { tag: "Text", parse: text::parse },
    Kind { tag: "HyperText", parse: hypertext::parse },
    Kind { tag: "Paragraphs", parse: paragraphs::parse },
    Kind { tag: "Chat", parse: chat::parse },
    Kind { tag: "Image", parse: image::parse },
    Kind { tag: "List", parse: list::parse },
    Kind { tag: "Table", parse: table::parse },
];
