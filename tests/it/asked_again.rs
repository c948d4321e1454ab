//! An answer of no use is asked for once more, in the way that may help; what fails for good is remembered.

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::host::Record;
use crate::support::llm::asked::Asked;
use crate::support::llm::reply::Said;
use crate::support::story::Story;

const ARGS: [&str; 6] = ["--model-version", "v1", "--concurrency", "1", "--summary", "s.json"];

fn said(asked: &Asked, text: &str, finish_reason: &str) -> Said {
    Said { finish_reason: finish_reason.to_owned(), ..Said::text(asked, text) }
}

/// Returns a story of one task, whose model says this whenever it is asked the same as before: `bad` comes first.
fn story(bad: fn(&Asked) -> Said, is_asked_otherwise: fn(&Asked) -> bool) -> Story {
    let story = Story::new(&["fine"]);
    story.llm.say(move |asked| {
        if is_asked_otherwise(asked) { Said::text(asked, r#"{"mood": "negative"}"#) } else { bad(asked) }
    });
    story
}

/// Runs a story whose model is helped by another question; expects that it was, and returns both bodies.
fn check(story: &Story, args: &[&str]) -> [Value; 2] {
    story.run(&[&ARGS[..], args].concat()).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=negative"]);
    let summary = story.summary("s.json");
    let prompts: Vec<Value> = story.llm.requests().iter().map(Record::json).collect();
    assert_eq!(summary["requests"]["answered"], 2, "both are paid for");
    prompts.try_into().expect("it is asked twice")
}

#[test]
fn a_bad_answer_is_sent_back_with_what_was_wrong() {
    let story = story(
        |asked| said(asked, r#"{"mood": "mixed"}"#, "stop"),
        |asked| asked.text.contains("cannot be used"),
    );
    let [first, second] = check(&story, &["--seed-model", "7"]);
    let messages = second["messages"].as_array().expect("a list");
    assert_eq!(messages[0], first["messages"][0]);
    assert_eq!(messages[1], json!({"role": "assistant", "content": r#"{"mood":"mixed"}"#}));
    let words = messages[2]["content"].as_str().expect("a text");
    assert!(words.contains("no such label: `mixed`"), "{words}");
    assert!(words.contains(r#"`mood` (of "positive", "negative")"#), "{words}");
    assert_eq!((&first["seed"], &second["seed"]), (&json!(7), &json!(8)));
    assert_eq!(first["response_format"], second["response_format"]);
}

#[test]
fn garbage_and_nothing_at_all_are_asked_about_too() {
    let check = |bad: fn(&Asked) -> Said, words: &str| {
        let story = story(bad, |asked| asked.text.contains("Answer the question again"));
        let [_, second] = check(&story, &[]);
        assert!(second["messages"].to_string().contains(words), "{second}");
    };
    check(|asked| said(asked, "{\"mood\": ", "stop"), "the JSON is cut off after");
    check(|asked| said(asked, "", "stop"), "The last answer was empty.");
}

#[test]
fn a_cut_answer_is_asked_for_with_a_larger_limit() {
    let cut = |asked: &Asked| said(asked, "{\"mood\": ", "length");
    let limited = story(cut, |asked| asked.body["max_tokens"] == 200);
    let [first, second] = check(&limited, &["--max-tokens", "50"]);
    assert_eq!((&first["max_tokens"], &second["max_tokens"]), (&json!(50), &json!(200)));
    assert_eq!(first["messages"], second["messages"]);
    let unlimited = story(cut, |asked| asked.body["max_tokens"] == 16_384);
    let [first, _] = check(&unlimited, &[]);
    assert_eq!(first.get("max_tokens"), None);
}

#[test]
fn a_refusal_or_a_filter_is_asked_about_once_more_as_it_was() {
    let refused =
        |asked: &Asked| Said { refusal: Some("I would rather not".to_owned()), ..said(asked, "", "stop") };
    let filtered = |asked: &Asked| said(asked, "", "content_filter");
    let check = |bad: fn(&Asked) -> Said| {
        let story = story(bad, |asked| asked.body["seed"] == 8);
        let [first, second] = check(&story, &["--seed-model", "7"]);
        assert_eq!(first["messages"], second["messages"]);
    };
    check(refused);
    check(filtered);
}

#[test]
fn what_fails_for_good_is_listed_every_night_and_paid_for_once() {
    let story = Story::new(&["fine", "rude", "dull"]);
    story.llm.say(|asked| {
        let refusal = asked.text.contains("rude").then(|| "I must not".to_owned());
        Said { refusal, ..Said::text(asked, r#"{"mood": "negative"}"#) }
    });
    let told = format!(
        "task {}: refused by the model: the model refused: I must not (asked 2 times)",
        story.tasks[1]
    );
    story.run(&ARGS).assert_code(4).assert_tells(&told);
    assert_eq!(story.llm.count(), 4);
    for _ in 0..2 {
        let night = story.run(&ARGS);
        night.assert_code(4).assert_tells(&told).assert_tells("was not asked again: `--retry-failed` asks");
        let summary = story.summary("s.json");
        assert_eq!(
            (&summary["failures_by_kind"], &summary["requests"]["attempts"]),
            (&json!({"refused": 1}), &json!(0))
        );
    }
    assert_eq!(story.llm.count(), 4);
    story.llm.answer(|_| json!({"mood": "positive"}).to_string());
    story.run(&[&ARGS[..], &["--retry-failed"]].concat()).assert_code(0);
    assert_eq!(story.llm.count(), 5);
    assert_eq!(story.predicted(), ["v1: mood=negative", "v1: mood=positive", "v1: mood=negative"]);
}

#[test]
fn what_was_changed_is_asked_whatever_failed_before() {
    let story = Story::new(&["rude"]);
    story.llm.say(|asked| Said {
        refusal: asked.text.contains("rude").then(|| "no".to_owned()),
        ..Said::text(asked, r#"{"mood": "negative"}"#)
    });
    story.run(&ARGS).assert_code(4);
    story.studio.edit_task(story.tasks[0], &json!({"text": "polite"}));
    story.run(&ARGS).assert_code(0);
    assert_eq!(story.llm.count(), 3);
}

#[test]
fn a_higher_limit_is_reason_enough_to_ask_again() {
    let story = story(|asked| said(asked, "{", "length"), |asked| asked.body["max_tokens"] == 60);
    story
        .run(&[&ARGS[..], &["--max-tokens", "10"]].concat())
        .assert_code(4)
        .assert_tells("cut off at the token limit");
    assert_eq!(story.llm.count(), 2);
    story.run(&[&ARGS[..], &["--max-tokens", "10"]].concat()).assert_code(4);
    assert_eq!(story.llm.count(), 2);
    story.run(&[&ARGS[..], &["--max-tokens", "60"]].concat()).assert_code(0);
    assert_eq!(story.llm.count(), 3);
}

#[test]
fn passing_trouble_is_tried_again_by_the_same_command() {
    let story = Story::new(&["fine", "dull"]);
    story.llm.script(2, Canned::json(503, &json!({"error": {"message": "busy"}})));
    let args = [&ARGS[..], &["--max-retries", "0"]].concat();
    story.run(&args).assert_code(4).assert_tells("without an answer");
    story.run(&args).assert_code(0);
    assert_eq!(story.llm.count(), 3);
}
