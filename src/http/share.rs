//! Several processes that ask the same model with the same key: each takes its part of the limits.
//!
//! Every process holds a lock of its own in a folder that they have in common, and counts the held ones each second.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::{debug, info};

use crate::lock::{Lock, LockError};

/// How often the others are counted.
const ROUND: Duration = Duration::from_secs(1);

/// How long a newcomer lets the others make room: a round, and some for a busy machine.
const ROOM: Duration = Duration::from_millis(1_100);

/// How often a place is looked for: somebody who sweeps up may take a fresh file for a dead one, but not often.
const TRIES: u32 = 100;

/// A process's part of the limits; others take it over when this is dropped or the process ends.
#[derive(Debug)]
pub struct Share {
    watcher: JoinHandle<()>,
}

/// A lock file with a name that no other process ever had.
#[derive(Debug)]
struct Presence {
    path: PathBuf,
    _lock: Lock,
}

impl Share {
    /// Takes part among the processes of this folder, and tells `on_change` how many there are when it is not one any
    /// more, and whenever it changes.
    ///
    /// Where there are others already, it waits until they have made room. The error says that there can be no locks
    /// here; then nobody can be told of this process.
    pub async fn join(folder: &Path, on_change: impl Fn(u32) + Send + 'static) -> io::Result<Self> {
        let presence = Presence::take(folder)?;
        let mut known = 1;
        let mut count = move || {
            let count = presence.count();
            if count != known {
                known = count;
                info!("{}", words(count));
                on_change(count);
            }
            count
        };
        let is_alone = count() == 1;
        let share = Self { watcher: tokio::spawn(watch(count)) };
        if !is_alone {
            sleep(ROOM).await;
        }
        Ok(share)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.watcher.abort();
    }
}

impl Presence {
    fn take(folder: &Path) -> io::Result<Self> {
        let holder = format!("process {}", std::process::id());
        for _ in 0..TRIES {
            let path = folder.join(format!("{}-{:016x}.lock", std::process::id(), fastrand::u64(..)));
            match Lock::try_take(&path, &holder) {
                // Whoever swept it up before it was locked holds no lock on it now, and nobody removes it any more.
                Ok(lock) if path.exists() => return Ok(Self { path, _lock: lock }),
                Ok(_) | Err(LockError::Held(_)) => {}
                Err(LockError::Io(error)) => return Err(error),
            }
        }
        Err(io::Error::other(format!("every new file in {} was taken or removed at once", folder.display())))
    }

    /// Returns how many processes there are, this one included, and removes the files of dead ones.
    fn count(&self) -> u32 {
        let others = others(&self.path).unwrap_or_else(|error| {
            debug!("cannot look for other processes next to {}: {error}", self.path.display());
            Vec::new()
        });
        others.iter().fold(1, |count, path| count + u32::from(is_alive(path)))
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // Another process removes it, if this one cannot.
        drop(fs::remove_file(&self.path));
    }
}

/// Returns the name of the folder of those who share limits; nothing of a key can be read from it.
///
/// The parts are what the limits hang on: the endpoint, the model and the key.
pub fn name(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("ls-autolabel: processes that share limits, version 1");
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

async fn watch(mut count: impl FnMut() -> u32) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        count();
    }
}

fn others(own: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = own.parent().expect("a presence is in a folder");
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let is_other =
        |path: &PathBuf| path != own && path.extension().is_some_and(|extension| extension == "lock");
    entries.filter(|path| path.as_ref().map_or(true, is_other)).collect()
}

/// Returns whether the process of this file lives, and removes the file if not.
fn is_alive(path: &Path) -> bool {
    match Lock::holder(path) {
        Ok(None) => {
            // Locked while it is removed, so that nobody can take it for a place meanwhile.
            if let Ok(_lock) = Lock::try_take(path, "nobody") {
                drop(fs::remove_file(path));
            }
            false
        }
        Ok(Some(_)) => true,
        Err(error) => {
            debug!("cannot tell whether {} is in use: {error}", path.display());
            false
        }
    }
}

