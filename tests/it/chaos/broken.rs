//! That the checks of these stories see what is wrong: each fault is made by hand after a quiet story.

use std::fs;

use serde_json::Value;

use super::checks::problems;
use super::performance::Performance;
use super::scenario::Scenario;
use crate::support::api::Api;

/// Plays a story in which nothing goes wrong.
fn quiet() -> Performance {
    let texts = ["text 1", "shared 1", "shared 1"].map(str::to_owned).to_vec();
    Performance::new(Scenario { seed: 0, texts, concurrency: 2, exchanges_token: true, acts: Vec::new() })
}

/// Breaks something after a quiet story, and looks for the problem that should be found.
fn check(harm: impl FnOnce(&mut Performance), expect: &str) {
    let mut performance = quiet();
    harm(&mut performance);
    let problems = problems(&performance);
    assert!(problems.iter().any(|problem| problem.contains(expect)), "expected `{expect}` in {problems:#?}");
}

fn stored(performance: &Performance) -> Vec<Value> {
    performance.story.studio.all_predictions(performance.story.project)
}

fn forget(performance: &Performance, prediction: &Value) {
    let path = format!("/api/predictions/{}/", prediction["id"]);
    assert_eq!(Api::to(&performance.story.studio).delete(&path, None).status, 204);
}

fn store(performance: &Performance, prediction: &Value, result: &Value) {
    let version = prediction["model_version"].as_str().expect("it has a version");
    let task = prediction["task"].as_u64().expect("it has a task");
    performance.story.studio.predict(task, version, result);
}

#[test]
fn a_quiet_story_has_no_problems() {
    assert_eq!(problems(&quiet()), [""; 0]);
}

#[test]
fn a_doubled_missing_or_wrong_prediction_is_found() {
    check(
        |performance| {
            let first = &stored(performance)[0];
            store(performance, first, &first["result"]);
        },
        "has 2 times",
    );
    check(|performance| forget(performance, &stored(performance)[1]), "found []");
    check(
        |performance| {
            let first = &stored(performance)[0];
            forget(performance, first);
            let mut result = first["result"].clone();
            result[0]["value"]["choices"][0] = "ultraviolet".into();
            store(performance, first, &result);
        },
        "found [String(\"ultraviolet\")]",
    );
}

#[test]
fn an_answer_that_is_paid_twice_is_found() {
    check(
        |performance| {
            let again = performance.story.llm.requests().remove(0);
            let api = Api::new(&performance.story.llm.url());
            let api = api.header("authorization", again.header("authorization"));
            assert_eq!(api.post(&again.path, &again.json()).status, 200);
        },
        "1 answers of run 1 were paid again, at most 0 may be",
    );
}

#[test]
fn a_failure_that_is_paid_twice_is_found() {
    check(
        |performance| {
            let run = &mut performance.runs[0];
            let summary = run.summary.as_mut().expect("it has one");
            let task = *run.questions.keys().next().expect("there are tasks");
            let failures = format!(r#""failures": [{{"task": {task}, "kind": "refused", "reason": "no"}}]"#);
            *summary = summary.replacen("\"failures\": []", &failures, 1);
            let question = run.questions[&task].clone();
            performance.runs[1].asked.insert(question, 1);
        },
        "again, which had failed for good in run 1",
    );
}

#[test]
fn a_key_or_garbage_in_a_file_is_found() {
    let write = |performance: &Performance, name: &str, text: &str| {
        fs::write(performance.story.program.path(name), text).expect("the folder is writable");
    };
    check(|performance| write(performance, "notes.txt", performance.story.llm.key()), "a key is told in");
    check(
        |performance| write(performance, "journal.jsonl", "{\"answer\": 1}\n{\"answ\n"),
        "1 lines are no JSON",
    );
}

#[test]
fn a_bad_ending_is_found() {
    check(|performance| performance.runs[0].outcome.code = Some(1), "expected an exit code of");
    check(|performance| performance.runs[0].outcome.code = None, "expected an exit code of");
    check(|performance| performance.runs[1].imports = 1, "found something to do");
    check(|performance| performance.runs[0].summary = None, "left no summary");
    let summary = |from: &'static str, to: &'static str| {
        move |performance: &mut Performance| {
            let summary = performance.runs[0].summary.as_mut().expect("it has one");
            assert!(summary.contains(from), "{summary}");
            *summary = summary.replacen(from, to, 1);
        }
    };
    check(summary("{", "("), "is no JSON");
    check(summary("\"delivered\": 3", "\"delivered\": 2"), "does not add up");
    check(summary("\"exit_code\": 0", "\"exit_code\": 4"), "tells another exit code");
}
