//! `journal`: what a person sees of a journal, and how it is cleaned up, without any server.

use std::fs::{self, File};
use std::slice::from_ref;

use serde_json::{Value, json};

use crate::support::program::{Outcome, Program};
use crate::surface::compare;

const HEADER: &str = r#"{"journal":"ls-autolabel","format_version":1}"#;

fn key(number: u8) -> String {
    format!("{number:02x}").repeat(32)
}

fn answer(number: u8, task: &str, mood: &str) -> Value {
    let usage = json!({"requests": 1, "prompt_tokens": 1200, "completion_tokens": 4});
    let replies = json!([{"body": {"mood": mood}, "headers": [["x-cost", "0.0012"]]}]);
    json!({"answer": {"key": key(number), "task": task, "at": 1_800_000_000, "model": "gpt-x", "replies": replies,
        "usage": usage, "cost": 0.0012}})
}

fn failure(number: u8, task: &str) -> Value {
    json!({"failure": {"key": key(number), "task": task, "at": 1_800_000_060, "model": "gpt-x", "kind": "refused",
        "reason": "I'd rather not", "permanent": true, "replies": [], "usage": {}}})
}

fn also(number: u8, task: &str) -> Value {
    json!({"also": {"key": key(number), "task": task}})
}

fn journal(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    format!("{HEADER}\n{}\n", lines.join("\n"))
}

/// The program beside a journal with two answers, one of them superseded, and a failure.
fn program() -> Program {
    let records = [
        answer(1, "task 12", "dull"),
        failure(2, "task 13"),
        also(1, "task 14"),
        answer(1, "task 12", "fine"),
        answer(3, "row 3", "odd"),
    ];
    Program::new().file("j.jsonl", &journal(&records))
}

fn run(program: &Program, args: &[&str]) -> Outcome {
    program.run_with([&["journal"], args].concat())
}

#[test]
fn the_tasks_of_a_journal_are_listed() {
    let listed = run(&program(), &["list", "--journal", "j.jsonl"]);
    listed.assert_code(0).assert_tells("4 records in j.jsonl");
    compare("journal_list", &listed.stdout);
}

#[test]
fn all_journals_are_listed() {
    let program = program();
    let empty = run(&program, &["list"]);
    empty.assert_code(0).assert_tells("there are no journals in");
    assert_eq!(empty.stdout, "");
    let folder = program.path("../home/state/ls-autolabel/journals");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(program.path("j.jsonl"), folder.join("localhost_8080_project-12.jsonl")).unwrap();
    fs::write(folder.join("other.jsonl"), "{}\n").unwrap();
    let lock = File::create(folder.join("localhost_8080_project-12.jsonl.lock")).unwrap();
    lock.lock().unwrap();
    let program = program.env("LABEL_STUDIO_PROJECT_ID", "12");
    let listed = run(&program, &["list", "--all"]);
    listed.assert_code(0).assert_tells("other.jsonl is no journal");
    let rows: Vec<Vec<&str>> =
        listed.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(rows.len(), 2, "{}", listed.stdout);
    assert_eq!(rows[1][..4], ["2", "1", "2,408", "$0.0024"]);
    assert_eq!(rows[1][6], "yes");
    assert!(rows[1][7].ends_with("localhost_8080_project-12.jsonl"));
    let tasks = run(&program, &["list"]);
    assert!(tasks.assert_code(0).stdout.contains("task 12"), "the project of the environment is chosen");
    assert_eq!(
        run(&program, &["list", "--url", "http://localhost:8080/"]).assert_code(0).stdout,
        tasks.stdout
    );
    run(&program, &["list", "--url", "http://other:8080"])
        .assert_code(3)
        .assert_tells("there is no journal of project 12 of http://other:8080: it would be");
}

#[test]
fn of_an_answer_the_words_are_shown_and_all_of_it_as_json() {
    let bodies = [
        json!({"choices": [{"message": {"content": "{\"mood\": \"fine\"}"}, "finish_reason": "stop",
            "logprobs": {"content": [{"token": "fine", "logprob": -0.1, "top_logprobs": []}]}}]}),
        json!({"type": "message", "content": [{"type": "text", "text": "half an ans"}], "stop_reason": "max_tokens"}),
        json!({"message": {"role": "assistant", "content": "dull"}, "done": true}),
        json!({"choices": [{"message": {"refusal": "I'd rather not"}, "finish_reason": "stop"}]}),
        json!("a web page"),
    ];
    let mut record = answer(1, "task 12", "fine");
    record["answer"]["replies"] = bodies.iter().map(|body| json!({"body": body})).collect();
    let program = Program::new().file("j.jsonl", &journal(from_ref(&record)));
    compare("journal_show_replies", &run(&program, &["show", "12", "--journal", "j.jsonl"]).stdout);
    let shown = run(&program, &["show", "12", "--json", "--journal", "j.jsonl"]);
    assert_eq!(shown.assert_code(0).stdout.lines().count(), 1);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["answer"]["replies"], record["answer"]["replies"]);
}

