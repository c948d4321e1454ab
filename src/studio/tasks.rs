//! Tasks, a page at a time.
//!
//! **Invariant:** pages go by `id greater` than the last one seen, so that predictions posted meanwhile, and tasks added
//! or deleted, neither hide a task nor show one twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::client::{Request, Studio};
use super::error::StudioError;
use super::query::{Filter, Join, query};
use crate::label::task::{Annotation, StoredPrediction, Task, TaskId};

/// Which fields a listing fetches; more cost more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// The id alone.
    Id,
    /// The id and the task's data, with links as they are stored.
    Content,
    /// The id, and when the task was created and last changed.
    Stamps,
    /// The id, the stored predictions, and when both were written; no data.
    Predictions,
    /// The id, the task's data, and what people answered.
    Annotations,
}

/// A task of a listing, with as much as its [`Fields`] hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub task: Task,
    pub created_at: Option<Timestamp>,
    /// When the task was last changed; posting predictions in bulk does not count.
    pub updated_at: Option<Timestamp>,
    /// When each of the task's predictions was created.
    pub predicted_at: Vec<Option<Timestamp>>,
}

/// One page of a listing.
#[derive(Debug)]
pub struct Page {
    pub tasks: Vec<Listed>,
    /// Tasks on this and all further pages of the same query.
    pub total: u64,
    /// What the page took on the wire.
    bytes: usize,
}

/// What one page is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    pub project: u64,
    pub filters: &'a [Filter],
    pub join: Join,
    pub fields: Fields,
}

/// Most tasks on a page: larger ones cost more per task.
pub const PAGE_SIZE: usize = 500;

/// Tasks on a first page that holds their data, when nobody knows yet how large they are: some hold images.
const FIRST_SIZE: usize = 20;

/// A page grows at most so much over the one before.
const GROWTH: usize = 5;

/// About so many bytes may come in one page.
const PAGE_BYTES: usize = 4_000_000;

/// Where a walk through a listing stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The last id seen.
    after: u64,
    /// Tasks on the next page.
    size: usize,
}

#[derive(Debug, Deserialize)]
struct WirePage {
    total: u64,
    tasks: Vec<WireTask>,
}

#[derive(Debug, Deserialize)]
struct WireTask {
    id: u64,
    #[serde(default)]
    data: Map<String, Value>,
    #[serde(default)]
    predictions: Vec<WirePrediction>,
    #[serde(default)]
    annotations: Vec<WireAnnotation>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WirePrediction {
    id: u64,
    model_version: Option<String>,
    #[serde(default)]
    result: Value,
    created_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WireAnnotation {
    id: Option<u64>,
    result: Option<Value>,
    #[serde(default)]
    was_cancelled: bool,
    #[serde(default)]
    ground_truth: bool,
}

/// Ends its task when it is dropped.
struct Fetching(JoinHandle<()>);

impl Studio {
    /// Fetches page `page`, counted from 1, of `size` tasks in the order of their ids.
    pub async fn page(&self, listing: Listing<'_>, page: usize, size: usize) -> Result<Page, StudioError> {
        let fields = match listing.fields {
            Fields::Id => "include=id",
            Fields::Content => "include=id,data",
            Fields::Stamps => "include=id,created_at,updated_at",
            Fields::Predictions => "fields=all&include=id,predictions,updated_at",
            // The names are looked for inside annotations as well.
            Fields::Annotations => "fields=all&include=id,data,annotations,result,was_cancelled,ground_truth",
        };
        let (project, query) = (listing.project, query(listing.filters, listing.join));
        let path = format!(
            "api/tasks?project={project}&page={page}&page_size={size}&resolve_uri=false&{fields}&query={query}"
        );
        let request = Request::get(path);
        let reply = self.send(&request).await?;
        let bytes = reply.body.len();
        let wire: WirePage = match self.read(&reply, &request) {
            Err(StudioError::Missing { words, .. }) if words.contains("Invalid page") => {
                return Ok(Page { tasks: Vec::new(), total: 0, bytes: 0 });
            }
            answer => answer.map_err(explained)?,
        };
        let tasks = wire.tasks.into_iter().map(Listed::from).collect();
        Ok(Page { total: wire.total, tasks, bytes })
    }

    /// Returns how many tasks hold to all these filters.
    pub async fn count(&self, project: u64, filters: &[Filter]) -> Result<u64, StudioError> {
        let listing = Listing { project, filters, join: Join::All, fields: Fields::Id };
        Ok(self.page(listing, 1, 1).await?.total)
    }

    /// Fetches the tasks of these ids that hold to the project; at most [`IDS_PER_REQUEST`](super::query::IDS_PER_REQUEST).
    pub async fn among(&self, project: u64, ids: &[u64], fields: Fields) -> Result<Vec<Listed>, StudioError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let filters = [Filter::Among(ids.to_vec())];
        let (mut tasks, mut place) = (Vec::with_capacity(ids.len()), Some(Place::start(fields)));
        while let Some(here) = place {
            let page = self.page_after(here, project, &filters, fields).await?;
            tasks.extend(page.0);
            place = page.1;
        }
        Ok(tasks)
    }

    /// Returns all tasks that hold to all these filters, in the order of their ids, page by page.
    pub fn keyset(
        self: Arc<Self>,
        project: u64,
        filters: Vec<Filter>,
        fields: Fields,
    ) -> BoxStream<'static, Result<Vec<Listed>, StudioError>> {
        let filters: Arc<[Filter]> = filters.into();
        let pages = stream::try_unfold(Some(Place::start(fields)), move |place| {
            let (studio, filters) = (Arc::clone(&self), Arc::clone(&filters));
            async move {
                let Some(place) = place else { return Ok(None) };
                Ok(Some(studio.page_after(place, project, &filters, fields).await?))
            }
        });
        pages.boxed()
    }

