//! A task against a model on the loopback interface: what is asked, asked again, kept and reused.

mod further;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::annotator::{Annotator, AnswerMode, Answerer};
use super::contact::Contact;
use super::score::Scoring;
use super::shared::Shared;
use crate::engine::ports::{Failure, Outcome};
use crate::http::pace::Pace;
use crate::http::retry::RetryPolicy;
use crate::http::stop::{self, Stop};
use crate::http::transport::Transport;
use crate::journal::Journal;
use crate::label::config::LabelConfig;
use crate::label::form::{Form, Wanted};
use crate::label::task::{Task, TaskId};
use crate::llm::chat::Parameters;
use crate::llm::client::{Client, Endpoint};
use crate::llm::provider::{PROVIDERS, ProviderOptions};
use crate::media::Media;
use crate::prompt::fake;
use crate::prompt::wrap::{Prompt, PromptTexts};

const CONFIG: &str = r#"<View><Text name="text" value="$text"/><Choices name="mood" toName="text">
    <Choice value="good"/><Choice value="bad"/></Choices></View>"#;

const GOOD: &str = r#"{"mood":"good"}"#;

/// Says one thing after the other, and `GOOD` in the end; each costs ten tokens and a quarter of a dollar.
#[derive(Debug, Clone, Default)]
struct Script(Arc<Mutex<VecDeque<ResponseTemplate>>>);

impl Respond for Script {
    fn respond(&self, _request: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().pop_front().unwrap_or_else(|| says(GOOD))
    }
}

fn choice(choice: &Value) -> ResponseTemplate {
    let usage = json!({"prompt_tokens": 10, "cost": 0.25});
    ResponseTemplate::new(200).set_body_json(json!({"choices": [choice], "usage": usage}))
}

fn says(text: &str) -> ResponseTemplate {
    choice(&json!({"message": {"content": text}, "finish_reason": "stop"}))
}

fn refuses() -> ResponseTemplate {
    choice(&json!({"message": {"content": null, "refusal": "I must not"}}))
}

fn cut() -> ResponseTemplate {
    choice(&json!({"message": {"content": "{\"mo"}, "finish_reason": "length"}))
}

fn fails(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"error": {"message": "bad luck"}}))
}

/// A model and a journal for it.
struct Stage {
    server: MockServer,
    folder: tempfile::TempDir,
    parameters: Parameters,
    mode: AnswerMode,
    stop: Stop,
    retries_failed: bool,
}

impl Stage {
    async fn new(script: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        let server = MockServer::start().await;
        let stage = Self {
            server,
            folder: tempfile::tempdir().unwrap(),
            parameters: Parameters { responses: 1, ..Parameters::default() },
            mode: AnswerMode::Auto,
            stop: Stop::never(),
            retries_failed: false,
        };
        stage.script(script).await;
        stage
    }

    /// Forgets the requests so far, and says this from now on.
    async fn script(&self, script: impl IntoIterator<Item = ResponseTemplate>) {
        self.server.reset().await;
        let script = Script(Arc::new(Mutex::new(script.into_iter().collect())));
        Mock::given(any()).respond_with(script).mount(&self.server).await;
    }

