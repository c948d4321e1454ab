//! Labels inside sentences: which one occurs, and whether the sentence takes it back.

use std::collections::HashSet;
use std::ops::Range;

use super::confidence;
use super::frame::{self, Strength};
use super::lexicon::{self, has};
use super::names::{Name, Names};
use super::words::{Word, words};

/// Labels so common that they occur in sentences without being meant.
const EVERYDAY: &str = "both either false good more most neither none other same some that this true unclear unknown \
                        very well with";

/// Labels with fewer letters than this are everyday words, too.
pub(super) const SHORTEST: usize = 4;

/// A sentence of more words says nothing: whoever goes on so long without a stop goes round in circles.
const LONGEST: usize = 500;

/// What leads to a label is looked at so far, in bytes: a reply may announce one thousands of times.
const LONGEST_LEAD: usize = 500;

/// Where a label stands in the words of a text.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    label: usize,
    start: usize,
    end: usize,
}

/// Returns the only label that occurs in a text, if a clause of known affirming words holds it.
///
/// Labels in a reason do not count: in `good because it is not bad` only `good` is the answer.
pub(super) fn only_label(text: &str, labels: &Names) -> Option<usize> {
    let words = words(text);
    let all = occurrences(&words, labels);
    let meant = meant(&words, &all);
    let first = *meant.first()?;
    let reason = reason(&words, first.end);
    // An everyday word at the end of a clause is no part of one: `yes, and no`.
    let ends = |found: &&Occurrence| found.end == words.len() || words[found.end - 1].ends_clause();
    let mut rivals = meant.iter().chain(all.iter().filter(ends));
    let is_rival = |found: &Occurrence| found.label != first.label && !reason.contains(&found.start);
    if rivals.any(is_rival) || is_part_of_another(&words, first.label, labels) {
        return None;
    }
    let words = merged(words, &meant);
    let runs_on =
        |sentence: &[Word]| LONGEST < sentence.len() && sentence.iter().any(|word| word.label.is_some());
    if words.split_inclusive(Word::ends_sentence).any(runs_on) {
        return None;
    }
    let named = || (0..words.len()).filter(|&at| words[at].label == Some(first.label));
    let is_affirmed = named().any(|at| is_affirmed(&words, at)) && !named().any(|at| is_denied(&words, at));
    let behind = named().next().map_or(&words[..], |at| &words[at + 1..]);
    let is_doubted = is_taken_back(behind) || is_of_oneself(&words) || lexicon::is_hedged(&words);
    (is_affirmed && !is_doubted).then_some(first.label)
}

/// Returns the only label that a text names without a negation, whether it affirms it or not; how sure the reply is may
/// be told in the words of a label.
pub(super) fn only_named(text: &str, labels: &Names) -> Option<usize> {
    let lines = text.lines().filter(|line| !confidence::is_told(line));
    let words = labeled(&lines.collect::<Vec<_>>().join("\n"), labels);
    let sentences = words.split_inclusive(Word::ends_sentence);
    let affirming = sentences.filter(|sentence| !sentence.iter().any(lexicon::is_negation));
    let named: HashSet<usize> = affirming.flatten().filter_map(|word| word.label).collect();
    named.iter().next().copied().filter(|_| named.len() == 1)
}

/// Returns whether a text that leads to a label leaves it in doubt: hesitates or refuses, or ends in the middle of a
/// sentence that is not of known affirming words.
pub(super) fn is_doubtful_lead(text: &str) -> bool {
    !ends_in_frame(text) || lexicon::is_hedged(&words(text))
}

/// Returns whether the sentence in whose middle a text ends hesitates, or its last clause negates what follows; or whether
/// it ends with a sentence in which who answers hesitates or refuses.
///
/// What is said before that is thinking aloud, which may well hesitate.
pub(super) fn is_denying_lead(text: &str) -> bool {
    let words = words(text.trim_end());
    let start = words.iter().rposition(Word::ends_sentence).map_or(0, |last| last + 1);
    let lead = &words[start..];
    let Some((last, before)) = lead.split_last() else {
        let last = words.split_inclusive(Word::ends_sentence).next_back().unwrap_or_default();
        return frame::is_of_oneself(last) && lexicon::is_hedged(last);
    };
    let clause = &lead[before.iter().rposition(Word::ends_clause).map_or(0, |last| last + 1)..];
    // `The answer is not: x` denies it, `without an explanation: x` does not.
    let word = clause.iter().rev().find(|word| !word.text.is_empty());
    let runs_on = !last.after.contains(':')
        || word.is_some_and(|word| has(lexicon::BEING, &word.text) || lexicon::is_negation(word));
    let is_negated = || clause.iter().any(lexicon::is_negation) && frame::strength(clause).is_none();
    lexicon::is_hedged(lead) || (runs_on && is_negated())
}

