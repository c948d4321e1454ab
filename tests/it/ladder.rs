//! However an endpoint takes a schema, or none, it is found out once and remembered.

use std::thread;

use serde_json::{Value, json};

use crate::support::llm::capability::Takes;
use crate::support::llm::reply::Said;
use crate::support::llm::{Llm, Setup};
use crate::support::story::{MODEL_KEY, MOODS, Story, texts};
use crate::support::studio::Studio;

fn setup() -> Setup {
    Setup { key: Some(MODEL_KEY.to_owned()), ..Setup::default() }
}

fn story(setup: Setup) -> Story {
    let story = Story::with(Studio::start(), Llm::with(setup), (MOODS, &texts(12)));
    // A model that was shown no schema still answers with JSON, as it is told to.
    story.llm.answer(|_| json!({"mood": "negative"}).to_string());
    story
}

/// Shows how the schema was sent.
fn way(body: &Value) -> String {
    let format = &body["response_format"];
    let kind = format["type"].as_str().unwrap_or("none");
    let strict = if format["json_schema"]["strict"] == true { " strict" } else { "" };
    let beside = if format.get("schema").is_some() { " schema" } else { "" };
    let told = if body["messages"].to_string().contains("JSON schema") { ", told" } else { "" };
    format!("{kind}{strict}{beside}{told}")
}

#[test]
fn every_endpoint_is_asked_as_it_can_be() {
    let check = |takes: Takes, probes: usize, expect: &str| {
        let story = story(Setup { takes, ..setup() });
        let args = ["--model-version", "v1", "--concurrency", "6"];
        story.run(&args).assert_code(0);
        assert_eq!(story.predicted(), ["v1: mood=negative"; 12], "{takes:?}");
        let ways: Vec<String> = story.llm.requests().iter().map(|request| way(&request.json())).collect();
        assert_eq!(ways.len(), 12 + probes, "{takes:?}: {ways:?}");
        assert!(ways[probes..].iter().all(|way| way == expect), "{takes:?}: {ways:?}");
        story.program.forget_paid();
        story.run(&["--model-version", "v2"]).assert_code(0);
        let again: Vec<String> = story.llm.requests()[12 + probes..].iter().map(|r| way(&r.json())).collect();
        assert_eq!(again, [expect; 12], "{takes:?}: the second run knows");
    };
    thread::scope(|scope| {
        for (takes, probes, expect) in [
            (Takes::Schema, 0, "json_schema strict"),
            (Takes::LooseSchema, 1, "json_schema"),
            (Takes::JsonObject, 2, "json_object, told"),
            (Takes::Text, 4, "none, told"),
        ] {
            scope.spawn(move || check(takes, probes, expect));
        }
    });
}

#[test]
fn a_server_that_answers_a_schema_with_a_500_is_understood() {
    let story = story(Setup { takes: Takes::JsonObjectSchema, ..setup() });
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=negative"; 12]);
    assert!(story.llm.count() <= 15, "{}", story.llm.count());
}

#[test]
fn what_was_learned_is_about_one_endpoint_and_model() {
    let story = story(Setup { takes: Takes::JsonObject, ..setup() });
    story.run(&["--model", "small"]).assert_code(0);
    let before = story.llm.count();
    story.run(&["--model", "large", "--limit", "1"]).assert_code(0);
    let ways: Vec<String> =
        story.llm.requests()[before..].iter().map(|request| way(&request.json())).collect();
    assert_eq!(ways, ["json_schema strict", "json_schema", "json_object, told"]);
}

#[test]
fn an_endpoint_that_passes_over_the_schema_is_told_it() {
    let story = story(setup());
    story.llm.answer(|asked| {
        let told = asked.text.contains("JSON schema");
        if told { json!({"mood": "negative"}).to_string() } else { "It sounds negative to me.".to_owned() }
    });
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=negative"; 12]);
    assert!(story.llm.count() <= 13, "{}", story.llm.count());
}

#[test]
fn a_parameter_that_is_refused_is_named_with_its_option() {
    let check = |field: &str, args: &[&str], advice: &str| {
        let story = story(Setup { refused_field: Some(field.to_owned()), ..setup() });
        let told = format!("does not take `{field}`");
        story.run(args).assert_code(6).assert_tells(&told).assert_tells(advice);
        assert_eq!(story.llm.count(), 1, "{field}");
        story.run(&["--model-version", "v1"]).assert_code(0);
        assert_eq!(story.predicted(), ["v1: mood=negative"; 12]);
    };
    check("temperature", &["--temperature", "0.2"], "leave out `--temperature`");
    check("seed", &["--seed-model", "7"], "leave out `--seed-model`");
    check("reasoning_effort", &["--reasoning-effort", "low"], "leave out or change `--reasoning-effort`");
    for param in ["top_p=0.5", "logprobs=true", "temperature=0.5", "seed=7"] {
        let field = param.split('=').next().unwrap_or_default();
        check(field, &["--param", param], &format!("leave out or change `--param {field}=…`"));
    }
}

#[test]
fn a_server_that_takes_one_response_at_a_time_is_asked_again_for_the_rest() {
    let check = |setup: Setup, gives: usize, requests: usize| {
        let story = story(setup);
        story.llm.say(move |asked| {
            let mut said = Said::text(asked, &json!({"mood": "negative"}).to_string());
            said.texts.truncate(gives);
            said
        });
        story.run(&["--model-version", "v1", "--num-responses", "3"]).assert_code(0);
        assert_eq!(story.predicted(), ["v1: mood=negative"; 12]);
        assert_eq!(story.llm.count(), requests);
    };
    check(setup(), 3, 12);
    // It passes over `n` and says nothing.
    check(setup(), 1, 36);
    check(setup(), 2, 24);
    check(Setup { refused_field: Some("n".to_owned()), ..setup() }, 1, 37);
}

#[test]
fn the_other_name_of_the_token_limit_is_found() {
    for (refused, expect) in
        [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")]
    {
        let story = story(Setup { refused_field: Some(refused.to_owned()), ..setup() });
        story.run(&["--max-tokens", "50"]).assert_code(0);
        let requests = story.llm.requests();
        assert!(requests.len() <= 13, "{refused}: {}", requests.len());
        assert!(requests[1..].iter().all(|request| request.json()[expect] == 50), "{refused}");
    }
}

#[test]
fn a_state_folder_that_cannot_be_written_is_no_trouble_where_the_journal_is_elsewhere() {
    let story = story(Setup { takes: Takes::LooseSchema, ..setup() });
    let story = story.program(|program| program.env("XDG_STATE_HOME", "/proc/nowhere"));
    story.run(&["--model-version", "v1"]).assert_code(3).assert_tells("cannot lock the journal");
    story.run(&["--model-version", "v1", "--journal", "journal.jsonl"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=negative"; 12]);
}
