//! What the sender of a request decides about its attempts: whether one may be made, what its reply means, what it used.

use futures::future::{BoxFuture, FutureExt, ready};

use super::retry::Verdict;
use super::transport::Reply;

/// Longest body of a reply that is kept, in bytes: far above any answer, and no threat to the memory.
pub const REPLY_LIMIT: usize = 64 << 20;

/// Asked before each attempt and after it. A closure from reply to verdict is one that allows every attempt.
pub trait Judge: Sync {
    /// Returns what a reply means.
    fn verdict(&self, reply: &Reply) -> Verdict;

    /// Returns the length of the longest body that is read, in bytes.
    fn longest(&self) -> usize {
        REPLY_LIMIT
    }

    /// Completes when an attempt may be paid for; the error says why none may be any more.
    fn afford(&self) -> BoxFuture<'_, Result<(), Unaffordable>> {
        ready(Ok(())).boxed()
    }

    /// Notes what came of an attempt that was afforded, exactly once for each; returns how many tokens it used, where
    /// somebody counted.
    fn settle(&self, _attempt: &Attempt<'_>) -> Option<u64> {
        None
    }
}

/// Why nothing more can be paid for, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaffordable(pub String);

/// What came of an attempt.
#[derive(Debug)]
pub enum Attempt<'a> {
    Answered(&'a Reply),
    /// It surely did not reach the server.
    Unsent,
    /// Nobody knows whether the server worked on it.
    Unknown,
}

impl<F: Fn(&Reply) -> Verdict + Sync> Judge for F {
    fn verdict(&self, reply: &Reply) -> Verdict {
        self(reply)
    }
}
