//! Keys, addresses and errors, against servers that answer what they are told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::auth::Key;
use super::client::Studio;
use super::error::StudioError;
use super::fake::studio;
use crate::http::secret::Secret;

/// What a server was asked: path and `Authorization`.
type Log = Arc<Mutex<Vec<(String, String)>>>;
type Answer = dyn Fn(&str, &str) -> (u16, String) + Send + Sync;

const NO_CREDENTIALS: &str = "Authentication credentials were not provided.";

fn token(kind: &str, lives: u64, number: usize) -> String {
    // Long ago by any clock: only the difference may count.
    let payload = json!({ "token_type": kind, "iat": 1000, "exp": 1000 + lives, "jti": number });
    format!("eyJ.{}.sig", URL_SAFE_NO_PAD.encode(payload.to_string()))
}

async fn answer(State((log, answer)): State<(Log, Arc<Answer>)>, uri: Uri, headers: HeaderMap) -> Response {
    let key = headers.get("authorization").map_or("", |value| value.to_str().unwrap());
    log.lock().unwrap().push((uri.path().to_owned(), key.to_owned()));
    let (status, body) = answer(uri.path(), key);
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

async fn server(answers: impl Fn(&str, &str) -> (u16, String) + Send + Sync + 'static) -> (String, Log) {
    let log = Log::default();
    let answers: Arc<Answer> = Arc::new(answers);
    let router = Router::new().fallback(answer).with_state((Arc::clone(&log), answers));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, log)
}

fn detail(status: u16, detail: &str) -> (u16, String) {
    (status, json!({ "status_code": status, "detail": detail }).to_string())
}

fn page(status: u16) -> (u16, String) {
    (status, "<!doctype html><title>Elsewhere</title>".to_owned())
}

/// A Label Studio that gives access tokens of this life and takes those that `takes` says.
async fn exchanging(lives: u64, takes: impl Fn(usize) -> bool + Send + Sync + 'static) -> (Studio, Log) {
    let given = Mutex::new(0);
    let (url, log) = server(move |path, key| {
        if path == "/api/token/refresh/" {
            *given.lock().unwrap() += 1;
            return (200, json!({ "access": token("access", lives, *given.lock().unwrap()) }).to_string());
        }
        let number = (1..100).find(|number| key == format!("Bearer {}", token("access", lives, *number)));
        match number {
            Some(number) if takes(number) => (200, json!({ "id": 1, "email": "a@b" }).to_string()),
            _ => detail(401, NO_CREDENTIALS),
        }
    })
    .await;
    (studio(&url, &token("refresh", 1_000_000, 0)), log)
}

fn paths(log: &Log) -> String {
    let log = log.lock().unwrap();
    let short = log.iter().map(|(path, _)| if path.contains("refresh") { "refresh" } else { "ask" });
    short.collect::<Vec<_>>().join(" ")
}

#[test]
fn keys_are_told_apart_by_form() {
    for (key, expect) in [
        (token("refresh", 1, 0), "personal access token"),
        (token("access", 1, 0), "access token"),
        ("0123456789abcdef0123456789abcdef01234567".to_owned(), "legacy token"),
        ("a.b.c".to_owned(), "legacy token"),
        ("any text over five".replace(' ', "-"), "legacy token"),
        (format!("{}.x", token("refresh", 1, 0)), "legacy token"),
    ] {
        assert_eq!(Key::parse(&Secret::new(&key)).unwrap().kind(), expect);
    }
    for (key, expect) in [("", "there is no key"), ("a b", "holds a space"), ("schlüssel", "outside ASCII")]
    {
        let error = Key::parse(&Secret::new(key)).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    }
}

#[tokio::test]
async fn an_access_token_serves_until_shortly_before_its_end() {
    let (studio, log) = exchanging(300, |_| true).await;
    studio.user().await.unwrap();
    studio.user().await.unwrap();
    assert_eq!(paths(&log), "refresh ask ask");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(265)).await;
    tokio::time::resume();
    studio.user().await.unwrap();
    assert_eq!(paths(&log), "refresh ask ask ask");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(10)).await;
    tokio::time::resume();
    studio.user().await.unwrap();
    assert_eq!(paths(&log), "refresh ask ask ask refresh ask");
}

