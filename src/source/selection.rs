//! Which tasks a run takes.

use std::ops::RangeInclusive;

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
