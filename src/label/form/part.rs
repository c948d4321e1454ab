//! Which part of an answer belongs to a control.

use serde_json::{Map, Value};

use crate::label::text;

/// How many lists and objects are taken off an answer until it has the keys that were asked for.
const DEEPEST: usize = 3;

/// Returns the part of an answer that belongs to a control; the error says what is missing.
///
/// Keys are the names of controls, case and separators aside. An answer without any of them is the bare value, if
/// `names`, which are those that were asked for, has only one.
pub(super) fn of<'a>(answer: &'a Value, name: &str, names: &[&str]) -> Result<&'a Value, String> {
    if let Some(fields) = keyed(answer, names) {
        let found = || text::quoted(fields.keys().map(String::as_str));
        return field(fields, name, names)
            .ok_or_else(|| format!("the answer has no `{name}`, only {}", found()));
    }
    if names.len() == 1 {
        if answer.as_object().is_some_and(Map::is_empty) {
            return Err("the answer is an empty object".to_owned());
        }
        return Ok(answer);
    }
    let found = match answer {
        Value::Object(_) => "an object without any of them".to_owned(),
        other => text::describe(other),
    };
    Err(format!("expected an object with {}, found {found}", text::quoted(names.iter().copied())))
}

/// Returns the object that holds at least one of the names, if need be inside lists and objects of a single entry.
fn keyed<'a>(answer: &'a Value, names: &[&str]) -> Option<&'a Map<String, Value>> {
    let mut answer = answer;
    for _ in 0..DEEPEST {
        answer = match answer {
            Value::Object(fields) if names.iter().any(|name| field(fields, name, names).is_some()) => {
                return Some(fields);
            }
            Value::Object(fields) if fields.len() == 1 => fields.values().next()?,
            Value::Array(entries) if entries.len() == 1 => &entries[0],
            _ => return None,
        };
    }
    None
}

/// Returns the field of this name, or the only one that differs in case and separators alone.
///
/// Where several of `names` differ so little, only the exact one counts.
pub(super) fn field<'a>(fields: &'a Map<String, Value>, name: &str, names: &[&str]) -> Option<&'a Value> {
    let plain = |name: &str| name.to_lowercase().replace([' ', '_', '-'], "");
    let is_alike = |other: &str| plain(other) == plain(name);
    let similar = || {
        let mut similar = fields.iter().filter(|(key, _)| is_alike(key));
        let is_clear = names.iter().filter(|other| is_alike(other)).count() == 1;
        similar.next().filter(|_| is_clear && similar.next().is_none()).map(|(_, value)| value)
    };
    fields.get(name).or_else(similar)
}
