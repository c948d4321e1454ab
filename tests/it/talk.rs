//! What a run says: the summary for scripts, silence, and a log that tells no key.

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::llm::asked::Dialect;
use crate::support::llm::reply::refusal;
use crate::support::story::{MODEL_KEY, MOODS, Story, model, texts};
use crate::support::studio::Studio;

/// Returns all keys of a summary, those inside objects with a dot.
fn keys(summary: &Value) -> Vec<String> {
    let fields = summary.as_object().expect("a summary is an object").iter();
    let keys = fields.flat_map(|(name, value)| match value {
        Value::Object(inner) if !["unfilled", "failures_by_kind"].contains(&name.as_str()) => {
            inner.keys().map(|key| format!("{name}.{key}")).collect()
        }
        _ => vec![name.clone()],
    });
    let mut keys: Vec<String> = keys.collect();
    keys.sort();
    keys
}

const KEYS: [&str; 50] = [
    "budget.limit_tokens",
    "budget.limit_usd",
    "budget.spent_tokens",
    "budget.spent_usd",
    "complete",
    "cost.by",
    "cost.cached",
    "cost.input",
    "cost.output",
    "cost.table",
    "cost_usd",
    "duration_seconds",
    "ended",
    "error",
    "exit_code",
    "failures",
    "failures_by_kind",
    "failures_by_reason",
    "format_version",
    "left_out",
    "model",
    "model_version",
    "per_minute.requests",
    "per_minute.requests_limit",
    "per_minute.tokens",
    "per_minute.tokens_limit",
    "requests.answered",
    "requests.attempts",
    "requests.rate_limited",
    "requests.retries",
    "requests.reused",
    "started",
    "studio_version",
    "tasks.already_there",
    "tasks.delivered",
    "tasks.failed",
    "tasks.nothing_to_mark",
    "tasks.partial",
    "tasks.selected",
    "tasks.stopped",
    "tasks.undelivered",
    "tokens.cached",
    "tokens.completion",
    "tokens.prompt",
    "tokens.reasoning",
    "tool_version",
    "unfilled",
    "waits.limit_seconds",
    "waits.pause_seconds",
    "waits.pauses",
];

/// Runs with a summary; expects the exit code there and outside, and all keys.
fn summary(story: &Story, args: &[&str], code: i32) -> Value {
    story.run(&[args, &["--summary", "s.json"]].concat()).assert_code(code);
    let summary = story.summary("s.json");
    assert_eq!(keys(&summary), KEYS, "{summary:#}");
    assert_eq!(summary["exit_code"], code);
    summary
}

#[test]
fn a_script_reads_how_a_good_run_ended() {
    let story = Story::many(3);
    let found = summary(&story, &["--model-version", "v1", "--price-in", "1", "--price-out", "2"], 0);
    assert_eq!((&found["complete"], &found["error"]), (&json!(true), &Value::Null));
    assert_eq!((&found["model_version"], &found["format_version"]), (&json!("v1"), &json!(1)));
    assert_eq!((&found["tasks"]["selected"], &found["tasks"]["delivered"]), (&json!(3), &json!(3)));
    let requests = json!({"attempts": 3, "retries": 0, "rate_limited": 0, "answered": 3, "reused": 0});
    assert_eq!(found["requests"], requests);
    let (prompt, completion) = (&found["tokens"]["prompt"], &found["tokens"]["completion"]);
    let cost = (prompt.as_f64().unwrap() + 2.0 * completion.as_f64().unwrap()) / 1e6;
    assert!((found["cost_usd"].as_f64().unwrap() - cost).abs() < 1e-9, "{found:#}");
    let nothing = summary(&story, &["--model-version", "v1"], 0);
    assert_eq!((&nothing["complete"], &nothing["tasks"]["selected"]), (&json!(true), &json!(0)));
}

#[test]
fn a_cost_that_nobody_knows_is_null() {
    let story = Story::many(1);
    assert_eq!(summary(&story, &["--model", "made up"], 0)["cost_usd"], Value::Null);
}

