//! A prediction that a person approved, made ready to be posted: as it stands in the file, or not at all.

use serde_json::{Map, Value};

use crate::annotate::fingerprint::Fingerprint;
use crate::engine::ports::{Failure, FailureKind, Outcome};
use crate::label::config::LabelConfig;
use crate::label::prediction::{Labeled, Prediction, Region, Usage};
use crate::label::task::{StoredPrediction, Task};

/// What predictions are held against.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    /// Takes the place of the version in the file.
    pub version: Option<&'a str>,
    /// `None` where the project's config holds nothing that this tool knows.
    pub config: Option<LabelConfig>,
}

/// Returns the one prediction of a task, ready to be delivered.
pub(super) fn reviewed(mut task: Task, rules: &Rules<'_>) -> Outcome {
    match prediction(&mut task, rules) {
        Ok(prediction) => Outcome::Labeled {
            labeled: Labeled { task, prediction, unfilled: Vec::new() },
            usage: Usage::default(),
            cost: None,
            reused: false,
        },
        Err(reason) => Outcome::Failed {
            failure: Failure { task: task.id, kind: FailureKind::Data, reason },
            usage: Usage::default(),
            cost: None,
        },
    }
}

fn prediction(task: &mut Task, rules: &Rules<'_>) -> Result<Prediction, String> {
    if task.id.studio().is_none() {
        return Err(
            "it has no Label Studio id (`id` beside `data`), so there is nothing to post it to".to_owned()
        );
    }
    let Some(StoredPrediction { model_version, result, score, .. }) = task.predictions.pop() else {
        return Err("it has no prediction".to_owned());
    };
    let version = rules.version.map(str::to_owned).or(model_version).filter(|name| !name.is_empty());
    let model_version =
        version.ok_or("its prediction has no `model_version`; name one with `--model-version`")?;
    let controls = || rules.config.iter().flat_map(|config| &config.controls);
    // A person may find that there is nothing to mark; where nothing is marked at all, an empty list is a slip.
    if result.is_empty() && !controls().any(|control| control.head().marks_regions()) {
        return Err("its prediction has no regions".to_owned());
    }
    let origin = Fingerprint::of(&Value::Array(result.clone()));
    let regions = result.iter().enumerate().map(|(index, region)| {
        let region = read_region(region, origin, index)?;
        check_region(&region, task, rules)?;
        Ok(region)
    });
    Ok(Prediction { result: regions.collect::<Result<_, String>>()?, score, model_version })
}

/// Reads a region as it is; one without an id, as a person may have added, gets one by which it is found again.
fn read_region(region: &Value, origin: Fingerprint, index: usize) -> Result<Region, String> {
    let Value::Object(fields) = region else {
        return Err(format!(
            "region {} is no object; expected `from_name`, `to_name`, `type`, `value`",
            index + 1
        ));
    };
    let mut extra: Map<String, Value> = fields.clone();
    let mut text = |name: &str| match extra.shift_remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let (id, from_name, to_name, kind) = (text("id"), text("from_name"), text("to_name"), text("type"));
    let value = extra.shift_remove("value").unwrap_or_default();
    let score = extra.shift_remove("score").and_then(|score| score.as_f64());
    let id = if id.is_empty() && kind != "relation" { origin.region_id(&from_name, index) } else { id };
    Ok(Region { id, from_name, to_name, kind, value, score, extra })
}

/// Checks a region against the labeling config: Label Studio drops a wrong one without a word, or stores it where
/// nobody can see it, as it does with paths of nested Choices.
fn check_region(region: &Region, task: &Task, rules: &Rules<'_>) -> Result<(), String> {
    let controls = rules.config.iter().flat_map(|config| &config.controls);
    match controls.into_iter().find(|control| control.head().name == region.from_name) {
        Some(control) => {
            control.verify(&region.value, task).map_err(|reason| format!("`{}`: {reason}", region.from_name))
        }
        None => Ok(()),
    }
}
