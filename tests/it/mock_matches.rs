//! The mock Label Studio behaves as the real one does where a client could trip over it.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::api::{Api, Reply, encoded, encoded_twice};
use crate::support::studio::{LEGACY_TOKEN, Setup, Studio};

const CONFIG: &str = r#"<View><Text name="text" value="$text"/>
    <Choices name="mood" toName="text"><Choice value="good"/><Choice value="bad" alias="b"/></Choices>
    <TextArea name="note" toName="text"/><Rating name="stars" toName="text" maxRating="5"/></View>"#;

/// Returns a server with a project of texts, its tasks and a client.
fn texts(texts: &[&str]) -> (Studio, u64, Vec<u64>, Api) {
    let studio = Studio::start();
    let data: Vec<Value> = texts.iter().map(|text| json!({"text": text})).collect();
    let (project, tasks) = studio.project(CONFIG, &data);
    let api = Api::to(&studio);
    (studio, project, tasks, api)
}

fn filter(name: &str, operator: &str, kind: &str, value: &Value) -> Value {
    json!({"filter": format!("filter:tasks:{name}"), "operator": operator, "type": kind, "value": value})
}

fn all_of(items: &[Value]) -> Value {
    json!({"filters": {"conjunction": "and", "items": items}})
}

/// Returns the ids of a page of tasks.
fn ids(reply: &Reply) -> Vec<u64> {
    let tasks = reply.body["tasks"].as_array().unwrap_or_else(|| panic!("no tasks in {reply:?}"));
    tasks.iter().map(|task| task["id"].as_u64().expect("ids are numbers")).collect()
}

fn region(name: &str, kind: &str, value: &Value) -> Value {
    json!({"from_name": name, "to_name": "text", "type": kind, "value": value})
}

fn mood(task: u64, label: &str) -> Value {
    json!({"task": task, "model_version": "v1", "result": [region("mood", "choices", &json!({"choices": [label]}))]})
}

#[test]
fn a_query_is_decoded_twice() {
    let (_studio, project, tasks, api) = texts(&["100%25 sure", "100% sure"]);
    let list = |encode: fn(&str) -> String, text: &str| {
        let query = all_of(&[filter("data.text", "contains", "String", &json!(text))]);
        api.get(&format!("/api/tasks?project={project}&query={}", encode(&query.to_string())))
    };
    assert_eq!(ids(&list(encoded_twice, "100%25 sure")), [tasks[0]]);
    assert_eq!(ids(&list(encoded, "100%25 sure")), [tasks[1]]);
    assert_eq!(list(encoded, "say %22").status, 500);
    assert_eq!(ids(&list(encoded_twice, "say %22")), [0; 0]);
}

#[test]
fn a_view_makes_the_query_ignored() {
    let (studio, project, tasks, api) = texts(&["a", "b", "c"]);
    let view = studio.view(project, &all_of(&[filter("data.text", "not_equal", "String", &json!("b"))]));
    let query = all_of(&[filter("id", "greater", "Number", &json!(tasks[0]))]).to_string();
    let query = encoded_twice(&query);
    let with_view = api.get(&format!("/api/tasks?view={view}&query={query}"));
    assert_eq!(ids(&with_view), [tasks[0], tasks[2]]);
    let without = api.get(&format!("/api/tasks?project={project}&query={query}"));
    assert_eq!(ids(&without), [tasks[1], tasks[2]]);
    let stored = api.get(&format!("/api/dm/views/{view}/")).body;
    assert_eq!(stored["data"]["filters"]["items"][0]["operator"], "not_equal");
    assert_eq!(api.get(&format!("/api/dm/views/?project={project}")).body, json!([stored]));
}

