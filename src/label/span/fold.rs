//! Text in the form in which two spellings of the same words are equal, with a map back to its bytes.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::label::html::UNSEEN;

/// A text in folded form: pieces that each stand for one or more whole characters, as a reader sees them.
///
/// **Invariant:** pieces are in order, none is empty, and none shares a byte of the source with another. A piece is what
/// one grapheme cluster folds to, or a single space for a run of white space; a cluster that folds to nothing has none.
pub(super) struct Folded<'a> {
    source: &'a str,
    text: String,
    pieces: Vec<Piece>,
}

/// Where a piece starts in the folded text, and what it stands for in the source; in bytes.
struct Piece {
    start: usize,
    source: Range<usize>,
}

impl<'a> Folded<'a> {
    /// Folds a text: compatibility form (NFKC and NFKD alike), case, white space and typography do not count.
    ///
    /// Folding each grapheme cluster for itself is sound, since no normalization form reorders across their borders.
    pub(super) fn new(source: &'a str) -> Self {
        let mut folded = Self::empty(source);
        folded.text.reserve(source.len());
        let mut end = 0;
        while let Some(cluster) = first_cluster(&source[end..]) {
            let range = end..end + cluster.len();
            end = range.end;
            match cluster.as_bytes() {
                [byte] if byte.is_ascii_graphic() => {
                    folded.push(
                        typewritten(char::from(*byte).to_ascii_lowercase()).encode_utf8(&mut [0; 4]),
                        range,
                    );
                }
                _ if is_blank(cluster) => folded.push_space(range),
                _ => {
                    let after_digit = folded.text.ends_with(char::is_numeric);
                    folded.push(&fold(cluster, after_digit), range);
                }
            }
        }
        folded
    }

    /// Returns a view of a source to which nothing has been added yet.
    pub(super) fn empty(source: &'a str) -> Self {
        Self { source, text: String::new(), pieces: Vec::new() }
    }

    /// Adds a piece for this range of the source, unless there is nothing to add.
    pub(super) fn push(&mut self, folded: &str, source: Range<usize>) {
        if !folded.is_empty() {
            self.pieces.push(Piece { start: self.text.len(), source });
            self.text.push_str(folded);
        }
    }

    /// Adds white space, to what is there already if the last piece is white space too.
    pub(super) fn push_space(&mut self, source: Range<usize>) {
        match self.pieces.last_mut() {
            Some(last) if &self.text[last.start..] == " " => last.source.end = source.end,
            _ => self.push(" ", source),
        }
    }

    /// Returns the text that was folded.
    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// Returns how many pieces there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Returns whether two texts are equal in folded form.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// Returns pieces without the white space at either end.
    pub(super) fn trimmed(&self, pieces: Range<usize>) -> Range<usize> {
        let is_word = |&at: &usize| self.piece(at) != " ";
        let start = pieces.clone().find(is_word).unwrap_or(pieces.end);
        let end = (start..pieces.end).rfind(is_word).map_or(start, |last| last + 1);
        start..end
    }

    /// Returns one piece in folded form; nothing past the end.
    pub(super) fn piece(&self, at: usize) -> &str {
        self.folded(at..at + 1)
    }

    /// Returns pieces in folded form; those past the end are none.
    pub(super) fn folded(&self, pieces: Range<usize>) -> &str {
        &self.text[self.offset(pieces.start)..self.offset(pieces.end)]
    }

    /// Returns where pieces stand in the source, in bytes.
    pub(super) fn place(&self, pieces: Range<usize>) -> Range<usize> {
        match self.pieces.get(pieces) {
            Some([first, .., last]) => first.source.start..last.source.end,
            Some([only]) => only.source.clone(),
            Some([]) | None => self.source.len()..self.source.len(),
        }
    }

    /// Returns pieces as they are written in the source.
    pub(super) fn written(&self, pieces: Range<usize>) -> &'a str {
        &self.source[self.place(pieces)]
    }

    /// Returns the first character of a piece, which the rest of it only modifies; `None` past the end.
    pub(super) fn base(&self, at: usize) -> Option<char> {
        self.piece(at).chars().next()
    }

    /// Returns the pieces of a range of bytes of the folded text, if it cuts none.
    pub(super) fn pieces(&self, bytes: Range<usize>) -> Option<Range<usize>> {
        let position = |offset: usize| match self.pieces.binary_search_by_key(&offset, |piece| piece.start) {
            Ok(at) => Some(at),
            Err(_) => (offset == self.text.len()).then_some(self.len()),
        };
        Some(position(bytes.start)?..position(bytes.end)?)
    }

    /// Returns where a piece starts in the folded text, in bytes; its end for pieces past the end.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.pieces.get(at).map_or(self.text.len(), |piece| piece.start)
    }
}

/// Returns the first grapheme cluster of a text that starts with one.
fn first_cluster(text: &str) -> Option<&str> {
    // Most text is ASCII, of which nothing but a line break is more than one character; that is much faster to see.
    match text.as_bytes() {
        [b'\r', ..] => text.graphemes(true).next(),
        [only] if only.is_ascii() => Some(text),
        [first, second, ..] if first.is_ascii() && second.is_ascii() => Some(&text[..1]),
        _ => text.graphemes(true).next(),
    }
}

fn is_blank(cluster: &str) -> bool {
    cluster.chars().any(char::is_whitespace)
        && cluster.chars().all(|character| character.is_whitespace() || is_ignorable(character))
}

/// Returns a cluster in folded form.
fn fold(cluster: &str, after_digit: bool) -> String {
    // 10² is not 102.
    if after_digit && cluster.starts_with(is_small_digit) {
        return cluster.to_owned();
    }
    let plain = cluster.chars().map(typewritten).nfkd();
    // Lower, upper, lower: it takes all three for ẞ, ß and SS to meet, and for the dotless ı to become i.
    let folded: String = plain
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkd()
        .map(typewritten)
        .filter(|&character| !is_ignorable(character) && !is_optional_mark(character))
        .collect();
    // What is left of the capital İ, that has its dot for being an i.
    match folded.strip_prefix("i\u{307}") {
        Some(rest) => format!("i{rest}"),
        None => folded,
    }
}

/// Returns the character of a typewriter for one of typography; any other as it is.
fn typewritten(character: char) -> char {
    match character {
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '〝' | '〞' | '〟' => '"',
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '`' | '´' | 'ʼ' => '\'',
        '‐'..='―' | '−' | '⁃' => '-',
        '⁄' => '/',
        _ => character,
    }
}

/// Returns whether a character is a digit or fraction that stands above, below or within a line.
pub(super) fn is_small_digit(character: char) -> bool {
    matches!(character,
        '²' | '³' | '¹' | '¼'..='¾' | '\u{2070}'..='\u{2089}' | '\u{2150}'..='\u{215F}' | '\u{2189}'
        | '\u{2460}'..='\u{249B}')
}

/// Returns whether a character shows nothing: soft hyphen, zero width, direction, choice of glyph, what a page hides; and
/// the tatweel, that only stretches an Arabic word.
///
/// The tags of flags show nothing either, but tell England from Scotland.
fn is_ignorable(character: char) -> bool {
    matches!(character,
        UNSEEN | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{640}' | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Returns whether a character is a vowel mark of Hebrew or Arabic, which a writer may as well leave out.
fn is_optional_mark(character: char) -> bool {
    matches!(character,
        '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
        | '\u{64B}'..='\u{652}' | '\u{670}')
}
