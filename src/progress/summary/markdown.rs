//! The summary as Markdown, for the job page of a CI service.

use std::fmt::Write;

use super::rows::{Row, rows, words};
use super::{Circumstances, Reason, reasons};
use crate::engine::event::Summary;
use crate::engine::ports::Failure;
use crate::progress::text::{harmless, plain_duration, plural, thousands};

/// How many failed tasks are listed: job pages have a limit of size.
const LISTED_TASKS: usize = 50;

/// How many reasons are counted.
const COUNTED_REASONS: usize = 20;

pub(super) fn markdown(summary: &Summary, circumstances: &Circumstances) -> String {
    let delivered = if summary.complete {
        format!("{} of {}", thousands(summary.delivered), plural(summary.selected, "task"))
    } else {
        // How many there would have been, nobody knows.
        plural(summary.delivered, "task")
    };
    let mut page = format!("## ls-autolabel: {delivered} delivered\n\n{}\n", ending(summary, circumstances));
    let numbers = rows(summary, circumstances).into_iter();
    let numbers = numbers.map(|Row { label, number, note }| [label.to_owned(), number, note]);
    table(&mut page, ["", "number", "note"], numbers.chain(particulars(circumstances)));
    if summary.failures.is_empty() {
        return page;
    }
    page.push_str("\n### Failures by reason\n");
    let counted = reasons(&summary.failures).into_iter().take(COUNTED_REASONS);
    let counted = counted.map(|Reason { kind, words: reason, count, .. }| {
        [thousands(count), words(kind).to_owned(), reason.to_owned()]
    });
    table(&mut page, ["tasks", "kind", "reason"], counted);
    page.push_str("\n### Failed tasks\n");
    let listed = summary.failures.iter().take(LISTED_TASKS);
    let listed = listed
        .map(|Failure { task, kind, reason }| [task.to_string(), words(*kind).to_owned(), reason.to_owned()]);
    table(&mut page, ["task", "kind", "reason"], listed);
    let more = summary.failures.len().saturating_sub(LISTED_TASKS) as u64;
    if 0 < more {
        writeln!(page, "\nand {} more", thousands(more)).expect("a string takes any text");
    }
    page
}

fn ending(summary: &Summary, circumstances: &Circumstances) -> String {
    let Circumstances { exit_code, error, .. } = circumstances;
    let how = match (summary.complete, summary.failures.is_empty()) {
        (true, true) => "Complete",
        (true, false) => "Complete, but some tasks failed",
        (false, _) => "Stopped before the end",
    };
    let why = error.as_ref().map(|error| format!(": {}", escaped(error))).unwrap_or_default();
    format!("**{how}** (exit code {exit_code}){why}")
}

/// Returns what is known besides the numbers.
fn particulars(circumstances: &Circumstances) -> Vec<[String; 3]> {
    let version = Some(circumstances.model_version.as_str()).filter(|version| !version.is_empty());
    let took = Some(circumstances.duration).filter(|took| !took.is_zero()).map(plain_duration);
    let started = format!("{:.0}", circumstances.started);
    [
        ("model", circumstances.model.as_deref()),
        ("model version", version),
        ("Label Studio", circumstances.studio_version.as_deref()),
        ("ls-autolabel", Some(env!("CARGO_PKG_VERSION"))),
        ("started", Some(started.as_str())),
        ("took", took.as_deref()),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some([label.to_owned(), String::new(), value?.to_owned()]))
    .collect()
}

/// Adds a table; what stands in its cells is escaped.
fn table(page: &mut String, head: [&str; 3], rows: impl IntoIterator<Item = [String; 3]>) {
    let [first, second, third] = head;
    write!(page, "\n| {first} | {second} | {third} |\n|---|---|---|\n").expect("a string takes any text");
    for cells in rows {
        let [first, second, third] = cells.map(|cell| escaped(&cell));
        writeln!(page, "| {first} | {second} | {third} |").expect("a string takes any text");
    }
}

