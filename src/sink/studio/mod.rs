//! Predictions posted into a Label Studio project.

mod post;
mod shown;
#[cfg(test)]
mod tests;
mod turn;
mod unsettled;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};

use self::post::{Outgoing, Posted, Poster};
use self::unsettled::Unsettled;
use crate::engine::ports::{Batch, BrokenOff, Delivered, Error, Sink};
use crate::journal::Journal;
use crate::label::prediction::{Labeled, is_own_region};
use crate::label::task::StoredPrediction;
use crate::lock::Lock;
use crate::studio::client::Studio;
use crate::studio::error::StudioError;
use crate::studio::upload::Upload;

/// Posts predictions, and knows afterwards of each whether it is there.
#[derive(Debug)]
pub struct StudioSink {
    studio: Arc<Studio>,
    project: u64,
    options: Options,
    journal: Option<Arc<Journal>>,
    /// The lock that whoever posts to this Label Studio holds.
    lock: Option<PathBuf>,
    unsettled: Unsettled,
    /// Before each further look at what a broken call left behind.
    waits: Vec<Duration>,
    /// Rows of this run's version that there are if nobody else posts: those before the run, and its own.
    rows: Option<u64>,
    /// The version that annotators were last made to see, or were found not to.
    settled: Option<String>,
    /// Landed, and were in calls that broke: Label Studio may have gone on storing them after the look.
    doubtful: Vec<Outgoing>,
    /// This tool's own older predictions that new ones took the place of.
    deleted: usize,
    /// Whether Label Studio takes nothing any more: there is no sense in asking it for a last look.
    is_lost: bool,
    notices: Vec<String>,
}

/// What a sink may take for granted, and what it may delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The version of this run, shown to annotators even where an earlier run was cut off before it could do that;
    /// `None` for files, which may hold several.
    pub model_version: Option<String>,
    /// How many rows of that version there were before tasks without it were chosen; `None` where the tasks may hold the
    /// very predictions that are delivered, for nobody counted or chose.
    pub rows: Option<u64>,
    pub older: Older,
}

/// What becomes of this tool's own older predictions of other versions (`--replace`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    Keep,
    Delete,
}

/// A call goes through all tasks of the project, whatever it carries, so it should carry many.
const BATCH: Batch = Batch { size: 1000, wait: Duration::from_secs(10), most: 5000 };

/// Label Studio works on a call it was cut off from; `SQLite` with 100,000 tasks needs some 4 s for one. No wait is longer
/// than a person allows.
const WAITS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

