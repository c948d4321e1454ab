//! What a file format is to the rest of the program: a name, extensions, and a function that reads.

use std::error::Error;
use std::fmt;
use std::io::BufRead;
use std::ops::ControlFlow;

use serde_json::error::Category;

use crate::label::task::Task;

/// A file format that holds tasks.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// In lower case, without the dot.
    pub extensions: &'static [&'static str],
    /// Reads UTF-8 text and hands over one task after the other, until it is told to break or the text ends.
    pub(super) read: fn(&mut dyn BufRead, &mut Each<'_>) -> Result<(), Trouble>,
}

/// Takes the tasks of a file.
pub(super) type Each<'a> = dyn FnMut(Found) -> ControlFlow<()> + 'a;

/// A task of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    /// Position among the tasks of the file, counted from 1.
    pub(super) row: u64,
    pub(super) task: Task,
}

/// What is wrong with a file, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Counted from 1; `None` for the file as a whole.
    pub(super) line: Option<u64>,
    /// Counted from 1, in bytes.
    pub(super) column: Option<u64>,
    pub(super) reason: String,
}

impl Trouble {
    /// Trouble with the file as a whole.
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { line: None, column: None, reason: reason.into() }
    }

    /// Trouble with one line.
    pub(super) fn at_line(line: u64, reason: impl Into<String>) -> Self {
        Self { line: Some(line), column: None, reason: reason.into() }
    }

    /// Trouble with JSON text, or with reading it.
    pub(super) fn json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line() as u64, error.column() as u64);
        let text = error.to_string();
        let reason = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        let reason = match (error.classify(), reason.strip_prefix("invalid type: ")) {
            (Category::Eof, _) => format!("the text ends in the middle ({reason})"),
            (Category::Syntax, _) if reason.contains("recursion") => "it is nested too deeply".to_owned(),
            (Category::Syntax, _) => format!("this is no valid JSON: {reason}"),
            (Category::Data, Some(types)) => match types.split_once(", expected ") {
                Some((found, expected)) => format!("expected {expected}, found {found}"),
                None => reason.to_owned(),
            },
            (Category::Data | Category::Io, _) => reason.to_owned(),
        };
        if line == 0 || error.is_io() {
            return Self::whole(reason);
        }
        Self { line: Some(line), column: Some(column), reason }
    }
}

impl Error for Trouble {}

impl fmt::Display for Trouble {
    /// Continues a text that named the file.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, ", line {line}")?;
        }
        if let Some(column) = self.column {
            write!(formatter, ", column {column}")?;
        }
        write!(formatter, ": {}", self.reason)
    }
}
