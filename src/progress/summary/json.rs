//! The summary that a script reads.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Circumstances, Reason, cost, reasons};
use crate::engine::event::Summary;
use crate::engine::ports::Failure;
use crate::label::prediction::Unfilled;
use crate::label::task::TaskId;

/// The version of the form, which may only gain fields; readers refuse a newer one.
const FORMAT_VERSION: u64 = 1;

/// How many reasons are counted; all failures are listed.
const COUNTED_REASONS: usize = 20;

pub(super) fn json(summary: &Summary, circumstances: &Circumstances) -> String {
    let mut text = format!("{:#}", value(summary, circumstances));
    text.push('\n');
    text
}

pub(super) fn value(summary: &Summary, circumstances: &Circumstances) -> Value {
    let tokens = summary.usage.prompt_tokens + summary.usage.completion_tokens;
    let waits = circumstances.waits;
    let budget = circumstances.budget.unwrap_or_default();
    json!({
        "format_version": FORMAT_VERSION,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "studio_version": circumstances.studio_version,
        "model": circumstances.model,
        "model_version": circumstances.model_version,
        "complete": summary.complete,
        "exit_code": circumstances.exit_code,
        "error": circumstances.error,
        "started": format!("{:.3}", circumstances.started),
        "ended": format!("{:.3}", circumstances.ended),
        "duration_seconds": circumstances.duration.as_secs_f64(),
        "tasks": outcomes(summary),
        "unfilled": summary.unfilled,
        "left_out": summary.left_out.iter().map(left_out).collect::<Vec<_>>(),
        "requests": {
            "attempts": circumstances.attempts,
            "retries": circumstances.retries,
            "rate_limited": circumstances.limited,
            "answered": summary.usage.requests,
            "reused": summary.reused,
        },
        "tokens": {
            "prompt": summary.usage.prompt_tokens,
            "cached": summary.usage.cached_tokens,
            "completion": summary.usage.completion_tokens,
            "reasoning": summary.usage.reasoning_tokens,
        },
        "cost_usd": cost(summary, circumstances).map(|(dollars, _)| dollars),
        "cost": origin_of_cost(summary, circumstances),
        "waits": {
            "limit_seconds": waits.map(|waits| waits.for_limits.as_secs_f64()),
            "pause_seconds": waits.map(|waits| waits.for_pauses.as_secs_f64()),
            "pauses": waits.map(|waits| waits.pauses),
        },
        "per_minute": {
            "requests": per_minute(circumstances.attempts, circumstances.duration),
            "tokens": per_minute(tokens, circumstances.duration),
            "requests_limit": circumstances.limits.requests_per_minute,
            "tokens_limit": circumstances.limits.tokens_per_minute,
        },
        "budget": {
            "spent_usd": budget.spent_usd,
            "limit_usd": budget.limit_usd,
            "spent_tokens": budget.spent_tokens,
            "limit_tokens": budget.limit_tokens,
        },
        "failures_by_kind": summary.failures_by_kind(),
        "failures_by_reason": counted(&summary.failures),
        "failures": summary.failures.iter().map(failure).collect::<Vec<_>>(),
    })
}

fn outcomes(summary: &Summary) -> Value {
    json!({
        "selected": summary.selected,
        "delivered": summary.delivered,
        "partial": summary.partial,
        "nothing_to_mark": summary.blank,
        "already_there": summary.already_there,
        "failed": summary.failures.len(),
        "undelivered": summary.undelivered,
        "stopped": summary.stopped,
    })
}

/// Returns who says what it cost, and for reckoned cost the prices in US dollars per million tokens.
fn origin_of_cost(summary: &Summary, circumstances: &Circumstances) -> Value {
    let (origin, pricing) = match cost(summary, circumstances) {
        None => (None, None),
        Some((_, None)) => (Some("provider"), None),
        Some((_, Some(pricing))) => (Some("prices"), Some(pricing)),
    };
    let price = pricing.map(|pricing| pricing.price);
    json!({
        "by": origin,
        "input": price.map(|price| price.input),
        "output": price.map(|price| price.output),
        "cached": price.and_then(|price| price.cached),
        "table": pricing.and_then(|pricing| pricing.table),
    })
}

fn counted(failures: &[Failure]) -> Vec<Value> {
    let told = reasons(failures).into_iter().take(COUNTED_REASONS);
    told.map(|Reason { kind, words, count, .. }| json!({"kind": kind, "reason": words, "tasks": count}))
        .collect()
}

fn left_out((task, Unfilled { control, reason }): &(TaskId, Unfilled)) -> Value {
    let (name, id) = named(*task);
    json!({name: id, "control": control, "reason": reason})
}

fn failure(Failure { task, kind, reason }: &Failure) -> Value {
    let (name, id) = named(*task);
    json!({name: id, "kind": kind, "reason": reason})
}

fn named(task: TaskId) -> (&'static str, u64) {
    match task {
        TaskId::Id(id) => ("task", id),
        TaskId::Row(row) => ("row", row),
    }
}

/// Returns so many in a minute as were reached, with a digit; of a time too short to tell nothing.
fn per_minute(count: u64, duration: Duration) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "nothing counted here is near 2^53")]
    let count = count as f64;
    (Duration::from_secs(1) <= duration).then(|| (count * 600.0 / duration.as_secs_f64()).round() / 10.0)
}
