//! Plays a scenario with the real program, run after run.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};

use super::answers::{config, prompt, question};
use super::scenario::{Act, Change, Event, Scenario, Signal};
use super::stage::{Doors, Stage, Strike};
use crate::support::program::Outcome;
use crate::support::story::{Story, model};
use crate::support::studio::Studio;

/// The summary of each run.
const SUMMARY: &str = "summary.json";

/// What is left when everything was played.
#[derive(Debug)]
pub(super) struct Performance {
    pub(super) scenario: Scenario,
    pub(super) story: Story,
    pub(super) stage: Arc<Stage>,
    /// The tasks that are there, and their texts.
    pub(super) tasks: BTreeMap<u64, String>,
    /// The version of the prompt.
    pub(super) prompt: usize,
    pub(super) runs: Vec<Run>,
}

/// How a run went.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) act: Act,
    pub(super) outcome: Outcome,
    pub(super) strike: Strike,
    /// How often the model was asked each question.
    pub(super) asked: HashMap<String, usize>,
    /// The question of each task.
    pub(super) questions: BTreeMap<u64, String>,
    /// Bulk calls.
    pub(super) imports: usize,
    /// The text of the summary, if there is one.
    pub(super) summary: Option<String>,
}

impl Run {
    /// Returns whether it was killed, or told twice to end: what was in flight may be lost then.
    pub(super) fn is_cut_off(&self) -> bool {
        let signal = self.act.blow.as_ref().map(|blow| blow.signal);
        self.strike == Strike::Done && matches!(signal, Some(Signal::Kill | Signal::TermTwice))
    }

    /// Returns its summary as JSON, or null.
    pub(super) fn summary(&self) -> Value {
        self.summary.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

impl Performance {
    /// Plays all acts, and then two runs in which nothing goes wrong.
    pub(super) fn new(scenario: Scenario) -> Self {
        let mut performance = Self::begin(scenario);
        for act in performance.scenario.acts.clone() {
            performance.play(act);
        }
        performance.play(Act { retries_failed: true, ..Act::default() });
        performance.play(Act::default());
        performance
    }

    fn begin(scenario: Scenario) -> Self {
        let tasks: Vec<Value> = scenario.texts.iter().map(|text| json!({"text": text})).collect();
        let mut story = Story::with(Studio::start(), model(), (&config(), &tasks));
        if scenario.exchanges_token {
            let token = story.studio.personal_access_token();
            story = story.program(|program| program.env("LABEL_STUDIO_API_KEY", &token));
        }
        let doors = Doors { model: story.llm.host().door(), studio: story.studio.host().door() };
        let stage = Stage::new(scenario.seed, doors);
        let (model, studio) = (Arc::clone(&stage), Arc::clone(&stage));
        story.llm.direct(move |asked| Some(model.model(asked)));
        story.studio.direct(move |record| studio.studio(record));
        let tasks = story.tasks.iter().copied().zip(scenario.texts.iter().cloned()).collect();
        Self { scenario, story, stage, tasks, prompt: 1, runs: Vec::new() }
    }

    fn play(&mut self, act: Act) {
        for change in &act.changes {
            self.stage.note(&format!("{change:?}"));
            self.change(change);
        }
        let path = self.story.program.path("prompt.txt");
        fs::write(path, prompt(self.prompt)).expect("the folder is writable");
        // It may not be there yet, and must not be taken for the one of the next run.
        drop(fs::remove_file(self.story.program.path(SUMMARY)));
        let concurrency = self.scenario.concurrency.to_string();
        let args = ["--concurrency", &concurrency, "--max-retries", "3", "--max-wait", "1", "-vv"];
        let more: &[&str] = if act.retries_failed { &["--retry-failed"] } else { &[] };
        let args = [&args[..], &["--summary", SUMMARY], more].concat();
        let running = self.stage.begin(&act, || self.story.start(&args));
        let outcome = self.story.program.wait(running);
        let strike = self.stage.end(&format!("ended with {:?}", outcome.code));
        // What a killed run has sent is not taken for the next one's.
        self.story.llm.host().wait_until_alone();
        self.story.studio.host().wait_until_alone();
        self.runs.push(Run {
            strike,
            asked: self.stage.questions(),
            questions: self.tasks.iter().map(|(id, text)| (*id, question(self.prompt, text))).collect(),
            imports: self.stage.count(Event::Import),
            summary: fs::read_to_string(self.story.program.path(SUMMARY)).ok(),
            act,
            outcome,
        });
    }

    fn change(&mut self, change: &Change) {
        let chosen = |number: usize| {
            let ids: Vec<u64> = self.tasks.keys().copied().collect();
            ids[number % ids.len()]
        };
        match change {
            Change::Add(text) => {
                let id = self.story.studio.add_task(self.story.project, &json!({"text": text}));
                self.tasks.insert(id, text.clone());
            }
            // An answer to the old text that is stored after the edit looks as if it were one to the new text.
            Change::Edit(..) if self.stage.is_storing() => {}
            Change::Edit(number, text) => {
                let id = chosen(*number);
                self.story.studio.edit_task(id, &json!({"text": text}));
                self.tasks.insert(id, text.clone());
            }
            // A project without tasks is another story.
            Change::Delete(_) if self.tasks.len() == 1 => {}
            Change::Delete(number) => {
                let id = chosen(*number);
                self.story.studio.delete_task(id);
                self.tasks.remove(&id);
            }
            Change::Prompt(version) => self.prompt = *version,
        }
    }
}
