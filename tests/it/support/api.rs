//! A plain HTTP client for tests that talk to a mock server themselves.

use reqwest::{Client, Method};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::studio::{LEGACY_TOKEN, Studio};

/// Sends requests one at a time and waits for each; use one a thread.
#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    runtime: Runtime,
    base: String,
    headers: Vec<(String, String)>,
}

/// What came back; status 0 stands for a connection that broke.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The body as JSON, as a string where it is none, or null where it is empty.
    pub(crate) body: Value,
    /// `Retry-After`, or empty.
    pub(crate) retry_after: String,
}

impl Api {
    /// Talks to a server without a key.
    pub(crate) fn new(base: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self {
            client: ls_autolabel::http::client().expect("a client can be built"),
            runtime: runtime.expect("a runtime can be built"),
            base: base.to_owned(),
            headers: Vec::new(),
        }
    }

    /// Talks to a Label Studio with the legacy token.
    pub(crate) fn to(studio: &Studio) -> Self {
        Self::new(&studio.url()).header("authorization", &format!("Token {LEGACY_TOKEN}"))
    }

    /// Sends this header with every request.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send(&Method::GET, path, None)
    }

    /// Sends JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(&Method::POST, path, Some(body))
    }

    /// Changes.
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(&Method::PATCH, path, Some(body))
    }

    /// Deletes, perhaps with a body that says what.
    pub(crate) fn delete(&self, path: &str, body: Option<&Value>) -> Reply {
        self.send(&Method::DELETE, path, body)
    }

    fn send(&self, method: &Method, path: &str, body: Option<&Value>) -> Reply {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let reply = self.runtime.block_on(async {
            let response = request.send().await?;
            let retry_after = response.headers().get("retry-after").cloned();
            Ok::<_, reqwest::Error>((response.status().as_u16(), retry_after, response.text().await?))
        });
        let Ok((status, retry_after, text)) = reply else {
            return Reply { status: 0, body: Value::Null, retry_after: String::new() };
        };
        let retry_after = retry_after.and_then(|value| value.to_str().map(str::to_owned).ok());
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        };
        Reply { status, body, retry_after: retry_after.unwrap_or_default() }
    }
}

/// Percent-encodes as a client must encode a `query` twice.
pub(crate) fn encoded_twice(text: &str) -> String {
    encoded(&encoded(text))
}

/// Percent-encodes once.
pub(crate) fn encoded(text: &str) -> String {
    let plus: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    plus.replace('+', "%20")
}
