//! Anthropic by its own interface, the only one of its two that takes a schema.

#[cfg(test)]
mod tests;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use url::Url;

use super::address::{ends_in, join};
use super::openai::sensitive;
use super::wire::{MOST_COUNTED, content_text, cost, count, outline, read_json};
use super::{DecodeError, EncodeError, Provider, Row};
use crate::http::retry::Verdict;
use crate::http::secret::Secret;
use crate::http::transport::Reply;
use crate::label::prediction::Usage;
use crate::llm::budget::ANSWER_LIMIT;
use crate::llm::chat::{Bill, ChatRequest, Completion, Document, Image, Message, Part, Response, Role};
use crate::llm::judge::judge;
use crate::llm::ladder::{Capabilities, Rung};
use crate::llm::repair::read;

/// The version of the interface, which every request must name.
const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// The row of the table of providers.
///
/// The default model was chosen in November 2026: of all that take a schema it is the cheapest by far (a tenth of
/// claude-haiku-4-5), no end is announced for it, and its name without a date stays what it is. Like all since
/// claude-opus-4-7 it takes no temperature.
pub(super) const ROW: Row = Row {
    name: "anthropic",
    about: "Anthropic's Claude, by its own interface (`/v1/messages`)",
    default_model: Some("claude-haiku-5-5"),
    default_base: Some("https://api.anthropic.com/v1"),
    needs_key: true,
    key_variables: &["ANTHROPIC_API_KEY"],
    // A new account has 50 requests a minute, and a sharp rise is refused even below the limit.
    concurrency: 8,
    lacks: &["seed-model"],
    provider: |_| Box::new(Anthropic),
};

/// Most places of a schema that may be of several types; one with more is refused
/// (<https://platform.claude.com/docs/en/build-with-claude/structured-outputs>).
const MOST_UNIONS: usize = 16;

#[derive(Debug)]
struct Anthropic;

impl Provider for Anthropic {
    fn name(&self) -> &'static str {
        ROW.name
    }

    /// A base may lack the version, as Anthropic's own clients and most who imitate its interface write it.
    fn endpoint(&self, base: &Url, _model: &str) -> Url {
        let is_versioned = ends_in(base, "/v1") || ends_in(base, "/messages");
        join(base, if is_versioned { "messages" } else { "v1/messages" })
    }

    fn headers(&self, key: Option<&Secret>) -> HeaderMap {
        let key = key.and_then(|key| sensitive(key.expose()));
        let key = key.map(|key| (HeaderName::from_static("x-api-key"), key));
        let version = (HeaderName::from_static("anthropic-version"), VERSION);
        key.into_iter().chain([version]).collect()
    }

    fn rungs(&self) -> &'static [Rung] {
        &[Rung::Strict, Rung::Prompt]
    }

    fn capabilities(&self, _base: &Url, _model: &str) -> Capabilities {
        Capabilities {
            rung: Rung::Strict,
            token_limit: "max_tokens".to_owned(),
            several: false,
            logprobs: false,
            refused: Vec::new(),
        }
    }

    /// A request must have a token limit, so there is one where nobody asked for it.
    fn body(&self, request: &ChatRequest, capabilities: &Capabilities) -> Result<Value, EncodeError> {
        let parameters = &request.parameters;
        let rung = rung(request, capabilities);
        let phrased = rung.phrase(request);
        let (system, others): (Vec<&Message>, Vec<&Message>) =
            phrased.messages.iter().partition(|message| message.role == Role::System);
        let mut body = json!({
            "model": request.model,
            "max_tokens": parameters.max_tokens.unwrap_or(ANSWER_LIMIT),
            "messages": messages(&others)?,
        });
        let system = texts(&system);
        if !system.is_empty() {
            body["system"] = json!(system.join("\n\n"));
        }
        let mut output = Map::new();
        if let (Some(schema), Rung::Strict) = (&request.schema, rung) {
            output.insert("format".to_owned(), json!({"type": "json_schema", "schema": schema}));
        }
        match parameters.reasoning_effort.as_deref() {
            Some("none") => body["thinking"] = json!({"type": "disabled"}),
            Some(effort) => drop(output.insert("effort".to_owned(), json!(effort))),
            None => {}
        }
        if let Some(temperature) = parameters.temperature {
            body["temperature"] = json!(temperature);
        }
        for (key, value) in &parameters.extra {
            match value {
                Value::Object(more) if key == "output_config" => output.extend(more.clone()),
                _ => body[key] = value.clone(),
            }
        }
        if !output.is_empty() {
            body["output_config"] = Value::Object(output);
        }
        Ok(body)
    }

    fn completion(&self, reply: &Reply) -> Result<Completion, DecodeError> {
        let body = read_json(reply)?;
        if !body["content"].is_array() {
            return Err(DecodeError::Other { expected: "a list as `content`", found: outline(&body) });
        }
        // What the model thinks is under other keys.
        let text = content_text(&body["content"]);
        let response = match body["stop_reason"].as_str() {
            Some("max_tokens" | "model_context_window_exceeded") => Response::Truncated(text),
            Some("refusal") => Response::Refused(refused(&body)),
            _ => Response::text(text),
        };
        Ok(Completion { responses: vec![response], bill: bill(&body, reply) })
    }

    fn bill(&self, reply: &Reply) -> Bill {
        bill(&read(&reply.body).unwrap_or_default(), reply)
    }

    fn judge(&self, reply: &Reply) -> Verdict {
        judge(reply)
    }
}

