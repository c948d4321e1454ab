//! What a person is told of refusals: what is tried instead, or the option to change where every request would be refused.

use reqwest::StatusCode;
use tracing::info;

use super::Client;
use crate::http::address;
use crate::http::transport::SendError;
use crate::llm::chat::ChatRequest;
use crate::llm::ladder::Capabilities;
use crate::llm::refusal::{Part, Refusal, TOKEN_LIMITS};

/// Tells what an endpoint was found not to take, and what is tried from now on.
pub(super) fn tell(part: &Part, before: &Capabilities, now: &Capabilities) {
    match part {
        Part::Schema | Part::OwnSchema => {
            info!("the endpoint does not take {}; trying {}", before.rung.about(), now.rung.about());
        }
        Part::TokenLimit => {
            info!("the endpoint does not take `{}`; trying `{}`", before.token_limit, now.token_limit);
        }
        Part::Responses => info!("the endpoint gives one response at a time; asking for each"),
        Part::Logprobs => info!("the endpoint does not tell how probable tokens are"),
        Part::Field(name) => info!("the endpoint does not take `{name}`; leaving it out"),
    }
}

/// Returns a refusal as the user can mend it: what `--param` put into the body is theirs to leave out.
pub(super) fn named(refusal: Refusal, request: &ChatRequest) -> Refusal {
    let is_own = |name: &&str| request.parameters.extra.contains_key(*name);
    match ["logprobs", "top_logprobs"].into_iter().find(is_own) {
        Some(name) if refusal.part == Part::Logprobs => {
            Refusal { part: Part::Field(name.to_owned()), ..refusal }
        }
        _ => refusal,
    }
}

impl Client {
    /// Ends the run, as every request would be refused alike.
    pub(super) fn abort(&self, status: StatusCode, refusal: &Refusal, request: &ChatRequest) -> SendError {
        let place = address(&self.endpoint.base);
        let (what, advice) = match &refusal.part {
            Part::Field(field) => {
                (format!("the model does not take `{field}` as it was sent"), self.advice(field, request))
            }
            Part::TokenLimit => {
                ("the model takes no token limit".to_owned(), self.advice("max_tokens", request))
            }
            Part::Logprobs => (
                "the model gives no token probabilities".to_owned(),
                "leave out `--score logprobs`; `--score votes` with `--num-responses` counts how many responses agree"
                    .to_owned(),
            ),
            Part::Responses | Part::Schema | Part::OwnSchema => (
                "the request is refused in every form".to_owned(),
                "try `--answer text`, or another model".to_owned(),
            ),
        };
        let message = format!("{place}: {what} ({})", refusal.message);
        self.aborted.get_or_init(|| SendError::Aborted { status, message, advice }).clone()
    }

    /// Returns what to do about the option that put this field into the body.
    fn advice(&self, field: &str, request: &ChatRequest) -> String {
        let whole = field.split_once('.').map_or(field, |(whole, _)| whole);
        let param = format!("leave out or change `--param {whole}=…`");
        if request.parameters.extra.contains_key(whole) {
            return param;
        }
        match field {
            "temperature" => "leave out `--temperature` (`TEMPERATURE`)".to_owned(),
            limit if TOKEN_LIMITS.contains(&limit) && self.budget.is_some() => {
                "lower `--max-tokens`; without a limit no budget can be kept, so else leave out `--max-cost` and \
                 `--max-tokens-total`"
                    .to_owned()
            }
            limit if TOKEN_LIMITS.contains(&limit) => "leave out or lower `--max-tokens`".to_owned(),
            "seed" => "leave out `--seed-model`".to_owned(),
            "reasoning_effort" | "think" | "thinking" | "output_config.effort" => {
                "leave out or change `--reasoning-effort`".to_owned()
            }
            _ => param,
        }
    }
}
