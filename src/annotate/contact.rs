//! Whether the model's server answers at all: when it does not, no further task can succeed.

use std::sync::{Mutex, PoisonError};

use reqwest::StatusCode;

use crate::engine::ports::Error;
use crate::http::transport::SendError;
use crate::llm::client::AskError;

/// Tasks in a row that heard nothing at all, after which a server that has answered before is given up.
const MOST_SILENT: u32 = 10;

/// Tasks in a row on which the server failed before it ever answered one.
const MOST_FAILED: u32 = 10;

/// The same for a server that has answered before: it may break on some tasks, and they may stand side by side.
const MOST_FAILED_LATER: u32 = 50;

/// What was heard of the server so far; shared by all tasks.
#[derive(Debug, Default)]
pub struct Contact(Mutex<Heard>);

/// Why no further task can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// The server is not there, or only fails.
    Silence,
    /// It refuses for its rate limit, after all the waiting that is allowed.
    RateLimit,
    /// It asks to wait longer than allowed, for another reason.
    Outage,
}

#[derive(Debug, Default)]
struct Heard {
    /// Whether any task was answered, if only with a refusal of its own.
    answer: bool,
    /// Questions since then whose attempts ran out, or whose replies could not be read.
    failed: u32,
    /// The last of these, to which there was no reply of any kind.
    silent: u32,
}

impl Contact {
    /// Notes that the server answered.
    pub(super) fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Heard { answer: true, failed: 0, silent: 0 };
    }

    /// Notes why a task got no completion; returns why going on is of no use, where it is of none.
    ///
    /// A server that nobody could reach yet is not there. One that was may have lost a task or two. One that still
    /// refuses for its rate limit after all the waiting that is allowed, or asks to wait longer, would refuse every
    /// other task as well.
    pub(super) fn loss(&self, error: &AskError) -> Option<Loss> {
        let is_silent = match error {
            AskError::Send(error) => match error {
                SendError::GaveUp { status: Some(StatusCode::TOO_MANY_REQUESTS), .. }
                | SendError::WaitTooLong { status: StatusCode::TOO_MANY_REQUESTS, .. } => {
                    return Some(Loss::RateLimit);
                }
                SendError::WaitTooLong { .. } => return Some(Loss::Outage),
                SendError::GaveUp { status, .. } => self.failed(status.is_none()),
                SendError::Unreachable { .. } | SendError::Unknown { .. } => self.failed(true),
                SendError::Unaffordable { .. } | SendError::Stopped => false,
                SendError::Rejected { .. } | SendError::Aborted { .. } => {
                    self.answered();
                    false
                }
            },
            // Something that is no completion, such as a web page, comes from no model, unless one was there before.
            AskError::Decode(_) => self.failed(!self.has_answered()),
            AskError::Encode(_) => false,
        };
        is_silent.then_some(Loss::Silence)
    }

    fn has_answered(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answer
    }

    fn failed(&self, is_silent: bool) -> bool {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.failed += 1;
        heard.silent = if is_silent { heard.silent + 1 } else { 0 };
        let (most_silent, most_failed) =
            if heard.answer { (MOST_SILENT, MOST_FAILED_LATER) } else { (1, MOST_FAILED) };
        most_silent <= heard.silent || most_failed <= heard.failed
    }
}

impl Loss {
    /// Says what happened, with the last task's own trouble, and what to do.
    pub(super) fn explain(self, error: &AskError) -> Error {
        let (what, advice) = match self {
            Self::Silence => (
                "gives no answers",
                "check that the server is up, and its address, which for most OpenAI-compatible ones ends in `/v1`",
            ),
            Self::RateLimit => {
                ("refuses requests for its rate limit", "try again later, or with a lower `--rpm` or `--tpm`")
            }
            Self::Outage => ("is out of service", "the same command later goes on where this run ended"),
        };
        Error::Provider {
            message: format!("the model's server {what}, so the run ends here: {error}"),
            advice: Some(advice.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::provider::DecodeError;

    fn gave_up(status: Option<u16>) -> AskError {
        let status = status.map(|status| StatusCode::from_u16(status).unwrap());
        SendError::GaveUp { attempts: 7, message: String::new(), status }.into()
    }

    fn too_long(status: u16) -> AskError {
        let status = StatusCode::from_u16(status).unwrap();
        SendError::WaitTooLong { status, message: String::new() }.into()
    }

    /// Notes one after the other what came of tasks: `+` an answer, `-` none, `!` a failure, `?` what cannot be read,
    /// `w` a rate limit, `o` too long a wait, `x` a stop; expects after how many of them the server is lost.
    fn check(heard: &str, expect: Option<usize>) {
        let contact = Contact::default();
        let lost = heard.chars().position(|sign| {
            let error = match sign {
                '+' => {
                    contact.answered();
                    return false;
                }
                '-' => gave_up(None),
                '!' => gave_up(Some(503)),
                '?' => DecodeError::NotJson(String::new()).into(),
                'w' => gave_up(Some(429)),
                'o' => too_long(503),
                _ => SendError::Stopped.into(),
            };
            let loss = contact.loss(&error);
            let expect = match sign {
                'w' => Loss::RateLimit,
                'o' => Loss::Outage,
                _ => Loss::Silence,
            };
            assert!(loss.is_none_or(|loss| loss == expect), "{heard}: {loss:?}");
            loss.is_some()
        });
        assert_eq!(lost.map(|index| index + 1), expect, "{heard}");
    }

    #[test]
    fn a_server_that_nobody_reaches_is_lost_at_once_or_after_ten_tasks() {
        check("-", Some(1));
        check("x-", Some(2));
        check("!-", Some(2));
        check("+---------+---------", None);
        check("+----------", Some(11));
        check("+---------!----------", Some(21));
        check("++w", Some(3));
        check("++o", Some(3));
        assert_eq!(Contact::default().loss(&too_long(429)), Some(Loss::RateLimit));
    }

    #[test]
    fn a_server_that_only_fails_is_lost_after_more_tasks_if_it_has_answered_before() {
        check("!!!!!!!!!!", Some(10));
        check("!!!!!!!!!+!!!!!!!!!!", None);
        check(&format!("+{}", "!".repeat(60)), Some(51));
        check("?", Some(1));
        check(&format!("+{}", "?".repeat(60)), Some(51));
    }
}
