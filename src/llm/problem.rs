//! What a provider says went wrong, out of the many shapes in which they say it.

use std::borrow::Cow;

use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use crate::http::secret::mask;
use crate::http::transport::Reply;
use crate::llm::repair::read;

/// Most characters of a provider's words in an error.
const WORDS_LIMIT: usize = 300;

/// An error of a provider. Missing texts are empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Problem {
    /// Such as `invalid_api_key`; a number is kept as its digits.
    pub code: String,
    /// The provider's class of errors, such as `invalid_request_error`.
    pub kind: String,
    /// The field of the request it is about.
    pub field: String,
    /// In words, cut and without keys; ready to be shown.
    pub message: String,
    /// All that says what went wrong, in lower case, to look for marks in; without what was sent and is only repeated.
    text: String,
}

impl Problem {
    /// Reads the body of an unsuccessful reply; never fails, for anything may be in it.
    pub fn read(reply: &Reply) -> Self {
        let text = String::from_utf8_lossy(&reply.body);
        if let Ok(body) = read(&reply.body) {
            // Gemini wraps its error in an array.
            return Self::from_body(body.get(0).unwrap_or(&body));
        }
        let words = match text.trim() {
            "" => "an empty answer".to_owned(),
            page if is_page(reply) => page_title(page),
            words => words.to_owned(),
        };
        Self { message: show(&words), text: words.to_lowercase(), ..Self::default() }
    }

    /// Finds the error inside a reply of status 200: `OpenRouter` tells so of a failure behind it, in the body or in a
    /// choice.
    pub fn inside(reply: &Reply) -> Option<Self> {
        // Looking for the bytes first saves reading every good reply twice.
        if !reply.body.windows(7).any(|bytes| bytes == b"\"error\"") {
            return None;
        }
        let body = read(&reply.body).ok()?;
        let is_error = |value: &&Value| match value.get("error") {
            Some(Value::String(words)) => !words.is_empty(),
            error => error.is_some_and(Value::is_object),
        };
        let is_answer = |choice: &Value| {
            choice["message"].is_object() && choice["finish_reason"] != "error" && !is_error(&choice)
        };
        let choices = body["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Where one choice is an answer, it was paid for, whatever stands beside it.
        if choices.iter().any(is_answer) {
            return None;
        }
        [&body].into_iter().chain(choices).find(is_error).map(Self::from_body)
    }

    /// Returns whether the code or the class of errors is one of these.
    pub fn is_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.code.eq_ignore_ascii_case(name) || self.kind.eq_ignore_ascii_case(name))
    }

    /// Returns whether the code or the class of errors begins so, in lower case.
    pub fn begins_with(&self, name: &str) -> bool {
        [&self.code, &self.kind].iter().any(|word| word.to_ascii_lowercase().starts_with(name))
    }

    /// Returns whether one of these lower-case marks is in what is said.
    pub fn mentions(&self, marks: &[&str]) -> bool {
        marks.iter().any(|mark| self.text.contains(mark))
    }

    /// Returns what is said in lower case, one thing a line, most with its key, such as `retrydelay: 34s`.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn from_body(body: &Value) -> Self {
        let error = body.get("error").filter(|error| error.is_object()).unwrap_or(body);
        let word = |names: &[&str]| {
            let found = names.iter().filter_map(|name| error.get(name)).find_map(|value| match value {
                Value::String(text) if text != "None" => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            found.unwrap_or_default()
        };
        let words = [body.get("error"), error.get("message"), body.get("message"), body.get("detail")];
        let words = words.into_iter().flatten().find_map(words_of).unwrap_or_else(|| body.to_string());
        let mut text = String::new();
        collect("", body, &mut text);
        Self {
            code: word(&["code", "status_code", "statusCode"]),
            kind: word(&["type", "status"]),
            field: word(&["param"]),
            message: show(&words),
            text: text.to_lowercase(),
        }
    }
}

