//! What the mock Label Studio stores.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::auth::Keys;
use super::config::Config;
use super::fault::Faults;

/// Everything behind the one lock of the server.
pub(super) struct World {
    pub(super) projects: BTreeMap<u64, Project>,
    pub(super) tasks: BTreeMap<u64, Task>,
    pub(super) views: BTreeMap<u64, View>,
    /// The task of each prediction.
    pub(super) owners: HashMap<u64, u64>,
    pub(super) keys: Keys,
    pub(super) faults: Faults,
    last_id: u64,
    last_time: Timestamp,
}

pub(super) struct Project {
    pub(super) title: String,
    pub(super) label_config: String,
    pub(super) config: Config,
    pub(super) model_version: Value,
    pub(super) created_at: Timestamp,
}

pub(super) struct Task {
    pub(super) id: u64,
    pub(super) project: u64,
    pub(super) inner_id: usize,
    pub(super) data: Map<String, Value>,
    pub(super) meta: Value,
    pub(super) annotations: Vec<Value>,
    pub(super) predictions: Vec<Prediction>,
    /// The stored counter, which Label Studio lets go wrong when predictions are deleted.
    pub(super) total_predictions: usize,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

#[derive(Clone)]
pub(super) struct Prediction {
    pub(super) id: u64,
    pub(super) result: Value,
    pub(super) model_version: Option<String>,
    pub(super) score: Option<f64>,
    pub(super) created_at: Timestamp,
}

pub(super) struct View {
    pub(super) project: u64,
    pub(super) content: Value,
}

impl World {
    /// Returns a server without projects.
    pub(super) fn new(keys: Keys) -> Self {
        Self {
            projects: BTreeMap::new(),
            tasks: BTreeMap::new(),
            views: BTreeMap::new(),
            owners: HashMap::new(),
            keys,
            faults: Faults::default(),
            last_id: 0,
            last_time: Timestamp::UNIX_EPOCH,
        }
    }

    /// Returns an id that no row has; Label Studio counts each table apart, which nobody may rely on.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Returns the time, later than any before, in the microseconds that Label Studio shows.
    pub(super) fn now(&mut self) -> Timestamp {
        let now = Timestamp::from_microsecond(Timestamp::now().as_microsecond()).expect("the clock is sane");
        let after_last = self.last_time + jiff::SignedDuration::from_micros(1);
        self.last_time = now.max(after_last);
        self.last_time
    }

    /// Adds a project; the config is known to parse.
    pub(super) fn add_project(&mut self, title: &str, label_config: &str, config: Config) -> u64 {
        let id = self.next_id();
        let created_at = self.now();
        let project = Project {
            title: title.to_owned(),
            label_config: label_config.to_owned(),
            config,
            model_version: json!(""),
            created_at,
        };
        self.projects.insert(id, project);
        id
    }

    /// Adds a task with this data.
    pub(super) fn add_task(&mut self, project: u64, data: Map<String, Value>, meta: Value) -> u64 {
        let (id, now) = (self.next_id(), self.now());
        let inner_id =
            1 + self.tasks.values().rev().find(|task| task.project == project).map_or(0, |t| t.inner_id);
        let task = Task {
            id,
            project,
            inner_id,
            data,
            meta,
            annotations: Vec::new(),
            predictions: Vec::new(),
            total_predictions: 0,
            created_at: now,
            updated_at: now,
        };
        self.tasks.insert(id, task);
        id
    }

    /// Stores a prediction of a task that exists, and counts it.
    pub(super) fn add_prediction(&mut self, task: u64, mut prediction: Prediction) -> u64 {
        prediction.id = self.next_id();
        prediction.created_at = self.now();
        let id = prediction.id;
        self.owners.insert(id, task);
        let task = self.tasks.get_mut(&task).expect("the caller has checked the task");
        task.predictions.push(prediction);
        task.total_predictions = task.predictions.len();
        id
    }

    /// Returns the tasks of a project, by id.
    pub(super) fn tasks_of(&self, project: u64) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(move |task| task.project == project)
    }

    /// Sets every task's counter right, as each bulk call does.
    pub(super) fn recount(&mut self, project: u64) {
        for task in self.tasks.values_mut().filter(|task| task.project == project) {
            task.total_predictions = task.predictions.len();
        }
    }
}

