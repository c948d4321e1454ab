//! Paths into a task's data, as Label Studio writes them: `text`, `a.b`, `turns[0].text`.

use std::fmt;

use serde_json::{Map, Value};

use super::text;

/// The key Label Studio gives to the lines of a plain-text import, which name no field.
const UNNAMED_FIELD: &str = "$undefined$";

/// A path into a task's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    text: String,
    steps: Vec<Step>,
}

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A key of an object; one of digits also counts into a list.
    Key(String),
    /// A position in a list, from 0; also a key of digits.
    Index(usize),
}

impl Path {
    /// Parses a path; the error says what is wrong with it.
    ///
    /// A name without dots and brackets is always a path, whatever other characters it holds.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        if text.is_empty() {
            return Err("the name of a field is empty".to_owned());
        }
        loop {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned()));
            } else if !after.starts_with('[') {
                return Err(format!("`{text}` has a dot without a name beside it"));
            }
            rest = after;
            while let Some(bracket) = rest.strip_prefix('[') {
                let Some((inner, after)) = bracket.split_once(']') else {
                    return Err(format!("`{text}` has a `[` without a `]`"));
                };
                steps.push(bracketed(inner).ok_or_else(|| format!("`{text}` has empty brackets"))?);
                rest = after;
            }
            match rest.strip_prefix('.') {
                Some(after) => rest = after,
                None if rest.is_empty() => break,
                None => return Err(format!("`{text}` has `{rest}` right after a `]`")),
            }
        }
        Ok(Self { text: text.to_owned(), steps })
    }

    /// Returns the value at this path; a key that is the whole path goes before steps.
    pub fn lookup<'a>(&self, fields: &'a Map<String, Value>) -> Option<&'a Value> {
        if let Some(value) = fields.get(&self.text) {
            return Some(value);
        }
        let (first, rest) = self.steps.split_first()?;
        rest.iter().try_fold(fields.get(&first.key())?, |value, step| step.take(value))
    }

    /// Returns the value at this path; the error names the field and what exists instead.
    ///
    /// The single field of a plain-text import, which has no name of its own, stands for any field that is missing.
    pub fn require<'a>(&self, fields: &'a Map<String, Value>) -> Result<&'a Value, String> {
        match self.lookup(fields).or_else(|| fields.get(UNNAMED_FIELD)) {
            Some(Value::Null) => Err(format!("field `{self}` is null")),
            Some(value) => Ok(value),
            None if fields.is_empty() => {
                Err(format!("there is no field `{self}`; the task has no data at all"))
            }
            None => {
                let names = text::quoted(fields.keys().map(String::as_str));
                Err(format!("there is no field `{self}`; the task has {names}"))
            }
        }
    }

    /// Returns the path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Step {
    fn key(&self) -> String {
        match self {
            Self::Key(key) => key.clone(),
            Self::Index(index) => index.to_string(),
        }
    }

    fn take<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match (value, self) {
            (Value::Object(fields), step) => fields.get(&step.key()),
            (Value::Array(entries), Self::Index(index)) => entries.get(*index),
            (Value::Array(entries), Self::Key(key)) => entries.get(key.parse::<usize>().ok()?),
            _ => None,
        }
    }
}

/// Reads what stands between brackets: a position or a key, with or without quotes.
fn bracketed(inner: &str) -> Option<Step> {
    if let Ok(index) = inner.parse() {
        return Some(Step::Index(index));
    }
    let key = [('"', '"'), ('\'', '\'')]
        .into_iter()
        .find_map(|(open, close)| inner.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or(inner);
    (!key.is_empty()).then(|| Step::Key(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields() -> Map<String, Value> {
        let fields = json!({
            "text": "hello", "a": {"b": [{"c": 1}, 2], "0": "zero", "x y": "space"},
            "list": ["x", "y"], "dot.ted": "whole", "my-field": "dash", "empty": null,
        });
        fields.as_object().cloned().expect("an object")
    }

    #[track_caller]
    fn check(path: &str, expect: Option<&Value>) {
        let found = Path::parse(path).expect("a path");
        assert_eq!(found.lookup(&fields()), expect, "{path}");
    }

    #[test]
    fn paths_lead_into_lists_and_objects() {
        check("text", Some(&json!("hello")));
        check("a.b[0].c", Some(&json!(1)));
        check("a.b.1", Some(&json!(2)));
        check("a[b][1]", Some(&json!(2)));
        check("a['b'][1]", Some(&json!(2)));
        check("a[\"x y\"]", Some(&json!("space")));
        check("a[0]", Some(&json!("zero")));
        check("list[1]", Some(&json!("y")));
        check("dot.ted", Some(&json!("whole")));
        check("my-field", Some(&json!("dash")));
        check("empty", Some(&Value::Null));
    }

    #[test]
    fn paths_that_lead_nowhere_find_nothing() {
        for path in
            ["nope", "text.x", "text[0]", "list[2]", "list.x", "a.b[0].d", "a.b[99999999999999999999]"]
        {
            check(path, None);
        }
    }

    #[test]
    fn malformed_paths_are_refused() {
        for path in ["", ".", "a.", ".a", "a..b", "a[", "a[]", "a[0", "a[0]b", "a[''].b"] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_missing_field_is_named_with_those_that_exist() {
        let fields = json!({"body": "x", "title": "y"}).as_object().cloned().expect("an object");
        let error = Path::parse("text").expect("a path").require(&fields).expect_err("missing");
        assert_eq!(error, "there is no field `text`; the task has `body`, `title`");
    }

    #[test]
    fn a_plain_text_import_answers_for_any_field() {
        let fields = json!({"$undefined$": "line"}).as_object().cloned().expect("an object");
        assert_eq!(Path::parse("text").expect("a path").require(&fields), Ok(&json!("line")));
    }
}
