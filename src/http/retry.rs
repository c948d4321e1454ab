//! When an attempt is repeated, and how long to wait before it.

use std::time::Duration;

/// What a reply means for the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The request was answered.
    Done,
    /// Worth another attempt.
    Retry {
        /// What the server asked to wait, if it did.
        after: Option<Duration>,
        /// Whether the server refused because of a rate limit: everybody waits then, not this request alone.
        limited: bool,
        /// The server's own words.
        message: String,
    },
    /// This request can never succeed; others may.
    Reject(String),
    /// No request can succeed: a bad key, no quota, no such model.
    Abort(String),
}

/// How often and how long to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Further attempts after the first.
    pub max_retries: u32,
    /// The first wait; each further one doubles, up to `longest`, less up to a quarter of jitter.
    pub shortest: Duration,
    pub longest: Duration,
    /// Give up rather than wait longer than this in one go (`--max-wait`).
    pub max_wait: Duration,
}
