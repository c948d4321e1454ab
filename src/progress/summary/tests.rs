//! What a person and a script read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::json::value;
use super::*;
use crate::label::prediction::{Unfilled, Usage};

pub(super) fn circumstances() -> Circumstances {
    Circumstances {
        started: "2026-11-20T10:00:00Z".parse().unwrap(),
        ended: "2026-11-20T10:01:15.5Z".parse().unwrap(),
        duration: Duration::from_millis(72_500),
        exit_code: 4,
        model: Some("small".to_owned()),
        model_version: "small-1a2b3c".to_owned(),
        studio_version: Some("1.23.2".to_owned()),
        attempts: 1024,
        retries: 24,
        ..Circumstances::default()
    }
}

pub(super) fn failure(task: TaskId, kind: FailureKind, reason: &str) -> Failure {
    Failure { task, kind, reason: reason.to_owned() }
}

fn left_out(reason: &str) -> (TaskId, Unfilled) {
    (TaskId::Id(3), Unfilled { control: "mood".to_owned(), reason: reason.to_owned() })
}

pub(super) fn summary() -> Summary {
    Summary {
        selected: 1000,
        delivered: 990,
        partial: 2,
        blank: 3,
        scored: 0,
        already_there: 4,
        stopped: 1,
        undelivered: 1,
        reused: 0,
        failures: vec![
            failure(TaskId::Id(12), FailureKind::Unusable, "no label in\n\u{1b}[31m`maybe` | <b>"),
            failure(TaskId::Row(7), FailureKind::Truncated, "after 16 tokens"),
            failure(TaskId::Id(15), FailureKind::Unusable, "empty"),
            failure(TaskId::Id(16), FailureKind::Unusable, "empty"),
        ],
        usage: Usage {
            requests: 1000,
            prompt_tokens: 123_456,
            completion_tokens: 7890,
            cached_tokens: 1024,
            ..Usage::default()
        },
        cost: Some(0.25),
        unfilled: BTreeMap::from([("mood".to_owned(), 1), ("stars".to_owned(), 2)]),
        left_out: vec![left_out("no such label: `maybe`\u{1b}[31m")],
        complete: true,
    }
}

fn check(summary: &Summary, circumstances: &Circumstances, expect: &str) {
    assert_eq!(human(summary, circumstances), expect);
}

