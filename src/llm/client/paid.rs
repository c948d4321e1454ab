//! What was paid for: replies as they came, what they say together, and what they cost.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tracing::warn;

use super::{AskError, Client};
use crate::http::secret::mask_own;
use crate::http::transport::Reply;
use crate::llm::chat::{ChatRequest, Completion, Response};
use crate::llm::provider::{DecodeError, PROVIDERS, ProviderOptions, Row};
use crate::llm::repair::read;

/// The headers that dialects read beside a body: `LiteLLM`'s cost.
const KEPT_HEADERS: &[&str] = &["x-litellm-response-cost"];

/// Deepest nesting of a body that is kept as JSON: the reader of records, in which it stands deeper, follows 128.
const DEEPEST: usize = 64;

/// A successful reply, as much of it as is needed to read it again; our own keys are not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawReply {
    /// JSON where it can be read as such and is not nested too deeply, else a string.
    pub body: Value,
    /// By name.
    pub headers: Vec<(String, String)>,
}

/// Replies that were paid for, and what they say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paid {
    /// Its bill may be of more replies than are here: what was of no use is counted as well.
    pub completion: Completion,
    /// What the responses were read from, in their order.
    pub replies: Vec<RawReply>,
}

/// No completion, and what was paid nevertheless.
#[derive(Debug, Clone)]
pub struct Unanswered {
    pub error: AskError,
    /// Replies that were of no use, without their responses.
    pub paid: Paid,
}

impl Client {
    /// Asks the model. The first request finds out which rung of the ladder the endpoint takes; others wait for it.
    ///
    /// Where the server gives fewer responses than asked for, it is asked again for the rest, with another seed, for
    /// the same one would give the same words. If that fails, those that were paid for are all there is.
    pub async fn complete(&self, request: &ChatRequest) -> Result<Paid, Unanswered> {
        let mut wasted = Paid::default();
        match self.collect(request, &mut wasted).await {
            Ok(paid) => Ok(paid.counting(wasted)),
            Err(error) => Err(Unanswered { error, paid: wasted }),
        }
    }

    /// Reads replies that were paid for before, as [`complete`](Self::complete) read them when they came.
    pub fn read(&self, replies: &[RawReply], wanted: u32) -> Result<Completion, DecodeError> {
        let mut paid = Paid::default();
        for reply in replies {
            paid.add(Paid::new(self.endpoint.provider.completion(&reply.to_reply())?, reply.clone()));
        }
        Ok(paid.cut(wanted).completion)
    }

    async fn collect(&self, request: &ChatRequest, wasted: &mut Paid) -> Result<Paid, AskError> {
        let count = request.parameters.responses.max(1);
        let mut paid = self.ask(request, wasted).await?;
        let mut rest = request.clone();
        loop {
            let given = u32::try_from(paid.completion.responses.len()).unwrap_or(u32::MAX);
            if count <= given {
                return Ok(paid.cut(count));
            }
            rest.parameters.responses = count - given;
            rest.parameters.seed = rest.parameters.seed.map(|seed| seed.wrapping_add(1));
            match self.ask(&rest, wasted).await {
                Ok(more) => paid.add(more),
                Err(error) => {
                    warn!("{given} of {count} responses have to do: {error}");
                    return Ok(paid);
                }
            }
        }
    }
}

