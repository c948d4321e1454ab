//! A journal without what is no longer of use.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use tempfile::NamedTempFile;

use super::lines::{self, Content, HEADER, Lines};
use super::record::Outline;
use super::{Journal, JournalError, medium};

/// What became of a journal that was rewritten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// Records that stayed.
    pub kept: u64,
    /// Records that were to be dropped.
    pub forgotten: u64,
    /// Its sizes in bytes.
    pub before: u64,
    pub after: u64,
}

impl Journal {
    /// Puts a file in the journal's place with the last word on everything but what `forgets` names; garbage and
    /// calls whose outcome is known are left out.
    ///
    /// Until the new file is whole and on the disk the old one is in its place.
    pub fn rewrite(self, forgets: impl FnMut(&Outline) -> bool) -> Result<Rewritten, JournalError> {
        let rewritten = self.put_anew(forgets);
        rewritten.map_err(|error| JournalError::io("cannot rewrite", &self.path, &error))
    }

    fn put_anew(&self, mut forgets: impl FnMut(&Outline) -> bool) -> io::Result<Rewritten> {
        let mut old = File::open(&self.path)?;
        let metadata = old.metadata()?;
        old.seek(SeekFrom::Start(self.start))?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let new = NamedTempFile::new_in(folder.unwrap_or(".".as_ref()))?;
        new.as_file().set_permissions(metadata.permissions())?;
        let mut rewritten = Rewritten { before: metadata.len(), ..Rewritten::default() };
        let mut lines = Lines::new(old, self.start);
        let mut writer = BufWriter::new(new.as_file());
        writer.write_all(HEADER.as_bytes())?;
        let state = self.state();
        while let Some((place, line)) = lines.next()? {
            match lines::content(line) {
                Content::Record(record) if !state.index.holds(&record, place) => continue,
                Content::Record(record) if forgets(&record) => {
                    rewritten.forgotten += 1;
                    continue;
                }
                Content::Record(_) | Content::Unknown => {}
                Content::Cut | Content::Garbage => continue,
            }
            rewritten.kept += 1;
            writer.write_all(line)?;
            writer.write_all(b"\n")?;
        }
        drop(state);
        writer.flush()?;
        drop(writer);
        rewritten.after = new.as_file().metadata()?.len();
        new.as_file().sync_all()?;
        new.persist(&self.path)?;
        medium::sync_folder(&self.path)?;
        Ok(rewritten)
    }
}
