//! The form a model fills: the chosen controls of a labeling config, asked and read together.

use std::sync::Arc;

use serde_json::Value;

use super::config::{ConfigError, LabelConfig};
use super::control::{Control, Label};
use super::object::Object;
use super::prediction::Unfilled;
use super::task::Task;

/// Which controls to fill.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Names; `None` for all but the prompt control.
    pub controls: Option<Vec<String>>,
    /// Which `TextArea` holds the prompt: exact name, else the first whose lower-cased name starts so.
    pub prompt_prefix: String,
    /// Which `TextArea` takes a text answer; `None` for the first on the input object that is not the prompt.
    pub response_prefix: Option<String>,
}

/// The controls a model fills, and the ones it does not.
#[derive(Debug, Clone)]
pub struct Form {
    /// What the model fills, in document order; never empty.
    pub controls: Vec<Arc<dyn Control>>,
    /// The `TextArea` that shows annotators the prompt.
    pub prompt: Option<Arc<dyn Control>>,
    /// The object the first control labels: what `{text}` means where the data has no such field.
    pub input: Arc<dyn Object>,
    /// Index into `controls` of the `TextArea` that takes a text answer.
    pub response: Option<usize>,
    /// Index into `controls` of the first `Choices`-like control, which a text answer is matched to.
    pub choices: Option<usize>,
    /// What a person should know: skipped tags and why, one line each.
    pub notices: Vec<String>,
}

/// What all controls got.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filled {
    /// Index into [`Form::controls`] and the value object of a region, in the order of the controls.
    pub values: Vec<(usize, Value)>,
    pub unfilled: Vec<Unfilled>,
}

impl Form {
    /// Chooses the controls; an error says why nothing could be filled, or which name does not exist.
    pub fn new(config: &LabelConfig, wanted: &Wanted) -> Result<Self, ConfigError> {
        let _ = (config, wanted);
        Err(ConfigError::Unusable("not written yet".to_owned()))
    }

    /// Returns the JSON schema of the whole answer: an object whose keys are the control names.
    pub fn schema(&self, task: &Task) -> Result<Value, String> {
        let _ = task;
        Err("not written yet".to_owned())
    }

    /// Reads the JSON answers of all responses to one request; `answers` is never empty.
    pub fn read(&self, answers: &[Value], task: &Task) -> Filled {
        let _ = (answers, task);
        Filled::default()
    }

    /// Reads plain-text replies into the response `TextArea` and the first `Choices`; other controls stay empty.
    pub fn read_text(&self, replies: &[String], task: &Task) -> Filled {
        let _ = (replies, task);
        Filled::default()
    }

    /// Returns the labels of the control of this name, or of the first control that has any.
    pub fn labels(&self, control: Option<&str>, task: &Task) -> Vec<Label> {
        let _ = (control, task);
        Vec::new()
    }
}
