//! The mock chat server speaks five dialects and refuses as real servers of each kind do.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::api::{Api, Reply};
use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::asked::Dialect;
use crate::support::llm::capability::Takes;
use crate::support::llm::reply::{Said, refusal};
use crate::support::llm::{Llm, Setup};

const OPENAI: &str = "/v1/chat/completions";
const AZURE: &str = "/openai/v1/chat/completions";
const AZURE_CLASSIC: &str = "/openai/deployments/m/chat/completions?api-version=2024-10-21";
const ANTHROPIC: &str = "/v1/messages";
const OLLAMA: &str = "/api/chat";

fn schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["mood", "tags", "stars", "note"],
        "properties": {
            "mood": {"type": "string", "enum": ["bad", "good"]},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
            "stars": {"type": "integer", "enum": [1, 2]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    })
}

fn question() -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": "How is it?"}], "stream": false})
}

/// Returns the question with a `response_format` of this type.
fn formatted(kind: &str, strict: bool) -> Value {
    let mut body = question();
    body["response_format"] = json!({"type": kind});
    if kind == "json_schema" {
        body["response_format"]["json_schema"] =
            json!({"name": "answer", "strict": strict, "schema": schema()});
    }
    body
}

fn content(reply: &Reply) -> String {
    let body = &reply.body;
    let message = if body["choices"].is_null() { &body["message"] } else { &body["choices"][0]["message"] };
    message["content"].as_str().unwrap_or_else(|| panic!("no text in {reply:?}")).to_owned()
}

#[test]
fn every_dialect_answers_with_an_instance_of_the_schema() {
    let llm = Llm::start();
    let api = Api::new(&llm.url());
    let mut native = question();
    native["format"] = schema();
    let structured = formatted("json_schema", true);
    for (path, body) in
        [(OPENAI, &structured), (AZURE, &structured), (AZURE_CLASSIC, &structured), (OLLAMA, &native)]
    {
        let answer: Value = serde_json::from_str(&content(&api.post(path, body))).unwrap();
        assert!(jsonschema::is_valid(&schema(), &answer), "{path}: {answer}");
        assert_eq!(content(&api.post(path, &question())), "positive");
    }
    assert_eq!((llm.count(), llm.host().count("POST /v1/chat/completions")), (8, 2));
    assert_eq!(llm.requests()[0].json(), structured);
}

#[test]
fn answers_come_from_the_request() {
    let llm = Llm::start();
    let api = Api::new(&llm.base_url());
    llm.answer(|asked| format!("{} asks {:?}: {}", asked.model, asked.dialect, asked.text));
    let mut body = question();
    body["n"] = json!(3);
    let reply = api.post("/chat/completions", &body).body;
    assert_eq!(reply["choices"][2]["message"]["content"], "m asks OpenAi: How is it?");
    llm.say(|asked| Said { refusal: Some("no".to_owned()), ..Said::text(asked, "") });
    let message = api.post("/chat/completions", &question()).body["choices"][0]["message"].clone();
    assert_eq!((&message["content"], &message["refusal"]), (&Value::Null, &json!("no")));
}

#[test]
fn a_server_refuses_what_it_does_not_take() {
    let check = |setup: Setup, body: &Value, expect: u16, words: &str| {
        let llm = Llm::with(setup.clone());
        let reply = Api::new(&llm.url()).post(OPENAI, body);
        let seen = (reply.status, reply.body.to_string().contains(words));
        assert_eq!(seen, (expect, true), "{setup:?}, {body}: {reply:?}");
    };
    let takes = |takes| Setup { takes, ..Setup::default() };
    let (strict, loose, object) =
        (formatted("json_schema", true), formatted("json_schema", false), formatted("json_object", false));
    check(takes(Takes::LooseSchema), &strict, 400, "response_format");
    check(takes(Takes::LooseSchema), &loose, 200, "choices");
    check(takes(Takes::JsonObject), &loose, 400, "response_format");
    check(takes(Takes::JsonObject), &object, 200, "choices");
    check(takes(Takes::JsonObjectSchema), &loose, 500, "Input should be 'text' or 'json_object'");
    check(takes(Takes::JsonObjectSchema), &object, 200, "choices");
    check(takes(Takes::Text), &object, 400, "response_format");
    check(takes(Takes::Text), &question(), 200, "choices");
    let key = Setup { key: Some("sk-right".to_owned()), ..Setup::default() };
    check(key, &question(), 401, "invalid_api_key");
    let models = Setup { models: vec!["other".to_owned()], ..Setup::default() };
    check(models, &question(), 404, "model_not_found");
    let field = Setup { refused_field: Some("stream".to_owned()), ..Setup::default() };
    check(field, &question(), 400, "unsupported_parameter");
}

