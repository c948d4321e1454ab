//! Anthropic's own interface: what it refuses that others let pass, and how it answers.

use serde_json::{Value, json};

use super::asked::{Asked, Dialect};
use super::reply::Said;
use crate::support::canned::Canned;

/// Fields of a request; any other is refused.
const FIELDS: &[&str] = &[
    "model",
    "max_tokens",
    "messages",
    "system",
    "temperature",
    "top_k",
    "top_p",
    "output_config",
    "thinking",
    "stop_sequences",
    "service_tier",
    "metadata",
    "cache_control",
    "stream",
];

/// Keywords of a schema; any other is refused.
const KEYWORDS: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "description",
    "title",
];

/// Most places of a schema that may be of several types.
const MOST_UNIONS: usize = 16;

/// Returns the refusal of a request that is not written as it must be.
pub(super) fn refuse(asked: &Asked) -> Option<Canned> {
    if asked.dialect != Dialect::Anthropic {
        return None;
    }
    let body = &asked.body;
    let message = version(asked)
        .or_else(|| unknown(body, FIELDS).map(|name| format!("{name}: Extra inputs are not permitted")))
        .or_else(|| (!body["max_tokens"].is_u64()).then(|| "max_tokens: Field required".to_owned()))
        .or_else(|| messages(body))
        .or_else(|| output(&body["output_config"]))?;
    Some(error(400, "invalid_request_error", &message))
}

/// Writes an error.
pub(super) fn error(status: u16, kind: &str, message: &str) -> Canned {
    let error = json!({"type": kind, "message": message});
    Canned::json(status, &json!({"type": "error", "error": error, "request_id": "req_1"}))
}

/// Writes a completion, of which there is one, with these tokens of prompt and answer.
pub(super) fn completion(asked: &Asked, said: &Said, (prompt, completion): (usize, usize)) -> Canned {
    let text = said.texts.first().map(String::as_str).unwrap_or_default();
    let stop = match (&said.refusal, &*said.finish_reason) {
        (Some(_), _) | (None, "content_filter") => "refusal",
        (None, "length") => "max_tokens",
        (None, _) => "end_turn",
    };
    let details = said.refusal.as_ref().map(|words| json!({"type": "refusal", "explanation": words}));
    let content = [
        json!({"type": "thinking", "thinking": "{", "signature": "s"}),
        json!({"type": "text", "text": text}),
    ];
    let cached = prompt / 2;
    let usage = json!({
        "input_tokens": prompt - cached, "cache_creation_input_tokens": 0, "cache_read_input_tokens": cached,
        "output_tokens": completion,
    });
    Canned::json(
        200,
        &json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": asked.model, "content": content,
            "stop_reason": stop, "stop_sequence": null, "stop_details": details, "usage": usage,
        }),
    )
}

fn version(asked: &Asked) -> Option<String> {
    let version = asked.record.header("anthropic-version");
    (version != "2023-06-01").then(|| "anthropic-version: header is required".to_owned())
}

fn unknown<'a>(object: &'a Value, known: &[&str]) -> Option<&'a str> {
    let mut names = object.as_object().into_iter().flat_map(|fields| fields.keys().map(String::as_str));
    names.find(|name| !known.contains(name))
}

fn messages(body: &Value) -> Option<String> {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(first) = messages.first() else {
        return Some("messages: at least one message is required".to_owned());
    };
    if first["role"] != "user" {
        return Some("messages: first message must use the \"user\" role".to_owned());
    }
    if messages.last().is_some_and(|last| last["role"] != "user") {
        return Some("This model does not support assistant message prefill.".to_owned());
    }
    let blocks = messages.iter().flat_map(|message| match &message["content"] {
        Value::Array(blocks) => blocks.clone(),
        text => vec![json!({"type": "text", "text": text})],
    });
    let system = body.get("system").map(|text| json!({"type": "text", "text": text}));
    blocks.chain(system).find_map(|block| {
        let text = block["text"].as_str().unwrap_or_default();
        (block["type"] == "text" && text.trim().is_empty())
            .then(|| "messages: text content blocks must contain non-whitespace text".to_owned())
    })
}

fn output(config: &Value) -> Option<String> {
    if let Some(name) = unknown(config, &["format", "effort"]) {
        return Some(format!("output_config.{name}: Extra inputs are not permitted"));
    }
    let mut unions = 0;
    let fault = config["format"].get("schema").and_then(|schema| schema_fault(schema, &mut unions));
    let fault = fault.or_else(|| {
        (MOST_UNIONS < unions)
            .then(|| format!("Schemas contains too many parameters with union types ({unions})"))
    });
    fault.map(|fault| format!("output_config.format.schema: {fault}"))
}

/// Returns what is wrong with a schema, and counts its places of several types.
fn schema_fault(schema: &Value, unions: &mut usize) -> Option<String> {
    let kind = &schema["type"];
    if let Some(name) = unknown(schema, KEYWORDS) {
        return Some(format!("For '{kind}' type, property '{name}' is not supported"));
    }
    if kind == "object" && schema["additionalProperties"] != false {
        return Some("For 'object' type, 'additionalProperties' must be explicitly set to false".to_owned());
    }
    *unions += usize::from(kind.is_array() || schema["anyOf"].is_array());
    let properties = schema["properties"].as_object().into_iter().flat_map(|properties| properties.values());
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    let inner: Vec<&Value> = properties.chain(alternatives).chain(schema.get("items")).collect();
    inner.into_iter().find_map(|inner| schema_fault(inner, unions))
}
