//! The columns that filters and orderings may name.

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::world::{Task, written};

/// A column of the data manager.
#[derive(Debug, PartialEq)]
pub(super) enum Column {
    Id,
    InnerId,
    TotalAnnotations,
    TotalPredictions,
    CancelledAnnotations,
    IsLabeled,
    CompletedAt,
    CreatedAt,
    UpdatedAt,
    ModelVersions,
    PredictionResults,
    /// Filled for the project's own model version alone, and here for none.
    PredictionsScore,
    /// A field of the task's data; dots do not lead deeper.
    Field(String),
}

impl Column {
    /// Returns the column of this name, which stands after `filter:tasks:`.
    pub(super) fn named(name: &str) -> Result<Self, Refusal> {
        Ok(match name {
            "id" => Self::Id,
            "inner_id" => Self::InnerId,
            "total_annotations" => Self::TotalAnnotations,
            "total_predictions" => Self::TotalPredictions,
            "cancelled_annotations" => Self::CancelledAnnotations,
            "is_labeled" => Self::IsLabeled,
            "completed_at" => Self::CompletedAt,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "predictions_model_versions" => Self::ModelVersions,
            "predictions_results" => Self::PredictionResults,
            "predictions_score" => Self::PredictionsScore,
            name => match name.strip_prefix("data.") {
                Some(field) => Self::Field(field.to_owned()),
                None => return Err(unknown(name)),
            },
        })
    }

    /// Returns what a task has in this column; null if nothing.
    pub(super) fn value(&self, task: &Task) -> Value {
        match self {
            Self::Id => json!(task.id),
            Self::InnerId => json!(task.inner_id),
            Self::TotalAnnotations => json!(task.total_annotations()),
            Self::TotalPredictions => json!(task.total_predictions),
            Self::CancelledAnnotations => json!(task.cancelled_annotations()),
            Self::IsLabeled => json!(task.is_labeled()),
            Self::CompletedAt => task.completed_at(),
            Self::CreatedAt => json!(written(task.created_at)),
            Self::UpdatedAt => json!(written(task.updated_at)),
            Self::ModelVersions | Self::PredictionsScore => Value::Null,
            Self::PredictionResults => {
                let results: Vec<&Value> =
                    task.predictions.iter().map(|prediction| &prediction.result).collect();
                json!(json!(results).to_string())
            }
            Self::Field(name) => task.data.get(name).cloned().unwrap_or_default(),
        }
    }
}

fn unknown(name: &str) -> Refusal {
    if name.contains("__") {
        let text = format!(
            "\"__\" is not generally allowed in filters. Consider asking your administrator to add \"{name}\" to DATA_MANAGER_FILTER_ALLOWLIST, but note that some filter expressions may pose a security risk"
        );
        return Refusal::invalid("non_field_errors", &json!([text]));
    }
    Refusal::new(
        500,
        &format!("Cannot resolve keyword '{name}' into field. Choices are: annotations, data, id"),
    )
}
