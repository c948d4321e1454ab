//! The summary that a person reads at the end of a run: at most one screen.

use std::fmt::Write;

use super::rows::{Row, rows, words};
use super::{Circumstances, Reason, reasons};
use crate::engine::event::Summary;
use crate::engine::ports::Failure;
use crate::progress::text::{harmless, plain_duration, plural, thousands};

/// How many reasons a person is told: with the numbers above them they fill 24 lines.
const TOLD_REASONS: usize = 10;

/// Returns the summary a person reads: several lines, each with its end.
pub fn human(summary: &Summary, circumstances: &Circumstances) -> String {
    let rows = rows(summary, circumstances);
    let label_width = rows.iter().map(|row| row.label.len()).max().unwrap_or(0);
    let number_width = rows.iter().map(|row| row.number.len()).max().unwrap_or(0);
    let mut text = format!(
        "{} in {} as {}{}\n",
        plural(summary.selected, "task"),
        plain_duration(circumstances.duration),
        harmless(&circumstances.model_version),
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

/// Returns what a person reads of the failures, a line for each reason; nothing if there are none.
pub fn failed(failures: &[Failure]) -> String {
    if failures.is_empty() {
        return String::new();
    }
    let mut text = "failed:\n".to_owned();
    let reasons = reasons(failures);
    for Reason { kind, words: reason, task, count } in reasons.iter().take(TOLD_REASONS) {
        let others = match count - 1 {
            0 => String::new(),
            others => format!(" and {}", plural(others, "other")),
        };
        let reason = harmless(reason);
        writeln!(text, "  {task}{others}: {}: {reason}", words(*kind)).expect("a string takes any text");
    }
    let more: u64 = reasons.iter().skip(TOLD_REASONS).map(|reason| reason.count).sum();
    if 0 < more {
        writeln!(text, "  and {} more", thousands(more)).expect("a string takes any text");
    }
    text
}
