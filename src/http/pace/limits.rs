//! What a server's word on a limit means for the pace.

use std::time::Duration;

use super::FOR_EVER;
use super::headers::Window;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// A limit that takes longer than this to be there again is none a minute.
const LONGEST_MINUTE: Duration = Duration::from_secs(90);

/// How long a server that says no more than what remains is believed: Azure's longest window for requests.
const UNTOLD_RESET: Duration = Duration::from_secs(10);

/// What a window means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Meaning {
    pub(super) limit: Limit,
    /// What is left, and for how long that holds.
    pub(super) left: Option<Left>,
}

/// How much is allowed in what time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Untold,
    /// So much in any minute.
    Minute(u64),
    /// Something in a longer time.
    Longer,
}

/// What is left of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Left {
    pub(super) remaining: u64,
    /// After this all of it is there again.
    pub(super) reset: Duration,
    /// What falls into it meanwhile, if it is a bucket.
    pub(super) per_second: f64,
}

/// Tells a fixed window from a bucket that refills evenly, and a limit a minute from one a day.
///
/// A bucket tells how long it takes to be full again, which is as long as what was used takes to fall into it:
/// `OpenAI` says `8.64s` after the first of 10,000 requests a day. A window that is used evenly looks like one only
/// around its middle, when much is left and it does not matter.
pub(super) fn meaning(window: &Window) -> Meaning {
    let is_bucket = |period| is_bucket(window, period);
    let reset = window.reset.unwrap_or_default();
    let is_short = reset <= LONGEST_MINUTE && !is_bucket(DAY);
    let per_second = [MINUTE, DAY].into_iter().find(|period| is_bucket(*period)).map_or(0.0, |period| {
        let limit = window.limit.unwrap_or_default();
        float(limit) / period.as_secs_f64()
    });
    let left = window.remaining.map(|remaining| {
        let reset = window.reset.unwrap_or(UNTOLD_RESET).min(FOR_EVER);
        Left { remaining, reset, per_second }
    });
    let limit = match window.limit {
        Some(limit) if is_short => Limit::Minute(limit),
        Some(_) => Limit::Longer,
        None => Limit::Untold,
    };
    Meaning { limit, left }
}

/// Returns how long to wait after a refusal that names no wait: until there is enough again of what was short.
pub(super) fn wait(window: &Window, needed: u64) -> Option<Duration> {
    let Left { remaining, per_second, .. } = meaning(window).left?;
    let missing = needed.checked_sub(remaining).filter(|missing| 0 < *missing)?;
    let reset = window.reset?;
    let refilled = Duration::try_from_secs_f64(float(missing) / per_second).unwrap_or(Duration::MAX);
    Some(reset.min(refilled))
}

fn is_bucket(window: &Window, period: Duration) -> bool {
    let Window { limit: Some(limit), remaining: Some(remaining), reset: Some(reset) } = *window else {
        return false;
    };
    let used = float(limit.saturating_sub(remaining));
    let refill = period.as_secs_f64() * used / float(limit);
    // Some round to whole seconds.
    let tolerance = (refill / 20.0).max(if reset.subsec_nanos() == 0 { 0.5 } else { 0.05 });
    0.0 < used && (refill - reset.as_secs_f64()).abs() <= tolerance
}

/// Counts are far below what a float holds exactly, and none is exact to begin with.
#[expect(clippy::cast_precision_loss, reason = "a rate need not be exact to 16 digits")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(limit: u64, remaining: u64, reset: f64) -> Window {
        let reset = Some(Duration::from_secs_f64(reset));
        Window { limit: Some(limit), remaining: Some(remaining), reset }
    }

    /// Expects a limit a minute, and how much of a second's worth falls in a second.
    fn check(window: Window, per_minute: Option<u64>, refill: f64) {
        let meaning = meaning(&window);
        assert_eq!(meaning.limit, per_minute.map_or(Limit::Longer, Limit::Minute), "{window:?}");
        assert!((meaning.left.unwrap().per_second - refill).abs() < 0.001, "{window:?}: {meaning:?}");
    }

    #[test]
    fn windows_and_buckets_minutes_and_days_are_told_apart() {
        // OpenAI's buckets: tokens a minute, requests a minute, and requests a day.
        check(window(200_000, 199_846, 0.046), Some(200_000), 200_000.0 / 60.0);
        check(window(500, 499, 0.12), Some(500), 500.0 / 60.0);
        check(window(10_000, 9_999, 8.64), None, 10_000.0 / 86_400.0);
        // Groq's requests a day.
        check(window(14_400, 14_370, 179.56), None, 14_400.0 / 86_400.0);
        // Fixed windows: at the beginning, used up early, at the end.
        check(window(600, 599, 60.0), Some(600), 0.0);
        check(window(600, 0, 20.0), Some(600), 0.0);
        check(window(600, 5, 0.5), Some(600), 0.0);
        check(window(1_000, 10, 18_000.0), None, 0.0);
        check(window(1_000, 1_000, 0.0), Some(1_000), 0.0);
    }

    #[test]
    fn a_limit_without_a_reset_is_one_a_minute_and_what_is_left_holds_for_a_moment() {
        let untold = Window { limit: Some(20), remaining: Some(3), reset: None };
        let left = Left { remaining: 3, reset: UNTOLD_RESET, per_second: 0.0 };
        let check = |window, limit, left| assert_eq!(meaning(&window), Meaning { limit, left });
        check(untold, Limit::Minute(20), Some(left));
        check(Window { limit: None, ..untold }, Limit::Untold, Some(left));
        check(Window { remaining: None, ..untold }, Limit::Minute(20), None);
    }

    #[test]
    fn a_refusal_without_a_wait_waits_for_what_was_short() {
        let check = |window, needed, expect: Option<f64>| {
            assert_eq!(wait(&window, needed), expect.map(Duration::from_secs_f64), "{window:?}");
        };
        check(window(600, 0, 12.0), 1, Some(12.0));
        check(window(600, 0, 60.0), 1, Some(0.1));
        check(window(60_000, 500, 20.0), 800, Some(20.0));
        check(window(600, 1, 12.0), 1, None);
        check(Window { reset: None, ..window(600, 0, 0.0) }, 1, None);
    }
}
