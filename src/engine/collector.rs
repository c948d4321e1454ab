//! The collecting side of a run: the only writer of sink and reporter.

use std::collections::{HashSet, VecDeque};
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::event::{Event, Reporter, Summary};
use super::ports::{Batch, BrokenOff, Delivered, Error, Failure, FailureKind, Journal, Outcome, Sink};
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

/// What only the collecting side writes to.
pub(super) struct Desk<'a> {
    pub(super) journal: &'a dyn Journal,
    pub(super) reporter: &'a mut dyn Reporter,
    pub(super) summary: &'a mut Summary,
}

/// Reports, batches and counts.
pub(super) struct Collector<'a> {
    desk: Desk<'a>,
    /// How many tasks came from the source, counted by the pulling side.
    selected: &'a AtomicU64,
    /// Ends the pulling; gone once used.
    halt: Option<oneshot::Sender<()>>,
    batch: Batch,
    waiting: VecDeque<Waiting>,
    /// Whether the sink failed: nothing can be delivered any more.
    sink_failed: bool,
    error: Option<Error>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        desk: Desk<'a>,
        selected: &'a AtomicU64,
        halt: oneshot::Sender<()>,
        batch: Batch,
    ) -> Self {
        Self {
            desk,
            selected,
            halt: Some(halt),
            batch: Batch { size: batch.size.max(1), most: batch.most.max(1), ..batch },
            waiting: VecDeque::new(),
            sink_failed: false,
            error: None,
        }
    }

    /// Takes in everything until the pulling side has ended, and delivers all of it; returns the first error.
    pub(super) async fn collect(mut self, sink: &mut dyn Sink, mut inbox: Inbox) -> Option<Error> {
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
        self.error.take()
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
            Err(BrokenOff { arrived, error }) => {
                self.count_arrived(arrived.iter().filter_map(|place| batch.get(*place)));
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
                if let Err(error) = self.desk.journal.check() {
                    self.fail(error);
                }
                self.count_outcome(outcome);
            }
            Heard::Message(Err(error)) => self.fail(error),
            Heard::Stopping(under_way) => self.desk.reporter.report(&Event::Stopping(under_way)),
            Heard::End => {}
        }
    }

    fn count_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Labeled { labeled, usage, cost, reused } => {
                self.count_cost(usage, cost);
                self.desk.summary.reused += u64::from(reused);
                self.desk.summary.scored += u64::from(labeled.prediction.score.is_some());
                let (task, unfilled) = (labeled.task.id, &labeled.unfilled);
                self.desk.summary.leave_out(task, unfilled);
                self.desk.reporter.report(&Event::Labeled { task, unfilled, usage, cost, reused });
                self.desk.summary.undelivered += 1;
                if !self.sink_failed {
                    self.waiting.push_back(Waiting { since: Instant::now(), labeled });
                }
            }
            Outcome::Unchanged(task) => {
                self.desk.summary.already_there += 1;
                self.desk.reporter.report(&Event::Unchanged(task));
            }
            Outcome::Failed { failure, usage, cost } => {
                self.count_cost(usage, cost);
                self.desk.reporter.report(&Event::Failed { failure: &failure, usage, cost });
                self.desk.summary.failures.push(failure);
            }
            Outcome::Refrained(failure) => {
                let (usage, cost) = (Usage::default(), None);
                self.desk.reporter.report(&Event::Failed { failure: &failure, usage, cost });
                self.desk.summary.failures.push(failure);
            }
            Outcome::Stopped { usage, cost } => self.count_cost(usage, cost),
            Outcome::Fatal { error, usage, cost } => {
                self.count_cost(usage, cost);
                self.fail(error);
            }
        }
    }

    fn count_cost(&mut self, usage: Usage, cost: Option<f64>) {
        self.desk.summary.usage += usage;
        if let Some(cost) = cost {
            *self.desk.summary.cost.get_or_insert(0.0) += cost;
        }
    }

    fn count_delivery(&mut self, batch: &[Labeled], Delivered { rejected, already_there }: Delivered) {
        self.desk.summary.undelivered -= (rejected.len() + already_there.len()) as u64;
        self.desk.summary.already_there += already_there.len() as u64;
        let others: HashSet<usize> = rejected.iter().map(|(place, _)| *place).chain(already_there).collect();
        for (place, reason) in rejected {
            let Some(Labeled { task, .. }) = batch.get(place) else { continue };
            let failure = Failure { task: task.id, kind: FailureKind::Undeliverable, reason };
            let (usage, cost) = (Usage::default(), None);
            self.desk.reporter.report(&Event::Failed { failure: &failure, usage, cost });
            self.desk.summary.failures.push(failure);
        }
        let arrived = batch.iter().enumerate().filter(|(place, _)| !others.contains(place));
        self.count_arrived(arrived.map(|(_, labeled)| labeled));
    }

    fn count_arrived<'b>(&mut self, arrived: impl Iterator<Item = &'b Labeled>) {
        let mut count = 0;
        for Labeled { prediction, unfilled, .. } in arrived {
            count += 1;
            self.desk.summary.partial += u64::from(!unfilled.is_empty());
            self.desk.summary.blank += u64::from(prediction.result.is_empty());
        }
        self.desk.summary.undelivered -= count;
        self.desk.summary.delivered += count;
        self.desk.reporter.report(&Event::Delivered(count));
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

impl Drop for Collector<'_> {
    /// Counts what is still under way, so that the numbers hold also for a run that is dropped in the middle.
    fn drop(&mut self) {
        let summary = &mut *self.desk.summary;
        summary.selected = self.selected.load(Ordering::Relaxed);
        let counted =
            summary.delivered + summary.already_there + summary.undelivered + summary.failures.len() as u64;
        summary.stopped = summary.selected.saturating_sub(counted);
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
