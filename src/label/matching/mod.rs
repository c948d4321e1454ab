//! Free text to one of the labels, or to none: a wrong label is worse than none.
//!
//! **Invariant:** what comes back are positions in the list of labels that went in; a tie is nothing.

mod announced;
mod clean;
mod close;
mod confidence;
pub(super) mod difflib;
mod frame;
mod json;
mod lexicon;
mod list;
mod marked;
mod names;
mod scores;
mod sentence;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

pub(super) use names::Names;

use std::collections::BTreeSet;

use self::announced::Announced;
use self::names::{Form, Name};
use self::verdict::Verdict;

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
/// A label is believed where it stands alone or marked: bare, on a line, in an element, box or JSON, behind `Label:`, or
/// with its share. In a sentence it is believed where its clause, and what leads to it, is of known affirming words,
/// and what follows explains it. Nothing is believed beside a correction, a hedge or a low confidence.
///
/// The first of these ways that the reply uses decides, even if it names no label.
pub(super) fn one(reply: &str, labels: &Names) -> Option<usize> {
    const WAYS: &[fn(&str, &Names) -> Verdict] =
        &[by_marks, by_json, by_announcements, scores::of_text, by_lines, by_lead];
    let text = clean::reply(reply);
    if let Some(found) = name(&text, labels) {
        return Some(found);
    }
    if confidence::is_low(&text) {
        return None;
    }
    match WAYS.iter().map(|way| way(&text, labels)).find(|verdict| !verdict.is_silent()) {
        Some(verdict) => verdict.label(),
        None => sentence::only_label(&text, labels),
    }
}

/// Returns all labels that a reply lists: JSON, one a line, or separated by commas.
///
/// Prose counts as for [`one`]: only if exactly one label occurs in it; so do denials and doubts before and behind
/// what is marked, announced or JSON.
pub(super) fn several(reply: &str, labels: &Names) -> Matches {
    let text = clean::reply(reply);
    if let Some(found) = name(&text, labels) {
        return Matches { found: vec![found], unknown: Vec::new() };
    }
    let marked = marked::answers(&text);
    let found = json::find(&text).filter(|_| marked.is_empty());
    let lead = match (&found, marked.as_slice()) {
        (Some((_, before)), _) => Some(*before),
        (None, []) => None,
        (None, marked) => Some(marked::lead(&text, marked)),
    };
    if lead.is_some_and(|lead| is_denied((lead, &text), labels)) {
        return Matches::default();
    }
    if let Some((value, _)) = found {
        return list::each(&json::entries(&value), labels);
    }
    let announced = if marked.is_empty() {
        Announced::new(&text)
    } else {
        Announced { answers: marked, ..Announced::default() }
    };
    if announced.is_in_doubt(labels) {
        return Matches::default();
    }
    let text = if announced.answers.is_empty() { text } else { announced.answers.join("\n") };
    let listed = list::read(&text, labels);
    if !listed.found.is_empty() {
        return listed;
    }
    Matches { found: sentence::only_label(&text, labels).into_iter().collect(), unknown: Vec::new() }
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
    only(labels, &|form| form.squashed == squashed).or_else(|| close::closest(&innermost, labels))
}

/// Returns whether a text is a label, give or take Markdown, case and white space.
pub(super) fn is_same(text: &str, label: &str) -> bool {
    text == label || clean::fold(clean::line(text)) == clean::fold(label)
}