    /// Returns an annotator as a new run has it.
    fn annotator(&self) -> Annotator {
        let shortest = Duration::from_millis(1);
        let policy = RetryPolicy { max_retries: 0, shortest, longest: shortest, max_wait: shortest };
        let (client, pace) = (crate::http::client().unwrap(), Arc::new(Pace::default()));
        let transport = Transport { client, policy, pace, stop: self.stop.clone() };
        let endpoint = Endpoint {
            provider: (PROVIDERS[0].provider)(&ProviderOptions::default()),
            base: format!("{}/v1", self.server.uri()).parse().unwrap(),
            key: None,
            headers: HeaderMap::new(),
            timeout: Duration::from_secs(20),
        };
        let form = Form::new(&LabelConfig::parse(CONFIG).unwrap(), &Wanted::default()).unwrap();
        let texts = PromptTexts { prompt: "{text}?".to_owned(), ..PromptTexts::default() };
        let prompt = Prompt::new(&texts, &form, &task(1, "")).unwrap();
        Annotator {
            form: Arc::new(form),
            prompt,
            answerer: Answerer::Model(Box::new(Client::new(endpoint, transport))),
            provider: "openai".to_owned(),
            model: "m".to_owned(),
            parameters: self.parameters.clone(),
            mode: self.mode,
            scoring: Scoring::default(),
            model_version: "m@1".to_owned(),
            keeps_answers: true,
            journal: Some(Arc::new(Journal::open(&self.journal(), "a test").unwrap())),
            retries_failed: self.retries_failed,
            contact: Contact::default(),
            shared: Shared::default(),
            most_pieces: usize::MAX,
            unaided: AtomicU64::default(),
            media: Media::default(),
        }
    }

    fn journal(&self) -> std::path::PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    async fn bodies(&self) -> Vec<Value> {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().map(|request| request.body_json().unwrap()).collect()
    }

    /// Labels a task in a run of its own; expects the outcome and the number of requests since the last script.
    async fn check(&self, (outcome, requests): (&str, usize)) {
        let annotator = self.annotator();
        assert_eq!(shown(&annotator.annotate(task(1, "Hi")).await), outcome);
        assert_eq!(self.bodies().await.len(), requests);
    }
}

fn task(id: u64, text: &str) -> Task {
    Task { id: TaskId::Id(id), ..fake::task(json!({"text": text})) }
}

/// Shows an outcome in one line.
fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Labeled { labeled, usage, cost, reused } => {
            let regions = labeled.prediction.result.iter();
            let regions: Vec<_> =
                regions.map(|region| region.value["choices"][0].as_str().unwrap_or("?")).collect();
            let how = if *reused { "reused" } else { "asked" };
            format!("{} {how}, {} {:?}", regions.join(" "), usage.requests, cost.unwrap_or_default())
        }
        Outcome::Unchanged(task) => format!("unchanged {task}"),
        Outcome::Failed { failure: Failure { kind, reason, .. }, usage, cost } => {
            format!("{kind:?}, {} {:?}: {reason}", usage.requests, cost.unwrap_or_default())
        }
        Outcome::Refrained(Failure { kind, reason, .. }) => format!("{kind:?}, 0 0.0: {reason}"),
        Outcome::Stopped { usage, .. } => format!("stopped, {}", usage.requests),
        Outcome::Fatal { error, usage, .. } => format!("fatal, {}: {error}", usage.requests),
    }
}

fn records(journal: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(journal).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| ["answer", "failure", "also"].iter().any(|kind| line.get(kind).is_some())).collect()
}

/// Returns what is told of a recorded failure without the day, which is another one tomorrow.
fn without_day(text: &str) -> String {
    let (Some(start), Some(end)) = (text.find(" on 20"), text.find(" and was")) else {
        return text.to_owned();
    };
    format!("{}{}", &text[..start], &text[end..])
}

#[tokio::test]
async fn an_answer_is_paid_for_once() {
    let stage = Stage::new([]).await;
    stage.check(("good asked, 1 0.25", 1)).await;
    stage.check(("good reused, 0 0.0", 1)).await;
    let records = records(&stage.journal());
    assert_eq!((records.len(), &records[0]["answer"]["task"]), (1, &json!("task 1")));
    let annotator = stage.annotator();
    assert_eq!(shown(&annotator.annotate(task(2, "Hi")).await), "good reused, 0 0.0");
    assert_eq!(shown(&annotator.annotate(task(2, "Ho")).await), "good asked, 1 0.25");
    let records = self::records(&stage.journal());
    assert_eq!((records.len(), &records[1]["also"]["task"]), (3, &json!("task 2")));
}

