//! Which tasks of a project are labeled: views, ids, a limit, what has no prediction yet.

use serde_json::{Value, json};

use crate::support::fixture_json;
use crate::support::program::Program;
use crate::support::studio::Project;

#[test]
fn a_view_selects_what_its_filters_select() {
    let project = Project::sarcasm("Selection");
    let view = project.view("and", &json!([text_contains("w"), text_contains("clear")]));
    expect_labeled(&project, &["--view", &view.to_string()], |text| {
        text.to_lowercase().contains('w') && text.contains("clear")
    });
}

#[test]
fn a_view_whose_filters_are_joined_by_or_selects_all_of_them() {
    let project = Project::sarcasm("Selection");
    let view =
        project.view("or", &json!([text_contains("train"), text_contains("kettle"), text_contains("🎉")]));
    let wanted = ["train", "kettle", "🎉"];
    expect_labeled(&project, &["--view", &view.to_string()], |text| {
        wanted.iter().any(|word| text.contains(word))
    });
}

#[test]
fn a_view_with_a_per_cent_sign_and_a_quote_is_read_as_it_was_written() {
    let mut project = Project::sarcasm("Selection");
    project
        .import(&json!([{"data": {"ref": "x", "text": "Oh wow, \"100% pure\" & simple + cheap. Great."}}]));
    let view = project.view("and", &json!([text_contains("\"100% pure\" & simple +")]));
    expect_labeled(&project, &["--view", &view.to_string()], |text| text.contains("100%"));
}

#[test]
fn ids_and_ranges_select_these_tasks() {
    let project = Project::sarcasm("Selection");
    let (first, from, to) = (project.tasks[0], project.tasks[3], project.tasks[5]);
    let ids = format!("{first},{from}-{to}");
    label(&project, &["--ids", &ids]);
    assert_eq!(project.predicted_tasks(), [first, from, from + 1, to]);
}

#[test]
fn a_limit_stops_and_the_next_run_goes_on() {
    let project = Project::sarcasm("Selection");
    for expected in [5, 10, 15, 18, 18] {
        label(&project, &["--limit", "5"]);
        assert_eq!(project.predicted_tasks(), project.tasks[..expected]);
    }
}

#[test]
fn a_sample_with_a_seed_is_the_same_each_time() {
    let project = Project::sarcasm("Selection");
    label(&project, &["--sample", "6", "--seed", "7"]);
    let chosen = project.predicted_tasks();
    assert_eq!(chosen.len(), 6);
    label(&project, &["--sample", "6", "--seed", "7"]);
    assert_eq!(project.predicted_tasks(), chosen, "the same six tasks, so nothing was left to do");
    label(&project, &["--sample", "6", "--seed", "8"]);
    assert!(chosen.len() < project.predicted_tasks().len(), "another seed, another choice");
}

fn expect_labeled(project: &Project, arguments: &[&str], wanted: impl Fn(&str) -> bool) {
    let tasks = fixture_json("sarcasm/tasks.json");
    let texts = tasks
        .as_array()
        .expect("tasks are a list")
        .iter()
        .map(|task| task["data"]["text"].as_str().unwrap_or_default());
    let mut expected: Vec<u64> =
        texts.zip(&project.tasks).filter(|(text, _)| wanted(text)).map(|(_, &id)| id).collect();
    // Tasks that a story added come after the fixture's and are all wanted.
    expected.extend(project.tasks.iter().skip(18));
    assert!(!expected.is_empty() && expected.len() < project.tasks.len(), "the filter tells tasks apart");
    label(project, arguments);
    assert_eq!(project.predicted_tasks(), expected);
}

fn label(project: &Project, arguments: &[&str]) {
    let project = project.argument();
    Program::new().with_keyword().label(&[&["--project", &project], arguments].concat(), 0);
}

fn text_contains(words: &str) -> Value {
    json!({"filter": "filter:tasks:data.text", "operator": "contains", "type": "String", "value": words})
}
