//! A Label Studio 1.23.2 that lives in the test: the routes this tool uses, with the same answers and the same traps.
//!
//! Each behaviour was compared with a real server of that version (Community edition, `SQLite`).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::canned::Canned;
use super::host::{Host, Record};

mod auth;
mod bulk;
mod column;
mod config;
mod fault;
mod filter;
mod predictions;
mod projects;
mod refusal;
mod routes;
mod tasks;
mod views;
mod world;

pub(crate) use auth::LEGACY_TOKEN;
pub(crate) use fault::{BulkFault, Turn};

use auth::Keys;
use config::Config;
use fault::Director;
use world::World;

/// How a server is set up.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// Whether the organization takes legacy tokens; a fresh install does not.
    pub(crate) legacy_tokens: bool,
    /// Seconds that an access token lives.
    pub(crate) access_lifetime: i64,
    /// The version it says it is.
    pub(crate) release: String,
    /// A path that everything is under, such as `/ls`; or empty.
    pub(crate) prefix: String,
    /// How long a bulk call of predictions takes.
    pub(crate) bulk_latency: Duration,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Studio {
    host: Host,
    shared: Arc<Shared>,
    prefix: String,
}

struct Shared {
    world: Mutex<World>,
    release: String,
    bulk_latency: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            legacy_tokens: true,
            access_lifetime: 300,
            release: "1.23.2".to_owned(),
            prefix: String::new(),
            bulk_latency: Duration::ZERO,
        }
    }
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no holder of the lock panics")
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("release", &self.release).finish_non_exhaustive()
    }
}

impl Studio {
    /// Starts a server with both kinds of key and no project.
    pub(crate) fn start() -> Self {
        Self::with(&Setup::default())
    }

