//! A line now and then, for pipes and logs.

use std::io::Write;
use std::time::{Duration, Instant};

use super::tally::Tally;
use super::text::{plain_duration, plural, tenths, thousands};
use crate::engine::event::{Event, Reporter};

/// Writes a line with the first event, and then with the first one of each interval.
pub(super) struct Lines<W, C> {
    output: W,
    clock: C,
    interval: Duration,
    total: Option<u64>,
    started: Instant,
    last: Option<Instant>,
    tally: Tally,
}

impl<W: Write + Send, C: Fn() -> Instant + Send> Lines<W, C> {
    pub(super) fn new(output: W, total: Option<u64>, clock: C, interval: Duration) -> Self {
        let started = clock();
        Self { output, clock, interval, total, started, last: None, tally: Tally::default() }
    }

    fn say(&mut self, line: &str) {
        // Nobody reading along is no reason to stop.
        writeln!(self.output, "{line}").ok();
    }

    fn line(&self, elapsed: Duration) -> String {
        let done = self.tally.done;
        let mut parts = vec![match self.total {
            Some(total) => format!("{} of {}", thousands(done), plural(total, "task")),
            None => plural(done, "task"),
        }];
        // The first answers come together, after a time in which there were none: no rate can be told from them.
        let elapsed = self.last.map_or(0, |_| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        if let Some(rate) = done.saturating_mul(10_000).checked_div(elapsed).filter(|rate| 0 < *rate) {
            parts.push(format!("{} a second", tenths(rate)));
        }
        let left = self.total.map_or(0, |total| total.saturating_sub(done));
        if let Some(wait) = elapsed.saturating_mul(left).checked_div(done).filter(|wait| 0 < *wait) {
            parts.push(format!("about {} left", plain_duration(Duration::from_millis(wait))));
        }
        parts.extend(self.tally.notes());
        parts.join(", ")
    }
}

impl<W: Write + Send, C: Fn() -> Instant + Send> Reporter for Lines<W, C> {
    fn report(&mut self, event: &Event<'_>) {
        if let Some(saying) = self.tally.add(event) {
            self.say(&saying);
            return;
        }
        let now = (self.clock)();
        if self.last.is_none_or(|last| self.interval <= now.duration_since(last)) {
            let line = self.line(now.duration_since(self.started));
            self.say(&line);
            self.last = Some(now);
        }
    }

    fn finish(&mut self) {}
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::tally::tests::labeled;
    use super::*;

    /// Reports one task each `step` milliseconds, so many times, and returns the lines written.
    fn check(total: Option<u64>, step: u64, tasks: usize, expect: &[&str]) {
        let (start, passed) = (Instant::now(), AtomicU64::new(0));
        let clock = || start + Duration::from_millis(passed.load(Ordering::Relaxed));
        let mut lines = Lines::new(Vec::new(), total, clock, Duration::from_secs(10));
        for _ in 0..tasks {
            passed.fetch_add(step, Ordering::Relaxed);
            lines.report(&labeled(99, None));
        }
        assert_eq!(String::from_utf8(lines.output).unwrap().lines().collect::<Vec<_>>(), expect);
    }

    #[test]
    fn the_first_line_comes_early_and_then_one_each_interval() {
        let expect = [
            "1 of 1,000 tasks, 100 tokens",
            "21 of 1,000 tasks, 2.0 a second, about 8 min 9 s left, 2,100 tokens",
        ];
        check(Some(1000), 500, 40, &expect);
    }

    #[test]
    fn without_a_known_end_nothing_is_said_of_it() {
        check(None, 2_000, 6, &["1 task, 100 tokens", "6 tasks, 0.5 a second, 600 tokens"]);
        check(Some(1), 0, 1, &["1 of 1 task, 100 tokens"]);
    }

    /// A pipe nobody reads.
    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _text: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_terminal_does_not_matter_and_stopping_is_told_at_once() {
        let mut lines = Lines::new(Broken, None, Instant::now, Duration::ZERO);
        lines.report(&labeled(1, None));
        assert_eq!(lines.tally.done, 1);
        let mut lines = Lines::new(Vec::new(), None, Instant::now, Duration::MAX);
        lines.report(&Event::Stopping(3));
        assert!(lines.output.starts_with(b"ending with 3 tasks under way"));
    }
}
