//! How far two sets of region values agree, from 0 to 1; one control tag measures this way, another that.
//!
//! What both leave empty agrees, what only one of them holds does not.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::label::matching;

/// Longer texts, in characters, are compared by words: characters would take time that grows with the square.
const LONGEST_BY_CHARACTER: usize = 2_000;

/// Texts of more words than this are the same or are not.
const LONGEST_BY_WORD: usize = 5_000;

/// Compares the values that count, the last of each side as in the editor; a side without any is empty.
pub(super) fn last(gold: &[Value], predicted: &[Value], compare: impl Fn(&Value, &Value) -> f64) -> f64 {
    match (gold.last(), predicted.last()) {
        (None, None) => 1.0,
        (Some(gold), Some(predicted)) => compare(gold, predicted),
        (None, Some(_)) | (Some(_), None) => 0.0,
    }
}

/// Returns 1 for equal values, whatever the form of their numbers, else 0.
pub(super) fn same(gold: &Value, predicted: &Value) -> f64 {
    let is_same = match (gold.as_f64(), predicted.as_f64()) {
        (Some(gold), Some(predicted)) => gold.total_cmp(&predicted).is_eq(),
        _ => gold == predicted,
    };
    if is_same { 1.0 } else { 0.0 }
}

/// Returns the Jaccard index of two lists: how many of all entries stand in both.
pub(super) fn jaccard(gold: &Value, predicted: &Value) -> f64 {
    let distinct = |list: &Value| {
        let mut entries: Vec<Value> = Vec::new();
        for entry in list.as_array().into_iter().flatten() {
            if !entries.contains(entry) {
                entries.push(entry.clone());
            }
        }
        entries
    };
    let (gold, predicted) = (distinct(gold), distinct(predicted));
    let common = gold.iter().filter(|entry| predicted.contains(entry)).count();
    share(common, gold.len() + predicted.len() - common)
}

/// Returns how near two numbers are: 1 less their distance as a part of the whole range, or equality without a range.
pub(super) fn nearness(gold: &Value, predicted: &Value, range: Option<f64>) -> f64 {
    match (gold.as_f64(), predicted.as_f64(), range.filter(|&range| 0.0 < range)) {
        (Some(gold), Some(predicted), Some(range)) => (1.0 - (gold - predicted).abs() / range).max(0.0),
        _ => same(gold, predicted),
    }
}

/// Returns 1 less the edit distance as a part of the longer text; case and white space do not count.
///
/// Long texts are compared by words, very long ones are the same or not.
pub(super) fn wording(gold: &str, predicted: &str) -> f64 {
    let (gold, predicted) = (matching::folded(gold), matching::folded(predicted));
    if gold == predicted {
        return 1.0;
    }
    let longest = gold.chars().count().max(predicted.chars().count());
    if longest <= LONGEST_BY_CHARACTER {
        return strsim::normalized_levenshtein(&gold, &predicted);
    }
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (gold, predicted) = (words(&gold), words(&predicted));
    let longest = gold.len().max(predicted.len());
    if LONGEST_BY_WORD < longest {
        return 0.0;
    }
    1.0 - share(strsim::generic_levenshtein(&gold, &predicted), longest)
}

/// Returns the share of pairs of entries that stand in the same order in both rankings.
///
/// For one ranking of the same entries that is Kendall's tau, put on the scale from 0 to 1. With buckets, a pair in two of
/// them agrees where both sides put each into the same bucket; what is in no bucket stands apart from all that is.
pub(super) fn order(gold: &Map<String, Value>, predicted: &Map<String, Value>) -> f64 {
    let (gold, predicted) = (seats(gold), seats(predicted));
    let mut ids: Vec<&str> = gold.keys().chain(predicted.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let pairs: Vec<(&str, &str)> = ids
        .iter()
        .enumerate()
        .flat_map(|(at, &id)| ids[at + 1..].iter().map(move |&other| (id, other)))
        .collect();
    if pairs.is_empty() {
        return share(ids.iter().filter(|id| gold.get(*id) == predicted.get(*id)).count(), ids.len());
    }
    let agreeing = pairs.iter().filter(|&&pair| relation(&gold, pair) == relation(&predicted, pair)).count();
    share(agreeing, pairs.len())
}

/// Returns a share of a whole; nothing of nothing is all of it.
#[expect(clippy::cast_precision_loss, reason = "counts of labels are small")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Returns the mean of some numbers; `None` of none.
#[expect(clippy::cast_precision_loss, reason = "counts of responses and boxes are small")]
pub(super) fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0_usize), |(sum, count), number| (sum + number, count + 1));
    (0 < count).then(|| sum / count as f64)
}

