//! Values as Python writes them: `str`, `repr`, and `json.dumps` with its default settings.
//!
//! See <https://docs.python.org/3/library/stdtypes.html#str>; floats are written with the fewest digits that tell them
//! apart, with an exponent below 1e-4 and from 1e16 on.

use serde_json::{Number, Value};

/// Returns `str(value)`.
pub(super) fn str(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

/// Returns `repr(value)`.
pub(super) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => self::number(number),
        Value::String(text) => quoted(text),
        Value::Array(entries) => format!("[{}]", joined(entries.iter().map(repr))),
        Value::Object(fields) => {
            format!(
                "{{{}}}",
                joined(fields.iter().map(|(key, value)| format!("{}: {}", quoted(key), repr(value))))
            )
        }
    }
}

/// Returns `ascii(value)`: `repr` with every other character escaped.
pub(super) fn ascii(value: &Value) -> String {
    let written = repr(value);
    written
        .chars()
        .map(|letter| if letter.is_ascii() { letter.to_string() } else { escape(letter) })
        .collect()
}

/// Returns `json.dumps(value)`.
pub(super) fn dumps(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => self::number(number),
        Value::String(text) => dumped(text),
        Value::Array(entries) => format!("[{}]", joined(entries.iter().map(dumps))),
        Value::Object(fields) => {
            format!(
                "{{{}}}",
                joined(fields.iter().map(|(key, value)| format!("{}: {}", dumped(key), dumps(value))))
            )
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn number(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => self::float(float),
        None => number.to_string(),
    }
}

fn float(float: f64) -> String {
    let scientific = format!("{float:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let plain = float.to_string();
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// Writes a string as `repr` does: in double quotes only where it holds a single one and no double one.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut written = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '\\' => written.push_str("\\\\"),
            _ if letter == quote => written.extend(['\\', quote]),
            _ if is_printable(letter) => written.push(letter),
            _ => written.push_str(&escape(letter)),
        }
    }
    written.push(quote);
    written
}

/// Returns whether Python prints a character as it is. Unassigned characters are taken for printable ones.
fn is_printable(letter: char) -> bool {
    let is_format = matches!(letter,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0001}' | '\u{e0020}'..='\u{e007f}');
    let is_private =
        matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}');
    letter == ' ' || !(letter.is_control() || letter.is_whitespace() || is_format || is_private)
}

fn escape(letter: char) -> String {
    match u32::from(letter) {
        code @ ..0x100 => format!("\\x{code:02x}"),
        code @ ..0x1_0000 => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

/// Writes a string as JSON in ASCII.
fn dumped(text: &str) -> String {
    let mut written = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '\u{8}' => written.push_str("\\b"),
            '\u{c}' => written.push_str("\\f"),
            ' '..='~' => written.push(letter),
            _ => {
                let mut units = [0; 2];
                written.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// What Python itself writes.
    #[derive(Deserialize)]
    struct Case {
        value: Value,
        str: String,
        repr: String,
        ascii: String,
        dumps: String,
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("python.json")).expect("cases");
        assert!(30 <= cases.len());
        for case in cases {
            let found = [str(&case.value), repr(&case.value), ascii(&case.value), dumps(&case.value)];
            assert_eq!(found, [case.str, case.repr, case.ascii, case.dumps], "{}", case.value);
        }
    }
}