/// Returns whether a text ends with a sentence, or in the middle of one that is of known affirming words, and short.
pub(super) fn ends_in_frame(text: &str) -> bool {
    let furthest = text.len().saturating_sub(LONGEST_LEAD);
    let near = (furthest..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or_default();
    let words = words(&text[near..]);
    let Some((last, before)) = words.split_last() else { return true };
    let is_whole = last.ends_sentence() && !last.after.contains(':');
    let start = before.iter().rposition(Word::ends_sentence).map_or(0, |last| last + 1);
    let is_all = 0 < start || near == 0;
    is_whole || (is_all && frame::strength(&words[start..]).is_some())
}

/// Returns whether what follows a label goes on with its sentence in words that are not known to affirm it.
pub(super) fn goes_on_otherwise(text: &str) -> bool {
    let goes_on = text.trim_start_matches(' ').starts_with(char::is_lowercase);
    // What a sentence of the label says is said of `it`.
    let words = words(&format!("it {text}"));
    let sentence = words.split_inclusive(Word::ends_sentence).next().unwrap_or_default();
    goes_on && frame::strength(sentence).is_none() && !frame::explains(sentence.get(1..).unwrap_or_default())
}

/// Returns whether what follows a label takes it back, or says of who answers what is not known to affirm.
pub(super) fn is_objection(text: &str, labels: &Names) -> bool {
    let words = labeled(text, labels);
    is_taken_back(&words) || is_of_oneself(&words) || is_in_doubt(text)
}

/// Returns whether a sentence hesitates or refuses that is not about the text or its author, who may well hesitate.
pub(super) fn is_in_doubt(text: &str) -> bool {
    let words = words(text);
    let is_of_author = |sentence: &[Word]| !frame::is_of_oneself(sentence) && frame::has_subject(sentence);
    let mut sentences = words.split_inclusive(Word::ends_sentence);
    sentences.any(|sentence| lexicon::is_hedged(sentence) && !is_of_author(sentence))
}

/// Returns whether a sentence after a label hesitates, or the first does not explain it.
pub(super) fn is_aside(text: &str, labels: &Names) -> bool {
    let words = labeled(text, labels);
    let end = words.iter().position(Word::ends_sentence).map_or(words.len(), |last| last + 1);
    !frame::comments(&words[..end]) || lexicon::is_hedged(&words)
}

/// Returns whether an entry of a list hesitates, negates, or holds a label in words that are not known to affirm it.
pub(super) fn is_doubtful(entry: &str, labels: &Names) -> bool {
    let words = labeled(entry, labels);
    let is_framed = || !words.iter().any(|word| word.label.is_some()) || frame::strength(&words).is_some();
    lexicon::is_hedged(&words) || words.iter().any(lexicon::is_negation) || !is_framed()
}

/// Returns whether a clause of known affirming words holds the label at a place, led to and followed by what may be
/// believed.
fn is_affirmed(words: &[Word], label: usize) -> bool {
    let Range { start, end } = sentence(words, label);
    // Whatever stands before a conclusion is its reason.
    let concludes =
        |&at: &usize| lexicon::is_conclusion(&words[at]) && words[..at].last().is_none_or(Word::ends_clause);
    let start = (start..label).rev().find(concludes).unwrap_or(start);
    let clause = words[start..label].iter().rposition(Word::ends_clause).map_or(start, |at| start + at + 1);
    let last = words[label..end].iter().position(Word::ends_clause).map_or(end, |length| label + length + 1);
    // A reason may begin without a comma, but not every `as` does.
    let is_reason = |&at: &usize| lexicon::is_reason(&words[at]) && frame::explains(&words[at..end]);
    let close = (label + 1..last).find(is_reason).unwrap_or(last);
    let lead = &words[start..clause];
    let (is_led, leads) = (lead.iter().any(|word| !word.text.is_empty()), frame::strength(lead));
    let is_reasoned = || lead.first().is_some_and(lexicon::is_reason) && frame::explains(lead);
    let announces = |strength: Option<Strength>| strength.is_some_and(|strength| Strength::Filler < strength);
    let is_bare = words[clause..close].iter().all(|word| word.text.is_empty() || word.label.is_some());
    let is_complete = match frame::strength(&words[clause..close]) {
        Some(Strength::Verb) => leads.is_some() || is_reasoned(),
        Some(_) if is_bare && is_led => announces(leads),
        Some(_) if is_bare => start == 0 || announces(frame::strength(&words[sentence(words, start - 1)])),
        _ => false,
    };
    let next = end..sentence(words, end).end;
    is_complete && frame::explains(&words[close..end]) && frame::comments(&words[next])
}

/// Returns where the sentence of a word stands.
fn sentence(words: &[Word], at: usize) -> Range<usize> {
    let start = words[..at].iter().rposition(Word::ends_sentence).map_or(0, |last| last + 1);
    let length = words[at..].iter().position(Word::ends_sentence);
    start..length.map_or(words.len(), |length| at + length + 1)
}

/// Returns whether the sentence of a label negates it before it or asks for it, or a mark doubts it.
fn is_denied(words: &[Word], label: usize) -> bool {
    let Range { start, end } = sentence(words, label);
    let is_negated = words[start..label].iter().any(lexicon::is_negation) && !is_affirmed(words, label);
    is_negated || words[start..end].iter().any(lexicon::is_doubting)
}

/// Returns whether what follows a label corrects it, or denies it as a label: `this label does not apply`, `correct: no`.
fn is_taken_back(words: &[Word]) -> bool {
    let spoken: Vec<&Word> = words.iter().filter(|word| !word.text.is_empty()).collect();
    let is_denied = |pair: &[&Word]| {
        let [merit, value] = pair else { return false };
        let is_named = has(lexicon::MERITS, &merit.text) && merit.after.contains([':', '=']);
        is_named && has(lexicon::LOW, &value.text)
    };
    // Further on, a negation may belong to a reason.
    let is_denial = |clause: &[Word]| match clause {
        [determiner, noun, rest @ ..] if has(lexicon::DETERMINERS, &determiner.text) => {
            has(lexicon::ANSWERS, &noun.text) && rest.iter().take(2).any(lexicon::is_negation)
        }
        _ => false,
    };
    lexicon::is_correction(words)
        || spoken.windows(2).any(is_denied)
        || words.split_inclusive(Word::ends_clause).any(is_denial)
}

/// Returns whether a clause says of who answers what is not known to affirm.
fn is_of_oneself(words: &[Word]) -> bool {
    let pieces = words.split_inclusive(Word::ends_clause).flat_map(|clause| clause.split(lexicon::is_reason));
    pieces.into_iter().any(|clause| frame::is_of_oneself(clause) && frame::strength(clause).is_none())
}

/// Returns the words of a text with its labels as single words.
fn labeled(text: &str, labels: &Names) -> Vec<Word> {
    let words = words(text);
    let meant = meant(&words, &occurrences(&words, labels));
    merged(words, &meant)
}

/// Joins the words of each label to one.
fn merged(words: Vec<Word>, labels: &[Occurrence]) -> Vec<Word> {
    let mut merged: Vec<Word> = Vec::new();
    for (at, word) in words.into_iter().enumerate() {
        // No label covers another, so they end in the order in which they begin.
        let found = labels.get(labels.partition_point(|found| found.end <= at));
        let found = found.filter(|found| found.start <= at);
        match (found, merged.last_mut()) {
            (Some(found), Some(last)) if found.start < at => last.after = word.after,
            (Some(found), _) => merged.push(Word { text: "{}".to_owned(), label: Some(found.label), ..word }),
            (None, _) => merged.push(word),
        }
    }
    merged
}

/// Returns the labels that are no everyday words, or stand apart.
fn meant(words: &[Word], all: &[Occurrence]) -> Vec<Occurrence> {
    let is_everyday = |found: &Occurrence| is_everyday(&words[found.start..found.end]);
    all.iter().filter(|found| !is_everyday(found) || is_singled_out(words, found)).copied().collect()
}

/// Returns where labels occur as whole words; of overlapping ones the longest counts.
fn occurrences(words: &[Word], labels: &Names) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for (label, names) in labels.labels.iter().enumerate() {
        for name in names.forms().map(|form| &form.words) {
            // A symbol alone is no word, and would be like any other symbol.
            if name.is_empty() || name.iter().any(String::is_empty) {
                continue;
            }
            let starts = 0..(words.len() + 1).saturating_sub(name.len());
            found.extend(starts.filter(|&start| begins(&words[start..], name)).map(|start| Occurrence {
                label,
                start,
                end: start + name.len(),
            }));
        }
    }
    found.sort_by_key(|occurrence| (occurrence.start, std::cmp::Reverse(occurrence.end)));
    // What covers another begins before it, or with it and goes further.
    found.dedup_by(|inner, outer| {
        inner.end <= outer.end && (inner.start, inner.end) != (outer.start, outer.end)
    });
    found
}

