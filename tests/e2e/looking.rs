//! `check` and `preview` against the real servers: they ask no model for labels and change nothing.

use crate::support::fixture;
use crate::support::program::Program;
use crate::support::servers::servers;
use crate::support::studio::Project;

#[test]
fn check_says_that_all_is_ready() {
    let project = Project::sarcasm("Looking");
    let finished = Program::new().with_llama().command(&ask(
        "check",
        &project.argument(),
        &fixture("sarcasm/prompt.txt"),
    ));
    finished.expect_code(0);
    let said = format!("{}{}", finished.stdout, finished.stderr);
    for word in ["1.23.2", "tone", "ok"] {
        assert!(said.contains(word), "no `{word}` in\n{said}");
    }
    assert!(project.predictions().is_empty());
}

#[test]
fn check_names_each_thing_that_is_wrong() {
    let project = Project::sarcasm("Looking");
    let program = Program::new().with_llama();
    let prompt = program.file("prompt.txt", "Is {txet} sarcastic?");
    let finished = program.command(&ask("check", &project.argument(), &prompt));
    finished.expect_code(3);
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert!(said.contains("txet") && said.contains("text"), "{said}");
}

#[test]
fn preview_shows_the_request_and_asks_nobody() {
    let project = Project::sarcasm("Looking");
    let asked = servers().llama_prompt_tokens();
    let finished = Program::new().with_llama().command(&ask(
        "preview",
        &project.argument(),
        &fixture("sarcasm/prompt.txt"),
    ));
    finished.expect_code(0);
    let said = format!("{}{}", finished.stdout, finished.stderr);
    for words in ["deleted my playlists again", "Not Sarcastic", "18", "unknown"] {
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
    assert_eq!(servers().llama_prompt_tokens(), asked);
    assert!(project.predictions().is_empty());
}

fn ask<'a>(command: &'a str, project: &'a str, prompt: &'a str) -> [&'a str; 5] {
    [command, "--project", project, "--prompt", prompt]
}
