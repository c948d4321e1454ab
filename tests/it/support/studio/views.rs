//! `/api/dm/views/`: stored filters and orderings.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use serde_json::{Value, json};

use super::Shared;
use super::refusal::{Answer, Refusal, answer, id};
use super::tasks::parameters;
use super::world::View;
use crate::support::host::Record;

/// Stores a view.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(request): Extension<Record>,
) -> Answer {
    let body = request.json();
    let mut world = shared.world();
    let project = body["project"].as_u64().filter(|project| world.projects.contains_key(project));
    let Some(project) = project else {
        return Err(Refusal::invalid("project", &json!(["This field is required."])));
    };
    let content = body.get("data").cloned().unwrap_or_else(|| json!({}));
    let view = world.next_id();
    world.views.insert(view, View { project, content });
    answer(201, &to_json(view, &world.views[&view]))
}

/// Lists the views of a project, or all.
pub(super) async fn list(State(shared): State<Arc<Shared>>, Extension(request): Extension<Record>) -> Answer {
    let project = parameters(&request.query).get("project").and_then(|text| text.parse::<u64>().ok());
    let world = shared.world();
    let asked = world.views.iter().filter(|(_, view)| project.is_none_or(|project| project == view.project));
    let views: Vec<Value> = asked.map(|(id, view)| to_json(*id, view)).collect();
    answer(200, &json!(views))
}

/// Shows one view.
pub(super) async fn read(State(shared): State<Arc<Shared>>, Path(view): Path<String>) -> Answer {
    let number = id(&view)?;
    let world = shared.world();
    let view = world.views.get(&number).ok_or_else(|| Refusal::missing("View"))?;
    answer(200, &to_json(number, view))
}

fn to_json(id: u64, view: &View) -> Value {
    json!({"id": id, "data": view.content, "order": 0, "user": 1, "project": view.project})
}
