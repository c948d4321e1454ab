//! How far two sets of region values agree, from 0 to 1; one control tag measures this way, another that.
//!
//! What both leave empty agrees, what only one of them holds does not.

use serde_json::Value;

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

/// Returns a share of a whole; nothing of nothing is all of it.
#[expect(clippy::cast_precision_loss, reason = "counts of labels are small")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
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
}
