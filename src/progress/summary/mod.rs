//! The run in numbers: for a person, and in one form a file for scripts and CI.

mod human;
mod json;
mod junit;
mod markdown;
mod rows;
#[cfg(test)]
mod tests;

pub use human::{failed, human};

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use crate::engine::event::Summary;
use crate::engine::ports::{Failure, FailureKind};
use crate::label::task::TaskId;
use crate::llm::price::Price;

/// What the engine does not know of its run; `None` where nobody knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Circumstances {
    /// When the command began.
    pub started: Timestamp,
    pub ended: Timestamp,
    /// How long tasks were labeled; zero if that never began.
    pub duration: Duration,
    /// 0 for success.
    pub exit_code: u8,
    /// What ended the run early, in words.
    pub error: Option<String>,
    pub model: Option<String>,
    /// Empty until it is known.
    pub model_version: String,
    /// Label Studio's release, where there is one.
    pub studio_version: Option<String>,
    /// Requests sent to the model's server, repeated ones included.
    pub attempts: u64,
    /// Those of them that repeated one that failed.
    pub retries: u64,
    /// Those of them that were refused for a rate limit.
    pub limited: u64,
    pub waits: Option<Waits>,
    pub limits: Limits,
    /// What the model costs, for a provider that does not say so itself.
    pub pricing: Option<Pricing>,
    pub budget: Option<Budget>,
}

/// How long nothing was sent, by the clock on the wall.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Waits {
    /// Because a limit was reached.
    pub for_limits: Duration,
    /// Because the server had refused something for its rate limit.
    pub for_pauses: Duration,
    pub pauses: u64,
}

/// What was kept to, given or learned from the server; `None` where there was no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    pub requests_per_minute: Option<u64>,
    pub tokens_per_minute: Option<u64>,
}

/// A price and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pricing {
    pub price: Price,
    /// The version of the price table; `None` for prices that the user gave and for models that are free.
    pub table: Option<&'static str>,
}

/// What may be spent and what was, failed and repeated requests included; `None` where it was not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Budget {
    pub spent_usd: Option<f64>,
    pub limit_usd: Option<f64>,
    pub spent_tokens: Option<u64>,
    pub limit_tokens: Option<u64>,
}

/// A form of the summary file.
struct Form {
    /// The file's ending, without the dot.
    ending: &'static str,
    write: fn(&Summary, &Circumstances) -> String,
}

/// The forms that have an ending of their own; every other file is JSON.
const FORMS: [Form; 2] =
    [Form { ending: "md", write: markdown::markdown }, Form { ending: "xml", write: junit::junit }];

/// Returns what the summary file of this name holds.
pub fn file(path: &Path, summary: &Summary, circumstances: &Circumstances) -> String {
    let ending = path.extension().unwrap_or_default();
    let form = FORMS.iter().find(|form| ending.eq_ignore_ascii_case(form.ending));
    form.map_or(json::json as fn(&_, &_) -> _, |form| form.write)(summary, circumstances)
}

/// A reason and how many tasks failed for it.
#[derive(Debug, PartialEq)]
struct Reason<'a> {
    kind: FailureKind,
    words: &'a str,
    /// The first of them.
    task: TaskId,
    count: u64,
}

/// Returns the reasons, the most frequent first and else in their order.
fn reasons(failures: &[Failure]) -> Vec<Reason<'_>> {
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    let mut known = HashMap::new();
    for Failure { task, kind, reason } in failures {
        let index = *known.entry((*kind, reason.as_str())).or_insert(reasons.len());
        match reasons.get_mut(index) {
            Some(reason) => reason.count += 1,
            None => reasons.push(Reason { kind: *kind, words: reason, task: *task, count: 1 }),
        }
    }
    reasons.sort_by_key(|reason| Reverse(reason.count));
    reasons
}

/// Returns what the run cost in US dollars, and by which prices unless it is the provider's own word.
fn cost<'a>(summary: &Summary, circumstances: &'a Circumstances) -> Option<(f64, Option<&'a Pricing>)> {
    let reckoned = |pricing: &'a Pricing| (pricing.price.cost(&summary.usage), Some(pricing));
    match summary.cost {
        Some(cost) => Some((cost, None)),
        None if summary.usage.requests == 0 => None,
        None => circumstances.pricing.as_ref().map(reckoned),
    }
}
