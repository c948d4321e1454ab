//! Python's format strings, as far as the example's users write them.
//!
//! See <https://docs.python.org/3/library/string.html#format-string-syntax>. Attributes and format specifications are
//! errors that say so: what they give depends on Python's own objects.

use serde_json::{Map, Value};

use super::python;
use crate::prompt::template::Position;

/// A format string, taken apart.
pub(super) type Format = Vec<Piece>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Field(Field),
}

/// A field in braces, such as `{a[b][0]!r}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    pub steps: Vec<Step>,
    pub conversion: Conversion,
    pub position: Position,
}

/// What stands in brackets after a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    Str,
    Repr,
    Ascii,
}

/// What is wrong with a format string, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub position: Position,
    pub message: String,
}

/// Takes a format string apart.
pub(super) fn parse(text: &str) -> Result<Format, Fault> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(['{', '}']) {
        let brace = at + offset;
        literal.push_str(&text[at..brace]);
        let rest = &text[brace..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            literal.push_str(&rest[..1]);
            at = brace + 2;
            continue;
        }
        let fault = |message: String| Fault { position: Position::of(text, brace), message };
        if rest.starts_with('}') {
            return Err(fault("a `}` that closes nothing; a literal one is written `}}`".to_owned()));
        }
        let length = rest
            .find('}')
            .ok_or_else(|| fault("a `{` that nothing closes; a literal one is written `{{`".to_owned()))?;
        let field = field(&rest[1..length], Position::of(text, brace)).map_err(fault)?;
        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        pieces.push(Piece::Field(field));
        at = brace + length + 1;
    }
    literal.push_str(&text[at..]);
    pieces.push(Piece::Literal(literal));
    Ok(pieces)
}

/// Returns the text with the fields filled in from these values.
pub(super) fn format(pieces: &Format, values: &Map<String, Value>) -> Result<String, String> {
    let text = |piece: &Piece| match piece {
        Piece::Literal(text) => Ok(text.clone()),
        Piece::Field(field) => field.value(values).map(|value| match field.conversion {
            Conversion::Str => python::str(value),
            Conversion::Repr => python::repr(value),
            Conversion::Ascii => python::ascii(value),
        }),
    };
    pieces.iter().map(text).collect()
}

impl Field {
    /// Returns what the field stands for.
    pub(super) fn value<'a>(&self, values: &'a Map<String, Value>) -> Result<&'a Value, String> {
        let mut value = values.get(&self.name).ok_or_else(|| format!("there is no field `{}`", self.name))?;
        for step in &self.steps {
            let inner = match step {
                Step::Key(key) => value.get(key),
                Step::Index(index) => value.get(index),
            };
            value = inner.ok_or_else(|| {
                let step = match step {
                    Step::Key(key) => key.clone(),
                    Step::Index(index) => index.to_string(),
                };
                format!("there is no `[{step}]` in the field `{}`", self.name)
            })?;
        }
        Ok(value)
    }
}

/// Reads what stands between the braces.
fn field(inside: &str, position: Position) -> Result<Field, String> {
    let (path, conversion) = match inside.split_once('!') {
        Some((path, "s")) => (path, Conversion::Str),
        Some((path, "r")) => (path, Conversion::Repr),
        Some((path, "a")) => (path, Conversion::Ascii),
        Some((_, other)) if !other.contains(':') => {
            return Err(format!("expected `!s`, `!r` or `!a` in `{{{inside}}}`, found `!{other}`"));
        }
        _ => (inside, Conversion::Str),
    };
    if path.contains(':') {
        return Err(format!(
            "`{{{inside}}}` has a `:`, which begins a format specification for Python; they are not supported, and \
             literal braces, as in JSON, are written `{{{{` and `}}}}`"
        ));
    }
    let (name, rest) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
    if name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{{{inside}}}` names no field; literal braces are written `{{{{` and `}}}}`"));
    }
    Ok(Field { name: name.to_owned(), steps: steps(rest, inside)?, conversion, position })
}

/// Reads `[a][0]`; only digits make an index.
fn steps(mut rest: &str, inside: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let Some((key, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            return Err(format!(
                "`{{{inside}}}` asks Python for an attribute; a part of a field is written `{{name[part]}}`"
            ));
        };
        steps.push(match key.parse() {
            Ok(index) if key.bytes().all(|byte| byte.is_ascii_digit()) => Step::Index(index),
            _ => Step::Key(key.to_owned()),
        });
        rest = after;
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        let values = json!({
            "text": "body", "labels": ["sports", "it's"], "a": {"key": [1.0, null], "my key": true}, "n": 3,
            "with space": "x", "brace": "{text}",
        });
        let values = values.as_object().expect("an object");
        let found = match parse(text) {
            Ok(pieces) => format(&pieces, values),
            Err(Fault { position: Position { line, column }, message }) => {
                Err(format!("{line}:{column}: {message}"))
            }
        };
        match (found, expect) {
            (Err(found), Err(part)) => assert!(found.contains(part), "{found}"),
            (found, expect) => assert_eq!(found.as_deref().map_err(String::as_str), expect, "{text}"),
        }
    }

    #[test]
    fn fields_are_filled_in_as_python_does() {
        check("", Ok(""));
        check("{text} of {labels}", Ok("body of ['sports', \"it's\"]"));
        check("{{{text}}} {{}}", Ok("{body} {}"));
        check("{a[key]} {a[key][0]} {a[key][1]} {a[my key]}", Ok("[1.0, None] 1.0 None True"));
        check("{text!r} {text!s} {n!r}", Ok("'body' body 3"));
        check("{with space}|{brace}", Ok("x|{text}"));
    }

    #[test]
    fn what_python_refuses_or_would_look_into_itself_is_an_error_at_its_place() {
        check("{nope}", Err("there is no field `nope`"));
        check("{a[nope]}", Err("there is no `[nope]` in the field `a`"));
        check("{text[0]}", Err("there is no `[0]`"));
        check("a\n {text.__class__}", Err("2:2: `{text.__class__}` asks Python for an attribute"));
        check("{} x", Err("1:1: `{}` names no field"));
        check("{0}", Err("`{0}` names no field"));
        check("a } b", Err("1:3: a `}` that closes nothing"));
        check("a { b", Err("1:3: a `{` that nothing closes"));
        check("{n:>3}", Err("has a `:`"));
        check("{\"label\": 1}", Err("has a `:`"));
        check("{n!x}", Err("expected `!s`, `!r` or `!a` in `{n!x}`, found `!x`"));
        check("{a[key}", Err("attribute"));
    }
}
