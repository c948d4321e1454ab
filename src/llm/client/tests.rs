//! The client against a server on the loopback interface.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use futures::future::join_all;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::http::pace::Pace;
use crate::http::retry::RetryPolicy;
use crate::http::secret::Secret;
use crate::http::stop::Stop;
use crate::llm::chat::{Bill, Message, Parameters, Role};
use crate::llm::provider::{PROVIDERS, ProviderOptions};

const ANSWER: &str = r#"{"label":"yes"}"#;

/// A server that refuses some things, and answers the rest.
#[derive(Debug, Default)]
struct Picky {
    /// Values of `response_format.type` that it refuses.
    formats: &'static [&'static str],
    /// Whether it refuses them for what is in the schema.
    is_odd: bool,
    /// Keys of a body that it refuses.
    keys: &'static [&'static str],
    /// A status that it gives to that many requests before anything else.
    first: (u16, u64),
    /// A status that it gives to every request after that many; 0 for never.
    last: (u16, u64),
    /// What it answers; the usual answer if empty.
    text: &'static str,
    seen: AtomicU64,
}

impl Respond for Picky {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = request.body_json().unwrap();
        let refuse = |message: String| {
            ResponseTemplate::new(400).set_body_json(json!({"error": {"message": message, "code": null}}))
        };
        let seen = self.seen.fetch_add(1, Ordering::SeqCst);
        let bad_luck = |status| {
            ResponseTemplate::new(status)
                .set_body_json(json!({"error": {"message": "bad luck with sk-this-is-the-key"}}))
        };
        match (self.first, self.last) {
            ((status, count), _) if seen < count => return bad_luck(status),
            (_, (status, from)) if 0 < from && from <= seen => return bad_luck(status),
            _ => {}
        }
        let format = body["response_format"]["type"].as_str().unwrap_or_default();
        if self.formats.contains(&format) {
            if self.is_odd {
                return refuse("Invalid schema for response_format 'answer'".to_owned());
            }
            return refuse(format!("This response_format type is unavailable now: {format}"));
        }
        if let Some(key) = self.keys.iter().find(|key| body.get(**key).is_some()) {
            return refuse(format!("Unsupported parameter: '{key}' is not supported with this model."));
        }
        let text = if self.text.is_empty() { ANSWER } else { self.text };
        let choices: Vec<Value> =
            (0..body["n"].as_u64().unwrap_or(1)).map(|_| json!({"message": {"content": text}})).collect();
        ResponseTemplate::new(200).set_body_json(json!({"choices": choices, "usage": {"prompt_tokens": 10}}))
    }
}

async fn start(picky: Picky) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(picky).mount(&server).await;
    server
}

fn client(server: &MockServer) -> Client {
    let shortest = Duration::from_millis(1);
    let policy =
        RetryPolicy { max_retries: 0, shortest, longest: shortest, max_wait: Duration::from_secs(1) };
    let pace = Arc::new(Pace::default());
    let transport = Transport { client: crate::http::client().unwrap(), policy, pace, stop: Stop::never() };
    let endpoint = Endpoint {
        provider: (PROVIDERS[0].provider)(&ProviderOptions::default()),
        base: format!("{}/v1", server.uri()).parse().unwrap(),
        key: Some(Secret::new("sk-this-is-the-key")),
        headers: HeaderMap::new(),
        timeout: Duration::from_secs(20),
    };
    Client::new(endpoint, transport)
}

fn request() -> ChatRequest {
    let messages = vec![Message::text(Role::User, "Sarcastic?")];
    let schema = Some(json!({"type": "object"}));
    ChatRequest { model: "m".to_owned(), messages, schema, parameters: Parameters::default() }
}

/// Asks, and looks at nothing but what the replies say together.
async fn complete(client: &Client, request: &ChatRequest) -> Result<Completion, AskError> {
    let asked = client.complete(request).await;
    asked.map(|paid| paid.completion).map_err(|unanswered| unanswered.error)
}

async fn bodies(server: &MockServer) -> Vec<Value> {
    server.received_requests().await.unwrap().iter().map(|request| request.body_json().unwrap()).collect()
}

/// Returns how JSON was asked for in each request.
async fn formats(server: &MockServer) -> Vec<String> {
    let format = |body: Value| body["response_format"]["type"].as_str().unwrap_or("none").to_owned();
    bodies(server).await.into_iter().map(format).collect()
}