/// Returns whether a reply is a web page, which a model never is.
pub fn is_page(reply: &Reply) -> bool {
    let kind = reply.headers.get(CONTENT_TYPE);
    match reply.body.trim_ascii_start().first() {
        Some(b'<') => true,
        // Some servers send JSON under a wrong name.
        Some(b'{' | b'[') | None => false,
        Some(_) => kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")),
    }
}

/// Keys under which servers say what is wrong. What was asked may stand under any other, and in it any word.
const TELLING: &[&str] = &[
    "error",
    "errors",
    "message",
    "msg",
    "detail",
    "details",
    "description",
    "code",
    "status",
    "type",
    "error_type",
    "param",
    "loc",
    "reason",
    "reasons",
    "innererror",
    // `OpenRouter`'s, and what it was told itself.
    "metadata",
    "raw",
    // Gemini's.
    "violations",
    "quotaId",
    "retryDelay",
];

/// Collects what is said under the telling keys, one thing a line.
fn collect(key: &str, value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            object
                .iter()
                .filter(|(key, _)| TELLING.contains(&key.as_str()))
                .for_each(|(key, value)| collect(key, value, text));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(key, value, text)),
        Value::String(words) => text.extend([key, ": ", words, "\n"]),
        Value::Number(number) => text.extend([key, ": ", &number.to_string(), "\n"]),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Returns a message in words; `FastAPI` gives a list of places and complaints.
fn words_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => object.get("detail").and_then(words_of),
        Value::Array(complaints) => {
            let complaints = complaints.iter().filter_map(|complaint| {
                if let Value::String(text) = complaint {
                    return Some(text.clone());
                }
                let places = complaint["loc"].as_array().into_iter().flatten();
                let places =
                    places.map(|place| place.as_str().map_or_else(|| place.to_string(), str::to_owned));
                Some(format!("{}: {}", places.collect::<Vec<_>>().join("."), complaint["msg"].as_str()?))
            });
            Some(complaints.collect::<Vec<_>>().join("; "))
        }
        _ => None,
    }
}

fn page_title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title>").map(|start| start + "<title>".len());
    let title =
        title.and_then(|start| lower[start..].find("</title>").map(|length| &page[start..start + length]));
    match title {
        Some(title) => format!("a web page titled `{}`", title.trim()),
        None => "a web page".to_owned(),
    }
}

