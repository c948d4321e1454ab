//! The gate on a paused clock.

use std::sync::Arc;

use futures::future::join_all;
use reqwest::header::{HeaderName, HeaderValue};
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
    let sum_from = |first: &Duration| {
        let within = times.iter().zip(weights).filter(|(time, _)| first <= *time && **time < *first + MINUTE);
        within.map(|(_, weight)| *weight).sum()
    };
    times.iter().map(sum_from).max().unwrap_or(0)
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
    let mixes: [(u64, &[u64], u64); 7] = [
        (60_000, &[100], 98),
        (60_000, &[50, 20, 1_200, 90], 98),
        (60_000, &[100, 100, 100, 4_000], 95),
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
