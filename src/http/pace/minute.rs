//! What was admitted within the last minute, so that no minute admits more than is allowed.

use std::collections::VecDeque;
use std::time::Duration;

/// What counts together, so that a minute is 242 numbers at most.
const SLOT: Duration = Duration::from_millis(250);

/// How long something counts after its slot: a minute, and a slot more, for one request may be on its way longer than
/// another and the server counts when they arrive.
const SLOTS: u64 = 241;

/// A sum over the last 60.25 to 60.5 seconds. Times count from any one moment.
#[derive(Debug, Default)]
pub(super) struct Minute {
    /// Each slot and what was admitted in it, the oldest first.
    slots: VecDeque<(u64, u64)>,
    sum: u64,
}

impl Minute {
    /// Adds to what was admitted now.
    pub(super) fn add(&mut self, weight: u64, now: Duration) {
        self.forget(now);
        let slot = slot(now);
        self.sum += weight;
        match self.slots.back_mut() {
            Some((last, sum)) if *last == slot => *sum += weight,
            _ => self.slots.push_back((slot, weight)),
        }
    }

    /// Changes what was admitted then, if that still counts: it turned out to weigh `right` instead of `wrong`.
    pub(super) fn correct(&mut self, then: Duration, wrong: u64, right: u64) {
        let slot = slot(then);
        let Ok(index) = self.slots.binary_search_by_key(&slot, |(slot, _)| *slot) else { return };
        let (_, sum) = &mut self.slots[index];
        let corrected = (*sum + right).saturating_sub(wrong);
        self.sum = self.sum - *sum + corrected;
        *sum = corrected;
    }

    /// Returns when this weight is within the limit, or `None` when it is now. What is above the limit by itself is
    /// admitted when nothing else counts.
    pub(super) fn free_at(&mut self, weight: u64, limit: u64, now: Duration) -> Option<Duration> {
        self.forget(now);
        let most = limit.saturating_sub(weight);
        let mut sum = self.sum;
        let mut free_at = None;
        for (slot, weight) in &self.slots {
            if sum <= most {
                break;
            }
            sum -= weight;
            free_at = Some(SLOT * u32::try_from(slot + SLOTS + 1).unwrap_or(u32::MAX));
        }
        free_at
    }

    fn forget(&mut self, now: Duration) {
        while let Some((oldest, sum)) = self.slots.front()
            && *oldest + SLOTS < slot(now)
        {
            self.sum -= sum;
            self.slots.pop_front();
        }
    }
}

fn slot(time: Duration) -> u64 {
    u64::try_from(time.as_millis() / SLOT.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Expects at which second a weight is within a limit of 100 a minute.
    fn check(admitted: &[(f64, u64)], weight: u64, now: f64, expect: Option<f64>) {
        let mut minute = Minute::default();
        for (time, weight) in admitted {
            minute.add(*weight, at(*time));
        }
        assert_eq!(minute.free_at(weight, 100, at(now)), expect.map(at), "{admitted:?}");
    }

    #[test]
    fn what_is_admitted_counts_for_a_minute_and_a_little() {
        check(&[], 100, 0.0, None);
        check(&[(0.0, 60)], 40, 1.0, None);
        check(&[(0.0, 60)], 41, 1.0, Some(60.5));
        check(&[(0.1, 60), (0.2, 1), (2.0, 39)], 40, 60.4, Some(60.5));
        check(&[(0.1, 60), (2.0, 39)], 62, 60.4, Some(62.5));
        check(&[(0.1, 60), (2.0, 39)], 61, 60.5, None);
    }

    #[test]
    fn what_counts_no_more_takes_no_memory_though_no_limit_is_asked_for() {
        let mut minute = Minute::default();
        for slot in 0..10_000 {
            minute.add(1, SLOT * slot);
        }
        assert_eq!((minute.slots.len(), minute.sum), (242, 242));
    }

    #[test]
    fn what_is_above_the_limit_goes_alone() {
        check(&[], 500, 0.0, None);
        check(&[(7.0, 1)], 500, 8.0, Some(67.5));
    }

    #[test]
    fn what_turned_out_to_weigh_something_else_is_corrected_while_it_counts() {
        let mut minute = Minute::default();
        minute.add(90, at(1.0));
        minute.correct(at(1.1), 90, 20);
        assert_eq!(minute.free_at(80, 100, at(2.0)), None);
        minute.correct(at(1.1), 20, 30);
        assert_eq!(minute.free_at(80, 100, at(2.0)), Some(at(61.5)));
        assert_eq!(minute.free_at(80, 100, at(62.0)), None);
        minute.correct(at(1.1), 30, 99);
        assert_eq!(minute.free_at(80, 100, at(62.0)), None, "it counts no more");
    }
}
