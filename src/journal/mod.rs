//! What was paid for: append-only JSON Lines, so that nothing is paid for twice.
//!
//! **Invariant:** an answer is in the journal before anybody is given it; a call that posts predictions is in it before
//! it is made.
//!
//! The first line says that it is a journal and of which version. Each other line is a [`Record`], and the last one on
//! a question holds. What cannot be read is passed over, be it the half line of a process that was killed: nothing
//! before or after it is lost. A killed process loses nothing, for every record is handed to the system at once; a power
//! cut may cost the records since the last [`sync`](Journal::sync), which the engine calls every five seconds.

mod index;
mod lines;
mod medium;
pub mod record;
mod rewrite;
#[cfg(test)]
mod tests;
mod view;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::spawn_blocking;
use tracing::debug;

use self::index::Index;
use self::lines::{Beginning, Content, HEADER, Lines, Place};
use self::medium::Medium;
use self::record::{Answer, Failure, Key, Posted, Posting, Record};
pub use self::rewrite::Rewritten;
pub use self::view::{Entry, holder, look};
use crate::lock::{Lock, LockError};

/// What was paid for and what was posted; shared by everybody who pays or posts.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    medium: Arc<dyn Medium>,
    /// Where its records begin.
    start: u64,
    /// How many lines nobody can read.
    garbage: u64,
    state: Mutex<State>,
    /// `None` where the file system has no locks.
    lock: Option<Lock>,
}

/// Why a journal cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// Another process uses it.
    #[error("nothing was done: the journal {path} is in use by {holder}")]
    Locked { path: String, holder: String },
    /// It is of a newer format.
    #[error("the journal {path} has format version {found}; this program reads up to {known}")]
    Newer { path: String, found: u64, known: u64 },
    /// It is something else entirely.
    #[error("{path} is no journal: its first line should be `{}`; it was left as it is", HEADER.trim_end())]
    Foreign { path: String },
    /// It cannot be opened, read or written.
    #[error("{action} the journal {path}: {words}")]
    Io { action: &'static str, path: String, words: String },
}

#[derive(Debug, Default)]
struct State {
    index: Index,
    /// Where the last whole line ends.
    end: u64,
    /// How much of it is on the disk for sure.
    synced: u64,
    /// The first thing that went wrong: nothing is written after it.
    error: Option<JournalError>,
    /// What could not be written, for those who wait for it in this run.
    unwritten: HashMap<Key, Record>,
}

impl JournalError {
    /// Returns what to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Locked { .. } => {
                "wait for it to end; a run with a journal of its own, `--journal FILE`, pays for the same tasks again"
            }
            Self::Newer { .. } => {
                "use the newer version of this program, or another file with `--journal FILE`"
            }
            Self::Foreign { .. } => "name another file with `--journal FILE`; it need not exist",
            Self::Io { .. } => "name a file that can be read and written with `--journal FILE`",
        }
    }

    fn io(action: &'static str, path: &Path, error: &io::Error) -> Self {
        Self::Io { action, path: path.display().to_string(), words: error.to_string() }
    }
}

impl Journal {
    /// Opens a journal, which need not exist yet, and locks it; `holder` is what another process is told of this one.
    pub fn open(path: &Path, holder: &str) -> Result<Self, JournalError> {
        let path = located(path);
        let lock = lock(&path, holder)?;
        let fault = |error: io::Error| JournalError::io("cannot open", &path, &error);
        let file = medium::open(&path).map_err(fault)?;
        let start = match lines::beginning(&file).map_err(fault)? {
            Beginning::Header(start) => start,
            Beginning::Nothing => begin(&file, &path).map_err(fault)?,
            other => return Err(unfit(other, &path)),
        };
        let mut journal =
            Self { path, medium: Arc::new(file), start, garbage: 0, state: Mutex::default(), lock };
        journal.read().map_err(|error| JournalError::io("cannot read", &journal.path, &error))?;
        Ok(journal)
    }

