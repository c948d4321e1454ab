//! When an attempt is repeated, and how long to wait before it.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

/// What a reply means for the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The request was answered.
    Done,
    /// Worth another attempt.
    Retry {
        /// What the server asked to wait, if it did.
        after: Option<Duration>,
        /// Whether the server refused because of a rate limit: everybody waits then, not this request alone.
        limited: bool,
        /// The server's own words.
        message: String,
    },
    /// This request can never succeed; others may.
    Reject(String),
    /// No request can succeed: a bad key, no quota, no such model.
    Abort {
        message: String,
        /// What a person can do about it.
        advice: String,
    },
}

/// How often and how long to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Further attempts after the first, where the server or the network failed. A refusal for a rate limit is no
    /// failure and uses up less: a third of such an attempt, or a tenth where the server says how long to wait.
    pub max_retries: u32,
    /// The first wait; each further one doubles, up to `longest`, less up to a quarter of jitter.
    pub shortest: Duration,
    pub longest: Duration,
    /// Give up rather than wait longer than this in one go (`--max-wait`).
    pub max_wait: Duration,
}

/// What one request may still spend on further attempts.
#[derive(Debug)]
pub(super) struct Budget {
    points: u32,
    waits: u32,
}

impl RetryPolicy {
    /// Waits half a second first and half a minute at most, as the providers' own clients do.
    pub fn new(max_retries: u32, max_wait: Duration) -> Self {
        Self { max_retries, shortest: Duration::from_millis(500), longest: Duration::from_secs(30), max_wait }
    }

    /// Returns the wait before a further attempt; `retry` counts from 0, `random` is in 0..1.
    pub fn delay(&self, retry: u32, random: f64) -> Duration {
        let doubled = self.shortest.saturating_mul(2_u32.saturating_pow(retry));
        doubled.min(self.longest).mul_f64(1.0 - random.clamp(0.0, 1.0) / 4.0)
    }
}

impl Budget {
    pub(super) fn new(policy: &RetryPolicy) -> Self {
        Self { points: policy.max_retries.saturating_mul(10), waits: 0 }
    }

    /// Returns how long to wait before the next attempt, or `None` when there is none.
    ///
    /// A server that says how long to wait is believed, though not to the millisecond 0: many say it while others
    /// come first. No wait of our own is longer than the policy allows in one go.
    pub(super) fn next(
        &mut self,
        policy: &RetryPolicy,
        after: Option<Duration>,
        limited: bool,
    ) -> Option<Duration> {
        let cost = match (limited, after) {
            (false, _) => 10,
            (true, None) => 3,
            (true, Some(_)) => 1,
        };
        self.points = self.points.checked_sub(cost)?;
        let delay = policy.delay(self.waits, fastrand::f64());
        self.waits += 1;
        let wait = match after {
            Some(after) if limited => after.max(policy.shortest),
            Some(after) => after.max(delay),
            None => delay,
        };
        Some(wait.min(policy.max_wait))
    }
}

/// Returns what a server asks to wait, in any of the ways in which servers say it; nonsense is passed over.
///
/// `retry-after-ms` and its Azure form are milliseconds; `retry-after` is seconds, a duration such as `6m0s`, or a time:
/// a date of HTTP, one of RFC 3339, or Unix time; `llm_provider-retry-after` is what a `LiteLLM` proxy makes of it. A time
/// is by the server's clock where its `date` tells that, for this machine's may be wrong.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &reqwest::header::HeaderValue| value.to_str().ok());
    let now = server_time(headers).unwrap_or(now);
    let milliseconds = ["retry-after-ms", "x-ms-retry-after-ms"];
    let others = ["retry-after", "llm_provider-retry-after"];
    milliseconds
        .into_iter()
        .filter_map(text)
        .find_map(|text| seconds(text).map(|wait| wait / 1_000))
        .or_else(|| others.into_iter().filter_map(text).find_map(|text| wait(text, now)))
}

/// Returns what time it was by the server's clock when it sent its reply, if it told.
pub fn server_time(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get("date")?.to_str().ok()?).ok()
}

