//! Replies as data: what a `Choices` control believes of each, from `cases.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::label::config::LabelConfig;
use crate::label::control::Reading;
use crate::label::task::{Task, TaskId};

/// `cases.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Lists of labels that many cases share, each label `value` or `value=alias`.
    sets: BTreeMap<String, Vec<String>>,
    cases: Vec<Case>,
}

/// One reply, and what is believed of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The name of a set, or a list of labels.
    labels: Value,
    #[serde(default)]
    mode: Mode,
    reply: String,
    /// What Label Studio stores.
    expect: Option<Vec<String>>,
    /// What kind of reply it is, where no label can be believed.
    none: Option<String>,
}

/// How many labels are asked for.
#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Single,
    Multiple,
}

fn read(case: &Case, labels: &[String]) -> Reading {
    let choice = |label: &String| match label.split_once('=') {
        Some((value, alias)) => format!("<Choice value='{}' alias='{alias}'/>", escaped(value)),
        None => format!("<Choice value='{}'/>", escaped(label)),
    };
    let choices: String = labels.iter().map(choice).collect();
    let mode = match case.mode {
        Mode::Single => "single",
        Mode::Multiple => "multiple",
    };
    let xml = format!(
        "<View><Text name='t' value='$t'/><Choices name='c' toName='t' choice='{mode}'>{choices}</Choices></View>"
    );
    let config = LabelConfig::parse(&xml).expect(&case.name);
    let task =
        Task { id: TaskId::Row(1), data: Map::new(), annotations: Vec::new(), predictions: Vec::new() };
    config.controls[0].read_text(&case.reply, &task)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[test]
fn replies_mean_the_label_they_name_or_none() {
    let File { sets, cases } = serde_json::from_str(include_str!("../cases.json")).expect("cases");
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for case in &cases {
        assert!(names.insert(&case.name), "{} is there twice", case.name);
        assert_ne!(case.expect.is_some(), case.none.is_some(), "{}", case.name);
        let labels = match &case.labels {
            Value::String(name) => sets[name].clone(),
            list => serde_json::from_value(list.clone()).expect(&case.name),
        };
        let reading = read(case, &labels);
        let found: Vec<&str> = reading
            .drafts
            .iter()
            .flat_map(|draft| draft.value["choices"].as_array().into_iter().flatten())
            .filter_map(Value::as_str)
            .collect();
        let expect: Vec<&str> = case.expect.iter().flatten().map(String::as_str).collect();
        if found != expect || (found.is_empty() && reading.problems.is_empty()) {
            faults.push(format!("{} ({:?}): {:?} for {:?}", case.name, case.none, reading, case.reply));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
