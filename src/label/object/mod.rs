//! Object tags: what a task shows, and what it gives to a prompt. One tag a file, one row in [`KINDS`].

mod chat;
mod hypertext;
mod image;
mod kept;
mod list;
mod paragraphs;
mod pdf;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod timeseries;

use std::fmt::Debug;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::json;

pub(super) use source::Source;

use super::path::Path;
use super::pieces::Piece;
use super::task::Task;

/// What an object tag gives to a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    /// Addresses of images: `http(s)` URLs, data URLs, or whatever else the task holds; never empty.
    Images(Vec<String>),
    /// The address of a PDF file, as the task holds it.
    Document(String),
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

/// One thing of a list, which a control puts in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As Label Studio writes it: a number is text.
    pub id: String,
    /// Empty where the data has none.
    pub title: String,
}

/// A text in which spans are counted: the characters the editor counts, no more and no less. Those of a page that nobody
/// sees are `html::UNSEEN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub text: String,
}

/// One object tag.
pub trait Object: Debug + Send + Sync {
    /// Returns the name of the tag, as Label Studio writes it.
    fn tag(&self) -> &'static str;

    /// Returns the tag's name, which controls refer to by `toName`.
    fn name(&self) -> &str;

    /// Returns the field of the task's data it shows, as written after `$`; `None` for text around or without fields.
    fn field(&self) -> Option<&str>;

    /// Returns the field that holds an address of what is shown, in place of that itself. Whoever asks for
    /// [`content`](Self::content) puts the text that is there in that field's place first.
    fn address(&self) -> Option<&Path> {
        None
    }

    /// Returns whether it shows files, whatever a task has ([`Content::is_file`]).
    fn shows_files(&self) -> bool;

    /// Returns what it shows for this task; the error says which field is missing or of the wrong kind.
    fn content(&self, task: &Task) -> Result<Content, String>;

    /// Returns the things of a list, whose ids all differ; fails like [`Object::content`], and for what is no list.
    fn entries(&self, task: &Task) -> Result<Vec<Entry>, String> {
        let _ = task;
        Err(format!("`{}` is no list", self.name()))
    }

    /// Returns the texts in which spans are counted: one of a text, one a turn of a dialogue, in the order in which the
    /// editor numbers them, and several of a page, which it counts through.
    ///
    /// Fails like [`Object::content`], and for objects that show no text to mark.
    fn passages(&self, task: &Task) -> Result<Vec<Passage>, String>;

    /// Returns what a reader sees of its passages, where that is not [`Object::content`]; fails like that.
    fn reading(&self, task: &Task) -> Result<Option<String>, String> {
        let _ = task;
        Ok(None)
    }

    /// Returns what its field may hold instead so that it shows one part after the other, each of at most so many code
    /// points; a single part where it shows no more, or cannot show less.
    ///
    /// Fails like [`Object::passages`], and for objects that cannot show a part.
    fn pieces(&self, task: &Task, most: usize) -> Result<Vec<Piece>, String> {
        let _ = (task, most);
        Err(format!("`{}` cannot be shown in pieces", self.tag()))
    }

    /// Returns what is shown, for the model version: tag, name, value and what decides how it is read.
    fn canonical(&self) -> String;
}

/// What all object tags have in common.
#[derive(Debug)]
struct Head {
    /// The tag's name as Label Studio writes it.
    tag: &'static str,
    name: String,
    source: Source,
}

/// What an object tag adds to its head; all the rest of an [`Object`] follows from that.
trait Shows: Debug + Send + Sync {
    fn head(&self) -> &Head;

    fn show(&self, task: &Task) -> Result<Content, String>;

    /// Returns whether that is files.
    fn shows_files(&self) -> bool {
        false
    }

    /// Returns the things of a list; fails for a tag that shows none.
    fn list(&self, task: &Task) -> Result<Vec<Entry>, String> {
        let _ = task;
        Err(format!("`{}` is no list", self.head().tag))
    }

    /// Returns the texts in which spans are counted; fails for a tag that shows no text to mark.
    fn mark(&self, task: &Task) -> Result<Vec<Passage>, String> {
        let _ = task;
        Err(format!("`{}` has no text to mark", self.head().tag))
    }

    /// Returns what a reader sees, for [`Object::reading`].
    fn read(&self, task: &Task) -> Result<Option<String>, String> {
        let _ = task;
        Ok(None)
    }

    /// Returns the parts of what is shown; fails for a tag that cannot show a part.
    fn cut(&self, task: &Task, most: usize) -> Result<Vec<Piece>, String> {
        let _ = (task, most);
        Err(format!("`{}` cannot be shown in pieces", self.head().tag))
    }

    /// Returns the field for [`Object::address`].
    fn address(&self) -> Option<&Path> {
        None
    }

    /// Returns what else decides how the value is read.
    fn details(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// A row of the table of object tags.
pub struct Kind {
    /// The tag's name as Label Studio writes it.
    pub tag: &'static str,
    /// Reads the tag from the labeling config; fails with the reason, to follow the tag's name.
    pub parse: Parse,
}

/// Parses a tag of this name.
pub type Parse = fn(&Node<'_, '_>, &str) -> Result<Arc<dyn Object>, String>;

/// The object tags this tool reads.
pub const KINDS: &[Kind] = &[
    Kind { tag: "Text", parse: text::parse },
    Kind { tag: "HyperText", parse: hypertext::parse },
    Kind { tag: "Paragraphs", parse: paragraphs::parse },
    Kind { tag: "Chat", parse: chat::parse },
    Kind { tag: "Image", parse: image::parse },
    Kind { tag: "Pdf", parse: pdf::parse },
    Kind { tag: "List", parse: list::parse },
    Kind { tag: "Table", parse: table::parse },
    Kind { tag: "TimeSeries", parse: timeseries::parse },
];

impl Content {
    /// Returns whether it is kept in files, which a message holds as parts of their own.
    pub fn is_file(&self) -> bool {
        match self {
            Self::Images(_) | Self::Document(_) => true,
            Self::Text(_) | Self::Turns(_) => false,
        }
    }
}

impl Head {
    /// Reads a tag whose `value` says what it shows.
    fn of(tag: &'static str, node: &Node<'_, '_>, name: &str) -> Result<Self, String> {
        Ok(Self { tag, name: name.to_owned(), source: Source::of(node)? })
    }
}

impl<T: Shows> Object for T {
    fn tag(&self) -> &'static str {
        self.head().tag
    }

    fn name(&self) -> &str {
        &self.head().name
    }

    fn field(&self) -> Option<&str> {
        self.head().source.field().map(Path::as_str)
    }

    fn address(&self) -> Option<&Path> {
        Shows::address(self)
    }

    fn shows_files(&self) -> bool {
        Shows::shows_files(self)
    }

    fn content(&self, task: &Task) -> Result<Content, String> {
        self.show(task)
    }

    fn entries(&self, task: &Task) -> Result<Vec<Entry>, String> {
        self.list(task)
    }

    fn passages(&self, task: &Task) -> Result<Vec<Passage>, String> {
        self.mark(task)
    }

    fn reading(&self, task: &Task) -> Result<Option<String>, String> {
        self.read(task)
    }

    fn pieces(&self, task: &Task, most: usize) -> Result<Vec<Piece>, String> {
        self.cut(task, most)
    }

    fn canonical(&self) -> String {
        let Head { tag, name, source } = self.head();
        let mut parts = vec![*tag, name];
        let source = source.canonical();
        parts.push(&source);
        parts.extend(self.details());
        json!(parts).to_string()
    }
}
