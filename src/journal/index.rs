//! What a journal holds, in little memory: where each answer stands, not what it says.

use std::collections::{BTreeMap, HashMap};

use super::lines::Place;
use super::record::{Also, Answer, Failure, Key, Outline, Posted, Posting, Record};

/// Where things stand.
#[derive(Debug, Default)]
pub(super) struct Index {
    answers: HashMap<Key, Place>,
    /// Of questions that were not answered since.
    failures: HashMap<Key, Place>,
    /// Where it was said first.
    also: HashMap<Also, Place>,
    unsettled: BTreeMap<u64, Posting>,
    /// The number of the last call.
    calls: u64,
}

impl Index {
    /// Notes a record and where it stands; what comes later holds.
    ///
    /// An answer stays beside a later failure: the question was asked again by somebody who could not read it.
    pub(super) fn note<R>(&mut self, record: &Record<R>, place: Place) {
        match record {
            Record::Answer(Answer { key, bare, .. }) => {
                for key in std::iter::once(*key).chain(*bare) {
                    self.failures.remove(&key);
                    self.answers.insert(key, place);
                }
            }
            Record::Failure(Failure { key, bare, .. }) => {
                self.failures.extend(std::iter::once(*key).chain(*bare).map(|key| (key, place)));
            }
            Record::Also(also) => drop(self.also.entry(*also).or_insert(place)),
            Record::Posting(posting) => {
                self.calls = self.calls.max(posting.call);
                self.unsettled.insert(posting.call, posting.clone());
            }
            Record::Posted(Posted { call }) => drop(self.unsettled.remove(call)),
        }
    }

    pub(super) fn answer(&self, key: &Key) -> Option<Place> {
        self.answers.get(key).copied()
    }

    pub(super) fn failure(&self, key: &Key) -> Option<Place> {
        self.failures.get(key).copied()
    }

    pub(super) fn knows(&self, also: &Also) -> bool {
        self.also.contains_key(also)
    }

    pub(super) fn unsettled(&self) -> impl Iterator<Item = &Posting> {
        self.unsettled.values()
    }

    /// Returns the number of a call that is about to be made.
    pub(super) fn next_call(&self) -> u64 {
        self.calls.saturating_add(1)
    }

    /// Returns whether a record that stands here is the last word on what it is about.
    pub(super) fn holds(&self, record: &Outline, place: Place) -> bool {
        match record {
            Outline::Answer(answer) => self.answer(&answer.key) == Some(place),
            Outline::Failure(failure) => self.failure(&failure.key) == Some(place),
            Outline::Also(also) => {
                let is_asked = self.answers.contains_key(&also.key) || self.failures.contains_key(&also.key);
                is_asked && self.also.get(also) == Some(&place)
            }
            Outline::Posting(posting) => self.unsettled.get(&posting.call) == Some(posting),
            Outline::Posted(_) => false,
        }
    }
}
