//! What is tried again, what is not, and what ends a run: replies that mean something else than their status says.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::program::Outcome;
use crate::support::story::Story;

/// Requests that any run of these stories could send.
const ALL: RangeInclusive<usize> = 1..=90;

/// Answers the second request in this way, and all others as always.
fn second(canned: Canned) -> Story {
    let story = Story::many(3);
    story.llm.script(2, canned);
    story
}

/// Runs with one request at a time, so that the second one is the second task's.
fn run(story: &Story) -> Outcome {
    story.run(&["--concurrency", "1", "--model-version", "v1", "--summary", "s.json"])
}

fn error(message: &str, code: &Value) -> Value {
    json!({"error": {"message": message, "type": "tokens", "param": null, "code": code}})
}

fn completion(choices: &Value) -> Value {
    json!({"choices": choices, "usage": {"prompt_tokens": 9, "completion_tokens": 5}})
}

#[test]
fn a_request_above_the_limit_a_minute_fails_alone_and_is_not_repeated() {
    let words = "Request too large for m on tokens per min (TPM): Limit 30000, Requested 34307.";
    let story = second(Canned::json(429, &error(words, &json!("rate_limit_exceeded"))));
    run(&story).assert_code(4).assert_tells("larger than the limit a minute").assert_tells("34307");
    assert_eq!(story.llm.count(), 3);
    assert_eq!(story.predicted(), ["v1: mood=positive", "", "v1: mood=positive"]);
}

#[test]
fn an_error_inside_a_success_is_tried_again() {
    let failed = json!({"error": {"code": 502, "message": "Provider returned error"}});
    let broken = json!({"error": {"code": 502, "message": "m"}, "message": {"content": "{\"mood\": \"nega"}});
    let limited = json!({"error": {"code": 429, "message": "slow down, retry in 1s"}});
    for body in [failed, completion(&json!([broken])), limited] {
        let story = second(Canned::json(200, &body));
        run(&story).assert_code(0);
        assert_eq!(story.llm.count(), 4, "{body}");
        assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
        assert_eq!(story.summary("s.json")["requests"]["retries"], 1);
    }
}

#[test]
fn a_limit_a_day_ends_the_run_at_once_and_what_was_answered_is_delivered() {
    let violation =
        json!({"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "200"});
    let details = json!([{"violations": [violation]}, {"retryDelay": "34s"}]);
    let words = "You exceeded your current quota, please check your plan and billing details.";
    let body = json!([{"error": {"code": 429, "message": words, "status": "RESOURCE_EXHAUSTED", "details": details}}]);
    let story = Story::many(20);
    for request in ALL.skip(2) {
        story.llm.script(request, Canned::json(429, &body));
    }
    let outcome = run(&story);
    outcome.assert_code(6).assert_tells("the limit a day is used up").assert_tells("next day");
    assert_eq!(story.llm.count(), 3);
    assert_eq!(story.studio.all_predictions(story.project).len(), 2);
}

#[test]
fn a_run_that_ends_for_a_long_wait_says_until_when() {
    let story = Story::many(5);
    let body = error("Rate limit reached on tokens per day (TPD). Please try again in 3h2m1s.", &json!(null));
    for request in ALL.skip(1) {
        story.llm.script(request, Canned::json(429, &body));
    }
    let outcome = run(&story);
    outcome.assert_code(6).assert_tells("asks to wait 3 h 3 min, until 2").assert_tells(" UTC, more than");
    assert_eq!((story.llm.count(), story.studio.all_predictions(story.project).len()), (2, 1));
}

#[test]
fn a_server_that_is_down_for_hours_ends_the_run_at_once() {
    for status in [503, 529] {
        let story = Story::many(60);
        let down = Canned::json(status, &error("Overloaded", &Value::Null)).header("retry-after", "10921");
        for request in ALL.skip(1) {
            story.llm.script(request, down.clone());
        }
        let outcome = run(&story);
        outcome
            .assert_code(6)
            .assert_tells("is out of service")
            .assert_tells("asks to wait 3 h 3 min, until 2");
        assert_eq!((story.llm.count(), story.studio.all_predictions(story.project).len()), (2, 1));
    }
}

#[test]
fn a_server_that_calls_a_complaint_its_own_failure_is_asked_twice() {
    let words = "1 validation error: Input should be 'system' or 'user'";
    let story = second(Canned::json(500, &error(words, &Value::Null)));
    story.llm.script(3, Canned::json(500, &error(words, &Value::Null)));
    run(&story).assert_code(4).assert_tells("Input should be 'system' or 'user'");
    assert_eq!(story.llm.count(), 4);
    assert_eq!(story.predicted(), ["v1: mood=positive", "", "v1: mood=positive"]);
}

#[test]
fn a_paid_answer_is_not_lost_to_half_a_character() {
    // The second half of the pair never came, and something came after the end.
    let body = "\n\n{\"choices\":[{\"message\":{\"content\":\"{\\\"mood\\\": \\\"negative\\\"} \\ud83d\"}}],\"usage\":{\"cost\":NaN}}\n\0";
    let story = second(Canned::new(200, "application/json", body));
    run(&story).assert_code(0);
    assert_eq!(story.llm.count(), 3);
    assert_eq!(story.predicted(), ["v1: mood=positive", "v1: mood=negative", "v1: mood=positive"]);
}

#[test]
fn a_server_that_streams_unasked_costs_one_request_and_is_told_how_to_stop() {
    let story = Story::many(5);
    let body = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{}\"}}]}\n\ndata: [DONE]\n\n";
    for request in ALL {
        story.llm.script(request, Canned::new(200, "text/event-stream", body));
    }
    run(&story).assert_code(6).assert_tells("turn it off with `--param stream=false`");
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 0));
}
