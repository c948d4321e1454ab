//! Annotators see the newest predictions of this tool, and nobody else's are touched.

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::story::Story;

/// A prediction as another tool stores it.
fn foreign() -> Value {
    json!([{"id": "x1", "from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["negative"]}}])
}

#[test]
fn a_version_that_somebody_else_has_chosen_stays_and_is_named() {
    let story = Story::new(&["fine", "dull"]);
    story.studio.predict(story.tasks[0], "their model", &foreign());
    story.studio.set_model_version(story.project, &json!("their model"));
    let outcome = story.run(&["--model-version", "v1"]);
    outcome.assert_code(0).assert_tells("still see the predictions of `their model`");
    assert_eq!(story.studio.model_version(story.project), "their model");
    assert_eq!(story.predicted(), ["their model: mood=negative, v1: mood=positive", "v1: mood=positive"]);
}

#[test]
fn an_empty_or_own_version_makes_way_for_the_new_one() {
    let story = Story::new(&["fine"]);
    for (before, version) in [(json!(null), "v1"), (json!("v1"), "v2"), (json!(""), "v3")] {
        story.studio.set_model_version(story.project, &before);
        let outcome = story.run(&["--model-version", version]);
        outcome.assert_code(0);
        assert!(!outcome.stderr.contains("annotators"), "{}", outcome.stderr);
        assert_eq!(story.studio.model_version(story.project), version);
    }
}

#[test]
fn a_run_that_finds_all_done_still_shows_its_version() {
    let story = Story::new(&["fine"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    story.studio.set_model_version(story.project, &json!(""));
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("nothing to do");
    assert_eq!(story.studio.model_version(story.project), "v1");
}

#[test]
fn replacing_deletes_our_older_predictions_and_nobody_elses() {
    let story = Story::new(&["fine", "dull", "odd"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    let theirs = [(story.tasks[0], "v1"), (story.tasks[0], "their model"), (story.tasks[1], "v2")];
    for (task, version) in theirs {
        story.studio.predict(task, version, &foreign());
    }
    let mut corrected = story.studio.predictions(story.tasks[1])[0]["result"].clone();
    corrected.as_array_mut().expect("a list").push(foreign()[0].clone());
    story.studio.predict(story.tasks[1], "corrected", &corrected);
    let args = ["--model-version", "v3", "--replace", "--ids"];
    let ids = format!("{},{}", story.tasks[0], story.tasks[1]);
    story.run(&[&args[..], &[&ids]].concat()).assert_code(0);
    assert_eq!(
        story.predicted(),
        [
            "v1: mood=negative, their model: mood=negative, v3: mood=positive",
            "v2: mood=negative, corrected: mood=positive mood=negative, v3: mood=positive",
            "v1: mood=positive",
        ]
    );
    let deleted = story.studio.host().count("DELETE /api/predictions/{id}");
    assert_eq!((deleted, story.studio.host().count("DELETE /api/projects/{id}/model-versions")), (2, 0));
}

#[test]
fn what_cannot_be_deleted_is_no_silent_success() {
    let story = Story::new(&["fine"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    let refusal = Canned::json(403, &json!({"detail": "You do not have permission to perform this action."}));
    story.studio.intercept("DELETE /api/predictions", 1, refusal);
    let outcome = story.run(&["--model-version", "v2", "--replace"]);
    outcome.assert_code(5).assert_tells("You do not have permission");
    assert_eq!(story.predicted(), ["v1: mood=positive, v2: mood=positive"]);
}
