//! What the attempts of one request are paid from.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::http::judge::Attempt;
use crate::label::prediction::Usage;
use crate::llm::budget::{Budget, Reservation, charge};

/// The budget, and what one attempt takes of it at the most.
#[derive(Debug)]
pub(super) struct Purse<'a> {
    budget: &'a Budget,
    worst: Usage,
    counting: Counting,
    /// For the attempt under way.
    reservation: Mutex<Option<Reservation<'a>>>,
}

/// Which tokens a server counts where several responses were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// Those of all.
    All,
    /// Perhaps those of one alone, as llama.cpp does.
    PerhapsOne,
}

impl<'a> Purse<'a> {
    pub(super) fn new(budget: &'a Budget, worst: Usage, counting: Counting) -> Self {
        Self { budget, worst, counting, reservation: Mutex::default() }
    }

    /// Sets the worst case of an attempt aside; the error says why there is no more.
    pub(super) async fn reserve(&self) -> Result<(), String> {
        let reservation = self.budget.reserve(&self.worst).await?;
        *self.reservation() = Some(reservation);
        Ok(())
    }

    /// Charges an attempt by the usage and the cost that its reply names.
    pub(super) fn settle(&self, attempt: &Attempt<'_>, mut told: Option<Usage>, cost: Option<f64>) {
        let Some(reservation) = self.reservation().take() else { return };
        if let (Some(told), Attempt::Answered(reply), Counting::PerhapsOne) =
            (&mut told, attempt, self.counting)
        {
            // Every token is at least a byte of the reply.
            let most = self.worst.completion_tokens.min(reply.body.len() as u64);
            told.completion_tokens = told.completion_tokens.max(most);
        }
        reservation.settle(&charge(attempt, told.as_ref(), &self.worst), cost);
    }

    fn reservation(&self) -> MutexGuard<'_, Option<Reservation<'a>>> {
        self.reservation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::http::transport::Reply;
    use crate::llm::budget::Limits;

    #[test]
    fn a_count_that_may_be_of_one_response_is_as_large_as_the_reply() {
        let check = |counting, length, told: (u64, u64), expect| {
            let budget = Budget::new(Limits::default(), None);
            let worst = Usage { prompt_tokens: 500, completion_tokens: 300, ..Usage::default() };
            let purse = Purse::new(&budget, worst, counting);
            purse.reserve().now_or_never().unwrap().unwrap();
            let reply = Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: vec![b' '; length] };
            let told = Usage { prompt_tokens: told.0, completion_tokens: told.1, ..Usage::default() };
            purse.settle(&Attempt::Answered(&reply), Some(told), None);
            assert_eq!(budget.spent().tokens, expect, "{counting:?} {length} {told:?}");
        };
        check(Counting::All, 200, (10, 5), 15);
        check(Counting::PerhapsOne, 200, (10, 5), 210);
        check(Counting::PerhapsOne, 9_000, (10, 5), 310);
        check(Counting::PerhapsOne, 200, (10, 250), 260);
        check(Counting::PerhapsOne, 200, (10, 400), 410);
    }

    #[test]
    fn what_is_settled_without_a_reservation_costs_nothing() {
        let budget = Budget::new(Limits::default(), None);
        let purse = Purse::new(&budget, Usage::default(), Counting::All);
        purse.settle(&Attempt::Unknown, None, Some(5.0));
        assert_eq!(budget.spent().nanodollars, 0);
    }
}
