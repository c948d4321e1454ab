//! Predictions as a table: a row for each task, a column for each field and each control.
//!
//! The columns are `id` (or `row`, where tasks have no id), the data fields of the first task, one for each control,
//! `model_version` and `score`. What a field or control holds is written so that a person can read it: text as it is,
//! several choices joined with `|`, the levels of a taxonomy with `/`, anything else as JSON. A column of ours whose name
//! a data field has already is called `task_…` or `predicted_…`.

use std::collections::HashSet;

use serde_json::Value;

use super::layout::{Format, Layout};
use crate::label::prediction::{Labeled, Region};
use crate::label::task::TaskId;

/// Values between commas, in quotes where they need it.
pub(super) const FORMAT: Format =
    Format { extensions: &["csv"], layout: |controls| Box::new(Csv::new(controls)) };

struct Csv {
    controls: Vec<String>,
    /// The data fields that have a column.
    fields: Vec<String>,
    /// Whether it was told that fields of later tasks have none.
    told: bool,
}

impl Csv {
    fn new(controls: &[String]) -> Self {
        Self { controls: controls.to_vec(), fields: Vec::new(), told: false }
    }

    /// Tells once that a task has fields the first one had not.
    fn tell_lost_fields(&mut self, labeled: &Labeled) {
        let lost = labeled.task.data.keys().find(|field| !self.fields.contains(field));
        if let Some(field) = lost.filter(|_| !self.told) {
            let task = labeled.task.id;
            tracing::warn!(
                "`{field}` of {task} has no column, since the first task has no such field; write .jsonl to keep all"
            );
            self.told = true;
        }
    }
}

impl Layout for Csv {
    fn head(&mut self, first: Option<&Labeled>) -> Vec<u8> {
        self.fields = first.map(|first| first.task.data.keys().cloned().collect()).unwrap_or_default();
        let id = match first.map(|first| first.task.id) {
            Some(TaskId::Row(_)) => "row",
            Some(TaskId::Id(_)) | None => "id",
        };
        let mut names: HashSet<String> = self.fields.iter().cloned().collect();
        let mut header = vec![free_name(&mut names, id, "task")];
        header.extend(self.fields.iter().cloned());
        let ours = self.controls.iter().map(String::as_str).chain(["model_version", "score"]);
        header.extend(ours.map(|name| free_name(&mut names, name, "predicted")));
        line(&header)
    }

    fn item(&mut self, labeled: &Labeled) -> Vec<u8> {
        self.tell_lost_fields(labeled);
        let Labeled { task, prediction, .. } = labeled;
        let (TaskId::Id(id) | TaskId::Row(id)) = task.id;
        let mut values = vec![id.to_string()];
        values.extend(self.fields.iter().map(|field| task.data.get(field).map(readable).unwrap_or_default()));
        values.extend(self.controls.iter().map(|control| answer(&prediction.result, control)));
        values.push(prediction.model_version.clone());
        values.push(prediction.score.map(|score| score.to_string()).unwrap_or_default());
        line(&values)
    }
}

fn line(values: &[String]) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(values).expect("memory takes any record");
    writer.into_inner().expect("memory needs no flushing")
}

/// Returns the name, or one like it that is not taken yet, and takes it.
fn free_name(taken: &mut HashSet<String>, name: &str, prefix: &str) -> String {
    let mut free = name.to_owned();
    while !taken.insert(free.clone()) {
        free = format!("{prefix}_{free}");
    }
    free
}

/// Returns what a control was filled with; empty if it was not.
fn answer(regions: &[Region], control: &str) -> String {
    let parts: Vec<String> = regions
        .iter()
        .filter(|region| region.from_name == control)
        .flat_map(|region| match region.value.as_object() {
            // Choices, texts, numbers and the like are all there is to their region; a span or a box has a place, too.
            Some(value) if value.len() == 1 => value.values().flat_map(parts).collect(),
            _ => vec![region.value.to_string()],
        })
        .collect();
    if 1 < parts.len() && parts.iter().any(|part| part.contains('|')) {
        return Value::from(parts).to_string();
    }
    parts.join("|")
}

