//! The lines that are printed, and the faults among them.

use crate::commands::Context;
use crate::error::{self, Error};
use crate::progress::terminal::Tone;
use crate::progress::text::{harmless, harmless_lines};

/// The lines printed so far.
pub(super) struct List<'a> {
    pub(super) context: &'a Context<'a>,
    /// Whether the model may be asked.
    pub(super) asks: bool,
    pub(super) faults: u32,
    pub(super) exit_code: u8,
}

/// Width of the names before what is said about them.
const NAME_WIDTH: usize = 16;

impl List<'_> {
    pub(super) fn good(&self, name: &str, words: &str) -> Result<(), Error> {
        self.line(Tone::Good, name, words)
    }

    pub(super) fn note(&self, name: &str, words: &str) -> Result<(), Error> {
        self.line(Tone::Careful, name, words)
    }

    /// Returns what went well, or prints what did not.
    pub(super) fn told<T>(&mut self, name: &str, result: Result<T, Error>) -> Result<Option<T>, Error> {
        let error = match result {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        if self.faults == 0 {
            self.exit_code = error.exit_code();
        }
        self.faults += 1;
        self.line(Tone::Bad, name, &error::chain(&error))?;
        if let Some(hint) = error.hint() {
            self.context.print(&format!("      {:NAME_WIDTH$} {}", "", harmless(&hint)))?;
        }
        Ok(None)
    }

    fn line(&self, tone: Tone, name: &str, words: &str) -> Result<(), Error> {
        let mark = match tone {
            Tone::Good => "ok",
            Tone::Careful => "note",
            Tone::Bad => "FAIL",
        };
        let mark = self.context.terminal.paint(&format!("{mark:5}"), tone);
        // Some errors show the place on lines of their own.
        let indent = format!("\n{:1$}", "", NAME_WIDTH + 7);
        let words = words.lines().map(harmless_lines).collect::<Vec<_>>().join(&indent);
        self.context.print(&format!("{mark} {name:NAME_WIDTH$} {words}"))
    }
}
