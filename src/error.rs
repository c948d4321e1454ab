//! Every way a command can end badly, with its exit code and what to do about it.

use std::io;

use crate::engine::ports;
use crate::journal::JournalError;
use crate::label::config::ConfigError;
use crate::progress::text::{plural, thousands};
use crate::prompt::wrap::PromptError;
use crate::settings::SettingsError;

/// Why a command did not do all it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Flags, variables or the settings file.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The labeling config.
    #[error("the labeling config ({origin}) cannot be used: {source}")]
    LabelConfig { origin: String, source: ConfigError },
    /// The prompt or the system message.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// What was paid for cannot be kept.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// An input, Label Studio, the provider, a file: whatever ended a run.
    #[error("{source}")]
    Run { source: ports::Error, hint: Option<String> },
    /// The run went through, but not every task got a prediction.
    #[error("{} of {} got no prediction", thousands(*failed), plural(*selected, "task"))]
    SomeFailed { failed: u64, selected: u64, hint: &'static str },
    /// `check` found something.
    #[error("{faults} not ready")]
    NotReady { faults: String, exit_code: u8 },
    /// Ctrl-C or a signal.
    #[error("interrupted")]
    Interrupted { hint: String },
    /// Something the program could not foresee.
    #[error("{action}: {source}")]
    Io { action: String, source: io::Error },
}

/// What a shell or a scheduler is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Every selected task delivered, or nothing to do.
    Success = 0,
    /// A bug or an unforeseen I/O error.
    Unforeseen = 1,
    /// Wrong usage; clap's own code.
    Usage = 2,
    /// Bad settings, labeling config, prompt or input file.
    Input = 3,
    /// Finished, but some tasks got no prediction.
    SomeFailed = 4,
    /// Label Studio refused us or cannot be reached.
    Studio = 5,
    /// The provider refused us or cannot be reached.
    Provider = 6,
    /// The budget ended the run.
    Budget = 8,
    /// Another run holds the journal; nothing was done.
    Locked = 9,
    /// Interrupted.
    Interrupted = 130,
}

impl From<ports::Error> for Error {
    fn from(source: ports::Error) -> Self {
        Self::Run { source, hint: None }
    }
}

impl Error {
    /// Adds advice to what ended a run, by what it was.
    #[must_use]
    pub fn advised(self, advice: impl FnOnce(&ports::Error) -> Option<String>) -> Self {
        match self {
            Self::Run { source, hint: None } => Self::Run { hint: advice(&source), source },
            other => other,
        }
    }

    /// Returns the exit code of this ending.
    pub fn exit_code(&self) -> u8 {
        let code = match self {
            Self::Journal(JournalError::Locked { .. }) => ExitCode::Locked,
            Self::Settings(_) | Self::LabelConfig { .. } | Self::Prompt(_) | Self::Journal(_) => {
                ExitCode::Input
            }
            Self::Run { source, .. } => match source {
                ports::Error::Input(_) => ExitCode::Input,
                ports::Error::Studio { .. } => ExitCode::Studio,
                ports::Error::Provider { .. } => ExitCode::Provider,
                ports::Error::Budget { .. } => ExitCode::Budget,
                ports::Error::Journal(_) | ports::Error::Io(_) => ExitCode::Unforeseen,
                ports::Error::Closed => ExitCode::Success,
            },
            Self::SomeFailed { .. } => ExitCode::SomeFailed,
            Self::NotReady { exit_code, .. } => return *exit_code,
            Self::Interrupted { .. } => ExitCode::Interrupted,
            Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => ExitCode::Success,
            Self::Io { .. } => ExitCode::Unforeseen,
        };
        code as u8
    }

    /// Returns what to do about it, where there is more to say than the message does.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Settings(error) => error.hint.clone(),
            Self::LabelConfig { .. } => {
                Some("in Label Studio it stands under Settings > Labeling Interface > Code".to_owned())
            }
            Self::Journal(error) => Some(error.advice().to_owned()),
            Self::SomeFailed { hint, .. } => Some(format!("the reasons are listed above; {hint}")),
            Self::Run { source, hint } => {
                let parts: Vec<&str> = source.advice().into_iter().chain(hint.as_deref()).collect();
                (!parts.is_empty()).then(|| parts.join("; "))
            }
            Self::Interrupted { hint } => Some(hint.clone()),
            Self::Prompt(_) | Self::NotReady { .. } | Self::Io { .. } => None,
        }
    }

    /// Returns whether nobody is left to read what we say: the reader of a pipe went away.
    pub fn is_closed_pipe(&self) -> bool {
        self.exit_code() == ExitCode::Success as u8
    }
}

/// Returns an error and its causes on one line, each cause once.
pub fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        let words = source.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = source.source();
    }
    text
}
