//! JSON values as text, and text that Label Studio can store.

use serde_json::Value;

/// Returns a value as a person would write it; `None` for null.
///
/// Numbers and truth values are written out, a list is one line an entry, an object stays JSON.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.to_string()),
        Value::Array(entries) => {
            let lines: Vec<String> = entries.iter().filter_map(plain).collect();
            Some(lines.join("\n"))
        }
    }
}

/// Returns the text without the control characters that databases and browsers refuse.
///
/// Line feed, carriage return and tab stay. Label Studio stores NUL on `SQLite` and fails on other databases.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\r' | '\t'))
        .collect()
}

/// Returns what a value is, for errors: ``text `maybe` ``, `a list`, `null`.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) => format!("text `{}`", shorten(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Returns the start of a text, on one line, short enough for an error.
pub fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Returns names as `` `a`, `b` ``, for errors.
pub fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expect: Option<&str>) {
        assert_eq!(plain(value).as_deref(), expect);
    }

    #[test]
    fn values_are_written_as_a_person_would() {
        check(&json!("a\nb"), Some("a\nb"));
        check(&json!(3), Some("3"));
        check(&json!(2.5), Some("2.5"));
        check(&json!(true), Some("true"));
        check(&json!(["a", 1, null, ["b", "c"]]), Some("a\n1\nb\nc"));
        check(&json!({"b": 1, "a": "x"}), Some(r#"{"b":1,"a":"x"}"#));
        check(&Value::Null, None);
    }

    #[test]
    fn control_characters_are_removed() {
        assert_eq!(clean("a\u{0}b\u{1b}[1m\tc\r\nd\u{7f}"), "ab[1m\tc\r\nd");
    }

    #[test]
    fn long_texts_are_shortened_at_a_character() {
        assert_eq!(shorten(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
        assert_eq!(shorten(" a\n b "), "a b");
    }
}
