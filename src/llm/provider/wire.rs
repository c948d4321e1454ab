//! The wire format of chat completions, which `OpenAI`, Azure and every compatible server share.

use serde_json::{Map, Value, json};

use super::{DecodeError, tokens};
use crate::http::transport::Reply;
use crate::label::prediction::Usage;
use crate::llm::chat::{Bill, ChatRequest, Completion, Document, Image, Message, Part, Response, Wording};
use crate::llm::ladder::{Capabilities, Rung};
use crate::llm::problem::is_page;
use crate::llm::repair::read;

/// Returns the body of a request; nothing is in it that nobody asked for.
pub(super) fn encode(request: &ChatRequest, capabilities: &Capabilities) -> Value {
    let phrased = capabilities.rung.phrase(request);
    let parameters = &request.parameters;
    let mut body = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(key.to_owned(), value);
        }
    };
    put("model", Some(json!(request.model)));
    put("messages", Some(phrased.messages.iter().map(message).collect()));
    put(
        "response_format",
        request.schema.as_ref().and_then(|schema| response_format(capabilities.rung, schema)),
    );
    put("temperature", parameters.temperature.map(Value::from));
    put(&capabilities.token_limit, parameters.max_tokens.map(Value::from));
    put("n", (capabilities.several && 1 < parameters.responses).then(|| json!(parameters.responses)));
    put("seed", parameters.seed.map(Value::from));
    put("reasoning_effort", parameters.reasoning_effort.as_deref().map(Value::from));
    body.extend(tokens::fields(request, capabilities));
    body.extend(parameters.extra.clone());
    Value::Object(body)
}

/// Reads the body of a successful reply.
pub(super) fn decode(reply: &Reply) -> Result<Completion, DecodeError> {
    let body = read_json(reply)?;
    let choices = body["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
    let responses: Vec<Response> = choices.iter().filter_map(response).collect();
    if responses.is_empty() {
        return Err(DecodeError::Other { expected: "`choices` with a message", found: outline(&body) });
    }
    Ok(Completion { responses, bill: billed(&body, reply) })
}

/// Reads what a reply of any status says it used.
pub(super) fn bill(reply: &Reply) -> Bill {
    billed(&read(&reply.body).unwrap_or_default(), reply)
}

/// Returns the reply's body as JSON, or says what it is instead.
pub(super) fn read_json(reply: &Reply) -> Result<Value, DecodeError> {
    read(&reply.body).map_err(|error| {
        DecodeError::NotJson(match String::from_utf8_lossy(&reply.body).trim_start() {
            "" => "an empty body".to_owned(),
            _ if is_page(reply) => "a web page; is the base URL right?".to_owned(),
            text if ["data:", "event:", ":"].iter().any(|start| text.starts_with(start)) => {
                "a stream of events; turn it off with `--param stream=false`".to_owned()
            }
            text => format!("`{}` ({error})", text.chars().take(60).collect::<String>()),
        })
    })
}

/// Describes a JSON value by what is at its top, without its contents.
pub(super) fn outline(value: &Value) -> String {
    match value {
        Value::Object(object) if object.is_empty() => "an empty object".to_owned(),
        Value::Object(object) => {
            let keys: Vec<String> = object.keys().take(8).map(|key| format!("`{key}`")).collect();
            format!("an object with {}", keys.join(", "))
        }
        Value::Array(_) => "an array".to_owned(),
        _ => "a plain value".to_owned(),
    }
}

/// Most of anything that one answer may count, so that no sum over a run overflows.
pub(super) const MOST_COUNTED: u64 = u32::MAX as u64;

/// Returns a count; some servers write it as `12.0` or `"12"`. What cannot be one is 0.
pub(super) fn count(value: &Value) -> u64 {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast keeps within bounds"
    )]
    let rounded = number.map(|number| number as u64);
    value.as_u64().or(rounded).unwrap_or_default().min(MOST_COUNTED)
}

