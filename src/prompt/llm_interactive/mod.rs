//! Renders prompts as Label Studio's `llm_interactive` example does, for people who move over from it: the prompt is a
//! Python format string over the task's data and `labels`, or is wrapped as a whole.
//!
//! See `label_studio_ml/examples/llm_interactive/model.py` of <https://github.com/HumanSignal/label-studio-ml-backend>.
//! Where the example fails or sends the word `None`, a task fails with the reason.

mod format;
mod python;

use serde_json::{Map, Value};

use self::format::{Fault, Format, Piece};
use super::names::{PromptError, listed};
use super::template::Position;
use super::wrap::PromptTexts;
use crate::label::form::Form;
use crate::label::object::Content;
use crate::label::task::Task;

/// Wraps a prompt where the user gives no wrapper.
const DEFAULT_WRAPPER: &str = "**Source Text**:\n\n\"{text}\"\n\n**Task Directive**:\n\n\"{prompt}\"";

/// A prompt as the example takes it.
#[derive(Debug, Clone)]
pub(super) struct Rendering {
    format: Format,
    /// The prompt to put into the wrapper; `None` where it is itself the format string.
    wrapped: Option<String>,
}

impl Rendering {
    /// Parses the prompt, or the wrapper; its names are checked against the first task.
    pub(super) fn new(texts: &PromptTexts, form: &Form, first: &Task) -> Result<Self, PromptError> {
        let is_wrapped = texts.wrap.unwrap_or(true);
        let (text, origin) = match (is_wrapped, texts.wrapper.as_deref()) {
            (true, wrapper) => (wrapper.unwrap_or(DEFAULT_WRAPPER), "PROMPT_TEMPLATE"),
            (false, _) => (texts.prompt.as_str(), texts.origin.as_str()),
        };
        let error = |position: Option<Position>, message: String| PromptError {
            origin: origin.to_owned(),
            position,
            message,
        };
        let format =
            format::parse(text).map_err(|Fault { position, message }| error(Some(position), message))?;
        let rendering = Self { format, wrapped: is_wrapped.then(|| texts.prompt.clone()) };
        let values = rendering.values(form, first).map_err(|reason| error(None, reason))?;
        for piece in &rendering.format {
            if let Piece::Field(field) = piece {
                field.value(&values).map_err(|reason| {
                    let names: Vec<String> = values.keys().cloned().collect();
                    error(Some(field.position), format!("{reason}; there are {}", listed(&names)))
                })?;
            }
        }
        Ok(rendering)
    }

    /// Returns the one message for a task; the error says what the task lacks.
    pub(super) fn message(&self, form: &Form, task: &Task) -> Result<String, String> {
        format::format(&self.format, &self.values(form, task)?)
    }

    /// Returns what names stand for: three in a wrapper, else the labels and the fields of the task.
    fn values(&self, form: &Form, task: &Task) -> Result<Map<String, Value>, String> {
        let labels =
            form.labels(None, task).into_iter().map(|label| label.alias.unwrap_or(label.value).into());
        let labels = match form.choices {
            Some(_) => Value::Array(labels.collect()),
            None => Value::Null,
        };
        let Some(prompt) = &self.wrapped else {
            let mut values = task.data.clone();
            values.entry("labels").or_insert(labels);
            return Ok(values);
        };
        let names = [("text", source(form, task)?), ("prompt", prompt.clone().into()), ("labels", labels)];
        Ok(names.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
    }
}

/// Returns what the input object shows: paragraphs as JSON with all their keys, text as it is.
fn source(form: &Form, task: &Task) -> Result<Value, String> {
    let field = form.input.field().map(|name| super::template::lookup(&task.data, name));
    match (form.input.content(task)?, field) {
        (Content::Text(text), _) => Ok(Value::String(text)),
        (Content::Turns(_), Some(crate::label::path::Lookup::Found(value))) => {
            Ok(Value::String(python::dumps(value)))
        }
        (Content::Turns(_), _) => Err("the conversation is no field of the task".to_owned()),
        (Content::Images(_), _) => Err("the example reads images by OCR, which is not done here; leave \
                                        `--profile` out to show them to the model"
            .to_owned()),
        (Content::Document(_), _) => {
            Err("the example reads no PDF files; leave `--profile` out to show them to the model".to_owned())
        }
    }
}
