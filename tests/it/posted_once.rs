//! Every prediction is posted once, whatever happens to the program, to Label Studio or to the key in the middle.

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::program::Running;
use crate::support::story::{MOODS, Story, model, texts};
use crate::support::studio::{BulkFault, Setup, Studio};

const VERSION: [&str; 2] = ["--model-version", "v1"];

fn answer() -> Canned {
    let message = json!({"role": "assistant", "content": r#"{"mood": "positive"}"#});
    Canned::json(200, &json!({"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}))
}

/// Starts a command whose first bulk call does this, and kills it when the call has come as far as the gate.
fn killed(story: &Story, command: &[&str], (fault, gate): (BulkFault, &Gate)) {
    story.studio.fault(1, fault);
    let running = story.program.spawn_with(command.iter().copied());
    gate.wait_for_arrivals(1);
    running.signal("KILL");
    assert_eq!(story.wait(running).code, None, "it was killed");
}

fn run() -> Vec<&'static str> {
    [&["run", "--prompt", "prompt.txt"][..], &VERSION].concat()
}

/// Expects one prediction a task after so many bulk calls, and nothing more to do.
fn check(story: &Story, bulk_calls: usize) {
    assert_eq!(story.predicted(), vec!["v1: mood=positive"; story.tasks.len()]);
    assert_eq!(story.studio.bulk_calls(), bulk_calls);
    story.run(&VERSION).assert_code(0).assert_tells("nothing to do");
    assert_eq!((story.predicted().len(), story.studio.bulk_calls()), (story.tasks.len(), bulk_calls));
}

#[test]
fn what_was_stored_when_the_program_was_killed_is_not_posted_again() {
    let (story, gate) = (Story::many(4), Gate::new());
    killed(&story, &run(), (BulkFault::HangsAfterStoring(gate.clone()), &gate));
    story.run(&VERSION).assert_code(0).assert_tells("nothing to do");
    check(&story, 1);
}

#[test]
fn what_is_stored_while_the_next_run_waits_for_it_is_not_posted_again() {
    let (story, gate) = (Story::many(4), Gate::new());
    killed(&story, &run(), (BulkFault::StoresLate(gate.clone()), &gate));
    let mut again = story.start(&[&VERSION[..], &["-v"]].concat());
    again.wait_until_it_tells("waiting for what an earlier run was posting when it was killed");
    gate.open();
    story.wait(again).assert_code(0).assert_tells("nothing new for 4 tasks:");
    check(&story, 1);
}

#[test]
fn what_was_not_paid_for_is_not_posted_twice_either() {
    let (story, gate) = (Story::new(&["positive", "so positive"]), Gate::new());
    let counted = ["--provider", "keyword"];
    killed(&story, &[&run()[..], &counted].concat(), (BulkFault::StoresLate(gate.clone()), &gate));
    let mut again = story.start(&[&VERSION[..], &counted, &["-v"]].concat());
    again.wait_until_it_tells("waiting for what an earlier run was posting when it was killed");
    gate.open();
    story.wait(again).assert_code(0).assert_tells("nothing new for 2 tasks:");
    assert_eq!(story.predicted(), ["v1: mood=positive"; 2]);
}

#[test]
fn what_is_stored_after_the_next_run_has_posted_it_is_taken_out() {
    let (story, gate) = (Story::many(4), Gate::new());
    killed(&story, &run(), (BulkFault::StoresLate(gate.clone()), &gate));
    let posted = Gate::new();
    story.studio.fault(2, BulkFault::HangsAfterStoring(posted.clone()));
    let again = story.start(&VERSION);
    posted.wait_for_arrivals(1);
    gate.open();
    posted.open();
    story.wait(again).assert_code(0).assert_tells("delivered 4");
    check(&story, 2);
}

#[test]
fn what_never_got_through_is_posted_by_the_next_run() {
    let (story, gate) = (Story::many(2), Gate::new());
    killed(&story, &run(), (BulkFault::Hangs(gate.clone()), &gate));
    story.run(&VERSION).assert_code(0).assert_tells("delivered 2");
    check(&story, 2);
}

#[test]
fn a_push_that_was_killed_is_repeated_without_harm() {
    let (story, gate) = (Story::many(3), Gate::new());
    story.run(&[&VERSION[..], &["--output", "out.json"]].concat()).assert_code(0);
    killed(&story, &["push", "out.json"], (BulkFault::HangsAfterStoring(gate.clone()), &gate));
    story.command("push", &["out.json"]).assert_code(0).assert_tells("nothing new for 3 tasks:");
    check(&story, 1);
}

#[test]
fn processes_of_one_machine_take_turns_on_a_server() {
    let (story, gate) = (Story::many(3), Gate::new());
    story.run(&[&VERSION[..], &["--output", "out.json"]].concat()).assert_code(0);
    story.studio.fault(1, BulkFault::HangsAfterStoring(gate.clone()));
    let first = story.start(&VERSION);
    gate.wait_for_arrivals(1);
    let mut second = story.program.spawn_with(["push", "out.json", "-v"]);
    second.wait_until_it_tells("posts to the same Label Studio");
    assert_eq!(story.studio.bulk_calls(), 1);
    gate.open();
    story.wait(first).assert_code(0).assert_tells("delivered 3");
    story.wait(second).assert_code(0).assert_tells("nothing new for 3 tasks:");
    check(&story, 1);
}

/// Starts a run, and takes Label Studio away while the first task is being asked.
fn left_alone(story: &Story, args: &[&str]) -> (Running, Gate) {
    let asked = Gate::new();
    story.llm.script(1, answer().held(&asked));
    let mut running =
        story.start(&[&VERSION[..], &["--max-retries", "0", "--concurrency", "1"], args].concat());
    asked.wait_for_arrivals(1);
    let gone = story.studio.host().go_away();
    asked.open();
    running.wait_until_it_tells("Label Studio does not answer; waiting up to ");
    (running, gone)
}

#[test]
fn a_label_studio_that_is_restarted_is_waited_for() {
    // Of many tasks the next page is missing, of few the answers cannot be posted.
    for count in [300, 3] {
        let story = Story::many(count);
        let (running, gone) = left_alone(&story, &[]);
        gone.open();
        let outcome = story.wait(running);
        outcome.assert_code(0).assert_tells("Label Studio answers again, after ");
        assert_eq!(outcome.stderr.matches("does not answer").count(), 1, "{}", outcome.stderr);
        check(&story, 1);
    }
}

#[test]
fn a_label_studio_that_does_not_come_back_ends_the_run_and_the_next_one_goes_on() {
    let story = Story::many(3);
    let (running, gone) = left_alone(&story, &["--max-wait", "1", "--summary", "s.json"]);
    let outcome = story.wait(running);
    outcome.assert_code(5).assert_tells("waiting up to 1 s").assert_tells("not delivered 3");
    outcome.assert_tells("connection refused");
    assert_eq!(story.summary("s.json")["tasks"]["undelivered"], 3);
    gone.open();
    story.run(&VERSION).assert_code(0).assert_tells("delivered 3");
    check(&story, 1);
}

#[test]
fn an_interrupt_ends_the_wait_for_further_tasks_at_once_and_what_was_answered_is_posted() {
    let story = Story::many(300);
    let (mut running, gone) = left_alone(&story, &[]);
    running.interrupt();
    running.wait_until_it_tells("stopping: press Ctrl-C again to end at once");
    gone.open();
    let outcome = story.wait(running);
    outcome.assert_code(130);
    let answered = story.llm.count();
    assert_eq!(story.studio.all_predictions(story.project).len(), answered);
    assert!(answered < 300, "{answered}");
    story.run(&VERSION).assert_code(0);
    check(&story, 2);
}

/// Begins with a personal access token and so many tasks.
fn personal(count: usize) -> Story {
    let story = Story::with(Studio::with(&Setup::default()), model(), (MOODS, &texts(count)));
    let token = story.studio.personal_access_token();
    story.program(|program| program.env("LABEL_STUDIO_API_KEY", &token))
}

#[test]
fn a_token_that_ends_while_label_studio_is_away_is_exchanged_when_it_is_back() {
    let story = personal(3);
    let (running, gone) = left_alone(&story, &[]);
    story.studio.expire_access_tokens();
    gone.open();
    story.wait(running).assert_code(0);
    check(&story, 1);
}

#[test]
fn a_token_that_is_revoked_in_the_middle_ends_the_run_and_the_next_one_goes_on() {
    let story = personal(3);
    let gate = Gate::new();
    story.llm.script(1, answer().held(&gate));
    let running = story.start(&VERSION);
    gate.wait_for_arrivals(1);
    story.studio.expire_access_tokens();
    let revoked = json!({"detail": "Token is blacklisted", "code": "token_not_valid"});
    // Once for the delivery: a run that was refused there takes no last look.
    story.studio.intercept("POST /api/token/refresh", 1, Canned::json(401, &revoked));
    gate.open();
    story.wait(running).assert_code(5).assert_tells("it was revoked").assert_tells("not delivered 3");
    assert_eq!(story.studio.bulk_calls(), 0);
    story.run(&VERSION).assert_code(0).assert_tells("delivered 3");
    check(&story, 1);
}
