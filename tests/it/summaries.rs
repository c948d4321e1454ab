//! The summary file in its forms, of runs that end well, badly and in the middle.

use roxmltree::Document;
use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::asked::Dialect;
use crate::support::llm::reply::refusal;
use crate::support::story::Story;
use crate::support::studio::BulkFault;

const FORMS: [&str; 3] = ["s.json", "s.md", "s.xml"];

/// Returns the counts of a suite: tests, failures, errors, skipped.
fn counts(document: &str) -> [u64; 4] {
    let document = Document::parse(document).expect("the summary is XML");
    let suite = document.root_element();
    assert_eq!(suite.tag_name().name(), "testsuite");
    let count =
        |name| suite.attribute(name).and_then(|count| count.parse().ok()).expect("a suite has counts");
    ["tests", "failures", "errors", "skipped"].map(count)
}

/// Runs until something is held, and ends it with two signals; returns the summary.
fn ended_twice(story: &Story, args: &[&str], file: &str, gate: &Gate, held: usize) -> String {
    let mut running = story.start(&[args, &["--model-version", "v1", "--summary", file]].concat());
    gate.wait_for_arrivals(held);
    running.signal("INT");
    running.wait_until_it_tells("stopping");
    running.signal("INT");
    let outcome = story.wait(running);
    outcome.assert_code(130).assert_tells("what was under way was dropped");
    outcome.assert_tells("stopped before the end").assert_tells("delivered");
    gate.open();
    story.program.read(file)
}

#[test]
fn a_run_with_a_failure_is_told_in_every_form() {
    for file in FORMS {
        let story = Story::many(3);
        story.llm.script(1, refusal(Dialect::OpenAi, 400, "content_filter", "a | <b> & `c`"));
        let args = ["--concurrency", "1", "--model", "small", "--model-version", "v1", "--summary", file];
        story.run(&args).assert_code(4);
        let text = story.program.read(file);
        match file {
            "s.json" => {
                let summary = story.summary(file);
                assert_eq!(summary["failures_by_reason"][0]["tasks"], 1);
                assert_eq!(
                    (&summary["studio_version"], &summary["model"]),
                    (&json!("1.23.2"), &json!("small"))
                );
                assert!(summary["started"].as_str() <= summary["ended"].as_str(), "{summary:#}");
            }
            "s.md" => {
                assert!(text.starts_with("## ls-autolabel: 2 of 3 tasks delivered\n"), "{text}");
                let failed = format!("| task {} | rejected by the provider | ", story.tasks[0]);
                assert!(text.contains(&failed) && text.contains(r"a \| \<b\> \& \`c\`"), "{text}");
            }
            _ => {
                assert_eq!(counts(&text), [3, 1, 0, 0]);
                assert!(
                    text.contains("type=\"rejected\" message=\"") && text.contains("a | &lt;b&gt; &amp; `c`")
                );
            }
        }
    }
}

#[test]
fn a_run_that_fails_is_told_in_every_form() {
    for file in FORMS {
        let story = Story::many(3);
        story.run(&["--project", "99", "--summary", file]).assert_code(5);
        let text = story.program.read(file);
        assert!(text.contains("no project 99"), "{text}");
        match file {
            "s.json" => assert_eq!(story.summary(file)["exit_code"], 5),
            "s.md" => assert!(text.contains("**Stopped before the end** (exit code 5): "), "{text}"),
            _ => assert_eq!(counts(&text), [1, 0, 1, 0]),
        }
    }
}

#[test]
fn what_was_done_before_a_second_signal_is_told_in_every_form() {
    for file in FORMS {
        let (story, gate) = (Story::many(9), Gate::new());
        let busy = json!({"error": {"message": "busy"}});
        for request in [4, 5] {
            story.llm.script(request, Canned::json(503, &busy).held(&gate));
        }
        let text = ended_twice(&story, &["--concurrency", "2"], file, &gate, 2);
        match file {
            "s.json" => {
                let summary = story.summary(file);
                let expect = json!({
                    "selected": 5, "delivered": 0, "partial": 0, "nothing_to_mark": 0, "already_there": 0,
                    "failed": 0, "undelivered": 3, "stopped": 2,
                });
                assert_eq!(summary["tasks"], expect);
                assert_eq!(
                    (&summary["requests"]["attempts"], &summary["requests"]["answered"]),
                    (&json!(5), &json!(3))
                );
                assert_ne!(summary["tokens"]["prompt"], 0);
            }
            "s.md" => assert!(text.contains("| not delivered | 3 |"), "{text}"),
            _ => assert_eq!(counts(&text), [6, 0, 1, 5]),
        }
    }
}

#[test]
fn a_delivery_that_a_second_signal_cut_off_is_not_counted_as_delivered() {
    let (story, gate) = (Story::many(3), Gate::new());
    story.studio.fault(1, BulkFault::Hangs(gate.clone()));
    ended_twice(&story, &[], "s.json", &gate, 1);
    let tasks = &story.summary("s.json")["tasks"];
    assert_eq!(
        (&tasks["selected"], &tasks["delivered"], &tasks["undelivered"]),
        (&json!(3), &json!(0), &json!(3))
    );
}

#[test]
fn prices_are_told_with_their_origin() {
    let check = |args: &[&str], by: Value, table: bool| {
        let story = Story::many(1);
        story.run(&[args, &["--summary", "s.json"]].concat()).assert_code(0);
        let cost = &story.summary("s.json")["cost"];
        assert_eq!((&cost["by"], cost["table"].is_string()), (&by, table), "{cost}");
    };
    check(&["--price-model", "gpt-4o-mini"], json!("prices"), true);
    check(&["--price-in", "1", "--price-out", "2"], json!("prices"), false);
    check(&[], Value::Null, false);
}
