//! The end of a run: the summary for a person and the one for a script, also when the run failed.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Context, interrupt};
use crate::engine::event::Summary;
use crate::error::Error;
use crate::http::stop::{Stop, Stopper};
use crate::http::transport::Counters;
use crate::llm::price::Price;
use crate::progress::summary::{Circumstances, failed, human, machine};
use crate::progress::terminal::Terminal;

/// What is known of a run so far.
#[derive(Debug)]
pub(super) struct Report {
    /// Where the machine-readable summary goes.
    file: Option<PathBuf>,
    terminal: Terminal,
    /// Empty until it is known.
    pub model_version: String,
    summary: Summary,
    /// Whether there are numbers that a person wants to read.
    has_numbers: bool,
    duration: Duration,
    counters: Counters,
}

/// Runs what Ctrl-C may stop, and reports how it ended.
pub(super) async fn reported(
    summary: Option<PathBuf>,
    context: &Context<'_>,
    stopper: &Stopper,
    run: impl AsyncFnOnce(&mut Report) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut report = Report::new(summary, context.terminal);
    let result = tokio::select! {
        result = run(&mut report) => report.sorted_out(result, &context.stop),
        signal = interrupt::twice(stopper, context.terminal) => Err(signal),
    };
    report.close(result)
}

impl Report {
    /// A report of a run that has not begun.
    fn new(file: Option<PathBuf>, terminal: Terminal) -> Self {
        Self {
            file,
            terminal,
            model_version: String::new(),
            summary: Summary::default(),
            has_numbers: false,
            duration: Duration::ZERO,
            counters: Counters::default(),
        }
    }

    /// Notes that there was nothing to do, of which a person was told already.
    pub(super) fn nothing(&mut self) {
        self.summary.complete = true;
    }

    /// Takes the numbers of a run; where the provider named no cost, it is reckoned by the price.
    pub(super) fn finished(
        &mut self,
        mut summary: Summary,
        duration: Duration,
        counters: Counters,
        price: Option<Price>,
    ) {
        if summary.cost.is_none() && 0 < summary.usage.requests {
            summary.cost = price.map(|price| price.cost(&summary.usage));
        }
        self.summary = summary;
        self.has_numbers = true;
        self.duration = duration;
        self.counters = counters;
    }

    /// Returns the result of a run; where it was asked to stop before it had begun, whatever that led to is an
    /// interruption and nothing else.
    fn sorted_out(&self, result: Result<(), Error>, stop: &Stop) -> Result<(), Error> {
        match result {
            Err(_) if stop.is_asked() && !self.has_numbers => {
                Err(Error::Interrupted { hint: "nothing was asked and nothing posted".to_owned() })
            }
            result => result,
        }
    }

    /// Says how the run ended and writes the summary file; returns the run's own result.
    fn close(self, result: Result<(), Error>) -> Result<(), Error> {
        let words = result.as_ref().err().filter(|error| !is_counted(error)).map(ToString::to_string);
        let circumstances = Circumstances {
            duration: self.duration,
            attempts: self.counters.attempts,
            retries: self.counters.retries,
            model_version: &self.model_version,
            tool_version: env!("CARGO_PKG_VERSION"),
            error: words.as_deref(),
        };
        let failures = failed(&self.summary.failures);
        if self.terminal.is_quiet() && !failures.is_empty() {
            self.terminal.insist(failures.trim_end());
        } else if self.has_numbers {
            self.terminal.say(human(&self.summary, &circumstances).trim_end());
        }
        let Some(path) = &self.file else { return result };
        let mut value = machine(&self.summary, &circumstances);
        value["exit_code"] = json!(result.as_ref().err().map_or(0, Error::exit_code));
        match (write(path, &value), result) {
            // What ended the run matters more than that it could not be noted.
            (Err(_) | Ok(()), Err(error)) => Err(error),
            (Err(source), Ok(())) => {
                Err(Error::Io { action: format!("cannot write the summary to {}", path.display()), source })
            }
            (Ok(()), Ok(())) => Ok(()),
        }
    }
}

/// Returns whether the summary's own numbers say it already.
fn is_counted(error: &Error) -> bool {
    matches!(error, Error::SomeFailed { .. })
}

fn write(path: &PathBuf, value: &Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    std::fs::write(path, text)
}