#[test]
fn filters_select_as_the_data_manager_does() {
    let (studio, project, tasks, api) = texts(&["a", "b", "c"]);
    studio.annotate(tasks[0], &json!([]));
    studio.predict(tasks[1], "v10", &json!([]));
    let check = |items: &[Value], expect: &[usize]| {
        let query = encoded_twice(&all_of(items).to_string());
        let found = ids(&api.get(&format!("/api/tasks?project={project}&include=id&query={query}")));
        let expect: Vec<u64> = expect.iter().map(|index| tasks[*index]).collect();
        assert_eq!(found, expect, "{items:?}");
    };
    check(&[], &[0, 1, 2]);
    check(&[filter("id", "greater", "Number", &json!(tasks[0]))], &[1, 2]);
    check(&[filter("id", "greater", "Number", &json!(tasks[0].to_string()))], &[1, 2]);
    check(&[filter("id", "in_list", "Number", &json!([tasks[2], tasks[0]]))], &[0, 2]);
    check(&[filter("id", "in", "Number", &json!({"min": tasks[1], "max": tasks[2]}))], &[1, 2]);
    check(&[filter("total_annotations", "equal", "Number", &json!(0))], &[1, 2]);
    check(&[filter("is_labeled", "equal", "Boolean", &json!(false))], &[1, 2]);
    check(&[filter("total_predictions", "equal", "Number", &json!(0))], &[0, 2]);
    check(&[filter("predictions_model_versions", "contains", "List", &json!(["v1"]))], &[1]);
    check(&[filter("predictions_model_versions", "not_contains", "List", &json!(["v1"]))], &[0, 2]);
    check(&[filter("predictions_model_versions", "contains", "List", &json!("v9"))], &[1]);
    check(&[filter("predictions_model_versions", "empty", "List", &json!(true))], &[0, 2]);
    check(&[filter("data.text", "equal", "String", &json!("b"))], &[1]);
    check(&[filter("data.nope", "equal", "String", &json!("b"))], &[]);
}

#[test]
fn a_skipped_task_has_an_annotation_and_is_not_labeled() {
    let (studio, project, tasks, api) = texts(&["a", "b"]);
    studio.annotate(tasks[0], &json!([region("mood", "choices", &json!({"choices": ["good"]}))]));
    studio.skip(tasks[1]);
    let list =
        api.get(&format!("/api/tasks?project={project}&fields=all&include=annotations,is_labeled,was_cancelled,completed_by")).body;
    let seen = |index: usize, name: &str| list["tasks"][index]["annotations"][0][name].clone();
    assert_eq!((seen(0, "was_cancelled"), &list["tasks"][0]["is_labeled"]), (json!(false), &json!(true)));
    assert_eq!((seen(1, "was_cancelled"), &list["tasks"][1]["is_labeled"]), (json!(true), &json!(false)));
    assert_eq!(seen(0, "result"), Value::Null, "what is not named is left out of annotations too");
    assert_eq!((seen(0, "completed_by"), list["total_annotations"].clone()), (json!(1), json!(1)));
}

#[test]
fn a_page_past_the_end_is_an_error_and_an_empty_first_page_is_not() {
    let (_studio, project, tasks, api) = texts(&["a", "b", "c"]);
    let page = |page: usize| {
        api.get(&format!("/api/tasks?project={project}&page={page}&page_size=2&include=id,data"))
    };
    assert_eq!(page(2).body["tasks"], json!([{"id": tasks[2], "data": {"text": "c"}}]));
    assert_eq!((page(3).status, page(3).body["detail"].clone()), (404, json!("Invalid page.")));
    let query = all_of(&[filter("id", "greater", "Number", &json!(tasks[2]))]).to_string();
    let end = api.get(&format!("/api/tasks?project={project}&page=1&query={}", encoded_twice(&query)));
    assert_eq!((end.status, end.body["total"].clone()), (200, json!(0)));
}

#[test]
fn predictions_are_listed_only_with_all_fields() {
    let (studio, project, tasks, api) = texts(&["a"]);
    studio.predict(tasks[0], "v1", &json!([]));
    let list =
        |fields: &str| api.get(&format!("/api/tasks?project={project}{fields}&include=id,predictions")).body;
    assert_eq!(list("")["tasks"][0], json!({"id": tasks[0]}));
    assert_eq!(list("&fields=all")["tasks"][0]["predictions"][0]["model_version"], "v1");
}

