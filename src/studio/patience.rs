//! Patience with a Label Studio that has answered before: it may be restarting, or the network be gone for a while.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::http::retry::RetryPolicy;
use crate::http::transport::SendError;

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
        SendError::GaveUp { status: Some(status), message, .. } => match status.as_u16() {
            502..=504 => true,
            // Other pages of this status come again and again.
            500 => message.contains("locked"),
            _ => false,
        },
        SendError::Rejected { .. }
        | SendError::Aborted { .. }
        | SendError::Unknown { .. }
        | SendError::Unaffordable { .. }
        | SendError::Stopped => false,
    }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}
