//! A look at a journal that another process may be writing.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use super::index::Index;
use super::lines::{self, Beginning, Content, Lines, Place};
use super::record::{Outline, Record};
use super::{JournalError, located, lock_path, unfit};
use crate::lock::Lock;

/// A record of a journal.
#[derive(Debug)]
pub struct Entry<'a> {
    pub outline: Outline,
    line: &'a [u8],
}

impl Entry<'_> {
    /// Returns the whole record, with its replies.
    pub fn record(&self) -> Option<Record> {
        lines::whole(self.line).ok()
    }
}

/// Shows every record that is the last word on what it is about, in their order.
pub fn look(path: &Path, mut visit: impl FnMut(Entry<'_>)) -> Result<(), JournalError> {
    let fault = |error: io::Error| JournalError::io("cannot read", path, &error);
    // One open file, so that nobody can put another in its place between the two passes.
    let file = File::open(path).map_err(fault)?;
    let start = match lines::beginning(&file).map_err(fault)? {
        Beginning::Header(start) => start,
        Beginning::Nothing => return Ok(()),
        other => return Err(unfit(other, path)),
    };
    let mut index = Index::default();
    each(&file, start, |outline, place, _| index.note(&outline, place)).map_err(fault)?;
    each(&file, start, |outline, place, line| {
        if index.holds(&outline, place) {
            visit(Entry { outline, line });
        }
    })
    .map_err(fault)
}

/// Returns what the process that uses the journal at this place says about itself, if one does.
pub fn holder(path: &Path) -> Option<String> {
    Lock::holder(&lock_path(&located(path))).unwrap_or_default()
}

fn each(file: &File, start: u64, mut visit: impl FnMut(Outline, Place, &[u8])) -> io::Result<()> {
    let mut reader = file;
    reader.seek(SeekFrom::Start(start))?;
    let mut lines = Lines::new(reader, start);
    while let Some((place, line)) = lines.next()? {
        if let Content::Record(outline) = lines::content(line) {
            visit(*outline, place, line);
        }
    }
    Ok(())
}
