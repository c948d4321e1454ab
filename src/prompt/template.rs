//! `{field}` templates: which braces are placeholders, and what a task's data gives for them.
//!
//! Reading a template, from left to right:
//!
//! - `{{` is a literal `{`.
//! - `{NAME}` is a placeholder where NAME, without white space around it, begins with a letter, `_` or `$`, stays on
//!   its line, and has none of the characters that tell JSON and program code from names (``"':,;|\/<>=()` ``); or
//!   where NAME is, letter for letter, a field of the task.
//! - Any other `{` is literal, and so is the `}` that closes it: `{"a": {"b": 1}}`, `{}`, `{ }` and `\d{4}` stay.
//! - `}}` is a literal `}` where it closes a `{{` or nothing at all. A single `}` is always literal.
//! - `<labels>` is `{labels}`, unless the template holds a `</labels>` too.
//!
//! So a doubled brace and plain JSON can stand side by side. What is put in for a placeholder is never read again.

use serde_json::{Map, Value};

use crate::label::path::{Lookup, Path};

/// Letters that no placeholder's name has, unless it is a field to the letter.
const NOT_IN_NAMES: &str = "\"':,;|\\/<>=()`";

/// The other spelling of `{labels}`.
const LABELS_TAG: &str = "<labels>";

/// A template, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub segments: Vec<Segment>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Literal(String),
    Placeholder(Placeholder),
}

/// A name in braces, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    pub name: String,
    /// In bytes of the template's text, braces included.
    pub start: usize,
    pub end: usize,
}

/// Where something stands in a text, for people: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Template {
    /// Takes a text apart; every text is a template. `fields` are the names that count whatever their letters.
    pub fn parse(text: &str, fields: &Map<String, Value>) -> Self {
        let labels_tag = !text.contains("</labels>");
        let mut scanner =
            Scanner { text, at: 0, literal: String::new(), segments: Vec::new(), open: Vec::new() };
        while let Some(found) = text[scanner.at..].find(['{', '}', '<']) {
            scanner.take(found);
            let rest = &text[scanner.at..];
            match rest.as_bytes()[0] {
                b'{' => match placeholder_name(rest, fields) {
                    Some((name, length)) => scanner.placeholder(name, length),
                    None => scanner.opening_brace(),
                },
                b'}' => scanner.closing_brace(),
                _ if labels_tag && rest.starts_with(LABELS_TAG) => {
                    scanner.placeholder("labels", LABELS_TAG.len());
                }
                _ => scanner.take(1),
            }
        }
        scanner.take(text.len() - scanner.at);
        scanner.end_literal();
        Self { segments: scanner.segments }
    }
}

impl Position {
    /// Returns the position of a byte of the text.
    pub fn of(text: &str, byte: usize) -> Self {
        let before = &text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

/// Finds what a name leads to: a field of this very name, even one that is no path, or a path through lists and objects.
pub(super) fn lookup<'a>(data: &'a Map<String, Value>, name: &str) -> Lookup<'a> {
    match data.get(name) {
        Some(value) => Lookup::Found(value),
        None => Path::parse(name).map_or(Lookup::Unknown, |path| path.lookup(data)),
    }
}

/// Returns a value as a prompt shows it; `None` for null.
pub(super) fn value_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => Some(
            values
                .iter()
                .map(Value::as_str)
                .collect::<Option<Vec<_>>>()
                .map_or_else(|| value.to_string(), |lines| lines.join("\n")),
        ),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// A literal brace that was opened.
#[derive(Debug, Clone, Copy)]
enum Brace {
    Single,
    Double,
}

struct Scanner<'a> {
    text: &'a str,
    /// The next byte to read.
    at: usize,
    literal: String,
    segments: Vec<Segment>,
    open: Vec<Brace>,
}

