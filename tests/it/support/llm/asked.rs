//! A chat request in whichever dialect it came.

use serde_json::Value;

use super::schema::instance;
use crate::support::host::Record;

/// How a request is written and where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `/v1/chat/completions`, of `OpenAI` and everything compatible.
    OpenAi,
    /// `/openai/deployments/{deployment}/chat/completions?api-version=`.
    AzureClassic,
    /// `/openai/v1/chat/completions`.
    AzureV1,
    /// `/v1/messages`.
    Anthropic,
    /// `/api/chat`.
    Ollama,
}

/// What a client asks.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) dialect: Dialect,
    /// Azure's classic path names a deployment instead.
    pub(crate) model: String,
    /// The JSON schema of the answer, wherever the dialect puts it.
    pub(crate) schema: Option<Value>,
    /// The text of all messages, one after the other.
    pub(crate) text: String,
    /// How many responses are wanted.
    pub(crate) responses: usize,
    pub(crate) body: Value,
    pub(crate) record: Record,
}

impl Asked {
    /// Reads a request; `deployment` is in the path of Azure's classic form.
    pub(super) fn read(dialect: Dialect, deployment: Option<&str>, record: Record) -> Self {
        let body = record.json();
        let format = &body["response_format"];
        let schema = match dialect {
            Dialect::Anthropic => body["output_config"]["format"].get("schema"),
            Dialect::Ollama => Some(&body["format"]).filter(|format| format.is_object()),
            _ => format["json_schema"].get("schema").or_else(|| format.get("schema")),
        };
        let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
        let contents = messages.iter().map(|message| &message["content"]);
        let system = body.get("system");
        let text: Vec<String> = system.into_iter().chain(contents).map(message_text).collect();
        Self {
            dialect,
            model: deployment.or(body["model"].as_str()).unwrap_or_default().to_owned(),
            schema: schema.cloned(),
            text: text.join("\n"),
            responses: body["n"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1),
            record,
            body,
        }
    }

    /// Returns a legal answer: a valid instance of the schema, or a word where there is none.
    pub(crate) fn legal_answer(&self) -> String {
        self.schema.as_ref().map_or_else(|| "positive".to_owned(), |schema| instance(schema).to_string())
    }

    /// Returns about how many tokens the messages have.
    pub(super) fn prompt_tokens(&self) -> usize {
        tokens(&self.text)
    }
}

/// Returns about how many tokens a text has: four characters each.
pub(super) fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

fn message_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part["text"].as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}
