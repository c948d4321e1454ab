//! JSON in a reply that was asked for in plain text.

use serde_json::{Map, Value};

use super::lexicon;
use crate::label::strict::{self, Strict};
use crate::label::text;

/// Under which keys models answer when they answer with an object.
const ANSWER_KEYS: &[&str] =
    &["label", "labels", "answer", "category", "categories", "choice", "choices", "value", "values"];

/// What models write beside the answer.
const SIDE_KEYS: &[&str] = &[
    "analysis",
    "certainty",
    "comment",
    "confidence",
    "evidence",
    "explanation",
    "input",
    "justification",
    "note",
    "notes",
    "probability",
    "rationale",
    "reason",
    "reasoning",
    "score",
    "text",
    "thought",
    "thoughts",
];

/// How many objects are taken off an answer at most.
const DEEPEST: usize = 3;

/// Returns the object or the list of texts that a reply is, or the only one in its prose, and what stands before it.
pub(super) fn find(reply: &str) -> Option<(Value, &str)> {
    let text = reply.trim();
    if text.starts_with(['[', '{', '"'])
        && let Ok(value) = strict::read(text)
    {
        return Some((value, ""));
    }
    let mut found: Vec<Value> = Vec::new();
    let (mut at, mut before) = (0, text);
    while let Some(start) = text[at..].find(['{', '[']).map(|start| at + start) {
        let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Strict>();
        at = match stream.next() {
            Some(Ok(Strict(value))) if is_answer(&value) => {
                before = if found.is_empty() { &text[..start] } else { before };
                found.push(value);
                start + stream.byte_offset()
            }
            _ => start + 1,
        };
    }
    found.dedup();
    let value = match found.len() {
        0 | 1 => found.pop(),
        _ => Some(Value::Array(found)),
    };
    value.map(|value| (value, before))
}

/// Returns the entries that a value answers with; none where it holds no answer, or several.
pub(super) fn entries(value: &Value) -> Vec<String> {
    let mut value = value;
    for _ in 0..DEEPEST {
        let Value::Object(fields) = value else { break };
        match inner(fields) {
            Some(inner) => value = inner,
            None => return Vec::new(),
        }
    }
    match value {
        Value::Array(entries) => entries.iter().map(|entry| text::plain(entry).unwrap_or_default()).collect(),
        Value::Object(_) => Vec::new(),
        scalar => text::plain(scalar).into_iter().collect(),
    }
}

/// Returns the field that holds the answer of an object.
fn inner(fields: &Map<String, Value>) -> Option<&Value> {
    let mut named = ANSWER_KEYS.iter().filter_map(|&key| fields.get(key)).collect::<Vec<_>>();
    named.dedup();
    let others = || fields.iter().filter(|(key, _)| !is_side_key(key)).collect::<Vec<_>>();
    match named.as_slice() {
        [only] if !fields.iter().any(is_denial) => Some(only),
        [] => match others().as_slice() {
            [(key, only)] if !lexicon::is_refusal(key) => Some(only),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a field says that the answer beside it is none: `"applies": false`.
fn is_denial((key, value): (&String, &Value)) -> bool {
    let is_low = |word: String| lexicon::has(lexicon::LOW, &word.to_lowercase());
    lexicon::has(lexicon::MERITS, &key.to_lowercase()) && text::plain(value).is_some_and(is_low)
}

fn is_side_key(key: &str) -> bool {
    SIDE_KEYS.contains(&key.to_lowercase().as_str())
}

/// Returns whether a value in prose is an answer, and not a footnote or a set.
fn is_answer(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(entries) => !entries.is_empty() && entries.iter().all(Value::is_string),
        _ => false,
    }
}