    /// Returns what a person should know about it.
    pub fn notices(&self) -> Vec<String> {
        let path = self.path.display();
        let unlocked = self
            .lock
            .is_none()
            .then(|| format!("the journal {path} cannot be locked where it is: let no other run use it"));
        let lines = if self.garbage == 1 { "one line".to_owned() } else { format!("{} lines", self.garbage) };
        let garbage = (0 < self.garbage).then(|| {
            format!("{lines} of the journal {path} cannot be read and were passed over; `ls-autolabel journal compact` drops them")
        });
        unlocked.into_iter().chain(garbage).collect()
    }

    /// Returns the answer to a question, if there is one; the last one where the key stands for several.
    pub fn answer(&self, key: &Key) -> Option<Answer> {
        let state = self.state();
        match (state.unwritten.get(key), state.index.answer(key)) {
            (Some(Record::Answer(answer)), _) => Some(answer.clone()),
            (_, None) => None,
            (_, Some(place)) => match self.find(place)? {
                Record::Answer(answer) if [Some(answer.key), answer.bare].contains(&Some(*key)) => {
                    Some(answer)
                }
                _ => None,
            },
        }
    }

    /// Returns how a question failed, unless it was answered since.
    pub fn failure(&self, key: &Key) -> Option<Failure> {
        let state = self.state();
        match (state.unwritten.get(key), state.index.failure(key)) {
            (Some(Record::Failure(failure)), _) => Some(failure.clone()),
            (Some(_), _) | (None, None) => None,
            (None, Some(place)) => match self.find(place)? {
                Record::Failure(failure) if [Some(failure.key), failure.bare].contains(&Some(*key)) => {
                    Some(failure)
                }
                _ => None,
            },
        }
    }

    /// Returns calls that nobody knows the outcome of.
    pub fn unsettled(&self) -> Vec<Posting> {
        self.state().index.unsettled().cloned().collect()
    }

    /// Writes a record, a further task with a question once for all. After the first error nothing is written any more, see
    /// [`check`](Self::check); what is kept then is still found by its own key as long as this journal is open.
    pub fn keep(&self, record: Record) {
        let mut state = self.state();
        match &record {
            Record::Also(also) if state.index.knows(also) => {}
            _ => self.write(&mut state, record),
        }
    }

    /// Notes that predictions are about to be posted; `posting` is given the number of the call, which is also returned
    /// for [`posted`](Self::posted).
    ///
    /// To be followed by a [`sync`](Self::sync) before the call is made.
    pub fn posting(&self, posting: impl FnOnce(u64) -> Posting) -> u64 {
        let mut state = self.state();
        let call = state.index.next_call();
        self.write(&mut state, Record::Posting(posting(call)));
        call
    }

    /// Notes that the outcome of a call is known.
    pub fn posted(&self, call: u64) {
        self.keep(Record::Posted(Posted { call }));
    }

    /// Returns the first thing that went wrong with writing.
    pub fn check(&self) -> Result<(), JournalError> {
        self.state().error.clone().map_or(Ok(()), Err)
    }

