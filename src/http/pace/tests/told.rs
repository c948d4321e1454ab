//! The gate with servers that tell their limits.

use super::*;

/// Headers of a kind: limit, remaining and reset; an empty text leaves one out.
fn told(kind: &str, [limit, remaining, reset]: [&str; 3]) -> HeaderMap {
    let named = [("limit", limit), ("remaining", remaining), ("reset", reset)];
    let named = named.into_iter().filter(|(_, value)| !value.is_empty());
    let header = |(name, value): (&str, &str)| {
        (format!("x-ratelimit-{name}-{kind}").parse().unwrap(), value.parse().unwrap())
    };
    named.map(header).collect()
}

/// Admits `under_way` attempts and then one whose reply says this of the requests; expects the limit that is kept, and
/// after how many milliseconds each of three more is admitted.
async fn check(window: [&str; 3], under_way: usize, expect: (Option<u64>, [u128; 3])) {
    let pace = Arc::new(Pace::default());
    let replied = admit(&pace, 0).await;
    let later = join_all((0..under_way).map(|_| admit(&pace, 0))).await;
    replied.learn(&told("requests", window));
    let times = admissions(&pace, &[0; 3]).await;
    let found = times.iter().map(Duration::as_millis).collect::<Vec<_>>();
    assert_eq!((pace.report().requests_per_minute, &found[..]), (expect.0, &expect.1[..]), "{window:?}");
    drop(later);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_told_is_kept() {
    check(["60", "59", "60s"], 0, (Some(60), [0, 1_000, 2_000])).await;
    check(["60", "", ""], 0, (Some(60), [0, 1_000, 2_000])).await;
    check(["60", "59", "1s"], 0, (Some(60), [0, 1_000, 2_000])).await;
    check(["10000", "9999", "8.64s"], 0, (None, [0; 3])).await;
    check(["60", "59", "2h"], 0, (None, [0; 3])).await;
    check(["", "59", ""], 0, (None, [0; 3])).await;
}

#[tokio::test(start_paused = true)]
async fn where_less_is_left_than_is_under_way_nobody_passes_before_the_reset() {
    check(["6000", "3", "5s"], 0, (Some(6_000), [0, 10, 20])).await;
    check(["6000", "3", "5s"], 2, (Some(6_000), [0, 5_000, 5_000])).await;
    check(["6000", "3", "5s"], 9, (Some(6_000), [5_000, 5_010, 5_020])).await;
    check(["", "1", ""], 0, (None, [0, 10_000, 10_000])).await;
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_not_waited_for_until_it_is_full() {
    check(["60", "0", "60s"], 0, (Some(60), [1_000, 2_000, 3_000])).await;
    check(["1000", "0", "24h"], 0, (None, [86_400, 172_800, 259_200])).await;
}

#[tokio::test(start_paused = true)]
async fn the_reply_to_the_latest_attempt_counts() {
    let pace = Arc::new(Pace::default());
    let [first, second, third] = [admit(&pace, 0).await, admit(&pace, 0).await, admit(&pace, 0).await];
    second.learn(&told("requests", ["", "0", "30s"]));
    first.learn(&told("requests", ["", "50", "30s"]));
    let waiting = tokio::spawn({
        let pace = Arc::clone(&pace);
        async move { admissions(&pace, &[0]).await }
    });
    sleep(seconds(2)).await;
    third.learn(&told("requests", ["", "1", "28s"]));
    drop(third);
    assert_eq!(waiting.await.unwrap(), [seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_changes_is_learned_anew_and_one_that_was_given_stays() {
    let limits = Limits { tpm: Some(500), ..Limits::default() };
    let pace = Pace::new(&limits);
    let pass = admit(&pace, 0).await;
    let limit_after = |kind, window| {
        pass.learn(&told(kind, window));
        (pace.report().requests_per_minute, pace.report().tokens_per_minute)
    };
    assert_eq!(limit_after("requests", ["60", "", ""]), (Some(60), Some(500)));
    assert_eq!(limit_after("requests", ["90", "", ""]), (Some(90), Some(500)));
    assert_eq!(limit_after("requests", ["", "12", ""]), (Some(90), Some(500)));
    assert_eq!(limit_after("tokens", ["40", "0", "1h"]), (Some(90), Some(500)));
    assert_eq!(limit_after("requests", ["90", "80", "3h"]), (None, Some(500)));
    let start = Instant::now();
    drop(admit(&pace, 400).await);
    assert_eq!(start.elapsed(), Duration::ZERO, "nor does what is said to be left count");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_longer_than_allowed_is_not_begun() {
    let pace = Pace::default();
    admit(&pace, 0).await.learn(&told("requests", ["1000", "0", "5h"]));
    let start = Instant::now();
    let turned = pace.admit(0, seconds(600), &Stop::never()).await.map(drop);
    assert_eq!((turned, start.elapsed()), (Err(Turned::TooLong(seconds(18_000))), Duration::ZERO));
    let patient = pace.admit(0, seconds(18_000), &Stop::never()).await.map(drop);
    assert_eq!((patient, start.elapsed()), (Ok(()), seconds(18_000)));
    assert_eq!(pace.report().held_by_rate, seconds(18_000));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_the_tokens_holds_whom_it_is_too_little_for() {
    let pace = Arc::new(Pace::default());
    admit(&pace, 100).await.learn(&told("tokens", ["6000", "400", "20s"]));
    let times = admissions(&pace, &[300, 0, 101]).await;
    assert_eq!(times, [Duration::ZERO, Duration::ZERO, seconds(20)]);
}

#[test]
fn a_refusal_that_names_no_wait_waits_for_the_reset_of_what_was_short() {
    let check = |requests, tokens, expect: Option<u64>| {
        let mut headers = told("requests", requests);
        headers.extend(told("tokens", tokens));
        assert_eq!(wait_for_reset(&headers, 500), expect.map(seconds), "{requests:?} {tokens:?}");
    };
    let none = ["", "", ""];
    check(none, none, None);
    check(["60", "0", "12s"], none, Some(12));
    check(["60", "1", "12s"], none, None);
    check(["60", "0", "12s"], ["1000", "499", "40"], Some(40));
    check(["60", "0", "12s"], ["1000", "500", "40"], Some(12));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_could_mean_harms_nobody() {
    let most = "18446744073709551615";
    for reset in ["99999999h", "18446744073709551615", "0", "1e18", ""] {
        for window in [
            [most, most, reset],
            [most, "0", reset],
            ["1", "0", reset],
            ["1", most, reset],
            ["0", "0", reset],
        ] {
            let pace = Pace::default();
            let mut pass = admit(&pace, u64::MAX).await;
            for kind in ["requests", "tokens"] {
                pass.learn(&told(kind, window));
            }
            pass.use_tokens(u64::MAX);
            drop(pass);
            for patience in [Duration::ZERO, MINUTE, Duration::MAX] {
                if let Ok(mut pass) = pace.admit(u64::MAX, patience, &Stop::never()).await {
                    pass.unsent();
                }
            }
        }
    }
}
