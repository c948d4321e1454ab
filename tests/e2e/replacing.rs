//! Newer predictions in place of older ones: only this tool's own, and only where there is a newer one.

use serde_json::{Value, json};

use crate::support::program::Program;
use crate::support::studio::Project;

#[test]
fn replace_deletes_own_older_predictions_and_nothing_else() {
    let project = Project::sarcasm("Replacing");
    project.post_prediction(&json!({
        "task": project.tasks[0], "model_version": "first", "score": 0.5,
        "result": [{"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["Sarcastic"]}}],
    }));
    let program = Program::new().with_keyword();
    label(&program, &project, &["--model-version", "first", "--only", "all"]);
    let before = count(&project, "first");
    label(&program, &project, &["--model-version", "second", "--limit", "4", "--replace"]);
    assert_eq!(count(&project, "second"), 4);
    assert_eq!(count(&project, "first"), before - 4, "tasks without a newer prediction keep theirs");
    assert_eq!(foreign(&project), 1, "another tool's prediction stays, whatever its version is called");

    label(&program, &project, &["--model-version", "second", "--replace"]);
    assert_eq!((count(&project, "second"), foreign(&project)), (18, 1));
    assert_eq!(project.predictions().len(), 19);
    assert_eq!(project.model_version(), "first", "a version that another tool uses, too, is left shown");
}

#[test]
fn without_replace_both_versions_stay_and_the_newest_is_shown() {
    let project = Project::sarcasm("Replacing");
    let program = Program::new().with_keyword();
    label(&program, &project, &["--model-version", "first"]);
    label(&program, &project, &["--model-version", "second"]);
    assert_eq!((count(&project, "first"), count(&project, "second")), (18, 18));
    assert_eq!(project.model_version(), "second");
}

#[test]
fn an_edited_task_is_labeled_anew_and_its_old_prediction_goes() {
    let project = Project::sarcasm("Replacing");
    let program = Program::new().with_keyword();
    label(&program, &project, &[]);
    let edited = project.tasks[2];
    project.edit(
        edited,
        &json!({"ref": "s03", "text": "Thank you, the return was easy and the friendly driver helpful."}),
    );
    label(&program, &project, &[]);

    assert_eq!(project.predicted_tasks(), project.tasks, "one prediction a task");
    let predictions = project.predictions();
    let prediction =
        predictions.iter().find(|prediction| prediction["task"] == edited).expect("the edited task has one");
    let chosen = prediction["result"].as_array().and_then(|regions| regions.iter().find_map(choice));
    assert_eq!(chosen, Some("Not Sarcastic"));
}

fn choice(region: &Value) -> Option<&str> {
    region.pointer("/value/choices/0")?.as_str()
}

fn label(program: &Program, project: &Project, arguments: &[&str]) {
    let project = project.argument();
    program.label(&[&["--project", &project], arguments].concat(), 0);
}

/// Counts the predictions of a version.
fn count(project: &Project, version: &str) -> usize {
    project.predictions().iter().filter(|prediction| prediction["model_version"] == version).count()
}

/// Counts the predictions of other tools: their regions have no ids of ours.
fn foreign(project: &Project) -> usize {
    let is_ours = |region: &Value| region["id"].as_str().is_some_and(|id| id.starts_with("al"));
    let predictions = project.predictions();
    let regions =
        predictions.iter().map(|prediction| prediction["result"].as_array().cloned().unwrap_or_default());
    regions.filter(|regions| !regions.iter().any(is_ours)).count()
}
