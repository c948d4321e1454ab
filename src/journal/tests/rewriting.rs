//! Journals that are compacted, looked at and emptied.

use super::super::lines::HEADER;
use super::super::record::{Outline, Record};
use super::super::{Rewritten, holder, look};
use super::{Place, also, answer, failure, line, posting};

/// Returns the records that a look at the journal shows.
fn shown(place: &Place) -> Vec<Record> {
    let mut records = Vec::new();
    look(&place.path(), |entry| records.extend(entry.record())).unwrap();
    records
}

#[test]
fn the_last_word_on_everything_stays_in_its_order() {
    let place = Place::with("?\n{\"paused\":{\"call\":1}}\n");
    let journal = place.open();
    for record in [failure(1, "x"), answer(1, "a"), also(1, 7), answer(2, "b"), also(3, 7), answer(1, "c")] {
        journal.keep(record);
    }
    let call = posting(&journal, &[1]);
    journal.posted(call);
    posting(&journal, &[2]);
    journal.keep(failure(2, "unreadable"));
    let unsettled = Record::Posting(journal.unsettled()[0].clone());
    let before = place.text().len() as u64;
    let rewritten = journal.rewrite(|_| false).unwrap();
    let records = [also(1, 7), answer(2, "b"), answer(1, "c"), unsettled, failure(2, "unreadable")];
    let lines: String = records.iter().map(line).collect();
    let text = format!("{HEADER}{{\"paused\":{{\"call\":1}}}}\n{lines}");
    assert_eq!(place.text(), text);
    assert_eq!(rewritten, Rewritten { kept: 6, forgotten: 0, before, after: text.len() as u64 });
    assert_eq!(shown(&place), records);
    let again = place.open().rewrite(|_| false).unwrap();
    assert_eq!((place.text(), again.before), (text, again.after));
}

#[test]
fn what_is_to_be_forgotten_goes() {
    let records = [answer(1, "a"), also(1, 7), failure(2, "no"), answer(3, "c")];
    let place = Place::with(&records.iter().map(line).collect::<String>());
    let rewritten = place.open().rewrite(|record| record.key() == Some(super::key(1))).unwrap();
    assert_eq!((rewritten.forgotten, rewritten.kept), (2, 2));
    assert_eq!(shown(&place), records[2..]);
    place.open().rewrite(|record| matches!(record, Outline::Failure(_))).unwrap();
    assert_eq!(shown(&place), records[3..]);
}

#[cfg(unix)]
#[test]
fn a_rewritten_journal_can_be_read_by_whom_it_could_before() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with(&line(&answer(1, "a")));
    let link = place.path().with_file_name("link.jsonl");
    std::os::unix::fs::symlink(place.path(), &link).unwrap();
    for mode in [0o640, 0o600] {
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        super::Journal::open(&link, "me").unwrap().rewrite(|_| false).unwrap();
        assert_eq!(std::fs::metadata(place.path()).unwrap().permissions().mode() & 0o777, mode);
    }
    assert!(link.is_symlink(), "a link stays one");
    // The journal, its lock and the link: nothing is left behind.
    assert_eq!(std::fs::read_dir(link.parent().unwrap()).unwrap().count(), 3);
}

#[test]
fn a_journal_that_is_written_can_be_looked_at() {
    let place = Place::new();
    let journal = place.open();
    journal.keep(answer(1, "a"));
    assert_eq!(holder(&place.path()).as_deref(), Some("a test"));
    assert_eq!(shown(&place), [answer(1, "a")]);
    drop(journal);
    assert_eq!(holder(&place.path()), None);
    std::fs::write(place.path(), "other\n").unwrap();
    assert!(look(&place.path(), |_| {}).is_err());
}
