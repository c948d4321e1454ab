//! What happens in a run, told to reporters as it happens and counted in a summary.

use std::collections::BTreeMap;

use super::ports::{Failure, FailureKind};
use crate::label::prediction::{Unfilled, Usage};
use crate::label::task::TaskId;

/// Something a person may want to see.
#[derive(Debug)]
pub enum Event<'a> {
    /// A task was answered; not yet delivered.
    Labeled {
        task: TaskId,
        unfilled: &'a [Unfilled],
        usage: Usage,
        cost: Option<f64>,
        /// Whether the answer was there already.
        reused: bool,
    },
    Unchanged(TaskId),
    Failed {
        failure: &'a Failure,
        usage: Usage,
        cost: Option<f64>,
    },
    /// This many predictions arrived.
    Delivered(u64),
    /// Stopping was asked for; this many tasks are still under way.
    Stopping(u64),
}

/// Shows events; called from one place, one event at a time.
pub trait Reporter: Send {
    fn report(&mut self, event: &Event<'_>);

    /// Takes whatever is shown off the screen, before the summary.
    fn finish(&mut self);
}

/// The run in numbers.
///
/// Every selected task is in exactly one of `delivered`, `already_there`, `stopped`, `undelivered` and `failures`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Tasks that came from the source.
    pub selected: u64,
    /// Tasks whose prediction arrived, partial ones included.
    pub delivered: u64,
    /// Of these, predictions with controls left empty.
    pub partial: u64,
    /// Of these, predictions without regions: there was nothing to mark.
    pub blank: u64,
    /// Answers that have a score; whatever became of the prediction.
    pub scored: u64,
    /// Tasks whose prediction was there already.
    pub already_there: u64,
    /// Tasks whose answer was there already, from an earlier run or another task; whatever became of the prediction.
    pub reused: u64,
    /// Tasks that were begun and given up because the run was ending: stopping was asked for, or nothing more could
    /// succeed.
    pub stopped: u64,
    /// Tasks that were answered, but whose prediction did not arrive because the destination failed as a whole.
    pub undelivered: u64,
    pub failures: Vec<Failure>,
    pub usage: Usage,
    /// What providers said it cost, in US dollars; `None` where none did.
    pub cost: Option<f64>,
    /// How often each control stayed empty, or something was left out of it.
    pub unfilled: BTreeMap<String, u64>,
    /// What that was and why; of very many the first.
    pub left_out: Vec<(TaskId, Unfilled)>,
    /// Whether the source was read to its end and no task was given up.
    pub complete: bool,
}

/// So many reasons of [`Summary::left_out`] are kept: more than anybody reads, little for the memory.
const MOST_LEFT_OUT: usize = 1_000;

impl Summary {
    /// Counts and keeps what an answer left out.
    pub fn leave_out(&mut self, task: TaskId, unfilled: &[Unfilled]) {
        for unfilled in unfilled {
            *self.unfilled.entry(unfilled.control.clone()).or_insert(0) += 1;
            if self.left_out.len() < MOST_LEFT_OUT {
                self.left_out.push((task, unfilled.clone()));
            }
        }
    }

    /// Returns how many tasks failed for each kind of reason.
    pub fn failures_by_kind(&self) -> BTreeMap<FailureKind, u64> {
        let mut counts = BTreeMap::new();
        for failure in &self.failures {
            *counts.entry(failure.kind).or_insert(0) += 1;
        }
        counts
    }
}
