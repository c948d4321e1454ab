//! The run in numbers, for a person and for a script.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::text::{harmless, money, plain_duration, plural, thousands};
use crate::engine::event::Summary;
use crate::engine::ports::{Failure, FailureKind};
use crate::label::task::TaskId;

/// The version of the machine-readable form; readers refuse a newer one.
const FORMAT_VERSION: u64 = 1;

/// How many failures a person is told one by one.
const TOLD_FAILURES: usize = 20;

/// What the engine does not know of its run.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    pub duration: Duration,
    /// Requests sent to the model's server, repeated ones included.
    pub attempts: u64,
    /// Those of them that repeated one that failed.
    pub retries: u64,
    pub model_version: &'a str,
    pub tool_version: &'a str,
    /// What ended the run early, in words.
    pub error: Option<&'a str>,
}

/// One line of the summary.
struct Row {
    label: &'static str,
    number: String,
    note: String,
}

/// Returns the summary a person reads: several lines, each with its end.
pub fn human(summary: &Summary, circumstances: &Circumstances<'_>) -> String {
    let rows = rows(summary, circumstances);
    let label_width = rows.iter().map(|row| row.label.len()).max().unwrap_or(0);
    let number_width = rows.iter().map(|row| row.number.len()).max().unwrap_or(0);
    let mut text = format!(
        "{} in {} as {}{}\n",
        plural(summary.selected, "task"),
        plain_duration(circumstances.duration),
        harmless(circumstances.model_version),
        if summary.complete { "" } else { ", stopped before the end" }
    );
    for Row { label, number, note } in rows {
        let line = format!("  {label:label_width$}  {number:>number_width$}  {note}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&failed(&summary.failures));
    text
}

/// Returns the failures a person reads, a line each; nothing if there are none.
pub fn failed(failures: &[Failure]) -> String {
    if failures.is_empty() {
        return String::new();
    }
    let mut text = "failed:\n".to_owned();
    for Failure { task, kind, reason } in failures.iter().take(TOLD_FAILURES) {
        writeln!(text, "  {task}: {}: {}", words(*kind), harmless(reason)).expect("a string takes any text");
    }
    let more = failures.len().saturating_sub(TOLD_FAILURES) as u64;
    if 0 < more {
        writeln!(text, "  and {} more", thousands(more)).expect("a string takes any text");
    }
    text
}

/// Returns the summary a script reads.
pub fn machine(summary: &Summary, circumstances: &Circumstances<'_>) -> Value {
    let failures: Vec<Value> = summary
        .failures
        .iter()
        .map(|Failure { task, kind, reason }| {
            let (name, id) = match task {
                TaskId::Id(id) => ("task", id),
                TaskId::Row(row) => ("row", row),
            };
            json!({name: id, "kind": kind, "reason": reason})
        })
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "tool_version": circumstances.tool_version,
        "model_version": circumstances.model_version,
        "complete": summary.complete,
        "error": circumstances.error,
        "duration_seconds": circumstances.duration.as_secs_f64(),
        "tasks": {
            "selected": summary.selected,
            "delivered": summary.delivered,
            "partial": summary.partial,
            "already_there": summary.already_there,
            "failed": summary.failures.len(),
            "undelivered": summary.undelivered,
            "stopped": summary.stopped,
        },
        "unfilled": summary.unfilled,
        "requests": {
            "attempts": circumstances.attempts,
            "retries": circumstances.retries,
            "answered": summary.usage.requests,
        },
        "tokens": {
            "prompt": summary.usage.prompt_tokens,
            "cached": summary.usage.cached_tokens,
            "completion": summary.usage.completion_tokens,
            "reasoning": summary.usage.reasoning_tokens,
        },
        "cost_usd": summary.cost,
        "failures_by_kind": summary.failures_by_kind(),
        "failures": failures,
    })
}

/// Returns the lines that say something; how much was delivered is always said.
fn rows(summary: &Summary, circumstances: &Circumstances<'_>) -> Vec<Row> {
    let usage = summary.usage;
    let row = |label, number: u64, note| Row { label, number: thousands(number), note };
    let mut rows = vec![
        row("delivered", summary.delivered, partial_note(summary)),
        row("already there", summary.already_there, String::new()),
        row("failed", summary.failures.len() as u64, kinds_note(summary)),
        row("not delivered", summary.undelivered, "answered, but there was nowhere to put it".to_owned()),
        row("given up", summary.stopped, "before they were paid for".to_owned()),
        row("requests", circumstances.attempts, retries_note(circumstances.retries)),
        row("tokens", usage.prompt_tokens + usage.completion_tokens, tokens_note(summary)),
    ];
    rows.retain(|row| row.label == "delivered" || row.number != "0");
    rows.extend(summary.cost.map(|cost| Row { label: "cost", number: money(cost), note: String::new() }));
    rows
}

fn partial_note(summary: &Summary) -> String {
    if summary.partial == 0 {
        return String::new();
    }
    let empty: Vec<_> = summary
        .unfilled
        .iter()
        .map(|(control, count)| format!("`{}` {}", harmless(control), plural(*count, "time")))
        .collect();
    format!("{} of them partial; left empty: {}", thousands(summary.partial), empty.join(", "))
}

fn kinds_note(summary: &Summary) -> String {
    let kinds: Vec<_> = summary
        .failures_by_kind()
        .into_iter()
        .map(|(kind, count)| format!("{} {}", words(kind), thousands(count)))
        .collect();
    kinds.join(", ")
}

