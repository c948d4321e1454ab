//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop, the second ends it.

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

/// Ctrl-C, SIGTERM, and SIGHUP, which comes when the terminal is closed or the connection to it breaks.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// None where it is ignored, as under `nohup`.
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn watch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if dies_of_hang_up() { Some(signal(SignalKind::hangup())?) } else { None },
        })
    }

    async fn next(&mut self) -> io::Result<()> {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hang_up => {}
        }
        Ok(())
    }
}

/// Returns whether SIGHUP would end the program: watching it would undo what `nohup` does. Only Linux tells.
#[cfg(unix)]
fn dies_of_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 0)
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
