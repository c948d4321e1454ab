//! Predictions in a file: written, reviewed by a person, pushed; or imported by Label Studio itself.

use serde_json::{Value, json};

use crate::support::program::Program;
use crate::support::studio::Project;
use crate::support::{fixture_text, sdk};

#[test]
fn a_reviewed_file_is_pushed_as_the_reviewer_left_it() {
    let project = Project::sarcasm("Review");
    let program = Program::new().with_keyword();
    let summary = program.label(&["--project", &project.argument(), "--output", "out.jsonl"], 0);
    assert_eq!(summary.delivered(), 18);
    assert!(project.predictions().is_empty(), "a run into a file posts nothing");

    let mut lines = json_lines(&program.read("out.jsonl"));
    assert_eq!(lines.len(), 18);
    let (turned, taken_out) = (lines[16]["id"].clone(), lines[0]["id"].clone());
    for region in lines[16]["predictions"][0]["result"].as_array_mut().expect("a prediction has regions") {
        if region["from_name"] == "tone" {
            region["value"] = json!({"choices": ["Sarcastic"]});
        }
    }
    lines.remove(0);
    let reviewed = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let reviewed = program.file("reviewed.jsonl", &reviewed);

    let push = ["push", &reviewed, "--project", &project.argument()];
    program.command(&push).expect_code(0);
    let predictions = project.predictions();
    sdk::expect_valid(project.config(), &predictions);
    assert_eq!(predictions.len(), 17);
    assert!(predictions.iter().all(|prediction| prediction["task"] != taken_out));
    let prediction = predictions
        .iter()
        .find(|prediction| prediction["task"] == turned)
        .expect("the reviewed task is there");
    assert_eq!(tone(prediction), "Sarcastic");
    assert_eq!(project.model_version(), summary.model_version());

    program.command(&push).expect_code(0);
    assert_eq!(project.predictions().len(), 17, "pushing the same file again adds nothing");
}

#[test]
fn a_json_file_is_imported_by_label_studio_as_it_is() {
    let project = Project::sarcasm("Review");
    let program = Program::new().with_keyword();
    program.label(&["--project", &project.argument(), "--output", "out.json"], 0);
    let tasks: Value = serde_json::from_str(&program.read("out.json")).expect("the file is one JSON array");

    let imported = Project::new("Imported", &fixture_text("sarcasm/config.xml"), &tasks);
    assert_eq!(imported.tasks.len(), 18);
    assert_eq!(imported.predicted_tasks(), imported.tasks);
    sdk::expect_valid(imported.config(), &imported.predictions());
    let shown = imported.next_task();
    assert_eq!(shown["predictions"].as_array().map(Vec::len), Some(1), "an annotator sees the prediction");
}

#[test]
fn a_dry_run_prints_the_predictions_and_posts_nothing() {
    let project = Project::sarcasm("Review");
    let finished =
        Program::new().with_keyword().command(&["run", "--project", &project.argument(), "--dry-run"]);
    finished.expect_code(0);
    assert_eq!(json_lines(&finished.stdout).len(), 18);
    assert!(project.predictions().is_empty());
}

#[test]
fn a_file_for_another_project_is_refused_and_nothing_is_posted() {
    let (project, other) = (Project::sarcasm("Review"), Project::sarcasm("Review"));
    let program = Program::new().with_keyword();
    program.label(&["--project", &project.argument(), "--output", "out.jsonl"], 0);
    let finished = program.command(&["push", &program.path("out.jsonl"), "--project", &other.argument()]);
    assert_ne!(finished.code, 0, "{}", finished.stderr);
    finished.expect_said(&["task"]);
    assert!(other.predictions().is_empty() && project.predictions().is_empty());
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn tone(prediction: &Value) -> &str {
    let regions = prediction["result"].as_array().expect("a prediction has regions");
    let tone = regions.iter().find(|region| region["from_name"] == "tone");
    tone.and_then(|region| region.pointer("/value/choices/0")?.as_str()).expect("the tone was chosen")
}
