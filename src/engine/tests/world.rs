//! A source, a sink, a journal and a reporter that note what the engine does with them.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use serde_json::{Map, json};
use tokio::time::{Instant, sleep};

use crate::engine::event::{Event, Reporter, Summary};
use crate::engine::ports::{
    Batch, BrokenOff, Delivered, Error, Failure, FailureKind, Journal, Outcome, Sink, Source,
};
use crate::engine::run::{Job, run};
use crate::label::prediction::{Labeled, Prediction, Region, Unfilled, Usage};
use crate::label::task::{Task, TaskId};

/// What a test sets up.
pub(super) struct World {
    pub(super) tasks: u64,
    pub(super) concurrency: usize,
    pub(super) limit: Option<u64>,
    pub(super) batch: Batch,
    /// How long one answer takes.
    pub(super) answer: Duration,
    /// How long one delivery takes; `None` for ever.
    pub(super) delivery: Option<Duration>,
    /// What the task with this number gives instead of a prediction.
    pub(super) instead: fn(u64) -> Option<Outcome>,
    /// The error that comes from the source instead of the task with this number.
    pub(super) source_error_at: Option<u64>,
    /// The delivery, counted from 1, that fails.
    pub(super) dead_delivery: Option<u64>,
    /// How many of it arrive before that.
    pub(super) last_arrivals: usize,
    /// The look at the journal, counted from 1, that finds it broken.
    pub(super) dead_check: Option<u64>,
    /// The journal's way to the disk, counted from 1, that fails.
    pub(super) dead_sync: Option<u64>,
    /// Tasks of which the sink refuses a prediction.
    pub(super) rejected: BTreeSet<u64>,
    /// Tasks whose prediction the sink has already.
    pub(super) already_there: BTreeSet<u64>,
    pub(super) stop_after: Option<Duration>,
}

/// What the engine did.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Tasks in work right now, and the most there ever were.
    pub(super) in_work: AtomicU64,
    pub(super) most_in_work: AtomicU64,
    pub(super) pulled: AtomicU64,
    pub(super) answered: AtomicU64,
    /// The numbers of the tasks of each delivery that succeeded.
    pub(super) deliveries: Mutex<Vec<Vec<u64>>>,
    /// Outcomes that were taken in.
    pub(super) checked: AtomicU64,
    pub(super) synced: AtomicU64,
    pub(super) stopping: Mutex<Vec<u64>>,
    /// What `finish` was called with.
    pub(super) finished: Mutex<Vec<bool>>,
    /// Predictions told to the reporter as delivered.
    pub(super) reported: AtomicU64,
}

pub(super) struct Ran {
    pub(super) summary: Summary,
    pub(super) result: Result<(), Error>,
    pub(super) took: Duration,
    pub(super) seen: Arc<Seen>,
}

struct Numbers<'a>(&'a World, Arc<Seen>);
struct Shelf<'a>(&'a World, Arc<Seen>, u64);
struct Notes<'a>(&'a World, Arc<Seen>);
struct Eye(Arc<Seen>);

impl Default for World {
    fn default() -> Self {
        Self {
            tasks: 100,
            concurrency: 10,
            limit: None,
            batch: Batch { size: 10, wait: Duration::from_secs(60), most: 10 },
            answer: Duration::from_secs(1),
            delivery: Some(Duration::ZERO),
            instead: |_| None,
            source_error_at: None,
            dead_delivery: None,
            last_arrivals: 0,
            dead_check: None,
            dead_sync: None,
            rejected: BTreeSet::new(),
            already_there: BTreeSet::new(),
            stop_after: None,
        }
    }
}

impl World {
    /// Runs it, and checks what holds for every run.
    pub(super) async fn run(&self) -> Ran {
        let seen = Arc::new(Seen::default());
        let started = Instant::now();
        let mut summary = Summary::default();
        let result = self.start(&seen, &mut summary).await;
        let took = started.elapsed();
        let delivered: Vec<u64> = seen.deliveries.lock().unwrap().concat();
        assert_eq!(summary.delivered, delivered.len() as u64, "only what arrived counts as delivered");
        assert_eq!(summary.delivered, seen.reported.load(Ordering::Relaxed));
        assert_eq!(delivered.iter().collect::<BTreeSet<_>>().len(), delivered.len(), "nothing arrives twice");
        let sum = summary.delivered + summary.already_there + summary.stopped + summary.undelivered;
        assert_eq!(summary.selected, sum + summary.failures.len() as u64, "{summary:?}");
        assert_eq!(summary.selected, seen.answered.load(Ordering::Relaxed), "what was begun is finished");
        assert_eq!(seen.answered.load(Ordering::Relaxed), seen.checked.load(Ordering::Relaxed));
        assert_eq!(*seen.finished.lock().unwrap(), [summary.complete]);
        Ran { summary, result, took, seen }
    }

    /// Runs it without checking.
    pub(super) async fn start(&self, seen: &Arc<Seen>, summary: &mut Summary) -> Result<(), Error> {
        let job = Job {
            source: &Numbers(self, seen.clone()),
            sink: &mut Shelf(self, seen.clone(), 0),
            journal: &Notes(self, seen.clone()),
            reporter: &mut Eye(seen.clone()),
            summary,
            concurrency: self.concurrency,
            limit: self.limit,
        };
        let stop = async {
            match self.stop_after {
                Some(wait) => sleep(wait).await,
                None => pending().await,
            }
        };
        run(job, |task| self.annotate(task, seen.clone()), stop).await
    }

