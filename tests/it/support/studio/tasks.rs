//! `/api/tasks` and the import of tasks.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::Shared;
use super::filter::Selection;
use super::refusal::{Answer, Refusal, answer, id, python};
use super::world::{Task, World};
use crate::support::host::Record;

/// A page when nobody asks for a size, or for one that is none.
const PAGE_SIZE: usize = 100;

/// `GET /api/tasks`: a page of the tasks of a project or view.
pub(super) async fn list(State(shared): State<Arc<Shared>>, Extension(request): Extension<Record>) -> Answer {
    let parameters = parameters(&request.query);
    let world = shared.world();
    let (project, selection) = scope(&world, &parameters, &request)?;
    let found = selection.select(world.tasks_of(project).collect())?;
    let size = parameters.get("page_size").and_then(|text| text.parse().ok()).filter(|size| 0 < *size);
    let size = size.unwrap_or(PAGE_SIZE);
    let page = match parameters.get("page").map(String::as_str) {
        None | Some("") => 1,
        Some(text) => text.parse::<usize>().unwrap_or_default(),
    };
    // An empty result is an empty first page; a page past the end is an error.
    if page < 1 || found.len().div_ceil(size).max(1) < page {
        return Err(Refusal::new(404, "Invalid page."));
    }
    let full = parameters.get("fields").is_some_and(|fields| fields == "all");
    let shown = found.iter().skip((page - 1) * size).take(size);
    let shown: Vec<Value> = shown.map(|task| included(task.to_json(full), &parameters)).collect();
    let annotations: usize = found.iter().map(|task| task.total_annotations()).sum();
    let predictions: usize = found.iter().map(|task| task.total_predictions).sum();
    answer(
        200,
        &json!({
            "total_annotations": annotations, "total_predictions": predictions, "total": found.len(), "tasks": shown,
        }),
    )
}

/// `GET /api/tasks/{id}/`.
pub(super) async fn read(State(shared): State<Arc<Shared>>, Path(task): Path<String>) -> Answer {
    let world = shared.world();
    let task = world.tasks.get(&id(&task)?).ok_or_else(|| Refusal::missing("Task"))?;
    answer(200, &json!(task.to_json(true)))
}

/// `PATCH /api/tasks/{id}/`: new data, and a new `updated_at`.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Path(task): Path<String>,
    Extension(request): Extension<Record>,
) -> Answer {
    let mut world = shared.world();
    let now = world.now();
    let task = world.tasks.get_mut(&id(&task)?).ok_or_else(|| Refusal::missing("Task"))?;
    if let Some(data) = request.json()["data"].as_object() {
        task.data.clone_from(data);
    }
    task.updated_at = now;
    answer(200, &json!(task.to_json(true)))
}

/// `DELETE /api/tasks/{id}/`.
pub(super) async fn delete(State(shared): State<Arc<Shared>>, Path(task): Path<String>) -> Answer {
    let task = id(&task)?;
    let removed = shared.world().remove_task(task);
    if removed { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(Refusal::missing("Task")) }
}

/// `POST /api/projects/{id}/import`: all or none of the tasks.
pub(super) async fn import(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Extension(request): Extension<Record>,
) -> Answer {
    let project = id(&project)?;
    let mut world = shared.world();
    if !world.projects.contains_key(&project) {
        return Err(Refusal::no_such_page());
    }
    let items = match request.json() {
        Value::Array(items) => items,
        item @ Value::Object(_) => vec![item],
        _ => Vec::new(),
    };
    let items = checked(&world, project, items)?;
    let tasks: Vec<u64> = items.into_iter().map(|(data, meta)| world.add_task(project, data, meta)).collect();
    let mut body = json!({
        "task_count": tasks.len(), "annotation_count": 0, "prediction_count": 0, "duration": 0.02,
        "file_upload_ids": [], "could_be_tasks_list": false, "found_formats": [], "data_columns": [],
    });
    if parameters(&request.query).get("return_task_ids").is_some_and(|text| text == "true") {
        body["task_ids"] = json!(tasks);
    }
    answer(201, &body)
}

/// Returns the parameters of a query, decoded once.
pub(super) fn parameters(query: &str) -> HashMap<String, String> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Keeps only the fields that `include=` names, if there is one; those of annotations too, but not those of predictions.
pub(super) fn included(mut fields: Map<String, Value>, parameters: &HashMap<String, String>) -> Value {
    if let Some(include) = parameters.get("include") {
        let names: Vec<&str> = include.split(',').map(str::trim).collect();
        fields.retain(|name, _| names.contains(&name.as_str()));
        for annotation in fields.get_mut("annotations").and_then(Value::as_array_mut).into_iter().flatten() {
            let inner = annotation.as_object_mut().expect("an annotation is an object");
            inner.retain(|name, _| names.contains(&name.as_str()));
        }
    }
    Value::Object(fields)
}

/// Returns the project and what is selected of it; with a view, the `query` is not even read.
fn scope(
    world: &World,
    parameters: &HashMap<String, String>,
    request: &Record,
) -> Result<(u64, Selection), Refusal> {
    let number =
        |name: &str| parameters.get(name).and_then(|text| text.parse::<u64>().ok()).filter(|id| 0 < *id);
    let (view, project) = (number("view"), number("project"));
    if project.is_some_and(|project| !world.projects.contains_key(&project)) {
        return Err(Refusal::missing("Project"));
    }
    if let Some(view) = view {
        let view = world.views.get(&view).ok_or_else(|| Refusal::missing("View"))?;
        if project.is_some_and(|project| project != view.project) {
            return Err(Refusal::new(500, "Project and View mismatch"));
        }
        return Ok((view.project, Selection::read(&view.content)?));
    }
    let Some(project) = project else {
        return Err(Refusal::json(404, &json!({"detail": "Neither project nor view id specified"})));
    };
    let selection = match parameters.get("query") {
        Some(query) => Selection::parse(query)?,
        None => Selection::read(&request.json())?,
    };
    Ok((project, selection))
}

type Row = (Map<String, Value>, Value);

fn checked(world: &World, project: u64, items: Vec<Value>) -> Result<Vec<Row>, Refusal> {
    if items.is_empty() {
        return Err(Refusal::invalid("non_field_errors", &json!(["load_tasks: No tasks added"])));
    }
    let config = &world.projects[&project].config;
    let (mut rows, mut problems, mut good) = (Vec::new(), Vec::new(), true);
    for (index, item) in items.into_iter().enumerate() {
        let (data, meta, note) = match item.get("data").and_then(Value::as_object) {
            Some(data) => (data.clone(), item.get("meta").cloned().unwrap_or_else(|| json!({})), ""),
            None => (
                item.as_object().cloned().unwrap_or_default(),
                json!({}),
                "[assume: item as is = task root with values] ",
            ),
        };
        match config.missing_field(&data) {
            Some(field) => {
                good = false;
                problems.push(json!(format!(
                    "Error at item {index}: \"{field}\" key is expected in task data {note} :: {}",
                    python(&item)
                )));
            }
            None => problems.push(json!({})),
        }
        rows.push((data, meta));
    }
    if good { Ok(rows) } else { Err(Refusal::invalid("non_field_errors", &json!(problems))) }
}

impl World {
    /// Removes a task with its predictions; false if there is none.
    pub(super) fn remove_task(&mut self, task: u64) -> bool {
        let removed: Option<Task> = self.tasks.remove(&task);
        for prediction in removed.iter().flat_map(|task| &task.predictions) {
            self.owners.remove(&prediction.id);
        }
        removed.is_some()
    }
}
