//! The run itself: two futures joined over a bounded channel, so that answers in flight go on while the sink works.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::stream::{BoxStream, FuturesUnordered};
use futures::{FutureExt, StreamExt};
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::collector::{Collector, Desk, Inbox, Message};
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
    /// Where everything is counted; whole also when the run is dropped in the middle.
    pub summary: &'a mut Summary,
    /// Most tasks in work at once, at least 1.
    pub concurrency: usize,
    /// Most tasks that need work: those for which nothing is to be asked do not count.
    pub limit: Option<u64>,
}

/// How to work on tasks, on how many at once, and how many there were.
struct Workshop<'a, F> {
    annotate: F,
    concurrency: usize,
    /// Most tasks that need work; those that need none do not count.
    limit: u64,
    selected: &'a AtomicU64,
}

/// What the pulling side sends, and the one thing it is told.
struct Wires {
    messages: mpsc::Sender<Message>,
    /// Tells that stopping was asked for, past a full channel.
    stopping: oneshot::Sender<u64>,
    /// Completes when the collecting side sees no sense in going on.
    halted: oneshot::Receiver<()>,
}

/// Labels every task of the source and hands every prediction to the sink.
///
/// `stop` only ends the pulling: what is in work is finished and delivered. So does an error, of which the first one
/// is returned; the summary counts what was done in that case, too.
///
/// At most `concurrency` tasks are in work, as many wait in the channel, and the collector holds what is being
/// delivered and two more batches: memory does not grow with the source, only with the failures that are listed.
pub async fn run<F, Fut>(job: Job<'_>, annotate: F, stop: impl Future<Output = ()>) -> Result<(), Error>
where
    F: Fn(Task) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let concurrency = job.concurrency.max(1);
    let (messages, received) = mpsc::channel(concurrency);
    let (stopping, told) = oneshot::channel();
    let (halt, halted) = oneshot::channel();
    let selected = AtomicU64::new(0);
    let desk = Desk { journal: job.journal, reporter: &mut *job.reporter, summary: &mut *job.summary };
    let collector = Collector::new(desk, &selected, halt, job.sink.batch());
    let workshop =
        Workshop { annotate, concurrency, limit: job.limit.unwrap_or(u64::MAX), selected: &selected };
    let tasks = job.source.tasks();

    let work = async {
        futures::join!(
            pull(tasks, workshop, stop, Wires { messages, stopping, halted }),
            collector.collect(job.sink, Inbox::new(received, told)),
        )
    };
    let (is_dry, mut error) = select! {
        biased;
        worked = work => worked,
        never = sync_often(job.journal) => match never {},
    };

    let is_whole = is_dry && error.is_none() && job.summary.stopped == 0;
    if let Err(last) = job.sink.finish(is_whole).await {
        error.get_or_insert(last);
    }
    if let Err(last) = job.journal.sync().await {
        error.get_or_insert(last);
    }
    job.summary.complete = is_whole && error.is_none();
    job.reporter.finish();
    error.map_or(Ok(()), Err)
}

/// Pulls tasks while there is room and hands over what became of them; returns whether the source had no more.
///
/// An outcome keeps its task's place until the channel took it: so everything in flight is polled even when the
/// channel is full, and still no more than `concurrency` tasks are held here.
async fn pull<F, Fut>(
    tasks: BoxStream<'_, Result<Task, Error>>,
    workshop: Workshop<'_, F>,
    stop: impl Future<Output = ()>,
    wires: Wires,
) -> bool
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
    let mut is_dry = false;
    let mut counted = 0;

    while tasks.is_some() || !in_flight.is_empty() || !ready.is_empty() {
        if workshop.limit <= counted && in_flight.is_empty() && tasks.take().is_some() {
            is_dry = true;
            continue;
        }
        let under_way = in_flight.len() + ready.len();
        let has_room = under_way < workshop.concurrency && counted < workshop.limit;
        select! {
            biased;
            () = &mut stop, if stopping.is_some() => {
                // Without a free place nobody has looked yet whether the last task was the last one.
                is_dry |= matches!(next_task(&mut tasks).now_or_never(), Some(None));
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
                match outcome {
                    Outcome::Fatal { .. } => tasks = None,
                    Outcome::Unchanged(_) | Outcome::Refrained(_) => counted -= 1,
                    _ => {}
                }
                ready.push_back(Ok(outcome));
            }
            next = next_task(&mut tasks), if tasks.is_some() && has_room => match next {
                Some(Ok(task)) => {
                    workshop.selected.fetch_add(1, Ordering::Relaxed);
                    counted += 1;
                    in_flight.push((workshop.annotate)(task));
                }
                Some(Err(error)) => {
                    tasks = None;
                    ready.push_back(Err(error));
                }
                None => {
                    tasks = None;
                    is_dry = true;
                }
            },
            else => break,
        }
    }
    is_dry
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
