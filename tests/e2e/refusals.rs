//! What real servers refuse ends the run at once, with their words and the right exit code.

use crate::support::fixture;
use crate::support::program::{Finished, Program};
use crate::support::servers::servers;
use crate::support::studio::Project;

#[test]
fn a_project_that_does_not_exist_is_named() {
    let finished = run(&Program::new().with_llama(), "99999999");
    finished.expect_code(5);
    finished.expect_said(&["error:", "99999999"]);
}

#[test]
fn an_address_that_is_not_label_studio_is_named() {
    let servers = servers();
    for url in [
        format!("{}/nothing-here", servers.label_studio.url),
        servers.llama.clone(),
        "http://127.0.0.1:9".to_owned(),
    ] {
        let finished = run(&Program::new().with_llama().with("LABEL_STUDIO_URL", &url), "1");
        finished.expect_code(5);
        finished.expect_said(&["error:", "LABEL_STUDIO_URL"]);
    }
}

/// The proxy answers 400 to a model it does not know, not 404.
#[test]
fn a_model_that_does_not_exist_stops_the_run() {
    let project = Project::sarcasm("Refusals");
    let finished = run(&Program::new().with_litellm("no-such-model"), &project.argument());
    finished.expect_code(6);
    finished.expect_said(&["error:", "no-such-model", "hint:"]);
    assert!(project.predictions().is_empty());
}

#[test]
fn a_key_the_provider_does_not_know_stops_the_run() {
    let project = Project::sarcasm("Refusals");
    let program =
        Program::new().with_litellm("schema-echo").with("OPENAI_API_KEY", "not-a-key-of-this-proxy");
    let finished = run(&program, &project.argument());
    finished.expect_code(6);
    finished.expect_said(&["error:", "OPENAI_API_KEY", "hint:"]);
}

#[test]
fn a_model_server_that_is_not_there_stops_the_run() {
    let project = Project::sarcasm("Refusals");
    let program = Program::new().with_llama().with("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    let finished = run(&program, &project.argument());
    finished.expect_code(6);
    finished.expect_said(&["error:", "127.0.0.1:9"]);
}

/// A text that no context holds is one task's trouble.
#[test]
fn a_text_that_does_not_fit_fails_alone() {
    let mut project = Project::sarcasm("Refusals");
    project.import(&serde_json::json!([{"data": {"ref": "long", "text": "Oh wow. ".repeat(8000)}}]));
    let program = Program::new().with_llama();
    let arguments =
        ["--project", &project.argument(), "--prompt", &fixture("sarcasm/prompt.txt"), "--controls", "tone"];
    let summary = program.label(&arguments, 4);
    assert_eq!((summary.delivered(), summary.failures().len()), (18, 1));
    assert_eq!(project.predicted_tasks(), project.tasks[..18]);
}

fn run(program: &Program, project: &str) -> Finished {
    program.command(&[
        "run",
        "--project",
        project,
        "--prompt",
        &fixture("sarcasm/prompt.txt"),
        "--max-retries",
        "1",
    ])
}
