//! A prediction made ready to be posted: checked against what Label Studio stores without a word, or drops so.

use serde_json::{Value, json};

use super::predictions::region_ids;
use crate::label::prediction::Labeled;
use crate::label::task::StoredPrediction;

/// A prediction in the form it is posted in.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    pub task: u64,
    pub model_version: String,
    /// The region ids, by which it is found again.
    pub regions: Vec<String>,
    /// The values, by which it is told from an older one that a person has changed since.
    values: Vec<Value>,
    /// JSON.
    pub body: String,
    /// Label Studio's bulk import cannot read paths of nested Choices.
    pub goes_alone: bool,
}

impl Upload {
    /// Makes a prediction ready; the error says what is wrong with it.
    pub fn new(labeled: &Labeled) -> Result<Self, String> {
        let prediction = &labeled.prediction;
        let task =
            labeled.task.id.studio().ok_or("it has no Label Studio id, so there is nothing to post it to")?;
        let model_version = without_nul(prediction.model_version.trim());
        if model_version.is_empty() {
            return Err("its model version is empty".to_owned());
        }
        if let Some(score) = prediction.score
            && !(0.0..=1.0).contains(&score)
        {
            return Err(format!("its score is {score}, which is not between 0 and 1"));
        }
        let mut result = Vec::with_capacity(prediction.result.len());
        for (index, region) in prediction.result.iter().enumerate() {
            let mut region = serde_json::to_value(region).map_err(|error| error.to_string())?;
            clean(&mut region);
            check_region(&region).map_err(|reason| format!("region {}: {reason}", index + 1))?;
            result.push(region);
        }
        let regions = region_ids(&result).map(|id| id.unwrap_or_default().to_owned()).collect();
        let values = result.iter().map(|region| region["value"].clone()).collect();
        let goes_alone = result.iter().any(has_paths);
        let score = prediction.score;
        let body = json!({ "task": task, "model_version": model_version, "score": score, "result": result });
        Ok(Self { task, model_version, regions, values, body: body.to_string(), goes_alone })
    }

    /// Returns whether a stored prediction is this one, landed: same version, same region ids.
    pub fn is(&self, stored: &StoredPrediction) -> bool {
        stored.model_version.as_deref() == Some(&self.model_version)
            && region_ids(&stored.result).map(Option::unwrap_or_default).eq(&self.regions)
    }

    /// Returns whether it also says the same: a person may have changed the values since.
    pub fn says_the_same(&self, stored: &StoredPrediction) -> bool {
        self.is(stored) && stored.result.iter().map(|region| &region["value"]).eq(&self.values)
    }
}

/// Checks what makes the editor drop a region, and all regions after it.
fn check_region(region: &Value) -> Result<(), String> {
    let kind = region["type"].as_str().unwrap_or_default();
    if kind.is_empty() || kind.chars().any(char::is_uppercase) {
        return Err(format!("its type is `{kind}`; expected a control tag's name in lower case"));
    }
    if region["id"].as_str().is_none_or(str::is_empty) && kind != "relation" {
        return Err("it has no id".to_owned());
    }
    match &region["score"] {
        Value::Number(score) if !(0.0..=1.0).contains(&score.as_f64().unwrap_or(-1.0)) => {
            Err(format!("its score is {score}, which is not between 0 and 1"))
        }
        _ => Ok(()),
    }
}

fn has_paths(region: &Value) -> bool {
    region["value"]["choices"].as_array().is_some_and(|choices| choices.iter().any(Value::is_array))
}

