//! An answer is paid for once: what is asked again is what was never asked, and nothing else.

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::Llm;
use crate::support::program::Program;
use crate::support::story::{MODEL_KEY, MOODS, Story, model};

/// A file of tasks, and the model that is asked about them.
struct Desk {
    program: Program,
    llm: Llm,
}

impl Desk {
    fn new(tasks: &[&str]) -> Self {
        let llm = model();
        let program = Program::new().llm(&llm);
        Self { program, llm }.file("config.xml", MOODS).file("prompt.txt", "Positive? {text}").tasks(tasks)
    }

    fn file(self, name: &str, content: &str) -> Self {
        Self { program: self.program.file(name, content), ..self }
    }

    fn tasks(self, texts: &[&str]) -> Self {
        let tasks: Vec<Value> = texts.iter().map(|text| json!({"data": {"text": text}})).collect();
        self.file("tasks.json", &Value::from(tasks).to_string())
    }

    /// Labels the file; expects so many tasks in the output, and so many requests for them.
    fn check(&self, (tasks, requests): (usize, usize)) -> String {
        let before = self.llm.count();
        let args = ["run", "--tasks", "tasks.json", "--label-config", "config.xml", "--prompt", "prompt.txt"];
        let outcome =
            self.program.run_with([&args[..], &["--output", "out.jsonl", "--model-version", "v1"]].concat());
        outcome.assert_code(0).assert_tells(&format!("delivered {tasks}"));
        assert_eq!(self.llm.count() - before, requests, "{}", outcome.stderr);
        if requests == 0 {
            outcome.assert_tells(" reused");
        }
        self.program.read("out.jsonl")
    }
}

#[test]
fn a_second_run_costs_nothing_and_gives_the_same() {
    let desk = Desk::new(&["fine", "dull", "odd"]);
    let first = desk.check((3, 3));
    desk.llm.answer(|_| panic!("nobody is asked"));
    assert_eq!(desk.check((3, 0)), first);
}

#[test]
fn an_added_or_edited_task_costs_one_request() {
    let desk = Desk::new(&["fine", "dull"]);
    desk.check((2, 2));
    let desk = desk.tasks(&["new", "fine", "dull"]);
    desk.check((3, 1));
    let desk = desk.tasks(&["new", "fine", "dull no more"]);
    desk.check((3, 1));
}

#[test]
fn what_is_asked_otherwise_is_asked_again_and_what_only_looks_different_is_not() {
    let desk = Desk::new(&["fine", "dull"]);
    desk.check((2, 2));
    let desk = desk.file("config.xml", &MOODS.replace("><", ">\n  <!-- the same -->\n<"));
    desk.check((2, 0));
    let desk = desk.file("config.xml", &MOODS.replace("\"negative\"", "\"negative\" hint=\"of anger too\""));
    desk.check((2, 2));
    let desk = desk.file("config.xml", MOODS).file("prompt.txt", "Is it positive? {text}");
    desk.check((2, 2));
    let desk = desk.file("config.xml", &MOODS.replace("\"mood\"", "\"feeling\""));
    desk.check((2, 2));
    let desk = desk.file("config.xml", MOODS).file("prompt.txt", "Positive? {text}");
    desk.check((2, 0));
}

#[test]
fn tasks_with_the_same_content_share_one_answer() {
    let desk = Desk::new(&["fine", "fine", "dull", "fine"]);
    desk.check((4, 2));
    let story = Story::new(&["fine", "fine", "dull", "fine"]);
    let outcome = story.run(&["--model-version", "v1", "--concurrency", "1"]);
    outcome.assert_code(0).assert_tells("delivered 4");
    assert_eq!(story.llm.count(), 2);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 4]);
}

#[test]
fn a_run_to_a_file_and_then_to_the_project_pays_once() {
    let story = Story::new(&["fine", "dull"]);
    story.run(&["--output", "out.json"]).assert_code(0);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (2, 0));
    story.run(&[]).assert_code(0).assert_tells("delivered 2").assert_tells(" reused");
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (2, 1));
}

#[test]
fn what_was_answered_before_a_kill_is_not_asked_again() {
    let (story, gate) = (Story::many(4), Gate::new());
    story.llm.script(4, Canned::json(200, &json!({})).held(&gate));
    let running = story.start(&["--model-version", "v1", "--concurrency", "1"]);
    gate.wait_for_arrivals(1);
    running.signal("KILL");
    assert_eq!(story.wait(running).code, None);
    assert_eq!(story.studio.bulk_calls(), 0);
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("delivered 4");
    assert_eq!(story.llm.count(), 5, "the fourth was on its way when the run was killed");
}

#[test]
fn a_key_that_the_model_repeats_is_kept_nowhere() {
    let config = r#"<View><Text name="text" value="$text"/><TextArea name="why" toName="text"/></View>"#;
    let answer = json!({"why": format!("I was asked with {MODEL_KEY}, and \"quoted\"")});
    let story = Story::answering(config, &[json!({"text": "fine"})], &answer);
    // Each run looks for the key in all files and at Label Studio.
    story.run(&["--output", "out.json"]).assert_code(0);
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), [r#"v1: why=I was asked with [hidden], and "quoted""#]);
    assert_eq!(story.llm.count(), 1);
}
