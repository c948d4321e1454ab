//! The program runs in a clean place of its own, and everything it says and writes is looked through.

use std::time::Duration;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::Llm;
use crate::support::program::Program;
use crate::support::studio::{LEGACY_TOKEN, Studio};

#[test]
fn the_program_starts_and_ends() {
    let outcome = Program::new().args(["--version"]).run();
    outcome.assert_code(0);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn a_started_program_can_be_waited_for() {
    let program = Program::new().args(["--version"]);
    program.wait(program.spawn()).assert_code(0);
}

#[test]
fn a_program_that_is_stuck_is_ended() {
    let (studio, gate) = (Studio::start(), Gate::new());
    studio.intercept("", 9, Canned::html(502).held(&gate));
    let program = Program::new().studio(&studio).patience(Duration::from_millis(300));
    let program = program.args(["run", "--project", "1", "--prompt", "p.txt", "--provider", "keyword"]);
    let program = program.file("p.txt", "{text}?");
    assert_eq!(program.wait(program.spawn()).code, None);
    gate.open();
}

#[test]
fn an_interrupted_program_ends() {
    let program = Program::new().args(["--version"]);
    let running = program.spawn();
    // It may have ended by itself already; until somebody waits for it, it can still be sent a signal.
    running.interrupt();
    let code = program.wait(running).code;
    assert!([None, Some(0), Some(130)].contains(&code), "{code:?}");
}

#[test]
fn a_secret_in_a_file_is_found() {
    let (studio, llm) = (Studio::start(), Llm::start());
    let program =
        Program::new().studio(&studio).llm(&llm).stdin("a line\n").file("a.txt", "the sk-secret is here");
    program.run_with(["--version"]).assert_code(0);
    assert_eq!(program.read("a.txt"), "the sk-secret is here");
    assert_eq!(program.places_that_tell("sk-secret"), [program.path("a.txt").display().to_string()]);
    program.assert_never_told(LEGACY_TOKEN);
    program.assert_never_told(llm.key());
}
