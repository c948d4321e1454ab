//! The mock servers break exactly as they are told to, and count what came.

use std::thread;

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::host::Host;
use crate::support::studio::{BulkFault, Studio};

const CONFIG: &str = r#"<View><Text name="text" value="$text"/>
    <Choices name="mood" toName="text"><Choice value="good"/></Choices></View>"#;

/// Returns a server with a project of four tasks, and what to post for them.
fn four_tasks() -> (Studio, u64, String, Value) {
    let studio = Studio::start();
    let (project, tasks) = studio.project(CONFIG, &vec![json!({"text": "a"}); 4]);
    let region =
        json!({"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["good"]}});
    let items =
        tasks.iter().map(|task| json!({"task": task, "model_version": "v1", "result": [region]})).collect();
    (studio, project, format!("/api/projects/{project}/import/predictions"), items)
}

#[test]
fn a_faulty_bulk_call_stores_what_its_fault_says() {
    let check = |fault: BulkFault, status: u16, stored: usize| {
        let (studio, project, bulk, items) = four_tasks();
        studio.fault(1, fault.clone());
        let reply = Api::to(&studio).post(&bulk, &items);
        assert_eq!((reply.status, studio.all_predictions(project).len()), (status, stored), "{fault:?}");
        assert_eq!(Api::to(&studio).post(&bulk, &items).body, json!({"created": 4}), "after {fault:?}");
        assert_eq!((studio.bulk_calls(), studio.most_bulk_calls_at_once()), (2, 1));
    };
    check(BulkFault::StoresThen500, 500, 4);
    check(BulkFault::StoresThenCuts, 0, 4);
    check(BulkFault::StoresHalfThenCuts, 0, 2);
    check(BulkFault::RefusesWith503, 503, 0);
    check(BulkFault::CutsBeforeStoring, 0, 0);
}

#[test]
fn a_multiplying_bulk_call_counts_every_prediction_once() {
    let (studio, project, bulk, items) = four_tasks();
    studio.fault(1, BulkFault::Multiplies(3));
    assert_eq!(Api::to(&studio).post(&bulk, &items).body, json!({"created": 4}));
    assert_eq!(studio.all_predictions(project).len(), 12);
}

#[test]
fn bulk_calls_that_overlap_multiply_rows_and_are_counted() {
    let (studio, project, bulk, items) = four_tasks();
    let gate = Gate::new();
    studio.fault(1, BulkFault::Hangs(gate.clone()));
    thread::scope(|scope| {
        let first = scope.spawn(|| Api::to(&studio).post(&bulk, &items).status);
        gate.wait_for_arrivals(1);
        assert_eq!(Api::to(&studio).post(&bulk, &items).body, json!({"created": 4}));
        assert_eq!(studio.all_predictions(project).len(), 8, "the second call sees the first under way");
        gate.open();
        assert_eq!(first.join().unwrap(), 201);
    });
    assert_eq!((studio.all_predictions(project).len(), studio.most_bulk_calls_at_once()), (12, 2));
    assert_eq!(studio.host().most_in_flight(), 2);
}

#[test]
fn a_call_that_hangs_after_storing_has_stored() {
    let (studio, project, bulk, items) = four_tasks();
    let gate = Gate::new();
    studio.fault(1, BulkFault::HangsAfterStoring(gate.clone()));
    thread::scope(|scope| {
        let call = scope.spawn(|| Api::to(&studio).post(&bulk, &items).status);
        gate.wait_for_arrivals(1);
        assert_eq!(studio.all_predictions(project).len(), 4);
        gate.open();
        assert_eq!(call.join().unwrap(), 201);
    });
}

#[test]
fn the_next_requests_of_a_route_get_the_canned_answer() {
    let (studio, project, _, _) = four_tasks();
    let api = Api::to(&studio);
    let path = format!("/api/projects/{project}/");
    studio.intercept("GET /api/projects/{id}", 1, Canned::html(502));
    assert_eq!(api.get("/api/current-user/whoami").status, 200);
    let page = api.get(&path);
    assert_eq!((page.status, page.body.as_str().is_some_and(|text| text.contains("<html>"))), (502, true));
    studio.refuse_keys(2);
    let statuses = [api.get(&path), api.get("/api/tasks"), api.get(&path)].map(|reply| reply.status);
    assert_eq!(statuses, [401, 401, 200]);
    studio.intercept("", 1, Canned::cut());
    assert_eq!((api.get(&path).status, api.get(&path).status), (0, 200));
    assert_eq!(studio.host().count("GET /api/projects/{id}"), 5);
}

#[test]
fn a_redirect_to_a_stranger_brings_no_key_there() {
    let (studio, _, _, _) = four_tasks();
    let stranger = Host::stranger();
    studio.intercept("", 1, Canned::new(302, "text/plain", "").header("location", &stranger.url()));
    assert_eq!(Api::to(&studio).get("/api/current-user/whoami").status, 302);
    assert_eq!(stranger.keys_seen().len(), 0);
    assert_eq!(Api::new(&stranger.url()).header("api-key", "k").get("/x").status, 200);
    assert_eq!(stranger.keys_seen().into_iter().collect::<Vec<_>>(), ["k"]);
}

#[test]
fn a_host_tells_every_secret_that_reached_it() {
    let (studio, _, _, _) = four_tasks();
    let api = Api::new(&studio.url()).header("x-api-key", "first-secret");
    api.post("/api/projects?key=second-secret", &json!({"key": "third-secret"}));
    let saw = |secret: &str| studio.host().routes_that_saw(secret).len();
    assert_eq!(["first-secret", "second-secret", "third-secret", "fourth-secret"].map(saw), [1, 1, 1, 0]);
}
