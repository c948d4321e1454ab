//! What a bar and lines both show: the events of a run, added up.

use super::text::{plural, thousands};
use crate::engine::event::Event;
use crate::engine::ports::FailureKind;
use crate::label::prediction::Usage;
use crate::llm::price::money;

/// The run so far.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Tasks that were answered, failed or needed nothing.
    pub(super) done: u64,
    failed: u64,
    /// Tasks whose answer was there already.
    reused: u64,
    tokens: u64,
    cost: Option<f64>,
}

impl Tally {
    /// Adds one event; returns what to say at once, if anything.
    pub(super) fn add(&mut self, event: &Event<'_>) -> Option<String> {
        match event {
            Event::Labeled { usage, cost, reused, .. } => {
                self.done += 1;
                self.reused += u64::from(*reused);
                self.add_cost(*usage, *cost);
            }
            Event::Failed { failure, usage, cost } => {
                // One that could not be delivered was counted when it was answered.
                self.done += u64::from(failure.kind != FailureKind::Undeliverable);
                self.failed += 1;
                self.add_cost(*usage, *cost);
            }
            Event::Unchanged(_) => self.done += 1,
            Event::Delivered(_) => {}
            Event::Stopping(under_way) => {
                // How to end at once was said when the signal came.
                return Some(format!(
                    "ending with {} under way: what was sent is finished and delivered",
                    plural(*under_way, "task")
                ));
            }
        }
        None
    }

    /// Returns what there is to say beside how many are done.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if 0 < self.reused {
            notes.push(format!("{} reused", thousands(self.reused)));
        }
        if 0 < self.failed {
            notes.push(format!("{} failed", thousands(self.failed)));
        }
        if 0 < self.tokens {
            notes.push(plural(self.tokens, "token"));
        }
        notes.extend(self.cost.map(money));
        notes
    }

    fn add_cost(&mut self, usage: Usage, cost: Option<f64>) {
        self.tokens += usage.prompt_tokens + usage.completion_tokens;
        if let Some(cost) = cost {
            *self.cost.get_or_insert(0.0) += cost;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::engine::ports::Failure;
    use crate::label::task::TaskId;

    pub(in crate::progress) fn labeled(tokens: u64, cost: Option<f64>) -> Event<'static> {
        let usage = Usage { requests: 1, prompt_tokens: tokens, completion_tokens: 1, ..Usage::default() };
        Event::Labeled { task: TaskId::Row(1), unfilled: &[], usage, cost, reused: false }
    }

    #[test]
    fn every_task_is_done_once_and_what_it_cost_is_added() {
        let mut tally = Tally::default();
        let failure = |kind| Failure { task: TaskId::Row(2), kind, reason: String::new() };
        let (unusable, undeliverable) = (failure(FailureKind::Unusable), failure(FailureKind::Undeliverable));
        let failed = |failure| Event::Failed { failure, usage: Usage::default(), cost: Some(0.5) };
        let reused = Event::Labeled {
            task: TaskId::Row(4),
            unfilled: &[],
            usage: Usage::default(),
            cost: None,
            reused: true,
        };
        for event in [
            labeled(999, Some(1.0)),
            reused,
            labeled(1, None),
            failed(&unusable),
            failed(&undeliverable),
            Event::Unchanged(TaskId::Row(3)),
            Event::Delivered(1),
        ] {
            assert_eq!(tally.add(&event), None);
        }
        assert_eq!(
            (tally.done, tally.notes().join(", ").as_str()),
            (5, "1 reused, 2 failed, 1,002 tokens, $2.00")
        );
        let stopping = "ending with 1 task under way: what was sent is finished and delivered";
        assert_eq!(tally.add(&Event::Stopping(1)).as_deref(), Some(stopping));
    }
}
