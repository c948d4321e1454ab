//! Comparisons, rankings and boxes as Label Studio stores them.

use serde_json::{Value, json};

use crate::support::llm::{Llm, asked::Asked};
use crate::support::program::Program;
use crate::support::sdk;
use crate::support::studio::Project;

/// Labels all tasks with a model that gives this answer, and returns the values of the one control.
fn label(title: &str, (config, tasks): (&str, &Value), answer: Value) -> Vec<Value> {
    let model = Llm::start();
    model.answer(move |_: &Asked| answer.to_string());
    let project = Project::new(title, config, tasks);
    let program = Program::new().with_model(&model);
    let prompt = program.file("prompt.txt", "Judge it.");
    let arguments = ["--project", &project.argument(), "--prompt", &prompt];
    let summary = program.label(&arguments, 0);
    assert_eq!(summary.delivered(), project.tasks.len() as u64);
    assert_eq!(project.predicted_tasks(), project.tasks);
    let predictions = project.predictions();
    sdk::expect_valid(config, &predictions);
    let asked = model.count();
    program.label(&arguments, 0);
    assert_eq!(model.count(), asked, "what Label Studio holds is known again");
    let regions =
        predictions.iter().flat_map(|prediction| prediction["result"].as_array().into_iter().flatten());
    regions.map(|region| region["value"].clone()).collect()
}

#[test]
fn a_comparison_is_stored_for_the_first_of_both() {
    let config = r#"<View><Text name="one" value="$a"/><Text name="two" value="$b"/>
      <Pairwise name="better" toName="one,two"/></View>"#;
    let tasks = json!([{"data": {"a": "x", "b": "y"}}, {"data": {"a": "v", "b": "w"}}]);
    let values = label("Pairwise", (config, &tasks), json!({"better": "right"}));
    assert_eq!(values, vec![json!({"selected": "right"}); 2]);
}

#[test]
fn rankings_and_buckets_hold_the_ids_of_the_list() {
    let tasks = json!([{"data": {"hits": [{"id": "a", "title": "A"}, {"id": 2, "title": "B"}, {"id": "c", "title": "C"}]}}]);
    let list = r#"<View><List name="hits" value="$hits"/><Ranker name="rank" toName="hits""#;
    let ranker = format!("{list}/></View>");
    let values = label("Ranker", (&ranker, &tasks), json!({"rank": ["c", "2", "a"]}));
    assert_eq!(values, [json!({"ranker": {"rank": ["c", "2", "a"]}})]);
    let buckets = format!(
        r#"{list}><Bucket name="good" title="Good"/><Bucket name="bad" title="Bad"/></Ranker></View>"#
    );
    let values = label("Buckets", (&buckets, &tasks), json!({"rank": {"good": ["c"], "bad": [2]}}));
    assert_eq!(values, [json!({"ranker": {"good": ["c"], "bad": ["2"]}})]);
}

#[test]
fn boxes_are_stored_as_they_were_drawn() {
    let config = r#"<View><Image name="photo" value="$photo"/><RectangleLabels name="things" toName="photo">
      <Label value="Car" alias="c"/><Label value="Man"/></RectangleLabels></View>"#;
    let tasks = json!([{"data": {"photo": "data:image/png;base64,iVBORw0KGgo="}}]);
    let drawn = json!({"label": "Car", "x": 12.5, "y": 20, "width": 30, "height": 79.9});
    let values = label("Boxes", (config, &tasks), json!({ "things": [drawn] }));
    let stored =
        json!({"x": 12.5, "y": 20.0, "width": 30.0, "height": 79.9, "rotation": 0, "rectanglelabels": ["c"]});
    assert_eq!(values, [stored]);
}
