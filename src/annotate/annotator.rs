//! The annotator: what `run`, `preview` and later commands share to label a task.

use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::Instrument;

use super::contact::Contact;
use super::fingerprint::Fingerprint;
use super::keyword;
use super::reading::{Answers, Asked, reasons, regions};
use crate::engine::ports::{Error, Failure, FailureKind, Outcome};
use crate::http::transport::SendError;
use crate::label::form::{Filled, Form};
use crate::label::prediction::{Labeled, Prediction, Usage};
use crate::label::task::{Task, TaskId};
use crate::llm::chat::{ChatRequest, Completion, Message, Parameters, Role};
use crate::llm::client::{AskError, Client};
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
    /// Never empty.
    pub model_version: String,
    /// Whether a task that holds the very prediction this would give is left alone.
    pub keeps_answers: bool,
    pub contact: Contact,
}

/// What an answer cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Paid {
    usage: Usage,
    cost: Option<f64>,
}

impl Annotator {
    /// Returns the request for a task; the error says what the task lacks.
    ///
    /// For the keyword answerer it is what is counted, which nobody is sent.
    pub fn request(&self, task: &Task) -> Result<ChatRequest, String> {
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
        let request = match self.request(&task) {
            Ok(request) => request,
            Err(reason) => return failed(task.id, FailureKind::Data, reason, Paid::default()),
        };
        let fingerprint = Fingerprint::new(&self.provider, &request, 0);
        if self.is_answered(&task, fingerprint) {
            return Outcome::Unchanged(task.id);
        }
        match &self.answerer {
            Answerer::Keyword => {
                let answer = keyword::answer(&self.form, &task);
                if answer.as_object().is_some_and(Map::is_empty) {
                    let reason = "its text holds no word of any label, or as many of several".to_owned();
                    return failed(task.id, FailureKind::Unusable, reason, Paid::default());
                }
                let filled = Answers::Json(vec![answer]).fill(&self.form, &task);
                self.labeled(task, fingerprint, filled, Paid::default())
            }
            Answerer::Model(client) => match client.complete(&request).await {
                Ok(completion) => {
                    self.contact.answered();
                    self.answered(task, fingerprint, &completion)
                }
                Err(error) => match self.contact.loss(&error) {
                    Some(loss) => Outcome::Fatal(loss.explain(&error)),
                    None => unanswered(task.id, error),
                },
            },
        }
    }

    /// Decides what a paid answer gives. An unusable one ends here; asking again would begin here.
    fn answered(&self, task: Task, fingerprint: Fingerprint, completion: &Completion) -> Outcome {
        let mut usage = completion.usage;
        usage.requests = usage.requests.max(1);
        let paid = Paid { usage, cost: completion.cost };
        match Answers::sift(&completion.responses, self.mode) {
            Ok(answers) => {
                let filled = answers.fill(&self.form, &task);
                self.labeled(task, fingerprint, filled, paid)
            }
            Err(trouble) => failed(task.id, trouble.kind, trouble.reason, paid),
        }
    }

    fn labeled(&self, task: Task, fingerprint: Fingerprint, filled: Filled, paid: Paid) -> Outcome {
        let Filled { values, unfilled } = filled;
        let result = regions(&self.form, values, Asked { fingerprint, prompt: self.prompt.text() });
        if result.is_empty() {
            return failed(task.id, FailureKind::Unusable, reasons(&unfilled), paid);
        }
        let prediction = Prediction { result, score: None, model_version: self.model_version.clone() };
        let labeled = Labeled { task, prediction, unfilled };
        Outcome::Labeled { labeled, usage: paid.usage, cost: paid.cost }
    }

    /// Returns whether the task holds the very prediction this would give, so that nothing need be asked.
    pub fn is_done(&self, task: &Task, request: &ChatRequest) -> bool {
        self.is_answered(task, Fingerprint::new(&self.provider, request, 0))
    }

    fn is_answered(&self, task: &Task, fingerprint: Fingerprint) -> bool {
        self.keeps_answers
            && task.predictions.iter().any(|prediction| {
                prediction.model_version.as_deref() == Some(&self.model_version)
                    && fingerprint.is_of(&prediction.result)
            })
    }

