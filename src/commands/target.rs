//! Where the predictions of a run go: a project, or a file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Context;
use super::plan::{self, Ground};
use crate::engine::ports::Sink;
use crate::error::Error;
use crate::journal::Journal;
use crate::settings::{Destination, Settings, TaskOrigin};
use crate::sink;
use crate::sink::studio::{Older, Options, StudioSink};
use crate::source::selection::Only;
use crate::studio::client::Studio;

/// Where predictions go, opened.
pub(super) enum Target {
    Project(Box<StudioSink>),
    File(OutputFile),
}

/// What a run knows before it opens its target.
pub(super) struct Before<'a> {
    /// How many predictions of this run's version the project had before its tasks were chosen, where that is known.
    pub(super) rows: Option<u64>,
    pub(super) journal: Option<Arc<Journal>>,
    pub(super) context: &'a Context<'a>,
}

/// An output file.
pub(super) struct OutputFile {
    sink: Box<dyn Sink>,
    path: PathBuf,
    /// Whether there was a file of this name before the run.
    is_old: bool,
}

impl fmt::Display for Target {
    /// Writes what a person calls it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(_) => formatter.write_str("the project"),
            Self::File(file) if file.path == Path::new(sink::STANDARD_OUTPUT) => {
                formatter.write_str("standard output")
            }
            Self::File(file) => write!(formatter, "{}", file.path.display()),
        }
    }
}

impl Target {
    /// Opens it; nothing is written or posted yet.
    pub(super) fn open(
        settings: &Settings,
        ground: &Ground,
        destination: &Destination,
        before: Before<'_>,
    ) -> Result<Self, Error> {
        let path = match (destination, &settings.tasks.origin) {
            (Destination::Project, TaskOrigin::Project { studio: place, .. }) => {
                let options = Options {
                    model_version: Some(ground.model_version.clone()),
                    rows: before.rows.filter(|_| settings.tasks.selection.only == Only::Unpredicted),
                    older: if settings.delivery.replace { Older::Delete } else { Older::Keep },
                };
                let studio = ground.studio.as_ref().ok_or_else(plan::not_connected)?;
                let sink = project(studio, place.project, options, before.context);
                return Ok(Self::Project(Box::new(match before.journal {
                    Some(journal) => sink.journaled(journal),
                    None => sink,
                })));
            }
            (Destination::File(path), _) => path.clone(),
            (Destination::Project, TaskOrigin::File { .. }) => Path::new(sink::STANDARD_OUTPUT).to_owned(),
        };
        let names: Vec<String> =
            ground.form.controls.iter().map(|control| control.head().name.clone()).collect();
        let input = match &settings.tasks.origin {
            TaskOrigin::File { tasks, .. } => Some(tasks.as_path()),
            TaskOrigin::Project { .. } => None,
        };
        let sink = sink::open(&path, &names, input)?;
        let is_old = path != Path::new(sink::STANDARD_OUTPUT) && path.exists();
        Ok(Self::File(OutputFile { sink, path, is_old }))
    }

    pub(super) fn sink(&mut self) -> &mut dyn Sink {
        match self {
            Self::Project(sink) => sink.as_mut(),
            Self::File(file) => file.sink.as_mut(),
        }
    }

    /// Returns whether it is a file that an earlier run wrote; with nothing new to write it stays as it is.
    pub(super) fn holds_earlier(&self) -> bool {
        matches!(self, Self::File(OutputFile { is_old: true, .. }))
    }

    /// Returns what a person should know at the end of a run.
    pub(super) fn notices(&self, complete: bool) -> Vec<String> {
        match self {
            Self::Project(sink) => sink.notices().to_vec(),
            // Where nothing was written, no part of it is left.
            Self::File(OutputFile { path, is_old, .. }) if !complete && sink::part_path(path).exists() => {
                let part = sink::part_path(path);
                let rest = if *is_old { format!("; {} is as it was", path.display()) } else { String::new() };
                vec![format!("the run is not complete: what was done is in {}{rest}", part.display())]
            }
            Self::File(OutputFile { path, is_old: true, .. })
                if complete && sink::backup_path(path).exists() =>
            {
                vec![format!(
                    "what {} held before is in {}",
                    path.display(),
                    sink::backup_path(path).display()
                )]
            }
            Self::File(_) => Vec::new(),
        }
    }
}

/// Opens a project for posting.
pub(super) fn project(studio: &Studio, project: u64, options: Options, context: &Context<'_>) -> StudioSink {
    // What was paid for is still delivered after Ctrl-C, so this client does not stop with the run.
    let sink = StudioSink::new(Arc::new(studio.unstoppable()), project, options);
    let Some(state) = &context.state else { return sink };
    let server = blake3::hash(studio.address.to_string().as_bytes()).to_hex();
    sink.in_turn(state.join("studio").join(format!("{}.lock", &server[..16])))
}