/// Where a test's log goes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_most_talkative_log_holds_no_key_and_no_access_token() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let (studio, log) = exchanging(300, |number| 2 <= number).await;
    studio.user().await.unwrap();
    tracing::trace!("the log works");
    drop(guard);
    assert_eq!(paths(&log), "refresh ask refresh ask");
    let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(written.contains("the log works"));
    for token in [token("refresh", 1_000_000, 0), token("access", 300, 1), token("access", 300, 2)] {
        assert!(!written.contains(token.split('.').nth(1).unwrap()), "{written}");
    }
}

#[tokio::test]
async fn a_refused_access_token_is_renewed_once() {
    let (studio, log) = exchanging(300, |number| 2 <= number).await;
    studio.user().await.unwrap();
    assert_eq!(paths(&log), "refresh ask refresh ask");
    let (studio, log) = exchanging(300, |_| false).await;
    let error = told(&studio.user().await.unwrap_err());
    assert!(error.contains("personal access tokens may be switched off there"), "{error}");
    assert_eq!(paths(&log), "refresh ask refresh ask");
}

#[tokio::test]
async fn many_requests_at_once_exchange_the_key_once() {
    let (studio, log) = exchanging(300, |number| 2 <= number).await;
    let answers = futures::future::join_all((0..20).map(|_| studio.user())).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(paths(&log).matches("refresh").count(), 2);
}

#[tokio::test]
async fn a_key_goes_out_in_the_form_of_its_kind() {
    for (key, expect) in [
        ("legacy-token".to_owned(), "Token legacy-token".to_owned()),
        (token("access", 300, 7), format!("Bearer {}", token("access", 300, 7))),
    ] {
        let (url, log) = server(|_, _| (200, json!({ "id": 1 }).to_string())).await;
        studio(&url, &key).user().await.unwrap();
        assert_eq!(log.lock().unwrap()[0].1, expect);
    }
}

/// Returns an error with its advice.
fn told(error: &StudioError) -> String {
    format!("{error}; {}", error.advice().unwrap_or_default())
}

#[tokio::test]
async fn each_refusal_of_a_key_says_what_to_do() {
    let legacy_off = "Authentication token no longer valid: legacy token authentication has been disabled for this \
                      organization";
    for (key, words, expect) in [
        ("se-cret".to_owned(), legacy_off, "they are switched off there; make a personal access token"),
        ("se-cret".to_owned(), "Invalid token.", "that this Label Studio does not know; copy it again"),
        ("se-cret".to_owned(), NO_CREDENTIALS, "perhaps a proxy before it takes"),
        (token("access", 300, 1), NO_CREDENTIALS, "lives five minutes, and it has expired"),
        (token("refresh", 300, 1), "Token is blacklisted", "it was revoked"),
        (token("refresh", 300, 1), "Token is invalid", "was made by another Label Studio"),
    ] {
        let (url, log) = server(move |_, _| detail(401, words)).await;
        let error = studio(&url, &key).user().await.unwrap_err();
        assert!(matches!(error, StudioError::Key { .. }), "{error:?}");
        let text = told(&error);
        assert!(text.contains(expect) && text.contains(words) && !text.contains(&key), "{text}");
        assert_eq!(log.lock().unwrap().len(), 1);
    }
}

/// Connects to a server that answers the version and whoami so.
async fn check_connect(prefix: &str, version: (u16, String), user: (u16, String), expect: &str) {
    let below = prefix.to_owned();
    let (url, log) = server(move |path, _| match path.strip_prefix(&below) {
        Some("/api/version") => version.clone(),
        Some("/api/current-user/whoami") => user.clone(),
        _ if path == "/api/current-user/whoami" => detail(401, NO_CREDENTIALS),
        _ => page(404),
    })
    .await;
    let found = match studio(&format!("{url}{prefix}"), "legacy").connect().await {
        Ok((version, _)) => version.release,
        Err(error) => told(&error).replace(&url, "URL"),
    };
    assert!(found.contains(expect), "{found}");
    let log = log.lock().unwrap();
    let with_key =
        log.iter().filter(|(path, _)| !path.starts_with(prefix)).filter(|(_, key)| !key.is_empty());
    assert_eq!(with_key.count(), 0, "{log:?}");
}

