//! Runs that go well: how much is under way at once, and when deliveries start.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::world::{Seen, World, labeled, task};
use crate::engine::event::Summary;
use crate::engine::ports::{Batch, Outcome};
use crate::label::task::TaskId;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn every_task_is_delivered_once() {
    let ran = World::default().run().await;
    ran.result.unwrap();
    assert_eq!((ran.summary.selected, ran.summary.delivered, ran.summary.complete), (100, 100, true));
    assert_eq!((ran.summary.partial, ran.summary.unfilled["stars"]), (10, 10));
    assert_eq!((ran.summary.usage.requests, ran.summary.cost), (100, None));
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_allowed_number_is_in_work_and_no_fewer() {
    for (concurrency, rounds) in [(1, 100), (3, 34), (10, 10), (64, 2)] {
        let ran = World { concurrency, ..World::default() }.run().await;
        assert_eq!(ran.seen.most_in_work.load(Ordering::Relaxed), concurrency as u64);
        assert_eq!(ran.took, rounds * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_concurrency_of_zero_means_one() {
    let ran = World { concurrency: 0, tasks: 3, ..World::default() }.run().await;
    assert_eq!((ran.summary.delivered, ran.took), (3, 3 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_source_without_tasks_is_a_complete_run_without_deliveries() {
    let ran = World { tasks: 0, ..World::default() }.run().await;
    assert!(ran.result.is_ok() && ran.summary.complete);
    assert!(ran.seen.deliveries.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn answers_in_flight_go_on_while_the_sink_works() {
    // Chained, each delivery would hold up the answers: 20 s.
    let ran = World { delivery: Some(SECOND), ..World::default() }.run().await;
    assert_eq!((ran.summary.delivered, ran.took), (100, 11 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_starts_when_a_batch_is_full_and_takes_no_more_than_allowed() {
    let batch = Batch { size: 4, wait: Duration::from_secs(3600), most: 6 };
    let ran = World { concurrency: 1, tasks: 9, batch, ..World::default() }.run().await;
    assert_eq!(*ran.seen.deliveries.lock().unwrap(), [vec![1, 2, 3, 4], vec![5, 6, 7, 8], vec![9]]);

    // While the first is delivered, eight more come in; then six at most go at once.
    let delivery = Some(20 * SECOND);
    let ran = World { concurrency: 1, tasks: 14, batch, delivery, ..World::default() }.run().await;
    let sizes: Vec<_> = ran.seen.deliveries.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [4, 6, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_starts_when_the_oldest_has_waited_long_enough() {
    let batch = Batch { size: 1000, wait: 5 * SECOND, most: 1000 };
    let ran = World { concurrency: 1, tasks: 13, batch, ..World::default() }.run().await;
    // Answers come each second; the first waits from second 1 to second 6.
    let sizes: Vec<_> = ran.seen.deliveries.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!((sizes, ran.took), (vec![6, 6, 1], 13 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_zero_delivers_at_once() {
    let batch = Batch { size: 1000, wait: Duration::ZERO, most: 1000 };
    let ran = World { concurrency: 1, tasks: 3, batch, ..World::default() }.run().await;
    assert_eq!(*ran.seen.deliveries.lock().unwrap(), [[1], [2], [3]]);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_ever_is_delivered_at_the_end() {
    let batch = Batch { size: 1000, wait: Duration::MAX, most: 30 };
    let ran = World { batch, ..World::default() }.run().await;
    let sizes: Vec<_> = ran.seen.deliveries.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [30, 30, 30, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_sink_does_not_fill_the_memory() {
    let seen = Arc::new(Seen::default());
    let world = World { tasks: 100_000, delivery: None, ..World::default() };
    let mut summary = Summary::default();
    let run = world.start(&seen, &mut summary);
    assert!(timeout(Duration::from_secs(1_000_000), run).await.is_err());
    // One batch is being delivered and two wait; ten outcomes are in the channel and ten tasks keep their places.
    assert_eq!(seen.pulled.load(Ordering::Relaxed), 10 + 2 * 10 + 10 + 10);
    assert_eq!(seen.checked.load(Ordering::Relaxed), 10 + 2 * 10);
}

#[tokio::test(start_paused = true)]
async fn a_large_source_is_never_held_as_a_whole() {
    let seen = Arc::new(Seen::default());
    let world =
        World { tasks: 100_000, concurrency: 64, answer: Duration::from_millis(200), ..World::default() };
    let watch = async {
        let mut most = 0;
        loop {
            sleep(Duration::from_millis(100)).await;
            let delivered: usize = seen.deliveries.lock().unwrap().iter().map(Vec::len).sum();
            most = most.max(seen.pulled.load(Ordering::Relaxed) - delivered as u64);
            if delivered == 100_000 {
                return most;
            }
        }
    };
    let mut summary = Summary::default();
    let (result, most) = futures::join!(world.start(&seen, &mut summary), watch);
    result.unwrap();
    assert_eq!(summary.delivered, 100_000);
    assert!(most <= 64 + 64 + 3 * 10, "{most} tasks were held at once");
}

#[tokio::test(start_paused = true)]
async fn what_is_there_already_is_counted_and_not_delivered() {
    let instead = |number| (number <= 40).then_some(Outcome::Unchanged(TaskId::Row(number)));
    let ran = World { instead, ..World::default() }.run().await;
    assert_eq!((ran.summary.already_there, ran.summary.delivered, ran.summary.complete), (40, 60, true));
}

#[tokio::test(start_paused = true)]
async fn what_the_sink_has_already_is_no_part_of_what_arrived() {
    // Every tenth prediction is partial, and those of 5 and 15 are empty.
    let instead = |number| match (number, labeled(task(number))) {
        (5 | 15, Outcome::Labeled { mut labeled, usage, cost, reused }) => {
            labeled.prediction.result.clear();
            Some(Outcome::Labeled { labeled, usage, cost, reused })
        }
        _ => None,
    };
    let check = async |already_there: &[u64], rejected: &[u64], expect: [u64; 4]| {
        let (already_there, rejected) = (already_there.iter().copied(), rejected.iter().copied());
        let (already_there, rejected) = (already_there.collect(), rejected.collect());
        let world = World { instead, rejected, already_there, ..World::default() };
        let Summary { delivered, already_there, partial, blank, .. } = world.run().await.summary;
        assert_eq!([delivered, already_there, partial, blank], expect);
    };
    check(&[], &[], [100, 0, 10, 2]).await;
    check(&[3, 10, 20, 15], &[], [96, 4, 8, 1]).await;
    check(&[10, 15], &[5, 20, 21], [95, 2, 8, 0]).await;
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_brought_to_the_disk_every_five_seconds_and_at_the_end() {
    // Also while nothing can be delivered and nothing more is taken in.
    let ran = World { delivery: Some(4 * SECOND), ..World::default() }.run().await;
    assert_eq!((ran.took, ran.seen.synced.load(Ordering::Relaxed)), (41 * SECOND, 8 + 1));
    let ran = World { tasks: 0, ..World::default() }.run().await;
    assert_eq!(ran.seen.synced.load(Ordering::Relaxed), 1);
}
