//! Where a text may be cut: between characters as a reader sees them, and better between words, sentences or paragraphs.

use std::ops::RangeInclusive;

use unicode_segmentation::UnicodeSegmentation;

/// All places where a text may be cut, from its beginning to its end.
#[derive(Debug)]
pub(super) struct Borders(Vec<Border>);

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

impl Borders {
    pub(super) fn of(text: &str) -> Self {
        let mut words = text.split_word_bound_indices().map(|(byte, _)| byte).peekable();
        let mut sentences = text.split_sentence_bound_indices().map(|(byte, _)| byte).peekable();
        let mut borders = vec![Border { byte: 0, point: 0, kind: Kind::Paragraph }];
        let (mut byte, mut point, mut breaks) = (0, 0, 0);
        for character in text.graphemes(true) {
            byte += character.len();
            point += character.chars().count();
            let is_word = is_next(&mut words, byte);
            let is_space = character.trim().is_empty();
            breaks = match character {
                "\n" | "\r\n" | "\r" => breaks + 1,
                "\u{2029}" => BLANK_LINE,
                _ if is_space => breaks,
                _ => 0,
            };
            let kind = match is_next(&mut sentences, byte) {
                _ if BLANK_LINE <= breaks => Kind::Paragraph,
                true => Kind::Sentence,
                false if is_space => Kind::Space,
                false if is_word => Kind::Word,
                false => Kind::Character,
            };
            borders.push(Border { byte, point, kind });
        }
        Self(borders)
    }

    pub(super) fn first(&self) -> Border {
        self.0[0]
    }

    pub(super) fn last(&self) -> Border {
        self.0[self.0.len() - 1]
    }

    /// Returns the last of the best borders that lie between two numbers of code points, if there are any.
    pub(super) fn best(&self, points: RangeInclusive<usize>) -> Option<Border> {
        let start = self.0.partition_point(|border| border.point < *points.start());
        let end = self.0.partition_point(|border| border.point <= *points.end());
        self.0.get(start..end)?.iter().max_by_key(|border| border.kind).copied()
    }

    /// Returns the last of the best borders that lie between two numbers of code points, if there are any that cut no word.
    pub(super) fn between_words(&self, points: RangeInclusive<usize>) -> Option<Border> {
        self.best(points).filter(|border| Kind::Space <= border.kind)
    }

    /// Returns the first border with at least so many code points before it, or the last of all.
    pub(super) fn from(&self, point: usize) -> Border {
        let at = self.0.partition_point(|border| border.point < point);
        self.0.get(at).copied().unwrap_or(self.last())
    }

    /// Returns the last border with at most so many code points before it.
    pub(super) fn until(&self, point: usize) -> Border {
        let at = self.0.partition_point(|border| border.point <= point);
        self.0[at.saturating_sub(1)]
    }
}

/// Returns whether a byte is among the next ones of an ascending list, and passes over those up to it.
fn is_next(bytes: &mut std::iter::Peekable<impl Iterator<Item = usize>>, byte: usize) -> bool {
    while bytes.next_if(|next| *next < byte).is_some() {}
    bytes.next_if_eq(&byte).is_some()
}