#[tokio::test]
async fn the_first_request_finds_the_rung_while_the_others_wait() {
    let server = start(Picky { formats: &["json_schema"], ..Picky::default() }).await;
    let client = client(&server);
    let request = request();
    let completions = join_all((0..4).map(|_| complete(&client, &request))).await;
    assert!(completions.iter().all(Result::is_ok), "{completions:?}");
    let mut expect = vec!["json_schema", "json_schema"];
    expect.extend(["json_object"; 4]);
    assert_eq!(formats(&server).await, expect);
    assert_eq!(client.known("m").trust, Trust::Proven);
}

#[tokio::test]
async fn a_probe_that_fails_for_its_own_reason_leaves_the_next_one_to_find_out() {
    let server = start(Picky { first: (400, 1), formats: &["json_schema"], ..Picky::default() }).await;
    let client = client(&server);
    let request = request();
    let outcomes = join_all((0..3).map(|_| complete(&client, &request))).await;
    assert!(matches!(&outcomes[0], Err(AskError::Send(SendError::Rejected { .. }))), "{outcomes:?}");
    assert!(outcomes[1].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
}

#[tokio::test]
async fn a_wrong_key_is_tried_once_and_never_shown() {
    let server = start(Picky { first: (401, 9), ..Picky::default() }).await;
    let client = client(&server);
    let request = request();
    let outcomes = join_all((0..3).map(|_| complete(&client, &request))).await;
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(matches!(error, AskError::Send(SendError::Aborted { .. })), "{error:?}");
        assert!(
            error.to_string().contains("[hidden]") && !format!("{error:?}").contains("this-is"),
            "{error}"
        );
    }
    assert_eq!(bodies(&server).await.len(), 1);
}

#[tokio::test]
async fn those_who_wait_for_the_first_share_its_trouble_only_where_it_is_theirs_too() {
    for (status, failed, sent) in [(429, 3, 1), (503, 1, 3)] {
        let server = start(Picky { first: (status, 1), ..Picky::default() }).await;
        let client = client(&server);
        let request = request();
        let outcomes = join_all((0..3).map(|_| complete(&client, &request))).await;
        let errors: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        let gave_up = |error: &AskError| matches!(error, AskError::Send(SendError::GaveUp { .. }));
        assert!(errors.iter().all(gave_up), "{errors:?}");
        assert_eq!((errors.len(), bodies(&server).await.len()), (failed, sent), "{status}");
        assert!(complete(&client, &request).await.is_ok(), "who comes later tries again");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_once_for_all_who_wait() {
    let server = start(Picky::default()).await;
    let mut client = client(&server);
    client.endpoint.base = "http://127.0.0.1:9/v1".parse().unwrap();
    let request = request();
    for outcome in join_all((0..3).map(|_| complete(&client, &request))).await {
        let error = outcome.unwrap_err();
        assert!(matches!(error, AskError::Send(SendError::Unreachable { .. })), "{error:?}");
    }
    assert_eq!(client.transport().counters().attempts, 1);
}

#[tokio::test]
async fn what_was_learned_is_used_by_the_next_run_and_unlearned_when_refused() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::at(folder.path().join("endpoints.json"));
    let server = start(Picky { formats: &["json_schema"], ..Picky::default() }).await;
    complete(&client(&server).remembering(memory.clone()), &request()).await.unwrap();
    let preview = client(&server).remembering(memory.clone()).preview(&request()).unwrap();
    assert_eq!((preview.known.trust, preview.known.capabilities.rung), (Trust::Remembered, Rung::JsonObject));
    assert_eq!(preview.body["response_format"]["type"], "json_object");
    server.reset().await;
    Mock::given(any())
        .respond_with(Picky { formats: &["json_schema", "json_object"], ..Picky::default() })
        .mount(&server)
        .await;
    complete(&client(&server).remembering(memory.clone()), &request()).await.unwrap();
    assert_eq!(formats(&server).await, ["json_object", "json_object", "none"]);
    assert_eq!(client(&server).remembering(memory).known("m").capabilities.rung, Rung::Prompt);
}

#[tokio::test]
async fn what_one_odd_schema_taught_is_forgotten_with_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::at(folder.path().join("endpoints.json"));
    let server = start(Picky { formats: &["json_schema"], is_odd: true, ..Picky::default() }).await;
    complete(&client(&server).remembering(memory.clone()), &request()).await.unwrap();
    assert_eq!(formats(&server).await, ["json_schema", "json_schema", "json_object"]);
    let next = client(&server).remembering(memory).known("m");
    assert_eq!((next.trust, next.capabilities.rung), (Trust::Guessed, Rung::Strict));
}