/// Returns a duration as Go prints it: `6m0s`, `84ms`, `1.146s`, `1h2m3s`.
pub fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let unit =
            rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |length| digits + length);
        let factor = match &rest[digits..unit] {
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let number: f64 = rest[..digits].parse().ok()?;
        total = total.checked_add(Duration::try_from_secs_f64(number * factor).ok()?)?;
        rest = &rest[unit..];
    }
    Some(total)
}

/// Numbers from here on are a time, in seconds since 1970; as a wait it would be 31 years.
const UNIX_TIME: Duration = Duration::from_secs(1_000_000_000);

/// Numbers from here on are such a time in milliseconds; in seconds it would be in the year 33658.
const UNIX_MILLISECONDS: Duration = Duration::from_secs(1_000_000_000_000);

fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    let until = |time: SystemTime| time.duration_since(now).unwrap_or_default();
    match seconds(text) {
        Some(number) if UNIX_MILLISECONDS <= number => {
            SystemTime::UNIX_EPOCH.checked_add(number / 1_000).map(until)
        }
        Some(number) if UNIX_TIME <= number => SystemTime::UNIX_EPOCH.checked_add(number).map(until),
        Some(number) => Some(number),
        None => go_duration(text).or_else(|| time(text.trim()).map(until)),
    }
}

