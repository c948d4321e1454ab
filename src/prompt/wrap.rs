//! The whole prompt of a run: system message, template or wrapped text, and what a task makes of it.

use crate::label::form::Form;
use crate::label::task::Task;
use crate::llm::chat::Message;

/// The texts a user gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptTexts {
    /// The prompt itself (`--prompt`).
    pub prompt: String,
    /// What an error calls it: a file name or a variable.
    pub origin: String,
    /// `--system`, with its origin.
    pub system: Option<(String, String)>,
    /// `PROMPT_TEMPLATE`: wraps a prompt that names no data field.
    pub wrapper: Option<String>,
    /// `USE_INTERNAL_PROMPT_TEMPLATE`: always wrap, never wrap, or by what the prompt names.
    pub wrap: Option<bool>,
}

/// A prompt that was checked against the labeling config and a first task.
#[derive(Debug, Clone)]
pub struct Prompt {}

/// What is wrong with a prompt, with line and column where there are any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {message}")]
pub struct PromptError {
    pub origin: String,
    pub message: String,
}

impl Prompt {
    /// Parses the texts and decides on wrapping; names are checked against the first task's fields.
    pub fn new(texts: &PromptTexts, form: &Form, first: &Task) -> Result<Self, PromptError> {
        let _ = (form, first);
        Err(PromptError { origin: texts.origin.clone(), message: "not written yet".to_owned() })
    }

    /// Returns the messages for a task; the error says which field it lacks.
    pub fn messages(&self, form: &Form, task: &Task) -> Result<Vec<Message>, String> {
        let _ = (form, task);
        Err("not written yet".to_owned())
    }

    /// Returns the prompt as the user wrote it, for the prompt control.
    pub fn text(&self) -> &str {
        ""
    }

    /// Returns all texts that decide what is asked, for the model version.
    pub fn canonical(&self) -> String {
        String::new()
    }

    /// Returns what a person should know, such as that the prompt was wrapped; one line each.
    pub fn notices(&self) -> &[String] {
        &[]
    }
}
