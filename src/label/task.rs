//! A task: the thing to label, with what is already known about it.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

/// One task of a project or of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub id: TaskId,
    /// The task's fields, in the order they were written.
    pub data: Map<String, Value>,
    pub annotations: Vec<Annotation>,
    /// Predictions that Label Studio already holds; empty where the source did not ask for them.
    pub predictions: Vec<StoredPrediction>,
}

/// Which task this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskId {
    /// Label Studio's own id.
    Id(u64),
    /// A task from a file that gives no Label Studio id: its position, counted from 1.
    Row(u64),
}

/// What a person answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotation {
    /// Label Studio's id, which grows; `None` in files that carry no ids.
    pub id: Option<u64>,
    /// Regions as Label Studio stores them; `None` where all that is told is that there is an annotation.
    pub result: Option<Vec<Value>>,
    /// True for a skipped task, which does not count as labeled.
    pub was_cancelled: bool,
    /// Whether people marked it as the one that counts.
    pub ground_truth: bool,
}

/// A prediction that Label Studio holds already.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPrediction {
    /// Label Studio's id; `None` in files that carry no ids.
    pub id: Option<u64>,
    /// `None` where Label Studio stores null.
    pub model_version: Option<String>,
    pub score: Option<f64>,
    /// Regions as Label Studio stores them.
    pub result: Vec<Value>,
}

impl Task {
    /// Returns the annotation that counts: the ground truth, else the newest; the first one where no ids tell which that
    /// is, and none that was skipped.
    pub fn truth(&self) -> Option<&Annotation> {
        let answered = self.annotations.iter().filter(|annotation| !annotation.was_cancelled);
        answered.min_by_key(|annotation| (!annotation.ground_truth, Reverse(annotation.id)))
    }
}

impl TaskId {
    /// Returns Label Studio's id, if there is one.
    pub fn studio(self) -> Option<u64> {
        match self {
            Self::Id(id) => Some(id),
            Self::Row(_) => None,
        }
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(formatter, "task {id}"),
            Self::Row(row) => write!(formatter, "row {row}"),
        }
    }
}

impl FromStr for TaskId {
    type Err = String;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |kind: &str| text.strip_prefix(kind).and_then(|number| number.parse().ok());
        let id = number("task ").map(Self::Id).or_else(|| number("row ").map(Self::Row));
        id.ok_or_else(|| format!("expected a task such as `task 12` or `row 3`, found `{text}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes annotations as their ids, `-` for none, with `!` for the ground truth and `x` for one that was skipped;
    /// expects the position of the one that counts.
    #[track_caller]
    fn check(annotations: &str, expect: Option<usize>) {
        let annotation = |written: &str| Annotation {
            id: written.trim_end_matches(['!', 'x']).parse().ok(),
            ground_truth: written.ends_with('!'),
            was_cancelled: written.ends_with('x'),
            ..Annotation::default()
        };
        let annotations = annotations.split_whitespace().map(annotation).collect();
        let task = Task { id: TaskId::Row(1), data: Map::new(), annotations, predictions: Vec::new() };
        let found = task
            .truth()
            .and_then(|truth| task.annotations.iter().position(|annotation| std::ptr::eq(annotation, truth)));
        assert_eq!(found, expect, "{task:?}");
    }

    #[test]
    fn the_ground_truth_counts_and_else_the_newest() {
        check("1 2 3", Some(2));
        check("3 1 2", Some(0));
        check("1! 2 3", Some(0));
        check("1! 2! 3", Some(1));
        check("1 2 3x", Some(1));
        check("- - -", Some(0));
        check("- -! -", Some(1));
        check("- 4", Some(1));
        check("1x", None);
        check("", None);
    }
}
