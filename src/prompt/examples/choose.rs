//! Which of some candidates are taken, the best first, so that no label crowds out the others.

use std::collections::{BTreeSet, HashMap};

use crate::label::task::TaskId;

/// Returns the positions of so many candidates, given the labels of each, in the order of the choice.
///
/// One after the other the best one is taken whose labels were taken least often so far. Candidates without a label
/// count as those of one further label.
pub(super) fn balanced(candidates: &[&BTreeSet<String>], count: usize) -> Vec<usize> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    let mut left: Vec<usize> = (0..candidates.len()).collect();
    let mut taken = Vec::new();
    while taken.len() < count {
        let load =
            |at: &usize| names(candidates[*at]).map(|name| times.get(name).copied().unwrap_or(0)).max();
        let Some(best) = (0..left.len()).min_by_key(|place| (load(&left[*place]), *place)) else { break };
        let at = left.remove(best);
        for name in names(candidates[at]) {
            *times.entry(name).or_default() += 1;
        }
        taken.push(at);
    }
    taken
}

/// Returns the rank of an example for a task; a random choice is those of the lowest rank, so that one more candidate
/// changes few choices.
pub(super) fn rank(seed: u64, task: TaskId, example: TaskId) -> u64 {
    let hash = blake3::hash(format!("{seed} {task} {example}").as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

fn names(labels: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    let none = labels.is_empty().then_some("");
    labels.iter().map(String::as_str).chain(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Candidates are written as their labels, several with `+`, the best first.
    #[track_caller]
    fn check(candidates: &str, count: usize, expect: &[usize]) {
        let labels = |written: &str| {
            written.split('+').filter(|label| *label != "-").map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let candidates: Vec<_> = candidates.split_whitespace().map(labels).collect();
        let candidates: Vec<_> = candidates.iter().collect();
        assert_eq!(balanced(&candidates, count), expect, "{candidates:?}");
    }

    #[test]
    fn no_label_has_more_than_its_share_while_others_have_candidates() {
        check("a a a b", 2, &[0, 3]);
        check("a a a b", 3, &[0, 3, 1]);
        check("a a a b", 9, &[0, 3, 1, 2]);
        check("b a c a b", 4, &[0, 1, 2, 3]);
        check("a a+b b c", 3, &[0, 2, 3]);
        check("- - a", 2, &[0, 2]);
        check("- - -", 2, &[0, 1]);
        check("", 2, &[]);
        check("a b", 0, &[]);
    }
}