#[test]
fn a_person_reads_aligned_lines_and_each_reason() {
    let expect = "\
1,000 tasks in 1 min 12 s as small-1a2b3c
  delivered          990  3 with nothing to mark, 2 partial; left out: 1 of `mood`, 2 of `stars`
  already there        4
  failed               4  cut off at the token limit 1, unusable answer 3
  not delivered        1  answered, but not known to have arrived; the journal has the answers
  given up             1  without an answer
  requests         1,024  24 of them repeated failed ones
  tokens         131,346  123,456 in (1,024 cached), 7,890 out
  cost           $0.2500  as the provider says
left out:
  task 3: `mood`: no such label: `maybe`\u{fffd}[31m
failed:
  task 15 and 1 other: unusable answer: empty
  task 12: unusable answer: no label in \u{fffd}[31m`maybe` | <b>
  row 7: cut off at the token limit: after 16 tokens
";
    check(&summary(), &circumstances(), expect);
}

#[test]
fn what_did_not_happen_is_not_told() {
    let nothing = Summary { complete: true, ..Summary::default() };
    let short = Duration::from_millis(1200);
    let quiet = Circumstances { attempts: 0, retries: 0, duration: short, ..circumstances() };
    check(&nothing, &quiet, "0 tasks in 1.2 s as small-1a2b3c\n  delivered  0\n");
    let stopped = Summary { selected: 1, delivered: 1, ..Summary::default() };
    let expect = "1 task in 1.2 s as small-1a2b3c, stopped before the end\n  delivered  1\n  requests   1  \
                  1 of them repeated a failed one\n";
    check(&stopped, &Circumstances { attempts: 1, retries: 1, ..quiet }, expect);
}

#[test]
fn where_nothing_was_asked_and_all_is_there_one_line_says_so() {
    let there = Summary { selected: 3, already_there: 3, complete: true, ..Summary::default() };
    let quiet = Circumstances { attempts: 0, retries: 0, ..circumstances() };
    check(&there, &quiet, "nothing new for 3 tasks: predicted already, as small-1a2b3c\n");
    let expect =
        "3 tasks in 1 min 12 s as small-1a2b3c\n  delivered      0\n  already there  3\n  requests       1\n";
    check(&there, &Circumstances { attempts: 1, ..quiet }, expect);
}

#[test]
fn a_person_is_told_one_screen_and_a_script_all() {
    let told = |row| failure(TaskId::Row(row), FailureKind::Refused, &format!("no {row}"));
    let summary = Summary { failures: (1..=1021).map(told).collect(), ..summary() };
    let budget = Some(Budget {
        spent_usd: Some(0.3),
        limit_usd: Some(2.0),
        spent_tokens: Some(1234),
        limit_tokens: Some(5000),
    });
    let (for_limits, for_pauses) = (Duration::from_secs(60), Duration::from_secs(30));
    let waits = Some(Waits { for_limits, for_pauses, pauses: 3 });
    let all = Circumstances { waits, budget, ..circumstances() };
    let text = human(&summary, &all);
    assert!(text.contains("row 10: refused by the model: no 10\n  and 1,011 more\n"), "{text}");
    assert!(text.contains("waited         1 min 30 s  for the limits, 30 s of it in 3 pauses"), "{text}");
    assert!(text.contains("$0.2500  as the provider says"), "{text}");
    assert!(text.contains("$0.3000  charged, of at most $2.00"), "{text}");
    assert!(text.contains("1,234  charged, of at most 5,000 tokens"), "{text}");
    assert!(text.lines().count() <= 24, "{text}");
    let value = value(&summary, &all);
    assert_eq!(value["failures"].as_array().map(Vec::len), Some(1021));
    assert_eq!(value["failures_by_reason"].as_array().map(Vec::len), Some(20));
}

#[test]
fn a_script_reads_every_number() {
    let error = Some("the key was refused".to_owned());
    let limits = Limits { requests_per_minute: Some(900), tokens_per_minute: None };
    let all = Circumstances {
        error,
        limits,
        limited: 3,
        waits: Some(Waits { for_limits: Duration::ZERO, for_pauses: Duration::from_millis(1500), pauses: 2 }),
        budget: Some(Budget { spent_usd: Some(0.3), limit_usd: Some(1.0), ..Budget::default() }),
        ..circumstances()
    };
    let expect = json!({
        "format_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "studio_version": "1.23.2",
        "model": "small", "model_version": "small-1a2b3c",
        "complete": true, "exit_code": 4, "error": "the key was refused",
        "started": "2026-11-20T10:00:00.000Z", "ended": "2026-11-20T10:01:15.500Z", "duration_seconds": 72.5,
        "tasks": {
            "selected": 1000, "delivered": 990, "partial": 2, "nothing_to_mark": 3, "already_there": 4, "failed": 4, "undelivered": 1,
            "stopped": 1,
        },
        "unfilled": {"mood": 1, "stars": 2},
        "left_out": [{"task": 3, "control": "mood", "reason": "no such label: `maybe`\u{1b}[31m"}],
        "requests": {"attempts": 1024, "retries": 24, "rate_limited": 3, "answered": 1000, "reused": 0},
        "tokens": {"prompt": 123_456, "cached": 1024, "completion": 7890, "reasoning": 0},
        "cost_usd": 0.25,
        "cost": {"by": "provider", "input": null, "output": null, "cached": null, "table": null},
        "waits": {"limit_seconds": 0.0, "pause_seconds": 1.5, "pauses": 2},
        "per_minute": {
            "requests": 847.4, "tokens": 108_700.1, "requests_limit": 900, "tokens_limit": null,
        },
        "budget": {"spent_usd": 0.3, "limit_usd": 1.0, "spent_tokens": null, "limit_tokens": null},
        "failures_by_kind": {"truncated": 1, "unusable": 3},
        "failures_by_reason": [
            {"kind": "unusable", "reason": "empty", "tasks": 2},
            {"kind": "unusable", "reason": "no label in\n\u{1b}[31m`maybe` | <b>", "tasks": 1},
            {"kind": "truncated", "reason": "after 16 tokens", "tasks": 1},
        ],
        "failures": [
            {"task": 12, "kind": "unusable", "reason": "no label in\n\u{1b}[31m`maybe` | <b>"},
            {"row": 7, "kind": "truncated", "reason": "after 16 tokens"},
            {"task": 15, "kind": "unusable", "reason": "empty"},
            {"task": 16, "kind": "unusable", "reason": "empty"},
        ],
    });
    assert_eq!(value(&summary(), &all), expect);
}

#[test]
fn a_cost_that_no_provider_named_is_reckoned_and_its_prices_are_told() {
    let price = Price { input: 1.0, output: 4.0, cached: Some(0.5) };
    let pricing = Some(Pricing { price, table: Some("litellm 9") });
    let own = Some(Pricing { price, table: None });
    let check = |summary: &Summary, pricing, expect: [Value; 4]| {
        let found = value(summary, &Circumstances { pricing, ..circumstances() });
        let cost = &found["cost"];
        let found = [&found["cost_usd"], &cost["by"], &cost["input"], &cost["table"]].map(Clone::clone);
        assert_eq!(found, expect);
    };
    let silent = Summary { cost: None, ..summary() };
    check(&silent, pricing, [json!(0.154_504), json!("prices"), json!(1.0), json!("litellm 9")]);
    check(&silent, own, [json!(0.154_504), json!("prices"), json!(1.0), Value::Null]);
    check(&silent, None, [Value::Null, Value::Null, Value::Null, Value::Null]);
    check(&summary(), pricing, [json!(0.25), json!("provider"), Value::Null, Value::Null]);
    check(&Summary::default(), pricing, [Value::Null, Value::Null, Value::Null, Value::Null]);
    let text = human(&silent, &Circumstances { pricing, ..circumstances() });
    assert!(text.contains("  cost           $0.1545  by the prices of litellm 9\n"), "{text}");
}

#[test]
fn the_ending_of_the_file_decides_its_form() {
    let check = |name: &str, start: &str| {
        let text = file(Path::new(name), &summary(), &circumstances());
        assert!(text.starts_with(start) && text.ends_with('\n'), "{name}: {text}");
    };
    check("summary.md", "## ls-autolabel: 990 of 1,000");
    check("SUMMARY.MD", "## ");
    check("a.json/junit.xml", "<?xml");
    for name in ["summary.json", "summary", "summary.txt", "md"] {
        check(name, "{\n  \"format_version\": 1,");
    }
}