fn words(count: u32) -> String {
    let part = match count {
        0 | 1 => {
            return "no other process uses this endpoint any more: this one has all of its limits".to_owned();
        }
        2 => "half".to_owned(),
        3 => "a third".to_owned(),
        4 => "a quarter".to_owned(),
        many => format!("1/{many}"),
    };
    format!("{count} processes share the limits of this endpoint: each takes {part}")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier, Mutex};

    use tempfile::TempDir;
    use tokio::time::Instant;

    use super::*;

    /// What a process was told, in its order.
    type Told = Arc<Mutex<Vec<u32>>>;

    async fn join(folder: &TempDir) -> (Share, Told) {
        let told = Told::default();
        let noted = Arc::clone(&told);
        let share = Share::join(folder.path(), move |count| noted.lock().unwrap().push(count)).await;
        (share.unwrap(), told)
    }

    fn check(told: &Told, expect: &[u32]) {
        assert_eq!(*told.lock().unwrap(), expect);
    }

    fn files(folder: &TempDir) -> usize {
        fs::read_dir(folder.path()).unwrap().count()
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_alone_is_told_nothing_and_waits_for_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let (_share, told) = join(&folder).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        sleep(10 * ROUND).await;
        check(&told, &[]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_others_have_made_room_before_a_newcomer_begins() {
        let folder = tempfile::tempdir().unwrap();
        let (first, first_told) = join(&folder).await;
        sleep(ROUND / 2).await;
        let (second, second_told) = join(&folder).await;
        check(&first_told, &[2]);
        check(&second_told, &[2]);
        let (third, third_told) = join(&folder).await;
        check(&first_told, &[2, 3]);
        check(&second_told, &[2, 3]);
        check(&third_told, &[3]);
        drop(second);
        sleep(ROUND).await;
        check(&first_told, &[2, 3, 2]);
        check(&third_told, &[3, 2]);
        drop(third);
        sleep(ROUND).await;
        check(&first_told, &[2, 3, 2, 1]);
        drop(first);
        tokio::task::yield_now().await;
        assert_eq!(files(&folder), 0, "whoever goes takes its file along");
    }

    #[tokio::test(start_paused = true)]
    async fn processes_that_begin_at_once_see_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let joined = futures::future::join_all((0..4).map(|_| join(&folder))).await;
        for (_share, told) in &joined {
            assert_eq!(told.lock().unwrap().last(), Some(&4));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn files_of_dead_processes_are_not_counted_and_go() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1-dead.lock"), "process 1").unwrap();
        fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
        let (_share, told) = join(&folder).await;
        check(&told, &[]);
        assert_eq!(files(&folder), 2, "its own and what is not a lock");
    }

    #[test]
    fn nobody_is_overlooked_while_others_come_go_and_sweep() {
        let folder = tempfile::tempdir().unwrap();
        let seat_of_nobody = folder.path().join("none");
        let everybody = Barrier::new(4);
        let come_and_go = || {
            let counts = (0..50).map(|_| {
                let presence = Presence::take(folder.path()).unwrap();
                everybody.wait();
                let count = presence.count();
                everybody.wait();
                drop(presence);
                // The next ones come while this one still sweeps.
                for path in others(&seat_of_nobody).unwrap() {
                    is_alive(&path);
                }
                count
            });
            counts.collect::<Vec<_>>()
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(come_and_go)).collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), [4; 50]);
            }
        });
    }

    #[tokio::test]
    async fn where_no_locks_can_be_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        Share::join(&file.join("pace"), |_| {}).await.unwrap_err();
    }

    #[test]
    fn a_name_hangs_on_every_part_and_on_where_parts_end() {
        let names = [["a", "b", "sk-1"], ["a", "b", "sk-2"], ["ab", "", "sk-1"], ["a", "bsk-1", ""]];
        let names: Vec<String> = names.iter().map(|parts| name(parts)).collect();
        let distinct: std::collections::HashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(names.iter().all(|name| name.len() == 16 && name.chars().all(|c| c.is_ascii_hexdigit())));
        assert_eq!(names[0], name(&["a", "b", "sk-1"]), "the same in every process");
    }

    #[test]
    fn the_part_is_told_in_words() {
        for (count, expect) in [(2, "half"), (3, "a third"), (4, "a quarter"), (7, "1/7")] {
            let told = words(count);
            assert!(
                told.starts_with(&format!("{count} processes share")) && told.ends_with(expect),
                "{told}"
            );
        }
    }
}
