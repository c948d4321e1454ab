//! Asks a model about one task, and once more or twice where the answer is of no use.

use std::borrow::Cow;
use std::mem::discriminant;

use super::annotator::{Annotator, Answerer};
use super::answers::{Remedy, Trouble};
use super::question::Sheet;
use crate::engine::ports::{Error, FailureKind};
use crate::http::transport::SendError;
use crate::label::form::Filled;
use crate::llm::chat::{Bill, ChatRequest, Completion, Parameters};
use crate::llm::client::{AskError, Client, Paid, RawReply, Unanswered};
use crate::llm::provider::DecodeError;
use crate::llm::refusal::TOKEN_LIMITS;
use crate::prompt::correction::{BadAnswer, corrected};

/// Most further questions about a task: who gave no use of three answers rarely gives one of the fourth, and each is
/// paid for.
const MOST_FURTHER: usize = 2;

/// What a token limit is multiplied by where an answer did not fit.
const RAISE: u64 = 4;

/// The token limit that is tried where the server's own cut an answer off.
const LARGE: u64 = 16_384;

/// What asking came to, and everything that was paid.
#[derive(Debug)]
pub(super) struct Upshot {
    pub ending: Ending,
    pub bill: Bill,
    /// Replies that were paid for and of no use.
    pub useless: Vec<RawReply>,
}

/// How asking ended.
#[derive(Debug)]
pub(super) enum Ending {
    Answered {
        filled: Filled,
        /// What it was read from.
        replies: Vec<RawReply>,
    },
    /// `is_final` where every question that was worth asking was answered.
    Failed {
        trouble: Trouble,
        is_final: bool,
    },
    /// Nothing more can succeed; `trouble` is with the answer before that.
    Fatal {
        error: Error,
        trouble: Option<Box<Trouble>>,
    },
    Stopped,
}

/// The questions about one task.
struct Inquiry<'a> {
    annotator: &'a Annotator,
    client: &'a Client,
    sheet: Sheet<'a>,
    bill: Bill,
    useless: Vec<RawReply>,
    /// What was tried against the answers of no use so far.
    remedies: Vec<Remedy>,
    /// What was wrong with the last answer.
    trouble: Option<Trouble>,
}

/// Returns the highest token limit that is tried where this one was asked for, also where a run has a budget: the limit
/// of one answer is the user's guess, the budget is what holds, and a larger limit is reserved as it is sent.
pub(super) fn reach(limit: Option<u64>) -> u64 {
    limit.map_or(LARGE, |limit| limit.saturating_mul(RAISE))
}

impl Annotator {
    /// Asks until something can be read, or nothing more is worth asking.
    pub(super) async fn ask(&self, client: &Client, sheet: Sheet<'_>, request: &ChatRequest) -> Upshot {
        let mut inquiry = Inquiry {
            annotator: self,
            client,
            sheet,
            bill: Bill::default(),
            useless: Vec::new(),
            remedies: Vec::new(),
            trouble: None,
        };
        let mut question = Cow::Borrowed(request);
        let ending = loop {
            match inquiry.put(&question).await {
                Ok(further) => question = Cow::Owned(further),
                Err(ending) => break ending,
            }
        };
        Upshot { ending, bill: inquiry.bill, useless: inquiry.useless }
    }

    /// Returns why no further question could succeed: what an answer showed may have come too late to stop the others.
    pub fn fault(&self) -> Option<Error> {
        let Answerer::Model(client) = &self.answerer else { return None };
        match client.fault()? {
            SendError::Aborted { message, advice, .. } => {
                Some(Error::Provider { message: message.clone(), advice: Some(advice.clone()) })
            }
            _ => None,
        }
    }
}

