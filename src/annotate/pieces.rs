//! A task that is too long for one question: asked piece by piece, one after the other.

use super::annotator::{Annotator, Answerer};
use super::answers::{self, Trouble};
use super::question::{Gain, Miss, Sheet};
use crate::engine::ports::FailureKind;
use crate::label::form::{Filled, Form};
use crate::label::pieces::Piece;
use crate::label::task::Task;
use crate::llm::chat::{Bill, ChatRequest};
use crate::llm::client::Client;

/// What is asked about one task.
#[derive(Debug, Clone)]
pub struct Requests {
    /// About all of it: by this its prediction is known.
    pub whole: ChatRequest,
    /// One a piece; empty where all is asked at once.
    pieces: Vec<ChatRequest>,
}

/// What the pieces of a task came to so far.
#[derive(Debug)]
struct Sum {
    filled: Vec<(Piece, Filled)>,
    bill: Bill,
    /// Whether nothing was asked: all was answered, or had failed for good, before.
    reused: bool,
    /// Why pieces came to nothing.
    troubles: Vec<Trouble>,
}

impl Requests {
    /// Returns the requests that are sent, at least one.
    pub fn sent(&self) -> &[ChatRequest] {
        if self.pieces.is_empty() { std::slice::from_ref(&self.whole) } else { &self.pieces }
    }
}

impl Annotator {
    /// Returns what is asked about a task as it is shown; the error says what the task lacks.
    pub(super) fn requests(&self, task: &Task) -> Result<Requests, String> {
        let whole = self.request(task)?;
        let pieces = match (&self.answerer, &self.form.splitting) {
            (Answerer::Model(_), Some(splitting)) => {
                let pieces = splitting.pieces(task)?.into_iter();
                let request = |(_, task): (Piece, Task)| {
                    self.chat_request(Sheet { form: splitting.form(), task: &task })
                };
                pieces.map(request).collect::<Result<_, _>>()?
            }
            (Answerer::Model(_) | Answerer::Keyword, _) => Vec::new(),
        };
        Ok(Requests { whole, pieces })
    }

    /// Asks about a task, in pieces where it is too long for one question.
    ///
    /// A piece that fails keeps no other from being asked, so that a later run pays for what failed alone. One whose answer
    /// fills nothing, also after it was asked again, leaves the others what they have.
    pub(super) async fn fill(
        &self,
        client: &Client,
        sheet: Sheet<'_>,
        request: &ChatRequest,
    ) -> Result<Gain, Miss> {
        let lacking = |reason| Miss::unasked(FailureKind::Data, reason);
        let Some(splitting) = &self.form.splitting else { return self.put(client, sheet, request).await };
        let mut pieces = splitting.pieces(sheet.task).map_err(lacking)?;
        if pieces.is_empty() {
            return self.put(client, sheet, request).await;
        }
        let count = pieces.len();
        pieces.truncate(self.most_pieces);
        let is_all = pieces.len() == count;
        if !is_all && let Some((last, _)) = pieces.last_mut() {
            // As if the text ended with it.
            last.cuts.1 = None;
        }
        // What has to be there may stand in those that are not asked about.
        let form = if is_all { &self.form } else { splitting.form() };
        let mut sum = Sum::default();
        for (number, (piece, task)) in (1..).zip(pieces) {
            if 1 < number && client.transport().stop.is_asked() {
                return Err(Miss::Stopped(sum.bill));
            }
            let sheet = Sheet { form: splitting.form(), task: &task };
            let filled = match self.chat_request(sheet) {
                Ok(request) => self.put(client, sheet, &request).await,
                Err(reason) => Err(lacking(reason)),
            };
            match filled {
                Ok(gain) => sum.gain(piece, gain),
                Err(miss) => sum.miss(piece, &format!("piece {number} of {count}"), miss)?,
            }
        }
        let mut gain = sum.merged(form)?;
        answers::settle(&mut gain.filled, form, self.scoring);
        Ok(gain)
    }
}

impl Default for Sum {
    fn default() -> Self {
        Self { filled: Vec::new(), bill: Bill::default(), reused: true, troubles: Vec::new() }
    }
}

impl Sum {
    fn gain(&mut self, piece: Piece, Gain { filled, bill, reused }: Gain) {
        self.filled.push((piece, filled));
        self.bill += bill;
        self.reused &= reused;
    }

    /// Notes why a piece came to nothing; what ends the run ends the task here.
    fn miss(&mut self, piece: Piece, name: &str, miss: Miss) -> Result<(), Miss> {
        let trouble = match miss {
            Miss::Failed { trouble, bill } => {
                self.bill += bill;
                self.reused = false;
                *trouble
            }
            Miss::Refrained(trouble) => trouble,
            Miss::Fatal { error, bill } => {
                self.bill += bill;
                return Err(Miss::Fatal { error, bill: self.bill });
            }
            Miss::Stopped(bill) => {
                self.bill += bill;
                return Err(Miss::Stopped(self.bill));
            }
        };
        let unfilled = trouble.unfilled.clone();
        self.filled.push((piece, Filled { unfilled, ..Filled::default() }));
        self.troubles.push(Trouble { reason: format!("{name}: {}", trouble.reason), ..trouble });
        Ok(())
    }

    /// Puts the pieces together; whoever lacks the answer of one has nothing.
    fn merged(self, form: &Form) -> Result<Gain, Miss> {
        let Self { filled, bill, reused, troubles } = self;
        let unanswered = troubles.iter().find(|trouble| trouble.unfilled.is_empty());
        let filled = form.merge(filled);
        if unanswered.is_none() && (filled.is_blank || !filled.drafts.is_empty()) {
            return Ok(Gain { filled, bill, reused });
        }
        let unfilled = answers::reasons(&filled.unfilled);
        let (kind, reason) = match (unanswered.or(troubles.first()), reused) {
            (Some(worst), _) => {
                let reasons: Vec<&str> = troubles.iter().map(|trouble| trouble.reason.as_str()).collect();
                (worst.kind, reasons.join("; "))
            }
            (None, false) => (FailureKind::Unusable, unfilled),
            (None, true) => {
                let reason = format!("{unfilled}; its pieces were answered before and were not asked again");
                (FailureKind::Unusable, reason)
            }
        };
        let trouble = Trouble::new(kind, reason);
        Err(if reused { Miss::Refrained(trouble) } else { Miss::Failed { trouble: Box::new(trouble), bill } })
    }
}
