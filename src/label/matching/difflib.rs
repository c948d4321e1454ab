//! How alike two texts are to Python's `difflib.SequenceMatcher`, by which Label Studio's `llm_interactive` example picks
//! labels.
//!
//! See <https://docs.python.org/3/library/difflib.html>: the ratio is twice the number of characters in matching blocks
//! over the number of all characters; blocks are found by taking the longest one and looking left and right of it.

use std::collections::HashMap;
use std::ops::Range;

/// The shortest label whose popular characters count as junk.
const AUTOJUNK_LENGTH: usize = 200;

/// Returns the position of the label most like a line, the first of several; `None` where there are no labels.
pub(in crate::label) fn most_alike(line: &str, labels: &[String]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (at, label) in labels.iter().enumerate() {
        let ratio = ratio(line, label);
        if best.is_none_or(|(_, most)| most < ratio) {
            best = Some((at, ratio));
        }
    }
    best.map(|(at, _)| at)
}

/// Returns how alike a line is to a label, from 0 to 1; the order of the two counts.
#[expect(clippy::cast_precision_loss, reason = "nobody compares texts of 2^52 characters")]
fn ratio(line: &str, label: &str) -> f64 {
    let line: Vec<char> = line.chars().collect();
    let label: Vec<char> = label.chars().collect();
    let total = line.len() + label.len();
    if total == 0 {
        return 1.0;
    }
    2.0 * matches(&line, &label) as f64 / total as f64
}

/// Counts the characters in matching blocks.
fn matches(line: &[char], label: &[char]) -> usize {
    let positions = positions(label);
    let mut queue = vec![(0..line.len(), 0..label.len())];
    let mut count = 0;
    while let Some((of_line, of_label)) = queue.pop() {
        let block = longest((line, label), &positions, (of_line.clone(), of_label.clone()));
        if block.length == 0 {
            continue;
        }
        count += block.length;
        queue.push((of_line.start..block.line, of_label.start..block.label));
        queue.push((block.line + block.length..of_line.end, block.label + block.length..of_label.end));
    }
    count
}

/// Where each character of a label stands; those too popular in a long label stand nowhere.
fn positions(label: &[char]) -> HashMap<char, Vec<usize>> {
    let mut positions: HashMap<char, Vec<usize>> = HashMap::new();
    for (at, &letter) in label.iter().enumerate() {
        positions.entry(letter).or_default().push(at);
    }
    if AUTOJUNK_LENGTH <= label.len() {
        positions.retain(|_, found| found.len() <= label.len() / 100 + 1);
    }
    positions
}

#[derive(Debug, Clone, Copy, Default)]
struct Block {
    line: usize,
    label: usize,
    length: usize,
}

/// Finds the longest common block; of equal ones the first in the line, then the first in the label.
fn longest(
    (line, label): (&[char], &[char]),
    positions: &HashMap<char, Vec<usize>>,
    (of_line, of_label): (Range<usize>, Range<usize>),
) -> Block {
    let mut best = Block { line: of_line.start, label: of_label.start, length: 0 };
    // The lengths of the blocks that end at each character of the label and at the last one of the line.
    let mut lengths: HashMap<usize, usize> = HashMap::new();
    for at in of_line.clone() {
        let mut ending = HashMap::new();
        let found = positions.get(&line[at]).map(Vec::as_slice).unwrap_or_default();
        for &other in found.iter().filter(|other| of_label.contains(other)) {
            let before = other.checked_sub(1).and_then(|previous| lengths.get(&previous).copied());
            let length = before.unwrap_or_default() + 1;
            ending.insert(other, length);
            if best.length < length {
                best = Block { line: at + 1 - length, label: other + 1 - length, length };
            }
        }
        lengths = ending;
    }
    // Characters that are too popular to begin a block still lengthen one.
    while of_line.start < best.line
        && of_label.start < best.label
        && line[best.line - 1] == label[best.label - 1]
    {
        best = Block { line: best.line - 1, label: best.label - 1, length: best.length + 1 };
    }
    while best.line + best.length < of_line.end
        && best.label + best.length < of_label.end
        && line[best.line + best.length] == label[best.label + best.length]
    {
        best.length += 1;
    }
    best
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        line: String,
        label: String,
        ratio: f64,
    }

    #[test]
    fn ratios_are_those_of_python() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("difflib.json")).expect("cases");
        assert!(100 <= cases.len());
        for Case { line, label, ratio: expect } in cases {
            let found = ratio(&line, &label);
            assert!((found - expect).abs() < 1e-12, "{line:?} {label:?}: {found}, not {expect}");
        }
    }
}
