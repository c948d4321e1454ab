//! Labels the tasks of a Label Studio project with a language model.
//!
//! In one sentence: a pure middle (labeling config, prompts, provider dialects) between one HTTP transport and one
//! engine, which is a journaled concurrent map from a source of tasks to a sink of predictions and knows nothing about
//! models.
//!
//! # The map
//!
//! A module uses only modules of rows above its own; a test holds the code to it.
//!
//! | row | modules | what they are |
//! |---|---|---|
//! | 0 | [`lock`] | locks between processes |
//! | 1 | [`http`] | the one place that paces, sends, judges and retries |
//! |   | [`label`] | tasks, labeling config, control and object tags, predictions; pure |
//! | 2 | [`llm`] | chat requests, one dialect a provider, the ladder of ways to ask for JSON, prices and budget |
//! |   | [`studio`] | Label Studio's REST API |
//! |   | [`journal`] | what was paid for, kept in a file |
//! | 3 | [`prompt`] | templates to messages, reply texts to answers |
//! |   | [`media`] | images, documents and texts from wherever tasks keep them |
//! |   | [`engine`] | pull, annotate, collect, deliver: [`engine::run`] |
//! | 4 | [`annotate`] | one task to one prediction |
//! |   | [`source`] | where tasks come from, one origin a file |
//! |   | [`sink`] | where predictions go, one destination a file |
//! |   | [`progress`] | what a person sees of a run |
//! |   | [`cli`] | what a user types |
//! | 5 | [`settings`] | flags over environment over file; the only place with defaults |
//! | 6 | [`error`] | every bad ending, its exit code and its hint |
//! | 7 | [`commands`] | one file a subcommand |
//!
//! To add a provider, a control tag, an object tag, a source or a sink: one new file, and one row in the table of its
//! folder (`PROVIDERS`, `KINDS`, `SOURCES`, `SINKS`). Help, completions and schema follow from the table.
//!
//! # What holds everywhere
//!
//! - `label`, `prompt` and the dialects of `llm::provider` do no I/O: what goes in decides what comes out.
//! - Keys are sent to the host they are for and nowhere else; no log, error, file or URL holds one.
//! - A label that does not exist is never written; what cannot be read for certain is left out and reported.
//! - One task's trouble never ends a run; what ends a run only stops the pulling of further tasks.
//! - An answer is in the journal before anybody is given it, and a call that posts is before it is made: whatever ends a
//!   run, the next one pays and posts only what is missing.
//! - No attempt is made before it has its turn in the limits and its worst case fits the budget.
//! - Label Studio never gets two bulk calls at once: it multiplies rows then.

pub mod annotate;
pub mod cli;
pub mod commands;
pub mod engine;
pub mod error;
pub mod http;
pub mod journal;
pub mod label;
pub mod llm;
pub mod lock;
pub mod media;
pub mod progress;
pub mod prompt;
pub mod settings;
pub mod sink;
pub mod source;
pub mod studio;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::cli::{Cli, ColorArg};
use crate::progress::terminal::{Color, Terminal};
use crate::settings::Environment;

/// Runs the program with these arguments, the first of which is its own name, and returns its exit code.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (cli, matches) = match cli::parse(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            // A reader that went away has seen enough.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    let environment = Environment::read();
    let terminal = terminal(&cli, &environment);
    progress::log::start(cli.global.verbose);
    match commands::dispatch(&cli, &matches, &environment, terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is_closed_pipe() {
                terminal.error(&error::chain(&error), error.hint().as_deref());
            }
            ExitCode::from(error.exit_code())
        }
    }
}

/// Decides on colours: as asked, else none where `NO_COLOR` is set (<https://no-color.org>).
fn terminal(cli: &Cli, environment: &Environment) -> Terminal {
    let terminal = Terminal::new(match cli.global.color {
        Some(ColorArg::Always) => Color::Always,
        Some(ColorArg::Never) => Color::Never,
        None if environment.get("NO_COLOR").is_some() => Color::Never,
        None | Some(ColorArg::Auto) => Color::Auto,
    });
    if cli.global.quiet { terminal.quiet() } else { terminal }
}
