//! `POST /api/projects/{id}/import/predictions`, with its silence about what it drops and its faults on demand.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use serde_json::{Value, json};

use super::Shared;
use super::fault::BulkFault;
use super::predictions::read_prediction;
use super::refusal::{Answer, Refusal, answer, id, python};
use super::world::World;
use crate::support::canned::Canned;
use crate::support::host::Record;

/// How many times each row is stored when two calls overlap: Label Studio on `SQLite` runs the whole view again.
const OVERLAP_ROWS: usize = 2;

/// Stores what is valid, answers how many that were, and says nothing of the rest.
pub(super) async fn import(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Extension(request): Extension<Record>,
    directed: Option<Extension<BulkFault>>,
) -> Answer {
    let project = id(&project)?;
    if !shared.world().projects.contains_key(&project) {
        return Err(Refusal::no_such_page());
    }
    let items = read_items(&request)?;
    let call = Call::start(&shared, directed.map(|Extension(fault)| fault));
    if !shared.bulk_latency.is_zero() {
        tokio::time::sleep(shared.bulk_latency).await;
    }
    let rows = if call.overlaps { OVERLAP_ROWS } else { 1 };
    let store = |part: &[Value], rows| store(&mut shared.world(), project, part, rows);
    match &call.fault {
        None => created(store(&items, rows)?),
        Some(BulkFault::Multiplies(rows)) => created(store(&items, *rows)?),
        Some(BulkFault::RefusesWith503) => Err(Refusal::page(503)),
        Some(BulkFault::CutsBeforeStoring) => Ok(Canned::cut().respond().await),
        Some(BulkFault::StoresThen500) => {
            store(&items, rows)?;
            Err(Refusal::page(500))
        }
        Some(BulkFault::StoresThenCuts) => {
            store(&items, rows)?;
            Ok(Canned::cut().respond().await)
        }
        Some(BulkFault::StoresHalfThenCuts) => {
            store(&items[..items.len() / 2], rows)?;
            Ok(Canned::cut().respond().await)
        }
        Some(BulkFault::StoresHalfThen500) => {
            store(&items[..items.len() / 2], rows)?;
            Err(Refusal::page(500))
        }
        Some(BulkFault::StoresLate(gate)) => {
            let gate = gate.clone();
            tokio::spawn(async move {
                gate.pass().await;
                // A task that is gone by then refuses all, and there is nobody to tell.
                drop(self::store(&mut call.shared.world(), project, &items, rows));
            });
            Ok(Canned::cut().respond().await)
        }
        Some(BulkFault::Hangs(gate)) => {
            gate.pass().await;
            created(store(&items, rows)?)
        }
        Some(BulkFault::HangsAfterStoring(gate)) => {
            let count = store(&items, rows)?;
            gate.pass().await;
            created(count)
        }
    }
}

/// A bulk call counts as under way until this is dropped, also when the client goes away in the middle.
struct Call {
    shared: Arc<Shared>,
    fault: Option<BulkFault>,
    overlaps: bool,
}

impl Call {
    fn start(shared: &Arc<Shared>, directed: Option<BulkFault>) -> Self {
        let (planned, overlaps) = shared.world().faults.start_bulk();
        Self { shared: Arc::clone(shared), fault: directed.or(planned), overlaps }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.shared.world().faults.end_bulk();
    }
}

fn created(count: usize) -> Answer {
    answer(201, &json!({"created": count}))
}

fn read_items(request: &Record) -> Result<Vec<Value>, Refusal> {
    // The pip server takes a body without a Content-Length for an empty one.
    if !request.header("transfer-encoding").is_empty() {
        return Ok(Vec::new());
    }
    if !request.header("content-type").starts_with("application/json") {
        let text = format!("Unsupported media type \"{}\" in request.", request.header("content-type"));
        return Err(Refusal::new(415, &text));
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Array(items)) => Ok(items),
        Ok(_) => Err(Refusal::new(500, "'str' object has no attribute 'get'")),
        Err(error) => Err(Refusal::new(400, &format!("JSON parse error - {error}"))),
    }
}

/// Stores the valid items this many times each and returns how many those are; one unknown task refuses all.
fn store(world: &mut World, project: u64, items: &[Value], rows: usize) -> Result<usize, Refusal> {
    for item in items {
        let task = item["task"].as_u64().and_then(|task| world.tasks.get(&task));
        if task.is_none_or(|task| task.project != project) {
            let title = &world.projects[&project].title;
            let text = format!(
                "{} contains invalid \"task\" field: corresponding task ID couldn't be retrieved from project {title} (id={project}) tasks",
                python(item)
            );
            return Err(Refusal::invalid("non_field_errors", &json!([text])));
        }
    }
    let config = &world.projects[&project].config;
    let accepted: Vec<&Value> = items.iter().filter(|item| config.accepts(item)).collect();
    let count = accepted.len();
    let predictions: Vec<_> =
        accepted.into_iter().map(|item| (item["task"].as_u64(), read_prediction(item))).collect();
    for (task, prediction) in predictions {
        for _ in 0..rows {
            world.add_prediction(task.expect("it was looked up above"), prediction.clone());
        }
    }
    world.recount(project);
    Ok(count)
}