    fn chat_request(&self, task: &Task) -> Result<ChatRequest, String> {
        let schema = match self.mode {
            AnswerMode::Text => None,
            AnswerMode::Auto | AnswerMode::Schema => Some(self.form.schema(task)?),
        };
        Ok(self.with_messages(self.prompt.messages(&self.form, task)?, schema))
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

fn failed(task: TaskId, kind: FailureKind, reason: String, paid: Paid) -> Outcome {
    Outcome::Failed { failure: Failure { task, kind, reason }, usage: paid.usage, cost: paid.cost }
}

/// Decides what it means that no answer came: trouble of this task, or of all.
fn unanswered(task: TaskId, error: AskError) -> Outcome {
    let reason = error.to_string();
    let kind = match error {
        AskError::Send(SendError::Rejected { .. }) => FailureKind::Rejected,
        AskError::Send(
            SendError::GaveUp { .. } | SendError::Unreachable { .. } | SendError::Unknown { .. },
        ) => FailureKind::Unreachable,
        // It was answered, so it was likely paid for; nobody knows how much.
        AskError::Decode(_) => {
            let usage = Usage { requests: 1, ..Usage::default() };
            return failed(task, FailureKind::Unusable, reason, Paid { usage, cost: None });
        }
        AskError::Encode(_) => FailureKind::Data,
        AskError::Send(SendError::Stopped) => return Outcome::Stopped,
        AskError::Send(SendError::Unaffordable { message }) => {
            return Outcome::Fatal(Error::Budget { message, advice: None });
        }
        AskError::Send(SendError::Aborted { message, advice, .. }) => {
            let message = format!("the model's server refuses every request: {message}");
            return Outcome::Fatal(Error::Provider { message, advice: Some(advice) });
        }
    };
    failed(task, kind, reason, Paid::default())
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::label::prediction::Unfilled;
    use crate::label::task::StoredPrediction;
    use crate::llm::chat::{Part, Response};
    use crate::llm::provider::DecodeError;
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
            model_version: "m@1".to_owned(),
            keeps_answers: true,
            contact: Contact::default(),
        }
    }

    fn fingerprint(annotator: &Annotator, task: &Task) -> Fingerprint {
        Fingerprint::new(&annotator.provider, &annotator.request(task).unwrap(), 0)
    }

    /// Shows an outcome in one line.
    fn shown(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Labeled { labeled, usage, cost } => {
                let regions = labeled.prediction.result.iter();
                let regions: Vec<_> =
                    regions.map(|region| format!("{}={}", region.from_name, region.value)).collect();
                let unfilled = labeled.unfilled.len();
                format!(
                    "labeled {} ({unfilled} unfilled), {} requests, {cost:?}",
                    regions.join(" "),
                    usage.requests
                )
            }
            Outcome::Unchanged(task) => format!("unchanged {task}"),
            Outcome::Failed { failure, usage, cost } => {
                let Failure { task, kind, reason } = failure;
                format!("{task} failed {kind:?}: {reason}, {} requests, {cost:?}", usage.requests)
            }
            Outcome::Stopped => "stopped".to_owned(),
            Outcome::Fatal(error) => format!("fatal: {error:?}"),
        }
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

    #[test]
    fn what_was_read_becomes_a_prediction_with_the_prompt_last() {
        let annotator = annotator(AnswerMode::Auto);
        let paid = Paid { usage: Usage { requests: 1, ..Usage::default() }, cost: Some(0.5) };
        let labeled = |values| {
            let unfilled = vec![Unfilled { control: "why".to_owned(), reason: "no answer".to_owned() }];
            let task = task(json!({"text": "Hi"}));
            let fingerprint = fingerprint(&annotator, &task);
            shown(&annotator.labeled(task, fingerprint, Filled { values, unfilled }, paid))
        };
        assert_eq!(
            labeled(vec![(0, json!({"choices": ["good"]}))]),
            r#"labeled mood={"choices":["good"]} prompt={"text":["{text}? {labels}"]} (1 unfilled), 1 requests, Some(0.5)"#
        );
        assert_eq!(labeled(vec![]), "task 7 failed Unusable: `why`: no answer, 1 requests, Some(0.5)");
    }

