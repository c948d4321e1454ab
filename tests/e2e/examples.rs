//! People's annotations in Label Studio as examples for a model.

use serde_json::{Value, json};

use crate::support::llm::Llm;
use crate::support::program::Program;
use crate::support::studio::Project;

fn tone(label: &str) -> Value {
    json!({"id": "x", "from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": [label]}})
}

/// Returns what a request says before its question: texts and answers in turn.
fn examples(body: &Value) -> Vec<String> {
    let messages = body["messages"].as_array().expect("a request has messages").iter();
    let mut texts: Vec<String> =
        messages.filter_map(|message| message["content"].as_str().map(str::to_owned)).collect();
    texts.pop();
    texts
}

#[test]
fn annotations_are_shown_and_further_ones_ask_nothing_again() {
    let config = r#"<View><Text name="text" value="$text"/><Choices name="tone" toName="text">
      <Choice value="Sarcastic"/><Choice value="Plain"/></Choices></View>"#;
    let tasks: Vec<Value> =
        (0..6).map(|number| json!({"data": {"text": format!("text {number}")}})).collect();
    let project = Project::new("Examples", config, &json!(tasks));
    project.annotate(project.tasks[0], &json!({"result": [tone("Sarcastic")]}));
    project.annotate(project.tasks[1], &json!({"result": [], "was_cancelled": true}));
    project.annotate(project.tasks[2], &json!({"result": [tone("Gone")]}));
    project.annotate(project.tasks[3], &json!({"result": [tone("Sarcastic")]}));
    project.annotate(project.tasks[3], &json!({"result": [tone("Plain")], "ground_truth": true}));
    let model = Llm::start();
    let program = Program::new().with_model(&model);
    let prompt = program.file("prompt.txt", "Tone of: {text}");
    let id = project.argument();
    let arguments = ["--project", &id, "--prompt", &prompt, "--examples", "3", "--concurrency", "1"];
    let dry = program.command(&[&["run"], &arguments[..], &["--dry-run"]].concat());
    dry.expect_code(0);
    dry.expect_said(&[
        "1 of 3 annotated tasks cannot be shown",
        "no such label: `Gone`",
        "2 examples can be shown where 3",
    ]);
    let asked: Vec<Vec<String>> = model.requests().iter().map(|request| examples(&request.json())).collect();
    let first = ["Tone of: text 0", r#"{"tone":"Sarcastic"}"#];
    let truth = ["Tone of: text 3", r#"{"tone":"Plain"}"#];
    assert_eq!(
        (asked.len(), asked[0].as_slice(), asked[3].as_slice()),
        (6, &truth.map(str::to_owned)[..], &first.map(str::to_owned)[..])
    );
    assert_eq!(asked[5], [truth, first].concat(), "of equals the first one comes last");

    assert_eq!(program.label(&arguments, 0).delivered(), 6);
    let before = model.count();
    project.annotate(project.tasks[5], &json!({"result": [tone("Plain")]}));
    program.label(&arguments, 0);
    assert_eq!(model.count(), before, "one more annotation is no reason to ask again");
    project.edit(project.tasks[5], &json!({"text": "text five"}));
    program.label(&arguments, 0);
    assert_eq!(model.count(), before + 1, "an edit is");
}
