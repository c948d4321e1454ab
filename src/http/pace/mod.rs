//! How fast requests may go out: requests and tokens a minute, one pause for everybody after a refusal, and how many
//! requests may be under way at once.

mod allowance;
mod concurrency;
mod headers;
mod limits;
mod minute;
mod pass;
mod rate;
#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, info};

pub use self::pass::Pass;

use self::allowance::{Allowance, Hold};
use self::concurrency::Concurrency;
use self::limits::meaning;
use super::stop::Stop;
use super::words::in_words;

/// A year stands for ever, and cannot overflow the clock.
const FOR_EVER: Duration = Duration::from_secs(365 * 86_400);

/// What a user allows; what is `None` has no limit but the server's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests in any 60 seconds; counts whatever the server's headers say.
    pub rpm: Option<u32>,
    /// Tokens in any 60 seconds, of prompts and completions together; likewise.
    pub tpm: Option<u64>,
    /// Requests under way at once; after refusals fewer are, for a while.
    pub concurrency: Option<u32>,
}

/// The gate every attempt passes; shared by all requests to one server.
///
/// Attempts pass in the order in which they came: whoever is first waits with the turnstile held. Without it light
/// requests would overtake heavy ones for ever.
#[derive(Debug)]
pub struct Pace {
    turnstile: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// Tells who waits at the turnstile to look again.
    changed: Notify,
    pub(super) counters: Tally,
}

/// What passed the gate, counted by the transport.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) attempts: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) limited: AtomicU64,
}

/// What the pace did and which limits it keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaceReport {
    /// Wall time during which the rate or the server's word on what is left held everybody.
    pub held_by_rate: Duration,
    /// Wall time during which a pause held everybody.
    pub held_by_pause: Duration,
    pub pauses: u64,
    /// Given, or learned from the server's headers; of all processes that share it.
    pub requests_per_minute: Option<u64>,
    pub tokens_per_minute: Option<u64>,
    /// Requests that may be under way at once now.
    pub concurrency: Option<u32>,
}

/// Why an attempt was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// Stopping was asked for.
    Stopped,
    /// By the server's word there is nothing left for longer than the caller would wait.
    TooLong(Duration),
}

#[derive(Debug)]
struct State {
    /// What all times count from.
    start: Instant,
    requests: Allowance,
    tokens: Allowance,
    concurrency: Option<Concurrency>,
    /// Nobody passes before this.
    pause: Instant,
    /// How many processes take equal parts of the allowances.
    share: u32,
    /// Attempts ever admitted.
    admitted: u64,
    report: PaceReport,
}

/// What the one who is first waits for.
enum Wait {
    Pause(Instant),
    Rate(Hold),
    /// For another request to end.
    Room,
}

impl Pace {
    /// Keeps these limits, and learns from the server's headers what is not among them.
    pub fn new(limits: &Limits) -> Self {
        let start = Instant::now();
        let state = State {
            start,
            requests: Allowance::new("requests", limits.rpm.map(u64::from)),
            tokens: Allowance::new("tokens", limits.tpm),
            concurrency: limits.concurrency.map(Concurrency::new),
            pause: start,
            share: 1,
            admitted: 0,
            report: PaceReport::default(),
        };
        Self {
            turnstile: tokio::sync::Mutex::default(),
            state: Mutex::new(state),
            changed: Notify::new(),
            counters: Tally::default(),
        }
    }

