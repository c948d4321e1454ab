//! A model's server that nobody can reach ends the run; one that stumbles does not.

use std::thread;

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::llm::asked::Dialect;
use crate::support::llm::reply::refusal;
use crate::support::story::{MOODS, Story, model};
use crate::support::studio::Studio;

/// Port 9 is the discard service, which nobody runs.
const NOWHERE: &str = "http://127.0.0.1:9/v1";

#[test]
fn a_server_that_is_not_there_ends_the_run_soon() {
    let story = Story::many(200);
    let outcome = story.run(&["--base-url", NOWHERE, "--max-retries", "1", "--summary", "s.json"]);
    outcome.assert_code(6).assert_tells("connection refused; is the server running");
    let summary = story.summary("s.json");
    assert_eq!((&summary["exit_code"], &summary["tasks"]["delivered"]), (&json!(6), &json!(0)));
    assert!(summary["requests"]["attempts"].as_u64().is_some_and(|attempts| attempts <= 4), "{summary}");
    assert!(summary["error"].as_str().is_some_and(|error| error.contains("connection refused")));
}

#[test]
fn a_server_that_goes_away_ends_the_run_and_what_was_answered_arrives() {
    let story = Story::many(100);
    for request in 6..=400 {
        story.llm.script(request, Canned::cut());
    }
    let args = ["--max-retries", "0", "--concurrency", "2", "--model-version", "v1"];
    let outcome = story.run(&args);
    outcome.assert_code(6).assert_tells("delivered 5").assert_tells("cut");
    assert!(story.llm.count() <= 17, "{}", story.llm.count());
    assert_eq!(story.studio.all_predictions(story.project).len(), 5);
}

#[test]
fn a_stumble_of_any_kind_is_survived() {
    let html = Canned::html(502);
    let error_in_200 = Canned::json(200, &json!({"error": {"message": "upstream failed", "code": 502}}));
    let check = |stumble: Canned| {
        let story = Story::many(3);
        story.llm.script(2, stumble);
        let args = ["--model-version", "v1", "--max-retries", "2", "--concurrency", "1"];
        story.run(&args).assert_code(0);
        assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
        assert_eq!(story.llm.count(), 4);
    };
    thread::scope(|scope| {
        for stumble in [html.clone(), html.half(), error_in_200, Canned::cut()] {
            scope.spawn(|| check(stumble));
        }
    });
}

#[test]
fn an_answer_that_is_none_is_reported_for_its_task_alone() {
    let check = |canned: Canned, words: &str| {
        let story = Story::many(3);
        for request in 2..=3 {
            story.llm.script(request, canned.clone());
        }
        let args =
            ["--model-version", "v1", "--max-retries", "1", "--concurrency", "1", "--summary", "s.json"];
        let outcome = story.run(&args);
        outcome.assert_code(4).assert_tells(words).assert_tells("of 3 tasks got no prediction");
        assert_eq!(story.predicted()[0], "v1: mood=positive");
        assert!(story.summary("s.json")["failures"].as_array().is_some_and(|failures| !failures.is_empty()));
    };
    check(Canned::html(200), "could not be read: expected JSON, found a web page");
    check(Canned::json(200, &json!({"choices": []})), "expected `choices` with a message");
    check(Canned::json(200, &json!({"choices": [{"message": {}}]})), "the reply is empty");
    check(Canned::json(503, &json!({"error": {"message": "the engine is gone"}})), "the engine is gone");
}

#[test]
fn one_tasks_trouble_is_its_own() {
    let mut tasks: Vec<Value> = (1..=6).map(|number| json!({"text": format!("text {number}")})).collect();
    tasks[4] = json!({"text": "text 5, rude"});
    let story = Story::with(Studio::start(), model(), (MOODS, &tasks));
    story.studio.edit_task(story.tasks[3], &json!({"other": "no text at all"}));
    let filtered = refusal(Dialect::OpenAi, 400, "content_filter", "The response was filtered");
    story.llm.script(2, filtered);
    let args = ["--model-version", "v1", "--concurrency", "1", "--summary", "s.json"];
    let outcome = story.run(&args);
    outcome.assert_code(4).assert_tells("2 of 6 tasks got no prediction");
    outcome.assert_tells(&format!("task {}: rejected by the provider: a content filter", story.tasks[1]));
    outcome.assert_tells(&format!("task {}: unfit data: there is no field `text`", story.tasks[3]));
    let done = "v1: mood=positive";
    assert_eq!(story.predicted(), [done, "", done, "", done, done]);
    let kinds = story.summary("s.json")["failures_by_kind"].clone();
    assert_eq!(kinds, json!({"data": 1, "rejected": 1}));
    // The same command looks at these two again, and them alone; who refused for good is asked if that is wished.
    let before = story.llm.count();
    story.run(&args).assert_code(4).assert_tells("2 of 2 tasks got no prediction");
    assert_eq!(story.llm.count(), before);
    let outcome = story.run(&[&args[..], &["--retry-failed"]].concat());
    outcome.assert_code(4).assert_tells("1 of 2 tasks got no prediction");
    assert_eq!(story.llm.count(), before + 1);
}

#[test]
fn a_first_task_that_the_server_breaks_on_does_not_take_others_with_it() {
    let story = Story::many(20);
    let poisoned = Canned::json(500, &json!({"error": {"message": "cannot allocate"}}));
    story.llm.script(1, poisoned.clone());
    story.llm.script(2, poisoned);
    let outcome = story.run(&["--max-retries", "1", "--concurrency", "16", "--model-version", "v1"]);
    outcome.assert_code(4).assert_tells("1 of 20 tasks got no prediction");
    assert_eq!(story.studio.all_predictions(story.project).len(), 19);
}

#[test]
fn a_server_that_only_fails_is_not_asked_for_every_task_in_vain() {
    let story = Story::many(300);
    let gone = Canned::json(503, &json!({"error": {"message": "no healthy upstream"}}));
    for request in 1..=1_300 {
        story.llm.script(request, gone.clone());
    }
    let outcome = story.run(&["--max-retries", "0", "--concurrency", "4"]);
    outcome.assert_code(6).assert_tells("no healthy upstream");
    assert!(story.llm.count() < 20, "{} requests", story.llm.count());
}
