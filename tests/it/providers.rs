//! Azure and Ollama in their own words, and the model that is none.

use serde_json::{Value, json};

use crate::support::host::Record;
use crate::support::llm::{Llm, Setup};
use crate::support::story::{MODEL_KEY, MOODS, Story, model, texts};
use crate::support::studio::Studio;

/// Returns a story whose model is reached by these variables alone.
fn story(llm: Llm, tasks: &[Value], variables: &[(&str, &str)]) -> Story {
    let story = Story::with(Studio::start(), llm, (MOODS, tasks));
    story.program(|program| {
        let program = program.env("OPENAI_BASE_URL", "").env("OPENAI_API_KEY", "");
        variables.iter().fold(program, |program, (name, value)| program.env(name, value))
    })
}

/// Returns the paths with queries that were asked, each once.
fn addresses(requests: &[Record]) -> Vec<String> {
    let mut addresses: Vec<String> =
        requests.iter().map(|request| format!("{}?{}", request.path, request.query)).collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

#[test]
fn azure_is_asked_at_its_deployment_with_its_own_header() {
    let check = |base: &str, variables: &[(&str, &str)], expect: &str| {
        let llm = model();
        let base = format!("{}{base}", llm.url());
        let common = [
            ("OPENAI_PROVIDER", "azure"),
            ("AZURE_RESOURCE_ENDPOINT", base.as_str()),
            ("AZURE_DEPLOYMENT_NAME", "my-gpt"),
            ("OPENAI_API_KEY", MODEL_KEY),
        ];
        let story = story(llm, &texts(3), &[&common[..], variables].concat());
        story.run(&["--model-version", "v1"]).assert_code(0);
        assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
        let requests = story.llm.requests();
        assert_eq!(addresses(&requests), [expect]);
        assert!(requests.iter().all(|request| request.header("api-key") == MODEL_KEY));
        assert!(requests.iter().all(|request| request.header("authorization").is_empty()));
        assert!(requests.iter().all(|request| request.json()["model"] == "my-gpt"));
    };
    let classic = "/openai/deployments/my-gpt/chat/completions?api-version=";
    check("", &[], &format!("{classic}2024-10-21"));
    check("/", &[("AZURE_API_VERSION", "2025-03-01-preview")], &format!("{classic}2025-03-01-preview"));
    check("/openai/v1/", &[], "/openai/v1/chat/completions?");
}

#[test]
fn an_azure_deployment_that_is_not_there_ends_the_run() {
    let llm = Llm::with(Setup {
        key: Some(MODEL_KEY.to_owned()),
        models: vec!["other".to_owned()],
        ..Setup::default()
    });
    let url = llm.url();
    let variables = [("OPENAI_API_KEY", MODEL_KEY), ("AZURE_RESOURCE_ENDPOINT", url.as_str())];
    let story = story(llm, &texts(3), &variables);
    let outcome = story.run(&["--provider", "azure", "--model", "my-gpt"]);
    outcome.assert_code(6).assert_tells("The API deployment for this resource does not exist");
    assert_eq!(story.llm.count(), 1);
}

/// Returns a story with an Ollama that needs no key, and tasks of which one has so many words.
fn ollama(words: usize) -> Story {
    let llm = Llm::start();
    let endpoint = format!("{}/v1/", llm.url());
    let mut tasks = texts(4);
    tasks[2] = json!({"text": "word ".repeat(words)});
    story(
        llm,
        &tasks,
        &[("OPENAI_PROVIDER", "ollama"), ("OPENAI_MODEL", "llama3.2"), ("OLLAMA_ENDPOINT", &endpoint)],
    )
}

#[test]
fn ollama_gets_one_context_length_for_the_whole_run() {
    for (words, expect) in [(10, 8_192), (9_000, 16_384)] {
        let story = ollama(words);
        story.run(&["--model-version", "v1"]).assert_code(0);
        assert_eq!(story.predicted(), ["v1: mood=positive"; 4]);
        let requests = story.llm.requests();
        assert_eq!(addresses(&requests), ["/api/chat?"]);
        for request in &requests {
            let body = request.json();
            assert_eq!((&body["options"]["num_ctx"], &body["truncate"]), (&json!(expect), &json!(false)));
            assert_eq!(body["format"]["type"], "object", "the schema is sent");
            assert_eq!(request.header("authorization"), "");
        }
        assert!(story.llm.most_in_flight() <= 2);
    }
}

#[test]
fn a_task_that_does_not_fit_fails_and_names_the_number() {
    let story = ollama(9_000);
    let outcome = story.run(&["--num-ctx", "4096", "--model-version", "v1"]);
    outcome
        .assert_code(4)
        .assert_tells("the context of 4096 tokens is too short")
        .assert_tells("set `--num-ctx` to");
    let done = "v1: mood=positive";
    assert_eq!(story.predicted(), [done, done, "", done]);
    assert!(story.llm.requests().iter().all(|request| request.json()["options"]["num_ctx"] == 4096));
}

#[test]
fn what_nobody_asked_for_is_left_out_where_it_is_refused() {
    let setup = Setup { refused_field: Some("think".to_owned()), ..Setup::default() };
    let llm = Llm::with(setup);
    let endpoint = llm.url();
    let variables =
        [("OPENAI_PROVIDER", "ollama"), ("OPENAI_MODEL", "m"), ("OLLAMA_ENDPOINT", endpoint.as_str())];
    let story = story(llm, &texts(3), &variables);
    story.run(&["--model-version", "v1", "-v"]).assert_code(0).assert_tells("does not take `think`");
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
    assert_eq!(story.llm.count(), 4);
    story.program.forget_paid();
    story.run(&["--model-version", "v2"]).assert_code(0);
    assert_eq!(story.llm.count(), 7, "the second run knows");
    let outcome = story.run(&["--model-version", "v3", "--reasoning-effort", "low"]);
    outcome.assert_code(6).assert_tells("leave out or change `--reasoning-effort`");
}

#[test]
fn counting_words_needs_no_model_at_all() {
    let tasks = [
        json!({"text": "a positive sign"}),
        json!({"text": "negative, quite negative"}),
        json!({"text": "nothing"}),
    ];
    let story = story(Llm::start(), &tasks, &[]);
    let outcome = story.run(&["--provider", "keyword", "--model-version", "v1"]);
    outcome.assert_code(4);
    assert_eq!(story.predicted(), ["v1: mood=positive", "v1: mood=negative", ""]);
    assert_eq!(story.llm.host().requests().len(), 0);
}

#[test]
fn further_headers_and_fields_are_sent_on() {
    let story = Story::many(1);
    let args = [
        "--header",
        "x-tenant=blue",
        "--param",
        "top_p=0.5",
        "--param",
        "service_tier=flex",
        "--seed-model",
        "7",
    ];
    story.run(&args).assert_code(0);
    let request = &story.llm.requests()[0];
    let body = request.json();
    assert_eq!(request.header("x-tenant"), "blue");
    assert_eq!(
        (&body["top_p"], &body["service_tier"], &body["seed"]),
        (&json!(0.5), &json!("flex"), &json!(7))
    );
    assert!(
        body.get("temperature").is_none() && body.get("n").is_none(),
        "nothing is sent that was not asked for"
    );
}
