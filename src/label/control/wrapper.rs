//! What stands round a single answer: null in its schema, objects that models put around it, nothing at all.

use serde_json::{Value, json};

use super::{Head, Reading};

/// Keys that models use for the answer itself, beside the control's name and its region type.
const ANSWER_KEYS: &[&str] =
    &["value", "values", "label", "labels", "choice", "choices", "answer", "text", "result", "response"];

/// How many objects are taken off an answer at most.
const DEEPEST: usize = 3;

/// Returns the answer inside the objects around it: `{"choices": ["a"]}` holds `["a"]`.
///
/// An object with a single entry is a wrapper whatever its key.
pub(super) fn unwrap<'a>(answer: &'a Value, head: &Head) -> &'a Value {
    let mut answer = answer;
    for _ in 0..DEEPEST {
        let Value::Object(fields) = answer else { break };
        let own = [head.name.as_str(), head.kind];
        let named = own.into_iter().chain(ANSWER_KEYS.iter().copied()).find_map(|key| fields.get(key));
        match named.or_else(|| fields.values().next().filter(|_| fields.len() == 1)) {
            Some(inner) => answer = inner,
            None => break,
        }
    }
    answer
}

/// Returns whether an answer says that there is nothing to say.
pub(super) fn is_blank(answer: &Value) -> bool {
    match answer {
        Value::Null => true,
        Value::String(text) => {
            let text = text.trim();
            text.is_empty() || text.eq_ignore_ascii_case("null")
        }
        Value::Array(entries) => entries.iter().all(is_blank),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// Returns the only entry of a list; anything else as it is.
pub(super) fn single(answer: &Value) -> &Value {
    match answer {
        Value::Array(entries) if entries.len() == 1 => &entries[0],
        other => other,
    }
}

/// Reads an answer that says nothing: fine where the control is optional.
pub(super) fn blank(head: &Head) -> Reading {
    if head.required {
        Reading::problem("the answer leaves it empty, but it is required")
    } else {
        Reading::default()
    }
}

/// Returns the schema of a single value, which may be null where the control is optional.
///
/// `asked` starts in lower case, as errors use it, and is written as a sentence here.
pub(super) fn optional(kind: &str, asked: &str, head: &Head) -> Value {
    let mut letters = asked.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let sentence = format!("{first}{}", letters.as_str());
    if head.required {
        return json!({"type": kind, "description": format!("{sentence}.")});
    }
    let description = format!("{sentence}; null where there is none.");
    json!({"anyOf": [{"type": kind}, {"type": "null"}], "description": description})
}
