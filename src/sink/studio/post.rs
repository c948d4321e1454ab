//! Posting: what to do until it is known of each prediction that it is there, or why not.
//!
//! **Invariant:** nothing is sent again before Label Studio was asked whether it is there; it has no key by which it
//! would know a repeated prediction, and it stores the rows of many calls that it answers with an error.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::unsettled::now;
use super::{BATCH, Rejected, is_own};
use crate::journal::Journal;
use crate::journal::record::Posting;
use crate::label::task::StoredPrediction;
use crate::studio::client::Studio;
use crate::studio::error::StudioError;
use crate::studio::upload::Upload;

/// A prediction on its way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outgoing {
    /// Its place in the batch it came in, counted from 0.
    pub(super) place: usize,
    pub(super) upload: Upload,
    /// Ids of stored predictions that look like it and were there before.
    before: Vec<u64>,
    /// Ids of this tool's own predictions that it takes the place of.
    pub(super) superseded: Vec<u64>,
    /// It was in a call that broke, and may be stored again.
    pub(super) is_doubtful: bool,
}

/// What became of predictions.
#[derive(Debug, Default)]
pub(super) struct Posted {
    pub(super) landed: Vec<Outgoing>,
    pub(super) rejected: Vec<Rejected>,
    /// The journal's numbers of the calls that Label Studio is at no more.
    pub(super) calls: Vec<u64>,
}

/// What a look at the project found.
#[derive(Debug, Default)]
pub(super) struct Looked {
    landed: Vec<Outgoing>,
    absent: Vec<Outgoing>,
    gone: Vec<Outgoing>,
}

/// Posts to one project, one call at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Poster<'a> {
    pub(super) studio: &'a Studio,
    pub(super) project: u64,
    pub(super) waits: &'a [Duration],
    pub(super) journal: Option<&'a Journal>,
}

/// Predictions that go in one call.
#[derive(Debug)]
struct Group {
    outgoing: Vec<Outgoing>,
    /// How often the outcome was unclear.
    tries: u32,
}

/// Why a call did not simply work.
#[derive(Debug)]
enum Trouble {
    /// Answered with success and another number than was sent, or than was stored.
    Miscounted { created: u64 },
    /// Refused for what it holds.
    Refused(StudioError),
    /// Nobody knows.
    Unclear(StudioError),
}

/// Bytes in one call; servers take 250 MiB, proxies before them often less.
const MOST_BYTES: usize = 20_000_000;

/// A group whose outcome stays unclear so often is halved.
const MOST_TRIES: u32 = 2;

/// Label Studio is given up after so many calls in a row whose outcome was unclear and that left nothing behind.
const MOST_FUTILE: u32 = 12;

impl Outgoing {
    pub(super) fn new(place: usize, upload: Upload) -> Self {
        Self { place, upload, before: Vec::new(), superseded: Vec::new(), is_doubtful: false }
    }

    /// Returns whether nothing that looks like it was there before.
    pub(super) fn is_new(&self) -> bool {
        self.before.is_empty()
    }

    /// Notes what the task holds already, instead of what was noted before.
    pub(super) fn note(&mut self, stored: &[StoredPrediction]) {
        self.before.clear();
        self.superseded.clear();
        for stored in stored {
            let Some(id) = stored.id else { continue };
            if self.upload.is(stored) {
                self.before.push(id);
            }
            // An empty one says that there was nothing to mark, and has no id to know its author by.
            let is_older =
                is_own(stored, None) || stored.result.is_empty() && !self.upload.regions.is_empty();
            if is_older && stored.model_version.as_deref() == Some(&self.upload.model_version) {
                self.superseded.push(id);
            }
        }
    }
}

