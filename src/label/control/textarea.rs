//! `TextArea`: text of the model's own.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::{Control, Head, Reading, compare, example, vote, wrapper};
use crate::label::task::Task;
use crate::label::text;
use crate::label::thinking::Spoken;

#[derive(Debug)]
struct TextArea {
    head: Head,
}

#[expect(clippy::unnecessary_wraps, reason = "the table of control tags wants one signature")]
pub(super) fn parse(_node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    Ok(Arc::new(TextArea { head }))
}

impl Control for TextArea {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, _task: &Task) -> Result<Value, String> {
        Ok(json!({"type": "string"}))
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        let written = |entry: &Value| match wrapper::unwrap(entry, &self.head) {
            Value::Null => Ok(String::new()),
            object @ Value::Object(_) => Err(format!("expected text, found {}", text::describe(object))),
            other => Ok(text::plain(other).unwrap_or_default()),
        };
        let texts: Result<Vec<String>, String> = match wrapper::unwrap(answer, &self.head) {
            inner if wrapper::is_blank(inner) => return wrapper::blank(&self.head),
            Value::Array(entries) => entries.iter().map(written).collect(),
            single => written(single).map(|text| vec![text]),
        };
        match texts {
            Ok(texts) => reading(&texts),
            Err(problem) => Reading::problem(problem),
        }
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn read_text(&self, reply: &str, _task: &Task) -> Reading {
        reading(&[Spoken::new(reply).into_plain_text().trim_start().to_owned()])
    }

    fn combine(&self, readings: Vec<Reading>) -> Reading {
        let texts = readings.iter().flat_map(|reading| &reading.drafts);
        let texts: Vec<Value> =
            texts.filter_map(|draft| draft.value["text"].as_array()).flatten().cloned().collect();
        if texts.is_empty() { vote::first(readings) } else { Reading::value(json!({"text": texts})) }
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        match example::content(regions, "text") {
            None => example::empty(&self.head, json!("")),
            Some(Value::Array(texts)) if 1 < texts.len() => {
                Err(format!("it holds {} texts, an answer holds one", texts.len()))
            }
            Some(stored) => {
                let text = wrapper::single(stored).clone();
                let list = json!([text]);
                example::confirmed(self, text, &list, task)
            }
        }
    }

    /// 1 less the edit distance, see [`compare::wording`]; several texts count as one of many lines.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        let written = |value: &Value| text::plain(&value["text"]).unwrap_or_default();
        compare::last(gold, predicted, |gold, predicted| {
            compare::wording(&written(gold), &written(predicted))
        })
    }

    fn canonical(&self) -> String {
        self.head.canonical(&Value::Null)
    }
}

/// Keeps what is not blank. Label Studio does not hold predictions to `maxSubmissions`: several responses are there
/// to choose from.
fn reading(texts: &[String]) -> Reading {
    let texts: Vec<String> = texts.iter().map(|written| text::clean(written).trim_end().to_owned()).collect();
    let texts: Vec<String> = texts.into_iter().filter(|written| !written.is_empty()).collect();
    if texts.is_empty() {
        Reading::problem("the answer is an empty text")
    } else {
        Reading::value(json!({"text": texts}))
    }
}
