//! The texts of which a model may write one, and how far what it wrote goes along with each.

use std::collections::HashSet;

use super::places::Style;

/// The texts that may be chosen.
#[derive(Debug)]
pub(super) struct Spelling {
    texts: Vec<String>,
    /// Whether `A` counts as `a`: where no two texts differ in that alone.
    folds: bool,
}

/// How far a text goes along with what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It is another text.
    Other,
    /// A part of it was written.
    Begun,
    /// All of it was written, and nothing after it.
    Whole,
    /// All of it was written, and then something that begins with this byte.
    Past(u8),
}

impl Spelling {
    pub(super) fn new(texts: Vec<String>) -> Self {
        let mut seen = HashSet::new();
        let folds = texts.iter().all(|text| seen.insert(text.to_ascii_lowercase()));
        Self { texts, folds }
    }

    /// Returns the positions of all texts.
    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.texts.len()).collect()
    }

    /// Returns the position of the text that was written.
    pub(super) fn written(&self, written: &[u8], style: Style) -> Option<usize> {
        let is_written = |text: &String| self.fit(text, written, style) == Fit::Whole;
        self.texts.iter().position(is_written)
    }

    /// Returns which of some texts can still be what is written, or were written and ended.
    pub(super) fn open(&self, of: &[usize], written: &[u8], style: Style) -> Vec<usize> {
        let is_open = |at: &usize| match self.fit(&self.texts[*at], written, style) {
            Fit::Other => false,
            Fit::Begun | Fit::Whole => true,
            Fit::Past(next) => ends(next, style),
        };
        of.iter().copied().filter(is_open).collect()
    }

    fn fit(&self, text: &str, written: &[u8], style: Style) -> Fit {
        let mut rest = written;
        for letter in text.chars() {
            let length = match (rest.first(), style) {
                (None, _) => return Fit::Begun,
                (Some(b'"'), Style::Quoted) => None,
                (Some(b'\\'), Style::Quoted) => {
                    let mut escapes = escapes(letter).into_iter();
                    escapes.find(|escape| self.goes_along(rest, escape.as_bytes())).map(|escape| escape.len())
                }
                _ => {
                    let mut bytes = [0; 4];
                    let plain = letter.encode_utf8(&mut bytes).as_bytes();
                    self.goes_along(rest, plain).then_some(plain.len())
                }
            };
            let Some(length) = length else { return Fit::Other };
            let Some(after) = rest.get(length..) else { return Fit::Begun };
            rest = after;
        }
        rest.first().map_or(Fit::Whole, |next| Fit::Past(*next))
    }

    /// Returns whether what was written begins with a letter, or is the beginning of it.
    fn goes_along(&self, written: &[u8], letter: &[u8]) -> bool {
        let length = written.len().min(letter.len());
        let (written, letter) = (&written[..length], &letter[..length]);
        if self.folds { written.eq_ignore_ascii_case(letter) } else { written == letter }
    }
}

/// Returns whether a text that is followed by this byte is at its end.
fn ends(next: u8, style: Style) -> bool {
    match style {
        Style::Quoted => next == b'"',
        Style::Number => next.is_ascii_whitespace() || matches!(next, b',' | b']' | b'}'),
        Style::Bare => next.is_ascii() && !next.is_ascii_alphanumeric(),
    }
}

/// Returns the ways to write a letter with a backslash in JSON (RFC 8259, section 7).
fn escapes(letter: char) -> Vec<String> {
    let short = match letter {
        '"' | '\\' | '/' => Some(letter),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        _ => None,
    };
    let mut units = [0; 2];
    let long = letter.encode_utf16(&mut units).iter().flat_map(|unit| {
        let upper = format!("\\u{unit:04X}");
        upper.chars().collect::<Vec<_>>()
    });
    let long: String = long.collect();
    let lower = long.to_ascii_lowercase();
    short.map(|short| format!("\\{short}")).into_iter().chain([lower, long]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, written: &[u8], style: Style, expect: Fit) {
        let spelling = Spelling::new(vec![text.to_owned()]);
        assert_eq!(spelling.fit(text, written, style), expect, "{text} {written:?}");
    }

    #[test]
    fn a_text_is_followed_byte_by_byte_in_every_spelling() {
        use Fit::{Begun, Other, Past, Whole};
        let check =
            |text: &str, written: &str, expect| check(text, written.as_bytes(), Style::Quoted, expect);
        check("neg", "", Begun);
        check("neg", "ne", Begun);
        check("neg", "NEG", Whole);
        check("neg", "neg\"}", Past(b'"'));
        check("neg", "negative", Past(b'a'));
        check("neg", "nag", Other);
        check("é", "\\", Begun);
        check("é", "\\u00", Begun);
        check("é", "\\u00E9", Whole);
        check("é", "\\u00e8", Other);
        check("😀!", "\\ud83d\\ude", Begun);
        check("😀!", "\\uD83D\\uDE00!\"", Past(b'"'));
        check("a\"b", "a\\\"b", Whole);
        check("a\"b", "a\"b", Other);
        check("a/b\n", "a\\/b\\n", Whole);
        check("a/b\n", "a/b\\u000a", Whole);
        check("", "\"", Past(b'"'));
    }

    #[test]
    fn half_a_character_is_a_beginning() {
        check("é", &[0xc3], Style::Quoted, Fit::Begun);
        check("é", &[0xc3, 0xa9], Style::Bare, Fit::Whole);
        check("é", &[0xc3, 0xa8], Style::Bare, Fit::Other);
        check("a\\", b"a\\", Style::Bare, Fit::Whole);
    }

    #[test]
    fn a_letters_case_counts_only_where_it_tells_texts_apart() {
        let check = |texts: &[&str], written: &str, expect: Option<usize>| {
            let spelling = Spelling::new(texts.iter().map(|text| (*text).to_owned()).collect());
            assert_eq!(spelling.written(written.as_bytes(), Style::Bare), expect, "{texts:?} {written}");
        };
        check(&["us", "them"], "US", Some(0));
        check(&["us", "US"], "US", Some(1));
        check(&["us", "US"], "Us", None);
    }

    #[test]
    fn each_style_ends_in_its_own_way() {
        let check = |style, written: &str, expect: &[usize]| {
            let spelling = Spelling::new(["1", "10"].map(str::to_owned).to_vec());
            assert_eq!(
                spelling.open(&spelling.all(), written.as_bytes(), style),
                expect,
                "{style:?} {written}"
            );
        };
        check(Style::Quoted, "1", &[0, 1]);
        check(Style::Quoted, "1\"", &[0]);
        check(Style::Quoted, "1 ", &[]);
        check(Style::Number, "1}", &[0]);
        check(Style::Number, "1.0", &[]);
        check(Style::Number, "10\n", &[1]);
        check(Style::Bare, "1.", &[0]);
        check(Style::Bare, "1st", &[]);
    }
}
