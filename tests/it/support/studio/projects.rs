//! `/api/projects/`: projects and the model versions of their predictions.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Shared;
use super::config::Config;
use super::refusal::{Answer, Refusal, answer, id};
use super::tasks::{included, parameters};
use super::world::{World, written};
use crate::support::host::Record;

const UNKNOWN_VERSION: &str = "Model version doesn't exist either as live model or as static predictions.";

/// `POST /api/projects/`.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(request): Extension<Record>,
) -> Answer {
    let body = request.json();
    let title = body["title"].as_str().unwrap_or_default();
    if title.chars().count() < 3 {
        return Err(Refusal::invalid("title", &json!(["Ensure this field has at least 3 characters."])));
    }
    let label_config = body["label_config"].as_str().unwrap_or("<View></View>");
    let config = Config::parse(label_config);
    let config = config.map_err(|message| Refusal::invalid("label_config", &json!([message])))?;
    let mut world = shared.world();
    let project = world.add_project(title, label_config, config);
    answer(201, &json!(to_json(&world, project)))
}

/// `GET /api/projects/`: pages of 30, at most 100.
pub(super) async fn list(State(shared): State<Arc<Shared>>, Extension(request): Extension<Record>) -> Answer {
    let parameters = parameters(&request.query);
    let number = |name: &str, default| parameters.get(name).map_or(Some(default), |text| text.parse().ok());
    let size = number("page_size", 30).filter(|size| 0 < *size).unwrap_or(30).min(100);
    let title = parameters.get("title").map(|title| title.to_lowercase()).unwrap_or_default();
    let world = shared.world();
    let projects = world.projects.iter().rev();
    let found: Vec<u64> = projects
        .filter(|(_, project)| project.title.to_lowercase().contains(&title))
        .map(|(id, _)| *id)
        .collect();
    let page = number("page", 1).unwrap_or_default();
    let pages = found.len().div_ceil(size).max(1);
    if page < 1 || pages < page {
        return Err(Refusal::new(404, "Invalid page."));
    }
    let shown = found.iter().skip((page - 1) * size).take(size);
    let shown: Vec<Value> = shown.map(|id| included(to_json(&world, *id), &parameters)).collect();
    let link =
        |page: usize| format!("http://{}/api/projects/?page={page}&page_size={size}", request.header("host"));
    let next = (page < pages).then(|| link(page + 1));
    let previous = (1 < page).then(|| link(page - 1));
    answer(200, &json!({"count": found.len(), "next": next, "previous": previous, "results": shown}))
}

/// `GET /api/projects/{id}/`.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Extension(request): Extension<Record>,
) -> Answer {
    let world = shared.world();
    let project = existing(&world, &project)?;
    answer(200, &included(to_json(&world, project), &parameters(&request.query)))
}

/// `PATCH /api/projects/{id}/`: a model version must be empty or among the stored predictions.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Extension(request): Extension<Record>,
) -> Answer {
    let mut world = shared.world();
    let project = existing(&world, &project)?;
    let body = request.json();
    if let Some(version) = body.get("model_version") {
        let known = world.tasks_of(project).flat_map(|task| &task.predictions);
        let known =
            known.filter_map(|prediction| prediction.model_version.as_deref()).any(|known| version == known);
        if version != "" && !known {
            return Err(Refusal::invalid("model_version", &json!([UNKNOWN_VERSION])));
        }
        world.projects.get_mut(&project).expect("it exists").model_version = version.clone();
    }
    answer(200, &included(to_json(&world, project), &parameters(&request.query)))
}

/// `GET /api/projects/{id}/model-versions/`: how many predictions each version has, the newest first.
pub(super) async fn versions(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Extension(request): Extension<Record>,
) -> Answer {
    let world = shared.world();
    let project = existing(&world, &project)?;
    let mut counts: HashMap<Option<&str>, (usize, Timestamp)> = HashMap::new();
    for prediction in world.tasks_of(project).flat_map(|task| &task.predictions) {
        let version = prediction.model_version.as_deref();
        let (count, latest) = counts.entry(version).or_insert((0, prediction.created_at));
        // The count is of the column, and SQL does not count nulls.
        *count += usize::from(version.is_some());
        *latest = prediction.created_at.max(*latest);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (_, latest))| std::cmp::Reverse(*latest));
    if parameters(&request.query).get("extended").is_some_and(|text| text == "true") {
        let stored = counts.iter().map(
            |(version, (count, latest))| json!({"model_version": version, "count": count, "latest": written(*latest)}),
        );
        return answer(200, &json!({"static": stored.collect::<Vec<_>>(), "live": null}));
    }
    let named =
        counts.into_iter().map(|(version, (count, _))| (version.unwrap_or("null").to_owned(), json!(count)));
    answer(200, &Value::Object(named.collect()))
}

