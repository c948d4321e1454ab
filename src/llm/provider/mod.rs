//! Providers: each translates a request into its own words and an answer back. One dialect a file, one row in [`PROVIDERS`].

pub(super) mod address;
mod anthropic;
mod azure;
#[cfg(test)]
mod noise;
mod ollama;
mod openai;
#[cfg(test)]
mod tests;
mod tokens;
mod wire;

use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

use super::chat::{Bill, ChatRequest, Completion};
use super::forecast::Weighing;
use super::ladder::{Capabilities, Rung};
use crate::http::retry::Verdict;
use crate::http::secret::Secret;
use crate::http::transport::Reply;

/// A dialect. It never touches the network.
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// Returns the name users type after `--provider`.
    fn name(&self) -> &'static str;

    /// Returns where a request goes; `base` may have a path and may end in a slash or not.
    fn endpoint(&self, base: &Url, model: &str) -> Url;

    /// Returns the headers that carry the key, marked sensitive.
    fn headers(&self, key: Option<&Secret>) -> HeaderMap;

    /// Returns the ways to ask for JSON that the dialect has words for, best first; the last is the prompt alone.
    fn rungs(&self) -> &'static [Rung] {
        &Rung::ALL
    }

    /// Returns the fields of a body that the dialect adds by itself and can do without; what the user asked for is none.
    fn added(&self, _request: &ChatRequest) -> &'static [&'static str] {
        &[]
    }

    /// Returns what a model is thought to take before it was asked.
    fn capabilities(&self, base: &Url, model: &str) -> Capabilities;

    /// Returns the request body; only what the user asked for is in it.
    fn body(&self, request: &ChatRequest, capabilities: &Capabilities) -> Result<Value, EncodeError>;

    /// Reads the body of a successful reply; every field but the text may be missing.
    fn completion(&self, reply: &Reply) -> Result<Completion, DecodeError>;

    /// Reads what a reply of any status says it used, as one request; a reply that holds no answer may say so as well.
    fn bill(&self, reply: &Reply) -> Bill;

    /// Says what a reply means, by status, headers and body.
    fn judge(&self, reply: &Reply) -> Verdict;

    /// Returns what of a request counts towards the limit of tokens a minute.
    fn weighing(&self) -> Weighing {
        Weighing::Used
    }
}

/// What a dialect is told about the endpoint beyond its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderOptions {
    /// Azure's version of its interface (`AZURE_API_VERSION`).
    pub api_version: Option<String>,
    /// Ollama's context, in tokens, the same for a whole run: a change makes the server load the model again.
    pub num_ctx: Option<u32>,
}

/// A request that the provider has no words for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EncodeError(pub String);

/// A reply that was no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not even of the kind that servers of models send, such as an empty body or a web page.
    #[error("expected JSON, found {0}")]
    NotJson(String),
    /// JSON in which there is no answer.
    #[error("expected {expected}, found {found}")]
    Other { expected: &'static str, found: String },
}

/// A row of the table of providers.
#[derive(Debug)]
pub struct Row {
    /// What users type.
    pub name: &'static str,
    /// One line for the help.
    pub about: &'static str,
    /// Used where the user gives no model; `None` makes the model required.
    pub default_model: Option<&'static str>,
    /// Used where the user gives no base URL; `None` makes it required.
    pub default_base: Option<&'static str>,
    /// Whether requests need a key.
    pub needs_key: bool,
    /// Variables that may hold the key, the one that counts first.
    pub key_variables: &'static [&'static str],
    /// Requests in flight where the user does not say.
    pub concurrency: usize,
    /// Options of the command line that it has no words for.
    pub lacks: &'static [&'static str],
    /// The dialect.
    pub provider: fn(&ProviderOptions) -> Box<dyn Provider>,
}

/// What is chosen like a provider but asks nobody, and one line for the help.
pub const KEYWORD: (&str, &str) = ("keyword", "No model and no network: counts the words of the labels");

/// All providers that are asked over HTTP.
pub const PROVIDERS: &[Row] = &[openai::ROW, anthropic::ROW, azure::ROW, ollama::ROW];