/// Returns a time as Label Studio writes it.
pub(super) fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

impl Task {
    /// Returns the task as a listing shows it; `full` is what `fields=all` asks for.
    pub(super) fn to_json(&self, full: bool) -> Map<String, Value> {
        let mut versions: Vec<&str> =
            self.predictions.iter().filter_map(|p| p.model_version.as_deref()).collect();
        versions.dedup();
        let mut task = json!({
            "id": self.id, "predictions": self.predictions_json(), "annotations": self.annotations,
            "drafts": [], "annotators": [], "inner_id": self.inner_id, "cancelled_annotations": self.cancelled_annotations(),
            "total_annotations": self.total_annotations(), "total_predictions": self.total_predictions,
            "completed_at": self.completed_at(), "annotations_results": "", "predictions_results": "",
            "predictions_score": null, "file_upload": null, "storage_filename": null, "annotations_ids": "",
            "predictions_model_versions": if full { versions.join(",") } else { String::new() },
            "avg_lead_time": null, "draft_exists": false, "updated_by": [], "data": self.data, "meta": self.meta,
            "created_at": written(self.created_at), "updated_at": written(self.updated_at),
            "is_labeled": self.is_labeled(), "overlap": 1, "comment_count": 0, "unresolved_comment_count": 0,
            "last_comment_updated_at": null, "project": self.project, "comment_authors": [],
        });
        let fields = task.as_object_mut().expect("it is written as an object");
        if !full {
            for name in [
                "predictions",
                "annotations",
                "completed_at",
                "predictions_score",
                "avg_lead_time",
                "draft_exists",
            ] {
                fields.shift_remove(name);
            }
        }
        std::mem::take(fields)
    }

    /// Returns how many annotations count; a person who skips a task leaves one that does not.
    pub(super) fn total_annotations(&self) -> usize {
        self.annotations.len() - self.cancelled_annotations()
    }

    /// Returns how many people skipped the task.
    pub(super) fn cancelled_annotations(&self) -> usize {
        self.annotations.iter().filter(|annotation| annotation["was_cancelled"] == true).count()
    }

    /// Returns whether the task has an annotation that counts.
    pub(super) fn is_labeled(&self) -> bool {
        0 < self.total_annotations()
    }

    /// Returns when the task was labeled, or null.
    pub(super) fn completed_at(&self) -> Value {
        let mut counting = self.annotations.iter().filter(|annotation| annotation["was_cancelled"] == false);
        counting.next_back().map_or(Value::Null, |annotation| annotation["created_at"].clone())
    }

    /// Adds a person's annotation, as the API shows it.
    pub(super) fn add_annotation(&mut self, id: u64, now: Timestamp, result: &Value, was_cancelled: &Value) {
        self.updated_at = now;
        self.annotations.push(json!({
            "id": id, "result": result, "created_username": " admin@example.com, 1",
            "created_ago": "0\u{a0}minutes", "completed_by": 1, "was_cancelled": was_cancelled,
            "ground_truth": false, "created_at": written(now), "updated_at": written(now),
            "draft_created_at": null, "lead_time": null, "import_id": null, "last_action": null,
            "bulk_created": false, "task": self.id, "project": self.project, "updated_by": 1,
            "parent_prediction": null, "parent_annotation": null, "last_created_by": null,
        }));
    }

    /// Returns the predictions as the API shows them.
    pub(super) fn predictions_json(&self) -> Vec<Value> {
        self.predictions.iter().map(|prediction| self.prediction_json(prediction)).collect()
    }

    /// Returns one of the task's predictions as the API shows it.
    pub(super) fn prediction_json(&self, prediction: &Prediction) -> Value {
        let created_at = written(prediction.created_at);
        json!({
            "id": prediction.id, "result": prediction.result, "model_version": prediction.model_version,
            "created_ago": "0\u{a0}minutes", "score": prediction.score, "cluster": null, "neighbors": null,
            "mislabeling": 0.0, "created_at": created_at, "updated_at": created_at, "model": null,
            "model_run": null, "task": self.id, "project": self.project,
        })
    }
}
