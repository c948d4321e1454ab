//! Predictions as one JSON array of tasks, which Label Studio imports as it is.

use serde::Serialize;
use serde_json::{Map, Value};

use super::layout::{Format, Layout, Punctuation};
use crate::label::prediction::{Labeled, Region};

/// One array, a line for each task.
pub(super) const FORMAT: Format = Format { extensions: &["json"], layout: |_| Box::new(Json) };

struct Json;

/// A task in the form Label Studio imports, see <https://labelstud.io/guide/predictions>.
#[derive(Serialize)]
struct ImportTask<'a> {
    /// Label Studio ignores it when importing; it is there for those who read the file, and for posting it later.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    data: &'a Map<String, Value>,
    predictions: [ImportPrediction<'a>; 1],
}

#[derive(Serialize)]
struct ImportPrediction<'a> {
    model_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    result: &'a [Region],
}

impl Layout for Json {
    fn head(&mut self, _first: Option<&Labeled>) -> Vec<u8> {
        b"[".to_vec()
    }

    fn item(&mut self, labeled: &Labeled) -> Vec<u8> {
        task(labeled)
    }

    fn punctuation(&self) -> Punctuation {
        Punctuation { before_first: "\n", between: ",\n", close: "\n]\n" }
    }
}

/// Returns a task with its prediction as one line, without its end.
pub(super) fn task(labeled: &Labeled) -> Vec<u8> {
    let prediction = &labeled.prediction;
    let task = ImportTask {
        id: labeled.task.id.studio(),
        data: &labeled.task.data,
        predictions: [ImportPrediction {
            model_version: &prediction.model_version,
            score: prediction.score.filter(|score| score.is_finite()),
            result: &prediction.result,
        }],
    };
    serde_json::to_vec(&task).expect("a task consists of JSON values")
}
