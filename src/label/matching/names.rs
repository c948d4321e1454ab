//! What labels are called, in every form that a text is compared with.

use super::{clean, words};

/// The names of all labels that a text may mean; each is folded once, for a reply may have hundreds of lines.
#[derive(Debug, Clone)]
pub(in crate::label) struct Names {
    pub(super) labels: Vec<Name>,
}

/// What one label is called.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) value: Form,
    pub(super) alias: Option<Form>,
}

/// One name of a label.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) written: String,
    pub(super) folded: String,
    pub(super) squashed: String,
    /// As they occur in a sentence.
    pub(super) words: Vec<String>,
}

impl Names {
    /// Takes the value of each label, and its alias where it has one.
    pub(in crate::label) fn new<'a>(labels: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let name = |(value, alias): (&str, Option<&str>)| Name {
            value: Form::new(value),
            alias: alias.map(Form::new),
        };
        Self { labels: labels.into_iter().map(name).collect() }
    }

    pub(in crate::label) fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

impl Name {
    pub(super) fn forms(&self) -> impl Iterator<Item = &Form> {
        std::iter::once(&self.value).chain(&self.alias)
    }
}

impl Form {
    fn new(written: &str) -> Self {
        let folded = clean::fold(written);
        Self {
            squashed: clean::squash(&folded),
            words: words::plain_words(written),
            folded,
            written: written.to_owned(),
        }
    }
}