    /// Fetches the tasks after a place, and says where to go on, if at all.
    async fn page_after(
        &self,
        place: Place,
        project: u64,
        filters: &[Filter],
        fields: Fields,
    ) -> Result<(Vec<Listed>, Option<Place>), StudioError> {
        let filters = [filters, &[Filter::After(place.after)]].concat();
        let listing = Listing { project, filters: &filters, join: Join::All, fields };
        let mut size = place.size;
        let page = loop {
            match self.page(listing, 1, size).await {
                Err(StudioError::TooLong { .. }) if 1 < size => size /= 2,
                page => break page?,
            }
        };
        let mut last = place.after;
        for listed in &page.tasks {
            let id = listed.task.id.studio().unwrap_or_default();
            if id <= last {
                return Err(StudioError::Unexpected {
                    what: "`GET api/tasks`".to_owned(),
                    words: format!(
                        "task {id} where only ids above {last} were asked for, so going on could loop; does a proxy \
                         change the query?"
                    ),
                });
            }
            last = id;
        }
        // A server may cut pages shorter than asked, so only the count of what is left can tell the end.
        let is_last = page.tasks.is_empty() || page.total <= page.tasks.len() as u64;
        let fitting = PAGE_BYTES * page.tasks.len() / page.bytes.max(1);
        let next = Place { after: last, size: fitting.clamp(1, PAGE_SIZE.min(size * GROWTH)) };
        Ok((page.tasks, if is_last { None } else { Some(next) }))
    }

    /// Collects the ids of tasks that hold to any of these filters.
    ///
    /// `id greater` cannot be joined to an "or", so these are plain pages, taken before the run changes anything.
    pub async fn ids_of_any(&self, project: u64, filters: &[Filter]) -> Result<Vec<u64>, StudioError> {
        let listing = Listing { project, filters, join: Join::Any, fields: Fields::Id };
        let mut ids = BTreeSet::new();
        for number in 1.. {
            let before = ids.len();
            let page = self.page(listing, number, PAGE_SIZE).await?;
            ids.extend(page.tasks.iter().filter_map(|listed| listed.task.id.studio()));
            if page.total <= ids.len() as u64 || ids.len() == before {
                break;
            }
        }
        Ok(ids.into_iter().collect())
    }
}

impl Place {
    fn start(fields: Fields) -> Self {
        let size = match fields {
            Fields::Content | Fields::Annotations => FIRST_SIZE,
            Fields::Id | Fields::Stamps | Fields::Predictions => PAGE_SIZE,
        };
        Self { after: 0, size }
    }
}

