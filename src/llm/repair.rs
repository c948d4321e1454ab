//! Finds where a JSON value in a text ends, and mends what cannot be meant otherwise.
//!
//! Mended: a comma before a closing bracket, comments, keys without quotes, strings in single or typographic quotes,
//! full-width colons and commas between them, Python's `True`, `False` and `None`, line breaks and other control
//! characters inside strings, backslashes that begin no escape, half surrogate pairs, and numbers that JSON has not
//! (`NaN`, `Infinity`) or nobody can count (`1e999`), which become `null` as JavaScript writes them. Not mended: whatever
//! is missing.

use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::Value;

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// A value at the start of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// In bytes of the text.
    pub length: usize,
    /// JSON, as far as mending can make it.
    pub json: String,
}

/// Why no end was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unended {
    /// The text ends first.
    CutOff,
    TooDeep,
}

/// Reads the body of a reply as JSON, mended where it must be: what was paid for is not lost to bytes that are no UTF-8,
/// half a surrogate pair or something before and after it.
pub fn read(body: &[u8]) -> Result<Value, serde_json::Error> {
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches(|letter: char| letter == '\u{feff}' || letter.is_whitespace());
    let mended = if text.starts_with(['{', '[']) { mend(text).ok() } else { None };
    // Several objects are a stream, of which the first is no answer.
    let mended = mended.filter(|mended| !text[mended.length..].trim_start().starts_with(['{', '[']));
    let value = mended.and_then(|mended| serde_json::from_str(&mended.json).ok());
    value.map_or_else(|| serde_json::from_str(text), Ok)
}

/// Walks the object or array that the text begins with, as it must, up to its closing bracket.
pub fn mend(text: &str) -> Result<Mended, Unended> {
    let letters = text.char_indices().peekable();
    let mut walker = Walker { text, letters, json: String::new(), open: Vec::new() };
    while let Some((at, letter)) = walker.letters.next() {
        match letter {
            '"' => walker.string(&['"'])?,
            '\'' if walker.expects_value() => walker.string(&['\''])?,
            '“' | '”' | '„' if walker.expects_value() => walker.string(&['”', '“'])?,
            '‘' | '’' if walker.expects_value() => walker.string(&['’', '‘'])?,
            '{' | '[' if walker.open.len() == DEEPEST => return Err(Unended::TooDeep),
            '{' | '[' => {
                walker.open.push(letter);
                walker.json.push(letter);
            }
            '}' | ']' => {
                walker.drop_last(',');
                walker.json.push(letter);
                walker.open.pop();
                if walker.open.is_empty() {
                    return Ok(Mended { length: at + 1, json: walker.json });
                }
            }
            '0'..='9' => walker.number(at),
            '：' => walker.json.push(':'),
            '，' => walker.json.push(','),
            '/' => walker.slash()?,
            _ if letter.is_alphabetic() => walker.word(at),
            _ => walker.json.push(letter),
        }
    }
    Err(Unended::CutOff)
}

struct Walker<'a> {
    text: &'a str,
    letters: Peekable<CharIndices<'a>>,
    json: String,
    /// The brackets that are open, the outermost first.
    open: Vec<char>,
}

impl<'a> Walker<'a> {
    /// Returns whether a key or value may begin here.
    fn expects_value(&self) -> bool {
        self.json.trim_end().ends_with(['{', '[', ',', ':'])
    }

    /// Returns whether a word that was read up to here is a key.
    fn is_key(&self) -> bool {
        let expects_key = self.open.last() == Some(&'{') && self.json.trim_end().ends_with(['{', ',']);
        let end = self.letters.clone().next().map_or(self.text.len(), |(at, _)| at);
        expects_key && self.text[end..].trim_start().starts_with([':', '：'])
    }

    /// Leaves out a comment whose first slash was read; any other slash is copied.
    fn slash(&mut self) -> Result<(), Unended> {
        match self.letters.peek() {
            Some((_, '/')) => while self.letters.next_if(|(_, letter)| *letter != '\n').is_some() {},
            Some(&(at, '*')) => {
                let length = self.text[at + 1..].find("*/").ok_or(Unended::CutOff)?;
                let end = at + 1 + length + "*/".len();
                while self.letters.next_if(|(at, _)| *at < end).is_some() {}
            }
            _ => self.json.push('/'),
        }
        Ok(())
    }

