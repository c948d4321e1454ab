//! `check` goes through everything a run needs, a line each, and posts nothing.

use serde_json::json;

use crate::support::llm::{Llm, Setup};
use crate::support::program::Outcome;
use crate::support::story::{MODEL_KEY, MOODS, Story, texts};
use crate::support::studio::Studio;

/// Runs `check`; expects the exit code, that nothing is posted, and how often the model was asked.
fn checked(story: &Story, args: &[&str], (code, asked): (i32, usize)) -> Outcome {
    let before = story.llm.count();
    let prompt: &[&str] = if args.contains(&"--prompt") { &[] } else { &["--prompt", "prompt.txt"] };
    let outcome = story.command("check", &[prompt, &["--max-retries", "1"], args].concat());
    outcome.assert_code(code);
    assert_eq!(story.llm.count() - before, asked, "{}", outcome.stdout);
    assert_eq!((story.studio.bulk_calls(), story.studio.all_predictions(story.project).len()), (0, 0));
    outcome
}

/// Returns the marks and names of the lines, such as `ok tasks`.
fn lines(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.stdout.lines().filter(|line| !line.starts_with(' '));
    let shown = lines.map(|line| {
        let (mark, rest) = line.split_at(5);
        let name = rest.trim_start().split("  ").next().unwrap_or_default();
        let name = if rest.len() < 18 { name } else { rest[1..17].trim() };
        format!("{} {name}", mark.trim())
    });
    shown.collect()
}

const ALL: [&str; 8] = [
    "ok Label Studio",
    "ok project",
    "ok labeling config",
    "ok journal",
    "ok tasks",
    "ok prompt",
    "ok output",
    "ok model",
];