#[tokio::test]
async fn a_wrong_address_a_wrong_answer_and_an_old_server_are_told_apart() {
    let release = |release: &str| (200, json!({ "release": release, "edition": "Community" }).to_string());
    let user = (200, json!({ "id": 1 }).to_string());
    check_connect("", release("1.23.2"), user.clone(), "1.23.2").await;
    check_connect("/ls", release("2.31.0.post1"), user.clone(), "2.31.0.post1").await;
    check_connect("", release("nightly"), user.clone(), "nightly").await;
    check_connect("", release("1.9.2"), user.clone(), "has version 1.9.2, and this tool needs 1.20 or newer")
        .await;
    check_connect("", page(404), user.clone(), "no Label Studio answers at `URL`: it answers 404").await;
    check_connect("", page(200), user.clone(), "a web page titled `Elsewhere`; give the address").await;
    check_connect("", (200, "{}".to_owned()), user.clone(), "no Label Studio answers at `URL`").await;
    // Label Studio answers its version below any path, and nothing else.
    check_connect("/xyz", release("1.23.2"), page(404), "one answers at `URL`: give that as `--url`").await;
}

#[tokio::test]
async fn nobody_answering_is_told_with_the_address_and_without_secrets() {
    let error = studio("http://127.0.0.1:9/ls", "legacy").connect().await.unwrap_err();
    assert!(matches!(error, StudioError::Unreachable { .. }), "{error:?}");
    let text = told(&error);
    let start = "Label Studio cannot be reached at `http://127.0.0.1:9/ls`: connection refused;";
    assert!(text.starts_with(start), "{text}");
}

#[tokio::test]
async fn a_missing_project_is_told_with_those_that_exist() {
    for (count, expect) in [
        (0, "it sees no project at all"),
        (1, "it sees one project: 7 `Cats`"),
        (25, "it sees 25 projects, among them 7 `Cats`"),
    ] {
        let (url, _) = server(move |path, _| match path {
            "/api/projects/" => {
                let results: &[Value] = if count == 0 { &[] } else { &[json!({ "id": 7, "title": "Cats" })] };
                (200, json!({ "count": count, "results": results }).to_string())
            }
            _ => detail(404, "No Project matches the given query."),
        })
        .await;
        let error = studio(&url, "legacy").project(99).await.unwrap_err().to_string();
        assert!(error.contains("there is no project 99") && error.contains(expect), "{error}");
    }
}

#[tokio::test]
async fn a_project_is_read_with_null_where_label_studio_has_null() {
    let (url, _) = server(|_, _| {
        let project = json!({ "id": 3, "title": "T", "label_config": "<View/>", "model_version": null, "task_number": null });
        (200, project.to_string())
    })
    .await;
    let project = studio(&url, "legacy").project(3).await.unwrap();
    assert_eq!((project.model_version, project.task_number), (None, 0));
}

#[tokio::test]
async fn a_locked_database_is_asked_again_and_a_bad_request_is_not() {
    for (body, expect) in [
        ("<html><title>Server Error</title></html>".to_owned(), 2),
        (json!({ "detail": "database is locked" }).to_string(), 2),
        (json!({ "detail": "Cannot resolve keyword" }).to_string(), 1),
    ] {
        let (url, log) = server(move |_, _| (500, body.clone())).await;
        let error = studio(&url, "legacy").shown_version(3).await.unwrap_err();
        assert!(matches!(error, StudioError::Server { .. }), "{error:?}");
        assert_eq!(log.lock().unwrap().len(), expect);
    }
}
