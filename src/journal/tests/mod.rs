//! Journals that are written, cut off, filled with garbage, read again and rewritten.

mod faults;
mod properties;
mod rewriting;

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::record::{Also, Answer, Failure, Key, Posting, Record, Reply};
use super::{Journal, JournalError, lines::HEADER};
use crate::label::prediction::Usage;
use crate::label::task::TaskId;

/// A folder with the journal `j.jsonl`.
pub(super) struct Place(TempDir);

impl Place {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A journal with this text behind its header.
    pub(super) fn with(text: &str) -> Self {
        let place = Self::new();
        std::fs::write(place.path(), format!("{HEADER}{text}")).unwrap();
        place
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("j.jsonl")
    }

    pub(super) fn open(&self) -> Journal {
        Journal::open(&self.path(), "a test").unwrap()
    }

    pub(super) fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }
}

pub(super) fn key(number: u8) -> Key {
    Key([number; 32])
}

pub(super) fn answer(number: u8, text: &str) -> Record {
    Record::Answer(Answer {
        key: key(number),
        bare: None,
        task: TaskId::Id(number.into()),
        at: 1_800_000_000,
        model: "m".to_owned(),
        replies: vec![Reply { body: json!({"text": text}), headers: Vec::new() }],
        usage: Usage { requests: 1, ..Usage::default() },
        cost: Some(0.5),
    })
}

pub(super) fn failure(number: u8, reason: &str) -> Record {
    Record::Failure(Failure {
        key: key(number),
        bare: None,
        task: TaskId::Row(number.into()),
        at: 1_800_000_000,
        model: "m".to_owned(),
        kind: "refused".to_owned(),
        reason: reason.to_owned(),
        permanent: true,
        unfilled: Vec::new(),
        max_tokens: None,
        replies: Vec::new(),
        usage: Usage::default(),
        cost: None,
    })
}

pub(super) fn also(number: u8, task: u64) -> Record {
    Record::Also(Also { key: key(number), task: TaskId::Id(task) })
}

/// Notes a call for these tasks and returns its number.
pub(super) fn posting(journal: &Journal, tasks: &[u64]) -> u64 {
    journal.posting(|call| Posting {
        call,
        at: 1_800_000_000,
        server: "http://localhost:8080".to_owned(),
        project: 12,
        model_version: "v1".to_owned(),
        tasks: tasks.to_vec(),
    })
}

/// Returns the line of a record.
pub(super) fn line(record: &Record) -> String {
    format!("{}\n", serde_json::to_string(record).unwrap())
}

/// Returns what a journal says to a question: the answer's text, then the failure's reason.
pub(super) fn said(journal: &Journal, number: u8) -> (Option<String>, Option<String>) {
    let answer = journal.answer(&key(number));
    let text = answer.map(|answer| answer.replies[0].body["text"].as_str().unwrap().to_owned());
    (text, journal.failure(&key(number)).map(|failure| failure.reason))
}

#[test]
fn what_was_kept_is_found_at_once_and_later() {
    let place = Place::new();
    let check = |journal: &Journal| {
        assert_eq!(said(journal, 1), (Some("second".to_owned()), None));
        assert_eq!(said(journal, 2), (None, Some("no".to_owned())));
        assert_eq!(said(journal, 3), (Some("yes".to_owned()), None));
        assert_eq!(said(journal, 4), (Some("old".to_owned()), Some("cannot be read".to_owned())));
        assert_eq!(said(journal, 5), (None, None));
        assert!(journal.notices().is_empty() && journal.check().is_ok());
    };
    let journal = place.open();
    let records =
        [answer(1, "first"), answer(1, "second"), failure(2, "no"), failure(3, "no"), answer(3, "yes")];
    for record in records {
        journal.keep(record);
    }
    for record in [also(1, 7), answer(4, "old"), failure(4, "cannot be read")] {
        journal.keep(record);
    }
    check(&journal);
    drop(journal);
    check(&place.open());
    assert!(place.text().starts_with(HEADER));
    assert_eq!(place.text().lines().count(), 9);
}