impl Inquiry<'_> {
    /// Puts a question; returns the next one, or how it ended.
    async fn put(&mut self, question: &ChatRequest) -> Result<ChatRequest, Ending> {
        let trouble = match self.client.complete(question).await {
            Ok(Paid { completion, replies }) => {
                self.annotator.contact.answered();
                self.bill += completion.bill;
                match self.annotator.read(self.sheet, &completion) {
                    Ok(filled) => return Err(Ending::Answered { filled, replies }),
                    Err(trouble) => {
                        self.useless.extend(replies);
                        let remedy =
                            trouble.remedy.filter(|remedy| self.may_help(remedy, question, &completion));
                        Trouble { remedy, ..trouble }
                    }
                }
            }
            Err(Unanswered { error, paid }) => {
                self.bill += paid.completion.bill;
                self.useless.extend(paid.replies);
                let trouble = self.trouble.take();
                match self.annotator.contact.loss(&error) {
                    Some(loss) => {
                        return Err(Ending::Fatal {
                            error: loss.explain(&error),
                            trouble: trouble.map(Box::new),
                        });
                    }
                    None => unanswered(error, trouble, &self.remedies)?,
                }
            }
        };
        tracing::debug!(reason = trouble.reason, "the answer is of no use");
        let is_new =
            |remedy: &Remedy| !self.remedies.iter().any(|tried| discriminant(tried) == discriminant(remedy));
        let remedy =
            trouble.remedy.clone().filter(|remedy| self.remedies.len() < MOST_FURTHER && is_new(remedy));
        let is_stopping = self.client.transport().stop.is_asked();
        match remedy {
            Some(remedy) if !is_stopping => {
                let further = self.further(question, &remedy, &trouble.reason);
                self.remedies.push(remedy);
                self.trouble = Some(trouble);
                Ok(further)
            }
            remedy => {
                let asked = self.remedies.len() + 1;
                Err(Ending::Failed { trouble: trouble.after(asked), is_final: remedy.is_none() })
            }
        }
    }

    /// Returns whether a remedy is not known to be in vain.
    ///
    /// Where no limit was sent, an answer that was cut off is as long as the server lets it be. Ollama has no limit of
    /// its own but the context, which is the same for the whole run.
    fn may_help(&self, remedy: &Remedy, question: &ChatRequest, completion: &Completion) -> bool {
        if *remedy != Remedy::Longer {
            return true;
        }
        let Parameters { max_tokens, extra, .. } = &question.parameters;
        let length = completion.bill.usage.completion_tokens / completion.responses.len().max(1) as u64;
        let is_longest = max_tokens.is_none() && (self.annotator.provider == "ollama" || LARGE <= length);
        // A field of the user's own takes the place of the limit.
        let is_overridden = TOKEN_LIMITS.iter().any(|name| extra.contains_key(*name));
        !is_longest && !is_overridden
    }

    /// Returns the next question.
    fn further(&self, question: &ChatRequest, remedy: &Remedy, wrong: &str) -> ChatRequest {
        let mut further = question.clone();
        match remedy {
            Remedy::Again => {}
            Remedy::Longer => further.parameters.max_tokens = Some(reach(question.parameters.max_tokens)),
            Remedy::Correct(text) => {
                let Sheet { form, task } = self.sheet;
                let labels = form.choices.map(|at| form.controls[at].labels(task));
                further.messages =
                    corrected(question, BadAnswer { text, wrong }, &labels.unwrap_or_default());
            }
        }
        // The same seed would give the same words.
        further.parameters.seed = question.parameters.seed.map(|seed| seed.wrapping_add(1));
        further
    }
}