#[test]
fn when_everything_is_ready_each_line_says_so() {
    let story = Story::many(3).program(|program| program.env("OPENAI_MODEL", "m"));
    let outcome = checked(&story, &[], (0, 1));
    // This model tells nothing of its tokens.
    assert_eq!(lines(&outcome), [&ALL[..], &["note score"]].concat(), "{}", outcome.stdout);
    assert_eq!(outcome.stderr, "");
    assert!(outcome.stdout.contains("3 tasks selected"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("a strict JSON schema"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("0 answers in "), "{}", outcome.stdout);
    let outcome = checked(&story, &["--no-ask"], (0, 0));
    assert_eq!(lines(&outcome)[7], "note model");
}

#[test]
fn a_finished_project_is_ready_too() {
    let story = Story::new(&[]).program(|program| program.env("OPENAI_MODEL", "m"));
    let outcome = checked(&story, &[], (0, 1));
    assert_eq!(lines(&outcome), [&ALL[..5], &ALL[6..]].concat(), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("nothing to do"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("it was not asked for a task"), "{}", outcome.stdout);
    let outcome = checked(&story, &["--no-ask"], (0, 0));
    assert!(outcome.stdout.contains(": not asked"), "{}", outcome.stdout);
}

#[test]
fn each_fault_has_its_line_and_the_first_decides_the_exit_code() {
    let check = |args: &[&str], code: i32, asked: usize, line: &str, words: &str| {
        let story = Story::many(2).program(|program| {
            program
                .file("bad.txt", "What of {nope}?")
                .file("config.xml", MOODS)
                .file("t.csv", "text\nfine,2\n")
        });
        let outcome = checked(&story, args, (code, asked));
        assert!(lines(&outcome).contains(&line.to_owned()), "{args:?}\n{}", outcome.stdout);
        assert!(outcome.stdout.contains(words), "{args:?}\n{}", outcome.stdout);
        outcome.assert_tells("not ready");
    };
    check(&["--project", "99"], 5, 1, "FAIL project", "there is no project 99");
    check(&["--url", "http://127.0.0.1:9"], 5, 1, "FAIL Label Studio", "cannot be reached");
    check(&["--controls", "mod"], 3, 1, "FAIL labeling config", "did you mean `mood`?");
    check(&["--prompt", "bad.txt"], 3, 1, "FAIL prompt", "{nope}");
    check(&["--prompt", "none.txt"], 3, 1, "FAIL prompt", "there is no file");
    check(&["--provider", "opnai"], 3, 0, "FAIL model", "did you mean `openai`?");
    check(&["--base-url", "http://127.0.0.1:9/v1"], 6, 0, "FAIL model", "connection refused");
    check(&["--model-version", "a,b"], 3, 1, "FAIL output", "commas");
    check(&["--ids", "9999"], 3, 1, "FAIL tasks", "none of the tasks 9999");
    check(&["--journal", "t.csv"], 3, 1, "FAIL journal", "t.csv is no journal");
    check(&["--output", "none/o.json"], 3, 1, "FAIL output", "there is no folder `none`");
    check(&["--output", "o.txt"], 3, 1, "FAIL output", "cannot tell how to write `o.txt`");
    let file = ["--tasks", "t.csv", "--label-config", "config.xml"];
    check(&[&file[..], &["--dry-run"]].concat(), 3, 1, "FAIL tasks", "line 2: expected 1 value");
    check(&file, 3, 1, "FAIL output", "no output given");
}

#[test]
fn a_server_that_refuses_connections_is_not_waited_for() {
    let story = Story::many(1);
    let args = ["--prompt", "prompt.txt", "--base-url", "http://127.0.0.1:9/v1"];
    let outcome = story.command("check", &args);
    outcome.assert_code(6);
    assert!(outcome.stdout.contains("gave up after 2 attempts"), "{}", outcome.stdout);
}

#[test]
fn several_faults_are_told_at_once() {
    let story = Story::many(2);
    let args = ["--provider", "opnai", "--model-version", "a,b", "--prompt", "none.txt"];
    let outcome = checked(&story, &args, (3, 0));
    let faults = ["FAIL prompt", "FAIL model", "FAIL output"];
    assert_eq!(lines(&outcome), [&ALL[..3], &faults].concat(), "{}", outcome.stdout);
    outcome.assert_tells("error: 3 things are not ready");
}

#[test]
fn what_does_not_depend_on_a_fault_is_looked_at_all_the_same() {
    let llm = Llm::with(Setup { key: Some(MODEL_KEY.to_owned()), ..Setup::default() });
    let story = Story::with(Studio::start(), llm, (MOODS, &texts(2)));
    let story = story
        .program(|program| program.env("OPENAI_API_KEY", "sk-wrong-0a1b2c3d4e5f").env("OPENAI_MODEL", "m"));
    let check = |args: &[&str], (code, asked): (i32, usize), expect: &[&str]| {
        let outcome = checked(&story, args, (code, asked));
        assert_eq!(lines(&outcome), expect, "{}", outcome.stdout);
    };
    let unreached = ["FAIL Label Studio", "FAIL output", "FAIL model"];
    check(&["--url", "http://127.0.0.1:9", "--model-version", "a,b"], (5, 1), &unreached);
    let unknown = ["ok Label Studio", "FAIL project", "FAIL model"];
    check(&["--project", "99"], (5, 1), &unknown);
    let no_folder = ["FAIL output", "FAIL tasks", "FAIL model"];
    check(&["--ids", "9999", "--output", "none/o.json"], (3, 1), &[&ALL[..3], &no_folder].concat());
    let no_format = ["FAIL tasks", "FAIL output", "FAIL model"];
    check(&["--ids", "9999", "--output", "o.txt"], (3, 1), &[&ALL[..4], &no_format].concat());
    story.program.assert_never_told("sk-wrong-0a1b2c3d4e5f");
}

#[test]
fn a_missing_key_of_the_model_hides_no_other_fault() {
    let story = Story::many(2).program(|program| program.file("bad.txt", "What of {nope}?"));
    let args = ["--provider", "anthropic", "--model", "m", "--prompt", "bad.txt"];
    let outcome = checked(&story, &args, (3, 0));
    assert!(outcome.stdout.contains("no key for anthropic"), "{}", outcome.stdout);
    let expect = ["FAIL model", "ok journal", "ok tasks", "FAIL prompt", "ok output"];
    assert_eq!(lines(&outcome), [&ALL[..3], &expect].concat(), "{}", outcome.stdout);
}

#[test]
fn an_output_that_is_looked_at_is_not_touched() {
    let story = Story::many(1).program(|program| program.file("old.json", "what was there"));
    for name in ["old.json", "new.json"] {
        let outcome = checked(&story, &["--output", name, "--no-ask"], (0, 0));
        assert!(outcome.stdout.contains(&format!("output           {name}, as ")), "{}", outcome.stdout);
    }
    assert_eq!(story.program.read("old.json"), "what was there");
    let left = ["new.json", "new.json.part", "old.json.part"].map(|name| story.program.path(name).exists());
    assert_eq!(left, [false; 3]);
}

#[test]
fn a_wrong_key_of_the_model_is_seen() {
    let llm = Llm::with(Setup { key: Some(MODEL_KEY.to_owned()), ..Setup::default() });
    let story = Story::with(Studio::start(), llm, (MOODS, &texts(2)));
    let story = story.program(|program| program.env("OPENAI_API_KEY", "sk-wrong-0a1b2c3d4e5f"));
    let outcome = checked(&story, &[], (6, 1));
    assert!(outcome.stdout.contains("Incorrect API key provided"), "{}", outcome.stdout);
    story.program.assert_never_told("sk-wrong-0a1b2c3d4e5f");
}

#[test]
fn what_the_answer_leaves_out_is_told() {
    let config = MOODS.replace("</View>", r#"<Rating name="stars" toName="text"/></View>"#);
    let story = Story::answering(&config, &texts(1), &json!({"mood": "mixed", "stars": 2}));
    let outcome = checked(&story, &[], (0, 1));
    assert!(outcome.stdout.contains("`mood` was left out: no such label: `mixed`"), "{}", outcome.stdout);
}

#[test]
fn an_answer_of_no_use_is_seen() {
    let story = Story::many(1);
    story.llm.answer(|_| json!({"mood": "mixed"}).to_string());
    let outcome = checked(&story, &[], (6, 2));
    assert!(outcome.stdout.contains("mixed"), "{}", outcome.stdout);
}

#[test]
fn of_a_text_that_is_split_only_the_first_piece_is_asked_about() {
    let config = r#"<View><Text name="text" value="$text"/><Labels name="ner" toName="text">
        <Label value="Person"/></Labels></View>"#;
    let data = json!({"text": "Ann came and spoke of this and that. ".repeat(200)});
    let story = Story::answering(config, &[data], &json!({"ner": []}));
    checked(&story, &["--split", "500"], (0, 1));
}

#[test]
fn what_a_text_needs_to_have_may_stand_in_any_of_its_pieces() {
    let config = r#"<View><Text name="text" value="$text"/><Labels name="ner" toName="text" required="true">
        <Label value="Person"/></Labels></View>"#;
    let data = json!({"text": format!("{}And then Ann came.", "Nobody was there yet. ".repeat(50))});
    let story = Story::answering(config, &[data], &json!({"ner": []}));
    story.llm.answer(|asked| {
        let ann = [json!({"text": "Ann", "label": "Person", "occurrence": null})];
        let found = if asked.text.contains("Ann") { &ann[..] } else { &[] };
        json!({"ner": found}).to_string()
    });
    checked(&story, &["--split", "500"], (0, 1));
    story.run(&["--split", "500"]).assert_code(0);
}

#[test]
fn a_journal_below_a_file_is_no_journal() {
    let story = Story::new(&["fine"]);
    let outcome = checked(&story, &["--journal", "prompt.txt/j.jsonl"], (3, 1));
    assert!(outcome.stdout.contains("prompt.txt/j.jsonl: Not a directory"), "{}", outcome.stdout);
}