    #[test]
    fn an_answer_of_no_use_is_a_failure_that_was_paid() {
        let annotator = annotator(AnswerMode::Auto);
        let task = task(json!({"text": "Hi"}));
        let check = |response: Response, expect: &str| {
            let completion =
                Completion { responses: vec![response], cost: Some(0.1), ..Completion::default() };
            let outcome = annotator.answered(task.clone(), fingerprint(&annotator, &task), &completion);
            assert_eq!(shown(&outcome), expect);
        };
        check(
            Response::Truncated("{".to_owned()),
            "task 7 failed Truncated: the answer was cut off at the token limit; allow more with `--max-tokens`, \
             1 requests, Some(0.1)",
        );
        check(
            Response::Refused("no".to_owned()),
            "task 7 failed Refused: the model refused: no, 1 requests, Some(0.1)",
        );
        check(
            Response::Text(r#"{"mood": "#.to_owned()),
            r#"task 7 failed Unusable: the JSON is cut off after `{"mood":`, 1 requests, Some(0.1)"#,
        );
    }

    #[test]
    fn no_answer_is_trouble_of_the_task_or_of_all() {
        let check =
            |error: AskError, expect: &str| assert_eq!(shown(&unanswered(TaskId::Row(3), error)), expect);
        let (status, message) = (StatusCode::BAD_REQUEST, "too long".to_owned());
        check(
            SendError::Rejected { status, message: message.clone() }.into(),
            "row 3 failed Rejected: too long, 0 requests, None",
        );
        check(
            SendError::GaveUp { attempts: 6, message: "busy".to_owned(), status: None }.into(),
            "row 3 failed Unreachable: busy (gave up after 6 attempts), 0 requests, None",
        );
        check(
            SendError::Unknown { message: "cut".to_owned() }.into(),
            "row 3 failed Unreachable: cut, 0 requests, None",
        );
        check(SendError::Stopped.into(), "stopped");
        let found = DecodeError { expected: "choices".to_owned(), found: "a page".to_owned() };
        check(
            found.into(),
            "row 3 failed Unusable: the reply of the model's server could not be read: expected choices, found a \
             page, 1 requests, None",
        );
        let (status, advice) = (StatusCode::UNAUTHORIZED, "look it up".to_owned());
        check(
            SendError::Aborted { status, message: "no".to_owned(), advice }.into(),
            "fatal: Provider { message: \"the model's server refuses every request: no\", advice: Some(\"look it up\") }",
        );
        let unreachable = SendError::Unreachable { attempts: 2, message: "nobody there".to_owned() };
        check(
            unreachable.into(),
            "row 3 failed Unreachable: nobody there (gave up after 2 attempts), 0 requests, None",
        );
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
        assert_eq!(shown(&annotator.annotate(with_prediction("m@1", "good")).await), "unchanged task 7");
        let again = Annotator { keeps_answers: false, ..self::annotator(AnswerMode::Auto) };
        for (annotator, task) in [
            (&annotator, with_prediction("m@2", "good")),
            (&annotator, with_prediction("m@1", "edited: good")),
            (&again, with_prediction("m@1", "good")),
        ] {
            let outcome = shown(&annotator.annotate(task).await);
            assert!(!outcome.starts_with("unchanged"), "{outcome}");
        }
    }

    #[test]
    fn what_is_counted_decides_the_keyword_answers_fingerprint() {
        let annotator = annotator(AnswerMode::Auto);
        let request = annotator.request(&task(json!({"text": "Hi", "n": 1}))).unwrap();
        assert_eq!(request.messages[1].parts, [Part::Text("Hi".to_owned())]);
        assert_eq!(request, annotator.request(&task(json!({"text": "Hi", "n": 2}))).unwrap());
    }
}
