//! `/api/predictions/`: one prediction at a time, stored as it comes.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Shared;
use super::refusal::{Answer, Refusal, answer, id};
use super::tasks::parameters;
use super::world::Prediction;
use crate::support::host::Record;

/// Reads what both endpoints store; id and time are given when it is stored.
pub(super) fn read_prediction(item: &Value) -> Prediction {
    let model_version = match item.get("model_version") {
        None => Some("undefined".to_owned()),
        Some(version) => version.as_str().map(str::to_owned),
    };
    let score = item["score"].as_f64().or_else(|| item["score"].as_str().and_then(|text| text.parse().ok()));
    Prediction {
        id: 0,
        result: item["result"].clone(),
        model_version,
        score,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// `POST /api/predictions/` validates nothing but the task.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(request): Extension<Record>,
) -> Answer {
    let mut item = request.json();
    let mut errors = json!({});
    for field in ["result", "task", "model_version"] {
        match item.get(field) {
            Some(Value::Null) => errors[field] = json!(["This field may not be null."]),
            None if field != "model_version" => errors[field] = json!(["This field is required."]),
            _ => {}
        }
    }
    if errors != json!({}) {
        return Err(Refusal::invalid_fields(&errors));
    }
    if item.get("model_version").is_none() {
        item["model_version"] = json!("");
    }
    let task = &item["task"];
    let task = task.as_u64().or_else(|| task.as_str().and_then(|text| text.parse().ok())).unwrap_or_default();
    let mut world = shared.world();
    if !world.tasks.contains_key(&task) {
        let text = format!("Invalid pk \"{task}\" - object does not exist.");
        return Err(Refusal::invalid("task", &json!([text])));
    }
    world.add_prediction(task, read_prediction(&item));
    let task = &world.tasks[&task];
    let stored = task.predictions.last().expect("it was added above");
    answer(201, &task.prediction_json(stored))
}

/// `GET /api/predictions?task=` or `?project=`: a bare array of everything.
pub(super) async fn list(State(shared): State<Arc<Shared>>, Extension(request): Extension<Record>) -> Answer {
    let parameters = parameters(&request.query);
    let number = |name: &str| parameters.get(name).and_then(|text| text.parse::<u64>().ok());
    let (task, project) = (number("task"), number("project").or_else(|| number("task__project")));
    let world = shared.world();
    if task.is_some_and(|task| !world.tasks.contains_key(&task)) {
        let text = "Select a valid choice. That choice is not one of the available choices.";
        return Err(Refusal::invalid("task", &json!([text])));
    }
    let tasks = world.tasks.values();
    let asked = tasks.filter(|each| {
        task.is_none_or(|task| task == each.id) && project.is_none_or(|project| project == each.project)
    });
    let predictions: Vec<Value> = asked.flat_map(super::world::Task::predictions_json).collect();
    answer(200, &json!(predictions))
}

/// `GET /api/predictions/{id}/`.
pub(super) async fn read(State(shared): State<Arc<Shared>>, Path(prediction): Path<String>) -> Answer {
    let prediction = id(&prediction)?;
    let world = shared.world();
    let owner = world.owners.get(&prediction).ok_or_else(|| Refusal::missing("Prediction"))?;
    let task = &world.tasks[owner];
    let stored = task.predictions.iter().find(|stored| stored.id == prediction);
    answer(200, &task.prediction_json(stored.expect("owners know only stored predictions")))
}

/// `DELETE /api/predictions/{id}/`.
pub(super) async fn delete(State(shared): State<Arc<Shared>>, Path(prediction): Path<String>) -> Answer {
    let prediction = id(&prediction)?;
    let mut world = shared.world();
    let owner = world.owners.remove(&prediction).ok_or_else(|| Refusal::missing("Prediction"))?;
    let task = world.tasks.get_mut(&owner).expect("owners know only stored tasks");
    task.predictions.retain(|stored| stored.id != prediction);
    task.total_predictions = task.total_predictions.saturating_sub(1);
    Ok(StatusCode::NO_CONTENT.into_response())
}
