//! Answers that a mock server gives instead of its own: refusals, error pages, broken connections.

use std::fmt;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::Response;
use futures::{StreamExt, stream};
use serde_json::Value;

use super::gate::Gate;

/// An answer written by the test.
#[derive(Debug, Clone)]
pub(crate) struct Canned {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    delivery: Delivery,
    held: Option<Gate>,
    after: Option<Hook>,
}

/// What a test does when something has happened.
#[derive(Clone)]
struct Hook(Arc<dyn Fn() + Send + Sync>);

/// Calls its hook when whoever writes an answer lets go of it.
struct Written(Option<Hook>);

/// How an answer is brought to the client.
#[derive(Debug, Clone)]
enum Delivery {
    Whole,
    /// The connection breaks before the first byte.
    Never,
    /// The connection breaks after half of the body.
    Half,
    /// The second half comes when the gate opens.
    Trickle(Gate),
}

/// Marks a response in whose place the connection is cut.
#[derive(Debug, Clone)]
pub(crate) struct Cut;

impl Canned {
    /// Answers with JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// Answers with a page as a proxy or Django shows it: large, and not JSON.
    pub(crate) fn html(status: u16) -> Self {
        let filling = "<p>Something went wrong.</p>\n".repeat(400);
        let page = format!("<!doctype html>\n<html><head><title>{status}</title></head>\n{filling}</html>");
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// Answers with any body.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into(), delivery: Delivery::Whole, held: None, after: None }
    }

    /// Cuts the connection without a word.
    pub(crate) fn cut() -> Self {
        Self { delivery: Delivery::Never, ..Self::new(500, "text/plain", "") }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Breaks the connection after half of the body.
    pub(crate) fn half(mut self) -> Self {
        self.delivery = Delivery::Half;
        self
    }

    /// Sends half of the body and the rest when the gate opens.
    pub(crate) fn trickling(mut self, gate: &Gate) -> Self {
        self.delivery = Delivery::Trickle(gate.clone());
        self
    }

    /// Waits for the gate before anything is answered.
    pub(crate) fn held(mut self, gate: &Gate) -> Self {
        self.held = Some(gate.clone());
        self
    }

    /// Does this once the whole answer is on its way to the client.
    pub(crate) fn then(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.after = Some(Hook(Arc::new(hook)));
        self
    }

    /// Turns it into what goes over the wire.
    pub(crate) async fn respond(self) -> Response {
        if let Some(gate) = &self.held {
            gate.pass().await;
        }
        let status = StatusCode::from_u16(self.status).expect("tests use statuses that exist");
        let mut response = Response::builder().status(status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let length = self.body.len();
        let mut start = self.body;
        let rest = start.split_off(length / 2);
        let body = match self.delivery {
            Delivery::Whole if self.after.is_some() => {
                response = response.header(header::CONTENT_LENGTH, length);
                let written = Written(self.after);
                let whole = stream::iter([Ok::<_, io::Error>(start), Ok(rest)]);
                Body::from_stream(whole.inspect(move |_| _ = &written))
            }
            Delivery::Whole => Body::from([start, rest].concat()),
            Delivery::Never => {
                response = response.extension(Cut);
                Body::empty()
            }
            Delivery::Half => {
                response = response.header(header::CONTENT_LENGTH, length);
                let broken = Err(io::Error::from(io::ErrorKind::ConnectionReset));
                Body::from_stream(stream::iter([Ok(start), broken]))
            }
            Delivery::Trickle(gate) => {
                response = response.header(header::CONTENT_LENGTH, length);
                let late = stream::once(async move {
                    gate.pass().await;
                    Ok::<_, io::Error>(rest)
                });
                Body::from_stream(stream::once(async { Ok(start) }).chain(late))
            }
        };
        response.body(body).expect("tests use headers that exist")
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hook")
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if let Some(Hook(hook)) = self.0.take() {
            // The connection lets go of an answer before it flushes the last of it, and flushes it in the same turn.
            tokio::spawn(async move { hook() });
        }
    }
}
