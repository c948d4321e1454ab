//! A project, a model and the program between them: where most stories begin.

use serde_json::{Value, json};

use super::llm::{Llm, Setup};
use super::program::{Outcome, Program, Running};
use super::studio::Studio;

/// Texts, and one of two moods for each.
pub(crate) const MOODS: &str = r#"<View><Text name="text" value="$text"/><Choices name="mood" toName="text">
    <Choice value="positive"/><Choice value="negative"/></Choices></View>"#;

/// The key that the model of a story wants, in a form that occurs nowhere else.
pub(crate) const MODEL_KEY: &str = "sk-story-7d1e0c55a9";

/// A project with tasks, a model that answers, and the program in a folder with `prompt.txt`.
///
/// After each run it is looked whether anything tells a key that should not.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) studio: Studio,
    pub(crate) llm: Llm,
    pub(crate) program: Program,
    pub(crate) project: u64,
    pub(crate) tasks: Vec<u64>,
}

impl Story {
    /// Begins with a task for each text, and a model that calls everything positive.
    pub(crate) fn new(texts: &[&str]) -> Self {
        let tasks: Vec<Value> = texts.iter().map(|text| json!({"text": text})).collect();
        Self::with(Studio::start(), model(), (MOODS, &tasks))
    }

    /// Begins with so many tasks, whose texts are `text 1`, `text 2`, and so on.
    pub(crate) fn many(count: usize) -> Self {
        Self::with(Studio::start(), model(), (MOODS, &texts(count)))
    }

    /// Begins with these servers, labeling config and tasks.
    pub(crate) fn with(studio: Studio, llm: Llm, (config, tasks): (&str, &[Value])) -> Self {
        let (project, tasks) = studio.project(config, tasks);
        let program = program(&studio, &llm, project);
        Self { studio, llm, program, project, tasks }
    }

    /// Begins with this labeling config, tasks and model's answer.
    pub(crate) fn answering(config: &str, tasks: &[Value], answer: &Value) -> Self {
        let llm = model();
        let answer = answer.to_string();
        llm.answer(move |_| answer.clone());
        Self::with(Studio::start(), llm, (config, tasks))
    }

    /// Changes the program before it runs.
    pub(crate) fn program(mut self, change: impl FnOnce(Program) -> Program) -> Self {
        self.program = change(self.program);
        self
    }

    /// Runs `run` on the project with its prompt and further arguments.
    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.command("run", &[&["--prompt", "prompt.txt"], args].concat())
    }

    /// Runs as [`run`](Self::run) does, on a machine of its own.
    pub(crate) fn run_elsewhere(&self, args: &[&str]) -> Outcome {
        let program = program(&self.studio, &self.llm, self.project);
        program.run_with([&["run", "--prompt", "prompt.txt"], args].concat())
    }

    /// Starts `run` as [`run`](Self::run) does, and returns at once.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        self.program.spawn_with([&["run", "--prompt", "prompt.txt"], args].concat())
    }

    /// Waits for the end of what was started.
    pub(crate) fn wait(&self, running: Running) -> Outcome {
        let outcome = self.program.wait(running);
        self.assert_no_key_told();
        outcome
    }

    /// Runs any command.
    pub(crate) fn command(&self, name: &str, args: &[&str]) -> Outcome {
        let outcome = self.program.run_with([&[name], args].concat());
        self.assert_no_key_told();
        outcome
    }

    /// Panics if a key is told in any output or file, or reached a server it is not for.
    pub(crate) fn assert_no_key_told(&self) {
        for secret in self.studio.secrets() {
            self.program.assert_never_told(&secret);
            assert_eq!(self.llm.host().routes_that_saw(&secret), [""; 0], "Label Studio's key at the model");
        }
        self.program.assert_never_told(self.llm.key());
        assert_eq!(self.studio.host().routes_that_saw(self.llm.key()), [""; 0], "the model's key");
    }

    /// Returns the summary that was written to this file.
    pub(crate) fn summary(&self, file: &str) -> Value {
        serde_json::from_str(&self.program.read(file)).expect("a summary is JSON")
    }

    /// Returns what is predicted for each task, such as `v1: mood=positive`; several predictions stand in their order.
    pub(crate) fn predicted(&self) -> Vec<String> {
        self.tasks.iter().map(|task| shown(&self.studio.predictions(*task))).collect()
    }
}

fn program(studio: &Studio, llm: &Llm, project: u64) -> Program {
    let program = Program::new().studio(studio).llm(llm).file("prompt.txt", "Positive? {text}");
    program.env("LABEL_STUDIO_PROJECT_ID", &project.to_string())
}

/// Starts a model that wants a key and gives the first legal answer.
pub(crate) fn model() -> Llm {
    Llm::with(Setup { key: Some(MODEL_KEY.to_owned()), ..Setup::default() })
}

/// Returns the data of so many tasks.
pub(crate) fn texts(count: usize) -> Vec<Value> {
    (1..=count).map(|number| json!({"text": format!("text {number}")})).collect()
}

/// Shows predictions on one line: versions and what each control says.
pub(crate) fn shown(predictions: &[Value]) -> String {
    let shown = predictions.iter().map(|prediction| {
        let regions = prediction["result"].as_array().into_iter().flatten();
        let regions: Vec<String> = regions.map(region).collect();
        format!("{}: {}", prediction["model_version"].as_str().unwrap_or("?"), regions.join(" "))
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Shows a region: the control and its value, a lone text without brackets.
fn region(region: &Value) -> String {
    let kind = region["type"].as_str().unwrap_or_default();
    let content = region["value"].get(kind).or_else(|| region["value"].get("text"));
    let text = match content {
        Some(Value::Array(texts)) if texts.len() == 1 && texts[0].is_string() => texts[0].clone(),
        content => content.cloned().unwrap_or_default(),
    };
    let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
    format!("{}={text}", region["from_name"].as_str().unwrap_or("?"))
}