impl Poster<'_> {
    /// Posts predictions; an error means that Label Studio takes no more, and `posted` holds what it took. `known` is how
    /// many rows of their version there were before it was looked which of them are there.
    pub(super) async fn post(
        self,
        outgoing: Vec<Outgoing>,
        mut known: Option<u64>,
        posted: &mut Posted,
    ) -> Result<(), StudioError> {
        let mut waiting = groups(outgoing);
        let mut futile = 0;
        // In the order they were put there, so that after a halving the good half shows that posting works at all.
        while let Some(group) = waiting.pop_front() {
            let rows = match known.take() {
                Some(rows) => rows,
                None => self.rows(&group).await?,
            };
            let calls = self.note(&group).await;
            let trouble = match self.send(&group).await {
                Ok(created) if created == group.outgoing.len() as u64 => {
                    match self.adds_up(&group, rows.saturating_add(created)).await {
                        Ok(false) => Trouble::Miscounted { created },
                        adds_up => {
                            posted.calls.extend(calls);
                            posted.landed.extend(group.outgoing);
                            futile = 0;
                            adds_up?;
                            continue;
                        }
                    }
                }
                Ok(created) => Trouble::Miscounted { created },
                Err(error) => trouble(error)?,
            };
            tracing::debug!(?trouble, sent = group.outgoing.len(), "looking at what a call left behind");
            let Group { mut outgoing, tries } = group;
            if let Trouble::Unclear(_) = trouble {
                for outgoing in &mut outgoing {
                    outgoing.is_doubtful = true;
                }
            }
            let waits = if is_unanswered(&trouble) { self.waits } else { &[] };
            let looked = self.look_patiently(outgoing, waits).await?;
            // What may be stored yet, even after this run, is left for the next one to look at.
            if looked.absent.is_empty() || !is_unanswered(&trouble) {
                posted.calls.extend(calls);
            }
            if !looked.landed.is_empty() {
                futile = 0;
            } else if let Trouble::Unclear(error) = &trouble {
                futile += 1;
                if MOST_FUTILE <= futile {
                    return Err(error.clone());
                }
            }
            waiting.extend(self.decide(looked, &trouble, tries, posted));
        }
        Ok(())
    }

    /// Counts the stored rows of a group's versions: Label Studio may store rows many times and answer as if once, where
    /// another bulk call, of whomever, is under way. Single posts are left out: they would take three times as long.
    async fn rows(self, group: &Group) -> Result<u64, StudioError> {
        if group.outgoing.iter().any(|outgoing| outgoing.upload.goes_alone) {
            return Ok(0);
        }
        let counts = self.studio.version_counts(self.project).await?;
        Ok(group.versions().into_iter().filter_map(|version| counts.get(version)).sum())
    }

    /// Returns whether there are as many rows now as there should be. Fewer are as suspicious as more: another run that
    /// takes out what was stored twice may hide what it stored.
    async fn adds_up(self, group: &Group, expect: u64) -> Result<bool, StudioError> {
        let is_counted = group.outgoing.iter().all(|outgoing| !outgoing.upload.goes_alone);
        Ok(!is_counted || self.rows(group).await? == expect)
    }

    /// Notes what is about to be sent, so that the next run knows of it if this one is killed; returns the journal's
    /// numbers of the call.
    async fn note(self, group: &Group) -> Vec<u64> {
        let Some(journal) = self.journal else { return Vec::new() };
        let mut calls = Vec::new();
        for version in group.versions() {
            let of_version =
                group.outgoing.iter().map(|o| &o.upload).filter(|upload| upload.model_version == version);
            let tasks = of_version.map(|upload| upload.task).collect();
            calls.push(journal.posting(|call| Posting {
                call,
                at: now(),
                server: self.studio.address.to_string(),
                project: self.project,
                model_version: version.to_owned(),
                tasks,
            }));
        }
        // An error is kept by the journal; what was paid for is posted all the same.
        journal.sync().await.ok();
        calls
    }

    /// Makes one call. This is the only place where bulk calls are made.
    async fn send(self, group: &Group) -> Result<u64, StudioError> {
        match group.outgoing.as_slice() {
            [Outgoing { upload, .. }] if upload.goes_alone => {
                self.studio.create_prediction(upload).await.map(|()| 1)
            }
            outgoing => {
                let uploads: Vec<&Upload> = outgoing.iter().map(|outgoing| &outgoing.upload).collect();
                self.studio.import_predictions(self.project, &uploads).await
            }
        }
    }

    /// Sorts out what a look found, and returns what to send next.
    fn decide(self, looked: Looked, trouble: &Trouble, tries: u32, posted: &mut Posted) -> Vec<Group> {
        let landed = looked.landed.len() as u64;
        let were_gone = !looked.gone.is_empty();
        posted.rejected.extend(looked.gone.iter().map(|outgoing| gone(outgoing, self.project)));
        posted.landed.extend(looked.landed);
        let absent = looked.absent;
        let reject = |absent: Vec<Outgoing>, reason: &str| {
            absent.into_iter().map(|outgoing| (outgoing.place, reason.to_owned())).collect()
        };
        let rejected: Vec<Rejected> = match trouble {
            _ if absent.is_empty() => return Vec::new(),
            Trouble::Miscounted { created } if *created == landed || 0 < tries => reject(
                absent,
                "Label Studio dropped the prediction and does not say why: it does not fit the labeling config, which may \
                 have been changed since the run began",
            ),
            Trouble::Miscounted { .. } => return vec![Group { outgoing: absent, tries: tries + 1 }],
            // Tasks that are gone were reason enough; the rest may well be taken.
            Trouble::Refused(_) if were_gone => return vec![Group { outgoing: absent, tries }],
            Trouble::Unclear(_) if tries + 1 < MOST_TRIES => {
                return vec![Group { outgoing: absent, tries: tries + 1 }];
            }
            Trouble::Refused(_) | Trouble::Unclear(_) if 1 < absent.len() => return halves(absent, tries),
            Trouble::Refused(error) | Trouble::Unclear(error) => reject(absent, &error.to_string()),
        };
        posted.rejected.extend(rejected);
        Vec::new()
    }

    /// Looks until everything is there, or as often as the server may need to end what it is doing.
    async fn look_patiently(
        self,
        outgoing: Vec<Outgoing>,
        waits: &[Duration],
    ) -> Result<Looked, StudioError> {
        let mut looked = self.look(outgoing).await?;
        for wait in waits {
            if looked.absent.is_empty() {
                break;
            }
            tokio::time::sleep(*wait).await;
            let again = self.look(looked.absent).await?;
            looked.landed.extend(again.landed);
            looked.gone.extend(again.gone);
            looked.absent = again.absent;
        }
        Ok(looked)
    }

    /// Asks which predictions are there, and deletes the rows that Label Studio multiplied.
    pub(super) async fn look(self, outgoing: Vec<Outgoing>) -> Result<Looked, StudioError> {
        let tasks: Vec<u64> = outgoing.iter().map(|outgoing| outgoing.upload.task).collect();
        let stored = self.studio.stored_predictions(self.project, &tasks).await?;
        let mut looked = Looked::default();
        let mut extra = Vec::new();
        for outgoing in outgoing {
            let Some(stored) = stored.get(&outgoing.upload.task) else {
                looked.gone.push(outgoing);
                continue;
            };
            let is_new = |id: &u64| !outgoing.before.contains(id);
            let same = stored.iter().filter(|stored| outgoing.upload.is(stored));
            let ids: Vec<u64> = same.filter_map(|stored| stored.id).filter(is_new).collect();
            if ids.is_empty() {
                looked.absent.push(outgoing);
            } else {
                extra.extend(all_but_newest(ids));
                looked.landed.push(outgoing);
            }
        }
        self.studio.delete_predictions(extra).await?;
        Ok(looked)
    }
}

