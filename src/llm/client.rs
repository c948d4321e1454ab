//! Asks a model: provider, key and transport in one, with what was learned about the endpoint.

use serde_json::Value;
use url::Url;

use super::chat::{ChatRequest, Completion};
use super::ladder::Capabilities;
use super::provider::{DecodeError, Provider};
use crate::http::secret::Secret;
use crate::http::transport::{SendError, Transport};

/// Everything needed to reach one endpoint.
#[derive(Debug)]
pub struct Endpoint {
    pub provider: Box<dyn Provider>,
    pub base: Url,
    pub key: Option<Secret>,
    /// Further headers of the user's (`--header`).
    pub headers: reqwest::header::HeaderMap,
    /// For one attempt.
    pub timeout: std::time::Duration,
}

/// Why a model gave no completion.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    #[error(transparent)]
    Send(#[from] SendError),
    /// The server answered with something that is no completion.
    #[error("the reply of the model's server could not be read: {0}")]
    Decode(#[from] DecodeError),
}

/// Asks one endpoint; shared by all tasks.
#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    transport: Transport,
}

impl Client {
    /// Builds a client that has learned nothing yet.
    pub fn new(endpoint: Endpoint, transport: Transport) -> Self {
        Self { endpoint, transport }
    }

    /// Asks the model. The first request finds out which rung of the ladder the endpoint takes; others wait for it.
    pub async fn complete(&self, request: &ChatRequest) -> Result<Completion, AskError> {
        let _ = (request, &self.endpoint, &self.transport);
        Err(AskError::Send(SendError::Stopped))
    }

    /// Returns the URL and body that would be sent, and what is assumed of the endpoint.
    pub fn preview(&self, request: &ChatRequest) -> (Url, Value, Capabilities) {
        let base = &self.endpoint.base;
        let capabilities = self.endpoint.provider.capabilities(base, &request.model);
        let body = self.endpoint.provider.body(request, &capabilities).unwrap_or_default();
        (self.endpoint.provider.endpoint(base, &request.model), body, capabilities)
    }
}
