//! Thousands of labels: more than any strict schema takes, each told to the model once.

use serde_json::{Value, json};

use crate::support::llm::asked::Asked;
use crate::support::story::{Story, model};
use crate::support::studio::Studio;

const GROUPS: usize = 50;
const LEAVES: usize = 100;

fn config() -> String {
    let leaf = |group: usize, leaf: usize| format!("<Choice value=\"leaf {group:02}-{leaf:02}\"/>");
    let group = |group: usize| {
        let leaves: String = (0..LEAVES).map(|at| leaf(group, at)).collect();
        format!("<Choice value=\"group {group:02}\">{leaves}</Choice>")
    };
    let groups: String = (0..GROUPS).map(group).collect();
    format!(
        "<View><Text name=\"text\" value=\"$text\"/><Taxonomy name=\"t\" toName=\"text\" leafsOnly=\"true\">{groups}</Taxonomy></View>"
    )
}

/// Counts the enum values of a schema.
fn enum_values(schema: &Value) -> usize {
    match schema {
        Value::Object(fields) => {
            let own = fields.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
            own + fields.values().map(enum_values).sum::<usize>()
        }
        Value::Array(entries) => entries.iter().map(enum_values).sum(),
        _ => 0,
    }
}

#[test]
fn a_taxonomy_of_thousands_is_told_once_and_matched_by_text() {
    let says = [
        json!({"t": ["group 07 / leaf 07-42"]}),
        json!({"t": ["Group 31 > Leaf 31-05", "leaf 00-00"]}),
        json!({"t": ["group 07 / leaf 08-42"]}),
    ];
    let llm = model();
    llm.answer(move |asked: &Asked| {
        let task = (0..says.len()).find(|task| asked.text.contains(&format!("number {task}")));
        says[task.expect("the task is in the prompt")].to_string()
    });
    let tasks: Vec<Value> = (0..3).map(|task| json!({"text": format!("number {task}")})).collect();
    let story = Story::with(Studio::start(), llm, (&config(), &tasks));
    story
        .run(&["--model-version", "v1"])
        .assert_code(4)
        .assert_tells("no such label: `group 07 / leaf 08-42`");
    assert_eq!(
        story.predicted(),
        [
            r#"v1: t=[["group 07","leaf 07-42"]]"#,
            r#"v1: t=[["group 00","leaf 00-00"],["group 31","leaf 31-05"]]"#,
            ""
        ]
    );
    let request = story.llm.requests()[0].json();
    assert!(enum_values(&request) <= 1_000, "strict schemas hold no more");
    let request = request.to_string();
    assert_eq!(request.matches("leaf 31-05").count(), 1);
    let paths = GROUPS * LEAVES * "group 07 / leaf 07-42\\n".len();
    assert!(request.len() < paths + paths / 10, "{} characters for paths of {paths}", request.len());
}
