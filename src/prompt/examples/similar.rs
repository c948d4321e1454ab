//! How much two texts have in common: the words they share, rare ones counting more.
//!
//! Cosine over tf-idf weights, where a word that all texts have counts nothing: the words of the prompt itself do not
//! make two tasks alike.

use std::collections::{BTreeMap, HashMap};

/// The words of some texts, ready to be compared with another text.
#[derive(Debug, Clone)]
pub(super) struct Words {
    texts: usize,
    /// Of each word its rarity, and where it stands: number of the text, and its weight there.
    places: HashMap<String, (f64, Vec<(usize, f64)>)>,
}

impl Words {
    /// Counts the words of these texts.
    pub(super) fn of<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let number = texts.len();
        let mut places: HashMap<String, (f64, Vec<(usize, f64)>)> = HashMap::new();
        for (at, text) in texts.enumerate() {
            for (word, count) in counts(text) {
                places.entry(word).or_default().1.push((at, damped(count)));
            }
        }
        let mut squares = vec![0.0; number];
        for (rarity, places) in places.values_mut() {
            *rarity = (real(number) / real(places.len())).ln();
            for (at, weight) in places {
                *weight *= *rarity;
                squares[*at] += *weight * *weight;
            }
        }
        for (at, weight) in places.values_mut().flat_map(|(_, places)| places) {
            if 0.0 < squares[*at] {
                *weight /= squares[*at].sqrt();
            }
        }
        Self { texts: number, places }
    }

    /// Returns how near each of the texts is to this one; larger is nearer, 0 is nothing in common.
    pub(super) fn nearness(&self, text: &str) -> Vec<f64> {
        let mut nearness = vec![0.0; self.texts];
        for (word, count) in counts(text) {
            for (at, weight) in self.places.get(&word).map_or(&[][..], |(_, places)| places) {
                nearness[*at] += damped(count) * self.places[&word].0 * weight;
            }
        }
        nearness
    }
}

/// Counts words; in order, so that sums come out the same each time.
fn counts(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut word = String::new();
    // One break more than there are, so that the last word ends too.
    for letter in text.chars().chain([' ']) {
        let stands_alone = is_unspaced(letter);
        if letter.is_alphanumeric() && !stands_alone {
            word.extend(letter.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            *counts.entry(std::mem::take(&mut word)).or_default() += 1;
        }
        if stands_alone {
            *counts.entry(letter.to_string()).or_default() += 1;
        }
    }
    counts
}

/// Returns whether a letter is of a script that puts no spaces between words: Thai to Khmer, kana, Han.
fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Returns what a word counts that stands in a text so often: the tenth time adds little.
fn damped(count: usize) -> f64 {
    1.0 + real(count).ln()
}

fn real(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expects the texts in this order, the nearest first.
    #[track_caller]
    fn check(text: &str, expect: &[usize]) {
        let texts = [
            "Rate: the battery died after a day",
            "Rate: lovely screen, poor battery",
            "Rate: the train was late",
            "Rate: 电池很差",
            "Rate:",
        ];
        let nearness = Words::of(texts.into_iter()).nearness(text);
        let mut order: Vec<usize> = (0..texts.len()).filter(|at| 0.0 < nearness[*at]).collect();
        order.sort_by(|one, other| nearness[*other].total_cmp(&nearness[*one]));
        assert_eq!(order, expect, "{text}: {nearness:?}");
    }

    #[test]
    fn shared_words_make_texts_alike_and_rare_ones_more() {
        check("Rate: Battery died", &[0, 1]);
        check("Rate: poor battery!", &[1, 0]);
        check("the late train", &[2, 0]);
        check("Rate: 电池", &[3]);
        check("Rate: nothing of that", &[]);
        check("", &[]);
    }

    #[test]
    fn no_texts_and_one_text_are_compared_too() {
        assert!(
            Words::of(std::iter::empty::<&str>().collect::<Vec<_>>().into_iter()).nearness("a").is_empty()
        );
        assert_eq!(Words::of(["a b"].into_iter()).nearness("a"), [0.0]);
    }
}
