//! What was paid for: append-only JSON Lines, so that nothing is paid for twice.
//!
//! **Invariant:** an answer is in the journal before anybody is given it; a call that posts predictions is in it before
//! it is made.

pub mod record;

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::spawn_blocking;
use tracing::warn;

use self::record::{Answer, Failure, Key, Posted, Posting, Record};
use crate::lock::{Lock, LockError};

/// What was paid for and what was posted; shared by everybody who pays or posts.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    state: Mutex<State>,
    /// `None` where the file system has no locks.
    _lock: Option<Lock>,
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
    /// It cannot be opened, read or written.
    #[error("{action} the journal {path}: {words}")]
    Io { action: &'static str, path: String, words: String },
}

#[derive(Debug)]
struct State {
    file: File,
    answers: HashMap<Key, Answer>,
    failures: HashMap<Key, Failure>,
    unsettled: BTreeMap<u64, Posting>,
    calls: u64,
    /// The first thing that went wrong: nothing is written after it.
    error: Option<JournalError>,
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
            Self::Io { .. } => "name a file that can be written with `--journal FILE`",
        }
    }
}

impl Journal {
    /// Opens a journal, which need not exist yet, and locks it; `holder` is what another process is told of this one.
    pub fn open(path: &Path, holder: &str) -> Result<Self, JournalError> {
        let fault = |error: io::Error| fault("cannot open", path, &error);
        let lock = lock(path, holder)?;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(fault(error)),
        };
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(fault)?;
        let mut state = State {
            file,
            answers: HashMap::new(),
            failures: HashMap::new(),
            unsettled: BTreeMap::new(),
            calls: 0,
            error: None,
        };
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).for_each(|record| state.note(record));
        Ok(Self { path: path.to_owned(), state: Mutex::new(state), _lock: lock })
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the answer to a question, if there is one.
    pub fn answer(&self, key: &Key) -> Option<Answer> {
        self.state().answers.get(key).cloned()
    }

    /// Returns how a question failed, unless it was answered since.
    pub fn failure(&self, key: &Key) -> Option<Failure> {
        self.state().failures.get(key).cloned()
    }

    /// Returns calls that nobody knows the outcome of.
    pub fn unsettled(&self) -> Vec<Posting> {
        self.state().unsettled.values().cloned().collect()
    }

    /// Writes a record. After the first error nothing is written any more; see [`check`](Self::check).
    pub fn keep(&self, record: Record) {
        let mut state = self.state();
        if state.error.is_some() {
            return;
        }
        let written = serde_json::to_vec(&record).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            state.file.write_all(&line)
        });
        match written {
            Ok(()) => state.note(record),
            Err(error) => state.error = Some(fault("cannot write", &self.path, &error)),
        }
    }

    /// Notes that predictions are about to be posted; the number is for [`posted`](Self::posted).
    pub fn posting(&self, at: u64, model_version: &str, tasks: Vec<u64>) -> u64 {
        let call = self.state().calls + 1;
        self.keep(Record::Posting(Posting { call, at, model_version: model_version.to_owned(), tasks }));
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
        let file = self.state().file.try_clone();
        let synced =
            spawn_blocking(move || file?.sync_data()).await.unwrap_or_else(|error| Err(error.into()));
        synced.map_err(|error| fault("cannot write", &self.path, &error))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, record: Record) {
        match record {
            Record::Answer(answer) => {
                self.failures.remove(&answer.key);
                self.answers.insert(answer.key, answer);
            }
            Record::Failure(failure) => drop(self.failures.insert(failure.key, failure)),
            Record::Also(_) => {}
            Record::Posting(posting) => {
                self.calls = self.calls.max(posting.call);
                self.unsettled.insert(posting.call, posting);
            }
            Record::Posted(Posted { call }) => drop(self.unsettled.remove(&call)),
        }
    }
}

/// Keeps other processes away from a journal.
fn lock(path: &Path, holder: &str) -> Result<Option<Lock>, JournalError> {
    match Lock::try_take(&lock_path(path), holder) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held(holder)) => {
            Err(JournalError::Locked { path: path.display().to_string(), holder })
        }
        Err(LockError::Io(error)) if error.kind() == io::ErrorKind::Unsupported => {
            warn!("{} cannot be locked here: let no other run use it", path.display());
            Ok(None)
        }
        Err(LockError::Io(error)) => Err(fault("cannot lock", path, &error)),
    }
}

/// Returns where the lock of a journal is.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn fault(action: &'static str, path: &Path, error: &io::Error) -> JournalError {
    JournalError::Io { action, path: path.display().to_string(), words: error.to_string() }
}
