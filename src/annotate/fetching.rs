//! What tasks refer to: texts are fetched before a request is made, images and documents before it is sent.

use std::borrow::Cow;

use super::annotator::{Annotator, Answerer};
use super::pieces::Requests;
use super::question::Miss;
use crate::engine::ports::{Error, FailureKind};
use crate::label::task::Task;
use crate::llm::chat::{Bill, ChatRequest};
use crate::media::MediaError;
use crate::studio::error::StudioError;

impl Annotator {
    /// Returns what is asked about a task, with the texts that it keeps elsewhere; images and documents stay addresses.
    /// The error says what the task lacks.
    pub async fn prepared(&self, task: &Task) -> Result<Requests, String> {
        let shown = self.media.shown(&self.form, task).await.map_err(|error| error.to_string())?;
        self.requests(shown.as_ref().unwrap_or(task))
    }

    /// Returns the requests for a task as they are sent.
    pub async fn sendable(&self, task: &Task) -> Result<Vec<ChatRequest>, String> {
        let mut sendable = Vec::new();
        for request in self.prepared(task).await?.sent() {
            let loaded = match &self.answerer {
                Answerer::Keyword => Ok(Cow::Borrowed(request)),
                Answerer::Model(_) => self.media.load(request, task.id).await,
            };
            sendable.push(loaded.map_err(|error| error.to_string())?.into_owned());
        }
        Ok(sendable)
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