impl From<WireTask> for Listed {
    fn from(wire: WireTask) -> Self {
        let parse = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let mut predictions = Vec::with_capacity(wire.predictions.len());
        let mut predicted_at = Vec::with_capacity(wire.predictions.len());
        for prediction in wire.predictions {
            predicted_at.push(parse(prediction.created_at));
            predictions.push(StoredPrediction {
                id: Some(prediction.id),
                model_version: prediction.model_version,
                result: regions(prediction.result),
                score: None,
            });
        }
        let annotations = wire.annotations.into_iter().map(Annotation::from).collect();
        let task = Task { id: TaskId::Id(wire.id), data: wire.data, annotations, predictions };
        Self { task, created_at: parse(wire.created_at), updated_at: parse(wire.updated_at), predicted_at }
    }
}

impl From<WireAnnotation> for Annotation {
    fn from(wire: WireAnnotation) -> Self {
        let WireAnnotation { id, result, was_cancelled, ground_truth } = wire;
        Self { id, result: result.map(regions), was_cancelled, ground_truth }
    }
}

fn regions(result: Value) -> Vec<Value> {
    match result {
        Value::Array(regions) => regions,
        Value::Null => Vec::new(),
        // Not empty: it is somebody's, in a form of his own.
        other => vec![other],
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Returns the items of pages, fetching one page ahead of the one that is being used.
///
/// The fetching is a task of its own: a slow model may leave this stream alone for longer than a request may take.
pub fn read_ahead<T: Send + 'static>(
    mut pages: BoxStream<'static, Result<Vec<T>, StudioError>>,
) -> BoxStream<'static, Result<T, StudioError>> {
    let (sender, receiver) = mpsc::channel(1);
    let fetching = Fetching(tokio::spawn(async move {
        // A page is asked for only once there is room for it, so that one waits and never two.
        while let Ok(room) = sender.reserve().await {
            let Some(page) = pages.next().await else { return };
            let failed = page.is_err();
            room.send(page);
            if failed {
                return;
            }
        }
    }));
    let items = stream::unfold((receiver, fetching), |(mut receiver, mut fetching)| async move {
        if let Some(page) = receiver.recv().await {
            return Some((page, (receiver, fetching)));
        }
        // The channel is closed at the end of the pages, and also where fetching panicked.
        match (&mut fetching.0).await {
            Ok(()) => None,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    });
    let items = items.flat_map(|page| match page {
        Ok(page) => stream::iter(page).map(Ok).left_stream(),
        Err(error) => stream::iter([Err(error)]).right_stream(),
    });
    items.boxed()
}

/// Says what a failing listing may mean: Label Studio stores texts that it cannot list again.
fn explained(error: StudioError) -> StudioError {
    match error {
        StudioError::Server { what, status, words } if status.as_u16() == 500 => StudioError::Server {
            what,
            status,
            words: format!(
                "{words}; it fails so where a task or prediction holds half of a surrogate pair (`\\ud83d`), which has \
                 to be deleted there"
            ),
        },
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn annotations_are_read_in_whatever_form_they_are_stored() {
        let wire = json!({"id": 1, "annotations": [
            {"id": 5, "result": ["a"]},
            {"id": 6, "result": [], "was_cancelled": true},
            {"id": 7, "result": null, "ground_truth": true},
            {"id": 8, "result": {"c": 1}},
            {"id": 9},
        ]});
        let listed = Listed::from(serde_json::from_value::<WireTask>(wire).unwrap());
        let annotation =
            |id, result| Annotation { id: Some(id), result: Some(result), ..Annotation::default() };
        let expect = [
            annotation(5, vec![json!("a")]),
            Annotation { was_cancelled: true, ..annotation(6, Vec::new()) },
            Annotation { id: Some(7), ground_truth: true, ..Annotation::default() },
            annotation(8, vec![json!({"c": 1})]),
            Annotation { id: Some(9), ..Annotation::default() },
        ];
        assert_eq!(listed.task.annotations, expect);
    }
}
