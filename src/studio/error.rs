//! Why Label Studio did not do what was asked, in words a person can act on.

use reqwest::StatusCode;
use serde_json::Value;

use crate::http::transport::{Reply, SendError};

/// Why Label Studio did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StudioError {
    /// The address cannot be used as it was given.
    #[error("{0}")]
    Address(String),
    /// Nobody answers.
    #[error("Label Studio cannot be reached at `{address}`: {words}")]
    Unreachable { address: String, words: String },
    /// Somebody answers who is not Label Studio, or it is under another path.
    #[error("no Label Studio answers at `{address}`: {words}")]
    WrongUrl { address: String, words: String, advice: String },
    /// The key cannot be used, or is refused.
    #[error("{words}")]
    Key { words: String, advice: String },
    /// The project does not exist, or the key's user may not see it.
    #[error("{0}")]
    Project(String),
    /// The view does not exist or belongs to another project, or the chosen tasks do not exist.
    #[error("{0}")]
    Selection(String),
    /// This tool needs a newer Label Studio.
    #[error(
        "Label Studio at `{address}` has version {found}, and this tool needs {needed} or newer; update Label Studio"
    )]
    TooOld { address: String, found: String, needed: String },
    /// What was asked for does not exist.
    #[error("{what}: Label Studio answered {status}: {words}")]
    Missing { what: String, status: StatusCode, words: String },
    /// Label Studio refused this request and would refuse it again.
    #[error("{what}: Label Studio refused ({status}): {words}")]
    Refused { what: String, status: StatusCode, words: String },
    /// Label Studio, or a proxy before it, failed; a request that changes something may or may not have landed.
    #[error("{what}: Label Studio failed ({status}): {words}; its own log says more")]
    Server { what: String, status: StatusCode, words: String },
    /// The connection broke: the request may or may not have landed.
    #[error("{what}: the connection broke: {words}")]
    Unknown { what: String, words: String },
    /// An answer that cannot be understood.
    #[error("{what}: Label Studio answered something unexpected: {words}")]
    Unexpected { what: String, words: String },
    /// An answer that is too long to be held; asking for less may help.
    #[error("{what}: Label Studio's answer is too long: {words}")]
    TooLong { what: String, words: String },
    /// Stopping was asked for first.
    #[error("stopped before Label Studio was asked")]
    Stopped,
}

/// Longer texts are shown by their two ends.
const SHOWN_CHARACTERS: usize = 400;

impl StudioError {
    /// Tells a transport's failure for a request named `what`.
    pub(super) fn from_send(error: SendError, what: &str, address: &str) -> Self {
        let what = what.to_owned();
        match error {
            // No answer is judged so here, so it is the transport's own limit.
            SendError::Rejected { message, .. } => Self::TooLong { what, words: message },
            SendError::Aborted { status, message, advice } => {
                Self::Refused { what, status, words: format!("{message}; {advice}") }
            }
            SendError::GaveUp { attempts, message, status: Some(status) } => {
                Self::Server { what, status, words: format!("{message} ({attempts} attempts)") }
            }
            SendError::WaitTooLong { status, message } => Self::Server { what, status, words: message },
            SendError::GaveUp { message, status: None, .. } | SendError::Unreachable { message, .. } => {
                // The address is named already.
                let words = message.split_once(": ").map_or(message.as_str(), |(_, words)| words).to_owned();
                Self::Unreachable { address: address.to_owned(), words }
            }
            SendError::Unknown { message } => Self::Unknown { what, words: message },
            // Nobody pays for these requests.
            SendError::Unaffordable { .. } | SendError::Stopped => Self::Stopped,
        }
    }

    /// Tells a reply that is no success; `None` where it is one.
    pub(super) fn from_reply(reply: &Reply, what: &str, address: &str) -> Option<Self> {
        let (status, words, what) = (reply.status, words(reply), what.to_owned());
        if status.is_success() {
            return None;
        }
        if status.is_redirection() {
            let words = format!("it redirects ({status})");
            return Some(Self::WrongUrl { address: address.to_owned(), words, advice: redirect(reply) });
        }
        Some(match status {
            StatusCode::NOT_FOUND => Self::Missing { what, status, words },
            _ if status.is_client_error() => Self::Refused { what, status, words },
            _ => Self::Server { what, status, words },
        })
    }
}

impl StudioError {
    /// Returns what to do about it, where there is more to say than the message does.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::WrongUrl { advice, .. } | Self::Key { advice, .. } => Some(advice.clone()),
            Self::Address(_)
            | Self::Unreachable { .. }
            | Self::Project(_)
            | Self::Selection(_)
            | Self::TooOld { .. }
            | Self::Missing { .. }
            | Self::Refused { .. }
            | Self::Server { .. }
            | Self::Unknown { .. }
            | Self::Unexpected { .. }
            | Self::TooLong { .. }
            | Self::Stopped => None,
        }
    }
}

/// Returns whether a reply is a web page rather than JSON.
pub(super) fn is_page(reply: &Reply) -> bool {
    let start = reply.body.trim_ascii_start();
    start.len() >= 2 && start[0] == b'<' && (start[1] == b'!' || start[1].is_ascii_alphabetic())
}

/// Returns what a server says in its own words, cut to a length that can be read.
pub(super) fn words(reply: &Reply) -> String {
    if is_page(reply) {
        return page_title(&reply.body);
    }
    let text = match serde_json::from_slice::<Value>(&reply.body) {
        Ok(body) => said(&body),
        Err(_) => String::from_utf8_lossy(&reply.body).trim().to_owned(),
    };
    if text.is_empty() { "it gave no reason".to_owned() } else { shorten(&text) }
}

