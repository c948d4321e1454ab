//! The gates of several processes that share the limits of one key.

use std::path::Path;

use super::*;
use crate::http::share::Share;

/// A request of a process: when it was admitted since the first process began, and its tokens.
type Admitted = (Duration, u64);

/// Runs a process that wants to send all the time between these seconds, requests of these tokens in turn.
async fn process(folder: &Path, limits: Limits, (from, until): (u64, u64), tokens: &[u64]) -> Vec<Admitted> {
    let start = Instant::now();
    sleep(seconds(from)).await;
    let pace = Arc::new(Pace::new(&limits));
    let shared = Arc::clone(&pace);
    let _share = Share::join(folder, move |count| shared.set_share(count)).await.unwrap();
    let mut admitted = Vec::new();
    for tokens in tokens.iter().cycle() {
        tokio::select! {
            pass = admit(&pace, *tokens) => drop(pass),
            () = sleep_until(start + seconds(until)) => break,
        }
        admitted.push((start.elapsed(), *tokens));
    }
    admitted
}

/// Runs processes between these seconds, all of which end at 300; expects that no minute admits more than the limit to all
/// of them together, and that 97 percent of it are used.
async fn check(limits: Limits, tokens: &[u64], times: &[(u64, u64)]) {
    let folder = tempfile::tempdir().unwrap();
    let processes = times.iter().map(|time| process(folder.path(), limits, *time, tokens));
    let mut admitted: Vec<Admitted> = join_all(processes).await.concat();
    admitted.sort();
    let weight = |tokens| if limits.tpm.is_some() { tokens } else { 1 };
    let (times, weights): (Vec<Duration>, Vec<u64>) =
        admitted.into_iter().map(|(at, tokens)| (at, weight(tokens))).unzip();
    let limit = limits.tpm.or(limits.rpm.map(u64::from)).unwrap();
    let most = most(&times, &weights);
    println!("{limits:?} {most}");
    assert!(most <= limit + 1000, "{limits:?}: {most} in a minute");
    let used = limits::float(weights.iter().sum()) / limits::float(limit * 5);
    assert!(0.97 <= used, "{limits:?}: {:.2} % used", used * 100.0);
}

#[tokio::test(start_paused = true)]
async fn processes_that_come_and_go_use_one_allowance_together() {
    let requests = Limits { rpm: Some(600), ..Limits::default() };
    let tokens = Limits { tpm: Some(60_000), ..Limits::default() };
    for times in [&[(0, 300), (0, 300)][..], &[(0, 300), (60, 200), (110, 150)], &[(0, 130), (90, 300)]] {
        check(requests, &[0], times).await;
        check(tokens, &[50, 20, 900, 90], times).await;
    }
}
