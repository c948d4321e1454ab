//! How fast requests may go out: a rate, and one pause for everybody after a refusal.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::stop::Stop;

/// The gate every attempt passes; shared by all requests to one server.
///
/// Attempts pass in the order in which they came: whoever is first waits for the rate with the turnstile held.
/// Without it governor lets light requests overtake heavy ones for ever, for its waiters have no queue.
#[derive(Debug)]
pub struct Pace {
    turnstile: Mutex<()>,
    rate: Option<Limiter>,
    pause: watch::Sender<Option<Instant>>,
    pub(super) counters: Tally,
}

/// What passed the gate, counted by the transport.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) attempts: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) limited: AtomicU64,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

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

impl Pace {
    /// Allows `rpm` requests in any 60 seconds, or any number.
    pub fn new(rpm: Option<u32>) -> Self {
        Self {
            turnstile: Mutex::new(()),
            rate: rpm.and_then(NonZeroU32::new).map(limiter),
            pause: watch::Sender::new(None),
            counters: Tally::default(),
        }
    }

    /// Waits for this attempt's turn; false if stopping was asked for first.
    pub async fn admit(&self, stop: &Stop) -> bool {
        tokio::select! {
            biased;
            () = stop.asked() => false,
            () = self.turn() => true,
        }
    }

    /// Lets nobody through for this long, from now; of two pauses the later end wins.
    pub fn pause(&self, wait: Duration) {
        // A year stands for ever, and cannot overflow the clock.
        let end = Instant::now() + wait.min(Duration::from_secs(365 * 86_400));
        self.pause.send_if_modified(|until| {
            let later = until.is_none_or(|until| until < end);
            if later {
                *until = Some(end);
            }
            later
        });
    }

    /// Returns the end of the latest pause, which may be over, and every change of it; for progress displays.
    pub fn pauses(&self) -> watch::Receiver<Option<Instant>> {
        self.pause.subscribe()
    }

    async fn turn(&self) {
        let _turn = self.turnstile.lock().await;
        loop {
            // Read again after each wait: a pause may have begun or grown meanwhile.
            let until = *self.pause.borrow();
            if let Some(until) = until
                && Instant::now() < until
            {
                sleep_until(until).await;
                continue;
            }
            let Some(rate) = &self.rate else { return };
            match rate.check() {
                Ok(()) => return,
                Err(early) => sleep(early.wait_time_from(rate.clock().now())).await,
            }
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(None)
    }
}

/// Builds a limiter that admits at most `rpm` in any 60 seconds.
///
/// The burst is a second's worth: enough to make up for late timers at high rates, and what Azure allows, which
/// counts in windows of 1 and 10 seconds. As a burst comes on top of what is refilled, the refill is slower by it;
/// governor's own `per_minute(60)` admits 119 in its first minute.
fn limiter(rpm: NonZeroU32) -> Limiter {
    let burst = NonZeroU32::new(rpm.get() / 60).unwrap_or(NonZeroU32::MIN);
    let period = Duration::from_secs(60) / (rpm.get() - burst.get() + 1);
    let quota = Quota::with_period(period).expect("a minute divided by a u32 is not zero").allow_burst(burst);
    RateLimiter::direct_with_clock(quota, TokioClock { start: Instant::now() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::join_all;

    use super::*;
    use crate::http::stop;

    /// Returns when each of `count` attempts that come at once was admitted, in the order they came.
    async fn admissions(pace: &Arc<Pace>, count: usize) -> Vec<Duration> {
        let start = Instant::now();
        let attempts = (0..count).map(|_| {
            let pace = Arc::clone(pace);
            tokio::spawn(async move {
                assert!(pace.admit(&Stop::never()).await);
                start.elapsed()
            })
        });
        join_all(attempts.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect()
    }

    async fn check_rate(rpm: u32) {
        let pace = Arc::new(Pace::new(Some(rpm)));
        let allowed = rpm as usize;
        let times = admissions(&pace, allowed * 2 + 1).await;
        assert!(times.is_sorted(), "who comes first goes first");
        for (first, after) in times.iter().zip(&times[allowed..]) {
            let window = Duration::from_millis(59_900);
            assert!(*first + window <= *after, "{allowed} a minute, but {first:?} and {after:?}");
        }
        let bound = Duration::from_secs(126);
        assert!(*times.last().unwrap() < bound, "{rpm}: slower than needed: {:?}", times.last());
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_admits_more_than_allowed() {
        for rpm in [1, 3, 59, 60, 61, 600, 3_000] {
            check_rate(rpm).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_rate_everybody_passes_at_once() {
        let times = admissions(&Arc::default(), 1_000).await;
        assert_eq!(times, vec![Duration::ZERO; 1_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_pauses_the_later_end_wins_and_holds_everybody() {
        for pauses in [[2, 5], [5, 2]] {
            let pace = Arc::new(Pace::new(None));
            for seconds in pauses {
                pace.pause(Duration::from_secs(seconds));
            }
            assert_eq!(admissions(&pace, 8).await, vec![Duration::from_secs(5); 8]);
            assert_eq!(admissions(&pace, 1).await, [Duration::ZERO], "a pause holds once");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_grows_while_one_waits_is_obeyed() {
        let pace = Arc::new(Pace::new(None));
        pace.pause(Duration::from_secs(3));
        let waiting = tokio::spawn({
            let pace = Arc::clone(&pace);
            async move { admissions(&pace, 1).await }
        });
        sleep(Duration::from_secs(1)).await;
        pace.pause(Duration::from_secs(9));
        // The waiter came before the first second had passed.
        assert_eq!(waiting.await.unwrap(), [Duration::from_secs(10)]);
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_ends_every_wait_at_once() {
        let pace = Pace::new(Some(1));
        pace.pause(Duration::from_secs(3_600));
        let (stopper, stop) = stop::channel();
        let start = Instant::now();
        let waits = join_all((0..4).map(|_| pace.admit(&stop)));
        let (admitted, ()) = tokio::join!(waits, async { stopper.stop() });
        assert_eq!((admitted, start.elapsed()), (vec![false; 4], Duration::ZERO));
        assert!(!pace.admit(&stop).await, "and nobody passes afterwards");
    }
}
