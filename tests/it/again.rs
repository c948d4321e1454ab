//! A run that is repeated asks and posts only what is new.

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::story::Story;

fn answer() -> Canned {
    let message = json!({"role": "assistant", "content": r#"{"mood": "positive"}"#});
    Canned::json(200, &json!({"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}))
}

#[test]
fn a_second_run_asks_nothing_and_posts_nothing() {
    let story = Story::new(&["fine", "dull", "odd"]);
    let first = story.run(&[]);
    first.assert_code(0);
    assert_eq!(first.stdout, "");
    first.assert_tells("delivered 3");
    let version = story.studio.model_version(story.project);
    let version = version.as_str().expect("the run has set a version");
    assert_eq!(story.predicted(), vec![format!("{version}: mood=positive"); 3]);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (3, 1));

    let second = story.run(&[]);
    second.assert_code(0);
    second.assert_tells("nothing to do");
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (3, 1));
    assert_eq!(story.studio.model_version(story.project), version);
}

#[test]
fn all_tasks_are_taken_again_but_nothing_is_paid_or_posted_twice() {
    let story = Story::new(&["fine", "dull"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    let again = story.run(&["--model-version", "v1", "--only", "all"]);
    again.assert_code(0);
    again.assert_tells("nothing new for 2 tasks:");
    assert_eq!(story.predicted(), ["v1: mood=positive"; 2]);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (2, 1));
}

#[test]
fn two_runs_at_once_post_nothing_twice() {
    let story = Story::many(3);
    let gate = Gate::new();
    story.llm.script(1, answer().held(&gate));
    let first = story.start(&["--model-version", "v1"]);
    gate.wait_for_arrivals(1);
    story
        .run(&["--model-version", "v1", "--journal", "other.jsonl"])
        .assert_code(0)
        .assert_tells("delivered 3");
    gate.open();
    story.wait(first).assert_code(0).assert_tells("already there 3");
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
}

#[test]
fn what_another_run_posts_between_a_look_and_a_call_is_found() {
    let story = Story::many(3);
    let (asked, looked) = (Gate::new(), Gate::new());
    story.llm.script(1, answer().held(&asked));
    let first = story.start(&["--model-version", "v1", "--only", "all"]);
    asked.wait_for_arrivals(1);
    let tasks: Vec<_> = story.tasks.iter().map(|id| json!({"id": id, "predictions": []})).collect();
    let nothing = Canned::json(200, &json!({"total": 3, "tasks": tasks}));
    story.studio.intercept("GET /api/tasks", 1, nothing.held(&looked));
    asked.open();
    looked.wait_for_arrivals(1);
    story.run_elsewhere(&["--model-version", "v1"]).assert_code(0).assert_tells("delivered 3");
    looked.open();
    story.wait(first).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
}

#[test]
fn another_answer_to_the_same_question_takes_the_place_of_the_first() {
    let story = Story::new(&["fine", "dull"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    story.llm.answer(|asked| {
        let mood = if asked.text.contains("dull") { "negative" } else { "positive" };
        json!({"mood": mood}).to_string()
    });
    story.program.forget_paid();
    story.run(&["--model-version", "v1", "--only", "all"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive", "v1: mood=negative"]);
}

#[test]
fn an_edited_task_alone_is_asked_again_and_its_old_prediction_goes() {
    let story = Story::new(&["fine", "dull", "odd"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    let before = story.studio.predictions(story.tasks[1]);
    story.studio.edit_task(story.tasks[1], &json!({"text": "dull no more"}));
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.llm.count(), 4);
    assert!(story.llm.requests()[3].json().to_string().contains("dull no more"));
    let after = story.studio.predictions(story.tasks[1]);
    assert_eq!(after.len(), 1);
    assert_ne!(
        (&after[0]["id"], &after[0]["result"][0]["id"]),
        (&before[0]["id"], &before[0]["result"][0]["id"])
    );
    assert_eq!(story.predicted(), ["v1: mood=positive"; 3]);
}

#[test]
fn an_edit_of_a_field_that_is_not_asked_about_costs_nothing() {
    let story = Story::new(&["fine", "dull"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    story.studio.edit_task(story.tasks[1], &json!({"text": "dull", "source": "a letter"}));
    let again = story.run(&["--model-version", "v1"]);
    again.assert_code(0);
    again.assert_tells("nothing new for 1 task:");
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (2, 1));
}

#[test]
fn an_added_task_alone_is_asked() {
    let story = Story::new(&["fine", "dull"]);
    story.run(&["--model-version", "v1"]).assert_code(0);
    let added = story.studio.add_task(story.project, &json!({"text": "a late one"}));
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!((story.llm.count(), story.studio.predictions(added).len()), (3, 1));
    assert_eq!(story.predicted(), ["v1: mood=positive"; 2]);
}

#[test]
fn a_version_whose_name_contains_ours_is_another_version() {
    let story = Story::new(&["fine", "dull", "odd"]);
    story.run(&["--model-version", "v10"]).assert_code(0);
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v10: mood=positive, v1: mood=positive"; 3]);
    story.studio.edit_task(story.tasks[2], &json!({"text": "odder"}));
    for (version, requests) in [("v1", 4), ("v10", 4), ("v1", 4), ("v10", 4)] {
        story.run(&["--model-version", version]).assert_code(0);
        assert_eq!(story.llm.count(), requests, "{version}");
    }
    let versions = ["v10: mood=positive, v1: mood=positive", "v1: mood=positive, v10: mood=positive"];
    assert_eq!(story.predicted(), [versions[0], versions[0], versions[1]]);
}

#[test]
fn a_changed_prompt_is_a_new_version() {
    let story = Story::new(&["fine"]);
    story.run(&[]).assert_code(0);
    let first = story.studio.model_version(story.project);
    let story = story.program(|program| program.file("prompt.txt", "Is it nice? {text}"));
    story.run(&[]).assert_code(0);
    let second = story.studio.model_version(story.project);
    assert_ne!(first, second);
    assert_eq!((story.llm.count(), story.studio.predictions(story.tasks[0]).len()), (2, 2));
}

#[test]
fn tasks_that_need_nothing_do_not_use_up_a_limit() {
    let story = Story::many(6);
    story.run(&["--limit", "2"]).assert_code(0);
    for task in &story.tasks[..2] {
        story.studio.edit_task(*task, &json!({"text": format!("another text {task}")}));
    }
    // The deletion of what the edited tasks had before is a change of them, too.
    for asked in [4, 6, 8] {
        story.run(&["--limit", "2"]).assert_code(0);
        assert_eq!(story.llm.count(), asked);
    }
    assert!(story.tasks.iter().all(|task| story.studio.predictions(*task).len() == 1));
}
