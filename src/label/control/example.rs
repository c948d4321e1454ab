//! Stored regions told as the answer that a model would have had to give, for examples.

use serde_json::Value;

use super::{Control, Head};
use crate::label::task::Task;

/// Returns what the region that counts says under a key; the last region counts, as in the editor.
///
/// What says nothing, such as an empty list, is `None`.
pub(super) fn content<'a>(regions: &'a [Value], key: &str) -> Option<&'a Value> {
    let content = &regions.last()?["value"][key];
    match content {
        Value::Null => None,
        Value::Array(entries) if entries.is_empty() => None,
        _ => Some(content),
    }
}

/// Returns the answer for a control without a region, whose schema has this value for that.
pub(super) fn empty(head: &Head, blank: Value) -> Result<Value, String> {
    match (head.conditions.is_empty(), head.required) {
        (false, _) => Ok(Value::Null),
        (true, false) => Ok(blank),
        (true, true) => Err("it is empty, but it is required".to_owned()),
    }
}

/// Returns the answer for a control without a region, whose schema has no value for that unless the control is hidden.
pub(super) fn hidden(head: &Head) -> Result<Value, String> {
    if head.conditions.is_empty() {
        return Err("it is empty, and an answer cannot leave it so".to_owned());
    }
    Ok(Value::Null)
}

/// Returns an answer if reading it gives what is stored again; the error says why it does not.
pub(super) fn confirmed(
    control: &dyn Control,
    answer: Value,
    stored: &Value,
    task: &Task,
) -> Result<Value, String> {
    let reading = control.read(&answer, task);
    let holds_it =
        |value: &Value| value.as_object().is_some_and(|fields| fields.values().any(|held| held == stored));
    match reading.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None if reading.drafts.iter().any(|draft| holds_it(&draft.value)) => Ok(answer),
        None => Err(format!("`{stored}` cannot be told as an answer")),
    }
}