/// Returns how JSON is asked for: without the field where it would be refused for the schema alone, which says nothing of
/// the endpoint.
fn rung(request: &ChatRequest, capabilities: &Capabilities) -> Rung {
    let is_too_much = request.schema.as_ref().is_some_and(|schema| MOST_UNIONS < unions(schema));
    match capabilities.rung {
        Rung::Strict if !is_too_much => Rung::Strict,
        _ => Rung::Prompt,
    }
}

/// Counts the places of a schema that may be of several types.
fn unions(schema: &Value) -> usize {
    match schema {
        Value::Object(fields) => {
            let is_union = fields.get("anyOf").is_some_and(Value::is_array)
                || fields.get("type").is_some_and(Value::is_array);
            usize::from(is_union) + fields.values().map(unions).sum::<usize>()
        }
        Value::Array(entries) => entries.iter().map(unions).sum(),
        _ => 0,
    }
}

/// Returns what is said in these messages; texts without a letter are refused, and thus left out.
fn texts<'a>(messages: &[&'a Message]) -> Vec<&'a str> {
    let parts = messages.iter().flat_map(|message| &message.parts);
    let texts = parts.filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        Part::Image(_) | Part::Document(_) => None,
    });
    texts.filter(|text| !text.trim().is_empty()).collect()
}

/// Returns the conversation, in which the sides take turns: what one says in several messages is put into one.
fn messages(messages: &[&Message]) -> Result<Vec<Value>, EncodeError> {
    let mut turns: Vec<(Role, Vec<Value>)> = Vec::new();
    for message in messages {
        let blocks: Vec<Value> = message.parts.iter().filter_map(block).collect();
        match turns.last_mut() {
            _ if blocks.is_empty() => {}
            Some((role, said)) if *role == message.role => said.extend(blocks),
            _ => turns.push((message.role, blocks)),
        }
    }
    if turns.is_empty() {
        return Err(EncodeError("the prompt is empty, and Anthropic takes none that is".to_owned()));
    }
    let turns = turns.into_iter().map(|(role, blocks)| {
        let content = match &*blocks {
            [block] if block["type"] == "text" => block["text"].clone(),
            blocks => json!(blocks),
        };
        json!({"role": role.name(), "content": content})
    });
    Ok(turns.collect())
}

fn block(part: &Part) -> Option<Value> {
    let source = match part {
        Part::Text(text) => {
            return (!text.trim().is_empty()).then(|| json!({"type": "text", "text": text}));
        }
        // Nothing that is still to be fetched is sent; a preview may show it.
        Part::Image(Image::Url(url) | Image::Stored(url)) => json!({"type": "url", "url": url}),
        Part::Image(Image::Inline { media_type, base64 }) => {
            json!({"type": "base64", "media_type": media_type, "data": base64})
        }
        Part::Document(document) => return Some(self::document(document)),
    };
    Some(json!({"type": "image", "source": source}))
}

/// As in <https://platform.claude.com/docs/en/build-with-claude/pdf-support>.
fn document(document: &Document) -> Value {
    match document {
        Document::Stored(url) => json!({"type": "document", "source": {"type": "url", "url": url}}),
        Document::Inline { name, base64 } => {
            let source = json!({"type": "base64", "media_type": "application/pdf", "data": base64});
            json!({"type": "document", "title": name, "source": source})
        }
    }
}

/// Returns why there is no answer, in the provider's words where it has any.
fn refused(body: &Value) -> String {
    let details = &body["stop_details"];
    let words = ["explanation", "category"].iter().filter_map(|key| details[*key].as_str());
    match words.into_iter().find(|words| !words.trim().is_empty()) {
        Some(words) => format!("the model refuses to answer (`refusal`: {words})"),
        None => "the model refuses to answer (`refusal`)".to_owned(),
    }
}

/// Reads the counts; what came from a cache or went into one is told apart from the rest of the prompt.
fn bill(body: &Value, reply: &Reply) -> Bill {
    let usage = &body["usage"];
    let cached_tokens = count(&usage["cache_read_input_tokens"]);
    let fresh = count(&usage["input_tokens"]) + count(&usage["cache_creation_input_tokens"]);
    let usage = Usage {
        requests: 1,
        prompt_tokens: (fresh + cached_tokens).min(MOST_COUNTED),
        completion_tokens: count(&usage["output_tokens"]),
        cached_tokens,
        reasoning_tokens: count(&usage["output_tokens_details"]["thinking_tokens"]),
    };
    Bill { usage, cost: cost(body, reply) }
}
