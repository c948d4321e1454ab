//! Every control this version fills, in one project, as Label Studio itself would write it.

use serde_json::{Value, json};

use crate::support::program::Program;
use crate::support::studio::Project;
use crate::support::{sdk, texts};

const CONFIG: &str = r#"<View>
  <Text name="question" value="$text"/>
  <Choices name="channel" toName="question" choice="multiple">
    <Choice value="By phone" alias="phone"/><Choice value="By letter" alias="letter"/><Choice value="In person"/>
  </Choices>
  <Taxonomy name="place" toName="question" leafsOnly="true">
    <Choice value="Europe"><Choice value="North"><Choice value="Norway"/></Choice><Choice value="South"/></Choice>
    <Choice value="Asia"><Choice value="Japan"/></Choice>
  </Taxonomy>
  <Rating name="anger" toName="question" maxRating="4"/>
  <TextArea name="reply" toName="question"/>
</View>"#;

#[test]
fn every_kind_of_control_is_filled_with_what_label_studio_takes() {
    let project = Project::new("Controls", CONFIG, &texts::tasks(20));
    let predictions = label(&project, &Program::new().with_litellm("schema-echo"));
    sdk::expect_valid(CONFIG, &predictions);
    for prediction in &predictions {
        check_value(prediction, "channel", "choices", |value| {
            within(value, &["phone", "letter", "In person"])
        });
        check_value(prediction, "place", "taxonomy", |value| {
            let legal = json!([["Europe", "North", "Norway"], ["Europe", "South"], ["Asia", "Japan"]]);
            value.as_array().is_some_and(|paths| paths.iter().all(|path| contains(&legal, path)))
        });
        check_value(prediction, "anger", "rating", |value| {
            value.as_u64().is_some_and(|stars| (1..=4).contains(&stars))
        });
        check_value(prediction, "reply", "text", |value| {
            value[0].as_str().is_some_and(|text| !text.is_empty())
        });
    }
}

#[test]
fn enums_keep_a_model_without_sense_to_legal_values() {
    let config = r#"<View><Text name="question" value="$text"/>
      <Rating name="anger" toName="question" maxRating="4"/>
      <Taxonomy name="place" toName="question"><Choice value="Europe"><Choice value="Norway"/></Choice></Taxonomy></View>"#;
    let project = Project::new("Enums", config, &texts::tasks(20));
    let program = Program::new().with_llama();
    let predictions = label(&project, &program);
    sdk::expect_valid(config, &predictions);
    for prediction in &predictions {
        check_value(prediction, "anger", "rating", |value| {
            value.as_u64().is_some_and(|stars| (1..=4).contains(&stars))
        });
    }
}

/// The bulk call drops paths and the SDK cannot look at them, so they are posted singly and looked at here.
#[test]
fn nested_choices_are_stored_as_legal_paths() {
    let config = r#"<View><Text name="question" value="$text"/><Choices name="animal" toName="question" allowNested="true">
      <Choice value="Bird"><Choice value="Owl"/><Choice value="Duck"/></Choice><Choice value="Fish"/></Choices></View>"#;
    let project = Project::new("Nested", config, &texts::tasks(10));
    let legal = json!([["Bird"], ["Bird", "Owl"], ["Bird", "Duck"], ["Fish"]]);
    for prediction in label(&project, &Program::new().with_litellm("schema-echo")) {
        check_value(&prediction, "animal", "choices", |value| {
            value
                .as_array()
                .is_some_and(|paths| !paths.is_empty() && paths.iter().all(|path| contains(&legal, path)))
        });
    }
}

#[test]
fn choices_that_come_with_the_task_are_read_from_the_task() {
    let config = r#"<View><Text name="question" value="$text"/>
      <Choices name="next" toName="question" value="$steps"/></View>"#;
    let tasks: Value = (0..8)
        .map(|index| {
            let steps = json!([{"value": format!("Call back {index}")}, {"value": "Escalate", "alias": format!("e{index}")}]);
            json!({"data": {"text": format!("Question {index}"), "steps": steps}})
        })
        .collect();
    let project = Project::new("Dynamic", config, &tasks);
    for prediction in label(&project, &Program::new().with_litellm("schema-echo")) {
        let index =
            project.tasks.iter().position(|&task| prediction["task"] == task).expect("the task is ours");
        let legal = [format!("Call back {index}"), format!("e{index}")];
        check_value(&prediction, "next", "choices", |value| {
            within(value, &legal.each_ref().map(String::as_str))
        });
    }
}

#[test]
fn dates_are_stored_in_the_format_of_their_tag() {
    let config = r#"<View><Text name="question" value="$text"/>
      <DateTime name="at" toName="question"/>
      <DateTime name="day" toName="question" only="date"/>
      <DateTime name="due" toName="question" only="date" format="%d.%m.%Y"/></View>"#;
    let project = Project::new("Dates", config, &texts::tasks(3));
    // The model knows these three names and always says the same.
    let predictions = label(&project, &Program::new().with_litellm("says-dates"));
    sdk::expect_valid(config, &predictions);
    for prediction in &predictions {
        for (control, date) in [("at", "2024-03-05T14:30"), ("day", "2024-03-05"), ("due", "05.03.2024")] {
            check_value(prediction, control, "datetime", |value| value == date);
        }
    }
}

#[test]
fn numbers_are_stored_as_numbers() {
    let config = r#"<View><Text name="question" value="$text"/>
      <Number name="amount" toName="question" min="0" max="10" required="true"/></View>"#;
    let project = Project::new("Numbers", config, &texts::tasks(10));
    let predictions = label(&project, &Program::new().with_litellm("schema-echo"));
    sdk::expect_valid(config, &predictions);
    for prediction in &predictions {
        check_value(prediction, "amount", "number", Value::is_number);
    }
}

fn label(project: &Project, program: &Program) -> Vec<Value> {
    let prompt = program.file("prompt.txt", "What does this customer want?");
    let summary = program.label(&["--project", &project.argument(), "--prompt", &prompt], 0);
    assert_eq!(summary.delivered(), project.tasks.len() as u64);
    assert_eq!(project.predicted_tasks(), project.tasks);
    project.predictions()
}

/// Fails the test unless the control has one region whose value passes.
fn check_value(prediction: &Value, control: &str, key: &str, passes: impl Fn(&Value) -> bool) {
    let regions = prediction["result"].as_array().expect("a prediction has regions");
    let filled: Vec<_> = regions.iter().filter(|region| region["from_name"] == control).collect();
    assert_eq!(filled.len(), 1, "`{control}` in {prediction}");
    assert!(passes(&filled[0]["value"][key]), "`{control}`: {}", filled[0]);
}

/// Is the value a list of one or more of these?
fn within(value: &Value, legal: &[&str]) -> bool {
    let is_legal = |label: &Value| label.as_str().is_some_and(|label| legal.contains(&label));
    value.as_array().is_some_and(|labels| !labels.is_empty() && labels.iter().all(is_legal))
}

fn contains(legal: &Value, path: &Value) -> bool {
    legal.as_array().is_some_and(|paths| paths.contains(path))
}
