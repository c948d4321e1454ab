//! `--max-cost` and `--max-tokens-total` are never exceeded, whatever the servers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::asked::{Asked, Dialect};
use crate::support::llm::reply::{Said, refusal};
use crate::support::llm::{Llm, Setup};
use crate::support::program::Outcome;
use crate::support::story::{MODEL_KEY, MOODS, Story, model, texts};
use crate::support::studio::Studio;

/// The token limit of most stories here.
const LIMIT: usize = 40;

fn story(llm: Llm, tasks: usize) -> Story {
    Story::with(Studio::start(), llm, (MOODS, &texts(tasks)))
}

/// Runs with this token limit, as version `v1`, one task at a time unless told otherwise.
fn run(story: &Story, args: &[&str]) -> Outcome {
    let limit = LIMIT.to_string();
    let common = ["--max-tokens", &limit, "--model-version", "v1"];
    let concurrency = if args.contains(&"--concurrency") { &[][..] } else { &["--concurrency", "1"] };
    story.run(&[&common[..], concurrency, args].concat())
}

fn answer(usage: &Value) -> Canned {
    let message = json!({"role": "assistant", "content": r#"{"mood": "positive"}"#});
    let choices = json!([{"index": 0, "finish_reason": "stop", "message": message}]);
    Canned::json(200, &json!({"choices": choices, "usage": usage}))
}

fn delivered(story: &Story) -> usize {
    story.studio.all_predictions(story.project).len()
}

/// Returns the tokens that one attempt is reserved, for tasks of one digit: each byte of it and the longest answer.
fn reserved() -> usize {
    let story = story(model(), 1);
    run(&story, &[]).assert_code(0);
    story.llm.requests()[0].body.len() + LIMIT
}

/// Uses more for some tasks than for others, up to the worst case, and adds up what it used.
fn counting(setup: Setup) -> (Llm, Arc<AtomicUsize>) {
    let (llm, used) = (Llm::with(setup), Arc::new(AtomicUsize::new(0)));
    let total = Arc::clone(&used);
    llm.say(move |asked: &Asked| {
        let share = asked.text.bytes().map(usize::from).sum::<usize>() % 11;
        let usage = (asked.record.body.len() * share.max(1) / 10, (LIMIT * share / 10).clamp(1, LIMIT));
        let usage = (usage.0.min(asked.record.body.len()), usage.1);
        total.fetch_add(usage.0 + usage.1, Ordering::SeqCst);
        Said { usage: Some(usage), ..Said::text(asked, &asked.legal_answer()) }
    });
    (llm, used)
}

#[test]
fn many_at_once_use_what_there_is_and_no_token_more() {
    let latency = Duration::from_millis(3);
    let (llm, used) = counting(Setup { key: Some(MODEL_KEY.to_owned()), latency, ..Setup::default() });
    let story = story(llm, 300);
    let budget = 40_000;
    let outcome = run(
        &story,
        &["--concurrency", "64", "--max-tokens-total", &budget.to_string(), "--summary", "s.json"],
    );
    outcome
        .assert_code(8)
        .assert_tells("the budget of 40000 tokens does not cover the next request")
        .assert_tells("stopped before the end");
    outcome.assert_tells("a higher `--max-tokens-total` goes further");
    let used = used.load(Ordering::SeqCst);
    assert!((budget - 2 * reserved()..=budget).contains(&used), "{used} of {budget}");
    let asked = story.llm.count();
    assert_eq!(
        (delivered(&story), story.llm.most_in_flight() <= 64),
        (asked, true),
        "what was answered is delivered"
    );
    assert_eq!(story.summary("s.json")["exit_code"], 8);

    run(&story, &["--concurrency", "64", "--max-tokens-total", "4000000"]).assert_code(0);
    assert_eq!((story.llm.count(), delivered(&story)), (300, 300), "nothing is asked twice");
}

#[test]
fn money_is_kept_by_the_price_and_nothing_fits_in_too_little() {
    let (llm, used) = counting(Setup { key: Some(MODEL_KEY.to_owned()), ..Setup::default() });
    let story = story(llm, 100);
    // A dollar is ten thousand tokens.
    let price = ["--price-in", "100", "--price-out", "100"];
    let outcome = run(&story, &[&price[..], &["--concurrency", "16", "--max-cost", "2"]].concat());
    outcome.assert_code(8).assert_tells("the budget of $2.00 does not cover the next request");
    outcome.assert_tells("a higher `--max-cost` goes further");
    let used = used.load(Ordering::SeqCst);
    assert!((20_000 - 2 * reserved()..=20_000).contains(&used), "{used}");

    let asked = story.llm.count();
    let outcome = run(&story, &[&price[..], &["--max-cost", "0.01"]].concat());
    outcome
        .assert_code(8)
        .assert_tells("the budget of $0.0100 is too small for a request, which may cost up to $0.0");
    assert_eq!(story.llm.count(), asked);
}

#[test]
fn what_nobody_knows_is_charged_whole_and_what_nobody_did_is_not() {
    let reserved = reserved();
    let gate = Gate::new();
    let refused =
        |status| Canned::json(status, &json!({"error": {"message": "no"}})).header("retry-after", "0");
    // With tokens for `rooms` attempts at the worst, of which the first comes to this, the task is answered or not.
    let check = |rooms: usize, first: Canned, expect: (i32, usize, usize)| {
        let story = story(model(), 1);
        story.llm.script(1, first);
        let budget = (rooms * reserved).to_string();
        let outcome = run(&story, &["--max-tokens-total", &budget, "--timeout", "1"]);
        let found = (outcome.code.unwrap_or_default(), story.llm.count(), delivered(&story));
        assert_eq!(found, expect, "{}", outcome.stderr);
    };
    for lost in [refused(503), refused(500), refused(408), Canned::cut(), answer(&Value::Null).half()] {
        check(1, lost.clone(), (8, 1, 0));
        check(2, lost, (0, 2, 1));
    }
    check(1, answer(&json!({"prompt_tokens": 1, "completion_tokens": 1})).held(&gate), (8, 1, 0));
    gate.open();
    check(1, refused(429), (0, 2, 1));
    check(1, answer(&Value::Null), (0, 1, 1));
}

#[test]
fn an_answer_that_names_no_usage_is_charged_whole() {
    let story = story(model(), 9);
    for request in 1..=9 {
        story.llm.script(request, answer(&Value::Null));
    }
    let budget = (3 * reserved()).to_string();
    run(&story, &["--max-tokens-total", &budget]).assert_code(8);
    assert_eq!((story.llm.count(), delivered(&story)), (3, 3));
}

#[test]
fn a_server_that_counts_more_than_possible_ends_the_run_at_once() {
    for usage in [
        json!({"prompt_tokens": 5_000_000, "completion_tokens": 1}),
        json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX, "total_tokens": 1e300}),
        json!({"prompt_tokens": 1, "completion_tokens": 1, "cost": 100.0}),
    ] {
        let story = story(model(), 5);
        story.llm.script(1, answer(&usage));
        let args =
            ["--max-cost", "10", "--max-tokens-total", "100000", "--price-in", "1", "--price-out", "1"];
        let outcome = run(&story, &args);
        outcome
            .assert_code(8)
            .assert_tells("higher `--max-cost` and `--max-tokens-total`")
            .assert_tells("delivered 1");
        assert_eq!((story.llm.count(), delivered(&story)), (1, 1));
    }
}

