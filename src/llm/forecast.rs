//! How many tokens a request will use, by what those before it used.

use super::chat::Parameters;
use crate::label::prediction::Usage;

/// What an answer is taken for before any was seen, in tokens.
const FIRST_ANSWER: u64 = 256;

/// How much of what was known counts after one more reply: the last ten or so decide.
const MEMORY: f64 = 0.9;

/// Learns from each reply; pure.
#[derive(Debug, Clone, Default)]
pub struct Forecast {
    /// Prompt tokens as they were estimated and as they were counted, the older the less.
    estimated: f64,
    counted: f64,
    /// Tokens of a response, on average.
    response: Option<f64>,
}

/// What of a request counts towards a provider's tokens a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighing {
    /// What is used, when it is known: most providers.
    Used,
    /// The prompt and all that the answer might be, before it is answered: Azure.
    Limit,
}

impl Forecast {
    /// Returns how many tokens a request weighs whose prompt is estimated at so many.
    pub fn tokens(&self, prompt: u64, parameters: &Parameters, weighing: Weighing) -> u64 {
        let counted =
            if 0.0 < self.estimated { float(prompt) * self.counted / self.estimated } else { float(prompt) };
        let limit = parameters.max_tokens;
        let likely = self.response.unwrap_or(float(limit.unwrap_or(FIRST_ANSWER).min(FIRST_ANSWER)));
        let response = match (weighing, limit) {
            (Weighing::Limit, Some(limit)) => float(limit),
            (Weighing::Limit, None) | (Weighing::Used, _) => likely,
        };
        whole(counted + response * f64::from(parameters.responses.max(1)))
    }

    /// Learns what a request used whose prompt was estimated at so many tokens.
    pub fn learn(&mut self, prompt: u64, parameters: &Parameters, usage: &Usage) {
        if 0 < usage.prompt_tokens {
            self.estimated = self.estimated * MEMORY + float(prompt);
            self.counted = self.counted * MEMORY + float(usage.prompt_tokens);
        }
        if 0 < usage.completion_tokens {
            let response = float(usage.completion_tokens) / f64::from(parameters.responses.max(1));
            let before = self.response.unwrap_or(response);
            self.response = Some(before * MEMORY + response * (1.0 - MEMORY));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate has no 16 digits")]
fn float(tokens: u64) -> f64 {
    tokens as f64
}

/// Rounds up, and what is no number to nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` ends at the ends of the range"
)]
fn whole(tokens: f64) -> u64 {
    tokens.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(max_tokens: Option<u64>, responses: u32) -> Parameters {
        Parameters { responses, max_tokens, ..Parameters::default() }
    }

    fn usage(prompt_tokens: u64, completion_tokens: u64) -> Usage {
        Usage { requests: 1, prompt_tokens, completion_tokens, ..Usage::default() }
    }

    #[test]
    fn before_any_reply_an_answer_is_taken_for_a_short_one() {
        let check = |max_tokens, responses, weighing, expect| {
            let tokens = Forecast::default().tokens(100, &parameters(max_tokens, responses), weighing);
            assert_eq!(tokens, expect, "{max_tokens:?} {weighing:?}");
        };
        check(None, 1, Weighing::Used, 356);
        check(None, 0, Weighing::Used, 356);
        check(Some(50), 3, Weighing::Used, 250);
        check(Some(4_000), 1, Weighing::Used, 356);
        check(Some(4_000), 2, Weighing::Limit, 8_100);
        check(None, 1, Weighing::Limit, 356);
    }

    #[test]
    fn what_was_used_corrects_what_is_expected() {
        let (mut forecast, one) = (Forecast::default(), parameters(Some(1_000), 1));
        forecast.learn(100, &one, &usage(150, 20));
        assert_eq!(forecast.tokens(1_000, &one, Weighing::Used), 1_520);
        assert_eq!(forecast.tokens(1_000, &one, Weighing::Limit), 2_500);
        // As much again, of another kind: a heavy prompt counts for more than a light one.
        forecast.learn(900, &one, &usage(900, 20));
        assert_eq!(forecast.tokens(1_000, &one, Weighing::Used), 1_066);
        for _ in 0..100 {
            forecast.learn(100, &parameters(None, 3), &usage(200, 90));
        }
        assert_eq!(forecast.tokens(100, &parameters(None, 2), Weighing::Used), 260);
    }

    #[test]
    fn a_server_that_counts_nothing_teaches_nothing() {
        let (mut forecast, one) = (Forecast::default(), parameters(None, 1));
        forecast.learn(100, &one, &usage(0, 0));
        assert_eq!(forecast.tokens(100, &one, Weighing::Used), 356);
        assert_eq!(forecast.tokens(u64::MAX, &one, Weighing::Used), u64::MAX);
    }
}
