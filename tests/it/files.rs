//! Tasks out of files and predictions into files, with no Label Studio at all.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::Llm;
use crate::support::program::{Outcome, Program};
use crate::support::story::{MOODS, model};

/// Returns the program in a folder with config and prompt, and the model it asks.
fn alone() -> (Program, Llm) {
    let llm = model();
    let program = Program::new().llm(&llm).file("config.xml", MOODS).file("prompt.txt", "Positive? {text}");
    (program, llm)
}

fn run(program: &Program, args: &[&str]) -> Outcome {
    let common = ["run", "--label-config", "config.xml", "--prompt", "prompt.txt", "--model-version", "v1"];
    program.run_with([&common[..], args].concat())
}

/// Returns the tasks of an output, `.json` or `.jsonl`.
fn tasks(text: &str) -> Vec<Value> {
    match serde_json::from_str(text) {
        Ok(Value::Array(tasks)) => tasks,
        _ => text.lines().map(|line| serde_json::from_str(line).expect("each line is a task")).collect(),
    }
}

fn mood(task: &Value) -> &Value {
    &task["predictions"][0]["result"][0]["value"]["choices"]
}

#[test]
fn every_form_of_tasks_is_read() {
    let check = |name: &str, content: &str, expect: &[Value]| {
        let (program, llm) = alone();
        let program = program.file(name, content);
        run(&program, &["--tasks", name, "--output", "out.json"]).assert_code(0);
        let found = tasks(&program.read("out.json"));
        let data: Vec<Value> = found.iter().map(|task| task["data"].clone()).collect();
        assert_eq!(data, expect, "{name}");
        assert!(found.iter().all(|task| mood(task) == &json!(["positive"])), "{name}");
        assert_eq!(llm.count(), expect.len());
        assert!(!program.path("out.json.part").exists());
        program.assert_never_told(llm.key());
    };
    let two = [json!({"text": "fine"}), json!({"text": "two\nlines, \"quoted\""})];
    check("t.json", r#"[{"text": "fine"}, {"data": {"text": "two\nlines, \"quoted\""}}]"#, &two);
    check("t.json", r#"{"text": "fine"}"#, &two[..1]);
    check("t.jsonl", "\u{feff}{\"text\": \"fine\"}\n\n{\"text\": \"two\\nlines, \\\"quoted\\\"\"}", &two);
    check("t.csv", "text\r\nfine\r\n\"two\nlines, \"\"quoted\"\"\"\r\n", &two);
    check("t.tsv", "\u{feff}text\nfine\n\"two\nlines, \"\"quoted\"\"\"", &two);
    check("t.csv", "text;n\nfine;1", &[json!({"text": "fine", "n": "1"})]);
}

#[test]
fn tasks_come_from_standard_input() {
    let (program, llm) = alone();
    let program = program.stdin("{\"text\": \"fine\"}\n{\"text\": \"dull\"}\n");
    let outcome = run(&program, &["--tasks", "-", "--output", "-"]);
    outcome.assert_code(0);
    assert_eq!((tasks(&outcome.stdout).len(), llm.count()), (2, 2));
}

#[test]
fn a_bad_line_costs_nothing() {
    let check = |name: &str, content: &str, words: &str| {
        let (program, llm) = alone();
        let program = program.file(name, content).file("out.json", "what was there");
        run(&program, &["--tasks", name, "--output", "out.json"]).assert_code(3).assert_tells(words);
        assert_eq!((llm.count(), program.read("out.json").as_str()), (0, "what was there"));
        assert!(!program.path("out.json.part").exists(), "{name}");
    };
    check("t.csv", "text,n\nfine,1\ndull\n", "line 3: expected 2 values as in the header, found 1");
    check("t.jsonl", "{\"text\": \"fine\"}\n{\"text\": \n", "line 2");
    check("t.json", "[{\"text\": \"fine\"}, 7]", "expected a task, which is an object, found `7`");
    check("t.json", r#"[{"id": 1, "data": {"text": "a"}}, {"id": 1, "data": {"text": "b"}}]"#, "1");
}

#[test]
fn every_form_of_predictions_is_written() {
    let (program, _llm) = alone();
    let program = program.file(
        "t.json",
        r#"[{"id": 7, "data": {"text": "fine, \"so\""}}, {"id": 3, "data": {"text": "dull"}}]"#,
    );
    for name in ["out.json", "out.jsonl", "out.csv"] {
        run(&program, &["--tasks", "t.json", "--output", name]).assert_code(0);
    }
    let expect = |task: &Value, id: u64| {
        assert_eq!((&task["id"], mood(task)), (&json!(id), &json!(["positive"])));
        let prediction = &task["predictions"][0];
        assert_eq!(prediction["model_version"], "v1");
        assert_eq!(
            (&prediction["result"][0]["type"], &prediction["result"][0]["to_name"]),
            (&json!("choices"), &json!("text"))
        );
    };
    for name in ["out.json", "out.jsonl"] {
        let found = tasks(&program.read(name));
        expect(&found[0], 3);
        expect(&found[1], 7);
    }
    assert_eq!(program.read("out.jsonl").lines().count(), 2);
    let csv = program.read("out.csv");
    let rows: Vec<&str> = csv.lines().map(str::trim_end).collect();
    assert_eq!(rows.len(), 3, "{csv}");
    assert!(rows[0].contains("text") && rows[0].contains("mood"), "{csv}");
    assert!(
        rows[1].contains("dull") && rows[2].contains("\"fine, \"\"so\"\"\"") && rows[2].contains("positive"),
        "{csv}"
    );
}

#[test]
fn what_was_written_is_read_again_and_is_done() {
    let (program, llm) = alone();
    let program = program.file("t.csv", "text\nfine\ndull\n");
    for (input, output) in [("t.csv", "one.json"), ("t.csv", "one.jsonl")] {
        run(&program, &["--tasks", input, "--output", output]).assert_code(0);
        let asked = llm.count();
        let unwritten = format!("{output}.json");
        run(&program, &["--tasks", output, "--output", &unwritten])
            .assert_code(0)
            .assert_tells("nothing to do");
        assert_eq!((llm.count(), program.read(&unwritten).as_str()), (asked, "[\n]\n"));
        let again = run(&program, &["--tasks", output, "--output", "two.json", "--only", "all"]);
        again.assert_code(0);
        assert_eq!(tasks(&program.read("two.json")), tasks(&program.read("one.json")));
    }
}

/// A person may have corrected what an earlier run wrote.
#[test]
fn what_an_earlier_run_wrote_is_kept_or_left_alone() {
    let (program, _llm) = alone();
    let program = program.file("t.csv", "text\nfine\n").file("out.jsonl", "corrected by hand");
    let outcome = run(&program, &["--tasks", "t.csv", "--output", "out.jsonl"]);
    outcome.assert_code(0).assert_tells("what out.jsonl held before is in out.jsonl.bak");
    assert_eq!(program.read("out.jsonl.bak"), "corrected by hand");
    assert_eq!(tasks(&program.read("out.jsonl")).len(), 1);
    let written = program.read("out.jsonl");
    let again = ["--tasks", "out.jsonl", "--output", "seen.jsonl"];
    let program = program.file("seen.jsonl", "corrected, too");
    run(&program, &again).assert_code(0).assert_tells("nothing to do");
    assert_eq!((program.read("seen.jsonl").as_str(), program.read("out.jsonl")), ("corrected, too", written));
    assert!(!program.path("seen.jsonl.bak").exists());
}

#[test]
fn an_interrupted_run_leaves_the_file_and_keeps_what_it_has() {
    let (program, llm) = alone();
    let program = program.file("t.csv", "text\nfine\ndull\nodd\n").file("out.json", "what was there");
    let gate = Gate::new();
    let answer = json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{\"mood\": \"negative\"}"}}]});
    llm.script(2, Canned::json(200, &answer).held(&gate));
    let args = [
        "run",
        "--label-config",
        "config.xml",
        "--prompt",
        "prompt.txt",
        "--tasks",
        "t.csv",
        "--output",
        "out.json",
    ];
    let mut running = program.spawn_with([&args[..], &["--concurrency", "1"]].concat());
    gate.wait_for_arrivals(1);
    running.interrupt();
    running.wait_until_it_tells("stopping");
    gate.open();
    let outcome = program.wait(running);
    outcome.assert_code(130).assert_tells("out.json is as it was");
    assert_eq!(program.read("out.json"), "what was there");
    let found = tasks(&program.read("out.json.part"));
    let moods: Vec<&Value> = found.iter().map(mood).collect();
    assert_eq!(moods, [&json!(["positive"]), &json!(["negative"])]);
    program.assert_never_told(llm.key());
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_run_well() {
    let (program, llm) = alone();
    let text = "{\"text\": \"fine\"}\n".repeat(3_000);
    let program = program.file("t.jsonl", &text);
    let args =
        ["run", "--label-config", "config.xml", "--prompt", "prompt.txt", "--tasks", "t.jsonl", "--dry-run"];
    let mut running = program.spawn_with(args);
    let mut first = String::new();
    let stdout = running.stdout().expect("it is piped");
    BufReader::new(stdout).read_line(&mut first).expect("a line comes");
    let outcome = program.wait(running);
    outcome.assert_code(0);
    assert_eq!(tasks(&first).len(), 1);
    assert!(!outcome.stderr.contains("error"), "{}", outcome.stderr);
    assert!(llm.count() < 3_000, "{}", llm.count());
}

