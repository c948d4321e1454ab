//! What servers refuse: keys, models, response formats, fields, prompts that are too long.

use serde_json::json;

use super::Setup;
use super::anthropic;
use super::asked::{Asked, Dialect};
use super::reply::refusal;
use crate::support::canned::Canned;

/// Which `response_format` a server takes; the rest it refuses as servers of that kind do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A JSON schema, strict or not.
    Schema,
    /// A JSON schema, but not `strict: true`.
    LooseSchema,
    /// `json_object` alone, as `DeepSeek`.
    JsonObject,
    /// `json_object` with a `schema` in it; a `json_schema` is a 500 with a validation text, as of llama-cpp-python.
    JsonObjectSchema,
    /// No `response_format` at all.
    Text,
}

/// Returns the refusal of a request that this server does not answer.
pub(super) fn refuse(setup: &Setup, asked: &Asked) -> Option<Canned> {
    key(setup, asked)
        .or_else(|| anthropic::refuse(asked))
        .or_else(|| model(setup, asked))
        .or_else(|| format(setup.takes, asked))
        .or_else(|| field(setup, asked))
        .or_else(|| context(setup, asked))
}

fn key(setup: &Setup, asked: &Asked) -> Option<Canned> {
    let wanted = setup.key.as_deref()?;
    let (sent, code, message) = match asked.dialect {
        Dialect::AzureClassic | Dialect::AzureV1 => (
            asked.record.header("api-key"),
            "401",
            "Access denied due to invalid subscription key or wrong API endpoint.",
        ),
        Dialect::Anthropic => (asked.record.header("x-api-key"), "authentication_error", "invalid x-api-key"),
        Dialect::OpenAi | Dialect::Ollama => (
            asked.record.header("authorization").strip_prefix("Bearer ").unwrap_or_default(),
            "invalid_api_key",
            "Incorrect API key provided. You can find your API key in your account.",
        ),
    };
    (sent != wanted).then(|| refusal(asked.dialect, 401, code, message))
}

fn model(setup: &Setup, asked: &Asked) -> Option<Canned> {
    let model = &asked.model;
    if setup.models.is_empty() || setup.models.contains(model) {
        return None;
    }
    let (code, message) = match asked.dialect {
        Dialect::AzureClassic => {
            ("DeploymentNotFound", "The API deployment for this resource does not exist.".to_owned())
        }
        Dialect::Anthropic => ("not_found_error", format!("model: {model}")),
        Dialect::Ollama => ("", format!("model '{model}' not found")),
        _ => (
            "model_not_found",
            format!("The model `{model}` does not exist or you do not have access to it."),
        ),
    };
    Some(refusal(asked.dialect, 404, code, &message))
}

fn format(takes: Takes, asked: &Asked) -> Option<Canned> {
    if asked.dialect == Dialect::Anthropic {
        let is_refused = asked.schema.is_some() && takes != Takes::Schema;
        let message = format!("'{}' does not support output format.", asked.model);
        return is_refused.then(|| refusal(asked.dialect, 400, "invalid_request_error", &message));
    }
    let format = &asked.body["response_format"];
    let kind = format["type"].as_str()?;
    let strict = format["json_schema"]["strict"] == true;
    let accepted = match takes {
        Takes::Schema => true,
        Takes::LooseSchema => !strict,
        Takes::JsonObject => kind == "json_object" && format.get("schema").is_none(),
        Takes::JsonObjectSchema => kind == "json_object",
        Takes::Text => false,
    };
    if accepted {
        return None;
    }
    if takes == Takes::JsonObjectSchema {
        let detail = "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]";
        return Some(Canned::json(
            500,
            &json!({"error": {"message": detail, "type": "internal_server_error", "param": null, "code": null}}),
        ));
    }
    let message =
        format!("Invalid parameter: 'response_format' of type '{kind}' is not supported with this model.");
    let body = json!({"error": {"message": message, "type": "invalid_request_error", "param": "response_format", "code": null}});
    Some(Canned::json(400, &body))
}

fn field(setup: &Setup, asked: &Asked) -> Option<Canned> {
    let name = setup.refused_field.as_deref()?;
    asked.body.get(name)?;
    if asked.dialect == Dialect::Anthropic {
        let message = format!("`{name}` is deprecated for this model.");
        return Some(refusal(asked.dialect, 400, "invalid_request_error", &message));
    }
    let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
    let body = json!({"error": {"message": message, "type": "invalid_request_error", "param": name, "code": "unsupported_parameter"}});
    Some(Canned::json(400, &body))
}

/// Ollama refuses a prompt that is too long only where it may not cut it.
fn context(setup: &Setup, asked: &Asked) -> Option<Canned> {
    let window = asked.body["options"]["num_ctx"].as_u64().and_then(|tokens| usize::try_from(tokens).ok());
    let window = window.unwrap_or(usize::MAX).min(setup.context);
    let may_not_cut = asked.dialect == Dialect::Ollama && asked.body["truncate"] == false;
    (may_not_cut && window < asked.prompt_tokens())
        .then(|| refusal(Dialect::Ollama, 400, "", "the prompt is longer than the context length"))
}