#[test]
fn a_token_limit_is_in_every_body_and_a_default_is_told() {
    let limits = |story: &Story| -> Vec<Value> {
        story.llm.requests().iter().map(|request| request.json()["max_tokens"].clone()).collect()
    };
    let budget = ["--max-tokens-total", "1000000"];
    let default = story(model(), 3);
    default.run(&budget).assert_code(0).assert_tells("answers are limited to 4096 tokens");
    assert_eq!(limits(&default), [4096, 4096, 4096]);
    let named = story(model(), 2);
    let outcome = named.run(&[&budget[..], &["--max-tokens", "77"]].concat());
    assert!(!outcome.assert_code(0).stderr.contains("answers are limited"), "{}", outcome.stderr);
    assert_eq!(limits(&named), [77, 77]);
    let free = story(model(), 2);
    free.run(&[]).assert_code(0);
    assert_eq!(limits(&free), [Value::Null, Value::Null]);
}

#[test]
fn a_server_that_takes_no_token_limit_is_not_asked_without_one() {
    let story = story(model(), 5);
    for (request, name) in [(1, "max_tokens"), (2, "max_completion_tokens")] {
        let words = format!("Unsupported parameter: '{name}' is not supported with this model.");
        story.llm.script(request, refusal(Dialect::OpenAi, 400, "unsupported_parameter", &words));
    }
    let outcome = story.run(&["--max-tokens-total", "1000000"]);
    outcome.assert_code(6).assert_tells("without a limit no budget can be kept");
    assert_eq!((story.llm.count(), delivered(&story)), (2, 0));
}

