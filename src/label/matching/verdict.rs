//! What a part of a reply has to say.

use std::collections::BTreeSet;

/// What one way of answering says in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It names this label, by its position in the list of labels.
    Label(usize),
    /// It is there, but names no label, or several: whatever else the reply holds is not believed.
    Nothing,
    /// The reply does not answer in this way.
    Silent,
}

impl Verdict {
    /// Returns what all of several answers say, if it is the same.
    pub(super) fn of_all(answers: impl IntoIterator<Item = Option<usize>>) -> Self {
        let named: BTreeSet<Option<usize>> = answers.into_iter().collect();
        match (named.first(), named.len()) {
            (None, _) => Self::Silent,
            (Some(&Some(label)), 1) => Self::Label(label),
            _ => Self::Nothing,
        }
    }

    /// Returns whether the reply does not answer in this way.
    pub(super) fn is_silent(self) -> bool {
        self == Self::Silent
    }

    /// Returns the label, if it is one.
    pub(super) fn label(self) -> Option<usize> {
        match self {
            Self::Label(label) => Some(label),
            Self::Nothing | Self::Silent => None,
        }
    }
}
