//! How sure a reply says it is: `Confidence: 5%`, `certainty: low`, `(20% sure)`.

use super::lexicon::{self, has};
use super::scores;
use super::words::{Word, words};

/// How many words before and after its name a confidence may stand.
const NEAR: usize = 4;

/// Returns whether a text tells a confidence that is low in words, or below one half.
pub(super) fn is_low(text: &str) -> bool {
    let words = words(text);
    (0..words.len()).filter(|&at| tells(&words[at])).any(|at| is_low_at(&words, at))
}

/// Returns whether a text tells how sure it is.
pub(super) fn is_told(text: &str) -> bool {
    words(text).iter().any(tells)
}

fn tells(word: &Word) -> bool {
    has(lexicon::CERTAINTIES, &word.text) || has(lexicon::CERTAIN, &word.text)
}

fn is_low_at(words: &[Word], at: usize) -> bool {
    let before = words[..at].iter().rev().take_while(|word| !word.ends_clause()).take(NEAR);
    if let Some(share) = before.clone().find_map(|word| scores::share(&word.text)) {
        return share < 0.5;
    }
    let ends = |word: &Word| word.ends_sentence() || word.after.contains([',', ')', '\n']);
    let near = &words[at..words.len().min(at + 1 + NEAR)];
    let length = near.iter().position(ends).map_or(near.len(), |last| last + 1);
    let after: Vec<&str> = near[1..length].iter().map(|word| word.text.as_str()).collect();
    let mut numbers = after
        .iter()
        .filter_map(|word| Some((scores::share(word)?, word.replace(',', ".").parse::<f64>().ok())));
    match (numbers.next(), numbers.next()) {
        (Some((_, Some(points))), Some((_, Some(all)))) => points < all / 2.0,
        (Some((share, _)), _) => share < 0.5,
        (None, _) => {
            let Word { text, after: end, .. } = &words[at];
            let is_named = has(lexicon::CERTAINTIES, text) || end.contains([':', '=']);
            before.clone().any(|word| has(lexicon::LOW, &word.text) || lexicon::is_negation(word))
                || (is_named && after.iter().any(|word| has(lexicon::LOW, word)))
        }
    }
}