#[test]
fn a_bulk_call_drops_what_is_invalid_without_a_word() {
    let (studio, project, tasks, api) = texts(&["a"]);
    let check = |result: Value, created: usize| {
        let item = json!([{"task": tasks[0], "model_version": "v1", "result": result}]);
        let reply = api.post(&format!("/api/projects/{project}/import/predictions"), &item);
        assert_eq!((reply.status, reply.body), (201, json!({"created": created})), "{item}");
    };
    check(json!([region("mood", "choices", &json!({"choices": ["good"]}))]), 1);
    check(json!([region("mood", "Choices", &json!({"choices": ["b"]}))]), 1);
    check(json!([region("mood", "choices", &json!({"choices": ["bad"]}))]), 0);
    check(json!([region("mood", "choices", &json!({"choices": "good"}))]), 0);
    check(json!([region("mood", "labels", &json!({"choices": ["good"]}))]), 0);
    check(json!([region("nope", "choices", &json!({"choices": ["good"]}))]), 0);
    check(json!([region("note", "textarea", &json!({"text": ["any"]}))]), 1);
    check(json!([region("note", "textarea", &json!({"text": "any"}))]), 0);
    check(json!([region("stars", "rating", &json!({"rating": 6}))]), 0);
    check(json!([]), 1);
    check(json!(null), 0);
    assert_eq!(studio.predictions(tasks[0]).len(), 4);
}

#[test]
fn one_unknown_task_refuses_the_whole_bulk_call() {
    let (studio, project, tasks, api) = texts(&["a"]);
    let bulk = format!("/api/projects/{project}/import/predictions");
    let reply = api.post(&bulk, &json!([mood(tasks[0], "good"), mood(999_999, "good")]));
    let text = reply.body["validation_errors"]["non_field_errors"][0].as_str().unwrap().to_owned();
    assert_eq!(reply.status, 400);
    assert!(text.starts_with("{'task': 999999, ") && text.contains("corresponding task ID"), "{text}");
    assert!(studio.predictions(tasks[0]).is_empty());
    let with_slash = api.post(&format!("{bulk}/"), &json!([mood(tasks[0], "good")]));
    assert_eq!(with_slash.status, 404);
    assert!(with_slash.body.as_str().unwrap().contains("<html"), "{with_slash:?}");
}

