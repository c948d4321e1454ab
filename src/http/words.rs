//! How long something is, in a person's words.

use std::time::Duration;

/// Returns seconds, and above two minutes whole minutes or hours, rounded up.
pub fn in_words(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match (time.as_secs(), minutes / 60, minutes % 60) {
        (0..10, ..) => format!("{} s", (time.as_secs_f64() * 100.0).round() / 100.0),
        (10..120, ..) => format!("{:.0} s", time.as_secs_f64()),
        (_, 0 | 1, _) => format!("{minutes} min"),
        (_, hours, 0) => format!("{hours} h"),
        (_, hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Returns the minute in which a wait that begins now is over, unless no calendar has it.
pub fn clock(wait: Duration) -> Option<String> {
    let end = jiff::Timestamp::now().checked_add(wait).ok()?;
    // Not before its end.
    let end = end.checked_add(Duration::from_secs(59)).ok()?;
    Some(end.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_no_more_exactly_than_it_is_of_use() {
        let check = |millis, expect| assert_eq!(in_words(Duration::from_millis(millis)), expect);
        check(0, "0 s");
        check(84, "0.08 s");
        check(3_000, "3 s");
        check(11_540, "12 s");
        check(120_000, "2 min");
        check(130_000, "3 min");
        check(7_200_000, "2 h");
        check(7_300_000, "2 h 2 min");
    }
}