/// Returns a text as one line that Markdown shows as it is, also in a cell.
///
/// Any ASCII punctuation may be escaped (<https://spec.commonmark.org/0.31.2/#backslash-escapes>); here it is what
/// would begin a link, HTML, emphasis, code, mathematics, a heading or another cell.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        if "\\`*_~|<>[]&#$!@".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{circumstances, failure, summary};
    use super::*;
    use crate::engine::ports::FailureKind;
    use crate::label::task::TaskId;

    /// Splits a row of a table as GitHub does: at every `|` without a backslash of its own.
    fn cells(row: &str) -> Vec<String> {
        let (mut cells, mut characters) = (vec![String::new()], row.chars());
        while let Some(character) = characters.next() {
            let cell = cells.last_mut().expect("it begins with one");
            match character {
                '|' => cells.push(String::new()),
                '\\' => cell.extend(characters.next()),
                other => cell.push(other),
            }
        }
        cells
    }

    #[test]
    fn a_job_page_has_a_heading_the_numbers_and_the_failures() {
        let page = markdown(&summary(), &circumstances()).replace(env!("CARGO_PKG_VERSION"), "VERSION");
        insta::assert_snapshot!(page, @r"
        ## ls-autolabel: 990 of 1,000 tasks delivered

        **Complete, but some tasks failed** (exit code 4)

        |  | number | note |
        |---|---|---|
        | delivered | 990 | 3 with nothing to mark, 2 partial; left out: 1 of \`mood\`, 2 of \`stars\` |
        | already there | 4 |  |
        | failed | 4 | cut off at the token limit 1, unusable answer 3 |
        | not delivered | 1 | answered, but not known to have arrived; the journal has the answers |
        | given up | 1 | without an answer |
        | requests | 1,024 | 24 of them repeated failed ones |
        | tokens | 131,346 | 123,456 in (1,024 cached), 7,890 out |
        | cost | \$0.2500 | as the provider says |
        | model |  | small |
        | model version |  | small-1a2b3c |
        | Label Studio |  | 1.23.2 |
        | ls-autolabel |  | VERSION |
        | started |  | 2026-11-20T10:00:00Z |
        | took |  | 1 min 12 s |

        ### Failures by reason

        | tasks | kind | reason |
        |---|---|---|
        | 2 | unusable answer | empty |
        | 1 | unusable answer | no label in �\[31m\`maybe\` \| \<b\> |
        | 1 | cut off at the token limit | after 16 tokens |

        ### Failed tasks

        | task | kind | reason |
        |---|---|---|
        | task 12 | unusable answer | no label in �\[31m\`maybe\` \| \<b\> |
        | row 7 | cut off at the token limit | after 16 tokens |
        | task 15 | unusable answer | empty |
        | task 16 | unusable answer | empty |
        ");
    }

    #[test]
    fn a_run_that_never_began_says_why() {
        let error = Some("no project 99 <at> `x`".to_owned());
        let failed = Circumstances { error, exit_code: 5, ..Circumstances::default() };
        let page = markdown(&Summary::default(), &failed);
        let expect = "## ls-autolabel: 0 tasks delivered\n\n**Stopped before the end** (exit code 5): \
                      no project 99 \\<at\\> \\`x\\`\n";
        assert!(page.starts_with(expect), "{page}");
    }

    #[test]
    fn fifty_tasks_are_listed() {
        let failures = (1..=1051).map(|row| failure(TaskId::Row(row), FailureKind::Refused, "no")).collect();
        let page = markdown(&Summary { failures, ..Summary::default() }, &circumstances());
        assert!(page.contains("| 1,051 | refused by the model | no |"), "{page}");
        assert!(page.contains("| row 50 |") && !page.contains("| row 51 |"), "{page}");
        assert!(page.ends_with("\nand 1,001 more\n"), "{page}");
    }

    proptest! {
        #[test]
        fn any_reason_is_one_row_and_one_cell(reason in r"(\PC|[|\\`\r\n\x00-\x1f\u{2028}]){0,60}") {
            let failures = vec![failure(TaskId::Row(7), FailureKind::Refused, &reason)];
            let page = markdown(&Summary { failures, ..Summary::default() }, &circumstances());
            let rows: Vec<&str> = page.lines().filter(|line| line.contains("refused by the model |")).collect();
            prop_assert_eq!(rows.len(), 2, "{}", page);
            for row in rows {
                let cells = cells(row);
                prop_assert_eq!(cells.len(), 5, "{}", row);
                let reason = harmless(&reason);
                prop_assert_eq!(cells[3].trim(), reason.trim());
            }
        }
    }
}