#[test]
fn a_task_is_shown_with_what_became_of_it() {
    let program = program();
    let show = |task: &str| {
        let shown = run(&program, &["show", task, "--journal", "j.jsonl"]);
        assert_eq!(shown.assert_code(0).stderr, "");
        shown.stdout
    };
    compare("journal_show_answer", &show("14"));
    compare("journal_show_failure", &show("task 13"));
    assert!(show("row 3").contains("\"mood\": \"odd\""));
    assert_eq!(show("3"), show("row 3"));
    run(&program, &["show", "99", "--journal", "j.jsonl"])
        .assert_code(3)
        .assert_tells("error: the journal j.jsonl holds nothing of task 99")
        .assert_tells("hint: `ls-autolabel journal list` with the same options shows its tasks");
}

#[test]
fn what_is_named_is_forgotten_and_nothing_else() {
    let check = |args: &[&str], told: &str, expect: &[Value]| {
        let program = program();
        let outcome = run(&program, &[&["forget", "--journal", "j.jsonl"], args].concat());
        outcome.assert_code(0).assert_tells(told);
        let expect = if expect.is_empty() { format!("{HEADER}\n") } else { journal(expect) };
        assert_eq!((outcome.stdout.as_str(), program.read("j.jsonl")), ("", expect), "{args:?}");
    };
    let fine = || [also(1, "task 14"), answer(1, "task 12", "fine")];
    let odd = answer(3, "row 3", "odd");
    check(&["12"], "forgot 1 answer and 0 failures", &[failure(2, "task 13"), odd.clone()]);
    check(&["14", "13"], "forgot 1 answer and 1 failure", from_ref(&odd));
    check(&["--failed"], "forgot 0 answers and 1 failure", &[&fine()[..], from_ref(&odd)].concat());
    let all = [&[failure(2, "task 13")], &fine()[..], &[odd]].concat();
    check(&["--failed", "row 3"], "forgot 0 answers and 0 failures", &all);
    check(&["--all"], "forgot 2 answers and 1 failure", &[]);
}

#[test]
fn a_call_that_a_run_was_killed_in_is_not_forgotten() {
    let posting = json!({"posting": {"call": 1, "at": 1_800_000_000, "server": "http://localhost:8080", "project": 1,
        "model_version": "v", "tasks": [12]}});
    let program = Program::new().file("j.jsonl", &journal(&[answer(1, "task 12", "fine"), posting.clone()]));
    run(&program, &["forget", "--all", "--journal", "j.jsonl"]).assert_code(0);
    assert_eq!(program.read("j.jsonl"), journal(&[posting]));
}

#[test]
fn a_journal_is_made_smaller() {
    let program = program();
    let before = program.read("j.jsonl");
    let program = program.file("j.jsonl", &format!("{before}rubbish\n{{\"answer\":"));
    run(&program, &["compact", "--journal", "j.jsonl"])
        .assert_code(0)
        .assert_tells("kept 4 records; j.jsonl has");
    let superseded = format!("{}\n", answer(1, "task 12", "dull"));
    assert_eq!(program.read("j.jsonl"), before.replace(&superseded, ""));
}

#[test]
fn a_journal_that_is_in_use_is_not_changed_but_can_be_read() {
    let program = program();
    let before = program.read("j.jsonl");
    let lock = File::create(program.path("j.jsonl.lock")).unwrap();
    lock.lock().unwrap();
    for args in [&["forget", "--all"][..], &["forget", "12"], &["compact"]] {
        let refused = run(&program, &[args, &["--journal", "j.jsonl"]].concat());
        refused.assert_code(9).assert_tells("error: nothing was done: the journal");
    }
    assert_eq!(program.read("j.jsonl"), before);
    run(&program, &["list", "--journal", "j.jsonl"]).assert_code(0);
    run(&program, &["show", "12", "--journal", "j.jsonl"]).assert_code(0);
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let check = |args: &[&str], code: i32, told: &str| {
        run(&program(), args).assert_code(code).assert_tells(told);
    };
    check(&["forget", "--journal", "j.jsonl"], 2, "the following required arguments were not provided");
    check(&["forget", "--all", "12", "--journal", "j.jsonl"], 2, "cannot be used with");
    check(&["show", "twelve"], 2, "expected a task such as `task 12` or `row 3`, found `twelve`");
    check(&[], 2, "Usage: ls-autolabel journal");
    check(&["compact"], 3, "error: no journal given hint: name a project with `--project ID`");
    check(&["show", "1", "--tasks", "-"], 3, "error: no labeling config given");
    check(
        &["show", "1", "--tasks", "t.csv", "--project", "1"],
        3,
        "error: both `--tasks` and `--project` are given",
    );
    check(&["compact", "--tasks", "tasks.csv"], 3, "error: there is no journal of tasks.csv: it would be /");
    check(
        &["compact", "--journal", "none.jsonl"],
        3,
        "error: there is no journal: it would be none.jsonl hint: `ls-autolabel journal list --all` shows",
    );
}