/// Decides what it means that no answer came, after `trouble` and what was tried against it: trouble that another
/// sample may cure, or the end.
fn unanswered(error: AskError, trouble: Option<Trouble>, remedies: &[Remedy]) -> Result<Trouble, Ending> {
    let reason = error.to_string();
    let kind = match error {
        AskError::Decode(error) => {
            let kind = match error {
                // It comes from what stands before the model, and passes.
                DecodeError::NotJson(_) => FailureKind::Unreachable,
                DecodeError::Other { .. } => FailureKind::Unusable,
            };
            return Ok(Trouble { remedy: Some(Remedy::Again), ..Trouble::new(kind, reason) });
        }
        // A larger limit may be too dear where the next task's question is not.
        AskError::Send(SendError::Unaffordable { message }) if remedies.last() != Some(&Remedy::Longer) => {
            let trouble = trouble.map(Box::new);
            return Err(Ending::Fatal { error: Error::Budget { message, advice: None }, trouble });
        }
        AskError::Send(SendError::Aborted { message, advice, .. }) => {
            let message = format!("the model's server refuses every request: {message}");
            let error = Error::Provider { message, advice: Some(advice) };
            return Err(Ending::Fatal { error, trouble: trouble.map(Box::new) });
        }
        AskError::Send(SendError::Stopped) if trouble.is_none() => return Err(Ending::Stopped),
        AskError::Send(SendError::Rejected { .. }) => FailureKind::Rejected,
        AskError::Encode(_) => FailureKind::Data,
        AskError::Send(_) => FailureKind::Unreachable,
    };
    let trouble = match trouble {
        None => Trouble::new(kind, reason),
        // What was paid for says more than that the next question came to nothing.
        Some(last) => {
            let reason = format!("{}; the next question got no answer: {reason}", last.reason);
            Trouble { reason, ..last }.after(remedies.len())
        }
    };
    Err(Ending::Failed { trouble, is_final: kind != FailureKind::Unreachable })
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;
    use crate::llm::provider::EncodeError;

    fn refused() -> Trouble {
        Trouble::new(FailureKind::Refused, "no".to_owned())
    }

    /// Shows in one line what an error means for the first question, or for one after these remedies.
    fn shown(error: AskError, remedies: &[Remedy]) -> String {
        let trouble = (!remedies.is_empty()).then(refused);
        match unanswered(error, trouble, remedies) {
            Ok(Trouble { kind, reason, remedy, .. }) => format!("{kind:?}: {reason}; {remedy:?}"),
            Err(Ending::Failed { trouble: Trouble { kind, reason, .. }, is_final }) => {
                format!("{}{kind:?}: {reason}", if is_final { "final " } else { "" })
            }
            Err(Ending::Fatal { error, trouble }) => format!("fatal: {error}; {}", trouble.is_some()),
            Err(Ending::Stopped) => "stopped".to_owned(),
            Err(Ending::Answered { .. }) => "answered".to_owned(),
        }
    }

    #[test]
    fn no_answer_is_trouble_of_the_task_or_of_all() {
        let status = StatusCode::BAD_REQUEST;
        let message = || "words".to_owned();
        let check = |error: AskError, first: &str, later: &str| {
            assert_eq!(shown(error.clone(), &[]), first);
            assert_eq!(shown(error, &[Remedy::Again]), later);
        };
        let later = |finality: &str, words: &str| {
            format!("{finality}Refused: no; the next question got no answer: {words}")
        };
        let rejected = SendError::Rejected { status, message: message() };
        check(rejected.into(), "final Rejected: words", &later("final ", "words"));
        let gave_up = SendError::GaveUp { attempts: 6, message: message(), status: None };
        let words = "words (gave up after 6 attempts)";
        check(gave_up.into(), &format!("Unreachable: {words}"), &later("", words));
        let unreachable = SendError::Unreachable { attempts: 1, message: message() };
        let words = "words (gave up after 1 attempt)";
        check(unreachable.into(), &format!("Unreachable: {words}"), &later("", words));
        check(SendError::Unknown { message: message() }.into(), "Unreachable: words", &later("", "words"));
        check(SendError::Stopped.into(), "stopped", &later("", "stopped before it was sent"));
        check(EncodeError(message()).into(), "final Data: words", &later("final ", "words"));
        let aborted = SendError::Aborted { status, message: message(), advice: String::new() };
        let fatal = "fatal: the model's server refuses every request: words";
        check(aborted.into(), &format!("{fatal}; false"), &format!("{fatal}; true"));
        let again = |kind: &str, words: &str| {
            format!(
                "{kind}: the reply of the model's server could not be read: expected {words}; Some(Again)"
            )
        };
        let page = again("Unreachable", "JSON, found a page");
        check(DecodeError::NotJson("a page".to_owned()).into(), &page, &page);
        let other = again("Unusable", "words, found an array");
        let error = DecodeError::Other { expected: "words", found: "an array".to_owned() };
        check(error.into(), &other, &other);
    }

    #[test]
    fn what_cannot_be_paid_for_ends_the_run_but_a_larger_limit_only_the_task() {
        let error = || AskError::from(SendError::Unaffordable { message: "too dear".to_owned() });
        let fatal = |words: &str| format!("fatal: {words}");
        assert!(shown(error(), &[]).starts_with(&fatal("")));
        assert!(shown(error(), &[Remedy::Again]).starts_with(&fatal("")));
        let words = "Refused: no; the next question got no answer: too dear";
        assert_eq!(shown(error(), &[Remedy::Longer]), words);
        let both = [Remedy::Again, Remedy::Longer];
        assert_eq!(shown(error(), &both), format!("{words} (asked 2 times)"));
    }
}
