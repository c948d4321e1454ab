//! Objects that are no answers: the schema given back, and calls of a tool whose arguments are the answer.

use serde_json::{Map, Value};

use crate::label::strict;

/// What models call the tool.
const NAME_KEYS: [&str; 5] = ["name", "function", "tool", "tool_name", "action"];

/// Where they put what they call it with.
const ARGUMENT_KEYS: [&str; 6] = ["arguments", "parameters", "args", "input", "tool_input", "action_input"];

/// What else stands in a call.
const OTHER_KEYS: [&str; 4] = ["id", "type", "index", "call_id"];

/// What a schema may say a value is.
const TYPES: [&str; 7] = ["object", "array", "string", "number", "integer", "boolean", "null"];

/// How many objects are taken off a call at most.
const DEEPEST: usize = 3;

/// Returns the arguments of a tool call; any other value as it is.
pub(super) fn called(mut value: Value) -> Value {
    for _ in 0..DEEPEST {
        match inner(&value) {
            Some(inner) => value = inner,
            None => break,
        }
    }
    value
}

/// Returns whether an object is a JSON schema, or the `properties` of one.
pub(super) fn is_schema(value: &Value) -> bool {
    let Value::Object(fields) = value else { return false };
    let describes = |properties: &Map<String, Value>| {
        !properties.is_empty() && properties.values().all(describes_a_value)
    };
    match fields.get("properties") {
        Some(Value::Object(properties)) => describes(properties),
        _ => describes(fields),
    }
}

fn describes_a_value(schema: &Value) -> bool {
    let names_a_type = || schema["type"].as_str().is_some_and(|name| TYPES.contains(&name));
    schema.is_object() && (names_a_type() || schema["anyOf"].is_array() || schema["enum"].is_array())
}

fn inner(value: &Value) -> Option<Value> {
    let fields = value.as_object()?;
    let is_known =
        |key: &str| NAME_KEYS.contains(&key) || ARGUMENT_KEYS.contains(&key) || OTHER_KEYS.contains(&key);
    match fields.get("tool_calls").and_then(Value::as_array).map(Vec::as_slice) {
        Some([call]) if fields.len() == 1 => return Some(call.clone()),
        _ if !fields.keys().all(|key| is_known(key)) => return None,
        _ => {}
    }
    if let Some(function @ Value::Object(_)) = fields.get("function") {
        return Some(function.clone());
    }
    let is_named = NAME_KEYS.iter().any(|&key| fields.get(key).is_some_and(Value::is_string));
    let mut arguments = ARGUMENT_KEYS.iter().filter_map(|&key| fields.get(key));
    match (arguments.next().filter(|_| is_named)?, arguments.next()) {
        (object @ Value::Object(_), None) => Some(object.clone()),
        (Value::String(json), None) => strict::read(json).ok().filter(Value::is_object),
        _ => None,
    }
}
