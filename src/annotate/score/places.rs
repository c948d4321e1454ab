//! Where the texts and numbers of an answer stand in what the model wrote.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Deserializer, Value};

/// Where a text or number stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// In bytes of the text, without quotes.
    pub range: Range<usize>,
    pub style: Style,
}

/// How it is written, which says how it may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Between double quotes, with JSON's escapes.
    Quoted,
    /// As a number in JSON.
    Number,
    /// As a reply that is nothing but the label.
    Bare,
}

/// Places by JSON Pointer (RFC 6901).
pub(super) type Places = HashMap<String, Place>;

/// How many braces of a reply are tried for the beginning of the answer: talk before it rarely has any.
const MOST_TRIED: usize = 16;

/// What may stand around a label that is the whole reply, beside white space.
pub(super) const MARKS: &[char] = &['*', '_', '`', '"', '\'', '.', '!'];

/// Returns the places of an answer in the text it was read from; `None` where it does not stand there word for word, for
/// then it was mended.
pub(super) fn of(text: &str, answer: &Value) -> Option<Places> {
    let braces = text.match_indices('{').map(|(at, _)| at).take(MOST_TRIED);
    let begin = std::iter::once(0).chain(braces).find(|&at| {
        let mut values = Deserializer::from_str(&text[at..]).into_iter::<Value>();
        values.next().is_some_and(|value| value.is_ok_and(|value| value == *answer))
    })?;
    let mut scanner =
        Scanner { bytes: text.as_bytes(), at: begin, pointer: String::new(), places: Places::new() };
    scanner.value()?;
    Some(scanner.places)
}

/// Returns the place of the label that a reply in plain text is, without the marks around it.
pub(super) fn of_reply(text: &str) -> Places {
    let is_around = |letter: char| letter.is_whitespace() || MARKS.contains(&letter);
    let rest = text.trim_start_matches(is_around);
    let start = text.len() - rest.len();
    let label = rest.trim_end_matches(is_around);
    Places::from([(String::new(), Place { range: start..start + label.len(), style: Style::Bare })])
}

/// Returns the step of a JSON Pointer to the field of this name.
pub(super) fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Goes through JSON that was read before, and so is valid.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where it is.
    pointer: String,
    places: Places,
}

impl Scanner<'_> {
    fn value(&mut self) -> Option<()> {
        match self.next()? {
            b'{' => self.entries(|scanner| {
                scanner.next()?;
                let key = scanner.string()?;
                let key: String = serde_json::from_slice(scanner.bytes.get(key.start - 1..=key.end)?).ok()?;
                scanner.next()?;
                scanner.at += 1;
                Some(step(&key))
            }),
            b'[' => {
                let mut count = 0_usize..;
                self.entries(|_| count.next().map(|index| format!("/{index}")))
            }
            b'"' => {
                let range = self.string()?;
                self.keep(range, Style::Quoted);
                Some(())
            }
            _ => {
                let start = self.at;
                let rest = self.bytes.get(start..)?;
                let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
                self.at += rest.iter().position(is_end).unwrap_or(rest.len());
                self.keep(start..self.at, Style::Number);
                Some(())
            }
        }
    }

    /// Goes through an array or object; `step` reads up to the value of an entry, and returns what leads there.
    fn entries(&mut self, mut step: impl FnMut(&mut Self) -> Option<String>) -> Option<()> {
        self.at += 1;
        loop {
            match self.next()? {
                b'}' | b']' => {
                    self.at += 1;
                    return Some(());
                }
                b',' => self.at += 1,
                _ => {
                    let length = self.pointer.len();
                    let step = step(self)?;
                    self.pointer.push_str(&step);
                    self.value()?;
                    self.pointer.truncate(length);
                }
            }
        }
    }

    /// Returns the next byte that is no white space, and stays before it.
    fn next(&mut self) -> Option<u8> {
        let rest = self.bytes.get(self.at..)?;
        self.at += rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        self.bytes.get(self.at).copied()
    }

    /// Goes over a string; returns where its content is.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.bytes.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        Some(start..end)
    }

    /// Of a field that is there twice the last one counts.
    fn keep(&mut self, range: Range<usize>, style: Style) {
        self.places.insert(self.pointer.clone(), Place { range, style });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Expects what stands at each pointer, as it is written.
    #[track_caller]
    fn check(text: &str, answer: &Value, expect: Option<&[(&str, &str)]>) {
        let found = of(text, answer).map(|places| {
            let mut found: Vec<(String, String)> =
                places.into_iter().map(|(pointer, place)| (pointer, text[place.range].to_owned())).collect();
            found.sort();
            found
        });
        let expect = expect.map(|pairs| {
            let owned = pairs.iter().map(|(pointer, written)| ((*pointer).to_owned(), (*written).to_owned()));
            owned.collect::<Vec<_>>()
        });
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn every_text_and_number_has_its_pointer() {
        let answer = json!({"a": "x\"\u{e9}", "b": [4, {"c/d": "y"}, []], "e~": {}, "é": null});
        let text = r#" {"a" : "x\"\u00e9","b":[4 ,{"c/d":"y"}, [ ]], "e~":{}, "é":null}"#;
        check(
            text,
            &answer,
            Some(&[("/a", "x\\\"\\u00e9"), ("/b/0", "4"), ("/b/1/c~1d", "y"), ("/é", "null")]),
        );
        check("\"yes\"", &json!("yes"), Some(&[("", "yes")]));
        check("4", &json!(4), Some(&[("", "4")]));
        check("[\"a\",\"b\"]", &json!(["a", "b"]), Some(&[("/0", "a"), ("/1", "b")]));
    }

    #[test]
    fn the_answer_is_found_behind_talk_and_nothing_is_found_where_it_was_mended() {
        let answer = json!({"a": "x"});
        check("So {it} is: ```json\n{\"a\": \"x\"}\n```", &answer, Some(&[("/a", "x")]));
        check("{} {\"a\":\"y\"} {\"a\":\"x\"} {\"a\":\"x\"}", &answer, Some(&[("/a", "x")]));
        check("{\"a\": \"y\", \"a\": \"x\"}", &answer, Some(&[("/a", "x")]));
        check("{'a': 'x'}", &answer, None);
        check("{\"a\": \"x\",}", &answer, None);
        check(&"{".repeat(50_000), &answer, None);
    }

    #[test]
    fn a_reply_is_the_label_without_the_marks_around_it() {
        let check = |reply: &str, expect: &str| {
            assert_eq!(&reply[of_reply(reply)[""].range.clone()], expect, "{reply}");
        };
        check("positive", "positive");
        check(" \n**Very positive!**\n", "Very positive");
        check("\"é.\"", "é");
        check(" ** ", "");
    }
}
