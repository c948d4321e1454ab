//! How an answer in JSON is asked for: from a strict schema down to a plain prompt, by what an endpoint takes.

use super::chat::ChatRequest;

/// A way to ask for JSON, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// `response_format: json_schema` with `strict: true`.
    Strict,
    /// `response_format: json_schema` without `strict`.
    Schema,
    /// `response_format: json_object`, the schema in the prompt.
    JsonObject,
    /// `response_format: json_object` with a `schema` key.
    JsonObjectSchema,
    /// The schema in the prompt alone.
    Prompt,
}

/// What is known of an endpoint and model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    pub rung: Rung,
    /// The body's name for the token limit, such as `max_completion_tokens`.
    pub token_limit: String,
}

impl Rung {
    /// Returns the next way to try, if there is one.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Strict => Some(Self::Schema),
            Self::Schema => Some(Self::JsonObject),
            Self::JsonObject => Some(Self::JsonObjectSchema),
            Self::JsonObjectSchema => Some(Self::Prompt),
            Self::Prompt => None,
        }
    }

    /// Returns the request as it is asked on this rung: with the schema in the prompt where no field carries it.
    pub fn phrase(self, request: &ChatRequest) -> ChatRequest {
        request.clone()
    }
}