    /// Brings everything written so far to the disk.
    pub async fn sync(&self) -> Result<(), JournalError> {
        let (end, synced) = {
            let state = self.state();
            (state.end, state.synced)
        };
        if synced < end {
            let (medium, path) = (Arc::clone(&self.medium), self.path.clone());
            let synced = spawn_blocking(move || {
                if medium.is_at(&path) {
                    return medium.sync();
                }
                Err(io::Error::other("it was deleted or replaced while it was in use"))
            });
            let result = synced.await.unwrap_or_else(|error| Err(error.into()));
            let mut state = self.state();
            match result {
                Ok(()) => state.synced = state.synced.max(end),
                Err(error) => self.fail(&mut state, &error),
            }
        }
        self.check()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes every record, and ends the last line where it is not ended.
    fn read(&mut self) -> io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.start))?;
        let mut lines = Lines::new(file, self.start);
        let mut index = Index::default();
        while let Some((place, line)) = lines.next()? {
            match lines::content(line) {
                Content::Record(record) => index.note(&record, place),
                Content::Unknown => {}
                Content::Cut => debug!("the line at byte {} of the journal was cut off", place.offset),
                Content::Garbage => self.garbage += 1,
            }
        }
        let mut end = lines.end();
        if lines.is_open {
            self.medium.append(b"\n")?;
            end += 1;
        }
        // What another process left may be on no disk yet.
        self.state = Mutex::new(State { index, end, ..State::default() });
        Ok(())
    }

    /// Reads a record; to be called under the lock, for reading may move the file's position.
    fn find(&self, place: Place) -> Option<Record> {
        let read = self.medium.read(place);
        let record = read.and_then(|line| lines::whole(&line).map_err(io::Error::from));
        record.inspect_err(|error| debug!("byte {} of the journal: {error}", place.offset)).ok()
    }

    fn write(&self, state: &mut State, record: Record) {
        let written = match state.error {
            Some(_) => Err(None),
            None => self.append(state.end, &record).map_err(Some),
        };
        match written {
            Ok(place) => {
                state.end = place.offset + place.length + 1;
                state.index.note(&record, place);
            }
            Err(error) => {
                if let Some(error) = error {
                    self.fail(state, &error);
                }
                state.remember(record);
            }
        }
    }

    /// Writes a whole line, or as good as nothing of it.
    fn append(&self, end: u64, record: &Record) -> io::Result<Place> {
        let mut line = serde_json::to_vec(record)?;
        let place = Place { offset: end, length: line.len() as u64 };
        line.push(b'\n');
        self.medium.append(&line).inspect_err(|_| {
            // Without a lock somebody else may have written behind it.
            if self.lock.is_some() {
                self.medium.cut(end).ok();
            }
        })?;
        Ok(place)
    }

    fn fail(&self, state: &mut State, error: &io::Error) {
        state.error.get_or_insert_with(|| JournalError::io("cannot write", &self.path, error));
    }
}

impl State {
    /// Keeps in memory what somebody in this run may wait for.
    fn remember(&mut self, record: Record) {
        match record {
            Record::Answer(Answer { key, .. }) => drop(self.unwritten.insert(key, record)),
            Record::Failure(Failure { key, .. }) => drop(self.unwritten.entry(key).or_insert(record)),
            Record::Also(_) | Record::Posting(_) | Record::Posted(_) => {}
        }
    }
}

/// Returns why a file with such a beginning is no journal of ours.
fn unfit(beginning: Beginning, path: &Path) -> JournalError {
    let path = path.display().to_string();
    match beginning {
        Beginning::Newer(found) => JournalError::Newer { path, found, known: lines::VERSION },
        _ => JournalError::Foreign { path },
    }
}

/// Begins a journal in a file that holds nothing; returns where its records will stand.
fn begin(file: &File, path: &Path) -> io::Result<u64> {
    file.set_len(0)?;
    file.append(HEADER.as_bytes())?;
    file.sync_all()?;
    medium::sync_folder(path)?;
    Ok(HEADER.len() as u64)
}

/// Keeps other processes away from a journal.
fn lock(path: &Path, holder: &str) -> Result<Option<Lock>, JournalError> {
    match Lock::try_take(&lock_path(path), holder) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held(holder)) => {
            Err(JournalError::Locked { path: path.display().to_string(), holder })
        }
        Err(LockError::Io(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
        Err(LockError::Io(error)) => Err(JournalError::io("cannot lock", path, &error)),
    }
}

/// Returns where a journal really is: a link and what it leads to have one lock, also before there is anything.
fn located(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.read_link()) {
        (Ok(path), _) => path,
        (Err(_), Ok(target)) => path.parent().unwrap_or(Path::new("")).join(target),
        (Err(_), Err(_)) => path.to_owned(),
    }
}

/// Returns where the lock of a journal is.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