#[test]
fn a_script_reads_how_a_partial_run_ended() {
    let story = Story::many(3);
    story.llm.script(1, refusal(Dialect::OpenAi, 400, "content_filter", "filtered"));
    let found = summary(&story, &["--concurrency", "1"], 4);
    assert_eq!((&found["complete"], &found["tasks"]["failed"]), (&json!(true), &json!(1)));
    assert_eq!(found["failures"][0]["task"], story.tasks[0]);
    assert_eq!(found["failures"][0]["kind"], "rejected");
}

#[test]
fn a_script_reads_how_a_failed_run_ended() {
    let story = Story::many(3);
    story.llm.script(2, refusal(Dialect::OpenAi, 401, "invalid_api_key", "no such key"));
    let found = summary(&story, &["--concurrency", "1", "--model-version", "v1"], 6);
    assert_eq!((&found["complete"], &found["tasks"]["delivered"]), (&json!(false), &json!(1)));
    assert!(found["error"].as_str().is_some_and(|error| error.contains("no such key")), "{found:#}");
}

#[test]
fn a_run_that_fails_before_its_start_writes_a_summary_too() {
    let story = Story::many(1);
    let found = summary(&story, &["--project", "99"], 5);
    assert!(found["error"].as_str().is_some_and(|error| error.contains("no project 99")), "{found:#}");
    assert_eq!((&found["complete"], &found["model_version"]), (&json!(false), &json!("")));
    let found = summary(&story, &["--system", "none.txt"], 3);
    assert!(found["error"].as_str().is_some_and(|error| error.contains("none.txt")), "{found:#}");
    let outcome = story.run(&["--summary", "no/such/folder/s.json"]);
    outcome.assert_code(3).assert_tells("there is no folder `no/such/folder`");
}

#[test]
fn quiet_says_nothing_of_success_and_all_of_failure() {
    let story = Story::many(2);
    let outcome = story.run(&["--quiet"]);
    outcome.assert_code(0);
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    let outcome = story.run(&["--quiet"]);
    outcome.assert_code(0);
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    story.program.forget_paid();
    story.llm.script(3, refusal(Dialect::OpenAi, 400, "content_filter", "filtered"));
    let outcome = story.run(&["--quiet", "--only", "all", "--concurrency", "1"]);
    outcome.assert_code(4).assert_tells("error: 1 of 2 tasks got no prediction");
    outcome.assert_tells(&format!("failed: task {}: rejected by the provider", story.tasks[0]));
}

#[test]
fn a_log_has_lines_and_no_bar_and_no_key() {
    let story = Story::many(3);
    let shy = json!({"error": {"message": format!("the key {MODEL_KEY} is busy")}});
    let token = story.studio.personal_access_token();
    let story = story.program(|program| program.env("LABEL_STUDIO_API_KEY", &token));
    for (number, verbosity) in (1..).zip(["-v", "-vv", "-vvv"]) {
        story.llm.script(story.llm.count() + 1, Canned::json(503, &shy).header("retry-after", "0"));
        let version = number.to_string();
        let outcome = story.run(&[verbosity, "--model-version", &version, "--progress", "auto"]);
        outcome.assert_code(0).assert_tells("of 3 tasks");
        assert!(!outcome.stderr.contains('\r') && !outcome.stderr.contains('\u{1b}'), "{}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
        let logged = ["DEBUG", "TRACE"].map(|level| outcome.stderr.contains(level));
        assert_eq!(logged, [1 < number, 2 < number], "{verbosity}");
    }
}

#[test]
fn what_comes_from_elsewhere_cannot_touch_the_terminal() {
    let studio = Studio::start();
    let story = Story::with(studio, model(), (MOODS, &texts(2)));
    story.llm.script(1, refusal(Dialect::OpenAi, 400, "content_filter", "\u{1b}[2Jgone\u{7} \u{202e}"));
    let outcome = story.run(&["--concurrency", "1"]);
    outcome.assert_code(4).assert_tells("[2Jgone");
    assert!(!outcome.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{:?}", outcome.stderr);
}

#[test]
fn colours_are_only_where_they_are_wanted() {
    let story = Story::many(1);
    let plain = story.run(&["--project", "99"]);
    let coloured = story.run(&["--project", "99", "--color", "always"]);
    assert!(!plain.stderr.contains('\u{1b}'), "{}", plain.stderr);
    assert!(coloured.stderr.contains("\u{1b}[1;31merror:\u{1b}[0m"), "{:?}", coloured.stderr);
}
