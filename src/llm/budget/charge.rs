//! What an attempt is charged: by the server's count where there is one to believe, else at the worst.

use crate::http::judge::Attempt;
use crate::http::transport::Reply;
use crate::label::prediction::Usage;
use crate::llm::judge::{is_filtered, is_too_long};
use crate::llm::problem::Problem;

/// Returns what an attempt is charged; `told` is the usage that the reply names.
///
/// | attempt | charged |
/// |---|---|
/// | surely did not reach the server | nothing |
/// | timed out, or the connection broke | the worst case |
/// | success | the counts it names; the worst case in place of one that is missing or 0 |
/// | failure that names its usage | that |
/// | redirection, 4xx but 408 and 499 | nothing, for nobody worked on it |
/// | of these, content filter, too long, invalid JSON | the worst case, for somebody did |
/// | 408, 499, 5xx, anything else | the worst case |
///
/// Azure charges for prompts that its filter stopped or that are too long
/// (<https://learn.microsoft.com/azure/ai-services/openai/how-to/manage-costs>).
pub fn charge(attempt: &Attempt<'_>, told: Option<&Usage>, worst: &Usage) -> Usage {
    let reply = match attempt {
        Attempt::Answered(reply) => reply,
        Attempt::Unsent => return Usage::default(),
        Attempt::Unknown => return *worst,
    };
    let or_worst = |count: u64, worst: u64| if count == 0 { worst } else { count };
    match told {
        Some(told) if reply.status.is_success() => Usage {
            prompt_tokens: or_worst(told.prompt_tokens, worst.prompt_tokens),
            completion_tokens: or_worst(told.completion_tokens, worst.completion_tokens),
            ..*told
        },
        Some(told) => *told,
        None if nobody_worked(reply) => Usage::default(),
        None => *worst,
    }
}

fn nobody_worked(reply: &Reply) -> bool {
    let status = reply.status;
    if status.is_redirection() || status.as_u16() == 429 {
        return true;
    }
    if !status.is_client_error() || matches!(status.as_u16(), 408 | 499) {
        return false;
    }
    let problem = Problem::read(reply);
    // Groq's word for an answer that was written and thrown away.
    !is_filtered(&problem) && !is_too_long(&problem) && !problem.is_any(&["json_validate_failed"])
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;

    const WORST: Usage = Usage {
        requests: 1,
        prompt_tokens: 900,
        completion_tokens: 100,
        cached_tokens: 0,
        reasoning_tokens: 0,
    };

    fn usage(prompt_tokens: u64, completion_tokens: u64) -> Usage {
        Usage { requests: 1, prompt_tokens, completion_tokens, ..Usage::default() }
    }

    /// Expects the tokens of prompt and answer.
    fn check(status: u16, body: &str, told: Option<Usage>, expect: (u64, u64)) {
        let status = StatusCode::from_u16(status).unwrap();
        let reply = Reply { status, headers: HeaderMap::new(), body: body.into() };
        let charged = charge(&Attempt::Answered(&reply), told.as_ref(), &WORST);
        assert_eq!((charged.prompt_tokens, charged.completion_tokens), expect, "{status} {body}");
    }

    #[test]
    fn an_attempt_without_a_reply_costs_all_or_nothing() {
        assert_eq!(charge(&Attempt::Unsent, None, &WORST), Usage::default());
        assert_eq!(charge(&Attempt::Unknown, None, &WORST), WORST);
    }

    #[test]
    fn a_success_costs_what_it_names_and_the_worst_of_what_it_does_not() {
        check(200, "{}", Some(usage(12, 3)), (12, 3));
        check(200, "{}", Some(usage(12, 0)), (12, 100));
        check(200, "{}", Some(usage(0, 3)), (900, 3));
        check(200, "{}", None, (900, 100));
        check(200, "{}", Some(usage(5_000, 3)), (5_000, 3));
        check(200, r#"{"error":{"code":502,"message":"m"}}"#, None, (900, 100));
    }

    #[test]
    fn a_failure_costs_nothing_only_where_nobody_worked_on_it() {
        for status in [301, 307, 400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 425, 429] {
            check(status, "{}", None, (0, 0));
        }
        for status in [408, 499, 500, 501, 502, 503, 504, 529, 599] {
            check(status, "{}", None, (900, 100));
        }
        check(400, "{}", Some(usage(12, 0)), (12, 0));
        check(500, "{}", Some(usage(12, 3)), (12, 3));
        check(400, r#"{"error":{"code":"content_filter","message":"m"}}"#, None, (900, 100));
        check(400, r#"{"error":{"code":"context_length_exceeded","message":"m"}}"#, None, (900, 100));
        check(400, r#"{"error":{"code":"json_validate_failed","message":"m"}}"#, None, (900, 100));
        check(429, r#"{"error":{"message":"flagged as too many"}}"#, None, (0, 0));
    }
}
