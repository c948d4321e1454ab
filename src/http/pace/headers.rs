//! What a reply's headers say of rate limits, in every form in which servers say it.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

use crate::http::retry::{go_duration, server_time};

/// A number of seconds above this is a time since 1970.
const UNIX_TIME: f64 = 1e9;
/// And above this it is in milliseconds.
const UNIX_MILLISECONDS: f64 = 1e12;

/// How long a limit that is used up, and fills again all the time, keeps requests out.
const REFILL: Duration = Duration::from_secs(10);

/// The names of a window's limit, of what remains, and of its reset, `*` standing for the kind.
type Names = [&'static str; 3];

/// `OpenAI` and those compatible with it (Azure, Groq, a `LiteLLM` proxy's model), a `LiteLLM` proxy's key, and Anthropic.
const FAMILIES: [Names; 3] = [
    ["x-ratelimit-limit-*", "x-ratelimit-remaining-*", "x-ratelimit-reset-*"],
    ["x-ratelimit-api_key-limit-*", "x-ratelimit-api_key-remaining-*", "x-ratelimit-api_key-reset-*"],
    ["anthropic-ratelimit-*-limit", "anthropic-ratelimit-*-remaining", "anthropic-ratelimit-*-reset"],
];

/// What a server says of its limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Windows {
    pub(super) requests: Option<Window>,
    pub(super) tokens: Option<Window>,
}

/// What a server says of one of its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// How much there is in all; not told by Azure.
    pub(super) limit: Option<u64>,
    /// How much of it is left.
    pub(super) remaining: Option<u64>,
    /// Until all of it is there again; not told by Azure and for a `LiteLLM` proxy's key.
    pub(super) reset: Option<Duration>,
}

/// Reads them; of several windows of a kind the narrowest counts, and nonsense is passed over.
///
/// Anthropic limits the tokens of prompts and those of answers apart, and tells of both together as well
/// (<https://platform.claude.com/docs/en/api/rate-limits>). Most of what is used here is prompts, so it counts what is left
/// for them or in all, whichever is less. What is left for answers says nothing about either, but where it is nothing, no
/// request is admitted for a moment. A time is by the server's clock where its `date` tells that.
pub(super) fn read(headers: &HeaderMap, now: SystemTime) -> Windows {
    let now = server_time(headers).unwrap_or(now);
    let windows = |kind| FAMILIES.iter().filter_map(move |names| window(headers, names, kind, now));
    let used_up = windows("output-tokens").filter(|window| window.remaining == Some(0));
    let used_up = used_up.map(|window| {
        let reset = window.reset.map(|reset| reset.min(REFILL));
        Window { limit: None, reset, ..window }
    });
    let tokens = ["tokens", "input-tokens"].into_iter().filter_map(|kind| narrowest(windows(kind)));
    let tokens = tokens.min_by_key(|window| window.remaining.unwrap_or(u64::MAX));
    Windows { requests: narrowest(windows("requests")), tokens: narrowest(used_up).or(tokens) }
}

fn narrowest(windows: impl Iterator<Item = Window>) -> Option<Window> {
    windows.min_by_key(|window| (window.limit.unwrap_or(u64::MAX), window.remaining))
}

fn window(headers: &HeaderMap, names: &Names, kind: &str, now: SystemTime) -> Option<Window> {
    let text = |name: &str| headers.get(name.replace('*', kind))?.to_str().ok().map(str::trim);
    let [limit, remaining, reset] = names.map(text);
    let window = Window {
        // No server that answers allows nothing; some say so of a limit that they do not have.
        limit: limit.and_then(count).filter(|limit| 0 < *limit),
        remaining: remaining.and_then(count),
        reset: reset.and_then(|reset| wait(reset, now)),
    };
    (window.limit.is_some() || window.remaining.is_some()).then_some(window)
}

/// Reads a count, which a few servers write as a decimal; `-1` is what some say where they have no limit.
fn count(text: &str) -> Option<u64> {
    text.split_once('.').map_or(text, |(whole, _)| whole).parse().ok()
}