/// Returns the text of a content that is a string, null or a list of parts.
pub(super) fn content_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// Returns what a reply says it cost, in US dollars: `OpenRouter` in its body, a `LiteLLM` proxy in a header.
pub(super) fn cost(body: &Value, reply: &Reply) -> Option<f64> {
    let header =
        reply.headers.get("x-litellm-response-cost").and_then(|cost| cost.to_str().ok()?.parse().ok());
    body["usage"]["cost"].as_f64().or(header).filter(|cost: &f64| cost.is_finite() && 0.0 <= *cost)
}

fn message(message: &Message) -> Value {
    let content = match &*message.parts {
        [Part::Text(text)] => json!(text),
        parts => parts.iter().map(part).collect(),
    };
    json!({"role": message.role.name(), "content": content})
}

fn part(part: &Part) -> Value {
    let url = match part {
        Part::Text(text) => return json!({"type": "text", "text": text}),
        // Nothing that is still to be fetched is sent; a preview may show it.
        Part::Image(Image::Url(url) | Image::Stored(url)) => url.clone(),
        Part::Image(Image::Inline { media_type, base64 }) => format!("data:{media_type};base64,{base64}"),
        Part::Document(document) => return json!({"type": "file", "file": file(document)}),
    };
    json!({"type": "image_url", "image_url": {"url": url}})
}

/// As in <https://platform.openai.com/docs/guides/pdf-files>.
fn file(document: &Document) -> Value {
    match document {
        Document::Stored(address) => json!({"file_data": address}),
        Document::Inline { name, base64 } => {
            json!({"filename": name, "file_data": format!("data:application/pdf;base64,{base64}")})
        }
    }
}

fn response_format(rung: Rung, schema: &Value) -> Option<Value> {
    match rung {
        Rung::Strict => {
            let format = json!({"name": "answer", "strict": true, "schema": schema});
            Some(json!({"type": "json_schema", "json_schema": format}))
        }
        Rung::Schema => {
            Some(json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}))
        }
        Rung::JsonObject => Some(json!({"type": "json_object"})),
        Rung::JsonObjectSchema => Some(json!({"type": "json_object", "schema": schema})),
        Rung::Prompt => None,
    }
}

/// Reads one choice; one that failed behind the server (`OpenRouter`) is none.
fn response(choice: &Value) -> Option<Response> {
    let message = choice.get("message").filter(|_| choice["error"].is_null())?;
    let finish = choice["finish_reason"].as_str().unwrap_or_default().to_ascii_lowercase();
    let text = content_text(&message["content"]);
    if let Some(words) = message["refusal"].as_str().filter(|words| !words.is_empty()) {
        return Some(Response::Refused(words.to_owned()));
    }
    Some(match &*finish {
        "length" | "max_tokens" | "model_length" => Response::Truncated(text),
        // The latter are Gemini's.
        "content_filter" | "safety" | "recitation" | "prohibited_content" | "blocklist" | "spii"
        | "refusal" => Response::Refused(format!("a content filter stopped the answer (`{finish}`)")),
        _ => Response::Text(Wording { text, tokens: tokens::read(&choice["logprobs"]["content"]) }),
    })
}

fn billed(body: &Value, reply: &Reply) -> Bill {
    Bill { usage: usage(&body["usage"]), cost: cost(body, reply) }
}

/// Reads the counts; what the total has beyond them is output as well: xAI counts the reasoning there alone.
fn usage(usage: &Value) -> Usage {
    let cached = &usage["prompt_tokens_details"]["cached_tokens"];
    let prompt_tokens = count(&usage["prompt_tokens"]);
    let beyond = count(&usage["total_tokens"]).saturating_sub(prompt_tokens);
    Usage {
        requests: 1,
        prompt_tokens,
        completion_tokens: count(&usage["completion_tokens"]).max(beyond),
        // The latter is DeepSeek's.
        cached_tokens: count(if cached.is_null() { &usage["prompt_cache_hit_tokens"] } else { cached }),
        reasoning_tokens: count(&usage["completion_tokens_details"]["reasoning_tokens"]),
    }
}
