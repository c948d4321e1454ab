//! Refusals of the `LiteLLM` proxy: a limit of the key, a limit of the model, a server that always fails.

use crate::support::program::{Program, Summary};
use crate::support::studio::Project;
use crate::support::texts;

/// The proxy says so in `retry-after`; its headers would have said it before, but the user knows better.
#[test]
fn a_limit_of_the_key_delays_the_run_and_loses_nothing() {
    let program = Program::new().with_litellm("schema-echo").with("OPENAI_API_KEY", "sk-rpm-20-keylimit");
    let summary = label(&program, 25, &["--rpm", "600"]);
    assert!(0 < summary.retries(), "25 requests do not fit into a minute of 20");
}

/// A refusal would name its wait only in `llm_provider-retry-after`.
#[test]
fn a_limit_of_the_model_is_learned_from_headers_and_nothing_is_refused() {
    let program = Program::new().with_litellm("rpm3");
    let summary = label(&program, 5, &[]);
    assert_eq!(summary.retries(), 0);
}

#[test]
fn a_run_that_knows_the_limit_is_never_refused() {
    let program = Program::new().with_litellm("schema-echo").with("OPENAI_API_KEY", "sk-rpm-10-knownlimit");
    let summary = label(&program, 12, &["--rpm", "8"]);
    assert_eq!(summary.retries(), 0);
}

#[test]
fn requests_at_once_never_exceed_the_concurrency() {
    let program = Program::new().with_litellm("schema-echo").with("OPENAI_API_KEY", "sk-par-2-parallel");
    let summary = label(&program, 20, &["--concurrency", "2"]);
    assert_eq!(summary.retries(), 0);
}

#[test]
fn a_server_that_always_fails_costs_the_tasks_and_not_the_run() {
    let project = Project::new("Always 500", &texts::config(), &texts::tasks(2));
    let program = Program::new().with_litellm("always-500");
    let prompt = program.file("intent.txt", "Which intent is this?");
    let arguments = ["--project", &project.argument(), "--prompt", &prompt, "--max-retries", "1"];
    let summary = program.label(&arguments, 4);
    assert_eq!((summary.delivered(), summary.failures().len()), (0, 2));
    assert!(project.predictions().is_empty());
}

/// Labels so many texts and expects a prediction for each.
fn label(program: &Program, count: usize, more: &[&str]) -> Summary {
    let project = Project::new("Rate limits", &texts::config(), &texts::tasks(count));
    let prompt = program.file("intent.txt", "Which intent is this?");
    let summary =
        program.label(&[&["--project", &project.argument(), "--prompt", &prompt], more].concat(), 0);
    assert_eq!(summary.delivered(), count as u64);
    assert_eq!(project.predicted_tasks(), project.tasks);
    summary
}
