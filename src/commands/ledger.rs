//! The journal of a run: which one it is, and opening it before anything is paid for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use tracing::debug;

use super::Context;
use crate::cli::RunArgs;
use crate::engine::ports;
use crate::error::Error;
use crate::journal::{Journal, JournalError};
use crate::settings::journal::{self, Scope};
use crate::settings::{Destination, Layered, Oracle, Settings};

/// Returns where the journal of a run is; `None` where nothing is paid for and nothing is posted.
pub(super) fn path(
    settings: &Settings,
    layered: &Layered<RunArgs>,
    destination: &Destination,
    context: &Context<'_>,
) -> Result<Option<PathBuf>, Error> {
    if let (Oracle::Keyword, Destination::File(_)) = (&settings.model.oracle, destination) {
        return Ok(None);
    }
    let named = layered.args.output.journal.as_deref();
    let scope = Scope::from(&settings.tasks.origin);
    Ok(Some(journal::path(named, &scope, context.state.as_deref())?))
}

/// Opens the journal at this place and locks it.
///
/// To be called before tasks are chosen: what another run posts after that would not be seen.
pub(super) fn open(path: &Path, context: &Context<'_>) -> Result<Arc<Journal>, Error> {
    let journal = Journal::open(path, &holder("run"))?;
    for notice in journal.notices() {
        context.terminal.note(&notice);
    }
    debug!("what is paid for is kept in {}", path.display());
    Ok(Arc::new(journal))
}

/// Returns what another process is told of this one.
pub(super) fn holder(command: &str) -> String {
    format!("process {}, `ls-autolabel {command}` since {:.0}", std::process::id(), Timestamp::now())
}

impl ports::Journal for Journal {
    fn check(&self) -> Result<(), ports::Error> {
        self.check().map_err(|error| broken(&error))
    }

    fn sync(&self) -> BoxFuture<'_, Result<(), ports::Error>> {
        Box::pin(async { self.sync().await.map_err(|error| broken(&error)) })
    }
}

fn broken(error: &JournalError) -> ports::Error {
    ports::Error::Journal(error.to_string())
}
