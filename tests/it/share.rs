//! Several processes that ask the same model with the same key share its limits.

use std::fs::read_dir;

use serde_json::json;

use crate::support::gate::Gate;
use crate::support::llm::asked::Dialect;
use crate::support::llm::reply::refusal;
use crate::support::program::Running;
use crate::support::story::{MOODS, Story, texts};

const BOTH: &str = "2 processes share the limits of this endpoint: each takes half";
const ALONE: &str = "this one has all of its limits";

/// Starts a run of another project with this model, at the same time as any run of the story's own.
fn start(story: &Story, model: &str) -> Running {
    let (project, _) = story.studio.project(MOODS, &texts(2));
    story.start(&["--project", &project.to_string(), "--model", model, "--model-version", "v1", "-v"])
}

/// Returns how many processes have left a file where they share limits.
fn locks(story: &Story) -> usize {
    let folders =
        read_dir(story.program.path("../home/state/ls-autolabel/pace")).expect("somebody asked a model");
    folders
        .map(|folder| read_dir(folder.expect("it is readable").path()).expect("it is a folder").count())
        .sum()
}

/// Holds the first answers to so many processes.
fn hold(story: &Story, processes: usize) -> Gate {
    let gate = Gate::new();
    // Each asks once to find out what the endpoint takes.
    for request in 1..=processes {
        let busy = refusal(Dialect::OpenAi, 503, "overloaded", "busy").header("retry-after", "0");
        story.llm.script(request, busy.held(&gate));
    }
    gate
}

#[test]
fn two_processes_know_of_each_other_and_of_the_end_of_the_other() {
    let story = Story::many(1);
    let gate = hold(&story, 2);
    let mut first = start(&story, "small");
    gate.wait_for_arrivals(1);
    let mut second = start(&story, "small");
    second.wait_until_it_tells(BOTH);
    first.wait_until_it_tells(BOTH);
    gate.wait_for_arrivals(2);
    // As `kill -9` does: nobody takes leave.
    drop(first);
    second.wait_until_it_tells(ALONE);
    gate.open();
    story.wait(second).assert_code(0).assert_tells("delivered 2");
    assert_eq!(locks(&story), 0, "whoever goes takes its file along, and whoever stays those of the dead");
}

#[test]
fn a_run_that_ends_at_once_takes_its_file_along() {
    let story = Story::many(1);
    let gate = hold(&story, 1);
    let mut running = start(&story, "small");
    gate.wait_for_arrivals(1);
    assert_eq!(locks(&story), 1);
    running.signal("INT");
    running.wait_until_it_tells("stopping");
    running.signal("INT");
    story.wait(running).assert_code(130);
    assert_eq!(locks(&story), 0);
    gate.open();
}

#[test]
fn other_models_and_commands_that_hardly_ask_are_not_counted() {
    let story = Story::many(1);
    let gate = hold(&story, 2);
    let small = start(&story, "small");
    gate.wait_for_arrivals(1);
    let large = start(&story, "large");
    gate.wait_for_arrivals(2);
    story.command("preview", &["--prompt", "prompt.txt", "--model", "small"]).assert_code(0);
    story.command("check", &["--prompt", "prompt.txt", "--model", "small"]).assert_code(0);
    gate.open();
    for running in [small, large] {
        let outcome = story.wait(running);
        outcome.assert_code(0);
        assert!(!outcome.stderr.contains("processes share"), "{}", outcome.stderr);
    }
}

#[test]
fn without_a_place_for_locks_a_run_is_alone_and_says_so() {
    let story = Story::many(1).program(|program| {
        let state = program.path("state").display().to_string();
        program.file("state", "").env("XDG_STATE_HOME", &state)
    });
    let outcome = story.run(&["-v", "--summary", "s.json", "--journal", "j.jsonl"]);
    outcome.assert_code(0).assert_tells("other processes that use this endpoint are not seen");
    assert_eq!(story.summary("s.json")["tasks"]["delivered"], json!(1));
}
