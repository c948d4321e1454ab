//! A value that satisfies a JSON schema of the kinds that language models are asked for.

use serde_json::{Value, json};

/// Returns the first legal value: the first of an enum, the first alternative, an array of one.
pub(super) fn instance(schema: &Value) -> Value {
    if let Some(value) = schema["enum"].get(0) {
        return value.clone();
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(alternative) = schema["anyOf"].get(0).or_else(|| schema["oneOf"].get(0)) {
        return instance(alternative);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().unwrap_or(&Value::Null),
        kind => kind,
    };
    match kind.as_str().unwrap_or("object") {
        "string" => json!("positive"),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "boolean" => json!(true),
        "null" => Value::Null,
        "array" => json!([instance(&schema["items"])]),
        _ => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            Value::Object(properties.map(|(name, schema)| (name.clone(), instance(schema))).collect())
        }
    }
}