fn parts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(part).collect(),
        single => vec![readable(single)],
    }
}

fn part(value: &Value) -> String {
    match value {
        Value::Array(levels) => levels.iter().map(readable).collect::<Vec<_>>().join("/"),
        single => readable(single),
    }
}

fn readable(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::label::prediction::Prediction;
    use crate::label::task::Task;

    fn labeled(id: TaskId, data: &Value, answers: &[(&str, Value)]) -> Labeled {
        let region = |(control, value): &(&str, Value)| Region {
            id: "al0000000000000000".to_owned(),
            from_name: (*control).to_owned(),
            to_name: "text".to_owned(),
            kind: String::new(),
            value: value.clone(),
            score: None,
            extra: serde_json::Map::new(),
        };
        let data = data.as_object().unwrap().clone();
        let result = answers.iter().map(region).collect();
        Labeled {
            task: Task { id, data, annotations: Vec::new(), predictions: Vec::new() },
            prediction: Prediction { result, score: Some(0.75), model_version: "m".to_owned() },
            unfilled: Vec::new(),
        }
    }

    /// Writes a table of these predictions, with a column for each of the controls.
    fn check(controls: &[&str], predictions: &[Labeled], expect: &str) {
        let controls: Vec<_> = controls.iter().map(|control| (*control).to_owned()).collect();
        let mut csv = Csv::new(&controls);
        let mut table = csv.head(predictions.first());
        table.extend(predictions.iter().flat_map(|prediction| csv.item(prediction)));
        assert_eq!(String::from_utf8(table).unwrap(), expect);
    }

    #[test]
    fn a_row_holds_data_answers_and_their_origin() {
        let answers = [("mood", json!({"choices": ["good"]})), ("stars", json!({"rating": 4}))];
        let first =
            labeled(TaskId::Id(7), &json!({"text": "a, \"b\"", "n": {"k": [1]}, "z": null}), &answers);
        let expect = "id,text,n,z,mood,stars,why,model_version,score\n\
                      7,\"a, \"\"b\"\"\",\"{\"\"k\"\":[1]}\",,good,4,,m,0.75\n";
        check(&["mood", "stars", "why"], &[first], expect);
    }

    #[test]
    fn several_values_are_joined_so_that_they_can_be_told_apart() {
        for (value, expect) in [
            (json!({"choices": ["a", "b"]}), "a|b"),
            (json!({"choices": ["a|b"]}), "a|b"),
            (json!({"choices": ["a|b", "c"]}), r#"["a|b","c"]"#),
            (json!({"taxonomy": [["x", "y"], ["z"]]}), "x/y|z"),
            (json!({"text": ["one\ntwo"]}), "one\ntwo"),
            (json!({"number": 1.5}), "1.5"),
            (json!({"start": 1, "end": 2, "labels": ["a"]}), r#"{"start":1,"end":2,"labels":["a"]}"#),
        ] {
            assert_eq!(
                answer(&labeled(TaskId::Id(1), &json!({}), &[("c", value)]).prediction.result, "c"),
                expect
            );
        }
    }

    #[test]
    fn names_of_data_fields_are_kept_and_ours_give_way() {
        let data = json!({"row": 1, "mood": "?", "predicted_mood": "?", "score": 2});
        let first = labeled(TaskId::Row(3), &data, &[("mood", json!({"choices": ["good"]}))]);
        let expect = "task_row,row,mood,predicted_mood,score,predicted_predicted_mood,model_version,predicted_score\n\
                      3,1,?,?,2,good,m,0.75\n";
        check(&["mood"], &[first], expect);
    }

    #[test]
    fn the_first_task_gives_the_columns() {
        let first = labeled(TaskId::Row(1), &json!({"a": 1, "b": 2}), &[]);
        let second = labeled(TaskId::Row(2), &json!({"c": 3, "b": 4}), &[]);
        check(&[], &[first, second], "row,a,b,model_version,score\n1,1,2,m,0.75\n2,,4,m,0.75\n");
        check(&["mood"], &[], "id,mood,model_version,score\n");
    }
}