/// `DELETE /api/projects/{id}/model-versions/`: deletes a version's predictions, and gets counters wrong.
pub(super) async fn delete_version(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Extension(request): Extension<Record>,
) -> Answer {
    let mut world = shared.world();
    let project = existing(&world, &project)?;
    let body = request.json();
    let Some(version) = body["model_version"].as_str() else {
        return Err(Refusal::invalid("non_field_errors", &json!(["model_version param is required"])));
    };
    let mut deleted = Vec::new();
    for task in world.tasks.values_mut().filter(|task| task.project == project) {
        let ours =
            |prediction: &super::world::Prediction| prediction.model_version.as_deref() == Some(version);
        let before = deleted.len();
        deleted.extend(
            task.predictions.iter().filter(|prediction| ours(prediction)).map(|prediction| prediction.id),
        );
        task.predictions.retain(|prediction| !ours(prediction));
        task.total_predictions -= usize::from(before < deleted.len()).min(task.total_predictions);
    }
    for prediction in &deleted {
        world.owners.remove(prediction);
    }
    let project = world.projects.get_mut(&project).expect("it exists");
    if !deleted.is_empty() && project.model_version == version {
        project.model_version = Value::Null;
    }
    answer(200, &json!({"deleted_predictions": deleted.len()}))
}

fn existing(world: &World, project: &str) -> Result<u64, Refusal> {
    let project = id(project)?;
    if world.projects.contains_key(&project) { Ok(project) } else { Err(Refusal::missing("Project")) }
}

fn to_json(world: &World, id: u64) -> Map<String, Value> {
    let project = &world.projects[&id];
    let tasks: Vec<_> = world.tasks_of(id).collect();
    let labeled = tasks.iter().filter(|task| task.is_labeled()).count();
    let predictions: usize = tasks.iter().map(|task| task.predictions.len()).sum();
    let annotations: usize = tasks.iter().map(|task| task.total_annotations()).sum();
    let mut shown = constants();
    let own = json!({
        "id": id, "title": project.title, "label_config": project.label_config,
        "model_version": project.model_version, "created_at": written(project.created_at),
        "num_tasks_with_annotations": labeled, "task_number": tasks.len(),
        "useful_annotation_number": annotations, "total_annotations_number": annotations,
        "total_predictions_number": predictions, "finished_task_number": labeled,
        "queue_total": tasks.len() - labeled,
    });
    shown.extend(own.as_object().cloned().unwrap_or_default());
    shown
}

/// Returns the fields that are the same for every project here.
fn constants() -> Map<String, Value> {
    let user =
        json!({"id": 1, "first_name": "", "last_name": "", "email": "admin@example.com", "avatar": null});
    let mut fields = json!({
        "description": "", "expert_instruction": "", "show_instruction": false, "show_skip_button": true,
        "enable_empty_annotation": true, "show_annotation_history": false, "organization": 1, "color": "#FFFFFF",
        "maximum_annotations": 1, "is_published": false, "is_draft": false, "created_by": user,
        "min_annotations_to_start_training": 0, "start_training_on_annotation_update": false,
        "show_collab_predictions": true, "ground_truth_number": 0, "skipped_annotations_number": 0,
    });
    let further = json!({
        "sampling": "Sequential sampling", "show_ground_truth_first": false,
        "annotator_evaluation_enabled": false, "show_overlap_first": false, "overlap_cohort_percentage": 100,
        "task_data_login": null, "task_data_password": null, "control_weights": {}, "parsed_label_config": {},
        "evaluate_predictions_automatically": false, "config_has_control_tags": true,
        "skip_queue": "REQUEUE_FOR_OTHERS", "reveal_preannotations_interactively": false, "pinned_at": null,
        "queue_done": 0, "config_suitable_for_bulk_annotation": false, "state": null,
    });
    let fields = fields.as_object_mut().map(std::mem::take).unwrap_or_default();
    fields.into_iter().chain(further.as_object().cloned().unwrap_or_default()).collect()
}
