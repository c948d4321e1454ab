//! The text of a reply to a JSON answer: think blocks, fences and chatter around it are taken off.
//!
//! **Invariant:** an answer is never guessed. JSON that is cut off stays an error, and so do several objects that
//! differ, for nobody knows which of them the model means.

use serde_json::{Map, Value};

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
}

/// How much of a reply an error shows, in characters.
const SHOWN: usize = 80;

/// Reads the answer: the whole text if it is JSON, else the one object in it.
///
/// The value is an object, unless the whole text is another JSON value.
pub fn parse(reply: &str) -> Result<Value, AnswerError> {
    let text = reply.trim_matches(|letter: char| letter == '\u{feff}' || letter.is_whitespace());
    if text.is_empty() {
        return Err(AnswerError::Empty);
    }
    if let Some(value) = whole(text) {
        return Ok(without_nul(value));
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
    .map(without_nul)
}

/// Reads a text that is JSON and nothing else.
fn whole(text: &str) -> Option<Value> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) => mended(text, '[')?,
    };
    // Some models put the object into a string once more.
    let inner = value.as_str().and_then(|text| serde_json::from_str(text).ok().or_else(|| mended(text, '{')));
    Some(inner.filter(Value::is_object).unwrap_or(value))
}

/// Reads a text that is one object or array, as its first letter says, and is in need of mending.
fn mended(text: &str, first: char) -> Option<Value> {
    let Mended { length, json } = text.starts_with(first).then(|| mend(text).ok())??;
    (length == text.len()).then(|| serde_json::from_str(&json).ok())?
}

