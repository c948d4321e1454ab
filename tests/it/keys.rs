//! Both kinds of Label Studio key: told apart, refreshed, explained, and never told to anybody else.

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::story::{MOODS, Story, model, texts};
use crate::support::studio::{BulkFault, LEGACY_TOKEN, Setup, Studio};

const REFRESH: &str = "POST /api/token/refresh";

/// Returns a story of three tasks on a server set up like this, with the personal access token.
fn personal(setup: &Setup) -> Story {
    let story = Story::with(Studio::with(setup), model(), (MOODS, &texts(3)));
    let token = story.studio.personal_access_token();
    story.program(|program| program.env("LABEL_STUDIO_API_KEY", &token))
}

#[test]
fn a_personal_access_token_is_exchanged_and_not_used_itself() {
    let story = personal(&Setup { legacy_tokens: false, ..Setup::default() });
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
    assert_eq!(story.studio.host().count(REFRESH), 1);
    let keys = story.studio.host().keys_seen();
    assert!(keys.iter().all(|key| key.starts_with("Bearer ")), "{keys:?}");
    let token = story.studio.personal_access_token();
    let routes = story.studio.host().routes_that_saw(&token);
    assert!(routes.iter().all(|route| route == REFRESH), "{routes:?}");
}

#[test]
fn a_legacy_token_is_sent_as_one() {
    let story = Story::many(1);
    story.run(&[]).assert_code(0);
    let keys = story.studio.host().keys_seen();
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), [format!("Token {LEGACY_TOKEN}")]);
}

#[test]
fn a_key_may_come_from_a_file_or_a_command() {
    let story = Story::many(1);
    let story = story.program(|program| {
        let toml = "[label_studio]\napi_key_command = \"cat key.txt\"\n";
        program.env("LABEL_STUDIO_API_KEY", "").file("ls-autolabel.toml", toml)
    });
    let check = |args: &[&str]| {
        // The file itself is the one place that may tell it, so it is gone before anything is looked through.
        std::fs::write(story.program.path("key.txt"), format!("{LEGACY_TOKEN}\n"))
            .expect("the folder is writable");
        let outcome =
            story.program.run_with([&["run", "--prompt", "prompt.txt", "--only", "all"], args].concat());
        std::fs::remove_file(story.program.path("key.txt")).expect("it was written above");
        outcome.assert_code(0);
        story.assert_no_key_told();
    };
    check(&["--api-key-file", "key.txt"]);
    check(&[]);
}

#[test]
fn a_refused_access_token_is_exchanged_once_and_the_run_goes_on() {
    let story = personal(&Setup::default());
    let gate = Gate::new();
    story.llm.script(1, Canned::json(500, &json!({"error": {"message": "busy"}})).held(&gate));
    let running = story.start(&["--model-version", "v1"]);
    gate.wait_for_arrivals(1);
    story.studio.expire_access_tokens();
    gate.open();
    story.wait(running).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
    assert_eq!(story.studio.host().count(REFRESH), 2);
}

#[test]
fn an_access_token_that_ends_in_the_middle_of_a_delivery_does_no_harm() {
    let story = personal(&Setup::default());
    let gate = Gate::new();
    story.studio.fault(1, BulkFault::HangsAfterStoring(gate.clone()));
    let running = story.start(&["--model-version", "v1"]);
    gate.wait_for_arrivals(1);
    story.studio.expire_access_tokens();
    gate.open();
    story.wait(running).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
    assert_eq!((story.studio.host().count(REFRESH), story.studio.bulk_calls()), (2, 1));
    assert_eq!(story.studio.model_version(story.project), "v1");
}

#[test]
fn a_token_that_is_about_to_end_is_exchanged_before_it_is_refused() {
    let story = personal(&Setup { access_lifetime: 20, ..Setup::default() });
    story.run(&[]).assert_code(0);
    let host = story.studio.host();
    assert!(4 < host.count(REFRESH), "a token of 20 seconds is not trusted twice");
}

#[test]
fn a_lone_refusal_of_a_good_key_is_tried_again_with_a_fresh_one() {
    let story = personal(&Setup::default());
    let refusal = Canned::json(401, &json!({"detail": "Authentication credentials were not provided."}));
    story.studio.intercept("GET /api/tasks", 1, refusal);
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
}

#[test]
fn wrong_keys_are_explained() {
    let check = |setup: &Setup, key: &str, words: &[&str]| {
        let story = Story::with(Studio::with(setup), model(), (MOODS, &texts(1)));
        let story = story.program(|program| program.env("LABEL_STUDIO_API_KEY", key));
        let outcome = story.run(&[]);
        outcome.assert_code(5);
        for words in words {
            outcome.assert_tells(words);
        }
        assert_eq!((story.llm.count(), story.studio.bulk_calls()), (0, 0));
        story.program.assert_never_told(key);
    };
    let no_legacy = Setup { legacy_tokens: false, ..Setup::default() };
    check(
        &no_legacy,
        LEGACY_TOKEN,
        &["it is a legacy token, and they are switched off there", "make a personal"],
    );
    check(&Setup::default(), "0000000000000000000000000000000000000000", &["does not know", "copy it again"]);
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    // {"token_type":"refresh","exp":8000000000} and {"token_type":"access","exp":1}
    let refresh = format!("{header}.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6ODAwMDAwMDAwMH0.bm90IGdvb2Q");
    check(&no_legacy, &refresh, &["refuses the personal access token", "copy it again"]);
    let access = format!("{header}.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxfQ.bm90IGdvb2Q");
    check(&no_legacy, &access, &["it is an access token, which lives five minutes"]);
}