/// Returns a text in the form in which case, width and white space do not count.
pub(super) fn folded(text: &str) -> String {
    clean::fold(text)
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

/// Reads elements and boxes that hold answers.
fn by_marks(text: &str, labels: &Names) -> Verdict {
    let answers = marked::answers(text);
    let lead = marked::lead(text, &answers);
    let verdict = Verdict::of_all(answers.into_iter().map(|answer| meant(answer, labels)));
    unless_denied(verdict, (lead, text), labels)
}

fn by_json(text: &str, labels: &Names) -> Verdict {
    let Some((value, lead)) = json::find(text) else { return Verdict::Silent };
    let shares = value.as_object().map_or(Verdict::Silent, |fields| scores::of_object(fields, labels));
    let entries = json::entries(&value);
    let verdict = match entries.as_slice() {
        _ if !shares.is_silent() => shares,
        [] => Verdict::Nothing,
        [entry] => Verdict::of_all([name(entry, labels).or_else(|| sentence::only_label(entry, labels))]),
        entries => Verdict::of_all(entries.iter().map(|entry| name(entry, labels))),
    };
    unless_denied(verdict, (lead, text), labels)
}

/// Returns the verdict of what stands in brackets, unless what leads to it denies it, or what follows takes it back.
fn unless_denied(verdict: Verdict, (lead, text): (&str, &str), labels: &Names) -> Verdict {
    match verdict {
        Verdict::Label(_) if is_denied((lead, text), labels) => Verdict::Nothing,
        verdict => verdict,
    }
}

fn is_denied((lead, text): (&str, &str), labels: &Names) -> bool {
    let after = text.rsplit(['}', ']', '>']).next().unwrap_or_default();
    sentence::is_denying_lead(lead)
        || sentence::is_objection(after, labels)
        || sentence::goes_on_otherwise(after)
}

/// Reads lines that announce the answer (`Answer: x`), unless the text around them takes it back.
fn by_announcements(text: &str, labels: &Names) -> Verdict {
    let announced = Announced::new(text);
    match Verdict::of_all(announced.answers.iter().map(|answer| meant(answer, labels))) {
        Verdict::Label(label) => {
            let (_, after) = announced.around;
            let other = sentence::only_named(after, labels).filter(|&other| other != label);
            if announced.is_in_doubt(labels) || other.is_some() {
                Verdict::Nothing
            } else {
                Verdict::Label(label)
            }
        }
        verdict => verdict,
    }
}

/// Reads lines that are a label and nothing else, unless the text around them takes it back.
fn by_lines(text: &str, labels: &Names) -> Verdict {
    let mut found = BTreeSet::new();
    let (mut before, mut after, mut end) = (None, text, 0);
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        // A heading is no answer.
        let is_heading = line.trim().trim_end_matches(clean::EMPHASIS).ends_with(':');
        let label = name(line, labels).or_else(|| announced::titled(line, labels));
        if let Some(label) = label.filter(|_| !is_heading) {
            found.insert(label);
            before.get_or_insert(&text[..start]);
            after = &text[end..];
        }
    }
    match (Verdict::of_all(found.into_iter().map(Some)), before) {
        (Verdict::Label(label), Some(before)) => {
            let other = sentence::only_named(after, labels).filter(|&other| other != label);
            let is_doubted = sentence::is_doubtful_lead(before) || sentence::is_objection(after, labels);
            if is_doubted || other.is_some() { Verdict::Nothing } else { Verdict::Label(label) }
        }
        (verdict, _) => verdict,
    }
}

/// Reads a first sentence that is a label, unless what follows takes it back.
fn by_lead(text: &str, labels: &Names) -> Verdict {
    let Some((head, rest)) = text.split_once(". ").or_else(|| text.split_once("! ")) else {
        return Verdict::Silent;
    };
    // Few letters before a stop may number a list, or belong to what follows: `No. 5`.
    let is_word = sentence::SHORTEST <= head.trim().chars().count();
    let Some(label) = name(head, labels).filter(|_| is_word) else { return Verdict::Silent };
    let said = name(rest, labels).or_else(|| sentence::only_named(rest, labels));
    let is_contradicted = said.is_some_and(|other| other != label);
    let is_doubted = sentence::is_objection(rest, labels) || sentence::is_aside(rest, labels);
    if is_contradicted || is_doubted { Verdict::Nothing } else { Verdict::Label(label) }
}

/// Returns the label that an answer means which the reply marks as its answer.
fn meant(answer: &str, labels: &Names) -> Option<usize> {
    name(answer, labels).or_else(|| match by_lead(answer, labels) {
        Verdict::Silent => sentence::only_label(answer, labels),
        verdict => verdict.label(),
    })
}