/// Finds the objects of a text and returns the only one, or the one they all are.
fn only_object(text: &str) -> Result<Value, AnswerError> {
    let mut found: Option<Value> = None;
    let mut malformed = None;
    let mut at = 0;
    while let Some(offset) = text[at..].find('{') {
        let rest = &text[at + offset..];
        // Prose has braces too; an object begins with a key, or is empty.
        let is_object = rest[1..].trim_start().starts_with(['"', '\'', '}']);
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

/// Returns the object that two of a reply both are; an empty one is talk beside one that is not.
fn either(first: Option<Value>, second: Value) -> Result<Value, AnswerError> {
    let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    match first {
        None => Ok(second),
        Some(first) if is_empty(&first) => Ok(second),
        Some(first) if is_empty(&second) || first == second => Ok(first),
        Some(_) => Err(AnswerError::Several),
    }
}

/// Reads JSON as written, else as mended.
fn read(written: &str, mended: &str) -> Result<Value, AnswerError> {
    serde_json::from_str(written)
        .or_else(|_| serde_json::from_str(mended))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(reply: &str, expect: &Value) {
        assert_eq!(parse(reply).as_ref(), Ok(expect), "{reply}");
    }

    /// Replies that all mean `{"label": "x"}`.
    fn check_same(replies: &[&str]) {
        for reply in replies {
            check(reply, &json!({"label": "x"}));
        }
    }

    fn check_error(reply: &str, expect: &str) {
        assert_eq!(parse(reply).map_err(|error| error.to_string()), Err(expect.to_owned()), "{reply}");
    }

    #[test]
    fn json_alone_is_the_answer() {
        check(r#"{"a": [1, {"b": null}], "c": "{"}"#, &json!({"a": [1, {"b": null}], "c": "{"}));
        check("  [\"a\", \"b\"]\n", &json!(["a", "b"]));
        check(r#""positive""#, &json!("positive"));
        check("4", &json!(4));
        check("{}", &json!({}));
        check(r#"{"a": "<think>{</think> ```"}"#, &json!({"a": "<think>{</think> ```"}));
    }

    #[test]
    fn what_stands_around_the_object_is_taken_off() {
        check_same(&[
            "\u{feff}{\"label\": \"x\"}",
            "```json\n{\"label\": \"x\"}\n```",
            "```\n{\"label\": \"x\"}\n```\n",
            "```json {\"label\": \"x\"} ```",
            "Here is the JSON:\n{\"label\": \"x\"}",
            "Here is the JSON:\n\n```json\n{\"label\": \"x\"}\n```\n\nLet me know if you need more {of it}!",
            "{\"label\": \"x\"}\n\nI chose x because of the { in it.",
            "{\"label\": \"x\"}{\"label\":\"x\"}",
            "The object {} is empty, so: {\"label\": \"x\"}",
            "{see {\"label\": \"x\"}}",
            "<|channel|>final<|message|>{\"label\": \"x\"}",
            "answer = {\"label\": \"x\"};",
            "[{\"label\": \"x\"}] is it",
            "\"{\\\"label\\\": \\\"x\\\"}\"",
            "{\"label\": <one of the labels>}\n{\"label\": \"x\"}",
        ]);
        check("```json\n[\"a\"]\n```", &json!(["a"]));
        check("```\n3\n```", &json!(3));
    }

    #[test]
    fn thinking_is_not_answering() {
        check_same(&[
            "<think>maybe {\"label\": \"y\"}?</think>{\"label\": \"x\"}",
            "<think>\n</think>\n\n```json\n{\"label\": \"x\"}\n```",
            "<think>a</think><think>{\"label\": \"z\"}</think>{\"label\": \"x\"}",
            "maybe {\"label\": \"y\"}?</think>{\"label\": \"x\"}",
            "{\"label\": \"x\"}<think>was {\"label\": \"y\"} better?</think>",
            "<thinking>{</thinking>{\"label\": \"x\"}",
            "<reasoning>so</reasoning> {\"label\": \"x\"}",
            "<think>it must be\n{\"label\": \"x\"}",
            "{\"label\": \"x\"} <think>or {\"label\": \"y\"} …",
        ]);
        check_error(
            "<think>{\"label\": \"x\"} would be wrong",
            "the reply holds nothing but the model's thinking",
        );
        check_error("<think>hm</think>", "the reply holds nothing but the model's thinking");
    }

    #[test]
    fn small_slips_are_mended() {
        check_same(&[
            "{\"label\": \"x\",}",
            "{\"label\": \"x\" ,\n}",
            "{'label': 'x'}",
            "{'label': \"x\"}",
            "Sure: { 'label' : 'x' , }",
        ]);
        check(
            "{'a': True, 'b': False, 'c': None, 'd': [1,],}",
            &json!({"a": true, "b": false, "c": null, "d": [1]}),
        );
        check("['a', 'b']", &json!(["a", "b"]));
        check("{\"a\": \"one\ntwo\tthree\"}", &json!({"a": "one\ntwo\tthree"}));
        check(
            "{'a': 'say \"hi\"', 'b': 'it\\'s', 'c': \"it's\"}",
            &json!({"a": "say \"hi\"", "b": "it's", "c": "it's"}),
        );
        check(r#"{"a": "\d+ \_ \\ \u00e9 \uZ"}"#, &json!({"a": "\\d+ \\_ \\ é \\uZ"}));
        check(r#"{"a": "\ud83d \ud83d\ude00 \ude00"}"#, &json!({"a": "\u{fffd} 😀 \u{fffd}"}));
        check(r#"["\ud83d"]"#, &json!(["\u{fffd}"]));
        check(r#""{\"a\": \"\\ud83d\"}""#, &json!({"a": "\u{fffd}"}));
        check(r#""{a} \"b""#, &json!("{a} \"b"));
        check(r#""}""#, &json!("}"));
        check(
            "{\"a\": NaN, \"b\": -Infinity, \"c\": [ Infinity]}",
            &json!({"a": null, "b": null, "c": [null]}),
        );
        check(
            "{\"a\": 1e999, \"b\": [-1.5E+999 , 1e9], \"c\": 12.5}",
            &json!({"a": null, "b": [null, 1e9], "c": 12.5}),
        );
        // Of a key that is there twice the last one counts.
        check(r#"{"a": 1, "a": 2}"#, &json!({"a": 2}));
        check(r#"{"a": "x\u0000y"}"#, &json!({"a": "xy"}));
        check("{\"a\": \"True, None,}\",}", &json!({"a": "True, None,}"}));
    }

    #[test]
    fn what_is_missing_is_never_made_up() {
        check_error("", "the reply is empty");
        check_error(" \n\u{feff}", "the reply is empty");
        check_error("positive", "expected a JSON object, found `positive`");
        check_error("I cannot {do} that.", "expected a JSON object, found `I cannot {do} that.`");
        check_error("{\"label\": \"x\"", "the JSON is cut off after `{\"label\": \"x\"`");
        check_error("{\"label\": {\"b\": 1}", "the JSON is cut off after `{\"label\": {\"b\": 1}`");
        check_error("{\"label\": \"x", "the JSON is cut off after `{\"label\": \"x`");
        check_error("{\"a\": 1} or {\"a\": ", "the JSON is cut off after `{\"a\": 1} or {\"a\":`");
        check_error("{\"a\": 1} or {\"a\": 2}", "expected one JSON object, found several that differ");
        check_error(
            "{\"a\": he said, \"b\": {\"c\": 1}}",
            "the JSON is malformed (expected value at line 1 column 7): `{\"a\": he said, \"b\": {\"c\": 1}}`",
        );
        check_error(
            "{'a': 'it's'}",
            "the JSON is malformed (expected `,` or `}` at line 1 column 11): `{'a': 'it's'}`",
        );
        check_error(&"{\"a\":".repeat(200), "the JSON is nested too deep");
        check_error(&"[".repeat(200), &format!("expected a JSON object, found `{}…`", "[".repeat(80)));
    }

    #[test]
    fn many_braces_cost_no_more_than_their_number() {
        // Each brace is followed at most 64 levels down; a walk to the end for each would take minutes.
        let reply = "{ a ".repeat(100_000);
        assert!(matches!(parse(&reply), Err(AnswerError::Missing { .. })));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[^\0]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-z{}\"' ]{0,5}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in r#"[{}\[\]"'\\,:` \nTNaetu0-9dD<>/think😀]{0,60}"#) {
            if let Ok(value) = parse(&text) {
                prop_assert!(parse(&value.to_string()).is_ok());
            }
        }

        #[test]
        fn an_object_is_found_in_any_chatter(value in prop::collection::hash_map("[a-z]{1,5}", any_json(), 1..4)) {
            let value = Value::Object(value.into_iter().collect());
            prop_assert_eq!(parse(&value.to_string()), Ok(value.clone()));
            prop_assert_eq!(parse(&format!("Well:\n```json\n{value:#}\n```\nbye")), Ok(value));
        }
    }
}
