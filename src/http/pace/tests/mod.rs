//! The gate on a paused clock.

mod together;
mod told;

use std::sync::Arc;

use futures::future::join_all;
use tokio::time::sleep;

use super::*;
use crate::http::stop;

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn requests(rpm: u32) -> Arc<Pace> {
    Arc::new(Pace::new(&Limits { rpm: Some(rpm), ..Limits::default() }))
}

fn tokens(tpm: u64) -> Arc<Pace> {
    Arc::new(Pace::new(&Limits { tpm: Some(tpm), ..Limits::default() }))
}

async fn admit(pace: &Pace, tokens: u64) -> Pass<'_> {
    pace.admit(tokens, Duration::MAX, &Stop::never()).await.unwrap()
}

/// Returns when each of these attempts, which come at once, was admitted, in the order they came.
async fn admissions(pace: &Arc<Pace>, weights: &[u64]) -> Vec<Duration> {
    let start = Instant::now();
    let attempts = weights.iter().map(|tokens| {
        let (pace, tokens) = (Arc::clone(pace), *tokens);
        tokio::spawn(async move {
            drop(admit(&pace, tokens).await);
            start.elapsed()
        })
    });
    join_all(attempts.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect()
}

/// Returns the most that was admitted in any minute.
fn most(times: &[Duration], weights: &[u64]) -> u64 {
    let (mut first, mut sum, mut most) = (0, 0, 0);
    for (time, weight) in times.iter().zip(weights) {
        sum += weight;
        while times[first] + MINUTE <= *time {
            sum -= weights[first];
            first += 1;
        }
        most = most.max(sum);
    }
    most
}

/// Admits these, all of which wait from the beginning; expects that no minute admits more than the limit, and that so many
/// percent of it are used.
async fn check(pace: Arc<Pace>, limit: u64, (weights, passes): (&[u64], &[u64]), percent: u64) {
    let times = admissions(&pace, passes).await;
    assert!(times.is_sorted(), "who comes first goes first");
    let most = most(&times, weights);
    assert!(most <= limit, "{limit} a minute, but {most}");
    // The last one is admitted, but the time it pays for is not over.
    let (sum, took) = (weights[..weights.len() - 1].iter().sum::<u64>(), times[times.len() - 1]);
    let possible = took.as_secs_f64() * limits::float(limit) / 60.0;
    let used = limits::float(sum) / possible * 100.0;
    assert!(limits::float(percent) <= used, "{limit} a minute: {used:.2} % used, {most} at most");
}

#[tokio::test(start_paused = true)]
async fn no_minute_admits_more_requests_than_allowed() {
    for rpm in [1, 3, 59, 60, 61, 600, 3_000] {
        let count = rpm as usize * 5 + 1;
        check(requests(rpm), rpm.into(), (&vec![1; count], &vec![0; count]), 98).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_minute_admits_more_tokens_than_allowed_however_heavy_the_requests() {
    // So many of which weight, one after the other for five minutes, and how much of the limit can be used at least.
    let mixes: [(u64, &[u64], u64); 8] = [
        (60_000, &[100], 98),
        (60_000, &[50, 20, 1_200, 90], 98),
        (60_000, &[100, 100, 100, 100, 2_600], 98),
        // Of these a minute holds no more than 13 rounds and a bit, or one.
        (60_000, &[100, 100, 100, 4_000], 93),
        (60_000, &[50_000], 80),
        (1_000, &[7, 13], 98),
        (40_000_000, &[90_000, 3_333], 98),
        (3_000_000_000, &[7_000_000, 1_000_000], 98),
    ];
    for (tpm, mix, percent) in mixes {
        let sum: u64 = mix.iter().sum();
        let rounds = usize::try_from((tpm * 5).div_ceil(sum)).unwrap();
        let weights = mix.repeat(rounds);
        check(tokens(tpm), tpm, (&weights, &weights), percent).await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_everybody_passes_at_once() {
    let times = admissions(&Arc::default(), &[1_000_000; 1_000]).await;
    assert_eq!(times, vec![Duration::ZERO; 1_000]);
}

#[tokio::test(start_paused = true)]
async fn what_weighs_nothing_is_not_held_by_tokens() {
    let times = admissions(&tokens(60), &[1_000, 0, 0]).await;
    assert_eq!(times, [Duration::ZERO; 3]);
}

#[tokio::test(start_paused = true)]
async fn of_two_pauses_the_later_end_wins_and_holds_everybody() {
    for pauses in [[2, 5], [5, 2]] {
        let pace = Arc::new(Pace::default());
        let passes = [admit(&pace, 0).await, admit(&pace, 0).await];
        for (pass, wait) in passes.iter().zip(pauses) {
            pace.refused(pass, seconds(wait));
        }
        assert_eq!(admissions(&pace, &[0; 8]).await, [seconds(5); 8]);
        assert_eq!(admissions(&pace, &[0]).await, [Duration::ZERO], "a pause holds once");
        let PaceReport { pauses, held_by_pause, .. } = pace.report();
        assert_eq!((pauses, held_by_pause), (1, seconds(5)), "two refusals at once are one pause");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_grows_while_one_waits_is_obeyed() {
    let pace = Arc::new(Pace::default());
    let refused = admit(&pace, 0).await;
    pace.refused(&refused, seconds(3));
    let waiting = tokio::spawn({
        let pace = Arc::clone(&pace);
        async move { admissions(&pace, &[0]).await }
    });
    sleep(seconds(1)).await;
    pace.refused(&refused, seconds(9));
    // The waiter came before the first second had passed.
    assert_eq!(waiting.await.unwrap(), [seconds(10)]);
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_every_wait_at_once() {
    let pace = requests(1);
    pace.refused(&admit(&pace, 0).await, seconds(3_600));
    let (stopper, stop) = stop::channel();
    let start = Instant::now();
    let admit = || async { pace.admit(0, Duration::MAX, &stop).await.map(drop) };
    let waits = join_all((0..4).map(|_| admit()));
    let (admitted, ()) = tokio::join!(waits, async { stopper.stop() });
    assert_eq!((admitted, start.elapsed()), (vec![Err(Turned::Stopped); 4], Duration::ZERO));
    assert_eq!(admit().await, Err(Turned::Stopped), "and nobody passes afterwards");
}

#[tokio::test(start_paused = true)]
async fn processes_that_share_an_allowance_take_equal_parts_and_no_change_is_a_burst() {
    let pace = requests(600);
    let paces = Arc::clone(&pace);
    let sharing = tokio::spawn(async move {
        for (after, share) in [(60, 3), (120, 1), (60, 2), (0, 1), (0, 2)] {
            sleep(seconds(after)).await;
            paces.set_share(share);
        }
    });
    let times = admissions(&pace, &vec![0; 2_400]).await;
    sharing.await.unwrap();
    let between =
        |from, to| times.iter().filter(|time| seconds(from) <= **time && **time < seconds(to)).count();
    let check = |from, to, expect: std::ops::RangeInclusive<usize>| {
        let found = between(from, to);
        assert!(expect.contains(&found), "{found} from {from} to {to} s");
    };
    check(0, 60, 590..=600);
    check(60, 120, 196..=202);
    check(120, 180, 196..=200);
    check(180, 240, 590..=600);
    check(240, 300, 295..=302);
    for second in 0..300 {
        check(second, second + 1, 0..=16);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_used_beyond_the_reservation_is_paid_before_the_next_admission() {
    let check = |used: Option<u64>, expect: u64| async move {
        let pace = tokens(6_000);
        let mut pass = admit(&pace, 100).await;
        if let Some(used) = used {
            pass.use_tokens(used);
        }
        drop(pass);
        let waited = admissions(&pace, &[1]).await[0];
        assert_eq!(waited.as_millis(), u128::from(expect), "{used:?} of 100");
    };
    check(None, 1_000).await;
    check(Some(100), 1_000).await;
    check(Some(50), 500).await;
    check(Some(0), 0).await;
    check(Some(2_000), 20_000).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_given_back_and_what_is_unknown_is_not() {
    let pace = Pace::new(&Limits { rpm: Some(1), tpm: Some(60), concurrency: None });
    let start = Instant::now();
    for _ in 0..3 {
        admit(&pace, 60).await.unsent();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    drop(admit(&pace, 60).await);
    drop(admit(&pace, 60).await);
    assert!(MINUTE <= start.elapsed(), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_when_another_attempt_has_ended() {
    let pace = Pace::new(&Limits { concurrency: Some(2), ..Limits::default() });
    let (first, second) = (admit(&pace, 0).await, admit(&pace, 0).await);
    let third = async { (admit(&pace, 0).await.number(), Instant::now()) };
    let start = Instant::now();
    let ((number, at), ()) = tokio::join!(third, async {
        sleep(seconds(3)).await;
        drop(first);
    });
    assert_eq!((number, at - start), (3, seconds(3)));
    pace.refused(&second, Duration::ZERO);
    assert_eq!(pace.report().concurrency, Some(1));
    for _ in 0..2 {
        pace.refused(&second, Duration::ZERO);
    }
    assert_eq!(pace.report().concurrency, Some(1), "one cut for all that were under way");
}