impl RawReply {
    /// Takes what is needed of a reply; `sent` are the headers that carried our keys.
    pub(super) fn new(reply: &Reply, sent: &HeaderMap) -> Self {
        let body = match read(&reply.body) {
            Ok(json) if !is_deeper(&json, DEEPEST) => masked(lean(json), sent),
            Ok(_) | Err(_) => Value::String(mask_own(&String::from_utf8_lossy(&reply.body), sent)),
        };
        let header = |name: &&str| {
            let value = reply.headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), mask_own(value, sent)))
        };
        Self { body, headers: KEPT_HEADERS.iter().filter_map(header).collect() }
    }

    /// Returns what it says, read by the first dialect that can; nothing where none can.
    pub fn responses(&self) -> Vec<Response> {
        let read = |row: &Row| (row.provider)(&ProviderOptions::default()).completion(&self.to_reply()).ok();
        PROVIDERS.iter().find_map(read).map(|completion| completion.responses).unwrap_or_default()
    }

    /// Returns the body as it came.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Value::String(text) => text.clone().into_bytes(),
            json => json.to_string().into_bytes(),
        }
    }

    /// Returns the reply, as far as a dialect looks at it.
    pub(super) fn to_reply(&self) -> Reply {
        let header = |(name, value): &(String, String)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        };
        let headers = self.headers.iter().filter_map(header).collect();
        Reply { status: StatusCode::OK, headers, body: self.bytes() }
    }
}

impl Paid {
    /// What one reply says.
    pub(super) fn new(completion: Completion, reply: RawReply) -> Self {
        Self { completion, replies: vec![reply] }
    }

    /// Adds further replies and their responses.
    pub(super) fn add(&mut self, more: Self) {
        self.completion.responses.extend(more.completion.responses);
        self.completion.bill += more.completion.bill;
        self.replies.extend(more.replies);
    }

    /// Adds what was of no use: its responses count for nothing.
    pub(super) fn waste(&mut self, mut useless: Self) {
        useless.completion.responses.clear();
        self.add(useless);
    }

    /// Counts what was of no use with this, but keeps its replies out: they are not what this was read from.
    pub(super) fn counting(self, mut wasted: Self) -> Self {
        wasted.replies.clear();
        wasted.add(self);
        wasted
    }

    /// Leaves out responses that nobody wanted.
    pub(super) fn cut(mut self, wanted: u32) -> Self {
        self.completion.responses.truncate(wanted.max(1) as usize);
        self
    }
}

/// Returns whether arrays and objects are nested more deeply than this.
fn is_deeper(json: &Value, depth: usize) -> bool {
    let Some(rest) = depth.checked_sub(1) else { return json.is_array() || json.is_object() };
    match json {
        Value::Array(values) => values.iter().any(|value| is_deeper(value, rest)),
        Value::Object(fields) => fields.values().any(|value| is_deeper(value, rest)),
        _ => false,
    }
}

/// Takes off the bytes of tokens whose text says them as well: they are a third of a reply that tells of its tokens, and
/// it is kept for long.
fn lean(json: Value) -> Value {
    match json {
        Value::Array(values) => values.into_iter().map(lean).collect(),
        Value::Object(mut fields) => {
            let bytes = fields.get("bytes").and_then(Value::as_array);
            let is_told =
                fields.get("token").and_then(Value::as_str).zip(bytes).is_some_and(|(text, bytes)| {
                    bytes.iter().map(Value::as_u64).eq(text.bytes().map(|byte| Some(u64::from(byte))))
                });
            if is_told {
                fields.shift_remove("bytes");
            }
            fields.into_iter().map(|(name, value)| (name, lean(value))).collect()
        }
        plain => plain,
    }
}

/// Returns JSON with our own keys hidden in all its texts, names included.
fn masked(json: Value, sent: &HeaderMap) -> Value {
    match json {
        Value::String(text) => Value::String(mask_own(&text, sent)),
        Value::Array(values) => values.into_iter().map(|value| masked(value, sent)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (mask_own(&name, sent), masked(value, sent))).collect()
        }
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_are_kept_where_the_text_does_not_say_them() {
        let check = |token: Value, expect: Value| {
            let body = |token: Value| json!({"logprobs": [{"top_logprobs": [token]}]});
            assert_eq!(lean(body(token)), body(expect));
        };
        check(
            json!({"token": "né", "bytes": [110, 195, 169], "logprob": -1}),
            json!({"token": "né", "logprob": -1}),
        );
        for token in [
            json!({"token": "\u{fffd}", "bytes": [195]}),
            json!({"token": "a", "bytes": null}),
            json!({"bytes": [97]}),
        ] {
            check(token.clone(), token);
        }
    }
}