/// Reads a reset: a Go duration, seconds, a Unix time, or a date as of RFC 3339.
fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(number) = text.parse::<f64>() {
        let seconds = if UNIX_MILLISECONDS < number { number / 1e3 } else { number };
        let time = Duration::try_from_secs_f64(seconds).ok()?;
        if number <= UNIX_TIME {
            return Some(time);
        }
        return Some(time.saturating_sub(now.duration_since(SystemTime::UNIX_EPOCH).ok()?));
    }
    go_duration(text).or_else(|| {
        let time: jiff::Timestamp = text.parse().ok()?;
        Some(SystemTime::from(time).duration_since(now).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    /// Limit, remaining and reset in seconds.
    type Told = (Option<u64>, Option<u64>, Option<f64>);

    fn check(text: &str, requests: Option<Told>, tokens: Option<Told>) {
        let lines = text.lines().map(|line| line.trim().split_once(": ").unwrap());
        let headers =
            lines.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000);
        let told = |window: Option<Window>| {
            window
                .map(|window| (window.limit, window.remaining, window.reset.map(|reset| reset.as_secs_f64())))
        };
        let windows = read(&headers, now);
        assert_eq!((told(windows.requests), told(windows.tokens)), (requests, tokens), "{text}");
    }

    #[test]
    fn every_providers_own_form_is_read() {
        let openai = "x-ratelimit-limit-requests: 10000\nx-ratelimit-remaining-requests: 9999
            x-ratelimit-reset-requests: 8.64s\nx-ratelimit-limit-tokens: 200000
            x-ratelimit-remaining-tokens: 199846\nx-ratelimit-reset-tokens: 46ms";
        let tokens = Some((Some(200_000), Some(199_846), Some(0.046)));
        check(openai, Some((Some(10_000), Some(9_999), Some(8.64))), tokens);
        let groq = "x-ratelimit-limit-requests: 14400\nx-ratelimit-remaining-requests: 14370
            x-ratelimit-reset-requests: 2m59.56s\nx-ratelimit-limit-tokens: 18000
            x-ratelimit-remaining-tokens: 17997\nx-ratelimit-reset-tokens: 7.66s";
        let tokens = Some((Some(18_000), Some(17_997), Some(7.66)));
        check(groq, Some((Some(14_400), Some(14_370), Some(179.56))), tokens);
        let azure = "x-ratelimit-remaining-requests: 119\nx-ratelimit-remaining-tokens: 119984";
        check(azure, Some((None, Some(119), None)), Some((None, Some(119_984), None)));
        let litellm = "x-ratelimit-api_key-limit-requests: 20\nx-ratelimit-api_key-remaining-requests: 19
            x-ratelimit-limit-requests: 3\nx-ratelimit-remaining-requests: 2";
        check(litellm, Some((Some(3), Some(2), None)), None);
        let anthropic = "anthropic-ratelimit-requests-limit: 50\nanthropic-ratelimit-requests-remaining: 49
            anthropic-ratelimit-requests-reset: 2026-11-18T11:06:41Z
            anthropic-ratelimit-tokens-limit: 40000\nanthropic-ratelimit-tokens-remaining: 0
            anthropic-ratelimit-tokens-reset: 2026-11-18T11:07:10.5Z
            anthropic-ratelimit-input-tokens-limit: 30000";
        check(anthropic, Some((Some(50), Some(49), Some(1.0))), Some((Some(40_000), Some(0), Some(30.5))));
        check("anthropic-ratelimit-input-tokens-limit: 30000", None, Some((Some(30_000), None, None)));
    }

    #[test]
    fn limits_for_prompts_and_for_answers_are_told_apart() {
        let check_tokens = |text: &str, expect| check(text, None, Some(expect));
        let both =
            "anthropic-ratelimit-input-tokens-limit: 50000\nanthropic-ratelimit-input-tokens-remaining: 49000
            anthropic-ratelimit-input-tokens-reset: 2026-11-18T11:06:42Z
            anthropic-ratelimit-tokens-limit: 60000\nanthropic-ratelimit-tokens-remaining: 59000";
        check_tokens(both, (Some(50_000), Some(49_000), Some(2.0)));
        let output = |left: u32| {
            format!(
                "{both}\nanthropic-ratelimit-output-tokens-limit: 10000
                anthropic-ratelimit-output-tokens-remaining: {left}
                anthropic-ratelimit-output-tokens-reset: 2026-11-18T11:06:55Z"
            )
        };
        check_tokens(&output(1), (Some(50_000), Some(49_000), Some(2.0)));
        check_tokens(&output(0), (None, Some(0), Some(10.0)));
    }

    #[test]
    fn a_time_is_by_the_clock_of_the_server() {
        let text = "date: Wed, 18 Nov 2026 12:06:40 GMT\nanthropic-ratelimit-requests-limit: 50
            anthropic-ratelimit-requests-reset: 2026-11-18T12:06:43Z";
        check(text, Some((Some(50), None, Some(3.0))), None);
    }

    #[test]
    fn every_form_of_a_reset_is_read() {
        let check = |reset: &str, expect: Option<f64>| {
            let text = format!("x-ratelimit-limit-requests: 60\nx-ratelimit-reset-requests: {reset}");
            check(&text, Some((Some(60), None, expect)), None);
        };
        check("6m0s", Some(360.0));
        check("20ms", Some(0.02));
        check("42", Some(42.0));
        check("59.25", Some(59.25));
        check("1795000012", Some(12.0));
        check("1795000012500", Some(12.5));
        check("2026-11-18T11:07:00Z", Some(20.0));
        check("2026-11-18T12:07:00+01:00", Some(20.0));
        for past in ["0", "1794999999", "2026-11-18T11:00:00Z"] {
            check(past, Some(0.0));
        }
        for nonsense in ["soon", "-3", "NaN", "inf", "1e300", "2026-11-18"] {
            check(nonsense, None);
        }
    }

    #[test]
    fn numbers_that_say_nothing_are_passed_over() {
        check("x-ratelimit-limit-requests: 0", None, None);
        check("x-ratelimit-limit-requests: many\nx-ratelimit-reset-requests: 3", None, None);
        check("x-ratelimit-limit-tokens: -1\nx-ratelimit-remaining-tokens: -1", None, None);
        check("x-ratelimit-limit-tokens: 30000.0", None, Some((Some(30_000), None, None)));
    }

    proptest! {
        #[test]
        fn no_headers_make_the_reader_panic(values in prop::collection::vec("\\PC{0,12}|[0-9.e+-]{0,24}", 9)) {
            let names = FAMILIES.as_flattened().iter().map(|name| name.replace('*', "tokens"));
            let headers = names.zip(&values).filter_map(|(name, value)| {
                Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
            });
            let windows = read(&headers.collect(), SystemTime::now());
            prop_assert_eq!(windows.requests, None);
        }
    }
}
