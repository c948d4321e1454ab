//! The limits of strict schemas: too many labels in enums are told in words instead.

use serde_json::{Value, json};

/// The most enum values a whole schema may hold.
///
/// `OpenAI` allows 1,000; its documentation of structured outputs also limits the length of long enums, below.
const MOST_VALUES: usize = 1_000;

/// Enums with more values than this are also limited in length.
const LONG_ENUM: usize = 250;

/// The most characters in all values of a long enum.
const LONGEST_ENUM: usize = 15_000;

/// Turns enums of strings that a provider would refuse into free strings that name the labels in the description.
pub(super) fn relax(schema: &mut Value) {
    visit(schema, &|fields| is_long(fields));
    let mut values = 0;
    count(schema, &mut values);
    if MOST_VALUES < values {
        visit(schema, &|_| true);
    }
}

fn is_long(values: &[Value]) -> bool {
    let length = || values.iter().filter_map(Value::as_str).map(|value| value.chars().count()).sum::<usize>();
    MOST_VALUES < values.len() || (LONG_ENUM < values.len() && LONGEST_ENUM < length())
}

fn count(schema: &Value, values: &mut usize) {
    match schema {
        Value::Object(fields) => {
            *values += fields.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
            fields.values().for_each(|inner| count(inner, values));
        }
        Value::Array(entries) => entries.iter().for_each(|inner| count(inner, values)),
        _ => {}
    }
}

fn visit(schema: &mut Value, is_too_much: &dyn Fn(&[Value]) -> bool) {
    match schema {
        Value::Object(fields) => {
            let too_much = fields.get("type").and_then(Value::as_str) == Some("string")
                && fields.get("enum").and_then(Value::as_array).is_some_and(|values| is_too_much(values));
            if too_much && let Some(Value::Array(values)) = fields.remove("enum") {
                let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
                let asked = fields.get("description").and_then(Value::as_str).unwrap_or_default();
                let description = format!("{asked} Exactly one of these:\n{}", values.join("\n"));
                fields.insert("description".to_owned(), json!(description.trim()));
            }
            fields.values_mut().for_each(|inner| visit(inner, is_too_much));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|inner| visit(inner, is_too_much)),
        _ => {}
    }
}
