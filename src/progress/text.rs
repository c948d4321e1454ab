//! Numbers, times and other people's words, in the form a person reads them.

use std::time::Duration;

use crate::label::prediction::Usage;

/// Most characters of other people's words on one line.
const LONGEST: usize = 400;

/// Returns a text that comes from elsewhere as one line that does nothing to a terminal.
///
/// Control characters could clear the screen or set its title, and marks of direction could turn a text round.
pub fn harmless(text: &str) -> String {
    let mut characters = text.trim().chars().map(|character| match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        other => harmless_character(other),
    });
    let mut line: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line
}

/// Returns a text of several lines without what would do something to a terminal.
pub fn harmless_lines(text: &str) -> String {
    let lines =
        |character| if matches!(character, '\n' | '\t') { character } else { harmless_character(character) };
    text.chars().map(lines).collect()
}

fn harmless_character(character: char) -> char {
    match character {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        control if control.is_control() => '\u{fffd}',
        harmless => harmless,
    }
}

/// Returns a number with its noun, such as `1 task` or `2,000 tasks`.
pub fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", thousands(count))
}

/// Returns a number with commas between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if 0 < index && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns how many tokens went in and came out, such as `1,200 in (1,000 cached), 4 out`.
pub fn tokens(usage: &Usage) -> String {
    let part =
        |count: u64, name| if count == 0 { String::new() } else { format!(" ({} {name})", thousands(count)) };
    format!(
        "{} in{}, {} out{}",
        thousands(usage.prompt_tokens),
        part(usage.cached_tokens, "cached"),
        thousands(usage.completion_tokens),
        part(usage.reasoning_tokens, "reasoning")
    )
}

/// Returns a number of tenths as a number with one decimal.
pub(super) fn tenths(number: u64) -> String {
    format!("{}.{}", thousands(number / 10), number % 10)
}

/// Returns a time span in the two units that matter, such as `3 min 5 s`.
pub fn plain_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0..10) => {
            format!("{} s", tenths(u64::try_from(duration.as_millis() / 100).unwrap_or(u64::MAX)))
        }
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_and_nouns_their_plural() {
        for (number, expect) in [
            (0, "0 tasks"),
            (1, "1 task"),
            (999, "999 tasks"),
            (1000, "1,000 tasks"),
            (1_234_567, "1,234,567 tasks"),
        ] {
            assert_eq!(plural(number, "task"), expect);
        }
        assert_eq!([3, 10, 12_345].map(tenths), ["0.3", "1.0", "1,234.5"]);
    }

    #[test]
    fn tokens_that_there_are_none_of_are_not_spoken_of() {
        let usage = Usage { prompt_tokens: 1_200, completion_tokens: 4, ..Usage::default() };
        assert_eq!(tokens(&usage), "1,200 in, 4 out");
        let usage = Usage { cached_tokens: 1_000, reasoning_tokens: 3, ..usage };
        assert_eq!(tokens(&usage), "1,200 in (1,000 cached), 4 out (3 reasoning)");
    }

    #[test]
    fn durations_have_the_two_units_that_matter() {
        for (seconds, expect) in [
            (0.0, "0.0 s"),
            (9.96, "9.9 s"),
            (10.5, "10 s"),
            (60.0, "1 min 0 s"),
            (3599.0, "59 min 59 s"),
            (3600.0, "1 h 0 min"),
            (360_060.0, "100 h 1 min"),
        ] {
            assert_eq!(plain_duration(Duration::from_secs_f64(seconds)), expect);
        }
    }

    #[test]
    fn words_from_elsewhere_cannot_touch_the_terminal() {
        for (text, expect) in [
            ("plain é 👩‍👩‍👧\n", "plain é 👩‍👩‍👧"),
            ("a\r\nb\tc", "a  b c"),
            ("\u{1b}[2Jx\u{7}\u{9b}1m\u{7f}\0", "\u{fffd}[2Jx\u{fffd}\u{fffd}1m\u{fffd}\u{fffd}"),
            ("\u{202e}evil\u{2066}", "\u{fffd}evil\u{fffd}"),
        ] {
            assert_eq!(harmless(text), expect);
        }
        assert_eq!(harmless(&"é".repeat(LONGEST)).chars().count(), LONGEST);
        assert!(harmless(&"é".repeat(LONGEST + 1)).ends_with("é…"));
    }
}
