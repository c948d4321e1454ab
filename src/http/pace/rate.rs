//! How smoothly an allowance is used up: a governor bucket, whose debts are paid before the next admission.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, FakeRelativeClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

/// Most cells of a bucket that fall in a minute: what is more is counted in larger cells, for governor's shortest period
/// is a nanosecond and must not be rounded by much.
const MOST_CELLS: u64 = 1_000_000;

/// Which part of a minute's allowance may pass at once after a lull: half a second's. It makes up for late timers, and
/// Azure counts in windows of a second.
const BURSTS_A_MINUTE: u32 = 120;

/// An allowance a minute that is used evenly. Times count from any one moment.
///
/// Whatever is admitted is owed, and nothing more is admitted before it is paid: in pieces that the bucket holds, so that
/// what is heavier than the bucket is not clamped. What is given back pays for the next.
#[derive(Debug)]
pub(super) struct Rate {
    /// A minute.
    pub(super) limit: u64,
    bucket: Bucket,
    /// The bucket's clock is set by hand: it stands still where somebody looked last, so that debts are paid when they
    /// could be, and not when somebody looks again.
    clock: FakeRelativeClock,
    /// What the clock shows; `None` before anybody looked.
    time: Option<Duration>,
    /// The most cells that are paid at once: half of what the bucket holds, so that a late timer loses nothing.
    piece: NonZeroU32,
    /// What a cell stands for.
    cell: u64,
    owed: i64,
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, FakeRelativeClock, NoOpMiddleware<Nanos>>;

impl Rate {
    /// Begins with an empty bucket, so that a new limit is no new burst, however late it is used.
    pub(super) fn new(limit: u64) -> Self {
        let limit = limit.max(1);
        let cell = limit.div_ceil(MOST_CELLS);
        let cells = u32::try_from(limit / cell).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(cells.get() / BURSTS_A_MINUTE).unwrap_or(NonZeroU32::MIN);
        let period = Duration::from_secs(60) / cells.get();
        let quota =
            Quota::with_period(period).expect("a minute divided by a million is not zero").allow_burst(burst);
        let clock = FakeRelativeClock::default();
        let bucket = RateLimiter::direct_with_clock(quota, clock.clone());
        bucket.check_n(burst).expect("a bucket holds its burst").expect("it is full at first");
        let piece = NonZeroU32::new(burst.get() / 2).unwrap_or(NonZeroU32::MIN);
        // The first admission finds nothing owed.
        Self { limit, bucket, clock, time: None, piece, cell, owed: 0 }
    }

    /// Pays what is owed as far as it could be paid until now; returns when there is more to pay.
    pub(super) fn owes_until(&mut self, now: Duration) -> Option<Duration> {
        let mut time = *self.time.get_or_insert(now);
        while 0 < self.owed {
            let cells = self.owed.unsigned_abs().div_ceil(self.cell);
            let cells = u32::try_from(cells).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
            let piece = cells.min(self.piece);
            if let Err(early) = self.bucket.check_n(piece).expect("a bucket holds a piece") {
                let next = time + early.wait_time_from(self.clock.now());
                if now < next {
                    return Some(next);
                }
                time = self.set_clock(next);
                continue;
            }
            self.owed = self.owed.saturating_sub_unsigned(u64::from(piece.get()) * self.cell);
        }
        self.set_clock(now);
        None
    }

    /// Owes this weight as well, but no more than a minute's allowance in all: no server holds more against anybody.
    pub(super) fn owe(&mut self, weight: u64, now: Duration) {
        // What could be paid before must not be paid with later time.
        self.owes_until(now);
        self.owed = self.owed.saturating_add_unsigned(weight).min(self.minute());
    }

    /// Owes less by this weight; what was paid already pays for the next, for a minute at most.
    pub(super) fn give_back(&mut self, weight: u64) {
        self.owed = self.owed.saturating_sub_unsigned(weight).max(-self.minute());
    }

    fn minute(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }

    /// Sets the clock, unless it shows a later time already; returns what it shows.
    fn set_clock(&mut self, time: Duration) -> Duration {
        let shown = self.time.unwrap_or(time);
        self.clock.advance(time.saturating_sub(shown));
        *self.time.insert(shown.max(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Owes these weights at these seconds, of 6,000 a minute; expects when there is nothing to pay any more.
    fn check(owed: &[(f64, u64)], expect: f64) {
        let mut rate = Rate::new(6_000);
        let mut now = at(5.0);
        for (second, weight) in owed {
            now = at(*second);
            rate.owe(*weight, now);
        }
        while let Some(next) = rate.owes_until(now) {
            now = next;
        }
        assert_eq!(now, at(expect), "{owed:?}");
    }

    #[test]
    fn what_is_owed_is_paid_evenly() {
        check(&[], 5.0);
        check(&[(5.0, 100)], 6.0);
        check(&[(5.0, 1), (5.0, 1_000)], 15.01);
        check(&[(5.0, 100), (7.0, 100)], 7.5);
        check(&[(5.0, 1 << 40)], 65.0);
    }

    #[test]
    fn time_in_which_nobody_looks_pays_as_well_but_no_more_than_the_burst_ahead() {
        check(&[(5.0, 6_000), (64.0, 100)], 66.0);
        check(&[(5.0, 6_000), (100.0, 100)], 100.5);
    }

    #[test]
    fn what_is_given_back_pays_for_the_next() {
        let mut rate = Rate::new(6_000);
        rate.owe(100, at(0.0));
        rate.give_back(70);
        assert_eq!(rate.owes_until(at(0.0)), Some(at(0.25)));
        assert_eq!(rate.owes_until(at(0.3)), None);
        rate.give_back(200);
        rate.owe(150, at(0.3));
        assert_eq!(rate.owes_until(at(0.3)), None);
    }

    #[test]
    fn who_is_given_back_more_than_was_owed_has_a_minute_ahead_at_most() {
        let mut rate = Rate::new(6_000);
        rate.owe(1 << 40, at(0.0));
        rate.give_back(1 << 40);
        rate.owe(6_000, at(0.0));
        assert_eq!(rate.owes_until(at(0.0)), None);
        rate.owe(1, at(0.0));
        assert_eq!(rate.owes_until(at(0.0)), Some(at(0.01)));
    }
}
