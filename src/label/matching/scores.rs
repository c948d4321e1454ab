//! Shares of several labels, as in `good: 0.9, bad: 0.1`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::name;
use super::names::Names;
use super::verdict::Verdict;

/// How many times the second best share the best one must be.
const LEAD: f64 = 2.0;

/// How far shares may be from 1 together: they are rounded.
const ROUNDED: f64 = 0.02;

/// Reads a text that is nothing but labels with their shares.
pub(super) fn of_text(text: &str, labels: &Names) -> Verdict {
    let pieces: Vec<&str> =
        text.split(['\n', ',', ';', '|']).filter(|piece| !piece.trim().is_empty()).collect();
    best(pieces.into_iter().map(|piece| {
        let (label, share) = piece.rsplit_once([':', '=', '('])?;
        Some((name(label, labels)?, number(share.trim_end_matches(')'))?))
    }))
}

/// Reads an object whose keys are labels and whose values are their shares.
pub(super) fn of_object(fields: &Map<String, Value>, labels: &Names) -> Verdict {
    let share = |value: &Value| value.as_f64().or_else(|| number(value.as_str()?));
    best(fields.iter().map(|(key, value)| Some((name(key, labels)?, share(value)?))))
}

/// Returns the label far ahead of all others; silent where an entry is none, or there is only one.
fn best(entries: impl Iterator<Item = Option<(usize, f64)>>) -> Verdict {
    let Some(mut shares) = entries.collect::<Option<Vec<_>>>() else { return Verdict::Silent };
    if shares.len() < 2 {
        return Verdict::Silent;
    }
    shares.sort_by(|left, right| right.1.total_cmp(&left.1));
    let sum: f64 = shares.iter().map(|&(_, share)| share).sum();
    let is_whole = [1.0, 100.0].into_iter().any(|whole| (sum / whole - 1.0).abs() <= ROUNDED);
    let is_each_once = shares.iter().map(|&(label, _)| label).collect::<BTreeSet<_>>().len() == shares.len();
    let leads = LEAD * shares[1].1 <= shares[0].1 && sum <= 2.0 * shares[0].1;
    // Ranks, points and independent scores say nothing of the kind.
    if is_whole && is_each_once && leads { Verdict::Label(shares[0].0) } else { Verdict::Nothing }
}

/// Returns the part of 1 that a word says: `0.9`, `90%` and `90` are alike.
///
/// A number above 1 may be a percentage as well as points: only a high one is much.
pub(super) fn share(word: &str) -> Option<f64> {
    let number = number(word)?;
    Some(if word.ends_with('%') || 1.0 < number { number / 100.0 } else { number })
}

/// Reads `0.9`, `0,9`, `90%` and `90 %`.
fn number(written: &str) -> Option<f64> {
    let number: f64 = written.trim().trim_end_matches('%').trim_end().replace(',', ".").parse().ok()?;
    (number.is_finite() && 0.0 <= number).then_some(number)
}