#[test]
fn a_chunked_body_is_read_as_empty() {
    let (studio, project, tasks, _api) = texts(&["a"]);
    let body = json!([mood(tasks[0], "good")]).to_string();
    let address = studio.url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST /api/projects/{project}/import/predictions HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Authorization: Token {LEGACY_TOKEN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 201") && reply.ends_with(r#"{"created":0}"#), "{reply}");
    assert!(studio.predictions(tasks[0]).is_empty());
}

#[test]
fn a_model_version_can_be_shown_only_once_it_has_predictions() {
    let (studio, project, tasks, api) = texts(&["a"]);
    let path = format!("/api/projects/{project}/");
    let set = |version: Value| api.patch(&path, &json!({"model_version": version})).status;
    assert_eq!((set(json!("v1")), set(json!(null)), set(json!(""))), (400, 400, 200));
    let prediction = studio.predict(tasks[0], "v1", &json!([]));
    assert_eq!((set(json!("v1")), studio.model_version(project)), (200, json!("v1")));
    let versions = format!("/api/projects/{project}/model-versions/");
    assert_eq!(api.get(&versions).body, json!({"v1": 1}));
    assert_eq!(api.get(&format!("{versions}?extended=true")).body["static"][0]["count"], 1);
    let deleted = api.delete(&versions, Some(&json!({"model_version": "v1"})));
    assert_eq!(deleted.body, json!({"deleted_predictions": 1}));
    assert_eq!(studio.model_version(project), Value::Null);
    studio.set_model_version(project, &json!("a backend"));
    let project = api.get(&format!("{path}?include=id,model_version")).body;
    assert_eq!(project["model_version"], "a backend");
    assert_eq!(api.get(&format!("/api/predictions/{prediction}/")).status, 404);
}

#[test]
fn a_single_prediction_is_stored_unchecked() {
    let (studio, project, tasks, api) = texts(&["a"]);
    let stored = api.post("/api/predictions/", &mood(tasks[0], "nope"));
    assert_eq!(
        (stored.status, &stored.body["task"], &stored.body["project"]),
        (201, &json!(tasks[0]), &json!(project))
    );
    assert_eq!(api.get(&format!("/api/predictions?task={}", tasks[0])).body, json!([stored.body]));
    assert_eq!(json!(studio.all_predictions(project)), json!([stored.body]));
    assert_eq!(api.delete(&format!("/api/predictions/{}/", stored.body["id"]), None).status, 204);
    assert!(studio.predictions(tasks[0]).is_empty());
}

#[test]
fn an_edit_changes_the_time_of_a_task_and_a_prediction_does_not() {
    let (studio, project, tasks, api) = texts(&["a", "b"]);
    let time =
        || api.get(&format!("/api/tasks/{}/", tasks[0])).body["updated_at"].as_str().unwrap().to_owned();
    let before = time();
    let bulk = format!("/api/projects/{project}/import/predictions");
    assert_eq!(api.post(&bulk, &json!([mood(tasks[0], "good")])).body, json!({"created": 1}));
    assert_eq!(time(), before);
    studio.edit_task(tasks[0], &json!({"text": "edited"}));
    assert!(before < time());
    studio.delete_task(tasks[1]);
    assert_eq!(api.get(&format!("/api/tasks/{}/", tasks[1])).status, 404);
    assert!(tasks[1] < studio.add_task(project, &json!({"text": "new"})));
}

#[test]
fn imports_and_projects_are_checked_against_the_config() {
    let studio = Studio::start();
    let api = Api::to(&studio);
    let created = api.post("/api/projects/", &json!({"title": "A new one", "label_config": CONFIG}));
    let import = format!("/api/projects/{}/import", created.body["id"]);
    let refused = api.post(&import, &json!([{"nope": 1}]));
    let text = refused.body["validation_errors"]["non_field_errors"][0].as_str().unwrap().to_owned();
    assert!(text.starts_with("Error at item 0: \"text\" key is expected"), "{text}");
    let accepted =
        api.post(&format!("{import}?return_task_ids=true"), &json!([{"data": {"text": "a"}}, {"text": "b"}]));
    assert_eq!((accepted.status, accepted.body["task_ids"].as_array().unwrap().len()), (201, 2));
    let broken = r#"<View><Choices name="c" toName="t"/></View>"#;
    let refused = api.post("/api/projects/", &json!({"title": "A bad one", "label_config": broken}));
    assert_eq!(
        refused.body["validation_errors"]["label_config"][0],
        r#"toName="t" not found in names: ['c']"#
    );
    assert_eq!(api.get("/api/projects/?page_size=1&title=NEW").body["results"][0]["id"], created.body["id"]);
}

#[test]
fn each_wrong_key_has_its_own_text() {
    let studio = Studio::with(&Setup { legacy_tokens: false, ..Setup::default() });
    let exchange =
        |token: &str| Api::new(&studio.url()).post("/api/token/refresh/", &json!({"refresh": token}));
    let personal = studio.personal_access_token();
    let access = exchange(&personal).body["access"].as_str().unwrap().to_owned();
    let check = |header: &str, value: &str, expect: &str| {
        let reply = Api::new(&studio.url()).header(header, value).get("/api/current-user/whoami");
        let seen = reply.body["detail"].as_str().unwrap_or("");
        assert!(seen.starts_with(expect), "{header}: {value} gives {seen:?}");
        assert_eq!(reply.status, if expect.is_empty() { 200 } else { 401 });
    };
    let missing = "Authentication credentials were not provided.";
    check("authorization", &format!("Bearer {access}"), "");
    check("authorization", &format!("Bearer {personal}"), missing);
    check("authorization", &format!("Bearer {LEGACY_TOKEN}"), missing);
    check("authorization", &format!("Bearer {access}x"), missing);
    check("accept", "*/*", missing);
    check("authorization", &format!("Token {personal}"), "Invalid token.");
    check("x-api-key", &access, "Invalid token.");
    check("authorization", &format!("Token {LEGACY_TOKEN}"), "Authentication token no longer valid: legacy");
    assert_eq!(exchange(&access).body["detail"], "Token has wrong type");
    assert_eq!(exchange(LEGACY_TOKEN).body["detail"], "Token is invalid");
    studio.expire_access_tokens();
    check("authorization", &format!("Bearer {access}"), missing);
    assert!(studio.secrets().contains(&access));
    assert!(studio.host().keys_seen().contains(&format!("Bearer {access}")));
}

#[test]
fn a_path_prefix_hides_everything_but_the_version() {
    let setup = Setup { prefix: "/ls".to_owned(), release: "1.10.0".to_owned(), ..Setup::default() };
    let studio = Studio::with(&setup);
    assert_eq!(Api::to(&studio).get("/api/current-user/whoami").status, 200);
    let root =
        Api::new(&studio.url().replace("/ls", "")).header("authorization", &format!("Token {LEGACY_TOKEN}"));
    assert_eq!(root.get("/api/current-user/whoami").status, 404);
    assert_eq!(root.get("/nowhere/api/version").body["release"], "1.10.0");
    assert_eq!(root.get("/health").status, 404);
}
