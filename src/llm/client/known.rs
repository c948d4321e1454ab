//! What is believed of an endpoint, and why.

use serde_json::Value;
use url::Url;

use crate::llm::ladder::Capabilities;

/// What is believed of an endpoint and model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub capabilities: Capabilities,
    pub trust: Trust,
}

/// Why it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// By the provider and the host alone.
    Guessed,
    /// From an earlier run, or from a request that found out less; no request waits for another.
    Remembered,
    /// A request of this run was answered so.
    Proven,
}

/// What would be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub url: Url,
    pub body: Value,
    pub known: Known,
}
