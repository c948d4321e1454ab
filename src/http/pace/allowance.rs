//! One allowance, of requests or of tokens: its limit a minute, what was used of it, and what the server says is left.

use std::time::Duration;

use tracing::info;

use super::limits::{Left, Limit, Meaning, float};
use super::minute::Minute;
use super::rate::Rate;
use crate::http::words::in_words;

/// Says why nobody is admitted now, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) until: Duration,
    /// Whether it is the server's word rather than our own pace; then it is not waited for longer than allowed.
    pub(super) told: bool,
}

/// All weights are those of everybody who shares the allowance: what one of three processes uses weighs threefold. Times
/// count from any one moment.
#[derive(Debug)]
pub(super) struct Allowance {
    /// In messages: `requests`.
    name: &'static str,
    /// Whether the user gave the limit, which then counts whatever the server says.
    given: bool,
    rate: Option<Rate>,
    minute: Minute,
    guard: Option<Guard>,
    /// Everything ever admitted.
    total: u64,
    /// The end of the last wait for more that a person was told of.
    announced: Duration,
}

/// What the server said was left, when all up to a certain admission was counted.
#[derive(Debug, Clone, Copy)]
struct Guard {
    /// The total when the attempt was admitted whose reply said it.
    counted: u64,
    left: Left,
    from: Duration,
}

impl Allowance {
    /// An allowance of this limit, or of one that the server may tell.
    pub(super) fn new(name: &'static str, limit: Option<u64>) -> Self {
        Self {
            name,
            given: limit.is_some(),
            rate: limit.map(Rate::new),
            minute: Minute::default(),
            guard: None,
            total: 0,
            announced: Duration::ZERO,
        }
    }

    /// Returns the limit a minute that is kept.
    pub(super) fn limit(&self) -> Option<u64> {
        self.rate.as_ref().map(|rate| rate.limit)
    }

    /// Returns why this weight has to wait, or `None`.
    pub(super) fn hold(&mut self, weight: u64, now: Duration) -> Option<Hold> {
        if weight == 0 {
            return None;
        }
        if let Some(until) = self.guarded(weight, now) {
            return Some(Hold { until, told: true });
        }
        let rate = self.rate.as_mut()?;
        let until = rate.owes_until(now).or_else(|| self.minute.free_at(weight, rate.limit, now));
        until.map(|until| Hold { until, told: false })
    }

    /// Admits this weight; returns the total with it.
    pub(super) fn take(&mut self, weight: u64, now: Duration) -> u64 {
        if 0 < weight {
            self.minute.add(weight, now);
            if let Some(rate) = &mut self.rate {
                rate.owe(weight, now);
            }
            self.total = self.total.saturating_add(weight);
        }
        self.total
    }

    /// Changes the weight of what was admitted then from the wrong to the right one.
    pub(super) fn correct(&mut self, then: Duration, (wrong, right): (u64, u64), now: Duration) {
        self.minute.correct(then, wrong, right);
        if let Some(rate) = &mut self.rate {
            rate.owe(right.saturating_sub(wrong), now);
            rate.give_back(wrong.saturating_sub(right));
        }
    }

    /// Believes what the server said in reply to an attempt; `counted` is the total when that was admitted.
    pub(super) fn learn(&mut self, Meaning { limit, left }: Meaning, counted: u64, now: Duration) {
        if self.given {
            return;
        }
        self.relimit(limit);
        // A reply to a later attempt knows more.
        if let Some(left) = left
            && self.guard.is_none_or(|guard| guard.counted <= counted)
        {
            self.guard = Some(Guard { counted, left, from: now });
        }
    }

    /// Paces by this limit, if it is another than before.
    fn relimit(&mut self, limit: Limit) {
        let name = self.name;
        let limit = match (self.limit(), limit) {
            (None, Limit::Minute(limit)) => {
                info!("the server allows {limit} {name} a minute, by its headers; pacing by that");
                Some(limit)
            }
            (Some(before), Limit::Minute(limit)) if before != limit => {
                info!(
                    "the server now allows {limit} {name} a minute instead of {before}, by its headers; pacing by that"
                );
                Some(limit)
            }
            (Some(before), Limit::Longer) => {
                info!(
                    "the server's limit of {before} {name} is none a minute, by its headers; pacing by what is left"
                );
                None
            }
            _ => return,
        };
        self.rate = limit.map(Rate::new);
    }

    /// Returns until when the server would refuse this weight, by its own word.
    fn guarded(&mut self, weight: u64, now: Duration) -> Option<Duration> {
        let guard = self.guard?;
        let Left { remaining, reset, per_second } = guard.left;
        let end = guard.from + reset;
        if end <= now {
            self.guard = None;
            return None;
        }
        let uncounted = self.total.saturating_sub(guard.counted) + weight;
        let missing = uncounted.checked_sub(remaining).filter(|missing| 0 < *missing)?;
        let refilled = Duration::try_from_secs_f64(float(missing) / per_second).unwrap_or(Duration::MAX);
        let until = end.min(guard.from.saturating_add(refilled));
        let wait = until.checked_sub(now).filter(|wait| !wait.is_zero())?;
        let second = Duration::from_secs(1);
        // Each reply tells the end of the same wait anew, a little different each time.
        if self.announced + second <= until && second <= wait {
            self.announced = until;
            let (name, wait) = (self.name, in_words(wait));
            info!("the server has {remaining} {name} left, by its headers; waiting {wait} for more");
        }
        Some(until)
    }
}