/// Returns the words on one line, without keys and full stop, cut where they get long.
fn show(words: &str) -> String {
    let words = without_python(words);
    let line = mask(words.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.'));
    match line.char_indices().nth(WORDS_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Replaces a Python dictionary at the end of a text by the message in it: `LiteLLM` prints what it caught.
fn without_python(words: &str) -> Cow<'_, str> {
    let found = words.find("{'").and_then(|start| {
        let dictionary = &words[start..];
        let message = ["'message': ", "'error': ", "'detail': "].iter().find_map(|key| {
            let (_, value) = dictionary.split_once(key)?;
            python_text(value)
        })?;
        Some(format!("{}{message}", &words[..start]))
    });
    found.map_or(Cow::Borrowed(words), Cow::Owned)
}

/// Returns the string literal that a text begins with.
fn python_text(value: &str) -> Option<String> {
    let mut characters = value.chars();
    let quote = characters.next().filter(|first| matches!(first, '\'' | '"'))?;
    let mut text = String::new();
    loop {
        match characters.next()? {
            '\\' => text.push(match characters.next()? {
                'n' | 'r' | 't' => ' ',
                escaped => escaped,
            }),
            end if end == quote => return Some(text),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;

    fn reply(body: &str) -> Reply {
        Reply { status: StatusCode::BAD_REQUEST, headers: HeaderMap::new(), body: body.into() }
    }

    /// Expects code, kind, field and message.
    fn check(body: &str, expect: [&str; 4]) {
        let problem = Problem::read(&reply(body));
        assert_eq!([&*problem.code, &*problem.kind, &*problem.field, &*problem.message], expect, "{body}");
    }

    #[test]
    fn every_shape_of_an_error_is_read() {
        let openai = r#"{"error":{"message":"No such\n field.","type":"t","param":"seed","code":"c"}}"#;
        check(openai, ["c", "t", "seed", "No such field"]);
        check(r#"{"error":{"code":400,"message":"too long","type":"x"}}"#, ["400", "x", "", "too long"]);
        check(r#"{"error":{"code":"401","message":"m","param":"None"}}"#, ["401", "", "", "m"]);
        let gemini = r#"[{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}]"#;
        check(gemini, ["429", "RESOURCE_EXHAUSTED", "", "m"]);
        check(r#"{"error":"model 'x' not found"}"#, ["", "", "", "model 'x' not found"]);
        check(r#"{"detail":"Invalid API key"}"#, ["", "", "", "Invalid API key"]);
        let fastapi =
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed",0],"msg":"Extra inputs"}]}"#;
        check(fastapi, ["", "", "", "body.seed.0: Extra inputs"]);
        let mistral =
            r#"{"object":"error","message":{"detail":[{"loc":["body"],"msg":"M"}]},"type":"t","code":null}"#;
        check(mistral, ["", "t", "", "body: M"]);
        check(
            r#"{"statusCode":429,"message":"Rate limit is exceeded."}"#,
            ["429", "", "", "Rate limit is exceeded"],
        );
        check(r#"{"error":["One.","Two."]}"#, ["", "", "", "One.; Two"]);
        check("", ["", "", "", "an empty answer"]);
        check("upstream timed out", ["", "", "", "upstream timed out"]);
        check("<html><TITLE>502 Bad</TITLE>x", ["", "", "", "a web page titled `502 Bad`"]);
        check("<!doctype html>", ["", "", "", "a web page"]);
        check("[]", ["", "", "", "[]"]);
    }

    #[test]
    fn a_python_dictionary_is_read_for_its_message() {
        let check = |words: &str, expect: &str| {
            let body = serde_json::json!({"error": {"message": words, "code": "401"}}).to_string();
            assert_eq!(Problem::read(&reply(&body)).message, expect);
        };
        check("{'error': {'message': 'Incorrect key', 'type': 't', 'param': None}}", "Incorrect key");
        check("{'error': \"Can't read model='x'.\"}", "Can't read model='x'");
        check(
            "litellm.E: Error code: 401 - {'error': {'message': 'It\\'s\\nbad'}}",
            "litellm.E: Error code: 401 - It's bad",
        );
        check("expected {'a': 1}", "expected {'a': 1}");
        check("cut {'message': 'no end", "cut {'message': 'no end");
    }

    #[test]
    fn long_words_are_cut_and_keys_are_hidden() {
        check("wrong key sk-abc4efgh", ["", "", "", "wrong key [hidden]"]);
        let long = Problem::read(&reply(&"é".repeat(1_000)));
        assert_eq!(long.message.chars().count(), WORDS_LIMIT + 1);
    }

    #[test]
    fn an_error_inside_a_success_is_found() {
        let check = |body: &str, expect: Option<&str>| {
            assert_eq!(
                Problem::inside(&reply(body)).map(|problem| problem.code),
                expect.map(str::to_owned),
                "{body}"
            );
        };
        check(r#"{"choices":[{"message":{"content":"the \"error\" in it"}}]}"#, None);
        check(r#"{"error":null,"choices":[]}"#, None);
        check(r#"{"error":{"code":502,"message":"m"}}"#, Some("502"));
        let empty = r#"{"message":"","type":"","code":null}"#;
        check(&format!(r#"{{"error":{empty},"choices":[{{"message":{{"content":"a"}}}}]}}"#), None);
        check(r#"{"error":"","message":{"content":"a"}}"#, None);
        check(r#"{"choices":[{"error":{"code":429,"message":"m"}}]}"#, Some("429"));
    }
}