#[test]
fn what_cannot_be_reckoned_is_refused_before_the_first_request() {
    let check = |args: &[&str], words: &str| {
        let story = story(model(), 2);
        story.run(args).assert_code(3).assert_tells(words);
        assert_eq!((story.llm.count(), story.studio.host().requests().len()), (0, 0));
    };
    let words = "`--max-cost` needs a price, and the table has none for `made up`";
    check(&["--max-cost", "1", "--model", "made up"], words);
    check(&["--max-cost", "1", "--model", "made up"], "`--price-in` and `--price-out`, or `--price-model`");
    check(
        &["--max-cost", "1", "--price-in", "1", "--price-out", "1", "--param", "max_tokens=9"],
        "give `--max-tokens`",
    );
    let keyword = story(model(), 2);
    keyword.run(&["--max-cost", "1", "--provider", "keyword"]);
    assert_eq!(keyword.llm.count(), 0);
}

#[test]
fn what_costs_nothing_passes_any_budget() {
    let llm = Llm::start();
    let url = llm.url();
    let story = story(llm, 3).program(|program| program.env("OLLAMA_ENDPOINT", &url));
    story.run(&["--provider", "ollama", "--model", "m", "--max-cost", "0.0001"]).assert_code(0);
    let limits = story.llm.requests().iter().all(|request| request.json()["options"]["num_predict"] == 4096);
    assert!(limits, "and yet a limit is sent");
}

#[test]
fn a_preview_tells_the_worst_case() {
    let story = story(model(), 3);
    let args = [
        "--prompt",
        "prompt.txt",
        "--max-tokens",
        "40",
        "--max-cost",
        "1",
        "--price-in",
        "100",
        "--price-out",
        "100",
    ];
    let preview = story.command("preview", &args);
    preview.assert_code(0);
    let (one, cents) = (reserved(), |tokens: usize| format!("$0.{tokens:04}"));
    let words = format!(
        "at the worst   {} tokens for {}; the largest request {one} tokens for {}",
        thousands(3 * one),
        cents(3 * one),
        cents(one)
    );
    assert!(preview.stdout.contains(&words), "expected `{words}` in {}", preview.stdout);
}

#[test]
fn a_preview_counts_every_request_of_a_task_for_a_server_that_gives_one_response_at_a_time() {
    let llm = Llm::start();
    let url = llm.url();
    let story = story(llm, 1).program(|program| program.env("OLLAMA_ENDPOINT", &url));
    let args =
        ["--provider", "ollama", "--model", "m", "--num-responses", "2", "--max-tokens-total", "1000000"];
    let preview = story.command("preview", &[&["--prompt", "prompt.txt"], &args[..]].concat());
    preview.assert_code(0);
    assert!(preview.stdout.contains("requests       2"), "{}", preview.stdout);
    story.run(&args).assert_code(0);
    let reserved: Vec<usize> = story.llm.requests().iter().map(|request| request.body.len() + 4096).collect();
    let [one, again] = reserved[..] else { panic!("{} requests", reserved.len()) };
    assert_eq!(one, again);
    let words = format!(
        "at the worst   {} tokens for $0.00; the largest request {} tokens",
        thousands(2 * one),
        thousands(one)
    );
    assert!(preview.stdout.contains(&words), "expected `{words}` in {}", preview.stdout);
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}
