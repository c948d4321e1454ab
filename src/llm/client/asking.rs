//! One request while it is asked: what its replies mean, what may be spent on it and what it used.

use std::sync::OnceLock;

use serde_json::Value;

use crate::http::judge::Judge;
use crate::http::retry::Verdict;
use crate::http::transport::Reply;
use crate::llm::provider::Provider;
use crate::llm::refusal::{Refusal, refusal};

/// Judges the attempts of one request.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    provider: &'a dyn Provider,
    /// What is sent, for refusals name its fields.
    body: &'a Value,
    /// That the server does not take a part of the request.
    refusal: OnceLock<Refusal>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(provider: &'a dyn Provider, body: &'a Value) -> Self {
        Self { provider, body, refusal: OnceLock::new() }
    }

    /// Returns which part of the request the server did not take, if that was the trouble.
    pub(super) fn into_refusal(self) -> Option<Refusal> {
        self.refusal.into_inner()
    }
}

impl Judge for Asking<'_> {
    fn verdict(&self, reply: &Reply) -> Verdict {
        match refusal(reply, self.body) {
            Some(refusal) => Verdict::Reject(self.refusal.get_or_init(|| refusal).message.clone()),
            None => self.provider.judge(reply),
        }
    }
}
