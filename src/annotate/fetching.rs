//! What tasks refer to: texts are fetched before a request is made, images and documents before it is sent.

use super::annotator::{Annotator, Answerer};
use crate::engine::ports::{Error, Failure, FailureKind, Outcome};
use crate::label::prediction::Usage;
use crate::label::task::{Task, TaskId};
use crate::llm::chat::ChatRequest;
use crate::media::MediaError;
use crate::studio::error::StudioError;

impl Annotator {
    /// Returns the request for a task, with the texts that it keeps elsewhere; images and documents stay addresses.
    /// The error says what the task lacks.
    pub async fn prepared(&self, task: &Task) -> Result<ChatRequest, String> {
        let shown = self.media.shown(&self.form, task).await.map_err(|error| error.to_string())?;
        self.request(shown.as_ref().unwrap_or(task))
    }

    /// Returns the request for a task as it is sent.
    pub async fn sendable(&self, task: &Task) -> Result<ChatRequest, String> {
        let request = self.prepared(task).await?;
        match &self.answerer {
            Answerer::Keyword => Ok(request),
            Answerer::Model(_) => match self.media.load(&request, task.id).await {
                Ok(loaded) => Ok(loaded.into_owned()),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

/// Returns what becomes of a task whose files cannot be had.
pub(super) fn unfetched(task: TaskId, error: MediaError) -> Outcome {
    let failed = |kind, reason| Outcome::Failed {
        failure: Failure { task, kind, reason },
        usage: Usage::default(),
        cost: None,
    };
    match error {
        MediaError::Unusable(reason) => failed(FailureKind::Data, reason),
        MediaError::Unreachable(reason) => failed(FailureKind::Unreachable, reason),
        MediaError::Stopped | MediaError::Lost(StudioError::Stopped) => {
            Outcome::Stopped { usage: Usage::default(), cost: None }
        }
        MediaError::Lost(error) => Outcome::Fatal {
            error: Error::Studio { message: error.to_string(), advice: error.advice() },
            usage: Usage::default(),
            cost: None,
        },
    }
}