/// Returns whether words begin with a name that is not a part of a compound.
fn begins(words: &[Word], name: &[String]) -> bool {
    let is_compound = words[0].is_joined || words.get(name.len()).is_some_and(|next| next.is_joined);
    !is_compound && name.iter().zip(words).all(|(part, word)| *part == word.text)
}

/// Returns whether a text also has all words of a label that is more than the one found: `the card was declined` may
/// mean `card` or `card declined`.
fn is_part_of_another(words: &[Word], found: usize, labels: &Names) -> bool {
    let said: HashSet<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let own: HashSet<&String> = labels.labels[found].forms().flat_map(|form| &form.words).collect();
    let is_another = |name: &Name| {
        name.forms().any(|form| {
            let is_said = form.words.iter().all(|word| said.contains(word.as_str()));
            1 < form.words.len() && is_said && form.words.iter().any(|word| !own.contains(word))
        })
    };
    labels.labels.iter().enumerate().any(|(at, name)| at != found && is_another(name))
}

/// Returns which words give the reason for the label before them; none where the reason turns round.
fn reason(words: &[Word], label_end: usize) -> Range<usize> {
    let clause = &words[label_end..];
    let length = clause.iter().position(Word::ends_sentence).map_or(clause.len(), |last| last + 1);
    let sentence = &clause[..length];
    let none = label_end..label_end;
    match sentence.iter().position(lexicon::is_reason) {
        Some(start) if !sentence[start..].iter().any(lexicon::is_turn) => {
            label_end + start..label_end + length
        }
        _ => none,
    }
}

