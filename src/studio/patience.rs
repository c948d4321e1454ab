//! Patience with a Label Studio that has answered before: it may be restarting, or the network be gone for a while.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::http::retry::RetryPolicy;
use crate::http::transport::SendError;
use crate::http::words::in_words;

/// How long one outage lasts already, over all requests of all who talk to the same Label Studio.
#[derive(Default)]
pub(super) struct Patience {
    /// Whom to tell of an outage; there is no patience before somebody is named.
    tell: OnceLock<Box<Tell>>,
    /// When the first request began that got no answer; `None` while there is one to every request.
    silent_since: Mutex<Option<Instant>>,
}

type Tell = dyn Fn(&str) + Send + Sync;

impl Patience {
    /// From now on outages are waited out.
    pub(super) fn begin(&self, tell: impl Fn(&str) + Send + Sync + 'static) {
        // Whoever was named first is told.
        drop(self.tell.set(Box::new(tell)));
    }

    /// Notes an answer.
    pub(super) fn answered(&self) {
        if let (Some(since), Some(tell)) = (self.silent_since().take(), self.tell.get()) {
            tell(&format!("Label Studio answers again, after {}", in_words(since.elapsed())));
        }
    }

    /// Notes that a request that began then got no answer, and returns how long to wait before the next one; `None`
    /// where the outage has lasted as long as allowed. `attempt` counts from 0.
    pub(super) fn next(&self, began: Instant, policy: &RetryPolicy, attempt: u32) -> Option<Duration> {
        let tell = self.tell.get()?;
        let mut silent_since = self.silent_since();
        let is_new = silent_since.is_none();
        let since = *silent_since.get_or_insert(began);
        let left = policy.max_wait.checked_sub(since.elapsed()).filter(|left| !left.is_zero())?;
        if is_new {
            tell(&format!("Label Studio does not answer; waiting up to {}", in_words(policy.max_wait)));
        }
        Some(policy.delay(attempt, fastrand::f64()).min(left))
    }

    fn silent_since(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.silent_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Patience").field("silent_since", &self.silent_since).finish_non_exhaustive()
    }
}

/// Returns whether a request failed as it does while Label Studio is down, or a lock keeps it from its database.
pub(super) fn is_outage(error: &SendError) -> bool {
    match error {
        SendError::Unreachable { .. } | SendError::GaveUp { status: None, .. } => true,
        SendError::GaveUp { status: Some(status), message, .. }
        | SendError::WaitTooLong { status, message } => {
            match status.as_u16() {
                502..=504 => true,
                // Other pages of this status come again and again.
                500 => message.contains("locked"),
                _ => false,
            }
        }
        SendError::Rejected { .. }
        | SendError::Aborted { .. }
        | SendError::Unknown { .. }
        | SendError::Unaffordable { .. }
        | SendError::Stopped => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::StatusCode;

    use super::*;

    fn policy() -> RetryPolicy {
        RetryPolicy::new(0, Duration::from_secs(100))
    }

    /// Waits as long as there is patience; returns how often and for how many seconds.
    async fn wait_out(patience: &Patience) -> (u32, u64) {
        let began = Instant::now();
        let mut waits = 0;
        while let Some(wait) = patience.next(Instant::now(), &policy(), waits) {
            assert!(wait <= policy().longest, "{wait:?}");
            tokio::time::sleep(wait).await;
            waits += 1;
        }
        (waits, began.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_stranger() {
        assert_eq!(wait_out(&Patience::default()).await, (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_is_waited_out_once_for_all_requests_and_told_once() {
        let (patience, told) = (Patience::default(), Arc::new(Mutex::new(Vec::new())));
        let hear = Arc::clone(&told);
        patience.begin(move |words| hear.lock().unwrap().push(words.to_owned()));
        let (waits, seconds) = wait_out(&patience).await;
        assert!((6..12).contains(&waits) && (99..=101).contains(&seconds), "{waits} waits, {seconds} s");
        // What is asked after that fails at once, until there is an answer.
        assert_eq!(wait_out(&patience).await, (0, 0));
        patience.answered();
        patience.answered();
        assert!(wait_out(&patience).await.0 != 0);
        let silent = "Label Studio does not answer; waiting up to 100 s";
        assert_eq!(*told.lock().unwrap(), [silent, "Label Studio answers again, after 100 s", silent]);
    }

    #[test]
    fn an_outage_is_no_answer_a_proxys_or_a_locked_database() {
        let check = |error: SendError, expect: bool| assert_eq!(is_outage(&error), expect, "{error:?}");
        let gave_up = |status: Option<u16>, message: &str| SendError::GaveUp {
            attempts: 1,
            message: message.to_owned(),
            status: status.map(|status| StatusCode::from_u16(status).unwrap()),
        };
        check(SendError::Unreachable { attempts: 1, message: "connection refused".to_owned() }, true);
        check(gave_up(None, "the connection was cut"), true);
        for status in 502..=504 {
            check(gave_up(Some(status), "a web page"), true);
        }
        check(gave_up(Some(500), "database is locked"), true);
        check(gave_up(Some(500), "a web page titled `Server Error`"), false);
        check(gave_up(Some(429), "throttled"), false);
        check(SendError::Unknown { message: "cut".to_owned() }, false);
        check(SendError::Stopped, false);
    }
}