#[tokio::test]
async fn a_refusal_after_a_success_steps_down_for_its_own_task_alone() {
    let server = start(Picky::default()).await;
    let client = client(&server);
    complete(&client, &request()).await.unwrap();
    server.reset().await;
    Mock::given(any())
        .respond_with(Picky { formats: &["json_schema"], ..Picky::default() })
        .mount(&server)
        .await;
    complete(&client, &request()).await.unwrap();
    assert_eq!(client.known("m").capabilities.rung, Rung::Strict);
}

#[tokio::test]
async fn an_endpoint_that_passes_over_the_schema_gets_it_in_the_prompt() {
    let server = start(Picky { text: "positive", ..Picky::default() }).await;
    let client = client(&server);
    let completion = complete(&client, &request()).await.unwrap();
    assert_eq!(
        (completion.bill.usage.requests, completion.bill.usage.prompt_tokens),
        (2, 20),
        "both were paid for"
    );
    assert_eq!((completion.responses.len(), client.known("m").capabilities.rung), (1, Rung::Prompt));
}

#[tokio::test]
async fn the_other_name_of_the_token_limit_is_tried_once() {
    let server = start(Picky { keys: &["max_tokens"], ..Picky::default() }).await;
    let mut request = request();
    request.parameters.max_tokens = Some(50);
    complete(&client(&server), &request).await.unwrap();
    let bodies = bodies(&server).await;
    assert_eq!((bodies.len(), &bodies[1]["max_completion_tokens"]), (2, &json!(50)));
    let neither = start(Picky { keys: &["max_tokens", "max_completion_tokens"], ..Picky::default() }).await;
    let error = complete(&client(&neither), &request).await.unwrap_err();
    assert!(format!("{error:?}").contains("leave out or lower `--max-tokens`"), "{error:?}");
}

#[tokio::test]
async fn a_parameter_that_is_refused_ends_the_run_and_names_the_option() {
    let server = start(Picky { keys: &["temperature"], ..Picky::default() }).await;
    let mut request = request();
    request.parameters.temperature = Some(0.5);
    let client = client(&server);
    for _ in 0..2 {
        let error = complete(&client, &request).await.unwrap_err();
        assert!(matches!(error, AskError::Send(SendError::Aborted { .. })), "{error:?}");
        assert!(format!("{error:?}").contains("leave out `--temperature`"), "{error:?}");
    }
    assert_eq!(bodies(&server).await.len(), 1);
}

#[tokio::test]
async fn a_parameter_that_was_taken_before_is_refused_to_one_task_alone() {
    let server = start(Picky::default()).await;
    let mut request = request();
    request.parameters.temperature = Some(0.5);
    let client = client(&server);
    complete(&client, &request).await.unwrap();
    server.reset().await;
    Mock::given(any())
        .respond_with(Picky { keys: &["temperature"], ..Picky::default() })
        .mount(&server)
        .await;
    let error = complete(&client, &request).await.unwrap_err();
    assert!(matches!(error, AskError::Send(SendError::Rejected { .. })), "{error:?}");
    assert!(error.to_string().contains("Unsupported parameter: 'temperature'"), "{error}");
}

#[tokio::test]
async fn a_key_that_is_echoed_in_a_refusal_of_a_parameter_is_not_shown() {
    let server = start(Picky { keys: &["temperature"], ..Picky::default() }).await;
    let mut request = request();
    request.parameters.temperature = Some(0.5);
    let mut client = client(&server);
    // A word of the server's own message stands for the echo of a key that looks like none.
    client.endpoint.key = Some(Secret::new("Unsupported"));
    let error = complete(&client, &request).await.unwrap_err();
    assert!(error.to_string().contains("[hidden] parameter"), "{error}");
}

#[tokio::test]
async fn responses_that_were_paid_for_are_kept_when_the_rest_fail() {
    // What comes after the first answer is refused for good.
    let server = start(Picky { keys: &["n"], last: (400, 2), ..Picky::default() }).await;
    let mut request = request();
    request.parameters.responses = 3;
    let completion = complete(&client(&server), &request).await.unwrap();
    assert_eq!((completion.responses.len(), completion.bill.usage.requests), (1, 1));
}

