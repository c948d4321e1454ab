//! Predictions arrive once each, whatever Label Studio or the network makes of a bulk call.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::story::{MOODS, Story, model};
use crate::support::studio::{BulkFault, Setup, Studio};

/// Runs four tasks into a fault of the first call; expects one prediction a task.
fn check(fault: &BulkFault, calls: usize) {
    let story = Story::many(4);
    story.studio.fault(1, fault.clone());
    let outcome = story.run(&["--model-version", "v1"]);
    outcome.assert_code(0).assert_tells("delivered 4");
    assert_eq!(story.predicted(), ["v1: mood=positive"; 4], "{fault:?}");
    assert_eq!((story.studio.bulk_calls(), story.llm.count()), (calls, 4), "{fault:?}");
    assert_eq!(story.studio.most_bulk_calls_at_once(), 1);
    assert_eq!(story.studio.model_version(story.project), "v1");
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("nothing to do");
}

#[test]
fn a_broken_call_leaves_one_prediction_a_task() {
    let faults = [
        (BulkFault::StoresThen500, 1),
        (BulkFault::StoresThenCuts, 1),
        (BulkFault::StoresHalfThenCuts, 2),
        (BulkFault::RefusesWith503, 2),
        (BulkFault::CutsBeforeStoring, 2),
    ];
    // They mostly wait, so they wait together.
    thread::scope(|scope| {
        for (fault, calls) in &faults {
            scope.spawn(|| check(fault, *calls));
        }
    });
}

#[test]
fn rows_that_a_good_answer_hides_are_found() {
    check(&BulkFault::Multiplies(3), 1);
}

#[test]
fn a_dropped_prediction_is_found_and_its_task_named() {
    let story = Story::many(3);
    // The labels were changed after the run had read them, and Label Studio says nothing of what no longer fits.
    let labels = MOODS
        .replace("<Choice value=\"positive\"/>", "<Choice value=\"positive\"/><Choice value=\"mixed\"/>");
    let project =
        json!({"id": story.project, "title": "A project", "label_config": labels, "model_version": ""});
    story.studio.intercept("GET /api/projects/{id}", 1, Canned::json(200, &project));
    story.llm.answer(|asked| {
        json!({"mood": if asked.text.contains("text 2") { "mixed" } else { "negative" }}).to_string()
    });
    let outcome = story.run(&["--model-version", "v1", "--summary", "s.json"]);
    outcome.assert_code(4).assert_tells(&format!("task {}: not accepted", story.tasks[1]));
    outcome
        .assert_tells("Label Studio dropped the prediction")
        .assert_tells("1 of 3 tasks got no prediction");
    assert_eq!(story.predicted(), ["v1: mood=negative", "", "v1: mood=negative"]);
    let summary = story.summary("s.json");
    assert_eq!((&summary["tasks"]["delivered"], &summary["tasks"]["failed"]), (&json!(2), &json!(1)));
    assert_eq!(summary["failures"][0]["task"], story.tasks[1]);
}

#[test]
fn bulk_calls_never_overlap() {
    let slow = Setup { bulk_latency: Duration::from_millis(400), ..Setup::default() };
    let tasks: Vec<Value> = (0..2_500).map(|_| json!({"text": "a positive one"})).collect();
    let story = Story::with(Studio::with(&slow), model(), (MOODS, &tasks));
    story.run(&["--model-version", "v1", "--provider", "keyword"]).assert_code(0);
    assert!(2 <= story.studio.bulk_calls(), "{}", story.studio.bulk_calls());
    assert_eq!(story.studio.most_bulk_calls_at_once(), 1);
    assert_eq!(story.studio.all_predictions(story.project).len(), 2_500);
}

#[test]
fn a_call_that_hangs_is_waited_for() {
    let story = Story::many(2);
    let gate = Gate::new();
    story.studio.fault(1, BulkFault::HangsAfterStoring(gate.clone()));
    let running = story.start(&["--model-version", "v1"]);
    gate.wait_for_arrivals(1);
    gate.open();
    story.wait(running).assert_code(0);
    assert_eq!((story.predicted(), story.studio.bulk_calls()), (vec!["v1: mood=positive".to_owned(); 2], 1));
}