    /// Waits for the turn of an attempt that is expected to use so many tokens.
    ///
    /// Where the server says that nothing is left for longer than `patience`, nobody waits for that.
    pub async fn admit(&self, tokens: u64, patience: Duration, stop: &Stop) -> Result<Pass<'_>, Turned> {
        tokio::select! {
            biased;
            () = stop.asked() => Err(Turned::Stopped),
            turn = self.turn(tokens, patience) => turn,
        }
    }

    /// Notes that an attempt was refused for a rate limit, and lets nobody through for this long from now; of two
    /// pauses the later end wins.
    pub fn refused(&self, pass: &Pass<'_>, wait: Duration) {
        let now = Instant::now();
        let end = now + wait.min(FOR_EVER);
        let mut state = self.state();
        let newest = state.admitted;
        let cut =
            state.concurrency.as_mut().and_then(|concurrency| concurrency.refused(pass.number(), newest));
        let limit = state.concurrency.as_ref().map_or(0, |concurrency| concurrency.limit);
        let begins = state.pause <= now;
        state.report.pauses += u64::from(begins);
        state.pause = state.pause.max(end);
        drop(state);
        self.changed.notify_one();
        let wait = in_words(wait);
        match cut {
            Some(before) => info!(
                "refused for its rate limit: everybody waits {wait}; {limit} instead of {before} requests at once"
            ),
            None if begins => info!("refused for its rate limit: everybody waits {wait}"),
            None => debug!("refused for its rate limit like others: {wait}"),
        }
    }

    /// Takes a `k`th of the allowances from now on, for `k` processes use them; 0 counts as 1.
    ///
    /// What is used weighs `k`-fold then. So nothing is set up anew, and no change is a burst.
    pub fn set_share(&self, k: u32) {
        self.state().share = k.max(1);
        self.changed.notify_one();
    }

    /// Returns what the pace did so far.
    pub fn report(&self) -> PaceReport {
        let state = self.state();
        PaceReport {
            requests_per_minute: state.requests.limit(),
            tokens_per_minute: state.tokens.limit(),
            concurrency: state.concurrency.as_ref().map(|concurrency| concurrency.limit),
            ..state.report
        }
    }

    async fn turn(&self, tokens: u64, patience: Duration) -> Result<Pass<'_>, Turned> {
        let came = Instant::now();
        let _turn = self.turnstile.lock().await;
        loop {
            let begun = Instant::now();
            let admitted = self.state().try_admit(tokens, begun);
            let wait = match admitted {
                Ok(ticket) => {
                    debug!(waited = ?came.elapsed(), tokens, "admitted");
                    return Ok(Pass::new(self, ticket));
                }
                Err(wait) => wait,
            };
            let until = match wait {
                Wait::Pause(until) => Some(until),
                Wait::Rate(Hold { until, told }) => {
                    let until = self.state().start + until;
                    if told && patience < until - begun {
                        return Err(Turned::TooLong(until - begun));
                    }
                    Some(until)
                }
                Wait::Room => None,
            };
            // Everything is looked at again after each wait: a pause may have begun or grown meanwhile.
            match until {
                Some(until) => tokio::select! {
                    () = sleep_until(until) => {}
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
            self.state().held(&wait, begun.elapsed());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

impl State {
    /// Admits an attempt, or says what it waits for.
    fn try_admit(&mut self, tokens: u64, now: Instant) -> Result<pass::Ticket, Wait> {
        if now < self.pause {
            return Err(Wait::Pause(self.pause));
        }
        if self.concurrency.as_ref().is_some_and(Concurrency::is_full) {
            return Err(Wait::Room);
        }
        let now = now - self.start;
        let share = u64::from(self.share);
        let weight = pass::weigh(tokens, share);
        let hold = self.requests.hold(share, now).or_else(|| self.tokens.hold(weight, now));
        if let Some(hold) = hold {
            return Err(Wait::Rate(hold));
        }
        self.admitted += 1;
        if let Some(concurrency) = &mut self.concurrency {
            concurrency.enter();
        }
        Ok(pass::Ticket {
            number: self.admitted,
            admitted: now,
            share,
            tokens,
            requests_total: self.requests.take(share, now),
            tokens_total: self.tokens.take(weight, now),
        })
    }

    fn held(&mut self, wait: &Wait, time: Duration) {
        match wait {
            Wait::Pause(_) => self.report.held_by_pause += time,
            Wait::Rate(_) => self.report.held_by_rate += time,
            Wait::Room => {}
        }
    }

    /// Believes what a reply's headers say.
    fn learn(&mut self, ticket: &pass::Ticket, headers: &HeaderMap) {
        let now = self.start.elapsed();
        let windows = headers::read(headers, SystemTime::now());
        if let Some(window) = windows.requests {
            self.requests.learn(meaning(&window), ticket.requests_total, now);
        }
        if let Some(window) = windows.tokens {
            self.tokens.learn(meaning(&window), ticket.tokens_total, now);
        }
    }
}

/// Returns how long a refusal's headers ask to wait where they name no wait: until what was short is there again.
pub(super) fn wait_for_reset(headers: &HeaderMap, tokens: u64) -> Option<Duration> {
    let windows = headers::read(headers, SystemTime::now());
    let requests = windows.requests.and_then(|window| limits::wait(&window, 1));
    let tokens = windows.tokens.and_then(|window| limits::wait(&window, tokens.max(1)));
    requests.max(tokens)
}
