//! Labels inside sentences: which one occurs, and whether the sentence takes it back.

use std::collections::HashSet;

use super::lexicon;
use super::names::{Name, Names};
use super::words::{Word, words};

/// Labels so common that they occur in sentences without being meant.
const EVERYDAY: &str = "both either false good more most neither none other same some that this true unclear unknown \
                        very well with";

/// Labels with fewer letters than this are everyday words, too.
pub(super) const SHORTEST: usize = 4;

/// Where a label stands in the words of a text.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    label: usize,
    start: usize,
    end: usize,
}

/// Returns the only label that occurs in a text, unless the text negates it or is in doubt.
///
/// Labels in a reason do not count: in `good because it is not bad` only `good` is the answer.
pub(super) fn only_label(text: &str, labels: &Names) -> Option<usize> {
    let words = words(text);
    let all = occurrences(&words, labels);
    let is_meant = |occurrence: &&Occurrence| {
        let is_everyday = is_everyday(&words[occurrence.start..occurrence.end]);
        !is_everyday || is_singled_out(&words, occurrence)
    };
    let meant: Vec<Occurrence> = all.iter().filter(is_meant).copied().collect();
    let first = *meant.first()?;
    let reason = reason(&words, first.end);
    // An everyday word at the end of a clause is no part of one: `yes, and no`.
    let ends = |found: &&Occurrence| found.end == words.len() || words[found.end - 1].ends_clause();
    let rivals = meant.iter().chain(all.iter().filter(ends));
    let is_rival = |found: &Occurrence| found.label != first.label && !reason.contains(&found.start);
    let is_contested = rivals.clone().any(is_rival) || is_part_of_another(&words, first.label, labels);
    let denies = |found: &Occurrence| found.label == first.label && is_taken_back(&words, found);
    let is_denied = meant.iter().any(denies) || lexicon::is_correction(&words[first.end..]);
    (!is_contested && !is_denied && !is_hedged(&words, &meant)).then_some(first.label)
}

/// Returns whether a text that leads to a label leaves it in doubt: hesitates, refuses, or negates or only offers it at
/// its end.
pub(super) fn is_doubtful_lead(text: &str) -> bool {
    let words = words(text);
    let start = words.iter().rposition(Word::ends_sentence).map_or(0, |last| last + 1);
    lexicon::is_doubtful(&words[start..]) || lexicon::is_hedged(&lexicon::texts(&words))
}

/// Returns whether a text takes back the label that stood before it.
pub(super) fn is_correction(text: &str) -> bool {
    lexicon::is_correction(&words(text))
}

/// Returns whether a text hesitates or refuses.
pub(super) fn is_hedge(text: &str) -> bool {
    lexicon::is_hedged(&lexicon::texts(&words(text)))
}

