//! `journal`: look at what was paid for, and clean up; asks no server anything.

mod clean;
mod list;
mod show;

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::Context;
use crate::cli::{JournalCommand, WhichArgs};
use crate::error::Error;
use crate::label::prediction::Usage;
use crate::settings::journal::{self, Scope};
use crate::settings::{Layered, SettingsError, layered};

/// Does what was typed.
pub(super) fn journal(command: &JournalCommand, context: &Context<'_>) -> Result<(), Error> {
    let which = WhichArgs::augment_args(clap::Command::new("journal"));
    let which: Layered<WhichArgs> = layered(&which, &context.places)?;
    match command {
        JournalCommand::List { all: true, .. } => list::journals(context),
        JournalCommand::List { .. } => match chosen(&which, context)? {
            Some(path) => list::tasks(&path, context),
            None => list::journals(context),
        },
        JournalCommand::Show { task, json: true, .. } => {
            show::in_full(*task, &needed(&which, context)?, context)
        }
        JournalCommand::Show { task, .. } => show::show(*task, &needed(&which, context)?, context),
        JournalCommand::Forget { what, .. } => clean::forget(what, &needed(&which, context)?, context),
        JournalCommand::Compact { .. } => clean::compact(&needed(&which, context)?, context),
    }
}

/// Returns the journal that was chosen, which is there.
fn chosen(which: &Layered<WhichArgs>, context: &Context<'_>) -> Result<Option<PathBuf>, Error> {
    let (path, whose) = match &which.args.journal {
        Some(path) => (path.clone(), String::new()),
        None => match Scope::resolve(which)? {
            Some(scope) => (journal::path(None, &scope, context.state.as_deref())?, format!(" of {scope}")),
            None => return Ok(None),
        },
    };
    if path.is_file() {
        return Ok(Some(path));
    }
    let message = format!("there is no journal{whose}: it would be {}", path.display());
    Err(SettingsError::with_hint(
        message,
        "`ls-autolabel journal list --all` shows the journals that there are",
    )
    .into())
}

fn needed(which: &Layered<WhichArgs>, context: &Context<'_>) -> Result<PathBuf, Error> {
    chosen(which, context)?.ok_or_else(|| {
        let hint = "name a project with `--project ID`, a file of tasks with `--tasks FILE`, or a journal with \
                    `--journal FILE`; `ls-autolabel journal list` shows all";
        SettingsError::with_hint("no journal given", hint).into()
    })
}

/// Returns a time as a person and a script can read it.
fn when(at: u64) -> String {
    let time = i64::try_from(at).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(|| "?".to_owned(), |time| format!("{time:.0}"))
}

fn tokens(usage: &Usage) -> u64 {
    usage.prompt_tokens.saturating_add(usage.completion_tokens)
}
