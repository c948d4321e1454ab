//! Labels that are misspelled.

use strsim::{damerau_levenshtein, normalized_damerau_levenshtein};

use super::names::{Name, Names};

/// Below this similarity a misspelled label is no label.
const CLOSE: f64 = 0.85;

/// By how much the best match of a misspelled label must beat the second best.
const MARGIN: f64 = 0.1;

/// Shorter labels are never matched by similarity: `dog` is as close to `dig` as to `fog`.
const SHORTEST_FUZZY: usize = 5;

/// How many letters at its start a misspelled word must have right: prefixes make other words.
const SAME_START: usize = 3;

/// Returns the label that differs from a folded text by little more than a typing error.
pub(super) fn closest(folded: &str, labels: &Names) -> Option<usize> {
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
    let (text_words, label_words) = (text.split([' ', '_']), label.split([' ', '_']));
    let is_close = |(left, right): (&str, &str)| left == right || is_slip(left, right);
    if text_words.clone().count() != label_words.clone().count() || !text_words.zip(label_words).all(is_close)
    {
        return 0.0;
    }
    normalized_damerau_levenshtein(&text.replace('_', " "), &label.replace('_', " "))
}

/// Returns whether one word is another with one letter wrong, missing, doubled or swapped.
fn is_slip(left: &str, right: &str) -> bool {
    // In scripts without case a letter is a syllable or a word, and not a matter of typing.
    let is_word = |word: &str| SHORTEST_FUZZY <= word.chars().count() && word.chars().all(is_typed);
    let start = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count();
    let (lengths, ends) = ([left, right].map(|word| word.chars().count()), [left, right].map(last));
    // Another last letter is another form or language: `positivo` for `positive`.
    let is_inflected = lengths[0] == lengths[1] && start + 1 == lengths[0] && ends[0] != ends[1];
    let is_near = is_word(left) && is_word(right) && SAME_START <= start && !is_inflected;
    is_near && damerau_levenshtein(left, right) <= 1
}

fn is_typed(letter: char) -> bool {
    letter.is_lowercase() || matches!(letter, '\'' | '-')
}

fn last(word: &str) -> Option<char> {
    word.chars().next_back()
}
