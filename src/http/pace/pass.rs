//! The right to make one attempt, and what came of it.

use std::time::Duration;

use reqwest::header::HeaderMap;

use super::Pace;

/// More tokens than any server allows in a minute.
const HEAVIEST: u64 = 1 << 40;

/// One attempt that was admitted. Dropping it makes room for another; what was reserved for it stays reserved unless it is
/// settled before.
#[derive(Debug)]
pub struct Pass<'a> {
    pace: &'a Pace,
    ticket: Ticket,
}

/// What was reserved for an attempt.
#[derive(Debug)]
pub(super) struct Ticket {
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) admitted: Duration,
    /// How many processes there were; every use weighs that much.
    pub(super) share: u64,
    pub(super) tokens: u64,
    /// Everything that was admitted up to this, as it weighs.
    pub(super) requests_total: u64,
    pub(super) tokens_total: u64,
}

impl<'a> Pass<'a> {
    pub(super) fn new(pace: &'a Pace, ticket: Ticket) -> Self {
        Self { pace, ticket }
    }

    /// Returns which attempt it is, in order of admission.
    pub(super) fn number(&self) -> u64 {
        self.ticket.number
    }

    /// Gives everything back, for the attempt did not reach the server.
    pub fn unsent(&mut self) {
        self.use_tokens(0);
        let Ticket { admitted, share, .. } = self.ticket;
        let mut state = self.pace.state();
        let now = state.start.elapsed();
        state.requests.correct(admitted, (share, 0), now);
    }

    /// Takes as many tokens as were really used instead of those that were expected; the next ones pay for the rest, or
    /// get it.
    pub fn use_tokens(&mut self, used: u64) {
        let Ticket { admitted, share, tokens, .. } = self.ticket;
        let (wrong, right) = (weigh(tokens, share), weigh(used, share));
        let mut state = self.pace.state();
        let now = state.start.elapsed();
        state.tokens.correct(admitted, (wrong, right), now);
        self.ticket.tokens = used;
    }

    /// Learns from the headers of the reply.
    pub fn learn(&self, headers: &HeaderMap) {
        self.pace.state().learn(&self.ticket, headers);
    }

    /// Notes that it was answered well, so that more may be under way again.
    pub fn succeeded(&self) {
        if let Some(concurrency) = &mut self.pace.state().concurrency {
            concurrency.succeeded();
        }
    }
}

/// Returns what tokens weigh where so many processes share; what nobody could mean is cut, so that sums do not overflow.
pub(super) fn weigh(tokens: u64, share: u64) -> u64 {
    tokens.saturating_mul(share).min(HEAVIEST)
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(concurrency) = &mut self.pace.state().concurrency {
            concurrency.leave();
        }
        self.pace.changed.notify_one();
    }
}
