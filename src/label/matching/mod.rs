//! Free text to one of the labels, or to none: a wrong label is worse than none.
//!
//! **Invariant:** what comes back are positions in the list of labels that went in; a tie is nothing.

mod clean;
pub(super) mod difflib;
mod names;
mod sentence;
#[cfg(test)]
mod tests;

pub(super) use names::Names;

use std::collections::BTreeSet;

use strsim::{damerau_levenshtein, normalized_damerau_levenshtein};

use self::names::{Form, Name};
use super::thinking::Spoken;

/// Below this similarity a misspelled label is no label.
const CLOSE: f64 = 0.85;

/// By how much the best match of a misspelled label must beat the second best.
const MARGIN: f64 = 0.1;

/// Shorter labels are never matched by similarity: `dog` is as close to `dig` as to `fog`.
const SHORTEST_FUZZY: usize = 5;

/// Under which keys models answer when they answer with an object.
const ANSWER_KEYS: &[&str] =
    &["label", "labels", "answer", "category", "categories", "choice", "choices", "value", "values"];

/// What stands between the entries of a list on one line.
const SEPARATORS: [char; 3] = [',', ';', '|'];

/// How many letters at its start a misspelled word must have right: prefixes make other words.
const SAME_START: usize = 3;

/// Labels found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Matches {
    /// Positions in the list of labels, ascending, each once.
    pub(super) found: Vec<usize>,
    /// Entries of a list that are no label.
    pub(super) unknown: Vec<String>,
}

/// Returns the one label that a reply means.
///
/// A reply may be the bare label, the label in Markdown, quotes or a JSON list, a line `Label: x` among others, or a
/// sentence in which exactly one label occurs, neither negated nor in doubt.
pub(super) fn one(reply: &str, labels: &Names) -> Option<usize> {
    let text = Spoken::new(reply).into_plain_text();
    if let Some(found) = name(&text, labels) {
        return Some(found);
    }
    let text = clean::strip_fence(&text);
    if let Some(entries) = json_entries(text) {
        return match entries.as_slice() {
            [entry] => name(entry, labels).or_else(|| sentence::only_label(entry, labels)),
            entries => agreed(entries, labels),
        };
    }
    match by_lines(text, labels) {
        Lines::Agree(found) => Some(found),
        Lines::Contradict => None,
        Lines::Silent => sentence::only_label(text, labels),
    }
}

/// Returns all labels that a reply lists: JSON, one a line, or separated by commas.
///
/// Prose counts as for [`one`]: only if exactly one label occurs in it.
pub(super) fn several(reply: &str, labels: &Names) -> Matches {
    let text = Spoken::new(reply).into_plain_text();
    if let Some(found) = name(&text, labels) {
        return Matches { found: vec![found], unknown: Vec::new() };
    }
    let text = clean::strip_fence(&text);
    if let Some(entries) = json_entries(text) {
        return each(&entries, labels);
    }
    let listed = listed(text, labels);
    // A list with labels in it was meant as a list, whatever else it holds.
    if !listed.found.is_empty() && (listed.unknown.is_empty() || is_list(text)) {
        return listed;
    }
    Matches { found: sentence::only_label(text, labels).into_iter().collect(), unknown: Vec::new() }
}

/// Returns the label that a text is, give or take Markdown, case, white space and one typing error.
pub(super) fn name(text: &str, labels: &Names) -> Option<usize> {
    let mut innermost = String::new();
    // Outer forms first: `c#` is C#, before the mark is taken for a heading.
    for layer in clean::layers(text) {
        if let Some(found) = only(labels, &|form| form.written == layer) {
            return Some(found);
        }
        innermost = clean::fold(layer);
        if let Some(found) = only(labels, &|form| form.folded == innermost) {
            return Some(found);
        }
    }
    if innermost.is_empty() {
        return None;
    }
    let squashed = clean::squash(&innermost);
    only(labels, &|form| form.squashed == squashed).or_else(|| closest(&innermost, labels))
}

/// Returns whether a text is a label, give or take Markdown, case and white space.
pub(super) fn is_same(text: &str, label: &str) -> bool {
    text == label || clean::fold(clean::line(text)) == clean::fold(label)
}

/// Returns the one label whose value, or else whose alias, fulfils a condition.
fn only(labels: &Names, condition: &dyn Fn(&Form) -> bool) -> Option<usize> {
    let by = |form: fn(&Name) -> Option<&Form>| {
        let is_fitting = |name: &Name| form(name).is_some_and(condition);
        let mut fitting =
            labels.labels.iter().enumerate().filter(|(_, name)| is_fitting(name)).map(|(at, _)| at);
        (fitting.next(), fitting.next())
    };
    match by(|name| Some(&name.value)) {
        (Some(_), Some(_)) => None,
        (Some(found), None) => Some(found),
        (None, _) => match by(|name| name.alias.as_ref()) {
            (found, None) => found,
            (_, Some(_)) => None,
        },
    }
}

/// Returns the label that differs from a text by little more than a typing error.
fn closest(folded: &str, labels: &Names) -> Option<usize> {
    let score = |name: &Name| name.forms().map(|form| similarity(folded, &form.folded)).fold(0.0, f64::max);
    let mut scores: Vec<(f64, usize)> =
        labels.labels.iter().enumerate().map(|(at, name)| (score(name), at)).collect();
    scores.sort_by(|left, right| right.0.total_cmp(&left.0));
    let (best, found) = *scores.first()?;
    let second = scores.get(1).map_or(0.0, |&(score, _)| score);
    (CLOSE <= best && MARGIN <= best - second).then_some(found)
}

