//! The annotator: what `run`, `preview` and later commands share to label a task.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};
use tracing::Instrument;

use super::answers::Answers;
use super::contact::Contact;
use super::fingerprint::Fingerprint;
use super::keyword;
use super::question::{Gain, Miss, Sheet};
use super::reading::{Asked, regions};
use super::score::{self, Scoring};
use super::shared::Shared;
use crate::engine::ports::{FailureKind, Outcome};
use crate::journal::Journal;
use crate::label::form::{Filled, Form};
use crate::label::prediction::{Labeled, Prediction};
use crate::label::task::Task;
use crate::llm::chat::{Bill, ChatRequest, Message, Parameters, Role};
use crate::llm::client::Client;
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
    /// Whether a task that holds the very prediction this would give is left alone, and what was answered with other
    /// examples still counts.
    pub keeps_answers: bool,
    /// Where answers of a model and its failures are kept; `None` asks for each.
    pub journal: Option<Arc<Journal>>,
    /// Whether questions that failed for good in earlier runs are asked again.
    pub retries_failed: bool,
    pub contact: Contact,
    pub shared: Shared,
    /// How many pieces of a text are asked about at most, at least 1.
    pub most_pieces: usize,
    /// How many tasks were to be shown examples and got none, for each is the task itself or has the same input.
    pub unaided: AtomicU64,
    /// Fetches what tasks refer to.
    pub media: Media,
}

impl Annotator {
    /// Returns the request for a task as it is shown; the error says what the task lacks.
    ///
    /// For the keyword answerer it is what is counted, which nobody is sent.
    pub(super) fn request(&self, task: &Task) -> Result<ChatRequest, String> {
        match &self.answerer {
            Answerer::Model(_) => self.chat_request(self.sheet(task)),
            Answerer::Keyword => Ok(self.count_request(task)),
        }
    }

    /// Labels one task.
    pub async fn annotate(&self, task: Task) -> Outcome {
        let span = tracing::info_span!("task", id = %task.id);
        self.label(task).instrument(span).await
    }

    async fn label(&self, task: Task) -> Outcome {
        let id = task.id;
        self.outcome(task).await.unwrap_or_else(|miss| miss.outcome(id))
    }

    async fn outcome(&self, task: Task) -> Result<Outcome, Miss> {
        let shown = self.media.shown(&self.form, &task).await?;
        let shown = shown.as_ref().unwrap_or(&task);
        let request = self.request(shown).map_err(|reason| Miss::unasked(FailureKind::Data, reason))?;
        let identity = self.identity(self.sheet(shown), &request);
        if self.is_answered(&task, identity) {
            return Ok(Outcome::Unchanged(task.id));
        }
        self.count_unaided(shown);
        let Gain { filled, bill: Bill { usage, cost }, reused } = match &self.answerer {
            Answerer::Keyword => self.count(shown)?,
            Answerer::Model(client) => self.fill(client, self.sheet(shown), &request).await?,
        };
        let labeled = self.labeled(task, identity, filled);
        Ok(Outcome::Labeled { labeled, usage, cost, reused })
    }

    fn count_unaided(&self, task: &Task) {
        if self.prompt.examples().is_some_and(|examples| !examples.has_any_for(&self.form, task)) {
            self.unaided.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns what a task gets by counting words.
    fn count(&self, task: &Task) -> Result<Gain, Miss> {
        let answer = keyword::answer(&self.form, task);
        if answer.as_object().is_some_and(Map::is_empty) {
            let reason = "its text holds no word of any label, or as many of several".to_owned();
            return Err(Miss::unasked(FailureKind::Unusable, reason));
        }
        let filled = Answers::counted(answer).read(&self.form, task, Scoring::None);
        let filled = filled.map_err(|trouble| Miss::unasked(trouble.kind, trouble.reason))?;
        Ok(Gain { filled, bill: Bill::default(), reused: false })
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
        self.is_answered(task, self.identity(self.sheet(task), request))
    }

    /// Returns by what a prediction is known where it is stored.
    fn identity(&self, sheet: Sheet<'_>, request: &ChatRequest) -> Fingerprint {
        let bare = self.bare(sheet, request);
        bare.unwrap_or_else(|| Fingerprint::new(&self.provider, request, 0))
    }

    /// Returns what stands for a question with examples: the question, but in place of the examples how they are chosen,
    /// for which they are changes with every task that people annotate. `None` where no examples are shown.
    pub(super) fn bare(&self, Sheet { form, task }: Sheet<'_>, request: &ChatRequest) -> Option<Fingerprint> {
        let examples = self.prompt.examples()?;
        let messages = self.prompt.bare_messages(form, task).ok()?;
        let bare = self.with_messages(messages, request.schema.clone());
        let question = Fingerprint::new(&self.provider, &bare, 0);
        Some(question.beside(&examples.choice().canonical()))
    }

    fn is_answered(&self, task: &Task, identity: Fingerprint) -> bool {
        self.keeps_answers
            && task.predictions.iter().any(|prediction| {
                prediction.model_version.as_deref() == Some(&self.model_version)
                    && identity.is_of(&prediction.result)
            })
    }

    fn sheet<'a>(&'a self, task: &'a Task) -> Sheet<'a> {
        Sheet { form: &self.form, task }
    }

    /// Returns the request for what is to be filled.
    pub(super) fn chat_request(&self, Sheet { form, task }: Sheet<'_>) -> Result<ChatRequest, String> {
        let schema = match self.mode {
            AnswerMode::Text | AnswerMode::LlmInteractive => None,
            AnswerMode::Auto | AnswerMode::Schema => Some(form.schema(task)?),
        };
        let mut request = self.with_messages(self.prompt.messages(form, task)?, schema);
        request.parameters.logprobs = self.scoring.logprobs(form, self.mode, task);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::ports::Failure;
    use crate::label::prediction::Usage;
    use crate::label::task::{StoredPrediction, TaskId};
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
            most_pieces: usize::MAX,
            unaided: AtomicU64::default(),
            media: Media::default(),
        }
    }

    fn fingerprint(annotator: &Annotator, task: &Task) -> Fingerprint {
        Fingerprint::new(&annotator.provider, &annotator.request(task).unwrap(), 0)
    }

    #[test]
    fn a_request_holds_prompt_and_parameters() {
        let annotator = annotator(AnswerMode::Text);
        let request = annotator.chat_request(annotator.sheet(&task(json!({"text": "Hi"})))).unwrap();
        assert_eq!(request.messages, [Message::text(Role::User, "Hi? good, bad")]);
        assert_eq!((request.model.as_str(), request.schema, request.parameters.responses), ("m", None, 1));
        let missing = annotator.chat_request(annotator.sheet(&task(json!({"other": "Hi"}))));
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
