//! The tasks of a Label Studio project.

mod scope;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use jiff::SignedDuration;
use serde_json::Map;

use super::selection::{Only, Selection};
use crate::engine::ports::{Error, Source};
use crate::label::task::Task;
use crate::studio::client::Studio;
use crate::studio::error::StudioError;
use crate::studio::query::Filter;
use crate::studio::tasks::{Fields, Listed, read_ahead};

/// The selected tasks of a project, a page at a time; what it holds does not grow with the project.
#[derive(Debug)]
pub struct StudioSource {
    studio: Arc<Studio>,
    project: u64,
    only: Only,
    limit: Option<u64>,
    model_version: String,
    doubt: Doubt,
    /// Filters that together cover the selection, no task twice.
    scopes: Vec<Vec<Filter>>,
    notices: Vec<String>,
}

/// Which tasks Label Studio's own filter for [`Only::Unpredicted`] may leave out wrongly.
///
/// It finds versions by a part of their name, so it leaves out tasks with a longer one; and it knows nothing of edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// None: there is no prediction of this version or of one that contains it.
    None,
    /// Those that were changed after they were created; reading predictions costs far more than reading times.
    Changed,
    /// All: there are longer versions.
    All,
}

/// A task that was touched so soon after it was created was not edited after a prediction: an import of 3,000 tasks
/// leaves less than 0.1 ms between the two times.
const CREATION: SignedDuration = SignedDuration::from_millis(50);

impl StudioSource {
    /// Resolves the selection: reads the view's filters, looks for named ids that do not exist, draws the sample.
    pub async fn open(
        studio: Arc<Studio>,
        project: u64,
        view: Option<u64>,
        selection: &Selection,
    ) -> Result<Self, StudioError> {
        let (scopes, notices) = scope::resolve(&studio, project, view, selection).await?;
        let doubt = match selection.only {
            Only::Unpredicted => {
                Doubt::about(&selection.model_version, &studio.version_counts(project).await?)
            }
            Only::Unlabeled | Only::All => Doubt::None,
        };
        Ok(Self {
            doubt,
            studio,
            project,
            only: selection.only,
            limit: selection.limit,
            model_version: selection.model_version.clone(),
            scopes,
            notices,
        })
    }

    /// Returns what a person should know about the selection, one line each.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Returns how many tasks will come, at a request or two; tasks edited since they were labeled come on top.
    pub async fn expected(&self) -> Result<u64, StudioError> {
        let mut expected = 0;
        for scope in &self.scopes {
            expected += match (scope.as_slice(), self.only) {
                ([Filter::Among(ids)], Only::All) => ids.len() as u64,
                (scope, _) => self.studio.count(self.project, &with(scope, self.main_filter())).await?,
            };
            if self.limit.is_some_and(|limit| limit <= expected) {
                break;
            }
        }
        Ok(self.limit.map_or(expected, |limit| limit.min(expected)))
    }

    /// Returns the condition that most of the wanted tasks are found by.
    fn main_filter(&self) -> Option<Filter> {
        match self.only {
            Only::Unpredicted => Some(Filter::VersionLacks(self.model_version.clone())),
            Only::Unlabeled => Some(Filter::Unlabeled),
            Only::All => None,
        }
    }

    /// Returns the pages of one scope.
    fn pages(&self, scope: &[Filter]) -> BoxStream<'static, Result<Vec<Task>, StudioError>> {
        let main = Arc::clone(&self.studio)
            .keyset(self.project, with(scope, self.main_filter()), Fields::Content)
            .map_ok(|page| page.into_iter().map(|listed| listed.task).collect())
            .boxed();
        let fields = match self.doubt {
            Doubt::None => return main,
            Doubt::Changed => Fields::Stamps,
            Doubt::All => Fields::Predictions,
        };
        // The doubtful ones first: later on, predictions of this very run would be among them.
        let doubtful = with(scope, Some(Filter::VersionContains(self.model_version.clone())));
        let (studio, project, version) = (Arc::clone(&self.studio), self.project, self.model_version.clone());
        Arc::clone(&self.studio)
            .keyset(self.project, doubtful, fields)
            .and_then(move |page| {
                let (studio, version) = (Arc::clone(&studio), version.clone());
                async move {
                    let page = match fields {
                        Fields::Stamps => studio.among(project, &changed(&page), Fields::Predictions).await?,
                        _ => page,
                    };
                    due(&studio, project, page, &version).await
                }
            })
            .chain(main)
            .boxed()
    }
}

