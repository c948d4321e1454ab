//! How smoothly an allowance is used up: a governor bucket, whose debts are paid before the next admission.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

/// Most cells of a bucket that fall in a minute: what is more is counted in larger cells, for governor's shortest period
/// is a nanosecond and must not be rounded by much.
const MOST_CELLS: u64 = 1_000_000;

/// Which part of a minute's allowance may pass at once after a lull: half a second's. It makes up for late timers, and
/// Azure counts in windows of a second.
const BURSTS_A_MINUTE: u32 = 120;

/// An allowance a minute that is used evenly.
///
/// Whatever is admitted is owed, and nothing more is admitted before it is paid: in pieces that the bucket holds, so that
/// what is heavier than the bucket is not clamped. What is given back pays for the next.
#[derive(Debug)]
pub(super) struct Rate {
    /// A minute.
    pub(super) limit: u64,
    bucket: Bucket,
    /// The most cells that are paid at once: half of what the bucket holds, so that a late timer loses nothing.
    piece: NonZeroU32,
    /// What a cell stands for.
    cell: u64,
    owed: i64,
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

/// Tokio's clock for governor, so that a test can pause it.
#[derive(Debug, Clone)]
struct TokioClock {
    start: Instant,
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Rate {
    /// Begins with an empty bucket, so that a new limit is no new burst.
    pub(super) fn new(limit: u64) -> Self {
        let limit = limit.max(1);
        let cell = limit.div_ceil(MOST_CELLS);
        let cells = u32::try_from(limit / cell).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(cells.get() / BURSTS_A_MINUTE).unwrap_or(NonZeroU32::MIN);
        let period = Duration::from_secs(60) / cells.get();
        let quota =
            Quota::with_period(period).expect("a minute divided by a million is not zero").allow_burst(burst);
        let bucket = RateLimiter::direct_with_clock(quota, TokioClock { start: Instant::now() });
        bucket.check_n(burst).expect("a bucket holds its burst").expect("it is full at first");
        let piece = NonZeroU32::new(burst.get() / 2).unwrap_or(NonZeroU32::MIN);
        // The first admission finds nothing owed.
        Self { limit, bucket, piece, cell, owed: 0 }
    }

    /// Pays what is owed as far as that can be done now; returns how long to wait before paying on.
    pub(super) fn pay(&mut self) -> Option<Duration> {
        while 0 < self.owed {
            let cells = self.owed.unsigned_abs().div_ceil(self.cell);
            let cells = u32::try_from(cells).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
            let piece = cells.min(self.piece);
            if let Err(early) = self.bucket.check_n(piece).expect("a bucket holds a piece") {
                return Some(early.wait_time_from(self.bucket.clock().now()));
            }
            self.owed = self.owed.saturating_sub_unsigned(u64::from(piece.get()) * self.cell);
        }
        None
    }

    /// Owes this weight.
    pub(super) fn owe(&mut self, weight: u64) {
        self.owed = self.owed.saturating_add_unsigned(weight);
    }

    /// Takes less than what was owed for something; what was paid already pays for the next.
    pub(super) fn give_back(&mut self, weight: u64) {
        self.owed = self.owed.saturating_sub_unsigned(weight);
    }
}
