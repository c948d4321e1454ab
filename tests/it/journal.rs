//! The journal of a run: where it is, who has it, and what ends a run that cannot have it.

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::story::Story;

#[test]
fn a_second_run_on_the_same_project_does_nothing_and_says_who_is_at_it() {
    let story = Story::many(3);
    let gate = Gate::new();
    let content = r#"{"mood": "positive"}"#;
    let answer = json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}]});
    story.llm.script(1, Canned::json(200, &answer).held(&gate));
    let first = story.start(&["--concurrency", "1"]);
    gate.wait_for_arrivals(1);
    let second = story.run(&["--summary", "s.json"]);
    second.assert_code(9).assert_tells("error: nothing was done: the journal");
    second.assert_tells(&format!("is in use by process {}, `ls-autolabel run` since 20", first.id()));
    assert_eq!((story.llm.count(), &story.summary("s.json")["exit_code"]), (1, &json!(9)));
    // Neither makes a request that is paid for.
    story.command("preview", &["--prompt", "prompt.txt"]).assert_code(0);
    let checked = story.command("check", &["--prompt", "prompt.txt", "--no-ask"]);
    let line = format!("is in use by process {}, `ls-autolabel run` since 20", first.id());
    assert!(checked.assert_code(0).stdout.contains(&line), "{}", checked.stdout);
    gate.open();
    story.wait(first).assert_code(0).assert_tells("delivered 3");
    story.run(&[]).assert_code(0).assert_tells("nothing to do");
}

#[test]
fn the_journal_is_in_the_state_folder_unless_a_file_is_named() {
    let story = Story::many(1);
    story.run(&["--limit", "1"]).assert_code(0);
    let address: url::Url = story.studio.url().parse().unwrap();
    let name = format!("127.0.0.1_{}_project-{}.jsonl", address.port().unwrap(), story.project);
    let folder = story.program.path("../home/state/ls-autolabel/journals");
    assert!(folder.join(&name).exists(), "{name}");
    std::fs::remove_dir_all(&folder).unwrap();
    story.run(&["--only", "all", "--journal", "deeper/named.jsonl"]).assert_code(0);
    assert!(story.program.path("deeper/named.jsonl").exists() && !folder.exists());
}

#[cfg(unix)]
#[test]
fn a_disk_that_runs_full_ends_the_run_and_what_was_paid_for_is_delivered() {
    let story = Story::many(40).program(|program| program.file_blocks(Some(4)));
    let outcome = story.run(&["--model-version", "v1", "--summary", "s.json"]);
    outcome.assert_code(1).assert_tells("error: cannot write the journal");
    outcome.assert_tells("hint: what was answered before is in the journal");
    let tasks = &story.summary("s.json")["tasks"];
    let delivered = tasks["delivered"].as_u64().unwrap();
    assert!((1..40).contains(&delivered) && tasks["undelivered"] == 0, "{tasks}");
    let story = story.program(|program| program.file_blocks(None));
    story
        .run(&["--model-version", "v1"])
        .assert_code(0)
        .assert_tells(&format!("delivered {}", 40 - delivered));
    assert_eq!((story.llm.count(), story.predicted()), (40, vec!["v1: mood=positive".to_owned(); 40]));
}

#[test]
fn the_state_folder_does_not_hang_on_the_working_folder() {
    let story = Story::many(1).program(|program| program.env("XDG_STATE_HOME", "relative"));
    story.run(&[]).assert_code(0);
    let found = |path: &str| story.program.path(path).join("ls-autolabel/journals").exists();
    assert_eq!((found("relative"), found("../home/.local/state")), (false, true));
}

#[test]
fn a_journal_that_cannot_be_used_ends_the_run_before_anything_is_asked() {
    let story = Story::many(1);
    let check = |args: &[&str], expect: &str, hint: &str| {
        story.run(args).assert_code(3).assert_tells(expect).assert_tells(hint);
        assert_eq!(story.llm.count(), 0);
    };
    let advice = "hint: name a file that can be read and written with `--journal FILE`";
    check(&["--journal", "prompt.txt/x"], "error: cannot lock the journal prompt.txt/x: ", advice);
    check(
        &["--journal", "prompt.txt"],
        "error: `--journal`: `prompt.txt` is the prompt, which would be written over",
        "hint: choose another name",
    );
    check(
        &["--journal", "s.json", "--summary", "s.json"],
        "error: `--summary`: `s.json` is the journal, which would be written over",
        "hint: choose another name",
    );
}
