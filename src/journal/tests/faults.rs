//! Files that are cut off, hold garbage, or are something else; disks that run full.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use super::super::Journal;
use super::super::lines::{self, HEADER};
use super::super::medium::{self, Medium};
use super::{Place, answer, failure, line, said};

#[test]
fn what_is_cut_off_or_garbage_costs_nothing_but_itself() {
    let check = |text: &str, notices: usize| {
        let place = Place::with(text);
        let journal = place.open();
        assert_eq!(said(&journal, 1), (Some("a".to_owned()), None), "{text}");
        assert_eq!(journal.notices().len(), notices, "{text}: {:?}", journal.notices());
        journal.keep(answer(2, "b"));
        assert_eq!(said(&journal, 2), (Some("b".to_owned()), None), "{text}");
        drop(journal);
        let journal = place.open();
        assert_eq!(
            (said(&journal, 1), said(&journal, 2)),
            ((Some("a".to_owned()), None), (Some("b".to_owned()), None)),
            "{text}"
        );
        assert_eq!(journal.notices().len(), notices, "{text}");
    };
    let (first, other) = (line(&answer(1, "a")), line(&answer(9, "long enough to be cut off")));
    check(&first, 0);
    // The newline alone is missing.
    check(first.trim_end(), 0);
    check(&format!("{first}{}", &other[..40]), 0);
    check(&format!("{first}{}\0\0\0\0", &other[..40]), 0);
    check(&format!("{first}\0\0\0\0"), 0);
    check(&format!("{}\0\0", first.trim_end()), 0);
    check(&format!("{}\n{first}", &other[..40]), 0);
    check(&format!("\0\0\n\n{first}"), 0);
    check(&format!("{}{other}{first}", &other[..40]), 1);
    check(&format!("{first}rubbish\n[1, 2]\n"), 1);
    check(&format!("{{\"paused\":{{\"call\":1}}}}\n{first}"), 0);
}

#[test]
fn garbage_is_told_with_what_drops_it() {
    let told = |text: &str| {
        let place = Place::with(text);
        place
            .open()
            .notices()
            .concat()
            .replace(&place.path().canonicalize().unwrap().display().to_string(), "J")
    };
    assert_eq!(
        told("?\n?\n"),
        "2 lines of the journal J cannot be read and were passed over; `ls-autolabel journal compact` drops them"
    );
    assert!(told("?\n").starts_with("one line of"));
}

#[test]
fn a_file_that_is_no_journal_of_ours_is_left_as_it_is() {
    let check = |text: &str, expect: &str| {
        let place = Place::new();
        std::fs::write(place.path(), text).unwrap();
        let error = Journal::open(&place.path(), "me").unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
        assert_eq!(place.text(), text);
    };
    check("id,text\n1,a\n", "j.jsonl is no journal: its first line should be `{\"journal\":\"ls-autolabel\"");
    check("{\"id\":1}", "is no journal");
    let newer = HEADER.replace('1', "2");
    check(&format!("{newer}{{\"new\":1}}\n"), "has format version 2; this program reads up to 1");
}

#[test]
fn a_beginning_that_was_cut_off_is_begun_anew() {
    for length in 0..HEADER.len() {
        let place = Place::new();
        std::fs::write(place.path(), &HEADER[..length]).unwrap();
        place.open().keep(answer(1, "a"));
        assert_eq!(place.text(), format!("{HEADER}{}", line(&answer(1, "a"))));
    }
}

#[test]
fn a_place_that_cannot_be_is_an_error() {
    let place = Place::new();
    std::fs::create_dir(place.path()).unwrap();
    let error = Journal::open(&place.path(), "me").unwrap_err();
    assert!(error.to_string().starts_with("cannot open the journal "), "{error}");
    let error = Journal::open(&place.path().join("none\0"), "me").unwrap_err();
    assert!(error.to_string().starts_with("cannot lock the journal "), "{error}");
}

/// A file on a disk with so many bytes left, which takes part of what is too much.
#[derive(Debug)]
struct Full {
    file: File,
    room: AtomicU64,
}

impl Medium for Full {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let room = self.room.load(Ordering::Relaxed);
        let fits = bytes.len().min(usize::try_from(room).unwrap());
        self.room.store(room - fits as u64, Ordering::Relaxed);
        self.file.append(&bytes[..fits])?;
        if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn is_at(&self, _path: &Path) -> bool {
        true
    }

    fn cut(&self, end: u64) -> io::Result<()> {
        self.file.cut(end)
    }

    fn read(&self, place: lines::Place) -> io::Result<Vec<u8>> {
        self.file.read(place)
    }

    fn sync(&self) -> io::Result<()> {
        if self.room.load(Ordering::Relaxed) == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

fn full(place: &Place, room: u64) -> Journal {
    let file = medium::open(&place.path()).unwrap();
    let journal = place.open();
    Journal { medium: Arc::new(Full { file, room: AtomicU64::new(room) }), ..journal }
}

#[test]
fn a_full_disk_loses_no_answer_of_this_run_and_leaves_no_half_line() {
    let whole = line(&answer(1, "a"));
    for room in 0..=whole.len() {
        let place = Place::new();
        let journal = full(&place, (whole.len() + room) as u64);
        journal.keep(answer(1, "a"));
        assert!(journal.check().is_ok());
        let fits = room == whole.len();
        journal.keep(answer(2, "b"));
        assert_eq!(journal.check().is_ok(), fits);
        // There would be room for this one, but nothing is written after an error.
        journal.keep(failure(3, "no"));
        journal.keep(super::also(2, 8));
        assert!(journal.check().unwrap_err().to_string().starts_with("cannot write the journal "));
        assert_eq!(said(&journal, 1), (Some("a".to_owned()), None));
        assert_eq!(said(&journal, 2), (Some("b".to_owned()), None));
        assert_eq!(said(&journal, 3), (None, Some("no".to_owned())));
        let second = if fits { line(&answer(2, "b")) } else { String::new() };
        assert_eq!(place.text(), format!("{HEADER}{whole}{second}"));
    }
}

#[test]
fn an_answer_that_cannot_be_written_takes_the_place_of_an_older_one() {
    let place = Place::with(&line(&answer(1, "old")));
    let journal = full(&place, 10);
    journal.keep(failure(1, "cannot be read"));
    assert_eq!(said(&journal, 1), (Some("old".to_owned()), Some("cannot be read".to_owned())));
    journal.keep(answer(1, "new"));
    assert_eq!(said(&journal, 1), (Some("new".to_owned()), None));
}

#[tokio::test]
async fn what_cannot_be_brought_to_the_disk_is_an_error() {
    let place = Place::new();
    let journal = full(&place, line(&answer(1, "a")).len() as u64);
    journal.keep(answer(1, "a"));
    assert!(journal.sync().await.is_err() && journal.check().is_err());
    assert!(journal.state.lock().unwrap_or_else(PoisonError::into_inner).synced == 0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_that_is_gone_takes_no_more() {
    let check = async |harm: fn(&Path)| {
        let place = Place::new();
        let journal = place.open();
        journal.keep(answer(1, "a"));
        journal.sync().await.unwrap();
        harm(&place.path());
        journal.keep(answer(2, "b"));
        let error = journal.sync().await.unwrap_err();
        assert!(error.to_string().contains("deleted or replaced while it was in use"), "{error}");
        assert!(journal.check().is_err(), "the run ends");
    };
    check(|path| std::fs::remove_file(path).unwrap()).await;
    check(|path| {
        let other = path.with_extension("other");
        std::fs::write(&other, "").unwrap();
        std::fs::rename(other, path).unwrap();
    })
    .await;
}