    async fn annotate(&self, task: Task, seen: Arc<Seen>) -> Outcome {
        let in_work = seen.in_work.fetch_add(1, Ordering::Relaxed) + 1;
        seen.most_in_work.fetch_max(in_work, Ordering::Relaxed);
        sleep(self.answer).await;
        seen.in_work.fetch_sub(1, Ordering::Relaxed);
        seen.answered.fetch_add(1, Ordering::Relaxed);
        (self.instead)(number(task.id)).unwrap_or_else(|| labeled(task))
    }
}

/// Returns an outcome that ends the run, before which something was paid.
pub(super) fn fatal(what: &str) -> Outcome {
    let usage = Usage { requests: 1, ..Usage::default() };
    Outcome::Fatal { error: error(what), usage, cost: None }
}

/// Returns the error a test asks for, so that it can be told from others.
pub(super) fn error(what: &str) -> Error {
    Error::Io(what.to_owned())
}

pub(super) fn failed(number: u64) -> Outcome {
    let failure = Failure {
        task: TaskId::Row(number),
        kind: FailureKind::Unusable,
        reason: "no label in it".to_owned(),
    };
    Outcome::Failed { failure, usage: Usage { requests: 1, ..Usage::default() }, cost: Some(0.5) }
}

/// Returns a whole prediction, or for every tenth task a partial one.
pub(super) fn labeled(task: Task) -> Outcome {
    let unfilled = match number(task.id) % 10 {
        0 => vec![Unfilled { control: "stars".to_owned(), reason: "not in the answer".to_owned() }],
        _ => Vec::new(),
    };
    let region = Region {
        id: "al0000000000000000".to_owned(),
        from_name: "mood".to_owned(),
        to_name: "text".to_owned(),
        kind: "choices".to_owned(),
        value: json!({"choices": ["yes"]}),
        score: None,
        extra: Map::new(),
    };
    let prediction = Prediction { result: vec![region], score: None, model_version: "m".to_owned() };
    let usage = Usage { requests: 1, ..Usage::default() };
    Outcome::Labeled { labeled: Labeled { task, prediction, unfilled }, usage, cost: None, reused: false }
}

pub(super) fn task(number: u64) -> Task {
    let id = TaskId::Row(number);
    Task { id, data: Map::new(), annotations: Vec::new(), predictions: Vec::new() }
}

fn number(id: TaskId) -> u64 {
    match id {
        TaskId::Id(number) | TaskId::Row(number) => number,
    }
}

impl Source for Numbers<'_> {
    fn tasks(&self) -> BoxStream<'_, Result<Task, Error>> {
        let Self(world, seen) = self;
        stream::iter(1..=world.tasks)
            .map(move |number| {
                if world.source_error_at == Some(number) {
                    return Err(error("source"));
                }
                seen.pulled.fetch_add(1, Ordering::Relaxed);
                Ok(task(number))
            })
            .boxed()
    }
}

impl Sink for Shelf<'_> {
    fn batch(&self) -> Batch {
        self.0.batch
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Labeled]) -> BoxFuture<'a, Result<Delivered, BrokenOff>> {
        Box::pin(async move {
            let Self(world, seen, deliveries) = self;
            assert!(!batch.is_empty() && batch.len() <= world.batch.most);
            match world.delivery {
                Some(duration) => sleep(duration).await,
                None => pending().await,
            }
            *deliveries += 1;
            let numbers = batch.iter().map(|labeled| number(labeled.task.id));
            if world.dead_delivery == Some(*deliveries) {
                let arrived: Vec<u64> = numbers.take(world.last_arrivals).collect();
                seen.deliveries.lock().unwrap().push(arrived);
                return Err(BrokenOff { arrived: (0..world.last_arrivals).collect(), error: error("sink") });
            }
            let mut refused = world.rejected.clone();
            let (mut delivered, mut taken) = (Delivered::default(), Vec::new());
            for (place, number) in numbers.enumerate() {
                if refused.remove(&number) {
                    delivered.rejected.push((place, "refused".to_owned()));
                } else if world.already_there.contains(&number) {
                    delivered.already_there.push(place);
                } else {
                    taken.push(number);
                }
            }
            seen.deliveries.lock().unwrap().push(taken);
            Ok(delivered)
        })
    }

    fn finish(&mut self, complete: bool) -> BoxFuture<'_, Result<(), Error>> {
        self.1.finished.lock().unwrap().push(complete);
        Box::pin(async { Ok(()) })
    }
}

impl Journal for Notes<'_> {
    fn check(&self) -> Result<(), Error> {
        let checked = self.1.checked.fetch_add(1, Ordering::Relaxed) + 1;
        if self.0.dead_check == Some(checked) { Err(Error::Journal("journal".to_owned())) } else { Ok(()) }
    }

    fn sync(&self) -> BoxFuture<'_, Result<(), Error>> {
        let synced = self.1.synced.fetch_add(1, Ordering::Relaxed) + 1;
        let result = if self.0.dead_sync == Some(synced) { Err(error("disk")) } else { Ok(()) };
        Box::pin(async { result })
    }
}

impl Reporter for Eye {
    fn report(&mut self, event: &Event<'_>) {
        match event {
            Event::Delivered(count) => drop(self.0.reported.fetch_add(*count, Ordering::Relaxed)),
            Event::Stopping(under_way) => self.0.stopping.lock().unwrap().push(*under_way),
            Event::Labeled { .. } | Event::Unchanged(_) | Event::Failed { .. } => {}
        }
    }

    fn finish(&mut self) {}
}
