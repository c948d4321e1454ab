//! Ctrl-C once finishes what is under way, twice ends at once; SIGTERM and SIGHUP are Ctrl-C.

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::program::Running;
use crate::support::story::Story;
use crate::support::studio::BulkFault;

const ARGS: [&str; 6] = ["--model-version", "v1", "--concurrency", "2", "--summary", "s.json"];

/// Starts a run of 20 tasks whose third and fourth answers wait behind the gate.
fn held(story: &Story, gate: &Gate) -> Running {
    let content = r#"{"mood": "negative"}"#;
    let answer = json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}]});
    for request in [3, 4] {
        story.llm.script(request, Canned::json(200, &answer).held(gate));
    }
    let running = story.start(&ARGS);
    gate.wait_for_arrivals(2);
    running
}

#[test]
fn what_is_under_way_is_finished_and_delivered() {
    let signals: &[&str] = if cfg!(target_os = "linux") { &["INT", "TERM", "HUP"] } else { &["INT", "TERM"] };
    for signal in signals {
        let (story, gate) = (Story::many(20), Gate::new());
        let mut running = held(&story, &gate);
        running.signal(signal);
        running.wait_until_it_tells("stopping: press Ctrl-C again to end at once");
        gate.open();
        let outcome = story.wait(running);
        outcome.assert_code(130).assert_tells("ending with 2 tasks under way");
        outcome.assert_tells("the same command goes on with the tasks that are left");
        assert_eq!(outcome.stderr.matches("stopping").count(), 1, "{}", outcome.stderr);
        assert_eq!((story.llm.count(), story.studio.bulk_calls()), (4, 1), "SIG{signal}");
        let done = story.predicted().into_iter().filter(|predicted| !predicted.is_empty()).count();
        assert_eq!(done, 4);
        assert_eq!(story.studio.model_version(story.project), "v1");
        let summary = story.summary("s.json");
        assert_eq!((&summary["exit_code"], &summary["complete"]), (&json!(130), &json!(false)));
        assert_eq!(summary["tasks"]["delivered"], 4);

        story.run(&ARGS).assert_code(0).assert_tells("16 tasks");
        assert_eq!(story.llm.count(), 20, "nothing is asked twice");
        assert_eq!(story.studio.all_predictions(story.project).len(), 20);
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    for signal in ["INT", "TERM"] {
        let (story, gate) = (Story::many(20), Gate::new());
        let mut running = held(&story, &gate);
        running.signal(signal);
        running.wait_until_it_tells("stopping");
        running.signal(signal);
        // The gate is still closed, so whoever waited for the answers would never end.
        let outcome = story.wait(running);
        outcome.assert_code(130).assert_tells("what was under way was dropped");
        assert_eq!(story.summary("s.json")["exit_code"], 130);
        gate.open();
    }
}

#[test]
fn a_run_that_waits_for_another_attempt_stops_at_once() {
    let story = Story::many(3);
    let gate = Gate::new();
    let body = json!({"error": {"message": "slow down", "code": "rate_limit_exceeded"}});
    story.llm.script(2, Canned::json(429, &body).header("retry-after", "550").held(&gate));
    let mut running = story.start(&["--concurrency", "1", "--model-version", "v1", "-vv"]);
    gate.wait_for_arrivals(1);
    gate.open();
    running.wait_until_it_tells("waiting for another attempt");
    running.signal("INT");
    // A run that waits its time out is taken for stuck long before.
    story.wait(running).assert_code(130);
    assert_eq!(story.studio.all_predictions(story.project).len(), 1, "what was answered is delivered");
}

#[test]
fn a_delivery_under_way_is_finished() {
    let (story, gate) = (Story::many(3), Gate::new());
    story.studio.fault(1, BulkFault::Hangs(gate.clone()));
    let mut running = story.start(&ARGS);
    gate.wait_for_arrivals(1);
    running.signal("INT");
    running.wait_until_it_tells("stopping");
    gate.open();
    // Nothing is left to do, so it is no interruption any more.
    story.wait(running).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
    assert_eq!(story.studio.bulk_calls(), 1);
}

#[test]
fn a_push_is_stopped_as_a_run_is() {
    let story = Story::many(3);
    story.run(&["--model-version", "v1", "--output", "out.json"]).assert_code(0);
    let gate = Gate::new();
    story.studio.fault(1, BulkFault::Hangs(gate.clone()));
    let mut running = story.program.spawn_with(["push", "out.json"]);
    gate.wait_for_arrivals(1);
    running.signal("TERM");
    running.wait_until_it_tells("stopping");
    gate.open();
    story.wait(running).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
}