/// Takes NUL out of all texts: `PostgreSQL` cannot store it. Lone surrogates cannot occur in a Rust string.
fn clean(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = without_nul(text),
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        _ => {}
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::label::prediction::{Prediction, Region};
    use crate::label::task::{Task, TaskId};

    fn labeled(id: TaskId, change: impl FnOnce(&mut Prediction)) -> Labeled {
        let region = Region {
            id: "al0123456789abcdef".to_owned(),
            from_name: "c".to_owned(),
            to_name: "t".to_owned(),
            kind: "choices".to_owned(),
            value: json!({ "choices": ["yes"] }),
            score: None,
            extra: Map::new(),
        };
        let mut prediction = Prediction { result: vec![region], score: None, model_version: "v".to_owned() };
        change(&mut prediction);
        let task = Task { id, data: Map::new(), annotations: Vec::new(), predictions: Vec::new() };
        Labeled { task, prediction, unfilled: Vec::new() }
    }

    fn check(id: TaskId, change: impl FnOnce(&mut Prediction), expect: &str) {
        let found = match Upload::new(&labeled(id, change)) {
            Ok(upload) => upload.body,
            Err(reason) => reason,
        };
        assert!(found.contains(expect), "{found}");
    }

    #[test]
    fn a_prediction_is_posted_as_label_studio_writes_it() {
        check(
            TaskId::Id(7),
            |prediction| prediction.score = Some(0.5),
            r#"{"task":7,"model_version":"v","score":0.5,"result":[{"id":"al0123456789abcdef","from_name":"c","to_name":"t","type":"choices","value":{"choices":["yes"]}}]}"#,
        );
    }

    #[test]
    fn what_label_studio_drops_or_breaks_on_is_refused_here() {
        check(TaskId::Row(1), |_| {}, "no Label Studio id");
        check(TaskId::Id(1), |prediction| prediction.model_version = " \0 ".to_owned(), "version is empty");
        check(TaskId::Id(1), |prediction| prediction.score = Some(7.5), "score is 7.5");
        check(TaskId::Id(1), |prediction| prediction.score = Some(f64::NAN), "score is NaN");
        check(
            TaskId::Id(1),
            |prediction| prediction.result[0].score = Some(-1.0),
            "region 1: its score is -1",
        );
        check(
            TaskId::Id(1),
            |prediction| prediction.result[0].kind = "Choices".to_owned(),
            "`Choices`; expected",
        );
        check(TaskId::Id(1), |prediction| prediction.result[0].id.clear(), "region 1: it has no id");
    }

    #[test]
    fn that_there_is_nothing_to_mark_is_posted_too() {
        check(TaskId::Id(1), |prediction| prediction.result.clear(), r#""result":[]}"#);
    }

    #[test]
    fn a_relation_out_of_a_reviewed_file_is_posted_as_it_is() {
        let ends = json!({ "from_id": "a", "to_id": "b", "direction": "right" });
        let relation = Region {
            id: String::new(),
            from_name: String::new(),
            to_name: String::new(),
            kind: "relation".to_owned(),
            value: Value::Null,
            score: None,
            extra: ends.as_object().unwrap().clone(),
        };
        check(
            TaskId::Id(1),
            |prediction| prediction.result.push(relation),
            r#",{"type":"relation","from_id":"a","to_id":"b","direction":"right"}]"#,
        );
    }

    #[test]
    fn nul_is_taken_out_of_every_text() {
        let value = json!({ "text": ["a\0b", { "c": "\0" }] });
        check(
            TaskId::Id(1),
            |prediction| prediction.result[0].value = value,
            r#""value":{"text":["ab",{"c":""}]}"#,
        );
    }

    #[test]
    fn paths_of_nested_choices_go_alone() {
        for (value, alone) in [
            (json!({ "choices": [["a", "b"]] }), true),
            (json!({ "choices": ["a"] }), false),
            (json!({ "taxonomy": [["a"]] }), false),
        ] {
            let upload =
                Upload::new(&labeled(TaskId::Id(1), |prediction| prediction.result[0].value = value))
                    .unwrap();
            assert_eq!(upload.goes_alone, alone);
        }
    }

    #[test]
    fn a_stored_prediction_is_known_by_version_and_region_ids() {
        let upload = Upload::new(&labeled(TaskId::Id(1), |_| {})).unwrap();
        let body: Value = serde_json::from_str(&upload.body).unwrap();
        let mut stored = StoredPrediction {
            id: Some(1),
            model_version: Some("v".to_owned()),
            score: None,
            result: body["result"].as_array().unwrap().clone(),
        };
        assert!(upload.is(&stored) && upload.says_the_same(&stored));
        stored.result[0]["value"] = json!({ "choices": ["no"] });
        assert!(upload.is(&stored) && !upload.says_the_same(&stored));
        stored.model_version = Some("v1".to_owned());
        assert!(!upload.is(&stored));
    }
}