fn time(text: &str) -> Option<SystemTime> {
    let timestamp = || text.parse::<jiff::Timestamp>().ok().map(SystemTime::from);
    httpdate::parse_http_date(text).ok().or_else(timestamp)
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn check_header(headers: &[(&'static str, &'static str)], expect: Option<u64>) {
        let map =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let now = httpdate::parse_http_date("Fri, 20 Nov 2026 08:00:00 GMT").unwrap();
        assert_eq!(retry_after(&map, now), expect.map(Duration::from_millis), "{headers:?}");
    }

    #[test]
    fn every_form_of_retry_after_is_understood() {
        check_header(&[], None);
        check_header(&[("retry-after", "60")], Some(60_000));
        check_header(&[("retry-after", " 1.5 ")], Some(1_500));
        check_header(&[("retry-after", "0")], Some(0));
        check_header(&[("retry-after", "Fri, 20 Nov 2026 08:02:00 GMT")], Some(120_000));
        check_header(&[("retry-after", "Friday, 20-Nov-26 08:00:01 GMT")], Some(1_000));
        check_header(&[("retry-after", "Fri, 20 Nov 2026 07:00:00 GMT")], Some(0));
        check_header(&[("retry-after", "6m0s")], Some(360_000));
        check_header(&[("retry-after", "2026-11-20T08:02:00Z")], Some(120_000));
        check_header(&[("retry-after", "2026-11-20T09:02:00.5+01:00")], Some(120_500));
        check_header(&[("retry-after", "2026-11-20T07:02:00Z")], Some(0));
        check_header(
            &[("date", "Fri, 20 Nov 2026 07:59:00 GMT"), ("retry-after", "Fri, 20 Nov 2026 08:02:00 GMT")],
            Some(180_000),
        );
        check_header(&[("retry-after", "1795161720")], Some(120_000));
        check_header(&[("retry-after", "1795161720500")], Some(120_500));
        check_header(&[("retry-after", "1000000000")], Some(0));
        check_header(&[("retry-after", "999999999")], Some(999_999_999_000));
        check_header(&[("retry-after-ms", "250.0"), ("retry-after", "9")], Some(250));
        check_header(&[("x-ms-retry-after-ms", "1200")], Some(1_200));
        check_header(&[("llm_provider-retry-after", "7")], Some(7_000));
        check_header(&[("retry-after", "2"), ("llm_provider-retry-after", "7")], Some(2_000));
    }

    #[test]
    fn nonsense_in_retry_after_is_passed_over() {
        for text in ["", "-1", "soon", "NaN", "inf", "1e400", "-5s", "5 parsecs", "1e30", "2026-11-20"] {
            check_header(&[("retry-after", text)], None);
        }
        check_header(&[("retry-after-ms", "-3"), ("retry-after", "4")], Some(4_000));
        check_header(&[("retry-after", "?"), ("llm_provider-retry-after", "3")], Some(3_000));
    }

    #[test]
    fn durations_as_go_prints_them_are_read() {
        let check = |text: &str, expect: Option<u64>| {
            assert_eq!(go_duration(text), expect.map(Duration::from_micros), "{text}");
        };
        check("6m0s", Some(360_000_000));
        check("84ms", Some(84_000));
        check("1.146s", Some(1_146_000));
        check("1h2m3s", Some(3_723_000_000));
        check("250µs", Some(250));
        for text in ["", "5", "s", "1.2.3s", "3x", "-1s", "1s!", "1s 2m", "99999999999999999999999h"] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn no_header_can_break_the_reader(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..20),
                "[ -~]{0,20}".prop_map(String::into_bytes),
                "-?[0-9]{1,30}(\\.[0-9]{0,9})?(e[0-9]{1,4})?(s|ms|h)?".prop_map(String::into_bytes),
                "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})".prop_map(String::into_bytes),
            ],
            name in prop::sample::select(vec![
                "retry-after", "retry-after-ms", "x-ms-retry-after-ms", "llm_provider-retry-after", "date",
            ]),
            now in any::<u32>(),
        ) {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(now));
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let wait = retry_after(&HeaderMap::from_iter([(HeaderName::from_static(name), value)]), now);
                prop_assert!(wait.is_none() || bytes.iter().any(u8::is_ascii_digit), "{bytes:?}");
            }
        }

        #[test]
        fn no_text_can_break_the_reader_of_durations(text in "([0-9.]{0,25}(h|m|s|ms|us|µs|ns|é| )?){0,4}") {
            let duration = go_duration(&text);
            prop_assert!(duration.is_none() || text.contains(|c: char| c.is_ascii_digit()), "{text}");
        }

        #[test]
        fn a_duration_is_the_sum_of_its_parts(hours in 0..100_u64, minutes in 0..60_u64, millis in 0..60_000_u64) {
            let text = format!("{hours}h{minutes}m{}.{:03}s", millis / 1_000, millis % 1_000);
            let expect = Duration::from_millis((hours * 60 + minutes) * 60_000 + millis);
            let found = go_duration(&text).unwrap();
            prop_assert!(found.abs_diff(expect) < Duration::from_micros(1), "{text}: {found:?}");
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_jitter_only_shortens() {
        let policy = RetryPolicy::new(6, Duration::from_secs(600));
        let waits =
            |random| -> Vec<f64> { (0..9).map(|retry| policy.delay(retry, random).as_secs_f64()).collect() };
        assert_eq!(waits(0.0), [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        assert_eq!(waits(1.0), [0.375, 0.75, 1.5, 3.0, 6.0, 12.0, 22.5, 22.5, 22.5]);
        assert_eq!(policy.delay(u32::MAX, 0.0), policy.longest);
    }

    #[test]
    fn a_stated_wait_uses_up_less_than_an_unstated_and_that_less_than_a_failure() {
        let policy = RetryPolicy::new(6, Duration::from_secs(600));
        let attempts = |after, limited| {
            let mut budget = Budget::new(&policy);
            std::iter::from_fn(|| budget.next(&policy, after, limited)).count()
        };
        assert_eq!(attempts(None, false), 6);
        assert_eq!(attempts(Some(Duration::from_secs(1)), false), 6);
        assert_eq!(attempts(None, true), 20);
        assert_eq!(attempts(Some(Duration::from_secs(1)), true), 60);
    }

    #[test]
    fn no_wait_of_our_own_is_longer_than_allowed() {
        let policy = RetryPolicy::new(9, Duration::from_secs(2));
        let mut budget = Budget::new(&policy);
        let waits: Vec<Duration> = std::iter::from_fn(|| budget.next(&policy, None, false)).collect();
        assert!(waits.len() == 9 && waits.iter().all(|wait| *wait <= policy.max_wait), "{waits:?}");
    }

    #[test]
    fn a_server_that_says_zero_is_still_given_a_moment() {
        let policy = RetryPolicy::new(1, Duration::from_secs(600));
        let wait = Budget::new(&policy).next(&policy, Some(Duration::ZERO), true);
        assert_eq!(wait, Some(policy.shortest));
    }
}
