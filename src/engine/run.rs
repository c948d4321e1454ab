//! The run itself: two futures joined over a bounded channel, so that answers in flight go on while the sink works.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures::stream::{BoxStream, FuturesUnordered};
use futures::{FutureExt, StreamExt};
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::collector::{Collector, Inbox, Message};
use super::event::{Reporter, Summary};
use super::ports::{Error, Journal, Outcome, Sink, Source};
use crate::label::task::Task;

/// How often the journal is brought to the disk: a power cut costs the answers of this long, nothing else does.
const SYNC_EVERY: Duration = Duration::from_secs(5);

/// Everything a run works with.
pub struct Job<'a> {
    pub source: &'a dyn Source,
    pub sink: &'a mut dyn Sink,
    pub journal: &'a dyn Journal,
    pub reporter: &'a mut dyn Reporter,
    /// Most tasks in work at once, at least 1.
    pub concurrency: usize,
}

/// How to work on tasks, and on how many at once.
struct Workshop<F> {
    annotate: F,
    concurrency: usize,
}

/// What the pulling side sends, and the one thing it is told.
struct Wires {
    messages: mpsc::Sender<Message>,
    /// Tells that stopping was asked for, past a full channel.
    stopping: oneshot::Sender<u64>,
    /// Completes when the collecting side sees no sense in going on.
    halted: oneshot::Receiver<()>,
}

/// What the pulling side did.
#[derive(Debug, Default)]
struct Pulled {
    selected: u64,
    /// Whether the source had no more tasks.
    dry: bool,
}

/// Labels every task of the source and hands every prediction to the sink.
///
/// `stop` only ends the pulling: what is in work is finished and delivered. So does an error, of which the first one
/// is returned; the summary counts what was done in that case, too.
///
/// At most `concurrency` tasks are in work, as many wait in the channel, and the collector holds what is being
/// delivered and two more batches: memory does not grow with the source, only with the failures that are listed.
pub async fn run<F, Fut>(
    job: Job<'_>,
    annotate: F,
    stop: impl Future<Output = ()>,
) -> (Summary, Result<(), Error>)
where
    F: Fn(Task) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let concurrency = job.concurrency.max(1);
    let (messages, received) = mpsc::channel(concurrency);
    let (stopping, told) = oneshot::channel();
    let (halt, halted) = oneshot::channel();
    let collector = Collector::new(job.journal, job.reporter, halt, job.sink.batch());
    let tasks = job.source.tasks();

    let work = async {
        futures::join!(
            pull(tasks, Workshop { annotate, concurrency }, stop, Wires { messages, stopping, halted }),
            collector.collect(job.sink, Inbox::new(received, told)),
        )
    };
    let (pulled, (mut summary, mut error)) = select! {
        biased;
        worked = work => worked,
        never = sync_often(job.journal) => match never {},
    };

    summary.selected = pulled.selected;
    summary.complete = pulled.dry && error.is_none() && summary.stopped == 0;
    if let Err(last) = job.sink.finish(summary.complete).await {
        summary.complete = false;
        error.get_or_insert(last);
    }
    if let Err(last) = job.journal.sync().await {
        error.get_or_insert(last);
    }
    job.reporter.finish();
    (summary, error.map_or(Ok(()), Err))
}

/// Pulls tasks while there is room and hands over what became of them.
///
/// An outcome keeps its task's place until the channel took it: so everything in flight is polled even when the
/// channel is full, and still no more than `concurrency` tasks are held here.
async fn pull<F, Fut>(
    tasks: BoxStream<'_, Result<Task, Error>>,
    workshop: Workshop<F>,
    stop: impl Future<Output = ()>,
    wires: Wires,
) -> Pulled
where
    F: Fn(Task) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let Wires { messages, stopping, mut halted } = wires;
    let mut stop = pin!(stop);
    let mut stopping = Some(stopping);
    let mut tasks = Some(tasks);
    let mut in_flight = FuturesUnordered::new();
    let mut ready: VecDeque<Message> = VecDeque::new();
    let mut pulled = Pulled::default();

    while tasks.is_some() || !in_flight.is_empty() || !ready.is_empty() {
        let under_way = in_flight.len() + ready.len();
        select! {
            biased;
            () = &mut stop, if stopping.is_some() => {
                // Without a free place nobody has looked yet whether the last task was the last one.
                pulled.dry |= matches!(next_task(&mut tasks).now_or_never(), Some(None));
                tasks = None;
                if let Some(stopping) = stopping.take() {
                    // Nobody listens any more only when the collecting side was dropped, and this side with it.
                    stopping.send(under_way as u64).ok();
                }
            }
            _ = &mut halted, if !halted.is_terminated() => tasks = None,
            Ok(place) = messages.reserve(), if !ready.is_empty() => {
                if let Some(message) = ready.pop_front() {
                    place.send(message);
                }
            }
            Some(outcome) = in_flight.next() => {
                if matches!(outcome, Outcome::Fatal(_)) {
                    tasks = None;
                }
                ready.push_back(Ok(outcome));
            }
            next = next_task(&mut tasks), if tasks.is_some() && under_way < workshop.concurrency => match next {
                Some(Ok(task)) => {
                    pulled.selected += 1;
                    in_flight.push((workshop.annotate)(task));
                }
                Some(Err(error)) => {
                    tasks = None;
                    ready.push_back(Err(error));
                }
                None => {
                    tasks = None;
                    pulled.dry = true;
                }
            },
            else => break,
        }
    }
    pulled
}

/// Brings what was paid for to the disk every now and then.
async fn sync_often(journal: &dyn Journal) -> Infallible {
    loop {
        sleep(SYNC_EVERY).await;
        // An error is kept by the journal, and found at its next check.
        journal.sync().await.ok();
    }
}

async fn next_task(tasks: &mut Option<BoxStream<'_, Result<Task, Error>>>) -> Option<Result<Task, Error>> {
    match tasks {
        Some(tasks) => tasks.next().await,
        None => None,
    }
}
