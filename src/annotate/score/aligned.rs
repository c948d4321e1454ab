//! A text and the tokens it was made of, side by side.

use std::ops::Range;

use crate::llm::chat::{Token, Wording};

/// A text that was found in what its tokens spell.
///
/// Servers take wrappers such as code fences and thoughts off a text, and leave their tokens in the list.
#[derive(Debug)]
pub(super) struct Aligned<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// What the tokens spell.
    spelled: String,
    /// Where each token begins in `spelled`, in bytes.
    starts: Vec<usize>,
    /// Where the text begins in `spelled`, in bytes.
    offset: usize,
}

impl<'a> Aligned<'a> {
    /// Finds a text in its tokens; where they spell it several times, the last one is the answer.
    pub(super) fn new(wording: &'a Wording) -> Option<Self> {
        let text = wording.text.trim();
        let mut bytes = Vec::new();
        let mut starts = Vec::with_capacity(wording.tokens.len());
        for token in &wording.tokens {
            starts.push(bytes.len());
            bytes.extend_from_slice(&token.chosen.bytes);
        }
        // Half a character is nothing that a text could hold.
        let spelled = String::from_utf8(bytes).ok()?;
        let offset = spelled.rfind(text).filter(|_| !text.is_empty())?;
        Some(Self { text, tokens: &wording.tokens, spelled, starts, offset })
    }

    /// Returns the text, without white space around it.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Returns where a part of the text is in what the tokens spell, both in bytes.
    pub(super) fn spelled_at(&self, part: &Range<usize>) -> Range<usize> {
        part.start + self.offset..part.end + self.offset
    }

    /// Returns a part of what the tokens spell, as far as it goes.
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        let end = range.end.min(self.spelled.len());
        self.spelled.as_bytes().get(range.start.min(end)..end).unwrap_or_default()
    }

    /// Returns the tokens from the one that holds this byte, each with where it begins.
    pub(super) fn tokens_from(&self, byte: usize) -> impl Iterator<Item = (usize, &'a Token)> {
        // Of several tokens that begin here all but the last are empty.
        let first = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        self.starts[first..].iter().copied().zip(&self.tokens[first..])
    }
}
