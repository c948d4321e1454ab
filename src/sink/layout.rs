//! What a file format is to a sink: the text around and between predictions.

use crate::label::prediction::Labeled;

/// A file format that holds predictions.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// In lower case, without the dot.
    pub extensions: &'static [&'static str],
    /// Takes the names of the controls that may be filled.
    pub(super) layout: fn(&[String]) -> Box<dyn Layout>,
}

/// How predictions become text; nothing in here writes.
pub(super) trait Layout: Send + Sync {
    /// Returns what comes before everything; called once, with the first prediction if there is any.
    fn head(&mut self, first: Option<&Labeled>) -> Vec<u8>;

    /// Returns one prediction, with whatever ends it, in any order and any company.
    fn item(&mut self, labeled: &Labeled) -> Vec<u8>;

    /// Returns what is the same in every file.
    fn punctuation(&self) -> Punctuation {
        Punctuation::default()
    }
}

/// What stands around items.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Punctuation {
    pub(super) before_first: &'static str,
    pub(super) between: &'static str,
    /// After everything; shorter than any item with what is before it.
    pub(super) close: &'static str,
}

impl Punctuation {
    /// Returns what stands before an item that has this many before it.
    pub(super) fn before(self, items: usize) -> &'static str {
        if items == 0 { self.before_first } else { self.between }
    }
}
