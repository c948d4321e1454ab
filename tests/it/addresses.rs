//! Where Label Studio is, and what a wrong address leads to.

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::host::Host;
use crate::support::llm::Llm;
use crate::support::program::Outcome;
use crate::support::story::{MOODS, Story, model, texts};
use crate::support::studio::{Setup, Studio};

fn below(prefix: &str) -> Story {
    let setup = Setup { prefix: prefix.to_owned(), ..Setup::default() };
    Story::with(Studio::with(&setup), model(), (MOODS, &texts(2)))
}

/// Runs against this address; nothing may be asked of the model or posted.
fn refused(story: &Story, url: &str, words: &[&str]) -> Outcome {
    let outcome = story.run(&["--url", url, "--max-retries", "1"]);
    outcome.assert_code(5);
    for words in words {
        outcome.assert_tells(words);
    }
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (0, 0));
    outcome
}

#[test]
fn a_path_prefix_is_kept_in_every_request() {
    let story = below("/tools/ls");
    let url = format!("{}/", story.studio.url());
    story.run(&["--model-version", "v1", "--url", &url]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 2]);
    let requests = story.studio.host().requests();
    assert!(requests.iter().all(|request| request.path.starts_with("/tools/ls/api/")));
    assert_eq!(story.studio.model_version(story.project), "v1");
}

#[test]
fn a_wrong_path_is_told_with_the_right_one() {
    let story = Story::many(2);
    let root = story.studio.url();
    refused(
        &story,
        &format!("{root}/nope"),
        &["no Label Studio answers at", &format!("one answers at `{root}`")],
    );
    let story = below("/ls");
    let root = story.studio.host().url();
    refused(&story, &root, &["no Label Studio answers at"]);
}

#[test]
fn another_service_is_not_taken_for_label_studio() {
    let story = Story::many(1);
    let llm = Llm::start();
    refused(&story, &llm.url(), &["no Label Studio answers at"]);
    assert_eq!(llm.host().keys_seen().len(), 0, "no key before it is known who answers");
}

#[test]
fn nobody_at_home_is_told_at_once() {
    let story = Story::many(1);
    // Port 9 is the discard service, which nobody runs.
    refused(&story, "http://127.0.0.1:9", &["Label Studio cannot be reached at `http://127.0.0.1:9`"]);
}

#[test]
fn a_server_that_is_too_old_is_named_with_the_version_it_needs() {
    let setup = Setup { release: "1.12.1".to_owned(), ..Setup::default() };
    let story = Story::with(Studio::with(&setup), model(), (MOODS, &texts(1)));
    let url = story.studio.url();
    refused(&story, &url, &["has version 1.12.1, and this tool needs 1.20 or newer"]);
}

#[test]
fn a_page_of_a_proxy_is_told_by_its_title_and_not_printed() {
    let story = Story::many(1);
    story.studio.intercept("", 99, Canned::html(502));
    let url = story.studio.url();
    let outcome = refused(&story, &url, &["502", "a web page titled `502`"]);
    assert!(outcome.stderr.len() < 1_000 && !outcome.stderr.contains("<html>"), "{}", outcome.stderr);
}

#[test]
fn a_proxy_that_fails_now_and_then_does_not_matter() {
    let story = Story::many(2);
    for route in ["GET /api/version", "GET /api/tasks", "PATCH /api/projects/{id}"] {
        story.studio.intercept(route, 1, Canned::html(502));
    }
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 2]);
    assert_eq!(story.studio.model_version(story.project), "v1");
}

#[test]
fn a_stranger_that_a_redirect_names_gets_nothing() {
    let story = Story::many(1);
    let stranger = Host::stranger();
    for route in ["GET /api/version", "GET /api/projects/{id}"] {
        let target = format!("{}/api/version?next=1", stranger.url());
        story.studio.intercept(route, 1, Canned::new(302, "text/plain", "").header("location", &target));
        let url = story.studio.url();
        refused(&story, &url, &["redirects", &stranger.url()]);
    }
    assert_eq!(stranger.requests().len(), 0);
}

#[test]
fn a_model_that_redirects_gets_no_key_carried_on() {
    let story = Story::many(1);
    let stranger = Host::stranger();
    let target = format!("{}/v1/chat/completions", stranger.url());
    story.llm.script(1, Canned::json(307, &json!({})).header("location", &target));
    let outcome = story.run(&[]);
    outcome.assert_code(6).assert_tells("the server sends us on (307)").assert_tells(&stranger.url());
    assert_eq!(stranger.requests().len(), 0);
}

#[test]
fn a_missing_project_is_told_with_those_that_exist() {
    let story = Story::many(1);
    let outcome = story.run(&["--project", "999"]);
    outcome
        .assert_code(5)
        .assert_tells("there is no project 999")
        .assert_tells("it sees one project: 1 `A project`");
}