impl StudioSink {
    /// A sink for a project. Its client's transport must not stop with the run: what was paid for is still delivered.
    pub fn new(studio: Arc<Studio>, project: u64, options: Options) -> Self {
        let waits = WAITS.map(|wait| wait.min(studio.longest_wait())).to_vec();
        Self {
            rows: options.rows,
            deleted: 0,
            is_lost: false,
            studio,
            project,
            options,
            journal: None,
            lock: None,
            unsettled: Unsettled::default(),
            waits,
            settled: None,
            doubtful: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Notes its calls in this journal, and takes care of those that an earlier run was killed in.
    #[must_use]
    pub fn journaled(self, journal: Arc<Journal>) -> Self {
        let calls = unsettled::calls(&journal, &self.studio.address.to_string(), self.project);
        Self { unsettled: Unsettled::of(calls, &self.waits), journal: Some(journal), ..self }
    }

    /// Posts only while no other process of this machine does, which all take this lock.
    #[must_use]
    pub fn in_turn(self, lock: PathBuf) -> Self {
        Self { lock: Some(lock), ..self }
    }

    /// Returns what a person should know about what was done, one line each; complete after
    /// [`finish`](Sink::finish).
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Posts a batch; what `posted` holds after an error is known to have landed.
    async fn post(&mut self, batch: &[Labeled], posted: &mut Posted) -> Result<Delivered, StudioError> {
        let _turn = self.turn().await;
        let mut delivered = Delivered::default();
        let outgoing = prepared(batch, &mut delivered);
        let (outgoing, rows) = self.absent(outgoing, &mut delivered).await?;
        self.poster(&self.waits).post(outgoing, rows, posted).await?;
        delivered.rejected.append(&mut posted.rejected);
        let mut versions: Vec<&str> =
            posted.landed.iter().map(|outgoing| outgoing.upload.model_version.as_str()).collect();
        versions.dedup();
        for version in versions {
            self.show(version).await?;
        }
        self.delete_older(&posted.landed).await?;
        let superseded: usize = posted.landed.iter().map(|outgoing| outgoing.superseded.len()).sum();
        self.rows =
            self.rows.map(|rows| (rows + posted.landed.len() as u64).saturating_sub(superseded as u64));
        self.doubtful.extend(posted.landed.drain(..).filter(|outgoing| outgoing.is_doubtful));
        self.settle(posted.calls.drain(..));
        Ok(delivered)
    }

    /// Leaves out what is there already or comes while it is waited for; also returns how many rows there were before.
    async fn absent(
        &mut self,
        mut outgoing: Vec<Outgoing>,
        delivered: &mut Delivered,
    ) -> Result<(Vec<Outgoing>, Option<u64>), StudioError> {
        // Two runs that overlap, as of a slow job that is started every hour, choose the same tasks, and long before they
        // post. From where the number shows that another one posts, all tasks are looked at; what it posts after the look
        // is found by the number, too.
        let mut rows = self.count_rows().await?;
        let is_known = self.rows.is_some() && rows == self.rows;
        if !is_known || outgoing.iter().any(|outgoing| self.unsettled.holds(outgoing)) {
            outgoing = self.looked_up(outgoing, delivered).await?;
        }
        while outgoing.iter().any(|outgoing| self.unsettled.may_come(outgoing))
            && let Some(wait) = self.unsettled.waits.pop()
        {
            tracing::info!(?wait, "waiting for what an earlier run was posting when it was killed");
            tokio::time::sleep(wait).await;
            rows = self.count_rows().await?;
            outgoing = self.looked_up(outgoing, delivered).await?;
        }
        Ok((outgoing, rows))
    }

    /// Looks once more at what calls that broke may have stored after the last look, of this run and of killed ones.
    async fn look_again(&mut self) -> Result<(), StudioError> {
        if self.doubtful.is_empty() && self.unsettled.calls.is_empty() {
            return Ok(());
        }
        let _turn = self.turn().await;
        let doubtful = std::mem::take(&mut self.doubtful);
        self.poster(&[]).look(doubtful).await?;
        self.tidy_up().await?;
        // What Label Studio may still be at is left for the next run to look at.
        self.settle(self.unsettled.over());
        Ok(())
    }

    /// Waits until no other process posts.
    async fn turn(&self) -> Option<Lock> {
        match &self.lock {
            Some(lock) => turn::take(lock, self.project).await,
            None => None,
        }
    }

    fn poster<'a>(&'a self, waits: &'a [Duration]) -> Poster<'a> {
        Poster { studio: &self.studio, project: self.project, waits, journal: self.journal.as_deref() }
    }

    /// Notes that nothing is open any more about these calls.
    fn settle(&self, calls: impl Iterator<Item = u64>) {
        if let Some(journal) = &self.journal {
            calls.for_each(|call| journal.posted(call));
        }
    }

    /// Returns whether predictions of this version take the place of this tool's own of other versions.
    fn replaces(&self, version: &str) -> bool {
        self.options.older == Older::Delete && self.options.model_version.as_deref() == Some(version)
    }

    /// Returns whether this tool wrote a stored prediction.
    fn wrote(&self, stored: &StoredPrediction) -> bool {
        is_own(stored, self.options.model_version.as_deref())
    }

    /// Counts the stored rows of this run's version.
    async fn count_rows(&self) -> Result<Option<u64>, StudioError> {
        let Some(version) = &self.options.model_version else { return Ok(None) };
        let counts = self.studio.version_counts(self.project).await?;
        Ok(Some(counts.get(version.as_str()).copied().unwrap_or_default()))
    }

    /// Leaves out what is there already, once though it was stored twice, and notes what the new predictions take the
    /// place of.
    async fn looked_up(
        &self,
        outgoing: Vec<Outgoing>,
        delivered: &mut Delivered,
    ) -> Result<Vec<Outgoing>, StudioError> {
        let tasks: Vec<u64> = outgoing.iter().map(|outgoing| outgoing.upload.task).collect();
        let stored = self.studio.stored_predictions(self.project, &tasks).await?;
        let mut absent = Vec::with_capacity(outgoing.len());
        let mut doubles = Vec::new();
        for mut outgoing in outgoing {
            let Some(stored) = stored.get(&outgoing.upload.task) else {
                delivered.rejected.push(post::gone(&outgoing, self.project));
                continue;
            };
            let same = stored.iter().filter(|stored| outgoing.upload.says_the_same(stored));
            let same: Vec<&StoredPrediction> = same.collect();
            if same.is_empty() {
                outgoing.note(stored);
                absent.push(outgoing);
            } else {
                delivered.already_there.push(outgoing.place);
                let own = same.into_iter().filter(|stored| self.wrote(stored));
                doubles.extend(post::all_but_newest(own.filter_map(|stored| stored.id).collect()));
            }
        }
        self.studio.delete_predictions(doubles).await?;
        Ok(absent)
    }

    /// Deletes what the landed predictions took the place of: by id, and only what this tool wrote itself.
    async fn delete_older(&mut self, landed: &[Outgoing]) -> Result<(), StudioError> {
        let mut older: HashSet<u64> =
            landed.iter().flat_map(|outgoing| outgoing.superseded.clone()).collect();
        if self.options.older == Older::Delete && !landed.is_empty() {
            let mut new: HashMap<u64, Vec<&Upload>> = HashMap::new();
            for outgoing in landed {
                new.entry(outgoing.upload.task).or_default().push(&outgoing.upload);
            }
            let tasks: Vec<u64> = new.keys().copied().collect();
            for (task, stored) in self.studio.stored_predictions(self.project, &tasks).await? {
                // A task that was not asked for is nobody's to clean up.
                let Some(new) = new.get(&task) else { continue };
                let is_new = |stored: &StoredPrediction| new.iter().any(|upload| upload.is(stored));
                let old = stored.iter().filter(|stored| self.wrote(stored) && !is_new(stored));
                older.extend(old.filter_map(|stored| stored.id));
            }
        }
        let count = older.len();
        self.studio.delete_predictions(older).await?;
        self.deleted += count;
        Ok(())
    }
}

impl Sink for StudioSink {
    fn batch(&self) -> Batch {
        BATCH
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Labeled]) -> BoxFuture<'a, Result<Delivered, BrokenOff>> {
        async {
            let mut posted = Posted::default();
            let delivered = self.post(batch, &mut posted).await;
            let arrived = posted.landed.iter().map(|outgoing| outgoing.place).collect();
            self.is_lost = delivered.is_err();
            delivered.map_err(|error| BrokenOff { arrived, error: failure(&error) })
        }
        .boxed()
    }

