//! A few calls to Label Studio, made apart from the program's own client so that one does not vouch for itself.

use std::fs;
use std::thread;

use reqwest::Method;
use serde_json::{Value, json};

use super::servers::{LabelStudio, block_on, http, servers};
use super::{fixture_json, fixture_text};

/// A project of its own for one story; removed at the end, unless the story failed.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: u64,
    /// The ids of its tasks, in the order of the import.
    pub(crate) tasks: Vec<u64>,
    config: String,
    place: LabelStudio,
}

impl Project {
    /// Creates a project with a labeling config and imports tasks (an array, as Label Studio takes it).
    pub(crate) fn new(title: &str, config: &str, tasks: &Value) -> Self {
        Self::at(&servers().label_studio, (title, config), tasks)
    }

    /// Creates a project as [`new`](Self::new) does, at this Label Studio.
    pub(crate) fn at(place: &LabelStudio, (title, config): (&str, &str), tasks: &Value) -> Self {
        let content = json!({"title": title, "label_config": config});
        let created = call(place, (&Method::POST, "/api/projects/"), &content);
        let id = created["id"].as_u64().expect("a new project has an id");
        let mut project = Self { id, tasks: Vec::new(), config: config.to_owned(), place: place.clone() };
        project.import(tasks);
        project
    }

    /// Creates a project of the eighteen comments in `fixtures/sarcasm`.
    pub(crate) fn sarcasm(title: &str) -> Self {
        Self::new(title, &fixture_text("sarcasm/config.xml"), &fixture_json("sarcasm/tasks.json"))
    }

    /// Imports tasks, in the order given.
    pub(crate) fn import(&mut self, tasks: &Value) {
        let path = format!("/api/projects/{}/import?return_task_ids=true", self.id);
        let ids = self.call(&Method::POST, &path, tasks)["task_ids"]
            .as_array()
            .cloned()
            .expect("ids were asked for");
        self.tasks.extend(ids.iter().filter_map(Value::as_u64));
    }

    /// Uploads a file, which makes a task of it.
    pub(crate) fn upload(&mut self, name: &str, content: &[u8]) {
        let head = format!(
            "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: \
             application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--part--\r\n"].concat();
        let path = format!("/api/projects/{}/import?return_task_ids=true", self.id);
        let imported =
            send(&self.place, (&Method::POST, &path), ("multipart/form-data; boundary=part", body));
        let ids = imported["task_ids"].as_array().cloned().expect("ids were asked for");
        self.tasks.extend(ids.iter().filter_map(Value::as_u64));
    }

    /// Puts a file into a storage of local files that is connected for it, and returns its address in tasks.
    pub(crate) fn keep_local(&self, name: &str, content: &[u8]) -> String {
        let folder = format!("project-{}", self.id);
        let path = self.place.files.join(&folder);
        fs::create_dir_all(&path).expect("the folder is writable");
        fs::write(path.join(name), content).expect("the folder is writable");
        let storage = json!({"project": self.id, "path": path.display().to_string(), "use_blob_urls": true});
        self.call(&Method::POST, "/api/storages/localfiles", &storage);
        format!("/data/local-files/?d={folder}/{name}")
    }

    /// Returns the project's id as an argument for the program.
    pub(crate) fn argument(&self) -> String {
        self.id.to_string()
    }

    pub(crate) fn config(&self) -> &str {
        &self.config
    }

    /// Returns all predictions that are stored in the project.
    pub(crate) fn predictions(&self) -> Vec<Value> {
        let predictions =
            self.call(&Method::GET, &format!("/api/predictions?project={}", self.id), &Value::Null);
        predictions.as_array().cloned().expect("predictions are a list")
    }

    /// Returns the tasks that have a prediction, ascending; twice those that have two.
    pub(crate) fn predicted_tasks(&self) -> Vec<u64> {
        let mut tasks: Vec<u64> =
            self.predictions().iter().filter_map(|prediction| prediction["task"].as_u64()).collect();
        tasks.sort_unstable();
        tasks
    }

    /// Returns the version whose predictions annotators see.
    pub(crate) fn model_version(&self) -> String {
        let project = self.call(&Method::GET, &format!("/api/projects/{}/", self.id), &Value::Null);
        project["model_version"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns what an annotator gets next.
    pub(crate) fn next_task(&self) -> Value {
        self.call(&Method::GET, &format!("/api/projects/{}/next", self.id), &Value::Null)
    }

    /// Stores one prediction, as another tool would.
    pub(crate) fn post_prediction(&self, prediction: &Value) {
        self.call(&Method::POST, "/api/predictions/", prediction);
        assert!(self.tasks.contains(&prediction["task"].as_u64().expect("a prediction names its task")));
    }

    /// Stores an annotation, as a person does who submits one.
    pub(crate) fn annotate(&self, task: u64, annotation: &Value) {
        assert!(self.tasks.contains(&task));
        self.call(&Method::POST, &format!("/api/tasks/{task}/annotations/"), annotation);
    }

    /// Creates a view with these filters and returns its id.
    pub(crate) fn view(&self, conjunction: &str, items: &Value) -> u64 {
        let filters = json!({"conjunction": conjunction, "items": items});
        let view = json!({"project": self.id, "data": {"title": conjunction, "filters": filters}});
        self.call(&Method::POST, "/api/dm/views/", &view)["id"].as_u64().expect("a new view has an id")
    }

    fn call(&self, method: &Method, path: &str, body: &Value) -> Value {
        call(&self.place, (method, path), body)
    }

    /// Changes a task's data.
    pub(crate) fn edit(&self, task: u64, data: &Value) {
        assert!(self.tasks.contains(&task));
        self.call(&Method::PATCH, &format!("/api/tasks/{task}/"), &json!({"data": data}));
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.call(&Method::DELETE, &format!("/api/projects/{}/", self.id), &Value::Null);
        }
    }
}

/// Calls Label Studio with the legacy token; any refusal fails the test.
fn call(place: &LabelStudio, route: (&Method, &str), body: &Value) -> Value {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    send(place, route, ("application/json", body))
}

fn send(place: &LabelStudio, (method, path): (&Method, &str), (kind, body): (&str, Vec<u8>)) -> Value {
    let url = format!("{}{path}", place.url);
    let mut request = http()
        .request(method.clone(), &url)
        .header("Authorization", format!("Token {}", place.legacy_token))
        .header("Content-Type", kind);
    if !body.is_empty() {
        request = request.body(body);
    }
    let (status, text) = block_on(async {
        let reply = request.send().await.expect("Label Studio answers");
        (reply.status(), reply.text().await.expect("the answer is text"))
    });
    assert!(status.is_success(), "{method} {path}: {status} {}", text.chars().take(500).collect::<String>());
    if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).expect("Label Studio answers in JSON")
    }
}
