//! Where a model is, and what every request to it carries.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use super::purse::Counting;
use crate::http::address;
use crate::http::secret::Secret;
use crate::http::share;
use crate::http::transport::{Call, Repeat};
use crate::llm::ladder::Capabilities;
use crate::llm::price::vendor;
use crate::llm::provider::Provider;

/// Everything needed to reach one endpoint.
#[derive(Debug)]
pub struct Endpoint {
    pub provider: Box<dyn Provider>,
    pub base: Url,
    pub key: Option<Secret>,
    /// Further headers of the user's (`--header`).
    pub headers: HeaderMap,
    /// For one attempt.
    pub timeout: Duration,
}

impl Endpoint {
    /// Returns where requests to a model go.
    pub(super) fn url(&self, model: &str) -> Url {
        self.provider.endpoint(&self.base, model)
    }

    /// Returns what a model is thought to take before it was asked.
    pub(super) fn capabilities(&self, model: &str) -> Capabilities {
        self.provider.capabilities(&self.base, model)
    }

    /// Returns what a model at this endpoint is remembered by; no secrets are in it.
    pub(super) fn name(&self, model: &str) -> String {
        format!("{} {} {model}", self.provider.name(), address(&self.base))
    }

    /// Returns what the limits of the server hang on, as a name that tells nothing of the key.
    pub(super) fn limits(&self, model: &str) -> String {
        share::name(&[&self.name(model), self.key.as_ref().map_or("", Secret::expose)])
    }

    /// Returns what the count of a reply to this body is worth: who is paid by the token counts all of them, of other
    /// servers nobody knows.
    pub(super) fn counting(&self, body: &Value) -> Counting {
        let is_paid = vendor(self.provider.name(), &self.base).is_some();
        if is_paid || body.get("n").is_none() { Counting::All } else { Counting::PerhapsOne }
    }

    /// Returns the request that carries this body and is expected to use so many tokens.
    pub(super) fn call(&self, model: &str, body: &Value, tokens: u64) -> Call {
        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, json.clone()), (ACCEPT, json)]);
        headers.extend(self.provider.headers(self.key.as_ref()));
        for (name, value) in &self.headers {
            // Anything may be in it, also a key.
            let mut value = value.clone();
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Call {
            method: Method::POST,
            url: self.url(model),
            headers,
            body: Some(body.to_string().into_bytes()),
            tokens,
            timeout: self.timeout,
            repeat: Repeat::Always,
        }
    }
}