fn retries_note(retries: u64) -> String {
    match retries {
        0 => String::new(),
        1 => "1 of them repeated a failed one".to_owned(),
        many => format!("{} of them repeated failed ones", thousands(many)),
    }
}

fn tokens_note(summary: &Summary) -> String {
    let usage = summary.usage;
    let part =
        |count: u64, name| if count == 0 { String::new() } else { format!(" ({} {name})", thousands(count)) };
    format!(
        "{} in{}, {} out{}",
        thousands(usage.prompt_tokens),
        part(usage.cached_tokens, "cached"),
        thousands(usage.completion_tokens),
        part(usage.reasoning_tokens, "reasoning")
    )
}

/// Says what kind of trouble it was, so that it fits one task and many.
fn words(kind: FailureKind) -> &'static str {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::label::prediction::Usage;

    const CIRCUMSTANCES: Circumstances<'_> = Circumstances {
        duration: Duration::from_millis(72_500),
        attempts: 1024,
        retries: 24,
        model_version: "small-1a2b3c",
        tool_version: "0.1.0",
        error: None,
    };

    fn failure(task: TaskId, kind: FailureKind, reason: &str) -> Failure {
        Failure { task, kind, reason: reason.to_owned() }
    }

    fn summary() -> Summary {
        Summary {
            selected: 1000,
            delivered: 991,
            partial: 2,
            already_there: 4,
            stopped: 1,
            undelivered: 1,
            failures: vec![
                failure(TaskId::Id(12), FailureKind::Unusable, "no label in\n\u{1b}[31m`maybe`"),
                failure(TaskId::Row(7), FailureKind::Truncated, "after 16 tokens"),
                failure(TaskId::Id(15), FailureKind::Unusable, "empty"),
            ],
            usage: Usage {
                requests: 1000,
                prompt_tokens: 123_456,
                completion_tokens: 7890,
                cached_tokens: 1024,
                reasoning_tokens: 0,
            },
            cost: Some(0.25),
            unfilled: BTreeMap::from([("mood".to_owned(), 1), ("stars".to_owned(), 2)]),
            complete: true,
        }
    }

    fn check(summary: &Summary, circumstances: &Circumstances<'_>, expect: &str) {
        assert_eq!(human(summary, circumstances), expect);
    }

    #[test]
    fn a_person_reads_aligned_lines_and_each_failure() {
        let expect = "\
1,000 tasks in 1 min 12 s as small-1a2b3c
  delivered          991  2 of them partial; left empty: `mood` 1 time, `stars` 2 times
  already there        4
  failed               3  cut off at the token limit 1, unusable answer 2
  not delivered        1  answered, but there was nowhere to put it
  given up             1  before they were paid for
  requests         1,024  24 of them repeated failed ones
  tokens         131,346  123,456 in (1,024 cached), 7,890 out
  cost           $0.2500
failed:
  task 12: unusable answer: no label in \u{fffd}[31m`maybe`
  row 7: cut off at the token limit: after 16 tokens
  task 15: unusable answer: empty
";
        check(&summary(), &CIRCUMSTANCES, expect);
    }

    #[test]
    fn what_did_not_happen_is_not_told() {
        let nothing = Summary { complete: true, ..Summary::default() };
        let circumstances =
            Circumstances { attempts: 0, retries: 0, duration: Duration::from_millis(1200), ..CIRCUMSTANCES };
        check(&nothing, &circumstances, "0 tasks in 1.2 s as small-1a2b3c\n  delivered  0\n");
        let stopped = Summary { selected: 1, delivered: 1, ..Summary::default() };
        let expect = "1 task in 1.2 s as small-1a2b3c, stopped before the end\n  delivered  1\n  requests   1  \
                      1 of them repeated a failed one\n";
        check(&stopped, &Circumstances { attempts: 1, retries: 1, ..circumstances }, expect);
    }

    #[test]
    fn a_person_is_told_twenty_failures_and_a_script_all() {
        let failures = (1..=1021).map(|row| failure(TaskId::Row(row), FailureKind::Refused, "no")).collect();
        let summary = Summary { failures, ..Summary::default() };
        let text = human(&summary, &CIRCUMSTANCES);
        assert!(text.ends_with("  row 20: refused by the model: no\n  and 1,001 more\n"), "{text}");
        assert_eq!(machine(&summary, &CIRCUMSTANCES)["failures"].as_array().map(Vec::len), Some(1021));
    }

    #[test]
    fn a_script_reads_every_number() {
        let circumstances = Circumstances { error: Some("the key was refused"), ..CIRCUMSTANCES };
        let expect = json!({
            "format_version": 1, "tool_version": "0.1.0", "model_version": "small-1a2b3c",
            "complete": true, "error": "the key was refused", "duration_seconds": 72.5,
            "tasks": {
                "selected": 1000, "delivered": 991, "partial": 2, "already_there": 4, "failed": 3, "undelivered": 1,
                "stopped": 1,
            },
            "unfilled": {"mood": 1, "stars": 2},
            "requests": {"attempts": 1024, "retries": 24, "answered": 1000},
            "tokens": {"prompt": 123_456, "cached": 1024, "completion": 7890, "reasoning": 0},
            "cost_usd": 0.25,
            "failures_by_kind": {"truncated": 1, "unusable": 2},
            "failures": [
                {"task": 12, "kind": "unusable", "reason": "no label in\n\u{1b}[31m`maybe`"},
                {"row": 7, "kind": "truncated", "reason": "after 16 tokens"},
                {"task": 15, "kind": "unusable", "reason": "empty"},
            ],
        });
        assert_eq!(machine(&summary(), &circumstances), expect);
    }
}
