//! A task against a model on the loopback interface: what is asked, asked again, kept and reused.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::annotator::{Annotator, AnswerMode, Answerer};
use super::contact::Contact;
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
use crate::llm::budget::{Budget, Limits};
use crate::llm::chat::Parameters;
use crate::llm::client::{Client, Endpoint};
use crate::llm::provider::{PROVIDERS, ProviderOptions};
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
            model_version: "m@1".to_owned(),
            keeps_answers: true,
            journal: Some(Arc::new(Journal::open(&self.journal(), "a test").unwrap())),
            retries_failed: self.retries_failed,
            contact: Contact::default(),
            shared: Shared::default(),
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
async fn a_refusal_is_asked_about_once_more_as_it_is() {
    let mut stage = Stage::new([refuses()]).await;
    stage.parameters.seed = Some(7);
    stage.check(("good asked, 2 0.5", 2)).await;
    let bodies = stage.bodies().await;
    assert_eq!(bodies[0]["messages"], bodies[1]["messages"]);
    assert_eq!((&bodies[0]["seed"], &bodies[1]["seed"]), (&json!(7), &json!(8)));
    stage.check(("good reused, 0 0.0", 2)).await;
    let answer = &records(&stage.journal())[0]["answer"];
    assert_eq!((answer["replies"].as_array().unwrap().len(), &answer["usage"]["requests"]), (1, &json!(2)));
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

#[tokio::test]
async fn a_bad_answer_is_sent_back_with_what_is_wrong() {
    let stage = Stage::new([says(r#"{"mood": "fine"}"#)]).await;
    stage.check(("good asked, 2 0.5", 2)).await;
    let bodies = stage.bodies().await;
    let messages = bodies[1]["messages"].as_array().unwrap();
    assert_eq!(messages[..1], bodies[0]["messages"].as_array().unwrap()[..]);
    assert_eq!(messages[1], json!({"role": "assistant", "content": r#"{"mood":"fine"}"#}));
    let words = messages[2]["content"].as_str().unwrap();
    assert!(words.starts_with("That answer cannot be used: `mood`:") && words.contains("`fine`"), "{words}");
    assert!(words.contains(r#"`mood` (of "good", "bad")"#), "{words}");
}

#[tokio::test]
async fn an_empty_answer_is_asked_for_again_with_a_word_about_it() {
    let stage = Stage::new([says("")]).await;
    stage.check(("good asked, 2 0.5", 2)).await;
    let bodies = stage.bodies().await;
    let words = bodies[1]["messages"][0]["content"].as_str().unwrap();
    assert!(words.starts_with("Hi?\n\nThe last answer was empty."), "{words}");
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_with_a_larger_limit() {
    let mut stage = Stage::new([cut()]).await;
    stage.check(("good asked, 2 0.5", 2)).await;
    let limits =
        |bodies: Vec<Value>| bodies.iter().map(|body| body["max_tokens"].clone()).collect::<Vec<_>>();
    assert_eq!(limits(stage.bodies().await), [Value::Null, json!(16_384)]);
    std::fs::remove_file(stage.journal()).unwrap();
    stage.parameters.max_tokens = Some(50);
    stage.script([cut(), cut()]).await;
    let annotator = stage.annotator();
    let first = shown(&annotator.annotate(task(1, "Hi")).await);
    assert!(first.starts_with("Truncated, 2 0.5: the answer was cut off"), "{first}");
    assert_eq!(limits(stage.bodies().await), [json!(50), json!(200)]);
    drop(annotator);
    let again = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(again.starts_with("Truncated, 0 0.0"), "{again}");
    stage.parameters.max_tokens = Some(51);
    stage.check(("good asked, 1 0.25", 3)).await;
}

#[tokio::test]
async fn a_larger_limit_is_not_tried_in_vain() {
    let mut stage = Stage::new([cut()]).await;
    stage.parameters.extra.insert("max_tokens".to_owned(), json!(9));
    assert!(shown(&stage.annotator().annotate(task(1, "Hi")).await).starts_with("Truncated, 1 "));
    stage.parameters.extra.clear();
    stage.script([cut()]).await;
    let ollama = Annotator { provider: "ollama".to_owned(), ..stage.annotator() };
    assert!(shown(&ollama.annotate(task(1, "Hi")).await).starts_with("Truncated, 1 "));
}

#[tokio::test]
async fn a_larger_limit_that_is_too_dear_costs_its_task_alone() {
    let mut stage = Stage::new([cut()]).await;
    stage.parameters.max_tokens = Some(10_000);
    let mut annotator = stage.annotator();
    let Answerer::Model(client) = annotator.answerer else { panic!("there is a model") };
    let limits = Limits { tokens: Some(25_000), cost: None };
    annotator.answerer = Answerer::Model(Box::new(client.within(Budget::new(limits, None))));
    let first = shown(&annotator.annotate(task(1, "Hi")).await);
    let words = "the next question got no answer: the budget of 25000 tokens";
    assert!(first.starts_with("Truncated, 1 0.25: ") && first.contains(words), "{first}");
    assert_eq!(shown(&annotator.annotate(task(2, "Ho")).await), "good asked, 1 0.25");
    let third = shown(&annotator.annotate(task(3, "Ha")).await);
    assert!(third.starts_with("fatal, 0: the budget of 25000 tokens is spent"), "{third}");
}

#[tokio::test]
async fn at_most_two_further_questions_are_asked_and_each_remedy_once() {
    let stage = Stage::new([says("{}"), refuses(), cut(), says(GOOD)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with("Truncated, 3 0.75: ") && outcome.ends_with("(asked 3 times)"), "{outcome}");
    let stage = Stage::new([says("{}"), says("{}"), says(GOOD)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with("Unusable, 2 0.5: ") && outcome.ends_with("(asked 2 times)"), "{outcome}");
}

#[tokio::test]
async fn what_one_good_response_of_several_says_is_enough() {
    let mut stage = Stage::new([]).await;
    stage.parameters.responses = 2;
    let choices = json!([{"message": {"refusal": "no"}}, {"message": {"content": GOOD}}]);
    stage.script([ResponseTemplate::new(200).set_body_json(json!({"choices": choices}))]).await;
    stage.check(("good asked, 1 0.0", 1)).await;
}

#[tokio::test]
async fn a_further_question_that_fails_leaves_the_first_answers_trouble() {
    let stage = Stage::new([refuses(), fails(400)]).await;
    let words = "Refused, 1 0.25: the model refused: I must not; the next question got no answer: ";
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with(words), "{outcome}");
    let again = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(again.starts_with("Refused, 0 0.0"), "the server said no for good: {again}");
    let stage = Stage::new([refuses(), fails(503)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with(words), "{outcome}");
    stage.check(("good asked, 1 0.25", 3)).await;
    let stage = Stage::new([refuses(), fails(401)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with("fatal, 1: "), "what was paid is counted: {outcome}");
    assert_eq!(records(&stage.journal())[0]["failure"]["permanent"], false);
}

#[tokio::test]
async fn nothing_more_is_asked_once_stopping_was_asked_for() {
    let (stopper, stop) = stop::channel();
    let mut stage = Stage::new([refuses().set_delay(Duration::from_millis(100))]).await;
    stage.stop = stop;
    let annotator = stage.annotator();
    let stopping = async {
        while stage.bodies().await.is_empty() {
            tokio::task::yield_now().await;
        }
        stopper.stop();
    };
    let (outcome, ()) = futures::join!(annotator.annotate(task(1, "Hi")), stopping);
    assert_eq!(shown(&outcome), "Refused, 1 0.25: the model refused: I must not");
    assert_eq!(shown(&annotator.annotate(task(2, "Ho")).await), "stopped, 0");
    drop(annotator);
    stage.stop = Stop::never();
    stage.check(("good asked, 1 0.25", 2)).await;
}
