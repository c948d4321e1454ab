//! One bulk call at a time on each Label Studio, over all processes of this machine.

use std::path::Path;
use std::time::Duration;

use tracing::{debug, info};

use crate::lock::{Lock, LockError};

/// How often it is looked whether it is our turn.
const LOOK: Duration = Duration::from_millis(100);

/// Waits until no other process posts; without a lock where there can be none, for what two calls at once do is found.
pub(super) async fn take(path: &Path, project: u64) -> Option<Lock> {
    let holder = format!("process {} (project {project})", std::process::id());
    let mut is_told = false;
    loop {
        match Lock::try_take(path, &holder) {
            Ok(lock) => return Some(lock),
            Err(LockError::Held(holder)) if !is_told => {
                is_told = true;
                info!("waiting while {holder} posts to the same Label Studio");
            }
            Err(LockError::Held(_)) => {}
            Err(LockError::Io(error)) => {
                debug!(%error, "posting without a lock");
                return None;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
