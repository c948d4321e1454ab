//! What a run may spend: the worst case of each attempt is reserved before it and settled after it.
//!
//! **Invariant:** what is spent and what is reserved are together never more than a limit, unless a server counts more
//! than the worst case of what it was sent; then nothing more can be reserved.

mod charge;
#[cfg(test)]
mod tests;

pub use charge::charge;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::price::{Price, dollars, money, nanodollars};
use crate::label::prediction::Usage;

/// Most tokens of an answer where a run has a budget and the user sets no limit: what cannot be bounded cannot be
/// reserved. No answer to a labeling task needs as many, unless the model reasons at length, and yet a thousandth of a
/// dollar or two pays for them on a small model.
pub const ANSWER_LIMIT: u64 = 4_096;

/// What a run may spend; `None` for any amount.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// In US dollars.
    pub cost: Option<f64>,
    /// Of prompts and answers together.
    pub tokens: Option<u64>,
}

/// What was spent, or what may be needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    pub tokens: u64,
    /// Billionths of a US dollar.
    pub nanodollars: u64,
}

/// The account of a run; shared by all its requests.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    most: Amount,
    price: Option<Price>,
    /// Held by whoever waits for others to settle; the queue before it is first in, first out.
    turnstile: tokio::sync::Mutex<()>,
    /// Tells the one in the turnstile.
    settled: Notify,
    state: Mutex<State>,
}

/// What one attempt may need, set aside; whoever drops it without settling is charged all of it.
#[derive(Debug)]
#[must_use]
pub struct Reservation<'a> {
    budget: &'a Budget,
    worst: Amount,
    used: Amount,
}

#[derive(Debug, Default)]
struct State {
    spent: Amount,
    reserved: Amount,
}

/// Whether a reservation can be made.
enum Room {
    Now,
    /// When others need less than they reserved.
    Perhaps,
    /// With what was spent so far.
    Never(Amount),
}

impl Budget {
    /// An account that nothing was spent of; without a price, only the cost that a server names counts.
    pub fn new(limits: Limits, price: Option<Price>) -> Self {
        let most = Amount {
            tokens: limits.tokens.unwrap_or(u64::MAX),
            nanodollars: limits.cost.map_or(u64::MAX, nanodollars),
        };
        Self {
            limits,
            most,
            price,
            turnstile: tokio::sync::Mutex::default(),
            settled: Notify::new(),
            state: Mutex::default(),
        }
    }

    /// Sets the worst case of an attempt aside, once those before have got theirs and enough is settled; the error says
    /// what was spent. A smaller one may still fit.
    ///
    /// Who holds a reservation must not wait for another one.
    pub async fn reserve(&self, worst: &Usage) -> Result<Reservation<'_>, String> {
        let worst = self.amount(worst, None);
        let _turn = self.turnstile.lock().await;
        loop {
            let room = self.state().try_reserve(worst, self.most);
            match room {
                Room::Now => return Ok(Reservation { budget: self, worst, used: worst }),
                Room::Perhaps => self.settled.notified().await,
                Room::Never(spent) => return Err(self.too_much(spent, worst)),
            }
        }
    }

    /// Returns what was spent so far, with the worst case of every attempt whose usage nobody knows.
    pub fn spent(&self) -> Amount {
        self.state().spent
    }

    /// Returns what may be spent.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns what this usage takes of the budget; a cost that a server names counts where it is the higher one.
    pub fn amount(&self, usage: &Usage, named: Option<f64>) -> Amount {
        let reckoned = self.price.map(|price| price.nanodollars(usage)).unwrap_or_default();
        Amount {
            tokens: usage.prompt_tokens.saturating_add(usage.completion_tokens),
            nanodollars: reckoned.max(named.map(nanodollars).unwrap_or_default()),
        }
    }

    /// Says why a reservation can never be made.
    fn too_much(&self, Amount { tokens, nanodollars }: Amount, worst: Amount) -> String {
        let dollars = |nanodollars| money(dollars(nanodollars));
        match self.limits.cost {
            Some(limit) if self.most.nanodollars < nanodollars.saturating_add(worst.nanodollars) => {
                let next = format!("may cost up to {}", dollars(worst.nanodollars));
                told(&money(limit), (0 < nanodollars).then(|| dollars(nanodollars)), &next)
            }
            _ => {
                let next = format!("may use up to {}", worst.tokens);
                let limit = format!("{} tokens", self.most.tokens);
                told(&limit, (0 < tokens).then(|| tokens.to_string()), &next)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation<'_> {
    /// Gives back what was not used, and charges what was, if that is more than was reserved.
    pub fn settle(mut self, usage: &Usage, named: Option<f64>) {
        self.used = self.budget.amount(usage, named);
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.state();
        state.reserved = state.reserved.minus(self.worst);
        state.spent = state.spent.plus(self.used);
        drop(state);
        self.budget.settled.notify_one();
    }
}

impl State {
    fn try_reserve(&mut self, worst: Amount, most: Amount) -> Room {
        // Settling never lowers what is spent, so who does not fit beside that will not fit later.
        if !self.spent.plus(worst).fits(most) {
            return Room::Never(self.spent);
        }
        if !self.spent.plus(self.reserved).plus(worst).fits(most) {
            return Room::Perhaps;
        }
        self.reserved = self.reserved.plus(worst);
        Room::Now
    }
}

impl Amount {
    /// Returns both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            nanodollars: self.nanodollars.saturating_add(other.nanodollars),
        }
    }

    /// Returns the larger tokens and the larger money of both.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self { tokens: self.tokens.max(other.tokens), nanodollars: self.nanodollars.max(other.nanodollars) }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_sub(other.tokens),
            nanodollars: self.nanodollars.saturating_sub(other.nanodollars),
        }
    }

    fn fits(self, most: Self) -> bool {
        self.tokens <= most.tokens && self.nanodollars <= most.nanodollars
    }
}

/// Says that nothing more can be reserved.
fn told(limit: &str, used: Option<String>, next: &str) -> String {
    match used {
        Some(used) => {
            format!("the budget of {limit} does not cover the next request, which {next}; {used} used")
        }
        None => format!("the budget of {limit} is too small for a request, which {next}"),
    }
}