#[test]
fn a_question_is_found_by_what_stands_for_it_whatever_the_examples() {
    let place = Place::new();
    let bare = |mut record: Record| {
        match &mut record {
            Record::Answer(Answer { bare, .. }) | Record::Failure(Failure { bare, .. }) => {
                *bare = Some(key(9));
            }
            other => panic!("{other:?} is about no question"),
        }
        record
    };
    let reason = |journal: &Journal| journal.failure(&key(9)).map(|failure| failure.reason);
    let answered = |journal: &Journal| journal.answer(&key(9)).map(Record::Answer);
    let journal = place.open();
    journal.keep(bare(failure(1, "no")));
    assert_eq!((reason(&journal).as_deref(), answered(&journal)), (Some("no"), None));
    journal.keep(bare(answer(2, "a")));
    journal.keep(bare(answer(3, "b")));
    journal.rewrite(|_| false).unwrap();
    let journal = place.open();
    assert_eq!((reason(&journal), answered(&journal)), (None, Some(bare(answer(3, "b")))));
    assert_eq!(journal.answer(&key(2)).map(Record::Answer), Some(bare(answer(2, "a"))));
}

#[test]
fn a_call_is_unsettled_until_its_outcome_is_known() {
    let place = Place::new();
    let journal = place.open();
    let calls = [posting(&journal, &[1, 2]), posting(&journal, &[3])];
    assert_eq!(calls, [1, 2]);
    journal.posted(calls[0]);
    drop(journal);
    let journal = place.open();
    let unsettled: Vec<_> = journal.unsettled().into_iter().map(|posting| posting.tasks).collect();
    assert_eq!(unsettled, [[3]]);
    assert_eq!(posting(&journal, &[4]), 3, "no number is given twice");
}

#[test]
fn a_further_task_with_a_question_is_kept_once_for_all() {
    let place = Place::with(&line(&also(1, 8)));
    let journal = place.open();
    for record in [answer(1, "a"), also(1, 7), also(1, 8), also(1, 7), also(2, 7)] {
        journal.keep(record);
    }
    let records = [also(1, 8), answer(1, "a"), also(1, 7), also(2, 7)];
    assert_eq!(place.text(), format!("{HEADER}{}", records.iter().map(line).collect::<String>()));
}

#[tokio::test]
async fn what_is_written_is_brought_to_the_disk() {
    let place = Place::new();
    let journal = place.open();
    journal.keep(answer(1, "a"));
    let ends = || {
        let state = journal.state();
        (state.synced, state.end)
    };
    let end = place.text().len() as u64;
    assert_eq!(ends(), (0, end));
    journal.sync().await.unwrap();
    assert_eq!(ends(), (end, end));
}

#[test]
fn a_journal_is_had_once_also_by_another_name() {
    let place = Place::new();
    let journal = place.open();
    let refused = |path: &Path| match Journal::open(path, "me").unwrap_err() {
        JournalError::Locked { holder, .. } => holder,
        other => panic!("{other}"),
    };
    assert_eq!(refused(&place.path()), "a test");
    #[cfg(unix)]
    {
        let link = place.path().with_file_name("link.jsonl");
        std::os::unix::fs::symlink(place.path(), &link).unwrap();
        assert_eq!(refused(&link), "a test");
    }
    drop(journal);
    place.open();
}

#[cfg(unix)]
#[test]
fn a_link_to_a_journal_that_is_not_there_yet_has_its_lock() {
    let place = Place::new();
    let link = place.path().with_file_name("link.jsonl");
    std::os::unix::fs::symlink("j.jsonl", &link).unwrap();
    let _journal = Journal::open(&link, "me").unwrap();
    assert!(matches!(Journal::open(&place.path(), "me"), Err(JournalError::Locked { .. })));
}

#[cfg(unix)]
#[test]
fn a_new_journal_can_be_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    drop(place.open());
    assert_eq!(std::fs::metadata(place.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_reply_of_many_megabytes_is_kept_like_any_other() {
    let place = Place::new();
    let text = "x".repeat(16 << 20);
    let journal = place.open();
    journal.keep(answer(1, &text));
    journal.keep(answer(2, "small"));
    assert_eq!(journal.answer(&key(1)).unwrap().replies[0].body["text"], text.as_str());
    drop(journal);
    let journal = place.open();
    assert_eq!(said(&journal, 2), (Some("small".to_owned()), None));
    assert_eq!(journal.answer(&key(1)).unwrap().replies[0].body["text"], text.as_str());
}
