//! Calls that an earlier run was killed in: nobody knows what they stored, and Label Studio, which goes on with a call
//! whose client is gone, may still be at it.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::post::Outgoing;
use super::{StudioSink, is_own};
use crate::journal::Journal;
use crate::journal::record::Posting;
use crate::label::task::StoredPrediction;
use crate::studio::error::StudioError;

/// What earlier runs left open.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    pub(super) calls: Vec<Posting>,
    /// When the tasks of these calls were sent last, in seconds since 1970.
    sent: HashMap<(u64, String), u64>,
    /// Before each further look at what is not there yet, the last first; used up once for all.
    pub(super) waits: Vec<Duration>,
}

/// Label Studio is at no call any more after so many seconds: twice what one is given.
const WORKING: u64 = 600;

impl Unsettled {
    /// Takes up calls; `waits` come before each further look, in this order.
    pub(super) fn of(calls: Vec<Posting>, waits: &[Duration]) -> Self {
        let mut sent = HashMap::new();
        for call in &calls {
            for task in &call.tasks {
                sent.insert((*task, call.model_version.clone()), call.at);
            }
        }
        Self { calls, sent, waits: waits.iter().rev().copied().collect() }
    }

    /// Returns whether a prediction was on its way when a run was killed.
    pub(super) fn holds(&self, outgoing: &Outgoing) -> bool {
        self.sent_at(outgoing).is_some()
    }

    /// Returns whether it is not there and may still come.
    pub(super) fn may_come(&self, outgoing: &Outgoing) -> bool {
        outgoing.is_new() && self.sent_at(outgoing).is_some_and(is_recent)
    }

    /// Returns the numbers of the calls that Label Studio surely is at no more.
    pub(super) fn over(&self) -> impl Iterator<Item = u64> {
        self.calls.iter().filter(|call| !is_recent(call.at)).map(|call| call.call)
    }

    fn sent_at(&self, outgoing: &Outgoing) -> Option<u64> {
        if self.sent.is_empty() {
            return None;
        }
        self.sent.get(&(outgoing.upload.task, outgoing.upload.model_version.clone())).copied()
    }
}

/// Returns the calls of this project that a journal holds open.
pub(super) fn calls(journal: &Journal, server: &str, project: u64) -> Vec<Posting> {
    let mut calls = journal.unsettled();
    calls.retain(|call| call.server == server && call.project == project);
    calls
}

impl StudioSink {
    /// Ends what runs that were killed left half done, also for tasks that no run will choose again: of its own
    /// predictions of one version a task keeps the newest. The others were stored twice, or are older answers.
    pub(super) async fn tidy_up(&self) -> Result<(), StudioError> {
        for call in &self.unsettled.calls {
            let stored = self.studio.stored_predictions(self.project, &call.tasks).await?;
            let outdated = stored.values().flat_map(|stored| self.outdated(stored, &call.model_version));
            self.studio.delete_predictions(outdated.collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// Returns the ids of what the newest of this tool's own predictions of a version took the place of.
    fn outdated(&self, stored: &[StoredPrediction], version: &str) -> Vec<u64> {
        let is_of_version = |stored: &&StoredPrediction| stored.model_version.as_deref() == Some(version);
        let own = stored.iter().filter(|stored| is_own(stored, Some(version)));
        let Some(newest) = own.clone().filter(is_of_version).filter_map(|stored| stored.id).max() else {
            return Vec::new();
        };
        let replaces = self.replaces(version);
        let others = own.filter(|stored| replaces || is_of_version(stored));
        others.filter_map(|stored| stored.id).filter(|id| *id != newest).collect()
    }
}

/// Returns the seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Returns whether Label Studio may still be at a call of that second.
fn is_recent(at: u64) -> bool {
    now().saturating_sub(at) < WORKING
}
