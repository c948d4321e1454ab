use serde::Deserialize;

use super::*;
use crate::label::task::TaskId;

/// One case of the file that the Label Studio SDK also checks: `tests/servers/validate_regions.py`.
#[derive(Deserialize)]
struct Case {
    name: String,
    config: String,
    data: Map<String, Value>,
    #[serde(default)]
    answers: Vec<Value>,
    #[serde(default)]
    replies: Vec<String>,
    /// As Label Studio stores them, without ids.
    regions: Vec<Value>,
    /// Names of the controls that have a problem.
    unfilled: Vec<String>,
}

fn task(data: Map<String, Value>) -> Task {
    Task { id: TaskId::Row(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

fn form(xml: &str, wanted: &Wanted) -> Result<Form, ConfigError> {
    Form::new(&LabelConfig::parse(xml)?, wanted)
}

#[test]
fn answers_become_the_regions_that_label_studio_stores() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests/it/regions.json")).expect("cases");
    for case in cases {
        let form = form(&case.config, &Wanted::default()).expect(&case.name);
        let task = task(case.data);
        let filled = match case.replies.is_empty() {
            true => form.read(&case.answers, &task),
            false => form.read_text(&case.replies, &task),
        };
        let region = |(at, value): &(usize, Value)| {
            let head = form.controls[*at].head();
            json!({"from_name": head.name, "to_name": head.to_name, "type": head.kind, "value": value})
        };
        let regions: Vec<Value> = filled.values.iter().map(region).collect();
        assert_eq!(regions, case.regions, "{}: {:?}", case.name, filled.unfilled);
        let unfilled: Vec<&String> = filled.unfilled.iter().map(|unfilled| &unfilled.control).collect();
        assert_eq!(
            unfilled,
            case.unfilled.iter().collect::<Vec<_>>(),
            "{}: {:?}",
            case.name,
            filled.unfilled
        );
    }
}