/// In which bucket an entry is, and at which place in it.
type Seats<'a> = HashMap<&'a str, (&'a str, usize)>;

fn seats(ranking: &Map<String, Value>) -> Seats<'_> {
    let mut seats = Seats::new();
    for (bucket, ids) in ranking {
        for (place, id) in ids.as_array().into_iter().flatten().enumerate() {
            if let Some(id) = id.as_str() {
                seats.insert(id, (bucket, place));
            }
        }
    }
    seats
}

/// Returns where two entries are, and within one bucket which of them comes first.
fn relation<'a>(seats: &Seats<'a>, (left, right): (&str, &str)) -> (Option<&'a str>, Option<&'a str>, bool) {
    let (left, right) = (seats.get(left), seats.get(right));
    let is_first = match (left, right) {
        (Some((bucket, place)), Some((other, after))) => bucket == other && place < after,
        _ => false,
    };
    (left.map(|seat| seat.0), right.map(|seat| seat.0), is_first)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(found: f64, expect: f64) {
        assert!((found - expect).abs() < 1e-9, "{found} instead of {expect}");
    }

    #[test]
    fn what_one_side_leaves_empty_does_not_agree() {
        check(last(&[], &[], same), 1.0);
        check(last(&[json!(1)], &[], same), 0.0);
        check(last(&[], &[json!(1)], same), 0.0);
        check(last(&[json!(2), json!(1)], &[json!(1.0)], same), 1.0);
    }

    #[test]
    fn lists_agree_as_far_as_they_overlap() {
        check(jaccard(&json!(["a", "b"]), &json!(["b", "a", "b"])), 1.0);
        check(jaccard(&json!(["a", "b"]), &json!(["b", "c"])), 1.0 / 3.0);
        check(jaccard(&json!([["a", "b"]]), &json!([["a"]])), 0.0);
        check(jaccard(&json!([]), &json!(null)), 1.0);
    }

    #[test]
    fn numbers_agree_as_far_as_they_are_near() {
        check(nearness(&json!(1), &json!(3), Some(4.0)), 0.5);
        check(nearness(&json!(1), &json!(30), Some(4.0)), 0.0);
        check(nearness(&json!(1), &json!(1.0), None), 1.0);
        check(nearness(&json!(1), &json!(2), Some(0.0)), 0.0);
    }

    #[test]
    fn texts_agree_as_far_as_nothing_must_be_edited() {
        check(wording("Ein  Haus", "ein haus\n"), 1.0);
        check(wording("abcd", "abxd"), 0.75);
        check(wording("", "abc"), 0.0);
        let long = |word: &str| format!("{} {word}", "the same ".repeat(500).trim_end());
        check(wording(&long("end"), &long("start")), 1.0 - 1.0 / 1_001.0);
        check(wording(&"a ".repeat(9_000), &"b ".repeat(9_000)), 0.0);
    }

    #[test]
    fn rankings_agree_in_the_pairs_that_stand_in_the_same_order() {
        let check = |gold: Value, predicted: Value, expect: f64| {
            let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
            check(order(&map(&gold), &map(&predicted)), expect);
            check(order(&map(&predicted), &map(&gold)), expect);
        };
        check(json!({"r": ["a", "b", "c"]}), json!({"r": ["a", "b", "c"]}), 1.0);
        check(json!({"r": ["a", "b", "c"]}), json!({"r": ["c", "b", "a"]}), 0.0);
        check(json!({"r": ["a", "b", "c"]}), json!({"r": ["b", "a", "c"]}), 2.0 / 3.0);
        check(json!({"x": ["a"], "y": ["b"]}), json!({"x": ["a"], "y": ["b"]}), 1.0);
        check(json!({"x": ["a"], "y": ["b"]}), json!({"x": ["a", "b"], "y": []}), 0.0);
        check(json!({"x": ["a"]}), json!({"y": ["a"]}), 0.0);
        check(json!({"x": ["a"], "y": []}), json!({"x": ["a"]}), 1.0);
        check(json!({}), json!({}), 1.0);
    }
}