#[test]
fn azure_and_ollama_refuse_in_their_own_words() {
    let setup =
        Setup { key: Some("k".to_owned()), models: vec!["m".to_owned()], context: 2, ..Setup::default() };
    let llm = Llm::with(setup);
    assert_eq!(llm.key(), "k");
    let azure = Api::new(&llm.url()).header("api-key", "k");
    let elsewhere = AZURE_CLASSIC.replace("/m/", "/x/");
    assert_eq!(azure.post(AZURE_CLASSIC, &question()).status, 200);
    assert_eq!(azure.post(&elsewhere, &question()).body["error"]["code"], "DeploymentNotFound");
    assert_eq!(azure.post("/openai/deployments/m/chat/completions", &question()).status, 404);
    assert_eq!(Api::new(&llm.url()).header("authorization", "Bearer k").post(AZURE, &question()).status, 401);
    let ollama = Api::new(&llm.url()).header("authorization", "Bearer k");
    let mut body = question();
    body["truncate"] = json!(false);
    let too_long = ollama.post(OLLAMA, &body);
    assert_eq!((too_long.status, too_long.body["error"].is_string()), (400, true));
    body["model"] = json!("x");
    assert_eq!(ollama.post(OLLAMA, &body).body, json!({"error": "model 'x' not found"}));
    let mut streamed = question();
    streamed["stream"] = json!(true);
    let lines = ollama.post(OLLAMA, &streamed).body;
    assert_eq!(lines.as_str().map(|lines| lines.lines().count()), Some(2));
    assert_eq!(ollama.get("/v1/models").body["data"][0]["id"], "m");
    assert_eq!(ollama.get("/api/tags").body["models"][0]["name"], "m");
}

#[test]
fn anthropic_refuses_what_is_not_written_as_it_must_be() {
    let llm = Llm::start();
    let api = Api::new(&llm.url()).header("anthropic-version", "2023-06-01");
    let good =
        json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "How is it?"}]});
    let check = |changed: &Value, expect: u16, words: &str| {
        let mut body = good.clone();
        for (name, value) in changed.as_object().unwrap() {
            body[name] = value.clone();
        }
        let reply = api.post(ANTHROPIC, &body);
        assert_eq!(
            (reply.status, reply.body.to_string().contains(words)),
            (expect, true),
            "{changed}: {reply:?}"
        );
    };
    check(&json!({}), 200, "positive");
    check(&json!({"output_config": {"format": {"type": "json_schema", "schema": schema()}}}), 200, "bad");
    check(&json!({"n": 3}), 400, "n: Extra inputs are not permitted");
    check(&json!({"max_tokens": null}), 400, "max_tokens: Field required");
    check(&json!({"messages": []}), 400, "at least one message");
    check(&json!({"messages": [{"role": "system", "content": "a"}]}), 400, "first message");
    check(
        &json!({"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}),
        400,
        "whitespace",
    );
    check(&json!({"system": ""}), 400, "whitespace");
    let number = json!({"type": "number", "minimum": 1});
    check(&json!({"output_config": {"format": {"schema": number}}}), 400, "'minimum' is not supported");
    check(&json!({"output_config": {"format": {"schema": {"type": "object"}}}}), 400, "additionalProperties");
    check(&json!({"output_config": {"schema": number}}), 400, "output_config.schema: Extra inputs");
    assert_eq!(Api::new(&llm.url()).post(ANTHROPIC, &good).status, 400, "without a version");
}

#[test]
fn a_script_answers_by_the_number_of_the_request() {
    let llm = Llm::start();
    let api = Api::new(&llm.url());
    llm.script(
        1,
        refusal(Dialect::OpenAi, 429, "rate_limit_exceeded", "slow down").header("retry-after", "7"),
    );
    llm.script(2, Canned::json(200, &json!({"error": {"message": "upstream"}})));
    llm.script(3, Canned::new(200, "application/json", "x".repeat(2000)).half());
    llm.script(4, Canned::cut());
    llm.script(5, refusal(Dialect::Ollama, 503, "", "server busy, please try again."));
    let replies: Vec<Reply> = (0..6).map(|_| api.post(OPENAI, &question())).collect();
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [429, 200, 0, 0, 503, 200]);
    assert_eq!(
        (replies[0].retry_after.as_str(), &replies[1].body["error"]["message"]),
        ("7", &json!("upstream"))
    );
    assert_eq!(replies[4].body, json!({"error": "server busy, please try again."}));
}

#[test]
fn held_and_trickling_answers_wait_for_the_gate() {
    let llm = Llm::start();
    let (held, trickling) = (Gate::new(), Gate::new());
    llm.script(1, Canned::json(200, &json!("held")).held(&held));
    llm.script(2, Canned::json(200, &json!("trickled")).trickling(&trickling));
    thread::scope(|scope| {
        let ask = || Api::new(&llm.url()).post(OPENAI, &question()).body;
        let first = scope.spawn(ask);
        held.wait_for_arrivals(1);
        let second = scope.spawn(ask);
        trickling.wait_for_arrivals(1);
        held.open();
        trickling.open();
        assert_eq!((first.join().unwrap(), second.join().unwrap()), (json!("held"), json!("trickled")));
    });
    assert_eq!(llm.host().most_in_flight(), 2);
}

#[test]
fn an_empty_bucket_says_when_to_come_back() {
    let setup = Setup { limit: Some((2, Duration::from_secs(3600))), ..Setup::default() };
    let llm = Llm::with(setup);
    let api = Api::new(&llm.url());
    let replies: Vec<Reply> = (0..3).map(|_| api.post(OPENAI, &question())).collect();
    assert_eq!((replies[1].status, replies[2].status, llm.refused()), (200, 429, 1));
    assert_eq!(replies[2].body["error"]["code"], "rate_limit_exceeded");
    assert_eq!(replies[2].retry_after, "1800");
    assert_eq!(llm.most_in_flight(), 1);
}
