//! One request while it is asked: what its replies mean, what may be spent on it and what it used.

use std::sync::OnceLock;

use futures::future::{BoxFuture, FutureExt};
use serde_json::Value;

use super::purse::Purse;
use super::weight::Weight;
use crate::http::judge::{Attempt, Judge, Unaffordable};
use crate::http::retry::Verdict;
use crate::http::transport::Reply;
use crate::llm::chat::Bill;
use crate::llm::provider::Provider;
use crate::llm::refusal::{Refusal, is_complaint, refusal};

/// Judges and pays for the attempts of one request.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    provider: &'a dyn Provider,
    /// What is sent, for refusals name its fields.
    body: &'a Value,
    weight: Weight<'a>,
    purse: Option<Purse<'a>>,
    /// That the server does not take a part of the request.
    refusal: OnceLock<Refusal>,
    /// The server's first complaint that it called a failure of its own.
    complaint: OnceLock<String>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        provider: &'a dyn Provider,
        body: &'a Value,
        weight: Weight<'a>,
        purse: Option<Purse<'a>>,
    ) -> Self {
        Self { provider, body, weight, purse, refusal: OnceLock::new(), complaint: OnceLock::new() }
    }

    /// Returns which part of the request the server did not take, if that was the trouble.
    pub(super) fn into_refusal(self) -> Option<Refusal> {
        self.refusal.into_inner()
    }

    /// Returns whether the server says so for the second time; what it says twice it will say for ever.
    fn is_repeated(&self, message: &str) -> bool {
        let is_first = self.complaint.set(message.to_owned()).is_ok();
        !is_first && self.complaint.get().is_some_and(|first| first == message)
    }
}

impl Judge for Asking<'_> {
    fn verdict(&self, reply: &Reply) -> Verdict {
        if let Some(refusal) = refusal(reply, self.body) {
            return Verdict::Reject(self.refusal.get_or_init(|| refusal).message.clone());
        }
        match self.provider.judge(reply) {
            Verdict::Retry { message, .. } if is_complaint(reply) && self.is_repeated(&message) => {
                Verdict::Reject(format!("the server refused the request ({message})"))
            }
            verdict => verdict,
        }
    }

    fn afford(&self) -> BoxFuture<'_, Result<(), Unaffordable>> {
        async move {
            if let Some(purse) = &self.purse {
                purse.reserve().await.map_err(Unaffordable)?;
            }
            Ok(())
        }
        .boxed()
    }

    fn settle(&self, attempt: &Attempt<'_>) -> Option<u64> {
        let bill = match attempt {
            Attempt::Answered(reply) => self.provider.bill(reply),
            Attempt::Unsent | Attempt::Unknown => Bill::default(),
        };
        let total = bill.usage.prompt_tokens + bill.usage.completion_tokens;
        let told = (0 < total).then_some(bill.usage);
        if let Some(purse) = &self.purse {
            purse.settle(attempt, told, bill.cost);
        }
        self.weight.settle(attempt, told.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::llm::chat::{ChatRequest, Parameters};
    use crate::llm::forecast::Weighing;
    use crate::llm::provider::{PROVIDERS, ProviderOptions};

    fn request() -> ChatRequest {
        let parameters = Parameters::default();
        ChatRequest { model: "m".to_owned(), messages: Vec::new(), schema: None, parameters }
    }

    /// Judges one reply of this status after the other; expects for each whether the request is tried again.
    fn check(status: u16, messages: &[&str], expect: &[bool]) {
        let provider = (PROVIDERS[0].provider)(&ProviderOptions::default());
        let (forecast, request) = (Mutex::default(), request());
        let weight = Weight::new(&forecast, &request, Weighing::Used);
        let asking = Asking::new(provider.as_ref(), &Value::Null, weight, None);
        let found = messages.iter().map(|message| {
            let body = serde_json::json!({"error": {"message": message}}).to_string().into_bytes();
            let status = StatusCode::from_u16(status).unwrap();
            let verdict = asking.verdict(&Reply { status, headers: HeaderMap::new(), body });
            matches!(verdict, Verdict::Retry { .. })
        });
        assert_eq!(found.collect::<Vec<_>>(), expect, "{messages:?}");
    }

    #[test]
    fn a_complaint_that_is_called_a_failure_is_believed_when_it_comes_twice() {
        let complaint = "[{'type': 'literal_error', 'msg': \"Input should be 'user' or 'assistant'\"}]";
        check(500, &[complaint, complaint], &[true, false]);
        check(500, &[complaint, "Internal error", complaint], &[true, true, false]);
        check(500, &["Internal error", "Internal error", "Internal error"], &[true, true, true]);
        check(503, &[complaint, complaint, complaint], &[true, true, true]);
        let peg = "The model produced output that does not match the expected peg-native format";
        check(500, &[peg, peg, peg], &[true, true, true]);
    }
}
