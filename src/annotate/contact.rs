//! Whether the model's server answers at all: when it does not, no further task can succeed.

use std::sync::{Mutex, PoisonError};

use reqwest::StatusCode;

use crate::http::transport::SendError;
use crate::llm::client::AskError;

/// Tasks in a row that got no answer, after which a server that has answered before is given up.
const MOST_SILENT: u32 = 10;

/// What was heard of the server so far; shared by all tasks.
#[derive(Debug, Default)]
pub struct Contact(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    anything: bool,
    /// Tasks without an answer since the last one with any.
    silent: u32,
}

impl Contact {
    /// Notes that the server answered.
    pub(super) fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Heard { anything: true, silent: 0 };
    }

    /// Notes why a task got no completion; returns whether going on is of no use.
    ///
    /// A server that nobody could reach yet is not there. One that was may have lost a task or two. One that still
    /// refuses for its rate limit after all the waiting that is allowed would refuse every other task as well.
    pub(super) fn is_lost(&self, error: &AskError) -> bool {
        match error {
            AskError::Send(SendError::GaveUp { status: None, .. } | SendError::Unknown { .. }) => {
                let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                heard.silent += 1;
                !heard.anything || MOST_SILENT <= heard.silent
            }
            AskError::Send(SendError::GaveUp { status: Some(StatusCode::TOO_MANY_REQUESTS), .. }) => true,
            AskError::Send(SendError::Stopped) | AskError::Encode(_) => false,
            AskError::Send(
                SendError::GaveUp { .. } | SendError::Rejected { .. } | SendError::Aborted { .. },
            )
            | AskError::Decode(_) => {
                self.answered();
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gave_up(status: Option<u16>) -> AskError {
        let status = status.map(|status| StatusCode::from_u16(status).unwrap());
        SendError::GaveUp { attempts: 7, message: String::new(), status }.into()
    }

    /// Notes one after the other what came of tasks: `+` an answer, `-` none, `!` a failure, `w` a rate limit, `x` a
    /// stop; expects after how many of them the server is lost.
    fn check(heard: &str, expect: Option<usize>) {
        let contact = Contact::default();
        let lost = heard.chars().position(|sign| match sign {
            '+' => {
                contact.answered();
                false
            }
            '-' => contact.is_lost(&gave_up(None)),
            '!' => contact.is_lost(&gave_up(Some(503))),
            'w' => contact.is_lost(&gave_up(Some(429))),
            _ => contact.is_lost(&SendError::Stopped.into()),
        });
        assert_eq!(lost.map(|index| index + 1), expect, "{heard}");
    }

    #[test]
    fn a_server_that_never_answered_is_lost_at_once_and_another_after_ten_tasks() {
        check("-", Some(1));
        check("x-", Some(2));
        check("+---------+---------", None);
        check("+----------", Some(11));
        check("!---------", None);
        check("!!!!!!!!!!!!!!!!!!!!", None);
        check("+---------!----------", Some(21));
        check("++w", Some(3));
    }
}