    fn drop_last(&mut self, sign: char) {
        let json = self.json.trim_end();
        if let Some(rest) = json.strip_suffix(sign) {
            self.json.truncate(rest.len());
        }
    }

    /// Copies a number whose first digit was read; its minus was copied before.
    fn number(&mut self, start: usize) {
        let number = self
            .rest(start, |letter| letter.is_ascii_digit() || matches!(letter, '.' | 'e' | 'E' | '+' | '-'));
        if number.parse().is_ok_and(f64::is_infinite) {
            self.drop_last('-');
            self.json.push_str("null");
        } else {
            self.json.push_str(number);
        }
    }

    fn word(&mut self, start: usize) {
        let word = self.rest(start, |letter| letter.is_alphanumeric() || letter == '_');
        if self.is_key() {
            self.json.extend(["\"", word, "\""]);
            return;
        }
        if word == "Infinity" {
            self.drop_last('-');
        }
        self.json.push_str(match word {
            "True" => "true",
            "False" => "false",
            "None" | "NaN" | "Infinity" => "null",
            _ => word,
        });
    }

    /// Returns what began at this byte, with all that follows and belongs to it.
    fn rest(&mut self, start: usize, belongs: impl Fn(char) -> bool) -> &'a str {
        while self.letters.next_if(|(_, letter)| belongs(*letter)).is_some() {}
        let end = self.letters.peek().map_or(self.text.len(), |(at, _)| *at);
        &self.text[start..end]
    }

    /// Copies a string whose opening quote was read, up to any of the closing ones.
    fn string(&mut self, closing: &[char]) -> Result<(), Unended> {
        self.json.push('"');
        while let Some((_, letter)) = self.letters.next() {
            match letter {
                _ if closing.contains(&letter) => {
                    self.json.push('"');
                    return Ok(());
                }
                '\\' => self.escape()?,
                '"' => self.json.push_str("\\\""),
                '\n' => self.json.push_str("\\n"),
                '\r' => self.json.push_str("\\r"),
                '\t' => self.json.push_str("\\t"),
                '\0'..'\u{20}' => self.unit(u32::from(letter)),
                _ => self.json.push(letter),
            }
        }
        Err(Unended::CutOff)
    }

    /// Copies an escape whose backslash was read.
    fn escape(&mut self) -> Result<(), Unended> {
        let (at, letter) = self.letters.next().ok_or(Unended::CutOff)?;
        match letter {
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => self.json.extend(['\\', letter]),
            '\'' => self.json.push('\''),
            'u' => self.unicode_escape(at + 1),
            '\0'..'\u{20}' => self.unit(u32::from(letter)),
            _ => self.json.extend(['\\', '\\', letter]),
        }
        Ok(())
    }

    /// Copies `\uXXXX`, both halves of a pair at once, and the replacement character for a lonely half.
    fn unicode_escape(&mut self, digits_at: usize) {
        match read_unit(self.text, digits_at) {
            Some(high @ 0xD800..0xDC00) => {
                let second = digits_at + 4;
                let low = self.text[second..]
                    .starts_with("\\u")
                    .then(|| read_unit(self.text, second + 2))
                    .flatten();
                if let Some(low @ 0xDC00..0xE000) = low {
                    self.unit(high);
                    self.unit(low);
                    self.skip(4 + 6);
                } else {
                    self.json.push('\u{fffd}');
                    self.skip(4);
                }
            }
            Some(0xDC00..0xE000) => {
                self.json.push('\u{fffd}');
                self.skip(4);
            }
            Some(unit) => {
                self.unit(unit);
                self.skip(4);
            }
            None => self.json.push_str("\\\\u"),
        }
    }

    /// Writes a UTF-16 unit as an escape.
    fn unit(&mut self, unit: u32) {
        self.json.push_str("\\u");
        for shift in [12, 8, 4, 0] {
            self.json.extend(char::from_digit(unit >> shift & 0xF, 16));
        }
    }

    fn skip(&mut self, letters: usize) {
        for _ in 0..letters {
            self.letters.next();
        }
    }
}

/// Reads four hexadecimal digits.
fn read_unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}
