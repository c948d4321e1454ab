//! What goes wrong in the middle of a run loses nothing that was answered.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::story::Story;

const BULK: &str = "POST /api/projects/{id}/import/predictions";

fn answer(mood: &str) -> Canned {
    let content = json!({"mood": mood}).to_string();
    let message = json!({"role": "assistant", "content": content});
    Canned::json(200, &json!({"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}))
}

#[test]
fn pages_that_cannot_be_read_end_the_run_and_what_was_answered_arrives() {
    let story = Story::many(300);
    let gate = Gate::new();
    story.llm.script(1, answer("negative").held(&gate));
    let running = story.start(&[
        "--model-version",
        "v1",
        "--concurrency",
        "1",
        "--max-retries",
        "0",
        "--summary",
        "s.json",
    ]);
    gate.wait_for_arrivals(1);
    story.studio.intercept("GET /api/tasks", 9, Canned::json(500, &json!({"detail": "no such column"})));
    gate.open();
    let outcome = story.wait(running);
    outcome.assert_code(5).assert_tells("no such column");
    let summary = story.summary("s.json");
    let delivered = summary["tasks"]["delivered"].as_u64().expect("a number");
    assert!((20..300).contains(&delivered), "{summary:#}");
    assert_eq!(story.studio.all_predictions(story.project).len() as u64, delivered);
    assert_eq!((story.llm.count() as u64, &summary["complete"]), (delivered, &json!(false)));
}

#[test]
fn a_key_that_is_withdrawn_is_told_and_what_was_not_delivered_is_counted() {
    let story = Story::many(5);
    let refusal = Canned::json(401, &json!({"detail": "Invalid token."}));
    story.studio.intercept(BULK, 9, refusal);
    let outcome = story.run(&["--model-version", "v1", "--summary", "s.json"]);
    outcome.assert_code(5).assert_tells("not delivered 5").assert_tells("does not know");
    let tasks = &story.summary("s.json")["tasks"];
    assert_eq!((&tasks["delivered"], &tasks["undelivered"]), (&json!(0), &json!(5)));
}

#[test]
fn a_busy_label_studio_is_given_time() {
    let story = Story::many(3);
    let busy = Canned::json(429, &json!({"detail": "Request was throttled."})).header("retry-after", "1");
    for route in [BULK, "GET /api/tasks"] {
        story.studio.intercept(route, 1, busy.clone());
    }
    let start = Instant::now();
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert!(Duration::from_secs(2) <= start.elapsed());
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
}

#[test]
fn a_project_is_done_bit_by_bit() {
    let story = Story::many(5);
    for done in [2, 4, 5, 5] {
        story.run(&["--model-version", "v1", "--limit", "2"]).assert_code(0);
        assert_eq!((story.llm.count(), story.studio.all_predictions(story.project).len()), (done, done));
    }
}

#[test]
fn a_run_that_is_interrupted_before_it_has_begun_says_so() {
    for route in ["GET /api/version", "GET /api/projects/{id}", "GET /api/tasks"] {
        let story = Story::many(3);
        let gate = Gate::new();
        story.studio.intercept(route, 1, Canned::html(502).held(&gate));
        let mut running = story.start(&["--model-version", "v1", "--summary", "s.json"]);
        gate.wait_for_arrivals(1);
        running.signal("INT");
        running.wait_until_it_tells("stopping");
        gate.open();
        story.wait(running).assert_code(130);
        assert_eq!(
            (story.llm.count(), story.summary("s.json")["exit_code"].clone()),
            (0, json!(130)),
            "{route}"
        );
    }
}

#[test]
fn whoever_reads_a_report_may_leave() {
    let story = Story::many(1).program(|program| program.env("OPENAI_MODEL", "m"));
    for args in [
        &["preview", "--prompt", "prompt.txt"][..],
        &["check", "--prompt", "prompt.txt", "--no-ask"],
        &["man"],
    ] {
        let mut running = story.program.spawn_with(args.iter().copied());
        drop(running.stdout());
        let outcome = story.wait(running);
        outcome.assert_code(0);
        assert_eq!(outcome.stderr, "", "{args:?}");
    }
}
