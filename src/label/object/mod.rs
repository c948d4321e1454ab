//! Object tags: what a task shows, and what it gives to a prompt. One tag a file, one row in [`KINDS`].

use std::fmt::Debug;
use std::sync::Arc;

use super::config::ConfigError;
use super::task::Task;

/// What an object tag gives to a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    /// Addresses of images: `http(s)` URLs, data URLs, or whatever else the task holds.
    Images(Vec<String>),
    /// A conversation.
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

    /// Returns the field of the task's data it shows, as written after `$`; `None` for constant text.
    fn field(&self) -> Option<&str>;

    /// Returns what it shows for this task; the error says which field is missing or of the wrong kind.
    fn content(&self, task: &Task) -> Result<Content, String>;
}

/// A row of the table of object tags.
pub struct Kind {
    /// The tag's name as Label Studio writes it.
    pub tag: &'static str,
    /// Reads the tag from the labeling config.
    pub parse: fn(&roxmltree::Node<'_, '_>) -> Result<Arc<dyn Object>, ConfigError>,
}

/// The object tags this tool reads.
pub const KINDS: &[Kind] = &[];
