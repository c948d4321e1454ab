//! Locks between processes: a file that one process holds, with word of who that is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// A lock; the end of the process ends it too, whatever kills it.
///
/// The file stays: whoever deletes it could delete one that another process has just locked.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it, and says so about itself.
    #[error("{0}")]
    Held(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// How long somebody takes who only looks whether a lock is held.
const LOOK: Duration = Duration::from_millis(1);

/// So many looks in a row are one by a process that was halted in the middle.
const MOST_LOOKS: u32 = 100;

impl Lock {
    /// Takes a lock or fails at once; `holder` is what others are told of this process, on one line.
    pub fn try_take(path: &Path, holder: &str) -> Result<Self, LockError> {
        let mut file = open(path)?;
        let mut looks = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if looks < MOST_LOOKS && is_looked_at(&file)? => {
                    looks += 1;
                    sleep(LOOK);
                }
                Err(TryLockError::WouldBlock) => return Err(LockError::Held(words(&mut file))),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        // It is had all the same where a full disk has no room for the words.
        say(&mut file, holder).ok();
        Ok(Self { _file: file })
    }

    /// Returns what the process that has the lock says about itself; `None` where nobody has it.
    pub fn holder(path: &Path) -> io::Result<Option<String>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(if is_looked_at(&file)? { None } else { Some(words(&mut file)) })
    }
}

/// Returns whether the lock is free but for those who look at it, as this does: they share it for a moment.
fn is_looked_at(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Opens the file without emptying it: what stands in it is its holder's.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)
}

fn say(file: &mut File, holder: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(holder.as_bytes())
}

fn words(file: &mut File) -> String {
    let mut text = String::new();
    // Windows lets nobody read a locked file; then it is some process.
    match file.read_to_string(&mut text) {
        Ok(length) if 0 < length => text.trim().to_owned(),
        _ => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_had_once_and_says_by_whom() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/lock");
        assert_eq!(Lock::holder(&path).unwrap(), None);
        let lock = Lock::try_take(&path, "process 7").unwrap();
        assert_eq!(Lock::holder(&path).unwrap().as_deref(), Some("process 7"));
        let refused = Lock::try_take(&path, "process 8").unwrap_err();
        assert_eq!(refused.to_string(), "process 7");
        drop(lock);
        assert_eq!(Lock::holder(&path).unwrap(), None);
        Lock::try_take(&path, "9").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "9");
    }

    #[test]
    fn who_only_looks_keeps_nobody_from_taking_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        drop(Lock::try_take(&path, "process 7").unwrap());
        let looker = File::open(&path).unwrap();
        looker.lock_shared().unwrap();
        let thread = std::thread::spawn(move || {
            sleep(20 * LOOK);
            drop(looker);
        });
        Lock::try_take(&path, "process 8").unwrap();
        thread.join().unwrap();
        // Somebody who was halted in the middle is waited for, but not for good.
        let halted = File::open(&path).unwrap();
        halted.lock_shared().unwrap();
        assert!(matches!(Lock::try_take(&path, "process 9"), Err(LockError::Held(_))));
    }

    #[test]
    fn a_lock_that_cannot_be_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let error = Lock::try_take(&folder.path().join("file/lock"), "").unwrap_err();
        assert!(matches!(error, LockError::Io(_)), "{error:?}");
    }
}
