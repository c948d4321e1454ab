//! Where a text may be cut: between characters as a reader sees them, and better between words, sentences or paragraphs.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::ops::RangeInclusive;

use unicode_segmentation::{Graphemes, USentenceBoundIndices, UWordBoundIndices, UnicodeSegmentation};

/// The places where a text may be cut, from its beginning to its end, of which only those at hand are kept: a long text has
/// many.
pub(super) struct Borders<'a> {
    /// What was not looked at so far.
    characters: Graphemes<'a>,
    words: Peekable<UWordBoundIndices<'a>>,
    sentences: Peekable<USentenceBoundIndices<'a>>,
    /// The line breaks since the last character that is none.
    breaks: usize,
    /// Never empty.
    known: VecDeque<Border>,
}

/// A place where a text may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Border {
    pub(super) byte: usize,
    /// The code points before it.
    pub(super) point: usize,
    kind: Kind,
}

/// What ends at a border; the later the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Character,
    Word,
    /// Behind white space.
    Space,
    Sentence,
    Paragraph,
}

/// So many line breaks end a paragraph.
const BLANK_LINE: usize = 2;

impl<'a> Borders<'a> {
    /// Begins with the border before the text.
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            characters: text.graphemes(true),
            words: text.split_word_bound_indices().peekable(),
            sentences: text.split_sentence_bound_indices().peekable(),
            breaks: 0,
            known: VecDeque::from([Border { byte: 0, point: 0, kind: Kind::Paragraph }]),
        }
    }

    /// Reads on until there are borders with more code points before them, or no further ones.
    pub(super) fn read_beyond(&mut self, point: usize) {
        while self.last().point <= point
            && let Some(character) = self.characters.next()
        {
            let next = self.behind(character);
            self.known.push_back(next);
        }
    }

    /// Forgets the borders before this one.
    pub(super) fn forget(&mut self, border: Border) {
        while self.known.front().is_some_and(|first| first.point < border.point) {
            self.known.pop_front();
        }
    }

    /// Returns the last border that was read.
    pub(super) fn last(&self) -> Border {
        self.known[self.known.len() - 1]
    }

    /// Returns the last of the best borders that lie between two numbers of code points, if there are any.
    pub(super) fn best(&self, points: RangeInclusive<usize>) -> Option<Border> {
        let start = self.known.partition_point(|border| border.point < *points.start());
        let end = self.known.partition_point(|border| border.point <= *points.end());
        self.known.range(start..end.max(start)).max_by_key(|border| border.kind).copied()
    }

    /// Returns the last of the best borders that lie between two numbers of code points, if there are any that cut no word.
    pub(super) fn between_words(&self, points: RangeInclusive<usize>) -> Option<Border> {
        self.best(points).filter(|border| Kind::Space <= border.kind)
    }

    /// Returns the first border with more code points before it, or the last of all.
    pub(super) fn beyond(&self, point: usize) -> Border {
        let at = self.known.partition_point(|border| border.point <= point);
        self.known.get(at).copied().unwrap_or(self.last())
    }

    /// Returns the last border with at most so many code points before it, or the first that is known.
    pub(super) fn until(&self, point: usize) -> Border {
        let at = self.known.partition_point(|border| border.point <= point);
        self.known[at.saturating_sub(1)]
    }

    /// Returns the border behind the character that follows the last one.
    fn behind(&mut self, character: &str) -> Border {
        let Border { byte, point, .. } = self.last();
        let byte = byte + character.len();
        let is_word = is_next(&mut self.words, byte);
        let is_space = character.trim().is_empty();
        self.breaks = match character {
            "\n" | "\r\n" | "\r" => self.breaks + 1,
            "\u{2029}" => BLANK_LINE,
            _ if is_space => self.breaks,
            _ => 0,
        };
        let kind = match is_next(&mut self.sentences, byte) {
            _ if BLANK_LINE <= self.breaks => Kind::Paragraph,
            true => Kind::Sentence,
            false if is_space => Kind::Space,
            false if is_word => Kind::Word,
            false => Kind::Character,
        };
        Border { byte, point: point + character.chars().count(), kind }
    }
}

/// Returns whether a part begins at a byte, and passes over those up to it.
fn is_next<'a>(parts: &mut Peekable<impl Iterator<Item = (usize, &'a str)>>, byte: usize) -> bool {
    while parts.next_if(|(start, _)| *start < byte).is_some() {}
    parts.next_if(|(start, _)| *start == byte).is_some()
}