    /// Starts a server set up like this.
    pub(crate) fn with(setup: &Setup) -> Self {
        let keys = Keys::new(setup.legacy_tokens, setup.access_lifetime);
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(keys)),
            release: setup.release.clone(),
            bulk_latency: setup.bulk_latency,
        });
        let host = Host::start(routes::routes(&shared, &setup.prefix));
        Self { host, shared, prefix: setup.prefix.clone() }
    }

    /// Returns the base URL, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.host.url(), self.prefix)
    }

    /// Returns the server's view of its clients: requests, counts, keys.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Returns the user's personal access token.
    pub(crate) fn personal_access_token(&self) -> String {
        self.shared.world().keys.personal_access_token()
    }

    /// Returns every key that a client may hold: both kinds, and the access tokens issued so far.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        let mut secrets: BTreeSet<String> = self.shared.world().keys.issued().into_iter().collect();
        secrets.extend([LEGACY_TOKEN.to_owned(), self.personal_access_token()]);
        secrets
    }

    /// Makes every access token issued so far a bad one, as time would.
    pub(crate) fn expire_access_tokens(&self) {
        self.shared.world().keys.expire();
    }

    /// Adds a project and one task for each value of `tasks`, yesterday; returns the project and the tasks.
    pub(crate) fn project(&self, label_config: &str, tasks: &[Value]) -> (u64, Vec<u64>) {
        let config = Config::parse(label_config).expect("the test's labeling config is good");
        let mut world = self.shared.world();
        let project = world.add_project("A project", label_config, config);
        let tasks = tasks.iter().map(|data| {
            let id = world.add_task(project, fields(data), json!({}));
            let task = world.tasks.get_mut(&id).expect("it was added just now");
            task.created_at -= jiff::SignedDuration::from_hours(24);
            task.updated_at = task.created_at;
            id
        });
        let tasks = tasks.collect();
        (project, tasks)
    }

    /// Adds one task.
    pub(crate) fn add_task(&self, project: u64, data: &Value) -> u64 {
        self.shared.world().add_task(project, fields(data), json!({}))
    }

    /// Replaces a task's data, as a person does in the data manager.
    pub(crate) fn edit_task(&self, task: u64, data: &Value) {
        let mut world = self.shared.world();
        let now = world.now();
        let task = world.tasks.get_mut(&task).expect("the test knows its tasks");
        task.data = fields(data);
        task.updated_at = now;
    }

    /// Deletes a task.
    pub(crate) fn delete_task(&self, task: u64) {
        assert!(self.shared.world().remove_task(task), "task {task} is not there");
    }

    /// Adds an annotation of a person's.
    pub(crate) fn annotate(&self, task: u64, result: &Value) {
        self.add_annotation(task, result, &json!(false));
    }

    /// Lets a person skip a task, which leaves an annotation that does not count.
    pub(crate) fn skip(&self, task: u64) {
        self.add_annotation(task, &json!([]), &json!(true));
    }

    /// Stores a prediction as another tool would, unchecked, and returns its id.
    pub(crate) fn predict(&self, task: u64, model_version: &str, result: &Value) -> u64 {
        let item = json!({"result": result, "model_version": model_version});
        self.shared.world().add_prediction(task, predictions::read_prediction(&item))
    }

    /// Stores a view and returns its id.
    pub(crate) fn view(&self, project: u64, content: &Value) -> u64 {
        let mut world = self.shared.world();
        let id = world.next_id();
        world.views.insert(id, world::View { project, content: content.clone() });
        id
    }

    /// Returns a task's predictions as the API shows them, the oldest first.
    pub(crate) fn predictions(&self, task: u64) -> Vec<Value> {
        self.shared.world().tasks[&task].predictions_json()
    }

    /// Returns all predictions of a project as the API shows them, task by task.
    pub(crate) fn all_predictions(&self, project: u64) -> Vec<Value> {
        self.shared.world().tasks_of(project).flat_map(world::Task::predictions_json).collect()
    }

    /// Returns the model version whose predictions annotators see: `""`, null or a name.
    pub(crate) fn model_version(&self, project: u64) -> Value {
        self.shared.world().projects[&project].model_version.clone()
    }

    /// Sets the project's model version without the rule of the API, as an ML backend's title does.
    pub(crate) fn set_model_version(&self, project: u64, version: &Value) {
        let mut world = self.shared.world();
        world.projects.get_mut(&project).expect("the test knows its projects").model_version =
            version.clone();
    }

    /// Makes the bulk call of this number, counted from 1, go wrong.
    pub(crate) fn fault(&self, bulk_call: usize, fault: BulkFault) {
        self.shared.world().faults.plan_bulk(bulk_call, fault);
    }

    /// Answers the next requests whose route starts like this, such as `GET /api/tasks`, with a canned answer;
    /// an empty route is every one.
    pub(crate) fn intercept(&self, route: &str, times: usize, canned: Canned) {
        self.shared.world().faults.intercept(route, times, canned);
    }

    /// Lets this see each request as it comes, and decide what becomes of it.
    pub(crate) fn direct(&self, director: impl Fn(&Record) -> Option<Turn> + Send + Sync + 'static) {
        self.shared.world().faults.director = Some(Director(Arc::new(director)));
    }

    /// Answers the next requests as if their key were not good.
    pub(crate) fn refuse_keys(&self, times: usize) {
        let detail = "Authentication credentials were not provided.";
        let body =
            json!({"id": "x", "status_code": 401, "version": "1.23.2", "detail": detail, "exc_info": null});
        self.intercept("", times, Canned::json(401, &body).header("www-authenticate", "Token"));
    }

    /// Returns how many bulk calls came.
    pub(crate) fn bulk_calls(&self) -> usize {
        self.bulk_requests().len()
    }

    /// Returns the bulk calls as they came.
    pub(crate) fn bulk_requests(&self) -> Vec<Record> {
        let requests = self.host.requests().into_iter();
        requests.filter(|request| request.path.ends_with("/import/predictions")).collect()
    }

    /// Returns how many bulk calls were ever under way at the same time; more than one corrupts a real server.
    pub(crate) fn most_bulk_calls_at_once(&self) -> usize {
        self.shared.world().faults.most_bulk_under_way()
    }

    fn add_annotation(&self, task: u64, result: &Value, was_cancelled: &Value) {
        let mut world = self.shared.world();
        let (id, now) = (world.next_id(), world.now());
        let task = world.tasks.get_mut(&task).expect("the test knows its tasks");
        task.add_annotation(id, now, result, was_cancelled);
    }
}

fn fields(data: &Value) -> Map<String, Value> {
    data.as_object().expect("a task's data is an object").clone()
}