fn is_everyday(words: &[Word]) -> bool {
    let letters: usize = words.iter().map(|word| word.text.chars().count()).sum();
    if words.iter().any(|word| word.text.contains(|character: char| !character.is_alphanumeric())) {
        // `R&D` and `C++` are short, but no words of a sentence.
        return false;
    }
    letters < SHORTEST || matches!(words, [word] if has(EVERYDAY, &word.text))
}

/// Returns whether a label stands apart: at the start before a comma or stop, after a colon, in quotes or emphasis, or
/// as what the answer is.
fn is_singled_out(words: &[Word], occurrence: &Occurrence) -> bool {
    let (first, last) = (&words[occurrence.start], &words[occurrence.end - 1]);
    let marks = ['"', '\'', '*', '`', '“', '”', '«', '»', '['];
    let before = &words[..occurrence.start];
    let is_last = occurrence.end == words.len();
    // A number at the start may be one of a list.
    let is_number = first.text.chars().all(|letter| letter.is_ascii_digit());
    let leads = before.is_empty() && last.after.starts_with([',', '.', ':', ';', '!', ')']) && !is_number;
    let marked = first.before.ends_with(marks)
        && last.after.starts_with(['"', '\'', '*', '`', '“', '”', '«', '»', ']']);
    let announced = is_last && before.last().is_some_and(|word| word.after.contains(':'));
    let introduced = (is_last || last.ends_sentence()) && lexicon::ends_in_introduction(before);
    leads || marked || announced || introduced
}