#[test]
fn a_run_that_got_no_answer_leaves_nothing_behind_and_promises_nothing() {
    let (program, llm) = alone();
    let program = program.file("t.csv", "text\nfine\n").env("OPENAI_API_KEY", "sk-wrong-0a1b2c3d4e5f");
    let outcome = run(&program, &["--tasks", "t.csv", "--output", "out.json"]);
    outcome.assert_code(6);
    assert!(!program.path("out.json").exists() && !program.path("out.json.part").exists());
    assert!(!outcome.stderr.contains("out.json.part"), "{}", outcome.stderr);
    assert_eq!(llm.count(), 1);
    // The same where not even a request could be made.
    let program = program.file("prompt.txt", "Is {txet} good?");
    run(&program, &["--tasks", "t.csv", "--output", "out.json"]).assert_code(3).assert_tells("txet");
    assert!(!program.path("out.json").exists() && !program.path("out.json.part").exists());
}

#[test]
fn a_file_of_the_earlier_attempt_is_written_over() {
    let (program, _llm) = alone();
    let program = program
        .file("t.csv", "text\nfine\ndull\n")
        .file("out.jsonl.part", "{\"data\": {}}\nrest of an old run\n");
    run(&program, &["--tasks", "t.csv", "--output", "out.jsonl"]).assert_code(0);
    assert_eq!(tasks(&program.read("out.jsonl")).len(), 2);
    assert!(!program.path("out.jsonl.part").exists());
}

#[test]
fn failed_tasks_are_left_out_of_the_file_and_listed() {
    let (program, llm) = alone();
    let program = program.file("t.csv", "text\nfine\ndull\nodd\n");
    llm.answer(|asked| {
        json!({"mood": if asked.text.contains("dull") { "mixed" } else { "positive" }}).to_string()
    });
    let outcome = run(&program, &["--tasks", "t.csv", "--output", "out.json"]);
    outcome
        .assert_code(4)
        .assert_tells("row 2: unusable answer")
        .assert_tells("1 of 3 tasks got no prediction");
    let found = tasks(&program.read("out.json"));
    let data: Vec<&Value> = found.iter().map(|task| &task["data"]["text"]).collect();
    assert_eq!(data, ["fine", "odd"], "the file is whole, without what failed");
}