/// Puts a text on one line and cuts out the middle of a long one: Label Studio repeats what was sent and says at the
/// end what is wrong with it.
pub(super) fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = line.chars().count();
    if length <= SHOWN_CHARACTERS {
        return line;
    }
    let half = SHOWN_CHARACTERS / 2;
    let head: String = line.chars().take(half).collect();
    let tail: String = line.chars().skip(length - half).collect();
    format!("{head} … {tail}")
}

/// Returns the reasons out of an error body: `detail`, `validation_errors`, or whatever texts there are.
fn said(body: &Value) -> String {
    let Value::Object(fields) = body else { return texts(body) };
    let detail = fields.get("detail").map(texts).unwrap_or_default();
    match fields.get("validation_errors").map(texts) {
        Some(errors) if !errors.is_empty() => errors,
        _ if !detail.is_empty() => detail,
        _ => texts(body),
    }
}

/// Joins the texts inside a JSON value, named by their keys where the keys say something.
fn texts(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let all: Vec<String> = values.iter().map(texts).filter(|text| !text.is_empty()).collect();
            all.join("; ")
        }
        Value::Object(fields) => {
            let named = |(name, value): (&String, &Value)| match (name.as_str(), texts(value)) {
                (_, text) if text.is_empty() => None,
                ("non_field_errors" | "detail" | "error" | "errors", text) => Some(text),
                (name, text) => Some(format!("{name}: {text}")),
            };
            fields.iter().filter_map(named).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// Describes a web page by its title.
fn page_title(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|start| {
        let open = start + lower[start..].find('>')? + 1;
        let close = open + lower[open..].find("</title")?;
        Some(text[open..close].trim())
    });
    match title {
        Some(title) if !title.is_empty() => format!("a web page titled `{}`", shorten(title)),
        _ => "a web page instead of JSON".to_owned(),
    }
}

/// Says what to do about a redirect; they are never followed, because the key is for one host only.
fn redirect(reply: &Reply) -> String {
    let location = reply.headers.get(reqwest::header::LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| url::Url::parse(location).ok()).and_then(|mut url| {
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        let (base, _) = url.as_str().split_once("/api/")?;
        Some(base.to_owned())
    });
    match target {
        Some(base) => format!("give `--url {base}`"),
        None => "perhaps it is a proxy's login page; give the address that answers by itself".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use reqwest::header::{HeaderMap, HeaderValue, LOCATION};

    use super::*;

    fn check(status: u16, body: &str, expect: &str) {
        let reply = Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        let error = StudioError::from_reply(&reply, "`POST api/x`", "http://h").unwrap().to_string();
        assert!(error.contains(expect), "{error}");
        assert!(error.chars().count() < 600, "{error}");
    }

    #[test]
    fn the_servers_own_words_are_kept() {
        check(
            400,
            r#"{"detail":"Validation error","validation_errors":{"score":["too high"]}}"#,
            "score: too high",
        );
        check(
            400,
            r#"{"detail":"Validation error","validation_errors":["Prediction 1: bad"]}"#,
            "(400 Bad Request): Prediction 1: bad",
        );
        check(400, r#"{"validation_errors":{"non_field_errors":["a","b"]}}"#, "Bad Request): a; b");
        check(400, r#"{"label_config":["no element found"]}"#, "label_config: no element found");
        check(403, r#"{"detail":"You do not have permission"}"#, "refused (403 Forbidden): You do not");
        check(500, "", "it gave no reason");
        check(502, "upstream\n  is down", "upstream is down");
    }

    #[test]
    fn a_web_page_is_told_by_its_title() {
        let page =
            format!("\n<!DOCTYPE html><html><head><TITLE lang=en> Not Found </TITLE>{}", "x".repeat(170_000));
        check(404, &page, "a web page titled `Not Found`");
        check(500, "<html><body>oh", "a web page instead of JSON");
    }

    #[test]
    fn a_long_text_keeps_both_ends() {
        let body = format!(r#"{{"detail":"{{'task': 1{} contains invalid task"}}"#, ", 'x': 'ä'".repeat(500));
        check(400, &body, "contains invalid task");
        check(400, &body, "{'task': 1, 'x'");
    }

    #[test]
    fn a_redirect_says_which_address_to_give() {
        let mut reply = Reply { status: StatusCode::FOUND, headers: HeaderMap::new(), body: Vec::new() };
        let told = |reply: &Reply| {
            let error = StudioError::from_reply(reply, "x", "http://h").unwrap();
            format!("{error}; {}", error.advice().unwrap())
        };
        assert!(told(&reply).contains("login page"), "{}", told(&reply));
        reply.headers.insert(LOCATION, "https://h/ls/api/version?key=secret".parse().unwrap());
        assert!(told(&reply).contains("give `--url https://h/ls`"), "{}", told(&reply));
        assert!(!told(&reply).contains("secret"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_is_answered_breaks_the_reader(
            status in 100..=999_u16,
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..80).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
                r#"(\{"(detail|validation_errors|x)":|\[|"é",|7|null|\]|\}|"b"){0,12}"#,
                "(<|<!|title|<TITLE é|>|</title|İ|x){0,8}",
            ],
            location in prop::collection::vec(any::<u8>(), 0..30),
        ) {
            let status = StatusCode::from_u16(status).unwrap();
            let headers = HeaderValue::from_bytes(&location).map(|location| (LOCATION, location));
            let reply = Reply { status, headers: headers.into_iter().collect(), body: body.into_bytes() };
            let error = StudioError::from_reply(&reply, "x", "http://h");
            prop_assert_eq!(error.is_none(), status.is_success());
            let told = error.map(|error| format!("{error} {:?}", error.advice())).unwrap_or_default();
            prop_assert!(told.chars().count() < 600, "{told}");
        }
    }
}
