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

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lookup<'a> {
    Found(&'a Value),
    /// A null or a short list is in the way: other tasks may have it.
    Absent,
    /// No task shaped like this one has it.
    Unknown,
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

    /// Follows this path; a key that is the whole path goes before steps.
    pub fn lookup<'a>(&self, fields: &'a Map<String, Value>) -> Lookup<'a> {
        if let Some(value) = fields.get(&self.text) {
            return Lookup::Found(value);
        }
        let mut steps = self.steps.iter();
        let root = steps.next().and_then(|first| fields.get(&first.key()));
        steps.fold(root.map_or(Lookup::Unknown, Lookup::Found), |lookup, step| match lookup {
            Lookup::Found(value) => step.take(value),
            nothing => nothing,
        })
    }

    /// Returns the value at this path; the error names the field and what exists instead.
    ///
    /// The single field of a plain-text import, which has no name of its own, stands for any field that is missing.
    pub fn require<'a>(&self, fields: &'a Map<String, Value>) -> Result<&'a Value, String> {
        match self.lookup(fields).found().or_else(|| fields.get(UNNAMED_FIELD)) {
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

    /// Returns the place of the value that [`require`](Self::require) returns, to put another one there.
    pub fn place<'a>(&self, fields: &'a mut Map<String, Value>) -> Option<&'a mut Value> {
        if self.lookup(fields).found().is_none() {
            return fields.get_mut(UNNAMED_FIELD);
        }
        if fields.contains_key(&self.text) {
            return fields.get_mut(&self.text);
        }
        let (first, steps) = self.steps.split_first()?;
        steps.iter().try_fold(fields.get_mut(&first.key())?, |value, step| match value {
            Value::Object(fields) => fields.get_mut(&step.key()),
            Value::Array(entries) => entries.get_mut(step.index()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }

    /// Returns the path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<'a> Lookup<'a> {
    /// Returns the value, if there is one.
    pub fn found(self) -> Option<&'a Value> {
        match self {
            Self::Found(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
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

    fn take<'a>(&self, value: &'a Value) -> Lookup<'a> {
        let (found, otherwise) = match value {
            Value::Object(fields) => (fields.get(&self.key()), Lookup::Unknown),
            Value::Array(entries) => match self.index() {
                Some(index) => (entries.get(index), Lookup::Absent),
                None => (None, Lookup::Unknown),
            },
            Value::Null => (None, Lookup::Absent),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => (None, Lookup::Unknown),
        };
        found.map_or(otherwise, Lookup::Found)
    }

    fn index(&self) -> Option<usize> {
        match self {
            Self::Key(key) => key.parse().ok(),
            Self::Index(index) => Some(*index),
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
    fn check(path: &str, expect: Lookup<'_>) {
        let path = Path::parse(path).expect("a path");
        assert_eq!(path.lookup(&fields()), expect, "{path}");
    }

    #[test]
    fn paths_lead_into_lists_and_objects() {
        check("text", Lookup::Found(&json!("hello")));
        check("a.b[0].c", Lookup::Found(&json!(1)));
        check("a.b.1", Lookup::Found(&json!(2)));
        check("a[b][1]", Lookup::Found(&json!(2)));
        check("a['b'][1]", Lookup::Found(&json!(2)));
        check("a[\"x y\"]", Lookup::Found(&json!("space")));
        check("a[0]", Lookup::Found(&json!("zero")));
        check("list[1]", Lookup::Found(&json!("y")));
        check("dot.ted", Lookup::Found(&json!("whole")));
        check("my-field", Lookup::Found(&json!("dash")));
        check("empty", Lookup::Found(&Value::Null));
    }

    #[test]
    fn paths_that_lead_nowhere_find_nothing() {
        for path in ["nope", "text.x", "text[0]", "list.x", "a.b[0].d", "a.z"] {
            check(path, Lookup::Unknown);
        }
        for path in ["list[2]", "empty.x", "empty[0].x", "a.b[9]"] {
            check(path, Lookup::Absent);
        }
    }

    #[test]
    fn another_value_is_put_where_the_first_one_was_found() {
        let check = |path: &str, fields: &Value, expect: &Value| {
            let mut fields = fields.as_object().cloned().expect("an object");
            *Path::parse(path).expect("a path").place(&mut fields).expect("a place") = json!("new");
            assert_eq!(&Value::Object(fields), expect, "{path}");
        };
        check("text", &json!({"text": "old", "n": 1}), &json!({"text": "new", "n": 1}));
        check("a.b[1].c", &json!({"a": {"b": [0, {"c": "old"}]}}), &json!({"a": {"b": [0, {"c": "new"}]}}));
        check("a.b.1", &json!({"a": {"b": [0, 1]}}), &json!({"a": {"b": [0, "new"]}}));
        check("a.b", &json!({"a.b": "old", "a": {"b": 1}}), &json!({"a.b": "new", "a": {"b": 1}}));
        check("text", &json!({"$undefined$": "old"}), &json!({"$undefined$": "new"}));
        for path in ["b", "a.b", "a[0]"] {
            let mut fields = json!({"a": "text"}).as_object().cloned().expect("an object");
            assert_eq!(Path::parse(path).expect("a path").place(&mut fields), None, "{path}");
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
