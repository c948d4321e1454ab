//! Ctrl-C and SIGTERM: the first asks the run to stop, the second ends it.

use std::io;

use crate::error::Error;
use crate::http::stop::Stopper;
use crate::progress::terminal::Terminal;

/// Asks to stop at the first signal; completes at the second, with what the command ends with.
pub(super) async fn twice(stopper: &Stopper, terminal: Terminal) -> Error {
    let watched = async {
        next().await?;
        stopper.stop();
        terminal
            .say("stopping: what is under way is finished and delivered; press Ctrl-C again to end at once");
        next().await
    };
    match watched.await {
        Ok(()) => Error::Interrupted { hint: "what was under way was dropped".to_owned() },
        Err(source) => Error::Io { action: "cannot watch for Ctrl-C".to_owned(), source },
    }
}

#[cfg(unix)]
async fn next() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn next() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
