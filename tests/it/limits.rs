//! How many requests go out, how fast, and what a provider's refusals lead to.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::asked::Dialect;
use crate::support::llm::reply::refusal;
use crate::support::llm::{Llm, Setup};
use crate::support::story::{MODEL_KEY, MOODS, Story, texts};
use crate::support::studio::Studio;

fn setup() -> Setup {
    Setup { key: Some(MODEL_KEY.to_owned()), ..Setup::default() }
}

fn story(setup: Setup, tasks: usize) -> Story {
    Story::with(Studio::start(), Llm::with(setup), (MOODS, &texts(tasks)))
}

#[test]
fn so_many_requests_are_in_flight_and_never_more() {
    let (story, gate) = (story(setup(), 40), Gate::new());
    let busy = json!({"error": {"message": "busy"}});
    // The first goes alone, to find out what the endpoint takes.
    for request in 2..=8 {
        story.llm.script(request, Canned::json(503, &busy).header("retry-after", "0").held(&gate));
    }
    let running = story.start(&["--concurrency", "7"]);
    gate.wait_for_arrivals(7);
    gate.open();
    story.wait(running).assert_code(0);
    assert_eq!((story.llm.host().most_in_flight(), story.llm.count()), (7, 47));
}

#[test]
fn one_at_a_time_is_one_at_a_time() {
    let story = story(Setup { latency: Duration::from_millis(5), ..setup() }, 10);
    story.run(&["--concurrency", "1"]).assert_code(0);
    assert_eq!((story.llm.most_in_flight(), story.llm.count()), (1, 10));
}

#[test]
fn requests_a_minute_are_kept() {
    let story = story(setup(), 9);
    let start = Instant::now();
    story.run(&["--rpm", "240"]).assert_code(0);
    // Four a second, and the first ones at once.
    assert!(Duration::from_secs(1) < start.elapsed(), "{:?}", start.elapsed());
    assert_eq!(story.llm.count(), 9);
}

#[test]
fn refusals_for_a_rate_limit_are_survived_by_waiting_together() {
    let story = story(Setup { limit: Some((8, Duration::from_secs(2))), ..setup() }, 16);
    let outcome = story.run(&["--concurrency", "8", "--summary", "s.json"]);
    outcome.assert_code(0);
    assert_eq!(story.predicted().iter().filter(|predicted| !predicted.is_empty()).count(), 16);
    assert!((1..=24).contains(&story.llm.refused()), "{} refusals", story.llm.refused());
    let summary = story.summary("s.json");
    assert_eq!(summary["requests"]["answered"], 16);
    assert_eq!(summary["requests"]["retries"].as_u64(), Some(story.llm.refused() as u64));
}

#[test]
fn a_wait_longer_than_allowed_is_not_begun() {
    let story = story(setup(), 30);
    let body = json!({"error": {"message": "Limit a day reached", "type": "requests", "code": "rate_limit_exceeded"}});
    for request in 3..=90 {
        story.llm.script(request, Canned::json(429, &body).header("retry-after", "7200"));
    }
    let start = Instant::now();
    let outcome = story.run(&["--concurrency", "2", "--max-wait", "60", "--model-version", "v1"]);
    outcome.assert_code(6).assert_tells("asks to wait 2 h").assert_tells("`--max-wait`");
    outcome.assert_tells("refuses requests for its rate limit").assert_tells("try again later");
    assert!(start.elapsed() < Duration::from_secs(60), "no wait of what is allowed instead");
    assert!(story.llm.count() <= 5, "{} requests", story.llm.count());
    assert_eq!(story.studio.all_predictions(story.project).len(), 2, "what was answered is delivered");
}

#[test]
fn an_account_without_quota_ends_the_run_at_once_with_its_own_words() {
    let story = story(Setup { latency: Duration::from_millis(20), ..setup() }, 50);
    let words = "You exceeded your current quota, please check your plan and billing details";
    for request in 1..=50 {
        story.llm.script(request, refusal(Dialect::OpenAi, 429, "insufficient_quota", words));
    }
    let outcome = story.run(&["--concurrency", "16"]);
    outcome.assert_code(6).assert_tells(words).assert_tells("the plan and balance");
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 0));
}

#[test]
fn a_quota_that_ends_in_the_middle_delivers_what_there_is() {
    let story = story(setup(), 50);
    let words = "You exceeded your current quota, please check your plan and billing details";
    for request in 11..=90 {
        story.llm.script(request, refusal(Dialect::OpenAi, 429, "insufficient_quota", words));
    }
    let outcome = story.run(&["--concurrency", "2", "--model-version", "v1", "--summary", "s.json"]);
    outcome.assert_code(6).assert_tells(words).assert_tells("delivered 10");
    assert!(story.llm.count() <= 13, "{} requests", story.llm.count());
    assert_eq!(story.studio.all_predictions(story.project).len(), 10);
    let summary = story.summary("s.json");
    assert_eq!((&summary["exit_code"], &summary["complete"]), (&json!(6), &json!(false)));
}

#[test]
fn wrong_keys_and_models_end_the_run_after_the_first_request() {
    let check = |setup: Setup, args: &[&str], words: &[&str]| {
        let story = story(setup, 20);
        let key = "sk-wrong-0a1b2c3d4e5f";
        let story =
            if args.is_empty() { story.program(|program| program.env("OPENAI_API_KEY", key)) } else { story };
        let outcome = story.run(args);
        outcome.assert_code(6);
        for words in words {
            outcome.assert_tells(words);
        }
        assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 0));
        story.program.assert_never_told(key);
    };
    check(setup(), &[], &["Incorrect API key provided", "401"]);
    let models = vec!["small".to_owned()];
    check(Setup { models, ..setup() }, &["--model", "smal"], &["The model `smal` does not exist", "404"]);
}

#[test]
fn a_base_url_without_its_end_is_told() {
    let story = story(setup(), 3);
    let url = story.llm.url();
    let outcome = story.run(&["--base-url", &url]);
    outcome.assert_code(6).assert_tells("ends in `/v1`");
    assert!(story.llm.host().requests().len() <= 2);
}
