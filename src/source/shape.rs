//! Which of the shapes a task comes in an object has: Label Studio's own, its flat exports, or just fields.

use serde_json::{Map, Value};

use super::format::Found;
use crate::label::task::{Annotation, StoredPrediction, Task, TaskId};
use crate::label::text::describe;

/// Columns that Label Studio's flat exports (`JSON_MIN`, CSV, TSV) add to each row; two of them and an `id` are its
/// mark, since one alone may well be somebody's own.
const EXPORT_MARKS: [&str; 3] = ["annotation_id", "annotator", "lead_time"];

/// What else such an export adds.
const EXPORT_TIMES: [&str; 2] = ["created_at", "updated_at"];

/// Turns one object after the other into tasks.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// How many objects there were.
    pub(super) rows: u64,
    /// The task of the last row, if that was one of a flat export.
    last_exported: Option<TaskId>,
}

impl Shapes {
    /// Returns the task, or `None` for a further annotation of the task before: flat exports have a row for each.
    pub(super) fn task(&mut self, value: Value) -> Result<Option<Found>, String> {
        self.rows += 1;
        let row = self.rows;
        let Value::Object(fields) = value else {
            return Err(format!("expected a task, which is an object, found {}", describe(&value)));
        };
        let last_exported = self.last_exported.take();
        let task = if fields.get("data").is_some_and(Value::is_object) {
            nested(fields, row)?
        } else if is_export(&fields) {
            let task = exported(fields)?;
            self.last_exported = Some(task.id);
            if last_exported == self.last_exported {
                return Ok(None);
            }
            task
        } else {
            let id = TaskId::Row(row);
            Task { id, data: fields, annotations: Vec::new(), predictions: Vec::new() }
        };
        Ok(Some(Found { row, task }))
    }
}

/// Reads a task as Label Studio exports and imports it.
fn nested(mut fields: Map<String, Value>, row: u64) -> Result<Task, String> {
    let id = match fields.get("id") {
        None | Some(Value::Null) => TaskId::Row(row),
        Some(id) => TaskId::Id(task_id(id)?),
    };
    let annotations = list(&mut fields, "annotations")?
        .into_iter()
        .enumerate()
        .map(|(index, value)| annotation(value).map_err(|reason| format!("`annotations[{index}]`: {reason}")))
        .collect::<Result<_, _>>()?;
    let predictions = list(&mut fields, "predictions")?
        .into_iter()
        .enumerate()
        .map(|(index, value)| prediction(value).map_err(|reason| format!("`predictions[{index}]`: {reason}")))
        .collect::<Result<_, _>>()?;
    let data = match fields.remove("data") {
        Some(Value::Object(data)) => data,
        _ => Map::new(),
    };
    Ok(Task { id, data, annotations, predictions })
}

/// Returns whether these are the fields of one of Label Studio's flat exports.
fn is_export(fields: &Map<String, Value>) -> bool {
    fields.contains_key("id") && 2 <= EXPORT_MARKS.iter().filter(|mark| fields.contains_key(**mark)).count()
}

/// Reads a row of a flat export; where the export's own columns are empty, nobody has annotated the task yet.
fn exported(mut fields: Map<String, Value>) -> Result<Task, String> {
    let id = TaskId::Id(task_id(&fields["id"])?);
    let annotated = EXPORT_MARKS
        .iter()
        .filter_map(|mark| fields.get(*mark))
        .any(|value| !value.is_null() && value.as_str() != Some(""));
    fields.retain(|name, _| {
        name != "id" && !EXPORT_MARKS.contains(&&**name) && !EXPORT_TIMES.contains(&&**name)
    });
    // The answers stay columns like any other: which ones they are, only the labeling config knows.
    let annotations = Vec::from_iter(annotated.then(Annotation::default));
    Ok(Task { id, data: fields, annotations, predictions: Vec::new() })
}

fn task_id(value: &Value) -> Result<u64, String> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).ok_or_else(|| {
        format!("`id` is {value}, but the ids of Label Studio's tasks are whole numbers; rename it or leave it out")
    })
}

fn list(fields: &mut Map<String, Value>, name: &str) -> Result<Vec<Value>, String> {
    match fields.get_mut(name).map(Value::take) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => Ok(values),
        Some(other) => Err(format!("`{name}`: expected a list, found {}", describe(&other))),
    }
}

fn annotation(value: Value) -> Result<Annotation, String> {
    match value {
        // Some exports name annotations by id only; such a task is annotated all the same.
        Value::Number(id) => Ok(Annotation { id: id.as_u64(), ..Annotation::default() }),
        Value::Object(mut fields) => {
            let is_set = |name: &str| fields.get(name) == Some(&Value::Bool(true));
            let (was_cancelled, ground_truth) = (is_set("was_cancelled"), is_set("ground_truth"));
            let id = fields.get("id").and_then(Value::as_u64);
            let is_told = fields.get("result").is_some_and(|result| !result.is_null());
            let result = is_told.then(|| list(&mut fields, "result")).transpose()?;
            Ok(Annotation { id, result, was_cancelled, ground_truth })
        }
        other => Err(format!("expected an object, found {}", describe(&other))),
    }
}

