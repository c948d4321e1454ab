//! `preview` shows what a run would send and cost, and asks nobody.

use serde_json::{Value, json};

use crate::support::llm::capability::Takes;
use crate::support::llm::{Llm, Setup};
use crate::support::story::{MODEL_KEY, MOODS, Story, texts};
use crate::support::studio::Studio;

/// Returns the bodies that a preview shows, and their addresses.
fn shown(preview: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut rest = preview;
    while let Some((_, request)) = rest.split_once(": POST ") {
        let (address, after) = request.split_once('\n').expect("a line ends");
        let (_, body) = after.split_once('\n').expect("a line ends");
        let mut values = serde_json::Deserializer::from_str(body).into_iter::<Value>();
        let value = values.next().expect("a body is shown").expect("it is JSON");
        found.push((address.to_owned(), value));
        rest = &body[values.byte_offset()..];
    }
    found
}

fn story(takes: Takes) -> Story {
    let llm = Llm::with(Setup { key: Some(MODEL_KEY.to_owned()), takes, ..Setup::default() });
    llm.answer(|_| json!({"mood": "negative"}).to_string());
    Story::with(Studio::start(), llm, (MOODS, &texts(5)))
}

#[test]
fn what_is_shown_is_what_is_sent() {
    for takes in [Takes::Schema, Takes::JsonObject] {
        let story = story(takes);
        // The first has a token limit for its budget's sake alone.
        let limit = if takes == Takes::Schema { "--max-tokens-total=1000000" } else { "--max-tokens=99" };
        let common = ["--prompt", "prompt.txt", "--temperature", "0", "--concurrency", "1", limit];
        if takes != Takes::Schema {
            // What an earlier run has learned about the endpoint is shown as well.
            story
                .command("run", &[&common[..], &["--limit", "1", "--model-version", "v0"]].concat())
                .assert_code(0);
            story.program.forget_paid();
        }
        let before = story.llm.count();
        let preview = story.command("preview", &[&common[..], &["--show", "3"]].concat());
        preview.assert_code(0);
        assert_eq!((story.llm.count(), story.studio.bulk_calls()), (before, usize::from(0 < before)));
        story.command("run", &common).assert_code(0);
        let sent: Vec<(String, Value)> = story.llm.requests()[before..]
            .iter()
            .map(|request| (format!("{}{}", story.llm.url(), request.path), request.json()))
            .collect();
        assert_eq!(shown(&preview.stdout), sent[..3], "{takes:?}");
    }
}

#[test]
fn the_estimate_counts_and_an_unknown_cost_is_unknown() {
    let story = story(Takes::Schema);
    let preview = story.command("preview", &["--prompt", "prompt.txt", "--model", "made up"]);
    preview.assert_code(0);
    assert!(preview.stdout.contains("estimate for 5 tasks"), "{}", preview.stdout);
    assert!(
        preview.stdout.contains("cost           unknown: there is no price for `made up`"),
        "{}",
        preview.stdout
    );
    assert!(!preview.stdout.contains('$'), "{}", preview.stdout);
    let args = ["--prompt", "prompt.txt", "--price-in", "1000", "--price-out", "1000"];
    let preview = story.command("preview", &args);
    let price = "(per million tokens: $1000.00 in, $1000.00 out)";
    assert!(preview.stdout.contains("cost           about $"), "{}", preview.stdout);
    assert!(preview.stdout.contains(price), "{}", preview.stdout);
    assert!(preview.stdout.contains("requests       5"), "{}", preview.stdout);
}

#[test]
fn tasks_that_are_done_or_cannot_be_asked_are_not_counted() {
    let story = story(Takes::Schema);
    story.run(&["--limit", "2"]).assert_code(0);
    story.studio.edit_task(story.tasks[3], &json!({"other": 1}));
    let preview = story.command("preview", &["--prompt", "prompt.txt", "--show", "5"]);
    preview.assert_code(0);
    assert!(preview.stdout.contains("estimate for 3 tasks\n  requests       2"), "{}", preview.stdout);
    assert!(preview.stdout.contains("1 lacks something the prompt needs"), "{}", preview.stdout);
    let unfit = format!("task {}: no request can be made: there is no field `text`", story.tasks[3]);
    assert!(preview.stdout.contains(&unfit), "{}", preview.stdout);
    assert_eq!(shown(&preview.stdout).len(), 2);
}

#[test]
fn a_finished_selection_is_told() {
    let story = story(Takes::Schema);
    story.run(&[]).assert_code(0);
    let preview = story.command("preview", &["--prompt", "prompt.txt"]);
    preview.assert_code(0);
    assert!(preview.stdout.contains("nothing to do"), "{}", preview.stdout);
}

#[test]
fn a_preview_of_counted_words_costs_nothing() {
    let story = story(Takes::Schema);
    let preview = story.command("preview", &["--prompt", "prompt.txt", "--provider", "keyword"]);
    preview.assert_code(0);
    assert!(preview.stdout.contains("estimate for 5 tasks\n  requests       none"), "{}", preview.stdout);
    assert!(!preview.stdout.contains("cost"), "{}", preview.stdout);
    assert_eq!(story.llm.host().requests().len(), 0);
}