    fn finish(&mut self, _complete: bool) -> BoxFuture<'_, Result<(), Error>> {
        async {
            if self.is_lost {
                return Ok(());
            }
            self.look_again().await.map_err(|error| failure(&error))?;
            self.show_earlier().await.map_err(|error| failure(&error))?;
            if 0 < self.deleted {
                self.notices.push(format!("older predictions of this tool deleted: {}", self.deleted));
            }
            Ok(())
        }
        .boxed()
    }
}

/// Makes predictions ready to be posted; what cannot be is rejected, what is there already is left out.
fn prepared(batch: &[Labeled], delivered: &mut Delivered) -> Vec<Outgoing> {
    let mut outgoing = Vec::with_capacity(batch.len());
    let mut seen = HashSet::new();
    for (place, labeled) in batch.iter().enumerate() {
        let upload = match Upload::new(labeled) {
            Ok(upload) => upload,
            Err(reason) => {
                let reason = format!("the prediction cannot be posted: {reason}");
                delivered.rejected.push((place, reason));
                continue;
            }
        };
        let stored = &labeled.task.predictions;
        let is_new = seen.insert((upload.task, upload.model_version.clone(), upload.regions.clone()));
        if !is_new || stored.iter().any(|stored| upload.says_the_same(stored)) {
            delivered.already_there.push(place);
            continue;
        }
        let mut ready = Outgoing::new(place, upload);
        ready.note(stored);
        outgoing.push(ready);
    }
    outgoing
}

/// Returns whether this tool wrote all of a stored prediction.
///
/// An empty one has no id to know its author by: it is known by the version of the run alone, for what is taken for this
/// tool's own may be deleted.
fn is_own(stored: &StoredPrediction, of_run: Option<&str>) -> bool {
    match stored.result.as_slice() {
        [] => stored.model_version.is_some() && stored.model_version.as_deref() == of_run,
        regions => regions.iter().all(is_own_region),
    }
}

fn failure(error: &StudioError) -> Error {
    Error::Studio { message: error.to_string(), advice: error.advice() }
}

/// The place in the batch of what was refused, and why.
type Rejected = (usize, String);
