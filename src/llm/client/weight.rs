//! What a request weighs among those of a minute: expected before it is sent, corrected by what it used.

use std::sync::{Mutex, PoisonError};

use crate::http::judge::Attempt;
use crate::label::prediction::Usage;
use crate::llm::chat::{ChatRequest, Parameters};
use crate::llm::estimate::estimate_tokens;
use crate::llm::forecast::{Forecast, Weighing};

/// The weight of one request.
#[derive(Debug)]
pub(super) struct Weight<'a> {
    forecast: &'a Mutex<Forecast>,
    /// Tokens of the prompt, as they are estimated.
    prompt: u64,
    parameters: &'a Parameters,
    weighing: Weighing,
}

impl<'a> Weight<'a> {
    pub(super) fn new(forecast: &'a Mutex<Forecast>, request: &'a ChatRequest, weighing: Weighing) -> Self {
        Self { forecast, prompt: estimate_tokens(request), parameters: &request.parameters, weighing }
    }

    /// Returns how many tokens to reserve.
    pub(super) fn tokens(&self) -> u64 {
        let forecast = self.forecast.lock().unwrap_or_else(PoisonError::into_inner);
        forecast.tokens(self.prompt, self.parameters, self.weighing)
    }

    /// Learns from what an attempt used; returns how many tokens it weighed, if that is known.
    pub(super) fn settle(&self, attempt: &Attempt<'_>, usage: Option<&Usage>) -> Option<u64> {
        let Attempt::Answered(reply) = attempt else { return None };
        match usage {
            Some(usage) => {
                let mut forecast = self.forecast.lock().unwrap_or_else(PoisonError::into_inner);
                forecast.learn(self.prompt, self.parameters, usage);
                let used = usage.prompt_tokens.saturating_add(usage.completion_tokens);
                // What was counted before the answer is not given back after it.
                (self.weighing == Weighing::Used).then_some(used)
            }
            None if reply.status.is_client_error() => Some(0),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::http::transport::Reply;
    use crate::llm::chat::{Message, Role};

    /// Settles an attempt that got this status and usage; expects what it weighed, and what the next will.
    fn check(status: u16, usage: Option<(u64, u64)>, weighing: Weighing, expect: (Option<u64>, u64)) {
        let messages = vec![Message::text(Role::User, "four".repeat(93))];
        let parameters = Parameters { max_tokens: Some(1_000), ..Parameters::default() };
        let request = ChatRequest { model: "m".to_owned(), messages, schema: None, parameters };
        let forecast = Mutex::default();
        let weight = Weight::new(&forecast, &request, weighing);
        let status = StatusCode::from_u16(status).unwrap();
        let reply = Reply { status, headers: HeaderMap::new(), body: Vec::new() };
        let usage = usage.map(|(prompt_tokens, completion_tokens)| Usage {
            prompt_tokens,
            completion_tokens,
            ..Usage::default()
        });
        let weighed = weight.settle(&Attempt::Answered(&reply), usage.as_ref());
        assert_eq!((weighed, weight.tokens()), expect, "{status} {usage:?} {weighing:?}");
    }

    #[test]
    fn what_was_used_is_the_weight_where_it_is_known() {
        check(200, Some((150, 7)), Weighing::Used, (Some(157), 157));
        check(200, None, Weighing::Used, (None, 356));
        check(500, None, Weighing::Used, (None, 356));
        check(429, None, Weighing::Used, (Some(0), 356));
        check(400, None, Weighing::Limit, (Some(0), 1_100));
        check(200, Some((150, 7)), Weighing::Limit, (None, 1_150));
    }
}
