//! Runs that end early or lose something: what is finished, what is counted, which error is returned.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use super::world::{Ran, Seen, World, failed, fatal, labeled, task};
use crate::engine::event::Summary;
use crate::engine::ports::{Batch, FailureKind, Outcome};
use crate::label::prediction::Usage;
use crate::label::task::TaskId;

/// Runs a world that ends with the named error after this many tasks, of which this many were delivered.
async fn check(world: World, expect: (&str, u64, u64)) -> Ran {
    let ran = world.run().await;
    let named = ran.result.as_ref().unwrap_err().to_string();
    assert_eq!((named.as_str(), ran.summary.selected, ran.summary.delivered), expect, "{:?}", ran.summary);
    assert!(!ran.summary.complete);
    ran
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_stop_ends_the_pulling_and_delivers_what_is_in_work() {
    let stop_after = Some(Duration::from_millis(2500));
    let ran = World { stop_after, ..World::default() }.run().await;
    ran.result.unwrap();
    assert_eq!((ran.summary.delivered, ran.summary.complete), (30, false));
    assert_eq!(*ran.seen.stopping.lock().unwrap(), [10]);
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_stop_before_the_start_pulls_nothing() {
    let ran = World { stop_after: Some(Duration::ZERO), ..World::default() }.run().await;
    assert_eq!((ran.summary.selected, ran.summary.complete), (0, false));
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_stop_after_the_last_task_was_pulled_changes_nothing() {
    let stop_after = Some(Duration::from_millis(9500));
    let ran = World { stop_after, ..World::default() }.run().await;
    assert_eq!((ran.summary.delivered, ran.summary.complete), (100, true));
    assert_eq!(*ran.seen.stopping.lock().unwrap(), [10]);
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_stop_is_told_while_the_sink_hangs() {
    let seen = Arc::new(Seen::default());
    let world = World { delivery: None, stop_after: Some(Duration::from_secs(100)), ..World::default() };
    let mut summary = Summary::default();
    assert!(timeout(Duration::from_secs(101), world.start(&seen, &mut summary)).await.is_err());
    assert_eq!(*seen.stopping.lock().unwrap(), [10]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_has_counted_what_it_did() {
    let check = async |world: World, after: u64, expect: [u64; 4]| {
        let mut summary = Summary::default();
        let seen = Arc::default();
        let run = world.start(&seen, &mut summary);
        assert!(timeout(Duration::from_millis(after), run).await.is_err());
        let Summary { selected, delivered, undelivered, stopped, .. } = summary;
        assert_eq!([selected, delivered, undelivered, stopped], expect);
        assert!(!summary.complete);
    };
    check(World::default(), 2500, [30, 20, 0, 10]).await;
    // A whole batch is on its way, and nobody knows whether it will arrive.
    check(World { delivery: None, ..World::default() }, 1500, [20, 0, 10, 10]).await;
    let half = Batch { size: 15, ..World::default().batch };
    check(World { batch: half, ..World::default() }, 3500, [40, 20, 10, 10]).await;
}

#[tokio::test(start_paused = true)]
async fn tasks_given_up_are_counted_and_leave_the_run_incomplete() {
    let instead = |number| (90 < number).then_some(Outcome::Stopped { usage: Usage::default(), cost: None });
    let ran = World { instead, ..World::default() }.run().await;
    ran.result.unwrap();
    assert_eq!((ran.summary.delivered, ran.summary.stopped, ran.summary.complete), (90, 10, false));
}

#[tokio::test(start_paused = true)]
async fn failures_of_single_tasks_do_not_end_the_run() {
    let instead = |number| (number % 4 == 0).then(|| failed(number));
    let ran = World { instead, ..World::default() }.run().await;
    ran.result.unwrap();
    assert_eq!((ran.summary.delivered, ran.summary.failures.len(), ran.summary.complete), (75, 25, true));
    assert_eq!((ran.summary.usage.requests, ran.summary.cost), (100, Some(12.5)));
}

#[tokio::test(start_paused = true)]
async fn of_two_predictions_of_a_task_one_may_be_refused() {
    let instead = |number| (number == 2).then(|| labeled(task(1)));
    let ran = World { instead, rejected: [1].into(), ..World::default() }.run().await;
    ran.result.unwrap();
    assert_eq!((ran.summary.delivered, ran.summary.failures.len(), ran.summary.stopped), (99, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_broken_source_delivers_what_came_before() {
    check(World { source_error_at: Some(43), ..World::default() }, ("source", 42, 42)).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_pulled_after_a_fatal_outcome_and_the_rest_is_delivered() {
    let instead = |number| (number == 25).then(|| fatal("key refused"));
    let ran = check(World { instead, ..World::default() }, ("key refused", 30, 29)).await;
    assert_eq!(ran.summary.stopped, 1);
}

#[tokio::test(start_paused = true)]
async fn a_dead_sink_ends_the_run_and_nothing_counts_as_delivered_that_was_not() {
    let world = World { dead_delivery: Some(3), ..World::default() };
    let ran = check(world, ("sink", 40, 20)).await;
    assert_eq!(ran.summary.undelivered, 20);
}

#[tokio::test(start_paused = true)]
async fn what_arrived_before_the_sink_died_counts_as_delivered() {
    let world = World { dead_delivery: Some(3), last_arrivals: 10, ..World::default() };
    let ran = check(world, ("sink", 40, 30)).await;
    assert_eq!((ran.summary.undelivered, ran.summary.partial), (10, 3));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_dies_slowly_loses_no_record() {
    let world =
        World { dead_delivery: Some(1), delivery: Some(Duration::from_secs(600)), ..World::default() };
    let ran = check(world, ("sink", 50, 0)).await;
    assert_eq!(ran.summary.undelivered, 50);
    assert_eq!(ran.seen.checked.load(Ordering::Relaxed), 50);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_cannot_be_written_ends_the_run_and_what_was_paid_for_is_delivered() {
    check(World { dead_check: Some(15), ..World::default() }, ("journal", 30, 30)).await;
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_cannot_be_brought_to_the_disk_at_the_end_is_an_error() {
    let instead = |number| (number == 30).then(|| Outcome::Stopped { usage: Usage::default(), cost: None });
    let ran = World { tasks: 30, dead_sync: Some(1), instead, ..World::default() }.run().await;
    assert_eq!(ran.result.unwrap_err().to_string(), "disk");
    assert_eq!(ran.summary.delivered, 29);
}

#[tokio::test(start_paused = true)]
async fn the_first_of_several_errors_is_returned() {
    let instead = |number| (20 < number).then(|| fatal("provider"));
    let world = World { instead, dead_delivery: Some(2), dead_check: Some(25), ..World::default() };
    let ran = world.run().await;
    assert_eq!(ran.result.unwrap_err().to_string(), "sink");
}

#[tokio::test(start_paused = true)]
async fn refused_predictions_are_failures_with_the_reason() {
    let rejected = BTreeSet::from([10, 11, 100]);
    let ran = World { rejected, ..World::default() }.run().await;
    ran.result.unwrap();
    assert_eq!((ran.summary.delivered, ran.summary.partial, ran.summary.complete), (97, 8, true));
    let failures = &ran.summary.failures;
    assert_eq!(
        failures.iter().map(|failure| failure.task).collect::<Vec<_>>(),
        [10, 11, 100].map(TaskId::Row)
    );
    assert!(failures.iter().all(|failure| failure.kind == FailureKind::Undeliverable));
    assert_eq!(failures[0].reason, "refused");
}

#[tokio::test(start_paused = true)]
async fn a_limit_counts_the_tasks_that_need_work() {
    let check = async |limit, instead: fn(u64) -> Option<Outcome>, expect: [u64; 3]| {
        let ran = World { limit: Some(limit), instead, ..World::default() }.run().await;
        ran.result.unwrap();
        let Summary { selected, delivered, already_there, complete, .. } = ran.summary;
        assert_eq!([selected, delivered, already_there], expect);
        assert!(complete, "what was asked for was done");
    };
    check(7, |_| None, [7, 7, 0]).await;
    check(7, |number| (number <= 50).then_some(Outcome::Unchanged(TaskId::Id(number))), [57, 7, 50]).await;
    let refrained = |number| match failed(number) {
        Outcome::Failed { failure, .. } if number % 2 == 0 => Some(Outcome::Refrained(failure)),
        _ => None,
    };
    check(20, refrained, [39, 20, 0]).await;
    check(100, |number| Some(Outcome::Unchanged(TaskId::Id(number))), [100, 0, 100]).await;
    check(0, |_| None, [0, 0, 0]).await;
}
