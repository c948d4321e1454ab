//! The annotator: what `run`, `preview` and later commands share to label a task.

use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::Instrument;

use super::answers::{Answers, Trouble};
use super::contact::Contact;
use super::fetching::unfetched;
use super::fingerprint::Fingerprint;
use super::inquiry::{Ending, Upshot};
use super::keyword;
use super::reading::{Asked, regions};
use super::records::{Question, raw, record, refrain};
use super::score::{self, Scoring};
use super::shared::{Seat, Shared, Told};
use crate::engine::ports::{Failure, FailureKind, Outcome};
use crate::journal::Journal;
use crate::journal::record::{Also, Record};
use crate::label::form::{Filled, Form};
use crate::label::prediction::{Labeled, Prediction, Usage};
use crate::label::task::{Task, TaskId};
use crate::llm::chat::{Bill, ChatRequest, Completion, Message, Parameters, Role};
use crate::llm::client::{Client, RawReply};
use crate::media::Media;
use crate::prompt::wrap::Prompt;

/// Who answers.
#[derive(Debug)]
pub enum Answerer {
    /// A language model behind an endpoint.
    Model(Box<Client>),
    /// No model: counts label words.
    Keyword,
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
    /// The same as Label Studio's `llm_interactive` example does it (`--profile`).
    LlmInteractive,
}

/// Turns tasks into predictions.
#[derive(Debug)]
pub struct Annotator {
    pub form: Arc<Form>,
    pub prompt: Prompt,
    pub answerer: Answerer,
    /// The provider's name as users type it; part of the fingerprint.
    pub provider: String,
    pub model: String,
    pub parameters: Parameters,
    pub mode: AnswerMode,
    pub scoring: Scoring,
    /// Never empty.
    pub model_version: String,
    /// Whether a task that holds the very prediction this would give is left alone.
    pub keeps_answers: bool,
    /// Where answers of a model and its failures are kept; `None` asks for each.
    pub journal: Option<Arc<Journal>>,
    /// Whether questions that failed for good in earlier runs are asked again.
    pub retries_failed: bool,
    pub contact: Contact,
    pub shared: Shared,
    /// Fetches what tasks refer to.
    pub media: Media,
}

impl Annotator {
    /// Returns the request for a task as it is shown; the error says what the task lacks.
    ///
    /// For the keyword answerer it is what is counted, which nobody is sent.
    pub(super) fn request(&self, task: &Task) -> Result<ChatRequest, String> {
        match &self.answerer {
            Answerer::Model(_) => self.chat_request(task),
            Answerer::Keyword => Ok(self.count_request(task)),
        }
    }

    /// Labels one task.
    pub async fn annotate(&self, task: Task) -> Outcome {
        let span = tracing::info_span!("task", id = %task.id);
        self.label(task).instrument(span).await
    }

    async fn label(&self, task: Task) -> Outcome {
        let shown = match self.media.shown(&self.form, &task).await {
            Ok(shown) => shown,
            Err(error) => return unfetched(task.id, error),
        };
        let shown = shown.as_ref().unwrap_or(&task);
        let request = match self.request(shown) {
            Ok(request) => request,
            Err(reason) => return failed(task.id, FailureKind::Data, reason, Bill::default()),
        };
        let fingerprint = Fingerprint::new(&self.provider, &request, 0);
        let identity = self.identity(shown, &request);
        if self.is_answered(&task, identity) {
            return Outcome::Unchanged(task.id);
        }
        match &self.answerer {
            Answerer::Keyword => match self.count(shown) {
                Ok(filled) => {
                    let labeled = self.labeled(task, identity, filled);
                    Outcome::Labeled { labeled, usage: Usage::default(), cost: None, reused: false }
                }
                Err((kind, reason)) => failed(task.id, kind, reason, Bill::default()),
            },
            Answerer::Model(client) => {
                let seat = self.shared.seat(fingerprint).await;
                let question = Question { fingerprint, identity, task: task.id, request: &request };
                match self.known(client, shown, question, &seat) {
                    Some(Ok(filled)) => {
                        let labeled = self.labeled(task, identity, filled);
                        Outcome::Labeled { labeled, usage: Usage::default(), cost: None, reused: true }
                    }
                    Some(Err((kind, reason))) => Outcome::Refrained(Failure { task: task.id, kind, reason }),
                    None => match self.media.load(&request, task.id).await {
                        Ok(loaded) => {
                            let upshot = self.ask(client, shown, &loaded).await;
                            self.settle(task, question, upshot, seat)
                        }
                        Err(error) => unfetched(task.id, error),
                    },
                }
            }
        }
    }

    /// Returns what a task gets by counting words.
    fn count(&self, task: &Task) -> Result<Filled, (FailureKind, String)> {
        let answer = keyword::answer(&self.form, task);
        if answer.as_object().is_some_and(Map::is_empty) {
            let reason = "its text holds no word of any label, or as many of several".to_owned();
            return Err((FailureKind::Unusable, reason));
        }
        let filled = Answers::counted(answer).read(&self.form, task, Scoring::None);
        filled.map_err(|trouble| (trouble.kind, trouble.reason))
    }

