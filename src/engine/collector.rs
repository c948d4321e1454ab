//! The collecting side of a run: the only writer of sink and reporter.

use std::collections::{HashSet, VecDeque};
use std::future::pending;

use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::event::{Event, Reporter, Summary};
use super::ports::{Batch, Delivered, Error, Failure, FailureKind, Journal, Outcome, Sink};
use crate::label::prediction::{Labeled, Usage};

/// What the pulling side hands over: what became of a task, or the error that ended the source.
pub(super) type Message = Result<Outcome, Error>;

/// Everything the pulling side tells.
#[derive(Debug)]
pub(super) struct Inbox {
    messages: mpsc::Receiver<Message>,
    stopping: oneshot::Receiver<u64>,
    /// Whether no more messages can come.
    ended: bool,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once and never stored")]
enum Heard {
    Message(Message),
    /// Stopping was asked for while this many tasks were under way.
    Stopping(u64),
    End,
}

/// A prediction that waits for its delivery.
#[derive(Debug)]
struct Waiting {
    since: Instant,
    labeled: Labeled,
}

/// Reports, batches and counts.
pub(super) struct Collector<'a> {
    journal: &'a dyn Journal,
    reporter: &'a mut dyn Reporter,
    /// Ends the pulling; gone once used.
    halt: Option<oneshot::Sender<()>>,
    batch: Batch,
    waiting: VecDeque<Waiting>,
    /// Whether the sink failed: nothing can be delivered any more.
    sink_failed: bool,
    summary: Summary,
    error: Option<Error>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        journal: &'a dyn Journal,
        reporter: &'a mut dyn Reporter,
        halt: oneshot::Sender<()>,
        batch: Batch,
    ) -> Self {
        Self {
            journal,
            reporter,
            halt: Some(halt),
            batch: Batch { size: batch.size.max(1), most: batch.most.max(1), ..batch },
            waiting: VecDeque::new(),
            sink_failed: false,
            summary: Summary::default(),
            error: None,
        }
    }

    /// Takes in everything until the pulling side has ended, and delivers all of it; returns the first error.
    pub(super) async fn collect(mut self, sink: &mut dyn Sink, mut inbox: Inbox) -> (Summary, Option<Error>) {
        while !inbox.ended || !self.waiting.is_empty() {
            if inbox.ended || self.is_due() {
                self.deliver(sink, &mut inbox).await;
                continue;
            }
            let oldest = self.waiting.front().map(|oldest| oldest.since);
            select! {
                biased;
                heard = inbox.hear(usize::MAX) => self.take_in(heard),
                () = until_waited(oldest, self.batch) => {}
            }
        }
        (self.summary, self.error)
    }

    /// Makes one delivery, and goes on receiving meanwhile unless two more batches wait already.
    async fn deliver(&mut self, sink: &mut dyn Sink, inbox: &mut Inbox) {
        let most = self.batch.most.min(self.waiting.len());
        let batch: Vec<Labeled> = self.waiting.drain(..most).map(|waiting| waiting.labeled).collect();
        let result = {
            let mut delivery = sink.deliver(&batch);
            loop {
                let room = (2 * self.batch.size).saturating_sub(self.waiting.len());
                select! {
                    biased;
                    result = &mut delivery => break result,
                    heard = inbox.hear(room) => self.take_in(heard),
                }
            }
        };
        match result {
            Ok(delivered) => self.count_delivery(&batch, delivered),
            Err(error) => {
                self.summary.undelivered += (batch.len() + self.waiting.len()) as u64;
                self.waiting.clear();
                self.sink_failed = true;
                self.fail(error);
            }
        }
    }

    fn is_due(&self) -> bool {
        self.batch.size <= self.waiting.len()
            || self.waiting.front().is_some_and(|oldest| self.batch.wait <= oldest.since.elapsed())
    }

    fn take_in(&mut self, heard: Heard) {
        match heard {
            Heard::Message(Ok(outcome)) => {
                if let Err(error) = self.journal.check() {
                    self.fail(error);
                }
                self.count_outcome(outcome);
            }
            Heard::Message(Err(error)) => self.fail(error),
            Heard::Stopping(under_way) => self.reporter.report(&Event::Stopping(under_way)),
            Heard::End => {}
        }
    }

    fn count_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Labeled { labeled, usage, cost } => {
                self.count_cost(usage, cost);
                for unfilled in &labeled.unfilled {
                    *self.summary.unfilled.entry(unfilled.control.clone()).or_insert(0) += 1;
                }
                let (task, unfilled) = (labeled.task.id, &labeled.unfilled);
                self.reporter.report(&Event::Labeled { task, unfilled, usage, cost });
                if self.sink_failed {
                    self.summary.undelivered += 1;
                } else {
                    self.waiting.push_back(Waiting { since: Instant::now(), labeled });
                }
            }
            Outcome::Unchanged(task) => {
                self.summary.already_there += 1;
                self.reporter.report(&Event::Unchanged(task));
            }
            Outcome::Failed { failure, usage, cost } => {
                self.count_cost(usage, cost);
                self.reporter.report(&Event::Failed { failure: &failure, usage, cost });
                self.summary.failures.push(failure);
            }
            Outcome::Stopped => self.summary.stopped += 1,
            Outcome::Fatal(error) => {
                self.summary.stopped += 1;
                self.fail(error);
            }
        }
    }

    fn count_cost(&mut self, usage: Usage, cost: Option<f64>) {
        self.summary.usage += usage;
        if let Some(cost) = cost {
            *self.summary.cost.get_or_insert(0.0) += cost;
        }
    }

    fn count_delivery(&mut self, batch: &[Labeled], delivered: Delivered) {
        let rejected: HashSet<_> = delivered.rejected.iter().map(|(task, _)| *task).collect();
        let taken = batch.iter().filter(|labeled| !rejected.contains(&labeled.task.id));
        let partial = taken.clone().filter(|labeled| !labeled.unfilled.is_empty()).count() as u64;
        let taken = taken.count() as u64;
        let already_there = delivered.already_there.min(taken);
        let arrived = taken - already_there;

        self.summary.already_there += already_there;
        self.summary.delivered += arrived;
        self.summary.partial += partial.min(arrived);
        for (task, reason) in delivered.rejected {
            let failure = Failure { task, kind: FailureKind::Undeliverable, reason };
            self.reporter.report(&Event::Failed { failure: &failure, usage: Usage::default(), cost: None });
            self.summary.failures.push(failure);
        }
        self.reporter.report(&Event::Delivered(arrived));
    }

    /// Remembers the first error and ends the pulling.
    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
        if let Some(halt) = self.halt.take() {
            // Nobody listens when the pulling side has ended already.
            halt.send(()).ok();
        }
    }
}

impl Inbox {
    pub(super) fn new(messages: mpsc::Receiver<Message>, stopping: oneshot::Receiver<u64>) -> Self {
        Self { messages, stopping, ended: false }
    }

    /// Waits for the next thing told; without `room`, only for the wish to stop. Loses nothing when dropped.
    async fn hear(&mut self, room: usize) -> Heard {
        select! {
            biased;
            Ok(under_way) = &mut self.stopping, if !self.stopping.is_terminated() => Heard::Stopping(under_way),
            message = self.messages.recv(), if 0 < room && !self.ended => {
                self.ended = message.is_none();
                message.map_or(Heard::End, Heard::Message)
            }
            else => pending().await,
        }
    }
}

/// Completes when the oldest waiting prediction has waited long enough; never, if none waits.
async fn until_waited(oldest: Option<Instant>, batch: Batch) {
    match oldest {
        Some(since) => sleep(batch.wait.saturating_sub(since.elapsed())).await,
        None => pending().await,
    }
}
