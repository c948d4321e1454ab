//! The numbers that say something, with a note each: what a person and a page of Markdown show.

use super::{Circumstances, Waits, cost};
use crate::engine::event::Summary;
use crate::engine::ports::FailureKind;
use crate::llm::price::money;
use crate::progress::text::{harmless, plain_duration, plural, thousands, tokens};

/// One line of the summary.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) number: String,
    pub(super) note: String,
}

/// Returns the lines that say something; how much was delivered is always said.
pub(super) fn rows(summary: &Summary, circumstances: &Circumstances) -> Vec<Row> {
    let usage = summary.usage;
    let row = |label, number: u64, note: String| Row { label, number: thousands(number), note };
    let mut rows = vec![
        row("delivered", summary.delivered, delivered_note(summary)),
        row("already there", summary.already_there, String::new()),
        row("failed", summary.failures.len() as u64, kinds_note(summary)),
        row("not delivered", summary.undelivered, undelivered_note(summary)),
        row("given up", summary.stopped, "without an answer".to_owned()),
        row("requests", circumstances.attempts, retries_note(circumstances.retries)),
        row("reused", summary.reused, "answers that were paid for before".to_owned()),
        row("tokens", usage.prompt_tokens + usage.completion_tokens, tokens(&usage)),
    ];
    rows.retain(|row| row.label == "delivered" || row.number != "0");
    rows.extend(waits_row(circumstances));
    rows.extend(cost_row(summary, circumstances));
    rows.extend(budget_rows(circumstances));
    rows
}

/// Says what kind of trouble it was, so that it fits one task and many.
pub(super) fn words(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Data => "unfit data",
        FailureKind::Rejected => "rejected by the provider",
        FailureKind::Unreachable => "without an answer",
        FailureKind::Refused => "refused by the model",
        FailureKind::Truncated => "cut off at the token limit",
        FailureKind::Unusable => "unusable answer",
        FailureKind::Undeliverable => "not accepted at the destination",
    }
}

fn delivered_note(summary: &Summary) -> String {
    let mut notes = Vec::new();
    if 0 < summary.blank {
        notes.push(format!("{} with nothing to mark", thousands(summary.blank)));
    }
    if 0 < summary.partial {
        let left_out = summary.unfilled.iter();
        let left_out: Vec<_> = left_out
            .map(|(control, count)| format!("{} of `{}`", thousands(*count), harmless(control)))
            .collect();
        notes.push(format!("{} partial; left out: {}", thousands(summary.partial), left_out.join(", ")));
    }
    notes.join(", ")
}

fn kinds_note(summary: &Summary) -> String {
    let kinds = summary.failures_by_kind().into_iter();
    let kinds = kinds.map(|(kind, count)| format!("{} {}", words(kind), thousands(count)));
    kinds.collect::<Vec<_>>().join(", ")
}

fn undelivered_note(summary: &Summary) -> String {
    let is_paid = 0 < summary.usage.requests + summary.reused;
    let kept = if is_paid { "; the journal has the answers" } else { "" };
    format!("answered, but not known to have arrived{kept}")
}

fn retries_note(retries: u64) -> String {
    match retries {
        0 => String::new(),
        1 => "1 of them repeated a failed one".to_owned(),
        many => format!("{} of them repeated failed ones", thousands(many)),
    }
}

fn waits_row(circumstances: &Circumstances) -> Option<Row> {
    let Waits { for_limits, for_pauses, pauses } = circumstances.waits?;
    let total = for_limits + for_pauses;
    let note = match pauses {
        0 => "for the limits".to_owned(),
        pauses => {
            format!("for the limits, {} of it in {}", plain_duration(for_pauses), plural(pauses, "pause"))
        }
    };
    (!total.is_zero()).then(|| Row { label: "waited", number: plain_duration(total), note })
}

fn cost_row(summary: &Summary, circumstances: &Circumstances) -> Option<Row> {
    let (dollars, pricing) = cost(summary, circumstances)?;
    let note = match pricing {
        None => "as the provider says".to_owned(),
        Some(pricing) => pricing.table.map(|table| format!("by the prices of {table}")).unwrap_or_default(),
    };
    Some(Row { label: "cost", number: money(dollars), note })
}

/// Returns what was charged to each limit: more than the cost, where nobody knows what a request cost.
fn budget_rows(circumstances: &Circumstances) -> Vec<Row> {
    let Some(budget) = circumstances.budget.as_ref() else { return Vec::new() };
    let row =
        |number, limit: &str| Row { label: "budget", number, note: format!("charged, of at most {limit}") };
    let dollars = budget.spent_usd.zip(budget.limit_usd);
    let tokens = budget.spent_tokens.zip(budget.limit_tokens);
    let dollars = dollars.map(|(spent, limit)| row(money(spent), &money(limit)));
    let tokens = tokens.map(|(spent, limit)| row(thousands(spent), &format!("{} tokens", thousands(limit))));
    dollars.into_iter().chain(tokens).collect()
}
