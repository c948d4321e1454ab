//! Which tasks a run takes.

use std::ops::RangeInclusive;

use crate::label::task::{Task, TaskId};

/// Which tasks are wanted by what they have already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Only {
    /// No prediction of this model version yet, or edited since.
    #[default]
    Unpredicted,
    /// No annotation yet; skipped ones do not count as annotations.
    Unlabeled,
    All,
}

/// What narrows a run down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    pub only: Only,
    /// Task ids (for files without ids: rows, counted from 1); `None` for all.
    pub ids: Option<Vec<RangeInclusive<u64>>>,
    /// The first so many.
    pub limit: Option<u64>,
    /// A random choice of so many, the same one for the same seed.
    pub sample: Option<Sample>,
    /// The model version of this run, for [`Only::Unpredicted`].
    pub model_version: String,
}

/// A random choice that can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    pub size: u64,
    pub seed: u64,
}

impl Selection {
    /// Returns whether a task is wanted, by its id and by what it has already; `limit` and `sample` come after that.
    ///
    /// A prediction of which only the id is known, as in Label Studio's JSON export, is none of this model version.
    pub fn wants(&self, task: &Task) -> bool {
        let number = match task.id {
            TaskId::Id(number) | TaskId::Row(number) => number,
        };
        let is_named = self.ids.as_ref().is_none_or(|ids| ids.iter().any(|range| range.contains(&number)));
        is_named
            && match self.only {
                Only::All => true,
                Only::Unlabeled => task.annotations.iter().all(|annotation| annotation.was_cancelled),
                Only::Unpredicted => task.predictions.iter().all(|prediction| {
                    prediction.model_version.as_deref() != Some(self.model_version.as_str())
                }),
            }
    }
}

impl Sample {
    /// Returns the rank of a task id or row: a sample is the `size` tasks of the lowest rank.
    pub fn rank(self, id: u64) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(&id.to_le_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::label::task::{Annotation, StoredPrediction};

    fn task(id: TaskId, cancelled: &[bool], versions: &[Option<&str>]) -> Task {
        let annotations = cancelled
            .iter()
            .map(|cancelled| Annotation { was_cancelled: *cancelled, ..Annotation::default() })
            .collect();
        let predictions = versions
            .iter()
            .map(|version| StoredPrediction {
                id: None,
                model_version: version.map(str::to_owned),
                score: None,
                result: Vec::new(),
            })
            .collect();
        Task { id, data: Map::new(), annotations, predictions }
    }

    fn check(only: Only, task: &Task, expect: bool) {
        let selection = Selection { only, model_version: "v1".to_owned(), ..Selection::default() };
        assert_eq!(selection.wants(task), expect, "{only:?} {task:?}");
    }

    #[test]
    fn only_predictions_of_this_very_version_count() {
        for (versions, expect) in [
            (&[][..], true),
            (&[None], true),
            (&[Some("v10"), Some("V1"), Some("")], true),
            (&[Some("v0"), Some("v1")], false),
        ] {
            check(Only::Unpredicted, &task(TaskId::Row(1), &[false], versions), expect);
        }
    }

    #[test]
    fn a_skipped_task_is_not_labeled() {
        for (cancelled, expect) in
            [(&[][..], true), (&[true], true), (&[false], false), (&[true, false], false)]
        {
            check(Only::Unlabeled, &task(TaskId::Row(1), cancelled, &[Some("v1")]), expect);
            check(Only::All, &task(TaskId::Row(1), cancelled, &[Some("v1")]), true);
        }
    }

    #[test]
    fn ids_are_those_of_label_studio_or_else_rows() {
        let selection = Selection { ids: Some(vec![3..=3, 7..=9]), ..Selection::default() };
        let named: Vec<u64> =
            (1..=10).filter(|id| selection.wants(&task(TaskId::Id(*id), &[], &[]))).collect();
        assert_eq!(named, [3, 7, 8, 9]);
        assert!(selection.wants(&task(TaskId::Row(8), &[], &[])));
    }

    #[test]
    fn a_sample_is_the_same_for_the_same_seed_and_another_for_another() {
        let ranks = |seed| (1..=100).map(|id| Sample { size: 10, seed }.rank(id)).collect::<Vec<_>>();
        assert_eq!(ranks(1), ranks(1));
        assert_ne!(ranks(1), ranks(2));
    }
}
