//! Questions under way: who asks what somebody is asking already waits, and is given the same answer.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::answers::Trouble;
use super::fingerprint::Fingerprint;
use crate::llm::client::RawReply;

/// The questions under way, shared by all tasks; each is asked by one task at a time.
///
/// **Invariant:** a seat is given up when its task is dropped, whatever it was waiting for, so that nobody hangs.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Questions>);

#[derive(Debug, Default)]
struct Questions {
    under_way: HashMap<Fingerprint, Slot>,
    /// Questions of this run that failed, so that a wish to ask once more is not taken for one to ask again and again.
    failed: HashSet<Fingerprint>,
}

/// What came of a question, for those who wait for it; locked by who asks it.
type Slot = Arc<tokio::sync::Mutex<Option<Told>>>;

/// What came of a question.
#[derive(Debug, Clone)]
pub(super) enum Told {
    Answer(Vec<RawReply>),
    Failure(Trouble),
}

/// The right to ask a question, for as long as this lives.
#[derive(Debug)]
pub(super) struct Seat<'a> {
    told: OwnedMutexGuard<Option<Told>>,
    /// Comes last, for it looks whether anybody holds the lock.
    place: Place<'a>,
}

/// Counts as interest in a question while it lives.
#[derive(Debug)]
struct Place<'a> {
    shared: &'a Shared,
    fingerprint: Fingerprint,
}

impl Shared {
    /// Waits until nobody else asks this question.
    pub(super) async fn seat(&self, fingerprint: Fingerprint) -> Seat<'_> {
        let slot = Arc::clone(self.questions().under_way.entry(fingerprint).or_default());
        let place = Place { shared: self, fingerprint };
        Seat { told: slot.lock_owned().await, place }
    }

    fn questions(&self) -> MutexGuard<'_, Questions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat<'_> {
    /// Returns what came of the question while this task waited for it.
    pub(super) fn told(&self) -> Option<Told> {
        self.told.clone()
    }

    /// Tells those who wait what came of the question.
    pub(super) fn tell(&mut self, told: Told) {
        if matches!(told, Told::Failure(_)) {
            self.place.shared.questions().failed.insert(self.place.fingerprint);
        }
        *self.told = Some(told);
    }

    /// Returns whether the question failed in this run.
    pub(super) fn has_failed(&self) -> bool {
        self.place.shared.questions().failed.contains(&self.place.fingerprint)
    }
}

impl Drop for Place<'_> {
    /// Forgets the question if nobody waits for it: a slot that is in nobody's hands is in the map alone.
    fn drop(&mut self) {
        let mut questions = self.shared.questions();
        if questions.under_way.get(&self.fingerprint).is_some_and(|slot| Arc::strong_count(slot) == 1) {
            questions.under_way.remove(&self.fingerprint);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use serde_json::json;

    use super::*;
    use crate::engine::ports::FailureKind;

    fn question(number: u64) -> Fingerprint {
        Fingerprint::of(&json!(number))
    }

    fn failure() -> Told {
        Told::Failure(Trouble::new(FailureKind::Refused, "no".to_owned()))
    }

    fn under_way(shared: &Shared) -> usize {
        shared.questions().under_way.len()
    }

    #[test]
    fn who_waits_is_told_and_who_comes_later_is_not() {
        let shared = Shared::default();
        let mut first = shared.seat(question(1)).now_or_never().unwrap();
        let mut second = Box::pin(shared.seat(question(1)));
        let mut third = Box::pin(shared.seat(question(1)));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        assert!(
            shared.seat(question(2)).now_or_never().unwrap().told().is_none(),
            "another question is free"
        );
        first.tell(failure());
        drop(first);
        for waiting in [second, third] {
            assert!(matches!(waiting.now_or_never().unwrap().told(), Some(Told::Failure(_))));
        }
        assert_eq!(under_way(&shared), 0);
        let late = shared.seat(question(1)).now_or_never().unwrap();
        assert!(late.told().is_none() && late.has_failed());
    }

    #[test]
    fn a_dropped_task_leaves_the_question_to_the_next() {
        let shared = Shared::default();
        let first = shared.seat(question(1)).now_or_never().unwrap();
        let mut second = Box::pin(shared.seat(question(1)));
        let mut third = Box::pin(shared.seat(question(1)));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        drop(second);
        assert_eq!(under_way(&shared), 1);
        drop(first);
        assert!(third.now_or_never().unwrap().told().is_none());
        assert_eq!(under_way(&shared), 0);
    }
}