impl Source for StudioSource {
    fn tasks(&self) -> BoxStream<'_, Result<Task, Error>> {
        let scopes: Vec<_> = self.scopes.iter().map(|scope| self.pages(scope)).collect();
        let tasks = read_ahead(stream::iter(scopes).flatten().boxed());
        let limit = match self.only {
            // Some may have their prediction already, which only who labels can tell.
            Only::Unpredicted => None,
            Only::Unlabeled | Only::All => self.limit,
        };
        let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        tasks
            .take(limit)
            .map_err(|error| Error::Studio { message: error.to_string(), advice: error.advice() })
            .boxed()
    }
}

impl Doubt {
    fn about(version: &str, counts: &BTreeMap<String, u64>) -> Self {
        // Some databases compare without regard to case.
        let lower = version.to_lowercase();
        let alike: Vec<_> = counts.keys().filter(|stored| stored.to_lowercase().contains(&lower)).collect();
        if alike.is_empty() {
            Self::None
        } else if alike.iter().all(|stored| *stored == version) {
            Self::Changed
        } else {
            Self::All
        }
    }
}

/// Returns those of a page that were changed after they were created.
fn changed(page: &[Listed]) -> Vec<u64> {
    let is_changed = |listed: &&Listed| {
        let times = listed.created_at.zip(listed.updated_at);
        times.is_none_or(|(created, updated)| CREATION < updated.duration_since(created))
    };
    page.iter().filter(is_changed).filter_map(|listed| listed.task.id.studio()).collect()
}

/// Returns those of a page that need a prediction, with their data.
async fn due(
    studio: &Studio,
    project: u64,
    page: Vec<Listed>,
    version: &str,
) -> Result<Vec<Task>, StudioError> {
    let mut due: Vec<Task> =
        page.into_iter().filter_map(|listed| without_or_edited(listed, version)).collect();
    let ids: Vec<u64> = due.iter().filter_map(|task| task.id.studio()).collect();
    let content = studio.among(project, &ids, Fields::Content).await?;
    let mut content: HashMap<_, Map<_, _>> =
        content.into_iter().map(|listed| (listed.task.id, listed.task.data)).collect();
    due.retain_mut(|task| match content.remove(&task.id) {
        Some(fields) => {
            task.data = fields;
            true
        }
        // Deleted since.
        None => false,
    });
    Ok(due)
}

/// Returns a task that has no prediction of this very version, without predictions; or one that was changed after it
/// got one, with those of this version, so that it can be seen whether another would be the same.
fn without_or_edited(listed: Listed, version: &str) -> Option<Task> {
    let Listed { mut task, updated_at, predicted_at, .. } = listed;
    let is_exact: Vec<bool> =
        task.predictions.iter().map(|stored| stored.model_version.as_deref() == Some(version)).collect();
    if !is_exact.contains(&true) {
        task.predictions.clear();
        return Some(task);
    }
    let newest =
        predicted_at.iter().zip(&is_exact).filter(|(_, exact)| **exact).filter_map(|(at, _)| *at).max();
    if updated_at.zip(newest).is_none_or(|(updated, predicted)| updated <= predicted) {
        return None;
    }
    let mut exact = is_exact.into_iter();
    task.predictions.retain(|_| exact.next() == Some(true));
    Some(task)
}

fn with(scope: &[Filter], more: Option<Filter>) -> Vec<Filter> {
    scope.iter().cloned().chain(more).collect()
}
