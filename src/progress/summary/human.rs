//! The summary that a person reads at the end of a run: at most one screen.

use std::fmt::Write;

use super::rows::{Row, rows, words};
use super::{Circumstances, Reason, reasons};
use crate::engine::event::Summary;
use crate::engine::ports::Failure;
use crate::label::prediction::Unfilled;
use crate::progress::text::{harmless, plain_duration, plural, thousands};

/// How many reasons a person is told: with the numbers above them they fill 24 lines.
const TOLD_REASONS: usize = 10;

/// Lines of the whole summary, unless the reasons alone are more.
const SCREEN: usize = 24;

/// How many parts of answers that were left out a person is told.
const TOLD_OMISSIONS: usize = 5;

/// Returns the summary a person reads: several lines, each with its end.
pub fn human(summary: &Summary, circumstances: &Circumstances) -> String {
    if is_old_news(summary, circumstances) {
        return format!(
            "nothing new for {}: predicted already, as {}\n",
            plural(summary.selected, "task"),
            harmless(&circumstances.model_version)
        );
    }
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
    let failed = failed(&summary.failures);
    let room = SCREEN.saturating_sub(text.lines().count() + failed.lines().count());
    text.push_str(&left_out(summary, room));
    text.push_str(&failed);
    text
}

/// Returns whether a whole run asked nothing and found every prediction where it should be.
fn is_old_news(summary: &Summary, circumstances: &Circumstances) -> bool {
    let is_all_there = 0 < summary.selected && summary.already_there == summary.selected;
    summary.complete && is_all_there && circumstances.attempts == 0
}

/// Returns what a person reads of the parts of answers that could not be used, in so many lines at most; nothing if all
/// could.
fn left_out(summary: &Summary, room: usize) -> String {
    // A line above them, one below.
    let told = room.saturating_sub(2).min(TOLD_OMISSIONS);
    if summary.left_out.is_empty() || told == 0 {
        return String::new();
    }
    let mut text = "left out:\n".to_owned();
    for (task, Unfilled { control, reason }) in summary.left_out.iter().take(told) {
        let (control, reason) = (harmless(control), harmless(reason));
        writeln!(text, "  {task}: `{control}`: {reason}").expect("a string takes any text");
    }
    let all: u64 = summary.unfilled.values().sum();
    let more = all.saturating_sub(told as u64);
    if 0 < more {
        writeln!(text, "  and {} more; `--summary FILE` lists them", thousands(more))
            .expect("a string takes any text");
    }
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
