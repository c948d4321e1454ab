//! What the engine asks of the world around it.

use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use crate::label::prediction::{Labeled, Usage};
use crate::label::task::{Task, TaskId};

/// Where tasks come from.
pub trait Source: Send + Sync {
    /// Returns the tasks, each once; an error ends the stream.
    ///
    /// The stream is only polled while there is room for another task.
    fn tasks(&self) -> BoxStream<'_, Result<Task, Error>>;
}

/// Where predictions go.
pub trait Sink: Send {
    /// Returns how many predictions one delivery takes, and how long the first may wait for company.
    fn batch(&self) -> Batch;

    /// Delivers; leaves out what is already there, tells what was refused and why.
    ///
    /// After an error nothing more is delivered.
    fn deliver<'a>(&'a mut self, batch: &'a [Labeled]) -> BoxFuture<'a, Result<Delivered, BrokenOff>>;

    /// Ends the deliveries: `complete` is false when the run stopped before the source was dry.
    fn finish(&mut self, complete: bool) -> BoxFuture<'_, Result<(), Error>>;
}

/// Keeps what was paid for; whoever pays writes into it, and the engine sees to it that it lasts.
pub trait Journal: Send + Sync {
    /// Returns the first thing that went wrong with writing.
    fn check(&self) -> Result<(), Error>;

    /// Brings everything written so far to the disk.
    fn sync(&self) -> BoxFuture<'_, Result<(), Error>>;
}

/// A journal that keeps nothing, for work that costs nothing to repeat.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

/// When a delivery starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// As soon as this many wait.
    pub size: usize,
    /// Or when the first of them has waited so long.
    pub wait: Duration,
    /// A delivery takes at most this many.
    pub most: usize,
}

/// What became of a delivery; what is not named here arrived.
///
/// Predictions are named by their places in the batch, counted from 0: a task may have several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Refused for good, and why.
    pub rejected: Vec<(usize, String)>,
    /// There already, and left as they are.
    pub already_there: Vec<usize>,
}

/// A delivery that did not come to its end.
#[derive(Debug)]
pub struct BrokenOff {
    /// The places in the batch of those that are known to have arrived; the others count as undelivered.
    pub arrived: Vec<usize>,
    pub error: Error,
}

/// What became of one task.
#[derive(Debug)]
pub enum Outcome {
    Labeled {
        labeled: Labeled,
        usage: Usage,
        cost: Option<f64>,
        /// Whether the answer was there already, from an earlier run or another task, and cost nothing now.
        reused: bool,
    },
    /// The prediction this would give is there already: nothing was asked.
    Unchanged(TaskId),
    Failed {
        failure: Failure,
        usage: Usage,
        cost: Option<f64>,
    },
    /// It failed for good before, and nothing was asked again.
    Refrained(Failure),
    /// The task was given up before it was answered, because stopping was asked for.
    Stopped {
        usage: Usage,
        cost: Option<f64>,
    },
    /// Nothing more can succeed.
    Fatal {
        error: Error,
        usage: Usage,
        cost: Option<f64>,
    },
}

/// One task's trouble; it never ends the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub task: TaskId,
    pub kind: FailureKind,
    /// What happened, with the provider's or Label Studio's own words.
    pub reason: String,
}

/// What kind of trouble, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The task's data lacks what the prompt or the labeling config needs.
    Data,
    /// The provider refused this request for good (content filter, too long).
    Rejected,
    /// Attempts ran out: network, overload.
    Unreachable,
    /// The model refused to answer.
    Refused,
    /// The answer was cut off at the token limit.
    Truncated,
    /// The answer held nothing that could be believed.
    Unusable,
    /// Label Studio, or the output file, did not take the prediction.
    Undeliverable,
}

/// What ends a run early; kinds map to exit codes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A bad input file or task.
    #[error("{0}")]
    Input(String),
    /// Label Studio refuses or cannot be reached.
    #[error("{message}")]
    Studio { message: String, advice: Option<String> },
    /// The model's server refuses everything or cannot be reached.
    #[error("{message}")]
    Provider { message: String, advice: Option<String> },
    /// Nothing more may be spent.
    #[error("{message}")]
    Budget { message: String, advice: Option<String> },
    /// What is paid for cannot be kept any more.
    #[error("{0}")]
    Journal(String),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(String),
    /// Whoever reads the output has seen enough, as in `… | head`: an end, but no failure.
    #[error("the reader of the output went away")]
    Closed,
}

impl Error {
    /// Returns what to do about it, where there is more to say than the message does.
    pub fn advice(&self) -> Option<&str> {
        match self {
            Self::Studio { advice, .. } | Self::Provider { advice, .. } | Self::Budget { advice, .. } => {
                advice.as_deref()
            }
            Self::Journal(_) => Some(
                "what was answered before is in the journal, what was answered after that was delivered only; make room on \
                 the disk, and the same command goes on",
            ),
            Self::Input(_) | Self::Io(_) | Self::Closed => None,
        }
    }
}

impl From<Error> for BrokenOff {
    fn from(error: Error) -> Self {
        Self { arrived: Vec::new(), error }
    }
}

impl Journal for NoJournal {
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    fn sync(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}
