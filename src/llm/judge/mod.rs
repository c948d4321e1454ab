//! What a provider's reply means, by status, headers and body: one table for all dialects.

#[cfg(test)]
pub(super) mod replies;
#[cfg(test)]
mod tests;
mod wait;

use std::time::SystemTime;

use reqwest::StatusCode;

use self::wait::wait_in;
use super::problem::Problem;
use crate::http::retry::{Verdict, retry_after};
use crate::http::transport::Reply;

/// Codes of an account that cannot be charged. Not Gemini's words "you exceeded your current quota", which it uses for
/// an ordinary limit a minute too.
const ACCOUNT: &[&str] = &[
    "insufficient_quota",
    "billing_error",
    "billing_hard_limit_reached",
    "billing_not_active",
    "budget_exceeded",
    "insufficient_balance",
    "exceeded_current_quota_error",
    "account_deactivated",
    "access_terminated",
];

/// Words of a 429 that is for want of money: a code inside what a proxy passes on, and the page that `OpenAI` sends such
/// accounts to.
const NO_MONEY: &[&str] = &["insufficient_quota", "platform.openai.com/docs/guides/error-codes"];

/// Anthropic's words of a 400 for want of money, and for what the account's owner allowed to be spent.
const NO_CREDIT: &[&str] = &[
    "credit balance is too low to access the anthropic api",
    "you have reached your specified api usage limits",
    "you have reached your specified workspace api usage limits",
];

/// Codes and words of a request that is too long for the model.
const TOO_LONG: &[&str] = &[
    "context_length_exceeded",
    "exceed_context_size",
    "maximum context length",
    "context length of only",
    "context window",
    "contextwindowexceeded",
    "exceeds the available context",
    "longer than the context length",
    "prompt is too long",
    "input is too long",
    "exceeds the maximum number of tokens",
    // Anthropic's, of a prompt and the limit of its answer together.
    "exceed context limit",
];

/// Codes and words of content that a filter stopped.
const FILTERED: &[&str] = &[
    "content_filter",
    "content_policy_violation",
    "contentpolicyviolation",
    "responsibleaipolicyviolation",
    "content filtering policy",
    "moderation",
    "flagged",
];

/// Codes and words of a model that the endpoint does not have, where the status does not say so.
const NO_MODEL: &[&str] = &[
    "model_not_found",
    "model_decommissioned",
    "invalid_model",
    "deploymentnotfound",
    "invalid model name",
    "is not a valid model id",
    "model not exist",
];

/// Words of a limit a day, and Gemini's name of one (`GenerateRequestsPerDayPerProjectPerModel`).
const DAILY: &[&str] = &["per day", "per-day", "perday", "daily"];

/// Statuses that an error without a number stands for, by the beginning of its code or class.
const NAMED: &[(&str, u16)] = &[
    ("rate_limit", 429),
    ("throttling", 429),
    ("content_filter", 400),
    ("invalid_request", 400),
    ("authentication", 401),
    ("invalid_api_key", 401),
    ("permission", 403),
    ("not_found", 404),
];

/// What to say where a server may be at another address.
const BASE_URL: &str = "`--base-url`, which for most servers ends in `/v1`";

/// Returns what a reply means.
pub fn judge(reply: &Reply) -> Verdict {
    let (status, problem) = match (reply.status.is_success(), Problem::inside(reply)) {
        (true, Some(problem)) => (status_of(&problem), problem),
        (true, None) => return Verdict::Done,
        (false, _) => (reply.status, Problem::read(reply)),
    };
    judge_problem(reply, status, &problem)
}

/// Returns whether the request was too long for the model.
pub fn is_too_long(problem: &Problem) -> bool {
    problem.mentions(TOO_LONG)
}

/// Returns whether a content filter stopped the request.
pub fn is_filtered(problem: &Problem) -> bool {
    problem.mentions(FILTERED)
}

