//! A question to a chat model and what came back, in nobody's wire format.

use std::ops::AddAssign;

use serde_json::{Map, Value};

use crate::label::prediction::Usage;

/// One question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    pub model: String,
    pub messages: Vec<Message>,
    /// The JSON schema of the answer; `None` asks for plain text.
    pub schema: Option<Value>,
    pub parameters: Parameters,
}

/// What a user may set; what is `None` is not sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    /// Usually 0 to 2.
    pub temperature: Option<f64>,
    /// Number of responses asked for, at least 1.
    pub responses: u32,
    /// Most tokens an answer may have.
    pub max_tokens: Option<u64>,
    pub seed: Option<u64>,
    pub reasoning_effort: Option<String>,
    /// Whether the probabilities of the answer's tokens are asked for.
    pub logprobs: Logprobs,
    /// The longest side that images are scaled down to, in pixels.
    pub image_size: Option<u32>,
    /// Further fields of the request body, as the user wrote them.
    pub extra: Map<String, Value>,
}

/// How much somebody wants to know how probable the tokens of an answer are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Logprobs {
    /// They are not asked for.
    #[default]
    Unasked,
    /// They are asked for where the endpoint is believed to give them.
    Welcome,
    /// They are asked for in any case, and a refusal ends the run.
    Needed,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub parts: Vec<Part>,
}

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    System,
    User,
    Assistant,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Image(Image),
    Document(Document),
}

/// An image, by address or by content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// An `http` or `https` URL that the provider fetches.
    Url(String),
    /// Any other address, as a task holds it; it is fetched before anything is sent.
    Stored(String),
    /// A media type such as `image/png`, and the content in base64.
    Inline { media_type: String, base64: String },
}

/// A PDF file, by address or by content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// An address, as a task holds it; it is fetched before anything is sent.
    Stored(String),
    /// A file name, and the content in base64.
    Inline { name: String, base64: String },
}

/// A model's answer to one request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Completion {
    /// One entry a response, in the provider's order; never empty.
    pub responses: Vec<Response>,
    pub bill: Bill,
}

/// What replies say they used, whether or not they hold an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bill {
    /// In which a count that a reply does not name is 0.
    pub usage: Usage,
    /// In US dollars, of those replies that name it (`OpenRouter`, `LiteLLM`).
    pub cost: Option<f64>,
}

/// One of the responses to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// The model's text, whole.
    Text(Wording),
    /// Cut off at the token limit.
    Truncated(String),
    /// The model refuses, in its own words, or a content filter does.
    Refused(String),
}

/// A text of a model, and how probable it was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wording {
    pub text: String,
    /// What the text was made of, in its order; empty where the server does not tell. Servers take wrappers off the text
    /// and leave their tokens here.
    pub tokens: Vec<Token>,
}

/// A piece of a text, as a model gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub chosen: Alternative,
    /// The most probable tokens at this place, with or without the chosen one; empty where the server does not tell.
    pub top: Vec<Alternative>,
}

/// What a token could have been.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Perhaps a part of a character only.
    pub bytes: Vec<u8>,
    /// The natural logarithm of its probability, at most 0; negative infinity where nobody knows.
    pub logprob: f64,
}

impl Response {
    /// Returns a whole text whose tokens nobody knows.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Wording { text: text.into(), tokens: Vec::new() })
    }
}

impl Role {
    /// Returns the name that all providers have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl AddAssign for Bill {
    fn add_assign(&mut self, other: Self) {
        self.usage += other.usage;
        if let Some(cost) = other.cost {
            *self.cost.get_or_insert(0.0) += cost;
        }
    }
}

impl Message {
    /// Returns a message of text alone.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text(text.into())] }
    }
}