fn prediction(value: Value) -> Result<StoredPrediction, String> {
    match value {
        // Label Studio's JSON export names predictions by id only.
        Value::Number(id) => {
            Ok(StoredPrediction { id: id.as_u64(), model_version: None, score: None, result: Vec::new() })
        }
        Value::Object(mut fields) => {
            let score = match fields.get("score") {
                None | Some(Value::Null) => None,
                Some(score) => Some(
                    score
                        .as_f64()
                        .ok_or_else(|| format!("`score`: expected a number, found {}", describe(score)))?,
                ),
            };
            Ok(StoredPrediction {
                id: fields.get("id").and_then(Value::as_u64),
                model_version: fields.get("model_version").and_then(Value::as_str).map(str::to_owned),
                score,
                result: list(&mut fields, "result")?,
            })
        }
        other => Err(format!("expected an object, found {}", describe(&other))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(input: Value, expect: Result<Task, &str>) {
        let found = Shapes { rows: 6, last_exported: None }.task(input);
        assert_eq!(found.map(|found| found.unwrap().task), expect.map_err(str::to_owned));
    }

    fn task(id: TaskId, data: &Value) -> Task {
        let data = data.as_object().unwrap().clone();
        Task { id, data, annotations: Vec::new(), predictions: Vec::new() }
    }

    #[test]
    fn plain_objects_are_rows_and_an_id_of_theirs_is_data() {
        for fields in
            [json!({"text": "a"}), json!({"id": 5, "text": "a"}), json!({"data": "b", "x": 1}), json!({})]
        {
            check(fields.clone(), Ok(task(TaskId::Row(7), &fields)));
        }
        let own = json!({"id": 5, "annotator": "me", "text": "a"});
        check(own.clone(), Ok(task(TaskId::Row(7), &own)));
    }

    #[test]
    fn a_label_studio_task_keeps_id_annotations_and_predictions() {
        let input = json!({
            "id": 12, "meta": {}, "data": {"b": 1, "a": 2}, "total_annotations": 2,
            "annotations": [
                {"id": 8, "result": [{"id": "x"}], "was_cancelled": false, "ground_truth": true},
                {"result": [], "was_cancelled": true},
                {"id": 9, "result": null},
                10,
            ],
            "predictions": [{"id": 3, "model_version": "v", "score": 0.5, "result": [{"id": "y"}]}, 44],
        });
        let mut expect = task(TaskId::Id(12), &json!({"b": 1, "a": 2}));
        expect.annotations = vec![
            Annotation {
                id: Some(8),
                result: Some(vec![json!({"id": "x"})]),
                ground_truth: true,
                ..Annotation::default()
            },
            Annotation { result: Some(Vec::new()), was_cancelled: true, ..Annotation::default() },
            Annotation { id: Some(9), ..Annotation::default() },
            Annotation { id: Some(10), ..Annotation::default() },
        ];
        expect.predictions = vec![
            StoredPrediction {
                id: Some(3),
                model_version: Some("v".to_owned()),
                score: Some(0.5),
                result: vec![json!({"id": "y"})],
            },
            StoredPrediction { id: Some(44), model_version: None, score: None, result: Vec::new() },
        ];
        check(input, Ok(expect));
    }

    #[test]
    fn an_import_without_ids_is_rows() {
        let input = json!({"id": null, "data": {"text": "a"}, "predictions": null});
        check(input, Ok(task(TaskId::Row(7), &json!({"text": "a"}))));
    }

    #[test]
    fn a_row_of_a_flat_export_is_an_annotated_task_without_the_exports_own_columns() {
        for id in [json!(12), json!("12")] {
            let input = json!({"annotation_id": 1, "annotator": 1, "created_at": "", "id": id, "lead_time": 2.5,
                "sentiment": "good", "text": "a", "updated_at": ""});
            let mut expect = task(TaskId::Id(12), &json!({"sentiment": "good", "text": "a"}));
            expect.annotations = vec![Annotation::default()];
            check(input, Ok(expect));
        }
    }

    #[test]
    fn a_row_of_a_flat_export_without_an_annotation_is_a_task_without_one() {
        for none in [json!(null), json!("")] {
            let input =
                json!({"annotation_id": none, "annotator": none, "id": 12, "lead_time": none, "text": "a"});
            check(input, Ok(task(TaskId::Id(12), &json!({"text": "a"}))));
        }
    }

    #[test]
    fn a_task_exported_once_for_each_annotation_comes_once() {
        let mut shapes = Shapes::default();
        let rows = [5, 5, 6, 6, 5].map(|id| {
            let found = shapes.task(json!({"id": id, "annotator": 1, "annotation_id": 1})).unwrap();
            found.map(|found| (found.row, found.task.id))
        });
        let [five, six] = [5, 6].map(TaskId::Id);
        assert_eq!(rows, [Some((1, five)), None, Some((3, six)), None, Some((5, five))]);
    }

    #[test]
    fn what_is_not_as_it_should_be_is_named() {
        check(json!(["a"]), Err("expected a task, which is an object, found a list"));
        let id = "`id` is \"a7\", but the ids of Label Studio's tasks are whole numbers; rename it or leave it out";
        check(json!({"id": "a7", "data": {}}), Err(id));
        check(json!({"data": {}, "annotations": {}}), Err("`annotations`: expected a list, found an object"));
        check(
            json!({"data": {}, "annotations": [null]}),
            Err("`annotations[0]`: expected an object, found null"),
        );
        let result = "`predictions[1]`: `result`: expected a list, found text `x`";
        check(json!({"data": {}, "predictions": [1, {"result": "x"}]}), Err(result));
        let score = "`predictions[0]`: `score`: expected a number, found text `high`";
        check(json!({"data": {}, "predictions": [{"score": "high"}]}), Err(score));
    }
}
