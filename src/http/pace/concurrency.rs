//! How many requests may be under way at once: fewer after a refusal for a rate limit, slowly more while all goes well.

/// Permits that adapt, as TCP's window does: halved once an episode, one more after each round of successes.
#[derive(Debug)]
pub(super) struct Concurrency {
    ceiling: u32,
    pub(super) limit: u32,
    under_way: u32,
    /// Since the limit last changed.
    successes: u32,
    /// The newest attempt when the limit was last cut.
    cut_at: u64,
}

impl Concurrency {
    /// Begins with all that the engine asks for.
    pub(super) fn new(ceiling: u32) -> Self {
        Self { ceiling, limit: ceiling, under_way: 0, successes: 0, cut_at: 0 }
    }

    pub(super) fn is_full(&self) -> bool {
        self.limit <= self.under_way
    }

    pub(super) fn enter(&mut self) {
        self.under_way += 1;
    }

    pub(super) fn leave(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// Notes an answer; as many as are allowed at once make room for one more.
    pub(super) fn succeeded(&mut self) {
        if self.limit == self.ceiling {
            return;
        }
        self.successes += 1;
        if self.limit <= self.successes {
            self.limit += 1;
            self.successes = 0;
        }
    }

    /// Notes that this attempt was refused for a rate limit; returns the limit before it was cut.
    ///
    /// Attempts that were sent before the last cut tell nothing new.
    pub(super) fn refused(&mut self, attempt: u64, newest: u64) -> Option<u32> {
        if attempt <= self.cut_at {
            return None;
        }
        self.cut_at = newest;
        self.successes = 0;
        let before = self.limit;
        self.limit = (before / 2).max(1);
        (self.limit < before).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_halves_once_an_episode() {
        let mut concurrency = Concurrency::new(16);
        let mut check = |attempt, newest, expect: (Option<u32>, u32)| {
            assert_eq!((concurrency.refused(attempt, newest), concurrency.limit), expect, "{attempt}");
        };
        check(3, 10, (Some(16), 8));
        for attempt in [1, 5, 10] {
            check(attempt, 12, (None, 8));
        }
        check(11, 20, (Some(8), 4));
        check(21, 22, (Some(4), 2));
        check(23, 24, (Some(2), 1));
        check(25, 26, (None, 1));
    }

    #[test]
    fn a_round_of_successes_makes_room_for_one_more() {
        let mut concurrency = Concurrency::new(5);
        concurrency.refused(1, 1);
        let limits: Vec<u32> = (0..12)
            .map(|_| {
                concurrency.succeeded();
                concurrency.limit
            })
            .collect();
        assert_eq!(limits, [2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]);
    }

    #[test]
    fn no_more_enter_than_are_allowed() {
        let mut concurrency = Concurrency::new(2);
        concurrency.enter();
        assert!(!concurrency.is_full());
        concurrency.enter();
        assert!(concurrency.is_full());
        concurrency.leave();
        concurrency.refused(1, 2);
        assert!(concurrency.is_full(), "one of one is under way");
    }
}
