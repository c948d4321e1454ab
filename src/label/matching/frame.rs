//! Frames: clauses of known affirming words around a label, the only prose that a label is believed in.

use super::lexicon::{self, has};
use super::scores;
use super::words::Word;

/// How many words an expression has at most.
const LONGEST: usize = 5;

/// What a clause of known words does for a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It says nothing by itself: `in this text`.
    Filler,
    /// It announces what follows it: `the label`.
    Name,
    /// It says that something is so: `the label is`.
    Verb,
}

/// Returns what words do for the label among them; `None` where one of them is not known to affirm.
pub(super) fn strength(words: &[Word]) -> Option<Strength> {
    let words = spoken(words);
    let is_question = matches!(words.as_slice(), ["is" | "what" | "which", ..]);
    let is_vague = |three: &[&str]| match three {
        // `x is in the text` says nothing of what the text is.
        ["{}", "is", next] => !has(lexicon::PREDICATES, next),
        // Only a label can be told to be one: `it would be x` lacks its condition.
        [noun, "would", "be"] => lexicon::strength(noun) != Some(Strength::Name),
        _ => false,
    };
    if is_question || words.windows(3).any(is_vague) {
        return None;
    }
    let mut at = lexicon::choices(&words);
    let mut strength = if at == 0 { Strength::Filler } else { Strength::Name };
    while at < words.len() {
        let longest = LONGEST.min(words.len() - at);
        let known = |length: usize| Some((length, part(&words[at..at + length].join("_"))?));
        let (length, part) = (1..=longest).rev().find_map(known)?;
        strength = strength.max(part);
        at += length;
    }
    Some(strength)
}

/// Returns whether what follows a label in its sentence is of known words, or explains it.
///
/// An explanation begins with a reason, or speaks of the text and who wrote it, and does not turn round; in it every
/// other word is free.
pub(super) fn explains(words: &[Word]) -> bool {
    let is_known = |clause: &&[Word]| strength(clause).is_some();
    let known: usize = words.split_inclusive(Word::ends_clause).take_while(is_known).map(<[Word]>::len).sum();
    let rest = &words[known..];
    let is_free = !rest.iter().any(lexicon::is_turn) && !is_of_oneself(rest);
    rest.is_empty() || (is_free && opens_explanation(&spoken(rest)))
}

/// Returns whether a sentence after that of a label may stand there: it explains, or tells of something.
pub(super) fn comments(words: &[Word]) -> bool {
    let is_of_something = || match spoken(words).as_slice() {
        ["it" | "this" | "that", verb, ..] => !has(lexicon::BEING, verb),
        [first, ..] => {
            has(lexicon::DETERMINERS, first) || first.starts_with(|letter: char| letter.is_ascii_digit())
        }
        [] => true,
    };
    explains(words) || is_of_something()
}

/// Returns whether words speak of who answers, outside of quotes.
pub(super) fn is_of_oneself(words: &[Word]) -> bool {
    let marks = ['"', '“', '”', '«', '»', '\'', '`'];
    let mut is_quoted = false;
    words.iter().enumerate().any(|(at, word)| {
        is_quoted |= word.before.contains(marks);
        let is_offer = at.checked_sub(1).is_some_and(|before| words[before].text == "let");
        let speaks = !is_quoted && !is_offer && has(lexicon::ONESELF, &word.text);
        is_quoted &= !word.after.contains(marks);
        speaks
    })
}

/// Returns whether words speak of the text or who wrote it: `the author`, `they`.
pub(super) fn has_subject(words: &[Word]) -> bool {
    let pairs = words.windows(2);
    let mut pairs =
        pairs.map(|pair| has(lexicon::DETERMINERS, &pair[0].text) && has(lexicon::SUBJECTS, &pair[1].text));
    pairs.any(|is_subject| is_subject)
        || words.iter().any(|word| matches!(&*word.text, "they" | "he" | "she"))
}

fn opens_explanation(texts: &[&str]) -> bool {
    let is_subject = |word: &str| has(lexicon::SUBJECTS, word);
    let is_determiner = |word: &str| has(lexicon::DETERMINERS, word);
    match texts {
        // Not every `as` gives a reason: `as a joke`, `as it were`.
        ["as", rest @ ..] => opens_explanation(rest),
        [reason, next, ..] if has(lexicon::REASONS, reason) => {
            is_determiner(next) || is_subject(next) || (*reason == "because" && *next == "of")
        }
        ["it" | "this" | "that", verb, ..] if !is_subject(verb) => !has(lexicon::BEING, verb),
        [determiner, noun, ..] if is_determiner(determiner) => is_subject(noun),
        [subject, ..] => is_subject(subject),
        [] => true,
    }
}

/// Returns what a known word or expression does.
fn part(expression: &str) -> Option<Strength> {
    let owner = expression.strip_suffix("'s").filter(|word| has(lexicon::SUBJECTS, word));
    let is_high = scores::share(expression).is_some_and(|share| 0.5 <= share);
    let filler = Some(Strength::Filler).filter(|_| expression == "{}" || is_high || owner.is_some());
    filler.or_else(|| lexicon::strength(expression))
}

fn spoken(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).filter(|text| !text.is_empty()).collect()
}
