//! How long to wait, where a provider says so in words.

use std::time::Duration;

use crate::http::retry::go_duration;

/// Words, in lower case, that a wait comes after; the last is the key of Gemini's `RetryInfo`.
const MARKS: &[&str] = &[
    "try again in ",
    "again after ",
    "retry in ",
    "retry after ",
    "wait ",
    "wait for ",
    "resets in ",
    "retrydelay: ",
];

/// Returns the wait that a lower-case text names: "try again in 1h2m", "retry after 22 seconds".
pub(super) fn wait_in(text: &str) -> Option<Duration> {
    MARKS.iter().flat_map(|mark| text.split(mark).skip(1)).find_map(duration)
}

/// Returns the duration that a text begins with, in one word or several: `84ms`, `1 hour and 5 min`.
fn duration(text: &str) -> Option<Duration> {
    let mut words = text
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '-'));
    let mut total: Option<Duration> = None;
    while let Some(word) = words.next() {
        let part = match word.parse::<f64>() {
            Ok(number) => {
                words.next().and_then(unit).and_then(|unit| Duration::try_from_secs_f64(number * unit).ok())
            }
            Err(_) if word == "and" => continue,
            Err(_) => go_duration(word),
        };
        match part {
            Some(part) => total = total.unwrap_or_default().checked_add(part),
            None => break,
        }
    }
    total
}

/// Returns how many seconds a unit has, by the beginning of its name.
fn unit(word: &str) -> Option<f64> {
    let units = [("ms", 1e-3), ("milli", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3_600.0), ("d", 86_400.0)];
    units.iter().find(|(name, _)| word.starts_with(name)).map(|(_, seconds)| *seconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_wait_is_read_in_all_the_words_there_are_for_it() {
        let check = |text: &str, expect: Option<u128>| {
            assert_eq!(wait_in(text).map(|wait| wait.as_millis()), expect, "{text}");
        };
        check("limit 200000, used 195869. please try again in 84ms. visit https://x", Some(84));
        check("please try again in 1.146s.", Some(1_146));
        check("please try again in 7m12s. you can", Some(432_000));
        check("please try again in 1h2m", Some(3_720_000));
        check("try again in 3 hours", Some(10_800_000));
        check("try again in 1 hour, 2 minutes and 3 seconds, or later", Some(3_723_000));
        check("please retry after 22 seconds. to increase", Some(22_000));
        check("retry after 1 minute.", Some(60_000));
        check("please wait 5 sec before", Some(5_000));
        check("wait for 500 milliseconds", Some(500));
        check("please retry in 34.074824224s.", Some(34_074));
        check("details: x\nretrydelay: 34s\n", Some(34_000));
        check("retry after that, or try again in 2 days", Some(172_800_000));
        for text in [
            "",
            "try again in a while",
            "retry after 22",
            "wait nan seconds",
            "wait -5 s",
            "retry in 1e300 h",
        ] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn no_words_break_the_reader(words in "(retry in |wait |[0-9]{1,20}|[smhd ,.]|and |é|e|-){0,12}") {
            prop_assert!(wait_in(&words).is_none() || words.contains(|letter: char| letter.is_ascii_digit()));
        }
    }
}
