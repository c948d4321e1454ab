//! Lists of labels in plain text.

use std::collections::BTreeSet;

use super::names::{Name, Names};
use super::{Matches, announced, clean, name, sentence};
use crate::label::text;

/// What stands between the entries of a list on one line.
const SEPARATORS: [char; 3] = [',', ';', '|'];

/// Returns the labels among entries, and what is none.
pub(super) fn each(entries: &[String], labels: &Names) -> Matches {
    let mut found = BTreeSet::new();
    let mut unknown = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.trim().is_empty()) {
        match name(entry, labels) {
            Some(label) => {
                found.insert(label);
            }
            None => unknown.push(text::shorten(entry)),
        }
    }
    Matches { found: found.into_iter().collect(), unknown }
}

/// Reads a list in plain text; nothing where it is no list, or one that is not meant.
pub(super) fn read(text: &str, labels: &Names) -> Matches {
    let entries = entries(text, labels);
    let listed = each(&entries, labels);
    if !listed.unknown.is_empty() && !is_list(text) {
        return among_prose(text, labels);
    }
    let is_unknown = |entry: &String| name(entry, labels).is_none();
    let doubtful = entries.iter().position(|entry| is_unknown(entry) && sentence::is_doubtful(entry, labels));
    // What hesitates or negates may do so for all entries that follow: `not sports, politics`.
    let is_meant = doubtful.is_none_or(|first| entries[first..].iter().all(is_unknown));
    // A list with labels in it was meant as a list, whatever else it holds.
    if is_meant { listed } else { Matches::default() }
}

/// Reads the lines that hold labels and nothing else, unless the text around them takes them back.
fn among_prose(text: &str, labels: &Names) -> Matches {
    let mut listed: Vec<String> = Vec::new();
    let (mut before, mut after, mut end) = (text, text, 0);
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        let entries = entries(line, labels);
        if !entries.is_empty() && entries.iter().all(|entry| name(entry, labels).is_some()) {
            before = if listed.is_empty() { &text[..start] } else { before };
            after = &text[end..];
            listed.extend(entries);
        }
    }
    let is_doubted = sentence::is_doubtful_lead(before) || sentence::is_objection(after, labels);
    let is_decided_later = sentence::only_named(after, labels).is_some();
    if is_doubted || is_decided_later { Matches::default() } else { each(&listed, labels) }
}

/// Cuts a text into entries. A line that is a label as a whole is not cut at its commas.
fn entries(text: &str, labels: &Names) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line = announced::of_line(line).unwrap_or(line);
        if name(line, labels).is_some() {
            entries.push(line.to_owned());
        } else {
            entries.extend(pieces(clean::line(line), labels).into_iter().map(str::to_owned));
        }
    }
    entries
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
