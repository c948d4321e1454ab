//! Ctrl-C and SIGTERM: the first asks the run to stop, the second ends it.

use std::io;

use crate::error::Error;
use crate::http::stop::Stopper;
use crate::progress::terminal::Terminal;

/// Asks to stop at the first signal; completes at the second, with what the command ends with.
pub(super) async fn twice(stopper: &Stopper, terminal: Terminal) -> Error {
    let watched = async {
        // Watched from before the first to after the second, so that none is missed between.
        let mut signals = Signals::watch()?;
        signals.next().await?;
        stopper.stop();
        // Short, for a bar that is drawn again wipes out what does not fit on one line.
        terminal.interject("stopping: press Ctrl-C again to end at once");
        signals.next().await
    };
    match watched.await {
        Ok(()) => Error::Interrupted { hint: "what was under way was dropped".to_owned() },
        Err(source) => Error::Io { action: "cannot watch for Ctrl-C".to_owned(), source },
    }
}

/// Ctrl-C and SIGTERM.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn watch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn watch() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