#[tokio::test]
async fn what_can_no_longer_be_read_is_asked_again() {
    let stage = Stage::new([]).await;
    stage.check(("good asked, 1 0.25", 1)).await;
    let text = std::fs::read_to_string(stage.journal()).unwrap();
    std::fs::write(stage.journal(), text.replace("good", "fine")).unwrap();
    stage.check(("good asked, 1 0.25", 2)).await;
    stage.check(("good reused, 0 0.0", 2)).await;
}

#[tokio::test]
async fn the_same_question_in_flight_is_asked_once() {
    let stage = Stage::new([says(GOOD).set_delay(Duration::from_millis(50))]).await;
    let annotator = stage.annotator();
    let outcomes = join_all((1..=5).map(|id| annotator.annotate(task(id, "Hi")))).await;
    let outcomes: Vec<_> = outcomes.iter().map(shown).collect();
    assert_eq!(outcomes[0], "good asked, 1 0.25");
    assert_eq!(outcomes[1..], ["good reused, 0 0.0"; 4]);
    drop(annotator);
    let unkept = Annotator { journal: None, ..stage.annotator() };
    let outcomes = join_all((1..=5).map(|id| unkept.annotate(task(id, "Hi")))).await;
    assert_eq!((outcomes.len(), stage.bodies().await.len()), (5, 2), "nor without a journal");
}

#[tokio::test]
async fn trouble_is_shared_as_well_and_asked_about_again_later() {
    let stage = Stage::new([fails(503).set_delay(Duration::from_millis(50))]).await;
    let annotator = stage.annotator();
    let outcomes = join_all((1..=3).map(|id| annotator.annotate(task(id, "Hi")))).await;
    assert!(outcomes.iter().all(|outcome| shown(outcome).starts_with("Unreachable, 0")), "{outcomes:?}");
    assert_eq!(stage.bodies().await.len(), 1);
    assert_eq!(shown(&annotator.annotate(task(4, "Hi")).await), "good asked, 1 0.25");
}

#[tokio::test]
async fn a_dropped_task_leaves_the_question_to_others() {
    let stage = Stage::new([says(GOOD).set_delay(Duration::from_secs(600))]).await;
    let annotator = stage.annotator();
    let mut first = Box::pin(annotator.annotate(task(1, "Hi")));
    tokio::select! {
        biased;
        outcome = &mut first => panic!("{outcome:?}"),
        () = async { while stage.bodies().await.is_empty() { tokio::task::yield_now().await } } => {}
    }
    drop(first);
    assert_eq!(shown(&annotator.annotate(task(2, "Hi")).await), "good asked, 1 0.25");
}

#[tokio::test]
async fn a_failure_for_good_is_not_paid_for_again_unless_asked_for() {
    let mut stage = Stage::new([refuses(), refuses()]).await;
    let words = "the model refused: I must not (asked 2 times)";
    stage.check((&format!("Refused, 2 0.5: {words}"), 2)).await;
    let told = format!("Refused, 0 0.0: {words}; failed so and was not asked again: `--retry-failed` asks");
    for id in [1, 2] {
        assert_eq!(without_day(&shown(&stage.annotator().annotate(task(id, "Hi")).await)), told);
    }
    assert_eq!(stage.bodies().await.len(), 2);
    stage.retries_failed = true;
    stage.script([refuses(), refuses()]).await;
    let annotator = stage.annotator();
    assert_eq!(shown(&annotator.annotate(task(1, "Hi")).await), format!("Refused, 2 0.5: {words}"));
    assert_eq!(
        without_day(&shown(&annotator.annotate(task(2, "Hi")).await)),
        told,
        "it was tried in this run"
    );
    drop(annotator);
    stage.check(("good asked, 1 0.25", 3)).await;
    stage.retries_failed = false;
    stage.check(("good reused, 0 0.0", 3)).await;
}