/// Returns how close two folded texts are, 0 where they differ in more than typing.
///
/// Each word may hold one slip, and not at its start: `atypical`, `hypertension` and `type 2` are other labels.
fn similarity(text: &str, label: &str) -> f64 {
    let (text_words, label_words) = (text.split(' '), label.split(' '));
    let is_close = |(left, right): (&str, &str)| left == right || is_slip(left, right);
    if text_words.clone().count() != label_words.clone().count() || !text_words.zip(label_words).all(is_close)
    {
        return 0.0;
    }
    normalized_damerau_levenshtein(text, label)
}

/// Returns whether one word is another with one letter wrong, missing, doubled or swapped.
fn is_slip(left: &str, right: &str) -> bool {
    let is_word = |word: &str| {
        SHORTEST_FUZZY <= word.chars().count() && !word.contains(|character: char| character.is_numeric())
    };
    let start = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count();
    is_word(left) && is_word(right) && SAME_START <= start && damerau_levenshtein(left, right) <= 1
}

/// Returns the entries of a JSON list, or of the list or text that an object answers with.
fn json_entries(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    if !text.starts_with(['[', '{', '"']) {
        return None;
    }
    let mut value: serde_json::Value = serde_json::from_str(text).ok()?;
    if let Some(fields) = value.as_object() {
        let only = fields.values().next().filter(|_| fields.len() == 1);
        value = only.or_else(|| ANSWER_KEYS.iter().find_map(|&key| fields.get(key)))?.clone();
    }
    match value {
        serde_json::Value::Array(entries) => {
            Some(entries.iter().map(|entry| super::text::plain(entry).unwrap_or_default()).collect())
        }
        serde_json::Value::String(text) => Some(vec![text]),
        _ => None,
    }
}

/// What the lines of a reply say that are a label.
enum Lines {
    Agree(usize),
    Contradict,
    Silent,
}

/// Reads lines that are a label: those that say so (`Answer: x`), else all others.
fn by_lines(text: &str, labels: &Names) -> Lines {
    let announced = text.lines().filter_map(|line| name(clean::announced(line)?, labels));
    let plain = text.lines().filter_map(|line| name(line, labels));
    for found in [announced.collect::<BTreeSet<_>>(), plain.collect()] {
        match (found.first(), found.len()) {
            (None, _) => {}
            (Some(&only), 1) => return Lines::Agree(only),
            _ => return Lines::Contradict,
        }
    }
    Lines::Silent
}

/// Returns the label that all entries of a list name.
fn agreed(entries: &[String], labels: &Names) -> Option<usize> {
    let named: BTreeSet<Option<usize>> = entries.iter().map(|entry| name(entry, labels)).collect();
    match named.first() {
        Some(&first) if named.len() == 1 => first,
        _ => None,
    }
}

fn each(entries: &[String], labels: &Names) -> Matches {
    let mut found = BTreeSet::new();
    let mut unknown = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.trim().is_empty()) {
        match name(entry, labels) {
            Some(label) => {
                found.insert(label);
            }
            None => unknown.push(super::text::shorten(entry)),
        }
    }
    Matches { found: found.into_iter().collect(), unknown }
}

/// Reads a list in plain text. A line that is a label as a whole is not cut at its commas.
fn listed(text: &str, labels: &Names) -> Matches {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line = clean::announced(line).unwrap_or(line);
        if name(line, labels).is_some() {
            entries.push(line.to_owned());
        } else {
            entries.extend(pieces(clean::line(line), labels).into_iter().map(str::to_owned));
        }
    }
    each(&entries, labels)
}

/// Cuts a line at commas, and at `and` or `&` where a piece is no label; labels that hold commas stay whole.
fn pieces<'a>(line: &'a str, labels: &Names) -> Vec<&'a str> {
    let starts = line.match_indices(SEPARATORS).map(|(at, separator)| at + separator.len());
    let cuts: Vec<usize> = std::iter::once(0).chain(starts).chain([line.len() + 1]).collect();
    let forms = labels.labels.iter().flat_map(Name::forms);
    // A model that repeats itself fills a line with thousands of parts: trying to join them all would take hours.
    let most = forms.map(|form| form.written.split(SEPARATORS).count()).max().unwrap_or(1);
    let mut pieces = Vec::new();
    let mut start = 0;
    while start + 1 < cuts.len() {
        let piece = |end: usize| &line[cuts[start]..cuts[end] - 1];
        let last = (start + most).min(cuts.len() - 1);
        let end = (start + 1..=last).rev().find(|&end| name(piece(end), labels).is_some());
        match end {
            Some(end) => pieces.push(piece(end)),
            None => pieces.extend(clean::split_and(piece(start + 1))),
        }
        start = end.unwrap_or(start + 1);
    }
    pieces
}

/// Returns whether every line is short enough to be an entry, or the text is one line of comma-separated entries.
fn is_list(text: &str) -> bool {
    const LONGEST_ENTRY: usize = 4;
    let is_entry = |entry: &str| entry.split_whitespace().count() <= LONGEST_ENTRY;
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(|line| line.split(SEPARATORS).all(is_entry))
}
