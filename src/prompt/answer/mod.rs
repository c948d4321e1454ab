//! The text of a reply to a JSON answer: think blocks, fences and chatter around it are taken off.
//!
//! **Invariant:** an answer is never guessed. JSON that is cut off stays an error, and so do several objects that
//! differ or a key with two values, for nobody knows which of them the model means.

mod shape;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::label::strict;
use crate::label::thinking::Spoken;
use crate::llm::repair::{Mended, Unended, mend};

/// Why a reply holds no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    #[error("the reply is empty")]
    Empty,
    #[error("the reply holds nothing but the model's thinking")]
    OnlyThinking,
    #[error("expected a JSON object, found `{found}`")]
    Missing { found: String },
    #[error("the JSON is cut off after `{found}`")]
    CutOff { found: String },
    #[error("expected one JSON object, found several that differ")]
    Several,
    #[error("the JSON is malformed ({reason}): `{found}`")]
    Malformed { reason: String, found: String },
    #[error("the JSON is nested too deep")]
    TooDeep,
    #[error("the reply repeats the schema instead of answering")]
    Schema,
}

/// How much of a reply an error shows, in characters.
const SHOWN: usize = 80;

/// Reads the answer: the whole text if it is JSON, else the one object in it.
///
/// The value is an object, unless the whole text is another JSON value; of a tool call it is the arguments.
pub fn parse(reply: &str) -> Result<Value, AnswerError> {
    match shape::called(written(reply)?) {
        value if shape::is_schema(&value) => Err(AnswerError::Schema),
        value => Ok(without_nul(value)),
    }
}

fn written(reply: &str) -> Result<Value, AnswerError> {
    let text = reply.trim_matches(|letter: char| letter == '\u{feff}' || letter.is_whitespace());
    if text.is_empty() {
        return Err(AnswerError::Empty);
    }
    if let Some(value) = whole(text) {
        return Ok(value);
    }
    let spoken = spoken(text);
    let spoken = spoken.trim();
    if spoken.is_empty() {
        return Err(AnswerError::OnlyThinking);
    }
    match whole(without_fence(spoken)) {
        Some(value) => Ok(value),
        None => only_object(spoken),
    }
}

/// Reads a text that is JSON and nothing else.
fn whole(text: &str) -> Option<Value> {
    let value: Value = match strict::read(text) {
        Ok(value) => value,
        Err(_) => mended(text, '[')?,
    };
    // Some models put the object into a string once more.
    let inner = value.as_str().and_then(|text| strict::read(text).ok().or_else(|| mended(text, '{')));
    Some(inner.filter(Value::is_object).unwrap_or(value))
}

/// Reads a text that is one object or array, as its first letter says, and is in need of mending.
fn mended(text: &str, first: char) -> Option<Value> {
    let Mended { length, json } = text.starts_with(first).then(|| mend(text).ok())??;
    (length == text.len()).then(|| strict::read(&json).ok())?
}

/// Finds the objects of a text and returns the only one, or the one they all are.
fn only_object(text: &str) -> Result<Value, AnswerError> {
    let mut found: Option<Value> = None;
    let mut malformed = None;
    let mut at = 0;
    while let Some(offset) = text[at..].find('{') {
        let rest = &text[at + offset..];
        // Prose has braces too; an object begins with a key, or is empty.
        let is_object = rest[1..].trim_start().starts_with(['"', '\'', '“', '”', '}']);
        let step = match mend(rest) {
            Ok(Mended { length, json }) => match read(&rest[..length], &json) {
                Ok(value) => {
                    found = Some(either(found, value)?);
                    length
                }
                Err(error) if is_object => {
                    malformed.get_or_insert(error);
                    length
                }
                Err(_) => 1,
            },
            Err(Unended::CutOff) if is_object => return Err(AnswerError::CutOff { found: last_part(text) }),
            Err(Unended::TooDeep) if is_object => return Err(AnswerError::TooDeep),
            Err(_) => 1,
        };
        at += offset + step;
    }
    match (found, malformed) {
        (Some(value), _) => Ok(value),
        (None, Some(error)) => Err(error),
        (None, None) => Err(AnswerError::Missing { found: first_part(text) }),
    }
}

/// Returns the object that two of a reply both are; an empty one, or the schema, is talk beside one that is not.
fn either(first: Option<Value>, second: Value) -> Result<Value, AnswerError> {
    let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty) || shape::is_schema(value);
    match first {
        None => Ok(second),
        Some(first) if is_empty(&first) => Ok(second),
        Some(first) if is_empty(&second) || first == second => Ok(first),
        Some(_) => Err(AnswerError::Several),
    }
}

/// Reads JSON as written, else as mended.
fn read(written: &str, mended: &str) -> Result<Value, AnswerError> {
    strict::read(written)
        .or_else(|_| strict::read(mended))
        .map_err(|error| AnswerError::Malformed { reason: error.to_string(), found: first_part(written) })
}

/// Returns what is said outside of thoughts. Those without an end hold the answer only where an object ends them.
fn spoken(text: &str) -> String {
    let Spoken { text: spoken, unended } = Spoken::new(text);
    let ends_in_object = |thoughts: &&str| {
        thoughts.trim_end_matches(|last: char| last == '`' || last.is_whitespace()).ends_with('}')
    };
    spoken + unended.filter(ends_in_object).unwrap_or_default()
}

/// Returns what a code fence around the whole text holds, or the text.
fn without_fence(text: &str) -> &str {
    let fenced = text.strip_prefix("```").and_then(|text| text.strip_suffix("```"));
    match fenced.and_then(|text| text.split_once('\n')) {
        Some((_language, inside)) => inside.trim(),
        None => text,
    }
}

/// Takes NUL out of all strings: Label Studio's database cannot hold it.
fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(values) => Value::Array(values.into_iter().map(without_nul).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(key, value)| (key, without_nul(value))).collect::<Map<_, _>>(),
        ),
        other => other,
    }
}

fn first_part(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn last_part(text: &str) -> String {
    match text.char_indices().rev().nth(SHOWN - 1) {
        Some((start, _)) if 0 < start => format!("…{}", &text[start..]),
        _ => text.to_owned(),
    }
}