impl Group {
    fn versions(&self) -> BTreeSet<&str> {
        self.outgoing.iter().map(|outgoing| outgoing.upload.model_version.as_str()).collect()
    }
}

/// Returns which of the rows of one prediction have to go. Everybody leaves the same one: two runs that look at the same
/// instant would else leave none.
pub(super) fn all_but_newest(ids: Vec<u64>) -> impl Iterator<Item = u64> {
    let newest = ids.iter().max().copied();
    ids.into_iter().filter(move |id| Some(*id) != newest)
}

/// Returns the rejection of a prediction whose task is gone.
pub(super) fn gone(outgoing: &Outgoing, project: u64) -> Rejected {
    (outgoing.place, format!("it is not in project {project}; it was deleted or belongs to another one"))
}

/// Tells what a failed call means for its predictions; an error where it means nothing but the end.
fn trouble(error: StudioError) -> Result<Trouble, StudioError> {
    match error {
        StudioError::Refused { status, .. } if matches!(status.as_u16(), 400 | 413 | 422) => {
            Ok(Trouble::Refused(error))
        }
        StudioError::Server { .. } | StudioError::Unknown { .. } | StudioError::Unexpected { .. } => {
            Ok(Trouble::Unclear(error))
        }
        error => Err(error),
    }
}

/// Returns whether Label Studio may still be at the call: itself it answers 500 where it has given up.
fn is_unanswered(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Unclear(StudioError::Server { status, .. }) => status.as_u16() != 500,
        Trouble::Unclear(_) => true,
        Trouble::Miscounted { .. } | Trouble::Refused(_) => false,
    }
}

/// Splits predictions into calls.
fn groups(outgoing: Vec<Outgoing>) -> VecDeque<Group> {
    let mut groups = VecDeque::new();
    let mut group = Vec::new();
    let mut bytes = 0;
    for outgoing in outgoing {
        let length = outgoing.upload.body.len();
        if outgoing.upload.goes_alone {
            groups.push_back(Group { outgoing: vec![outgoing], tries: 0 });
            continue;
        }
        if BATCH.most <= group.len() || (!group.is_empty() && MOST_BYTES < bytes + length) {
            groups.push_back(Group { outgoing: std::mem::take(&mut group), tries: 0 });
            bytes = 0;
        }
        bytes += length;
        group.push(outgoing);
    }
    if !group.is_empty() {
        groups.push_back(Group { outgoing: group, tries: 0 });
    }
    groups
}

fn halves(mut outgoing: Vec<Outgoing>, tries: u32) -> Vec<Group> {
    let half = outgoing.split_off(outgoing.len() / 2);
    vec![Group { outgoing, tries }, Group { outgoing: half, tries }]
}