impl Scanner<'_> {
    /// Takes this many bytes as they are.
    fn take(&mut self, length: usize) {
        self.literal.push_str(&self.text[self.at..self.at + length]);
        self.at += length;
    }

    fn end_literal(&mut self) {
        if !self.literal.is_empty() {
            self.segments.push(Segment::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn placeholder(&mut self, name: &str, length: usize) {
        self.end_literal();
        let (start, end) = (self.at, self.at + length);
        self.segments.push(Segment::Placeholder(Placeholder { name: name.to_owned(), start, end }));
        self.at = end;
    }

    fn opening_brace(&mut self) {
        self.take(1);
        if self.text[self.at..].starts_with('{') {
            self.at += 1;
            self.open.push(Brace::Double);
        } else {
            self.open.push(Brace::Single);
        }
    }

    fn closing_brace(&mut self) {
        self.take(1);
        let doubled = self.text[self.at..].starts_with('}');
        match self.open.last() {
            Some(Brace::Single) => drop(self.open.pop()),
            Some(Brace::Double) if doubled => {
                self.at += 1;
                self.open.pop();
            }
            None if doubled => self.at += 1,
            Some(Brace::Double) | None => {}
        }
    }
}

/// Returns the name of the placeholder that a text begins with, and its length in bytes with the braces.
fn placeholder_name<'a>(text: &'a str, fields: &Map<String, Value>) -> Option<(&'a str, usize)> {
    let inside = &text[1..];
    let end = inside.find(['{', '}', '\n'])?;
    if !inside[end..].starts_with('}') {
        return None;
    }
    let (exact, trimmed) = (&inside[..end], inside[..end].trim());
    let name = if fields.contains_key(exact) {
        exact
    } else if is_name(trimmed) || fields.contains_key(trimmed) {
        trimmed
    } else {
        return None;
    };
    Some((name, end + 2))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '$'))
        && !text.contains(|letter: char| NOT_IN_NAMES.contains(letter) || letter.is_control())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            other => panic!("not an object: {other}"),
        }
    }

    /// Shows a template with its placeholders in angle brackets.
    fn shown(text: &str) -> String {
        let fields = object(json!({"Q1: topic": "", "2nd": "", "label": "", " pad ": ""}));
        let segments = Template::parse(text, &fields).segments;
        segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(literal) => literal.clone(),
                Segment::Placeholder(placeholder) => format!("⟨{}⟩", placeholder.name),
            })
            .collect()
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(shown(text), expect, "{text}");
    }

    #[test]
    fn names_in_braces_are_placeholders() {
        check("Is {text} rude?", "Is ⟨text⟩ rude?");
        check("{a.b} {a[0]} {a[b].c}", "⟨a.b⟩ ⟨a[0]⟩ ⟨a[b].c⟩");
        check("{first name}{über-größe}{文本}{_x}{$text}", "⟨first name⟩⟨über-größe⟩⟨文本⟩⟨_x⟩⟨$text⟩");
        check("{ text }", "⟨text⟩");
        check("{labels.my choice}", "⟨labels.my choice⟩");
        check("${price}", "$⟨price⟩");
        check("{text!r}", "⟨text!r⟩");
    }

    #[test]
    fn a_field_counts_whatever_its_letters() {
        check("{Q1: topic} {2nd} { 2nd }", "⟨Q1: topic⟩ ⟨2nd⟩ ⟨2nd⟩");
        check("{ pad }{Q2: topic}", "⟨ pad ⟩{Q2: topic}");
    }

    #[test]
    fn doubled_braces_are_literal() {
        check("{{text}}", "{text}");
        check("{{{text}}}", "{⟨text⟩}");
        check("{{\"label\": \"{text}\"}}", "{\"label\": \"⟨text⟩\"}");
        check("{{\"a\": {{\"b\": {text}}}}}", "{\"a\": {\"b\": ⟨text⟩}}");
        check("{{ and }}", "{ and }");
        check("}} {{", "} {");
        check("{{\"a\": {\"b\": 1}}}", "{\"a\": {\"b\": 1}}");
    }

    #[test]
    fn json_and_code_stay_as_they_are() {
        for text in [
            r#"{"label": "x"}"#,
            r#"{"a": {"b": 1}}"#,
            r#"{"a": {"b": {"c": {}}}}"#,
            r#"[{"a":{"b":[{"c":1}]}}]"#,
            "{}",
            "{ }",
            "{\n  \"label\": \"x\"\n}",
            "{'label': 'x'}",
            "{label: x}",
            "{positive, negative}",
            "{yes|no} {yes/no}",
            r"\d{4} \w{1,3} {0} {-1}",
            "f(x) { return x; }",
            "a } b { c",
            "{text\n}",
            "{",
            "}",
            "{...} {…}",
            "a < b, <b>bold</b>, <labels",
        ] {
            check(text, text);
        }
        check(r#"{"text": "{text}", "n": {"m": 1}}"#, r#"{"text": "⟨text⟩", "n": {"m": 1}}"#);
        check(r#"{"a": {text}}"#, r#"{"a": ⟨text⟩}"#);
    }

    #[test]
    fn a_labels_tag_without_its_end_is_a_placeholder() {
        check("one of <labels>.", "one of ⟨labels⟩.");
        check("<labels>{labels}</labels>", "<labels>⟨labels⟩</labels>");
        check("<Labels>", "<Labels>");
    }

    #[test]
    fn positions_count_characters_from_one() {
        let text = "größe\r\n  {übel}\n{x}";
        let places =
            Template::parse(text, &Map::new()).segments.into_iter().filter_map(|segment| match segment {
                Segment::Placeholder(placeholder) => Some(placeholder),
                Segment::Literal(_) => None,
            });
        let places: Vec<_> = places.map(|place| (Position::of(text, place.start), place.name)).collect();
        assert_eq!(
            places,
            [
                (Position { line: 2, column: 3 }, "übel".to_owned()),
                (Position { line: 3, column: 1 }, "x".to_owned())
            ]
        );
    }

    #[test]
    fn a_name_is_a_field_or_a_path() {
        let data = object(json!({"a": {"b": "deep"}, "a.b": "dotted", "x..[": "odd", "l": []}));
        let check = |path: &str, expect: Lookup<'_>| assert_eq!(lookup(&data, path), expect, "{path}");
        check("a.b", Lookup::Found(&json!("dotted")));
        check("a[b]", Lookup::Found(&json!("deep")));
        check("x..[", Lookup::Found(&json!("odd")));
        check("l[7]", Lookup::Absent);
        for name in ["a..b", "a.z", "z", ""] {
            check(name, Lookup::Unknown);
        }
    }

    #[test]
    fn values_are_shown_as_text_or_json() {
        let check = |value: Value, expect: Option<&str>| assert_eq!(value_text(&value).as_deref(), expect);
        check(json!("a \"b\"\n"), Some("a \"b\"\n"));
        check(json!(1.5), Some("1.5"));
        check(json!(true), Some("true"));
        check(json!(null), None);
        check(json!(["a", "b"]), Some("a\nb"));
        check(json!(["a", 1]), Some(r#"["a",1]"#));
        check(json!({"z": "ü", "a": [1]}), Some(r#"{"z":"ü","a":[1]}"#));
    }

    proptest! {
        #[test]
        fn every_placeholder_stands_where_it_says(text in r#"[{}<>/ a"':.\n\[\]0labels]{0,40}"#) {
            let mut end = 0;
            for segment in Template::parse(&text, &Map::new()).segments {
                if let Segment::Placeholder(placeholder) = segment {
                    prop_assert!(end <= placeholder.start);
                    prop_assert!(text[placeholder.start..placeholder.end].contains(&placeholder.name));
                    end = placeholder.end;
                }
            }
        }

        #[test]
        fn doubling_every_brace_gives_the_text_back(text in r"[{}a \n]{0,30}") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(shown(&doubled), text);
        }
    }
}