/// Returns whether an entry of a list hesitates, negates, or only offers.
pub(super) fn is_doubtful(entry: &str) -> bool {
    lexicon::is_doubtful(&words(entry))
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
    let longer = |inner: &Occurrence| {
        found.iter().any(|outer| {
            let covers = outer.start <= inner.start && inner.end <= outer.end;
            covers && inner.end - inner.start < outer.end - outer.start
        })
    };
    found.iter().copied().filter(|occurrence| !longer(occurrence)).collect()
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
fn reason(words: &[Word], label_end: usize) -> std::ops::Range<usize> {
    let clause = &words[label_end..];
    let length = clause.iter().position(Word::ends_sentence).map_or(clause.len(), |last| last + 1);
    let sentence = &clause[..length];
    let none = label_end..label_end;
    match sentence.iter().position(|word| lexicon::is_reason(&word.text)) {
        Some(start) if !sentence[start..].iter().any(|word| lexicon::is_turn(&word.text)) => {
            label_end + start..label_end + length
        }
        _ => none,
    }
}

/// Returns whether a sentence denies the label it names, or only asks about it.
fn is_taken_back(words: &[Word], occurrence: &Occurrence) -> bool {
    let (before, after) = (&words[..occurrence.start], &words[occurrence.end..]);
    let start = before.iter().rposition(Word::ends_sentence).map_or(0, |last| last + 1);
    let denies = |word: &Word| lexicon::is_negation(&word.text) || lexicon::is_rejection(&word.text);
    before[start..].iter().any(denies)
        || lexicon::ends_in_contrast(before)
        || lexicon::ends_in_offer(before)
        || is_struck_out(&words[occurrence.start])
        || is_scored_low(&words[occurrence.end - 1], after)
        || is_rejected(&words[occurrence.end - 1..])
        || lexicon::is_denial(&around(words, occurrence))
}

/// Returns the words of the sentence that a label stands in, up to a reason; the label itself is `{}`.
fn around<'a>(words: &'a [Word], occurrence: &Occurrence) -> Vec<&'a str> {
    let start = words[..occurrence.start].iter().rposition(Word::ends_sentence).map_or(0, |last| last + 1);
    let last = words[occurrence.end - 1..].iter().position(Word::ends_sentence);
    let end = last.map_or(words.len(), |length| occurrence.end + length);
    let behind = words[occurrence.end..end].iter().take_while(|word| !lexicon::is_reason(&word.text));
    let spoken = |word: &'a Word| Some(word.text.as_str()).filter(|text| !text.is_empty());
    let before = words[start..occurrence.start].iter().filter_map(spoken);
    before.chain(["{}"]).chain(behind.filter_map(spoken)).collect()
}

/// Returns whether what follows a label in its sentence, the first word here, denies it.
fn is_rejected(words: &[Word]) -> bool {
    let mut in_clause = true;
    for (at, word) in words.iter().enumerate() {
        let text = word.text.as_str();
        if 0 < at && lexicon::is_reason(text) {
            return false;
        }
        let is_denial = lexicon::is_rejection(text) || (in_clause && lexicon::is_negation(text));
        if (0 < at && is_denial) || word.is_asked() {
            return true;
        }
        if word.ends_sentence() {
            return false;
        }
        in_clause &= !word.ends_clause();
    }
    false
}

fn is_struck_out(word: &Word) -> bool {
    word.before.contains("~~")
}

/// Returns whether a label is followed by a low confidence, as in `spam: no`, `spam (10%)` and `spam: 0.1`.
fn is_scored_low(label: &Word, after: &[Word]) -> bool {
    let Some(at) = after.iter().position(|word| !word.text.is_empty()).filter(|_| !label.ends_sentence())
    else {
        return false;
    };
    let next = &after[at];
    let share = match next.text.strip_suffix('%') {
        Some(percent) => percent.parse().map(|percent: f64| percent / 100.0),
        // A number above 1 may be a percentage as well as points: only a high one is believed.
        None => next.text.parse().map(|number| if number <= 1.0 { number } else { number / 100.0 }),
    };
    let mut between = std::iter::once(label).chain(&after[..at]);
    let is_told = between.any(|word| word.after.contains([':', '=']));
    let is_denied = is_told && lexicon::is_low(&next.text);
    is_denied || share.is_ok_and(|share| share < 0.5)
}

/// Returns whether a reply refuses or hesitates, outside the labels themselves.
fn is_hedged(words: &[Word], occurrences: &[Occurrence]) -> bool {
    let is_label = |at: usize| occurrences.iter().any(|found| found.start <= at && at < found.end);
    let rest = words.iter().enumerate();
    let rest: Vec<&str> =
        rest.map(|(at, word)| if is_label(at) { "\u{0}" } else { word.text.as_str() }).collect();
    lexicon::is_hedged(&rest)
}

fn is_everyday(words: &[Word]) -> bool {
    let letters: usize = words.iter().map(|word| word.text.chars().count()).sum();
    if words.iter().any(|word| word.text.contains(|character: char| !character.is_alphanumeric())) {
        // `R&D` and `C++` are short, but no words of a sentence.
        return false;
    }
    letters < SHORTEST || matches!(words, [word] if lexicon::has(EVERYDAY, &word.text))
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
