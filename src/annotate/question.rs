//! One question to a model: answered by the journal or by a task that asks the same, else asked, and kept.

use super::annotator::Annotator;
use super::answers::{Answers, Trouble};
use super::fingerprint::Fingerprint;
use super::inquiry::{Ending, Upshot};
use super::records::{Question, raw, record, refrain};
use super::shared::{Seat, Told};
use crate::engine::ports::{Error, Failure, FailureKind, Outcome};
use crate::journal::record::{Also, Key, Record};
use crate::label::form::{Filled, Form};
use crate::label::task::{Task, TaskId};
use crate::llm::chat::{Bill, ChatRequest, Completion};
use crate::llm::client::{Client, RawReply};

/// What is filled: a form, for a task as it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub form: &'a Form,
    pub task: &'a Task,
}

/// What a question came to.
#[derive(Debug)]
pub(super) struct Gain {
    pub filled: Filled,
    pub bill: Bill,
    /// Whether the answer was there already.
    pub reused: bool,
}

/// Why a question came to nothing.
#[derive(Debug)]
pub(super) enum Miss {
    Failed {
        trouble: Box<Trouble>,
        bill: Bill,
    },
    /// It failed for good before, and was not asked again.
    Refrained(Trouble),
    /// Nothing more can succeed.
    Fatal {
        error: Error,
        bill: Bill,
    },
    /// Stopping was asked for.
    Stopped(Bill),
}

impl Miss {
    /// Nothing was asked, for this reason.
    pub(super) fn unasked(kind: FailureKind, reason: String) -> Self {
        Self::Failed { trouble: Box::new(Trouble::new(kind, reason)), bill: Bill::default() }
    }

    /// Returns what becomes of the task.
    pub(super) fn outcome(self, task: TaskId) -> Outcome {
        match self {
            Self::Failed { trouble, bill: Bill { usage, cost } } => {
                let Trouble { kind, reason, .. } = *trouble;
                Outcome::Failed { failure: Failure { task, kind, reason }, usage, cost }
            }
            Self::Refrained(Trouble { kind, reason, .. }) => {
                Outcome::Refrained(Failure { task, kind, reason })
            }
            Self::Fatal { error, bill: Bill { usage, cost } } => Outcome::Fatal { error, usage, cost },
            Self::Stopped(Bill { usage, cost }) => Outcome::Stopped { usage, cost },
        }
    }
}

impl Annotator {
    /// Puts a question, unless the answer is there already.
    pub(super) async fn put(
        &self,
        client: &Client,
        sheet: Sheet<'_>,
        request: &ChatRequest,
    ) -> Result<Gain, Miss> {
        let fingerprint = Fingerprint::new(&self.provider, request, 0);
        let seat = self.shared.seat(fingerprint).await;
        let question =
            Question { fingerprint, bare: self.bare(sheet, request), task: sheet.task.id, request };
        if let Some(known) = self.known(client, sheet, question, &seat) {
            return known;
        }
        let loaded = self.media.load(request, sheet.task.id).await?;
        let upshot = self.ask(client, sheet, &loaded).await;
        self.settle(question, upshot, seat)
    }

    /// Reads what a task gets out of a completion.
    pub(super) fn read(&self, sheet: Sheet<'_>, completion: &Completion) -> Result<Filled, Trouble> {
        Answers::sift(&completion.responses, self.mode)?.read(sheet.form, sheet.task, self.scoring)
    }

    /// Returns what a task gets without asking, from another task that asked the same or from the journal: an answer
    /// that can still be read, or a failure that would most likely come again. `None` where it is to be asked.
    ///
    /// What people annotate meanwhile changes the examples, but asks nothing again unless that is wished.
    fn known(
        &self,
        client: &Client,
        sheet: Sheet<'_>,
        question: Question<'_>,
        seat: &Seat<'_>,
    ) -> Option<Result<Gain, Miss>> {
        let read = |replies: &[RawReply], (key, asked): (Key, Option<TaskId>)| {
            let completion = client.read(replies, question.request.parameters.responses).ok()?;
            let filled = self.read(sheet, &completion).ok()?;
            if asked != Some(question.task) {
                self.keep(Record::Also(Also { key, task: question.task }));
            }
            Some(Gain { filled, bill: Bill::default(), reused: true })
        };
        let key = question.fingerprint.key();
        let told = seat.told().and_then(|told| match told {
            Told::Answer(replies) => read(&replies, (key, None)).map(Ok),
            Told::Failure(trouble) => Some(Err(Miss::Refrained(trouble))),
        });
        let journal = || self.journal.as_deref();
        let bare = question.bare.filter(|_| self.keeps_answers).map(Fingerprint::key);
        let keys = || std::iter::once(key).chain(bare);
        let answered = |key: Key| {
            let answer = journal()?.answer(&key)?;
            read(&raw(answer.replies), (answer.key, Some(answer.task)))
        };
        let failed = |key: Key| {
            let is_asked = self.retries_failed && !seat.has_failed();
            let failure = journal().filter(|_| !is_asked)?.failure(&key)?;
            refrain(failure, question.request).map(Miss::Refrained)
        };
        let answered = || keys().find_map(answered);
        told.or_else(|| answered().map(Ok)).or_else(|| keys().find_map(failed).map(Err))
    }

    /// Keeps what was paid for, tells those who wait, and only then returns what it came to.
    fn settle(&self, question: Question<'_>, upshot: Upshot, mut seat: Seat<'_>) -> Result<Gain, Miss> {
        if let Some(record) = record(question, &upshot) {
            self.keep(record);
        }
        let Upshot { ending, bill, .. } = upshot;
        match ending {
            Ending::Answered { filled, replies } => {
                seat.tell(Told::Answer(replies));
                Ok(Gain { filled, bill, reused: false })
            }
            Ending::Failed { mut trouble, is_final } => {
                if !is_final {
                    // Another answer may fill more.
                    trouble.unfilled.clear();
                }
                seat.tell(Told::Failure(trouble.clone()));
                Err(Miss::Failed { trouble: Box::new(trouble), bill })
            }
            Ending::Fatal { error, .. } => Err(Miss::Fatal { error, bill }),
            Ending::Stopped => Err(Miss::Stopped(bill)),
        }
    }

    fn keep(&self, record: Record) {
        if let Some(journal) = &self.journal {
            journal.keep(record);
        }
    }
}