    /// Reads what a task gets out of a completion.
    pub(super) fn read(&self, task: &Task, completion: &Completion) -> Result<Filled, Trouble> {
        Answers::sift(&completion.responses, self.mode)?.read(&self.form, task, self.scoring)
    }

    /// Returns what a task gets without asking, from another task that asked the same or from the journal: an answer
    /// that can still be read, or a failure that would most likely come again. `None` where it is to be asked.
    fn known(
        &self,
        client: &Client,
        task: &Task,
        question: Question<'_>,
        seat: &Seat<'_>,
    ) -> Option<Result<Filled, (FailureKind, String)>> {
        let read = |replies: &[RawReply], asked: Option<TaskId>| {
            let completion = client.read(replies, question.request.parameters.responses).ok()?;
            let filled = self.read(task, &completion).ok()?;
            if asked != Some(task.id) {
                self.keep(Record::Also(Also { key: question.fingerprint.key(), task: task.id }));
            }
            Some(filled)
        };
        let told = seat.told().and_then(|told| match told {
            Told::Answer(replies) => read(&replies, None).map(Ok),
            Told::Failure { kind, reason } => Some(Err((kind, reason))),
        });
        let journal = || self.journal.as_deref();
        let key = question.fingerprint.key();
        let answered =
            || journal()?.answer(&key).and_then(|answer| read(&raw(answer.replies), Some(answer.task)));
        let failed = || {
            let is_asked = self.retries_failed && !seat.has_failed();
            journal()
                .filter(|_| !is_asked)?
                .failure(&key)
                .and_then(|failure| refrain(&failure, question.request))
        };
        told.or_else(|| answered().map(Ok)).or_else(|| failed().map(Err))
    }

    /// Keeps what was paid for, tells those who wait, and only then returns what became of the task.
    fn settle(&self, task: Task, question: Question<'_>, upshot: Upshot, mut seat: Seat<'_>) -> Outcome {
        if let Some(record) = record(question, &upshot) {
            self.keep(record);
        }
        let Upshot { ending, bill, .. } = upshot;
        let Bill { usage, cost } = bill;
        match ending {
            Ending::Answered { filled, replies } => {
                seat.tell(Told::Answer(replies));
                let labeled = self.labeled(task, question.identity, filled);
                Outcome::Labeled { labeled, usage, cost, reused: false }
            }
            Ending::Failed { trouble: Trouble { kind, reason, .. }, .. } => {
                seat.tell(Told::Failure { kind, reason: reason.clone() });
                failed(task.id, kind, reason, bill)
            }
            Ending::Fatal { error, .. } => Outcome::Fatal { error, usage, cost },
            Ending::Stopped => Outcome::Stopped { usage, cost },
        }
    }

    fn keep(&self, record: Record) {
        if let Some(journal) = &self.journal {
            journal.keep(record);
        }
    }

    fn labeled(&self, task: Task, identity: Fingerprint, filled: Filled) -> Labeled {
        let unfilled = filled.unfilled.clone();
        let result = regions(&self.form, filled, Asked { fingerprint: identity, prompt: self.prompt.text() });
        let score = score::of_prediction(&result);
        let prediction = Prediction { result, score, model_version: self.model_version.clone() };
        Labeled { task, prediction, unfilled }
    }

    /// Returns whether the task holds the very prediction this would give, so that nothing need be asked.
    pub fn is_done(&self, task: &Task, request: &ChatRequest) -> bool {
        self.is_answered(task, self.identity(task, request))
    }

    /// Returns by what a prediction is known where it is stored: the question, but in place of the examples how they are
    /// chosen, for which they are changes with every task that people annotate.
    fn identity(&self, task: &Task, request: &ChatRequest) -> Fingerprint {
        let bare = self.prompt.examples().and_then(|examples| {
            let messages = self.prompt.bare_messages(&self.form, task).ok()?;
            let bare = self.with_messages(messages, request.schema.clone());
            let question = Fingerprint::new(&self.provider, &bare, 0);
            Some(question.beside(&examples.choice().canonical()))
        });
        bare.unwrap_or_else(|| Fingerprint::new(&self.provider, request, 0))
    }

    fn is_answered(&self, task: &Task, identity: Fingerprint) -> bool {
        self.keeps_answers
            && task.predictions.iter().any(|prediction| {
                prediction.model_version.as_deref() == Some(&self.model_version)
                    && identity.is_of(&prediction.result)
            })
    }

    fn chat_request(&self, task: &Task) -> Result<ChatRequest, String> {
        let schema = match self.mode {
            AnswerMode::Text | AnswerMode::LlmInteractive => None,
            AnswerMode::Auto | AnswerMode::Schema => Some(self.form.schema(task)?),
        };
        let mut request = self.with_messages(self.prompt.messages(&self.form, task)?, schema);
        request.parameters.logprobs = self.scoring.logprobs(&self.form, self.mode, task);
        Ok(request)
    }

