//! The program is killed, Label Studio is killed, and in the end every prediction is there once.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::support::gate::Gate;
use crate::support::llm::reply::{Said, completion};
use crate::support::llm::{Llm, Setup};
use crate::support::program::Program;
use crate::support::relay::Relay;
use crate::support::servers::Mortal;
use crate::support::studio::Project;

const CONFIG: &str = r#"<View><Text name="text" value="$text"/><Choices name="mood" toName="text">
    <Choice value="positive"/><Choice value="negative"/></Choices></View>"#;

/// Requests in flight.
const CONCURRENCY: usize = 4;

fn tasks(count: usize) -> Value {
    (1..=count).map(|number| json!({"data": {"text": format!("text {number}")}})).collect()
}

/// Starts a model that calls even texts positive and odd ones negative.
fn model() -> Llm {
    let llm = Llm::with(Setup { key: Some("sk-killed-0f6b1e".to_owned()), ..Setup::default() });
    llm.answer(|asked| json!({"mood": mood(&asked.text)}).to_string());
    llm
}

fn mood(text: &str) -> &'static str {
    if text.trim_end_matches('?').ends_with(['0', '2', '4', '6', '8']) { "positive" } else { "negative" }
}

/// Lets the chat request of this number, and each after it, wait at the gate.
fn hold(llm: &Llm, number: usize, gate: &Gate) {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let gate = gate.clone();
    llm.direct(move |asked| {
        let arrived = 1 + count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let said = Said::text(asked, &json!({"mood": mood(&asked.text)}).to_string());
        (number <= arrived).then(|| completion(asked, &said).held(&gate))
    });
}

fn arguments<'a>(project: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let all = [
        "run",
        "--project",
        project,
        "--prompt",
        "prompt.txt",
        "--concurrency",
        "4",
        "--summary",
        "summary.json",
    ];
    [&all[..], more].concat()
}

/// Writes the prompt that all stories here use.
fn prepared(program: Program) -> Program {
    program.file("prompt.txt", "Which mood has {text}?");
    program
}

/// Fails unless every task has one prediction, the right one.
fn expect_once(project: &Project) {
    let numbers: HashMap<u64, usize> = project.tasks.iter().copied().zip(1..).collect();
    assert_eq!(project.predicted_tasks(), project.tasks);
    for prediction in project.predictions() {
        let number = numbers[&prediction["task"].as_u64().expect("a prediction names its task")];
        let found = prediction.pointer("/result/0/value/choices/0").and_then(Value::as_str);
        assert_eq!(found, Some(mood(&number.to_string())), "task {number}");
    }
}

#[test]
fn a_killed_run_is_gone_on_with() {
    let (project, llm, gate) = (Project::new("Killed", CONFIG, &tasks(60)), model(), Gate::new());
    let program = prepared(Program::new().with_model(&llm));
    let id = project.argument();
    hold(&llm, 30, &gate);
    let running = program.start(&arguments(&id, &[]));
    gate.wait_for_arrivals(CONCURRENCY);
    program.kill(running);
    gate.open();
    assert_eq!((llm.count(), project.predictions().len()), (29 + CONCURRENCY, 0));

    program.command(&arguments(&id, &[])).expect_code(0);
    assert_eq!(llm.count(), 60 + CONCURRENCY, "only what was in flight is asked again");
    expect_once(&project);
    program.command(&arguments(&id, &[])).expect_code(0);
    assert_eq!(llm.count(), 60 + CONCURRENCY);
}

#[test]
fn a_run_that_is_killed_during_its_bulk_call_posts_nothing_twice() {
    let (project, llm) = (Project::new("Killed during a call", CONFIG, &tasks(2_000)), model());
    let place = &crate::support::servers::servers().label_studio;
    let relay = Relay::to(place);
    let program = prepared(Program::at(&relay.through(place)).with_model(&llm));
    let id = project.argument();
    let running = program.start(&arguments(&id, &[]));
    relay.wait_for_imports(1);
    program.kill(running);
    // Label Studio is still at it, and nobody waits.
    program.command(&arguments(&id, &[])).expect_code(0);
    expect_once(&project);
    let most = 2_000 + CONCURRENCY;
    assert!((2_000..=most).contains(&llm.count()), "{} requests for 2,000 tasks", llm.count());
    program.command(&arguments(&id, &[])).expect_code(0);
    expect_once(&project);
}

#[test]
fn a_label_studio_that_is_killed_and_comes_back_is_waited_for() {
    let studio = Mortal::start();
    let (llm, gate) = (model(), Gate::new());
    let project = Project::at(studio.label_studio(), ("Comes back", CONFIG), &tasks(200));
    let program = prepared(Program::at(studio.label_studio()).with_model(&llm));
    let id = project.argument();
    hold(&llm, 50, &gate);
    let running = program.start(&arguments(&id, &[]));
    gate.wait_for_arrivals(CONCURRENCY);
    studio.kill();
    gate.open();
    studio.start_again();
    program.wait(running).expect_code(0);
    assert_eq!(llm.count(), 200);
    expect_once(&project);
}

#[test]
fn a_label_studio_that_is_killed_during_a_bulk_call_is_asked_what_it_has() {
    let studio = Mortal::start();
    let llm = model();
    let project = Project::at(studio.label_studio(), ("Killed in a call", CONFIG), &tasks(500));
    let relay = Relay::to(studio.label_studio());
    let program = prepared(Program::at(&relay.through(studio.label_studio())).with_model(&llm));
    let id = project.argument();
    let running = program.start(&arguments(&id, &[]));
    relay.wait_for_imports(1);
    studio.kill();
    studio.start_again();
    program.wait(running).expect_code(0);
    assert_eq!(llm.count(), 500);
    expect_once(&project);
}

#[test]
fn nothing_is_lost_when_label_studio_stays_down() {
    let studio = Mortal::start();
    let (llm, gate) = (model(), Gate::new());
    let project = Project::at(studio.label_studio(), ("Stays down", CONFIG), &tasks(20));
    let program = prepared(Program::at(studio.label_studio()).with_model(&llm));
    let id = project.argument();
    hold(&llm, 17, &gate);
    let running = program.start(&arguments(&id, &["--max-wait", "2"]));
    gate.wait_for_arrivals(CONCURRENCY);
    studio.kill();
    gate.open();
    let finished = program.wait(running);
    finished.expect_code(5);
    assert_eq!((llm.count(), program.summary().exit_code()), (20, 5));

    studio.start_again();
    program.command(&arguments(&id, &[])).expect_code(0);
    assert_eq!(llm.count(), 20, "the model is not asked again");
    expect_once(&project);
}
