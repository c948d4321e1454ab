//! A file of predictions that a person reviewed is posted as it stands.

use serde_json::{Value, json};

use crate::support::llm::Llm;
use crate::support::story::Story;
use crate::support::studio::Studio;

const OUT: [&str; 4] = ["--model-version", "v1", "--output", "out.json"];

/// Writes predictions of the story's tasks to `out.json` and returns them for changes.
fn written(story: &Story) -> Vec<Value> {
    story.run(&OUT).assert_code(0);
    assert_eq!(story.studio.bulk_calls(), 0);
    serde_json::from_str(&story.program.read("out.json")).expect("an array of tasks")
}

fn rewrite(story: &Story, tasks: &[Value]) {
    std::fs::write(story.program.path("out.json"), json!(tasks).to_string()).expect("the folder is writable");
}

fn region(name: &str, label: &str) -> Value {
    json!({"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [label]}})
}

#[test]
fn what_a_person_changed_is_posted_as_changed_and_only_once() {
    let story = Story::new(&["fine", "dull", "odd"]);
    let mut tasks = written(&story);
    tasks[1]["predictions"][0]["result"][0]["value"]["choices"] = json!(["negative"]);
    rewrite(&story, &tasks);
    let asked = story.llm.count();
    story.command("push", &["out.json"]).assert_code(0).assert_tells("delivered 3");
    assert_eq!(story.predicted(), ["v1: mood=positive", "v1: mood=negative", "v1: mood=positive"]);
    assert_eq!(story.studio.model_version(story.project), "v1");
    let calls = story.studio.bulk_calls();
    story.command("push", &["out.json"]).assert_code(0).assert_tells("nothing new for 3 tasks:");
    assert_eq!((story.studio.bulk_calls(), story.llm.count()), (calls, asked));
    // And a run of this version leaves what was reviewed alone.
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("nothing to do");
}

#[test]
fn a_second_review_takes_the_place_of_the_first() {
    let story = Story::new(&["fine", "dull"]);
    let mut tasks = written(&story);
    story.command("push", &["out.json"]).assert_code(0);
    tasks[0]["predictions"][0]["result"][0]["value"]["choices"] = json!(["negative"]);
    rewrite(&story, &tasks);
    story.command("push", &["out.json"]).assert_code(0).assert_tells("already there 1");
    assert_eq!(story.predicted(), ["v1: mood=negative", "v1: mood=positive"]);
}

#[test]
fn json_lines_are_pushed_too() {
    let story = Story::new(&["fine"]);
    story.run(&["--model-version", "v1", "--output", "out.jsonl"]).assert_code(0);
    story.command("push", &["out.jsonl"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"]);
}

#[test]
fn a_region_that_a_person_added_without_an_id_gets_one_that_stays() {
    let story = Story::new(&["fine"]);
    let task = json!({"id": story.tasks[0], "data": {"text": "fine"}, "predictions": [
        {"model_version": "by hand", "score": 0.5, "result": [region("mood", "negative")]}]});
    rewrite(&story, &[task]);
    for _ in 0..2 {
        story.command("push", &["out.json"]).assert_code(0);
        assert_eq!(story.predicted(), ["by hand: mood=negative"]);
    }
    let stored = &story.studio.predictions(story.tasks[0])[0];
    assert!(stored["result"][0]["id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(stored["score"], 0.5);
}

#[test]
fn every_prediction_of_a_task_is_posted() {
    let story = Story::new(&["fine"]);
    let prediction =
        |version: &str, label: &str| json!({"model_version": version, "result": [region("mood", label)]});
    let task = json!({"id": story.tasks[0], "data": {}, "predictions": [
        prediction("one", "positive"), prediction("two", "negative"), prediction("one", "negative")]});
    rewrite(&story, &[task]);
    for _ in 0..2 {
        let outcome = story.command("push", &["out.json"]);
        outcome.assert_code(0);
        assert_eq!(story.predicted(), ["one: mood=positive, two: mood=negative, one: mood=negative"]);
    }
    assert_eq!(story.studio.model_version(story.project), "one");
}

#[test]
fn what_cannot_be_posted_is_named_and_the_rest_arrives() {
    let story = Story::new(&["fine", "dull", "odd", "new"]);
    let mut tasks = written(&story);
    tasks[0].as_object_mut().expect("a task").remove("id");
    tasks[1]["predictions"][0]["result"][0]["value"]["choices"] = json!(["no such label"]);
    tasks[2]["predictions"] = json!([]);
    rewrite(&story, &tasks);
    let outcome = story.command("push", &["out.json", "--summary", "s.json"]);
    outcome.assert_code(4).assert_tells("row 1: unfit data: it has no Label Studio id");
    outcome.assert_tells(&format!(
        "task {}: unfit data: `mood`: no such label: `no such label`",
        story.tasks[1]
    ));
    outcome.assert_tells(&format!("task {}: unfit data: it has no prediction", story.tasks[2]));
    outcome.assert_tells("3 of 4 tasks got no prediction");
    assert_eq!(story.predicted(), ["", "", "", "v1: mood=positive"]);
    assert_eq!(story.summary("s.json")["tasks"]["delivered"], 1);
}

/// Label Studio stores a path of nested Choices as it comes and shows nothing for a wrong one.
#[test]
fn a_path_of_nested_choices_is_held_against_the_labeling_config() {
    let config = r#"<View><Text name="text" value="$text"/><Choices name="c" toName="text" allowNested="true">
        <Choice value="Animal"><Choice value="Cat"/><Choice value="Dog"/></Choice></Choices></View>"#;
    let story =
        Story::with(Studio::start(), Llm::start(), (config, &[json!({"text": "a"}), json!({"text": "b"})]));
    let task = |index: usize, path: Value| {
        let region =
            json!({"from_name": "c", "to_name": "text", "type": "choices", "value": {"choices": [path]}});
        json!({"id": story.tasks[index], "data": {"text": "a"},
            "predictions": [{"model_version": "v", "result": [region]}]})
    };
    rewrite(&story, &[task(0, json!(["Animal", "Cow"])), task(1, json!(["Animal", "Dog"]))]);
    let outcome = story.command("push", &["out.json"]);
    outcome.assert_code(4).assert_tells(&format!("task {}: unfit data: `c`", story.tasks[0]));
    assert!(story.studio.predictions(story.tasks[0]).is_empty());
    let stored = &story.studio.predictions(story.tasks[1])[0];
    assert_eq!(stored["result"][0]["value"], json!({"choices": [["Animal", "Dog"]]}));
}

#[test]
fn a_task_of_another_project_is_refused_alone() {
    let story = Story::new(&["fine"]);
    let mut tasks = written(&story);
    let (_, others) = story.studio.project(crate::support::story::MOODS, &[json!({"text": "theirs"})]);
    let mut theirs = tasks[0].clone();
    theirs["id"] = json!(others[0]);
    tasks.push(theirs);
    rewrite(&story, &tasks);
    let outcome = story.command("push", &["out.json"]);
    outcome.assert_code(4).assert_tells(&format!("it is not in project {}", story.project));
    assert_eq!(
        (story.predicted(), story.studio.predictions(others[0]).len()),
        (vec!["v1: mood=positive".to_owned()], 0)
    );
}

#[test]
fn a_file_gets_a_version_of_its_own() {
    let story = Story::new(&["fine"]);
    written(&story);
    story.command("push", &["out.json", "--model-version", "v1 reviewed"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1 reviewed: mood=positive"]);
    story.command("push", &["out.json", "--model-version", "v2", "--replace"]).assert_code(0);
    assert_eq!(story.predicted(), ["v2: mood=positive"]);
}

#[test]
fn a_file_that_is_none_of_predictions_posts_nothing() {
    let story = Story::new(&["fine"]).program(|program| {
        program.file("x.json", "[{\"text\": \"fine\"}]").file("y.csv", "id,text\n1,fine\n")
    });
    story.command("push", &["x.json"]).assert_code(4);
    story.command("push", &["y.csv"]).assert_code(3).assert_tells("is a table");
    story.command("push", &["nope.json"]).assert_code(3).assert_tells("there is no file `nope.json`");
    assert_eq!(story.studio.bulk_calls(), 0);
}
