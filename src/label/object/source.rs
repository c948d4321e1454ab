//! The `value` of a tag: a field of the task's data, text around fields, or constant text.

use std::borrow::Cow;

use roxmltree::Node;
use serde_json::{Map, Value};

use crate::label::path::Path;
use crate::label::{tag, text};

/// Where a tag takes what it shows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// `$text`, `$a.b[0]`
    Field(Path),
    /// `Title: $title`, or text without any field.
    Pieces(Vec<Piece>),
}

/// A part of a [`Source::Pieces`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Field(Path),
}

impl Source {
    /// Reads a tag's `value`; fails where there is none.
    pub(crate) fn of(node: &Node<'_, '_>) -> Result<Self, String> {
        match tag::filled(node, "value") {
            Some(value) => Self::parse(value),
            None => Err("has no `value`: the field to show, such as `value=\"$text\"`".to_owned()),
        }
    }

    /// Parses a value. A `$` that no name follows is an ordinary character.
    pub(crate) fn parse(value: &str) -> Result<Self, String> {
        let whole = value.trim();
        // Label Studio's server takes `$my-field` for the name of a field, the editor stops at the dash.
        if let Some(name) = whole.strip_prefix('$').filter(|name| !name.is_empty())
            && !name.contains(['$', ',', ' ', '\n', '\t'])
        {
            return Path::parse(name)
                .map(Self::Field)
                .map_err(|reason| format!("has a wrong `value`: {reason}"));
        }
        let mut pieces = Vec::new();
        let mut rest = value;
        while let Some(start) = rest.find('$') {
            let name = name_at(&rest[start + 1..]);
            match Path::parse(name) {
                Ok(path) => {
                    pieces.push(Piece::Text(rest[..start].to_owned()));
                    pieces.push(Piece::Field(path));
                }
                Err(_) => pieces.push(Piece::Text(rest[..=start + name.len()].to_owned())),
            }
            rest = &rest[start + 1 + name.len()..];
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self::Pieces(pieces))
    }

    /// Returns the field, where the whole value is one.
    pub(crate) fn field(&self) -> Option<&Path> {
        match self {
            Self::Field(path) => Some(path),
            Self::Pieces(_) => None,
        }
    }

    /// Returns the value for this task; the error names the field that is missing or null.
    pub(crate) fn value<'a>(&'a self, fields: &'a Map<String, Value>) -> Result<Cow<'a, Value>, String> {
        match self {
            Self::Field(path) => path.require(fields).map(Cow::Borrowed),
            Self::Pieces(_) => self.text(fields).map(|text| Cow::Owned(Value::String(text))),
        }
    }

    /// Returns the value as text: lists joined with newlines, numbers written out.
    pub(crate) fn text(&self, fields: &Map<String, Value>) -> Result<String, String> {
        let written = |path: &Path| path.require(fields).map(|value| text::plain(value).unwrap_or_default());
        match self {
            Self::Field(path) => written(path),
            Self::Pieces(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Ok(text.clone()),
                    Piece::Field(path) => written(path),
                })
                .collect(),
        }
    }

    /// Returns what errors call it: ``field `a` ``, or the constant text.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Field(path) => format!("field `{path}`"),
            Self::Pieces(_) => "`value`".to_owned(),
        }
    }

    /// Returns the value as it stands in the config, for the model version.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Field(path) => format!("${path}"),
            Self::Pieces(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Field(path) => format!("${path}"),
                })
                .collect(),
        }
    }
}

/// Returns the path a text begins with: words, dots between them, closed brackets.
fn name_at(text: &str) -> &str {
    let belongs = |character: char| character.is_alphanumeric() || matches!(character, '_' | '[' | ']' | '.');
    let end = text.find(|character| !belongs(character)).unwrap_or(text.len());
    // A dot that ends a sentence is no part of the name.
    text[..end].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &str, expect: Result<&str, &str>) {
        let fields = json!({"t": "body", "a": {"b": ["first", 2]}, "n": 3, "my-field": "dash", "none": null});
        let fields = fields.as_object().expect("an object");
        let found = Source::parse(value).and_then(|source| source.text(fields));
        match (found, expect) {
            (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
            (found, expect) => assert_eq!(found.as_deref().map_err(String::as_str), expect, "{value}"),
        }
    }

    #[test]
    fn values_are_fields_text_with_fields_or_constants() {
        check("$t", Ok("body"));
        check("$a.b[0]", Ok("first"));
        check("$a.b", Ok("first\n2"));
        check("$n", Ok("3"));
        check("$my-field", Ok("dash"));
        check("Title: $t.", Ok("Title: body."));
        check("$t by $a.b[0], $n", Ok("body by first, 3"));
        check("plain", Ok("plain"));
        check("costs 5 $", Ok("costs 5 $"));
        check("$$", Ok("$$"));
    }

    #[test]
    fn a_missing_field_is_an_error_that_lists_the_others() {
        check("$nope", Err("there is no field `nope`; the task has `t`, `a`"));
        check("see $nope here", Err("`nope`"));
        check("$none", Err("field `none` is null"));
        check("$a..b", Err("dot"));
    }
}
