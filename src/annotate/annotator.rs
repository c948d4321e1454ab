//! The annotator: what `run`, `preview` and later commands share to label a task.

use std::sync::Arc;

use super::keyword::Keyword;
use crate::engine::ports::Outcome;
use crate::label::form::Form;
use crate::label::task::Task;
use crate::llm::chat::{ChatRequest, Parameters};
use crate::llm::client::Client;
use crate::prompt::wrap::Prompt;

/// Who answers.
#[derive(Debug)]
pub enum Answerer {
    /// A language model behind an endpoint.
    Model(Box<Client>),
    /// No model: counts label words.
    Keyword(Keyword),
}

/// How an answer is asked for (`--answer`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnswerMode {
    /// A schema where the endpoint takes one, else the next rung of the ladder.
    #[default]
    Auto,
    /// One JSON object with every chosen control; no falling back to plain text.
    Schema,
    /// The reply's text fills the response `TextArea` and the first `Choices`.
    Text,
}

/// Turns tasks into predictions.
#[derive(Debug)]
pub struct Annotator {
    pub form: Arc<Form>,
    pub prompt: Prompt,
    pub answerer: Answerer,
    pub model: String,
    pub parameters: Parameters,
    pub mode: AnswerMode,
    /// Never empty.
    pub model_version: String,
}

impl Annotator {
    /// Returns the request for a task; the error says what the task lacks.
    pub fn request(&self, task: &Task) -> Result<ChatRequest, String> {
        let _ = task;
        Err("not written yet".to_owned())
    }

    /// Labels one task.
    pub async fn annotate(&self, task: Task) -> Outcome {
        drop(task);
        Outcome::Stopped
    }
}
