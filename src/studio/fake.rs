//! A Label Studio in memory, with the faults of the real one on demand, for tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::address::Address;
use super::auth::Key;
use super::client::Studio;
use crate::http::pace::Pace;
use crate::http::retry::RetryPolicy;
use crate::http::secret::Secret;
use crate::http::stop::Stop;
use crate::http::transport::Transport;

/// The project everything is in.
pub(crate) const PROJECT: u64 = 12;

/// What a bulk import does instead of working.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Stores the first so many, each so many times, and answers 500 with a page.
    Fail { stored: usize, times: usize },
    /// Stores the first so many and breaks the connection.
    Cut { stored: usize },
    /// Stores all, but says so many fewer.
    Miscount(u64),
    /// Stores all so many times, and answers as if once.
    Multiply(usize),
    /// Stores all, and something else happens before the answer.
    Meanwhile(fn(&mut World)),
    /// Answers 403.
    Forbid,
    /// Never answers, and stores all just before so many more listings are answered.
    Late { listings: usize },
}

#[derive(Debug, Clone)]
pub(crate) struct FakeTask {
    pub(crate) text: String,
    pub(crate) annotations: u64,
    pub(crate) updated_at: String,
}

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) tasks: BTreeMap<u64, FakeTask>,
    /// As Label Studio stores them, with `id`, `task` and `created_at`.
    pub(crate) predictions: Vec<Value>,
    pub(crate) model_version: Option<String>,
    pub(crate) views: BTreeMap<u64, Value>,
    pub(crate) faults: VecDeque<Fault>,
    /// Predictions of these tasks are dropped without a word.
    pub(crate) dropped: BTreeSet<u64>,
    /// Calls with predictions of these tasks are refused.
    pub(crate) refused: BTreeSet<u64>,
    /// What is stored late, and how many listings come before.
    late: Option<(usize, Vec<Value>)>,
    /// Told of each call that gets no answer.
    unanswered: Arc<Notify>,
    /// A page is the first one, whatever was asked for.
    pub(crate) is_stuck: bool,
    /// Method and path of each request; of listings the decoded query too.
    pub(crate) log: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Fake {
    pub(crate) studio: Arc<Studio>,
    world: Arc<Mutex<World>>,
}

