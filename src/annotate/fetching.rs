//! What tasks refer to: texts are fetched before a request is made, images and documents before it is sent.

use super::annotator::{Annotator, Answerer};
use super::question::Miss;
use crate::engine::ports::{Error, FailureKind};
use crate::label::task::Task;
use crate::llm::chat::{Bill, ChatRequest};
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

impl From<MediaError> for Miss {
    /// A question whose files cannot be had is not asked.
    fn from(error: MediaError) -> Self {
        let bill = Bill::default();
        match error {
            MediaError::Unusable(reason) => Self::unasked(FailureKind::Data, reason),
            MediaError::Unreachable(reason) => Self::unasked(FailureKind::Unreachable, reason),
            MediaError::Stopped | MediaError::Lost(StudioError::Stopped) => Self::Stopped(bill),
            MediaError::Lost(error) => {
                let error = Error::Studio { message: error.to_string(), advice: error.advice() };
                Self::Fatal { error, bill }
            }
        }
    }
}
