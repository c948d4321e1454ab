//! Completions and refusals in the words of each dialect.

use serde_json::{Value, json};

use super::anthropic;
use super::asked::{Asked, Dialect, tokens};
use crate::support::canned::Canned;

/// What the model says.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// One text a response.
    pub(crate) texts: Vec<String>,
    /// `stop`, `length` or `content_filter`.
    pub(crate) finish_reason: String,
    /// A refusal of the model's own, instead of a text.
    pub(crate) refusal: Option<String>,
    /// Tokens of prompt and answer; counted where there is none.
    pub(crate) usage: Option<(usize, usize)>,
    /// What is told of the tokens of each text, where that is asked for.
    pub(crate) tokens: Vec<Value>,
}

impl Said {
    /// Says this as often as was asked for.
    pub(crate) fn text(asked: &Asked, text: &str) -> Self {
        let texts = vec![text.to_owned(); asked.responses];
        Self { texts, finish_reason: "stop".to_owned(), refusal: None, usage: None, tokens: Vec::new() }
    }
}

/// Tells of a token: its text, how probable it was, and what else could have stood there.
pub(crate) fn token(text: &str, probability: f64, other: Option<(&str, f64)>) -> Value {
    let one = |text: &str, probability: f64| json!({"token": text, "bytes": text.as_bytes(), "logprob": probability.ln()});
    let top =
        [(text, probability)].into_iter().chain(other).map(|(text, probability)| one(text, probability));
    let mut token = one(text, probability);
    token["top_logprobs"] = top.collect();
    token
}

/// Writes a completion.
pub(crate) fn completion(asked: &Asked, said: &Said) -> Canned {
    let counted = || (asked.prompt_tokens(), said.texts.iter().map(|text| tokens(text)).sum::<usize>());
    let (prompt, completion) = said.usage.unwrap_or_else(counted);
    match asked.dialect {
        Dialect::Ollama => return ollama(asked, said),
        Dialect::Anthropic => return anthropic::completion(asked, said, (prompt, completion)),
        Dialect::OpenAi | Dialect::AzureClassic | Dialect::AzureV1 => {}
    }
    let choices = said.texts.iter().enumerate().map(|(index, text)| {
        let content = if said.refusal.is_some() { Value::Null } else { json!(text) };
        let message = json!({"role": "assistant", "content": content, "refusal": said.refusal});
        let tokens = said.tokens.get(index).filter(|_| asked.body["logprobs"] == true);
        let logprobs = tokens.map(|tokens| json!({"content": tokens, "refusal": null}));
        json!({"index": index, "message": message, "logprobs": logprobs, "finish_reason": said.finish_reason})
    });
    Canned::json(
        200,
        &json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000, "model": asked.model,
            "choices": choices.collect::<Vec<_>>(),
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
        }),
    )
}

/// Writes Ollama's answer: one object, or lines of them where nobody turned streaming off.
fn ollama(asked: &Asked, said: &Said) -> Canned {
    let text = said.texts.first().map(String::as_str).unwrap_or_default();
    let end = json!({
        "model": asked.model, "created_at": "2026-11-20T08:00:00Z", "message": {"role": "assistant", "content": text},
        "done": true, "done_reason": said.finish_reason, "total_duration": 1_000_000, "prompt_eval_count": asked.prompt_tokens(),
        "eval_count": tokens(text),
    });
    let mut end = end;
    if let Some(tokens) = said.tokens.first().filter(|_| asked.body["logprobs"] == true) {
        end["logprobs"] = tokens.clone();
    }
    if asked.body["stream"] == false {
        return Canned::json(200, &end);
    }
    let mut start = end.clone();
    start["done"] = json!(false);
    end["message"]["content"] = json!("");
    Canned::new(200, "application/x-ndjson", format!("{start}\n{end}\n"))
}

/// Writes an error as the dialect does: `OpenAI`'s object, Anthropic's, where the code is the type, or Ollama's string.
pub(crate) fn refusal(dialect: Dialect, status: u16, code: &str, message: &str) -> Canned {
    if dialect == Dialect::Ollama {
        return Canned::json(status, &json!({"error": message}));
    }
    if dialect == Dialect::Anthropic {
        return anthropic::error(status, code, message);
    }
    let kind = if code == "insufficient_quota" { code } else { "invalid_request_error" };
    Canned::json(status, &json!({"error": {"message": message, "type": kind, "param": null, "code": code}}))
}