    fn count_request(&self, task: &Task) -> ChatRequest {
        let controls = self.form.controls.iter();
        let controls: Vec<String> =
            controls.map(|control| format!("{} {:?}", control.canonical(), control.labels(task))).collect();
        let messages = vec![
            Message::text(Role::System, controls.join("\n")),
            Message::text(Role::User, keyword::readable_text(&self.form, task)),
        ];
        self.with_messages(messages, None)
    }

    fn with_messages(&self, messages: Vec<Message>, schema: Option<Value>) -> ChatRequest {
        ChatRequest { model: self.model.clone(), messages, schema, parameters: self.parameters.clone() }
    }
}

fn failed(task: TaskId, kind: FailureKind, reason: String, bill: Bill) -> Outcome {
    Outcome::Failed { failure: Failure { task, kind, reason }, usage: bill.usage, cost: bill.cost }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::label::task::StoredPrediction;
    use crate::llm::chat::Part;
    use crate::prompt::fake::{control, form, task};
    use crate::prompt::wrap::PromptTexts;

    fn annotator(mode: AnswerMode) -> Annotator {
        let mut form = form(vec![control("choices", "mood", &["good", "bad"])], "text");
        form.prompt = Some(control("textarea", "prompt", &[]));
        let texts = PromptTexts { prompt: "{text}? {labels}".to_owned(), ..PromptTexts::default() };
        let prompt = Prompt::new(&texts, &form, &task(json!({"text": ""}))).unwrap();
        Annotator {
            form: Arc::new(form),
            prompt,
            answerer: Answerer::Keyword,
            provider: "keyword".to_owned(),
            model: "m".to_owned(),
            parameters: Parameters { responses: 1, ..Parameters::default() },
            mode,
            scoring: Scoring::default(),
            model_version: "m@1".to_owned(),
            keeps_answers: true,
            journal: None,
            retries_failed: false,
            contact: Contact::default(),
            shared: Shared::default(),
            media: Media::default(),
        }
    }

    fn fingerprint(annotator: &Annotator, task: &Task) -> Fingerprint {
        Fingerprint::new(&annotator.provider, &annotator.request(task).unwrap(), 0)
    }

    #[test]
    fn a_request_holds_prompt_and_parameters() {
        let annotator = annotator(AnswerMode::Text);
        let request = annotator.chat_request(&task(json!({"text": "Hi"}))).unwrap();
        assert_eq!(request.messages, [Message::text(Role::User, "Hi? good, bad")]);
        assert_eq!((request.model.as_str(), request.schema, request.parameters.responses), ("m", None, 1));
        let missing = annotator.chat_request(&task(json!({"other": "Hi"})));
        assert_eq!(missing.unwrap_err(), "the field `text` is missing");
    }

    #[tokio::test]
    async fn a_task_that_holds_the_answer_is_left_alone() {
        let annotator = annotator(AnswerMode::Auto);
        let with_prediction = |version: &str, text: &str| {
            let mut task = task(json!({"text": "good"}));
            let id = fingerprint(&annotator, &task).region_id("mood", 0);
            task.predictions = vec![StoredPrediction {
                score: None,
                id: Some(1),
                model_version: Some(version.to_owned()),
                result: vec![json!({"id": id, "from_name": "mood"})],
            }];
            task.data["text"] = json!(text);
            task
        };
        let unchanged = annotator.annotate(with_prediction("m@1", "good")).await;
        assert!(matches!(unchanged, Outcome::Unchanged(TaskId::Id(7))), "{unchanged:?}");
        let again = Annotator { keeps_answers: false, ..self::annotator(AnswerMode::Auto) };
        for (annotator, task) in [
            (&annotator, with_prediction("m@2", "good")),
            (&annotator, with_prediction("m@1", "edited: good")),
            (&again, with_prediction("m@1", "good")),
        ] {
            let outcome = annotator.annotate(task).await;
            assert!(!matches!(outcome, Outcome::Unchanged(_)), "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn a_prediction_has_the_prompt_last_and_words_that_do_not_decide_give_none() {
        let annotator = annotator(AnswerMode::Auto);
        let Outcome::Labeled { labeled, usage, reused: false, .. } =
            annotator.annotate(task(json!({"text": "good"}))).await
        else {
            panic!("it is labeled");
        };
        let names: Vec<_> =
            labeled.prediction.result.iter().map(|region| region.from_name.as_str()).collect();
        assert_eq!(
            (names, usage, &*labeled.prediction.model_version),
            (vec!["mood", "prompt"], Usage::default(), "m@1")
        );
        let outcome = annotator.annotate(task(json!({"text": "neither"}))).await;
        assert!(matches!(
            outcome,
            Outcome::Failed { failure: Failure { kind: FailureKind::Unusable, .. }, .. }
        ));
    }

    #[test]
    fn what_is_counted_decides_the_keyword_answers_fingerprint() {
        let annotator = annotator(AnswerMode::Auto);
        let request = annotator.request(&task(json!({"text": "Hi", "n": 1}))).unwrap();
        assert_eq!(request.messages[1].parts, [Part::Text("Hi".to_owned())]);
        assert_eq!(request, annotator.request(&task(json!({"text": "Hi", "n": 2}))).unwrap());
    }
}