#[tokio::test]
async fn missing_responses_are_asked_for_with_other_seeds() {
    let server = start(Picky { keys: &["n"], ..Picky::default() }).await;
    let mut request = request();
    request.parameters.responses = 3;
    request.parameters.seed = Some(7);
    let completion = complete(&client(&server), &request).await.unwrap();
    assert_eq!((completion.responses.len(), completion.bill.usage.requests), (3, 3));
    let seeds: Vec<u64> = bodies(&server).await.iter().map(|body| body["seed"].as_u64().unwrap()).collect();
    assert_eq!(seeds, [7, 7, 8, 9], "the first was refused for its `n`");
    let at_once = start(Picky::default()).await;
    let completion = complete(&client(&at_once), &request).await.unwrap();
    assert_eq!((completion.responses.len(), completion.bill.usage.requests), (3, 1));
}

#[tokio::test]
async fn replies_are_read_again_as_they_were_read_when_they_came() {
    let server = start(Picky { keys: &["n"], ..Picky::default() }).await;
    let mut request = request();
    request.parameters.responses = 3;
    let paid = client(&server).complete(&request).await.unwrap();
    assert_eq!(paid.replies.len(), 3);
    assert_eq!(client(&server).read(&paid.replies, 3), Ok(paid.completion));
    assert_eq!(client(&server).read(&paid.replies, 1).unwrap().responses.len(), 1);
    let page = RawReply { body: json!("<html>"), headers: Vec::new() };
    assert!(client(&server).read(&[page], 1).is_err());
}

#[tokio::test]
async fn a_reply_has_its_cost_and_none_of_our_keys() {
    let check = async |header: &str, kept: &str, cost: Option<f64>| {
        let server = MockServer::start().await;
        let answer = json!({"choices": [{"message": {"content": "my key is sk-this-is-the-key-1"}}]});
        let template =
            ResponseTemplate::new(200).set_body_json(answer).insert_header("x-litellm-response-cost", header);
        Mock::given(any()).respond_with(template.insert_header("x-other", "1")).mount(&server).await;
        let mut client = client(&server);
        client.endpoint.key = Some(Secret::new("sk-this-is-the-key-1"));
        let request = ChatRequest { schema: None, ..request() };
        let paid = client.complete(&request).await.unwrap();
        assert_eq!(paid.completion.responses, [Response::text("my key is [hidden]")]);
        assert_eq!(paid.replies[0].headers, [("x-litellm-response-cost".to_owned(), kept.to_owned())]);
        let again = client.read(&paid.replies, 1).unwrap();
        assert_eq!((again.bill.cost, again), (cost, paid.completion));
    };
    check("0.25", "0.25", Some(0.25)).await;
    check("Bearer sk-this-is-the-key-1", "Bearer [hidden]", None).await;
}

#[test]
fn a_body_that_is_nested_too_deeply_for_a_record_is_kept_as_text() {
    let check = |depth: usize, is_text: bool| {
        let body = format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
        let reply = Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: body.clone() };
        let raw = RawReply::new(&reply, &HeaderMap::new());
        assert_eq!((raw.body.is_string(), raw.bytes()), (is_text, body), "{depth}");
    };
    check(64, false);
    check(65, true);
    check(127, true);
}

#[tokio::test]
async fn what_was_paid_for_in_vain_is_told_with_the_error() {
    let server = start(Picky { text: "positive", last: (400, 1), ..Picky::default() }).await;
    let unanswered = client(&server).complete(&request()).await.unwrap_err();
    assert!(matches!(unanswered.error, AskError::Send(SendError::Rejected { .. })), "{unanswered:?}");
    let Paid { completion, replies } = unanswered.paid;
    assert_eq!(
        (completion.bill.usage.requests, completion.bill.usage.prompt_tokens, replies.len()),
        (1, 10, 1)
    );
    assert_eq!(completion.responses, []);
    let page = ("?", 0, None);
    let nothing = (r#"{"choices":[],"usage":{"prompt_tokens":9,"cost":0.5}}"#, 9, Some(0.5));
    for (body, tokens, cost) in [page, nothing] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_string(body))
            .mount(&server)
            .await;
        let unanswered = client(&server).complete(&request()).await.unwrap_err();
        assert!(matches!(unanswered.error, AskError::Decode(_)), "{unanswered:?}");
        let Paid { completion, replies } = unanswered.paid;
        let usage = Usage { requests: 1, prompt_tokens: tokens, ..Usage::default() };
        assert_eq!((completion.bill, replies.len()), (Bill { usage, cost }, 1));
    }
}
