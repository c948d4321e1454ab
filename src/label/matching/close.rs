//! Labels that are misspelled.

use strsim::normalized_damerau_levenshtein;

use super::names::{Name, Names};
use crate::label::spelling;

/// Below this similarity a misspelled label is no label.
const CLOSE: f64 = 0.85;

/// By how much the best match of a misspelled label must beat the second best.
const MARGIN: f64 = 0.1;

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
    let is_close = |(left, right): (&str, &str)| left == right || is_mistyped(left, right);
    if text_words.clone().count() != label_words.clone().count() || !text_words.zip(label_words).all(is_close)
    {
        return 0.0;
    }
    normalized_damerau_levenshtein(&text.replace('_', " "), &label.replace('_', " "))
}

/// Returns whether one word is another with a slip that people make while they type.
fn is_mistyped(left: &str, right: &str) -> bool {
    // In scripts without case a letter is a syllable or a word, and not a matter of typing.
    let are_typed = left.chars().chain(right.chars()).all(is_typed);
    are_typed && spelling::is_slip(left, right) && !is_inflected(left, right)
}

/// Returns whether only the last letters differ, which makes another form or language: `positivo` for `positive`.
fn is_inflected(left: &str, right: &str) -> bool {
    let [stem, other] = [left, right].map(|word| {
        let mut letters = word.chars();
        letters.next_back();
        letters.as_str()
    });
    stem == other
}

fn is_typed(letter: char) -> bool {
    letter.is_lowercase() || matches!(letter, '\'' | '-')
}