/// Returns the status that an error inside a success stands for; where it says none, the model behind has failed.
fn status_of(problem: &Problem) -> StatusCode {
    let stated = problem.code.parse().ok().filter(|code| (400..=599).contains(code));
    let named = |(name, status): &(&str, u16)| problem.begins_with(name).then_some(*status);
    let status = stated.or_else(|| NAMED.iter().find_map(named));
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_GATEWAY)
}

fn judge_problem(reply: &Reply, status: StatusCode, problem: &Problem) -> Verdict {
    let words = &problem.message;
    let code = status.as_u16();
    let after = retry_after(&reply.headers, SystemTime::now()).or_else(|| wait_in(problem.text()));
    let retry = |limited| Verdict::Retry { after, limited, message: format!("{code}: {words}") };
    let reject = |why: &str| Verdict::Reject(format!("{why} ({code}): {words}"));
    let abort = |why: &str, advice: &str| Verdict::Abort {
        message: format!("{why} ({code}): {words}"),
        advice: advice.to_owned(),
    };
    let no_money = || abort("the account cannot be charged", "look at the plan and balance at the provider");
    let no_model = || abort("no such model or address", &format!("check `--model` and {BASE_URL}"));
    let no_access = || abort("access denied", "check the key, and that it may use this model");
    match code {
        402 => no_money(),
        _ if problem.is_any(ACCOUNT) => no_money(),
        400 if problem.mentions(NO_CREDIT) => no_money(),
        429 if problem.mentions(NO_MONEY) => no_money(),
        413 | 429 if asks_too_much(problem) => reject("the request is larger than the limit a minute"),
        413 => reject("the request is too large"),
        // Of a day of its own Gemini says to wait as for a minute.
        429 if problem.mentions(&["perday"]) || (after.is_none() && problem.mentions(DAILY)) => abort(
            "the limit a day is used up",
            "go on when the provider's next day begins (Google's: midnight in California)",
        ),
        429 => retry(true),
        403 if problem.mentions(FILTERED) => reject("a content filter stopped the request"),
        401 | 403 | 407 => no_access(),
        400 if problem.mentions(&["api key not valid", "api_key_invalid"]) => no_access(),
        404 | 405 | 410 | 501 => no_model(),
        511 => abort("the network asks for a login", "open a web page to log in"),
        400..500 if problem.mentions(NO_MODEL) => no_model(),
        400..=599 if is_too_long(problem) => reject("the request is too long for the model"),
        400..500 if problem.mentions(FILTERED) => reject("a content filter stopped the request"),
        // The sampled text was no JSON; another sample may be.
        400 if problem.is_any(&["json_validate_failed"]) => retry(false),
        // Groq's status for a tier that is busy.
        498 if problem.mentions(&["capacity"]) => retry(false),
        500 if problem.mentions(&["image input is not supported"]) => reject("the model takes no images"),
        505 | 506 | 508 | 510 => reject("the server cannot take the request"),
        408 | 409 | 425 | 500..=599 if should_retry(reply) != Some(false) => retry(false),
        _ if should_retry(reply) == Some(true) => retry(false),
        _ => reject("the server refused the request"),
    }
}

/// Returns what `OpenAI`'s header asks of clients: to repeat the request, or not to.
fn should_retry(reply: &Reply) -> Option<bool> {
    reply.headers.get("x-should-retry")?.to_str().ok()?.parse().ok()
}

/// Returns whether the limit is smaller than this one request: "Limit 30000, Requested 34307".
fn asks_too_much(problem: &Problem) -> bool {
    let number = |mark: &str| {
        problem.text().split(mark).skip(1).find_map(|rest| {
            let rest = rest.trim_start_matches([':', ' ']).chars().filter(|letter| *letter != ',');
            rest.take_while(char::is_ascii_digit).collect::<String>().parse::<u64>().ok()
        })
    };
    let larger = number("limit").zip(number("requested")).is_some_and(|(limit, requested)| limit < requested);
    larger || problem.mentions(&["request too large"])
}