impl Fake {
    /// Starts one with tasks 1 to `count`.
    pub(crate) async fn start(count: u64) -> Self {
        let text = |id| FakeTask {
            text: format!("text {id}"),
            annotations: 0,
            updated_at: "2026-01-01T00:00:00.000000Z".to_owned(),
        };
        let tasks = (1..=count).map(|id| (id, text(id))).collect();
        let world = Arc::new(Mutex::new(World { tasks, ..World::default() }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { studio: Arc::new(studio(&url, "legacy")), world }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Completes when a call came that gets no answer.
    pub(crate) async fn unanswered(&self) {
        let unanswered = Arc::clone(&self.world().unanswered);
        unanswered.notified().await;
    }

    /// Returns how many requests of this kind came.
    pub(crate) fn requests(&self, start: &str) -> usize {
        self.world().log.iter().filter(|line| line.starts_with(start)).count()
    }
}

/// A client with one quick retry.
pub(crate) fn studio(url: &str, key: &str) -> Studio {
    let policy = RetryPolicy {
        max_retries: 1,
        shortest: Duration::from_millis(1),
        longest: Duration::from_millis(1),
        max_wait: Duration::from_secs(1),
    };
    let (pace, stop) = (Arc::new(Pace::default()), Stop::never());
    let transport = Transport { client: crate::http::client().unwrap(), policy, pace, stop };
    Studio::new(Address::parse(url).unwrap(), Key::parse(&Secret::new(key)).unwrap(), transport)
}

impl World {
    /// Stores a prediction with one region of this id.
    pub(crate) fn predict(&mut self, task: u64, version: &str, region: &str) -> u64 {
        let region = json!({ "id": region, "from_name": "c", "to_name": "t", "type": "choices",
            "value": { "choices": ["yes"] } });
        self.store(&json!({ "task": task, "model_version": version, "result": [region] }))
    }

    /// Stores that there is nothing to mark, and returns its id.
    pub(crate) fn predict_nothing(&mut self, task: u64, version: &str) -> u64 {
        self.store(&json!({ "task": task, "model_version": version, "result": [] }))
    }

    /// Returns what is stored, as `task:version:region id`, in the order it was stored.
    pub(crate) fn stored(&self) -> Vec<String> {
        let shown = self.predictions.iter().map(|prediction| {
            let version = prediction["model_version"].as_str().unwrap_or("null");
            let region = prediction["result"][0]["id"].as_str().unwrap_or("none");
            format!("{}:{version}:{region}", prediction["task"])
        });
        shown.collect()
    }

    fn store(&mut self, prediction: &Value) -> u64 {
        let id = self.predictions.last().and_then(|last| last["id"].as_u64()).unwrap_or(100) + 1;
        let mut prediction = prediction.clone();
        prediction["id"] = json!(id);
        prediction["created_at"] = json!("2026-01-02T00:00:00.000000Z");
        self.predictions.push(prediction);
        id
    }

    fn of(&self, task: u64) -> impl Iterator<Item = &Value> {
        self.predictions.iter().filter(move |prediction| prediction["task"] == task)
    }

    fn holds(&self, id: u64, filter: &Value) -> bool {
        let (task, value) = (&self.tasks[&id], &filter["value"]);
        let versions = || {
            let part = value[0].as_str().unwrap();
            self.of(id).any(|stored| stored["model_version"].as_str().is_some_and(|text| text.contains(part)))
        };
        match (filter["filter"].as_str().unwrap(), filter["operator"].as_str().unwrap()) {
            ("filter:tasks:id", "greater") => value.as_u64().unwrap() < id,
            ("filter:tasks:id", "in_list") => value.as_array().unwrap().contains(&json!(id)),
            ("filter:tasks:id", "in") => (value["min"].as_u64()..=value["max"].as_u64()).contains(&Some(id)),
            ("filter:tasks:total_annotations", "equal") => value.as_u64().unwrap() == task.annotations,
            ("filter:tasks:predictions_model_versions", "contains") => versions(),
            ("filter:tasks:predictions_model_versions", "not_contains") => !versions(),
            ("filter:tasks:data.text", "contains") => task.text.contains(value.as_str().unwrap()),
            other => panic!("unknown filter {other:?}"),
        }
    }

    fn list(&mut self, parameters: &BTreeMap<String, String>) -> Result<Value, String> {
        self.catch_up();
        // The server decodes the query once more than everybody else.
        let pair = format!("q={}", parameters["query"]);
        let twice = url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned();
        let query: Value = serde_json::from_str(&twice).map_err(|error| error.to_string())?;
        let items = query["filters"]["items"].as_array().unwrap();
        let wanted = |id: &u64| match query["filters"]["conjunction"].as_str() {
            _ if self.is_stuck => true,
            Some("or") => items.iter().any(|filter| self.holds(*id, filter)),
            _ => items.iter().all(|filter| self.holds(*id, filter)),
        };
        let ids: Vec<u64> = self.tasks.keys().copied().filter(wanted).collect();
        let number = |name: &str| parameters[name].parse::<usize>().unwrap();
        let (size, page) = (number("page_size"), number("page"));
        let tasks = ids.iter().skip(size * (page - 1)).take(size).map(|id| {
            let mut shown = Map::new();
            for field in parameters["include"].split(',') {
                let value = match field {
                    "id" => json!(id),
                    "data" => json!({ "text": self.tasks[id].text }),
                    "created_at" => json!("2026-01-01T00:00:00.000000Z"),
                    "updated_at" => json!(self.tasks[id].updated_at),
                    "predictions" => json!(self.of(*id).collect::<Vec<_>>()),
                    other => panic!("unknown field {other}"),
                };
                shown.insert(field.to_owned(), value);
            }
            Value::Object(shown)
        });
        Ok(json!({ "total": ids.len(), "tasks": tasks.collect::<Vec<_>>() }))
    }

    /// Stores what is late, if it is time.
    fn catch_up(&mut self) {
        match self.late.take() {
            Some((0, late)) => {
                for prediction in &late {
                    self.store(prediction);
                }
            }
            Some((listings, late)) => self.late = Some((listings - 1, late)),
            None => {}
        }
    }

    fn import(&mut self, body: &Value) -> Response {
        let sent = body.as_array().unwrap().clone();
        let task = |prediction: &Value| prediction["task"].as_u64().unwrap();
        if let Some(bad) = sent
            .iter()
            .find(|sent| !self.tasks.contains_key(&task(sent)) || self.refused.contains(&task(sent)))
        {
            let words = format!("{bad} contains invalid \"task\" field");
            return reply(
                400,
                &json!({ "detail": "Validation error", "validation_errors": { "non_field_errors": [words] } }),
            );
        }
        let fault = self.faults.pop_front();
        let (stored, times) = match fault {
            Some(Fault::Fail { stored, times }) => (stored, times),
            Some(Fault::Cut { stored }) => (stored, 1),
            Some(Fault::Multiply(times)) => (sent.len(), times),
            Some(Fault::Forbid) => return reply(403, &json!({ "detail": "Not yours" })),
            Some(Fault::Late { listings }) => {
                self.late = Some((listings, sent));
                self.unanswered.notify_one();
                return Body::from_stream(futures::stream::pending::<io::Result<Bytes>>()).into_response();
            }
            Some(Fault::Miscount(_) | Fault::Meanwhile(_)) | None => (sent.len(), 1),
        };
        let taken: Vec<&Value> =
            sent.iter().take(stored).filter(|sent| !self.dropped.contains(&task(sent))).collect();
        for prediction in std::iter::repeat_n(&taken, times).flatten() {
            self.store(prediction);
        }
        let created = taken.len() as u64;
        match fault {
            Some(Fault::Fail { .. }) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "<html><title>Oops</title></html>").into_response()
            }
            Some(Fault::Cut { .. }) => {
                let broken = futures::stream::iter([Err::<Bytes, _>(io::Error::other("cut"))]);
                Body::from_stream(broken).into_response()
            }
            Some(Fault::Meanwhile(happen)) => {
                happen(self);
                reply(201, &json!({ "created": created }))
            }
            Some(Fault::Miscount(fewer)) => reply(201, &json!({ "created": created - fewer })),
            Some(Fault::Multiply(_) | Fault::Late { .. } | Fault::Forbid) | None => {
                reply(201, &json!({ "created": created }))
            }
        }
    }

    fn patch(&mut self, body: &Value) -> Response {
        let version = body["model_version"].as_str().unwrap();
        if !self.predictions.iter().any(|prediction| prediction["model_version"] == version) {
            return reply(400, &json!({ "detail": "Model version doesn't exist" }));
        }
        self.model_version = Some(version.to_owned());
        reply(200, &json!({ "model_version": version }))
    }
}

async fn answer(State(world): State<Arc<Mutex<World>>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let mut world = world.lock().unwrap();
    let parameters: BTreeMap<String, String> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let shown = parameters.get("query").cloned().unwrap_or_default();
    world.log.push(format!("{method} {} {shown}", uri.path()));
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let segments: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["api", "tasks"]) => match world.list(&parameters) {
            Ok(page) if page["tasks"] == json!([]) && parameters["page"] != "1" => {
                reply(404, &json!({ "detail": "Invalid page." }))
            }
            Ok(page) => reply(200, &page),
            Err(error) => reply(500, &json!({ "detail": error })),
        },
        ("GET", ["api", "projects", "12"]) => {
            reply(200, &json!({ "id": 12, "model_version": world.model_version }))
        }
        ("PATCH", ["api", "projects", "12"]) => world.patch(&body),
        ("GET", ["api", "projects", "12", "model-versions"]) => {
            let mut counts = BTreeMap::new();
            for prediction in &world.predictions {
                *counts.entry(prediction["model_version"].as_str().unwrap_or_default()).or_insert(0) += 1;
            }
            reply(200, &json!(counts))
        }
        ("POST", ["api", "projects", "12", "import", "predictions"]) if !uri.path().ends_with('/') => {
            world.import(&body)
        }
        ("POST", ["api", "predictions"]) => {
            let id = world.store(&body);
            reply(201, &json!({ "id": id }))
        }
        ("DELETE", ["api", "predictions", id]) => {
            let id: u64 = id.parse().unwrap();
            world.predictions.retain(|prediction| prediction["id"] != id);
            StatusCode::NO_CONTENT.into_response()
        }
        ("GET", ["api", "dm", "views"]) => reply(
            200,
            &json!(world.views.values().filter(|view| view["project"] == PROJECT).collect::<Vec<_>>()),
        ),
        ("GET", ["api", "dm", "views", id]) => match world.views.get(&id.parse().unwrap()) {
            Some(view) => reply(200, view),
            None => reply(404, &json!({ "detail": "No View matches the given query." })),
        },
        _ => (StatusCode::NOT_FOUND, "<html><title>Not Found</title></html>").into_response(),
    }
}

fn reply(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(body.clone())).into_response()
}
