//! The summary as `JUnit` XML, which CI services show as a list of tests: each failed task is one.

use std::fmt::Write;

use serde_json::json;

use super::Circumstances;
use crate::engine::event::Summary;
use crate::engine::ports::Failure;

/// What every test belongs to.
const SUITE: &str = "ls-autolabel";

/// Returns one suite. Only what failed is a case, for the others nobody looks; all of them are counted.
///
/// A run that ended early is a case of its own, or one that never began would look like a success.
pub(super) fn junit(summary: &Summary, circumstances: &Circumstances) -> String {
    let Circumstances { error, duration, started, .. } = circumstances;
    let mut document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{SUITE}\" tests=\"{}\" failures=\"{}\" \
         errors=\"{}\" skipped=\"{}\" time=\"{:.3}\" timestamp=\"{started:.0}\">\n",
        summary.selected + u64::from(error.is_some()),
        summary.failures.len(),
        u64::from(error.is_some()),
        summary.undelivered + summary.stopped,
        duration.as_secs_f64(),
    );
    properties(&mut document, circumstances);
    if let Some(error) = error {
        let kind = format!("exit code {}", circumstances.exit_code);
        case(&mut document, ("run", "error"), (&kind, error));
    }
    for Failure { task, kind, reason } in &summary.failures {
        let kind = json!(kind);
        case(&mut document, (&task.to_string(), "failure"), (kind.as_str().unwrap_or_default(), reason));
    }
    document.push_str("</testsuite>\n");
    document
}

fn properties(document: &mut String, circumstances: &Circumstances) {
    let Circumstances { model, model_version, studio_version, .. } = circumstances;
    let properties = [
        ("version", Some(env!("CARGO_PKG_VERSION"))),
        ("label_studio", studio_version.as_deref()),
        ("model", model.as_deref()),
        ("model_version", Some(model_version.as_str())),
    ];
    document.push_str("  <properties>\n");
    for (name, value) in properties {
        let Some(value) = value else { continue };
        let value = escaped(value);
        writeln!(document, "    <property name=\"{name}\" value=\"{value}\"/>")
            .expect("a string takes any text");
    }
    document.push_str("  </properties>\n");
}

/// Adds a case of this name that ended with this element, because of this kind and these words.
fn case(document: &mut String, (name, element): (&str, &str), (kind, message): (&str, &str)) {
    let [name, kind, message] = [name, kind, message].map(escaped);
    write!(
        document,
        "  <testcase classname=\"{SUITE}\" name=\"{name}\">\n    <{element} type=\"{kind}\" message=\"{message}\"/>\n  \
         </testcase>\n"
    )
    .expect("a string takes any text");
}

/// Returns a text as the value of an attribute; what XML 1.0 cannot hold is dropped (<https://www.w3.org/TR/xml/#charsets>).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // As they are, a reader would make spaces of them.
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use roxmltree::{Document, Node};

    use super::super::tests::{circumstances, failure, summary};
    use super::*;
    use crate::engine::ports::FailureKind;
    use crate::label::task::TaskId;

    fn attributes<'a>(node: Node<'a, '_>, names: &[&str]) -> Vec<&'a str> {
        names.iter().map(|name| node.attribute(*name).unwrap_or("-")).collect()
    }

    /// Returns name, element, type and message of each case.
    fn cases(document: &str) -> Vec<[String; 4]> {
        let document = Document::parse(document).unwrap();
        let cases = document.root_element().children().filter(|node| node.has_tag_name("testcase"));
        let case = |case: Node<'_, '_>| {
            let end = case.first_element_child().unwrap();
            let name = end.tag_name().name();
            let [kind, message] = ["type", "message"].map(|name| end.attribute(name).unwrap().to_owned());
            [case.attribute("name").unwrap().to_owned(), name.to_owned(), kind, message]
        };
        cases.map(case).collect()
    }

    #[test]
    fn every_failed_task_is_a_case_and_the_others_are_counted() {
        let text = junit(&summary(), &circumstances());
        let document = Document::parse(&text).unwrap();
        let counts = ["tests", "failures", "errors", "skipped", "time", "timestamp"];
        let expect = ["1000", "4", "0", "2", "72.500", "2026-11-20T10:00:00Z"];
        assert_eq!(attributes(document.root_element(), &counts), expect);
        let unusable = "no label in\n[31m`maybe` | <b>";
        let expect = [
            ["task 12", "failure", "unusable", unusable],
            ["row 7", "failure", "truncated", "after 16 tokens"],
            ["task 15", "failure", "unusable", "empty"],
            ["task 16", "failure", "unusable", "empty"],
        ];
        assert_eq!(cases(&text), expect);
    }

    #[test]
    fn a_run_that_ended_early_is_no_success() {
        let error = Some("the key \"sk\" & all was refused".to_owned());
        let text = junit(&Summary::default(), &Circumstances { error, exit_code: 6, ..circumstances() });
        assert_eq!(cases(&text), [["run", "error", "exit code 6", "the key \"sk\" & all was refused"]]);
        let document = Document::parse(&text).unwrap();
        assert_eq!(attributes(document.root_element(), &["tests", "failures", "errors"]), ["1", "0", "1"]);
    }

    proptest! {
        #[test]
        fn any_reason_comes_through_but_for_what_xml_cannot_hold(
            reason in r"(\PC|[&<>'\]\x00-\x20\x7f-\x9f\u{fffd}-\u{ffff}]){0,60}"
        ) {
            let failures = vec![failure(TaskId::Row(7), FailureKind::Refused, &reason)];
            let text = junit(&Summary { failures, ..Summary::default() }, &circumstances());
            let holds = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
            let expect: String = reason.chars().filter(holds).collect();
            prop_assert_eq!(&cases(&text)[0][3], &expect);
        }
    }
}
