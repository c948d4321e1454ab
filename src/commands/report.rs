//! The end of a run: the summary for a person and the one for a script, also when the run failed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::{Context, interrupt};
use crate::engine::event::Summary;
use crate::error::Error;
use crate::http::stop::{Stop, Stopper};
use crate::http::transport::Transport;
use crate::llm::budget::Budget;
use crate::llm::price;
use crate::progress::summary::{self, Circumstances, Limits, Waits, failed, human};
use crate::progress::terminal::Terminal;

/// What is known of a run so far.
#[derive(Debug)]
pub(super) struct Report {
    /// Where the summary for scripts goes.
    file: Option<PathBuf>,
    terminal: Terminal,
    pub(super) summary: Summary,
    /// What is known from the start on; the rest is filled in at the end.
    pub(super) circumstances: Circumstances,
    /// Since when there are numbers that a person wants to read.
    begun: Option<Instant>,
    meters: Meters,
}

/// What counts for itself while the run goes on; nothing where no model is asked.
#[derive(Debug, Default)]
pub(super) struct Meters {
    pub(super) transport: Option<Transport>,
    pub(super) budget: Option<Arc<Budget>>,
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
            summary: Summary::default(),
            circumstances: Circumstances { started: Timestamp::now(), ..Circumstances::default() },
            begun: None,
            meters: Meters::default(),
        }
    }

    /// Notes that there was nothing to do, of which a person was told already.
    pub(super) fn nothing(&mut self) {
        self.summary.complete = true;
    }

    /// Notes that the run begins now; returns where it counts. Whatever ends it, what was counted is reported.
    pub(super) fn begin(&mut self, meters: Meters) -> &mut Summary {
        self.begun = Some(Instant::now());
        self.meters = meters;
        &mut self.summary
    }

    /// Returns the result of a run; where it was asked to stop before it had begun, whatever that led to is an
    /// interruption and nothing else.
    fn sorted_out(&self, result: Result<(), Error>, stop: &Stop) -> Result<(), Error> {
        match result {
            Err(_) if stop.is_asked() && self.begun.is_none() => {
                Err(Error::Interrupted { hint: "nothing was asked and nothing posted".to_owned() })
            }
            result => result,
        }
    }

    /// Says how the run ended and writes the summary file; returns the run's own result.
    fn close(mut self, result: Result<(), Error>) -> Result<(), Error> {
        self.complete(result.as_ref().err());
        let failures = failed(&self.summary.failures);
        if self.terminal.is_quiet() && !failures.is_empty() {
            self.terminal.insist(failures.trim_end());
        } else if self.begun.is_some() {
            self.terminal.say(human(&self.summary, &self.circumstances).trim_end());
        }
        let Some(path) = &self.file else { return result };
        let written = std::fs::write(path, summary::file(path, &self.summary, &self.circumstances));
        match (written, result) {
            // What ended the run matters more than that it could not be noted.
            (Err(_) | Ok(()), Err(error)) => Err(error),
            (Err(source), Ok(())) => {
                Err(Error::Io { action: format!("cannot write the summary to {}", path.display()), source })
            }
            (Ok(()), Ok(())) => Ok(()),
        }
    }

    /// Fills in what is known only at the end.
    fn complete(&mut self, error: Option<&Error>) {
        let circumstances = &mut self.circumstances;
        if let Some(transport) = &self.meters.transport {
            let (counters, paced) = (transport.counters(), transport.pace.report());
            circumstances.attempts = counters.attempts;
            circumstances.retries = counters.retries;
            circumstances.limited = counters.limited;
            circumstances.waits = Some(Waits {
                for_limits: paced.held_by_rate,
                for_pauses: paced.held_by_pause,
                pauses: paced.pauses,
            });
            circumstances.limits = Limits {
                requests_per_minute: paced.requests_per_minute,
                tokens_per_minute: paced.tokens_per_minute,
            };
        }
        circumstances.budget = self.meters.budget.as_deref().map(spent);
        circumstances.ended = Timestamp::now();
        circumstances.duration = self.begun.map(|begun| begun.elapsed()).unwrap_or_default();
        circumstances.exit_code = error.map_or(0, Error::exit_code);
        circumstances.error = error.filter(|error| !is_counted(error)).map(ToString::to_string);
    }
}

/// Returns what a run spent of what it might; each only where it was limited.
fn spent(budget: &Budget) -> summary::Budget {
    let (spent, limits) = (budget.spent(), budget.limits());
    summary::Budget {
        spent_usd: limits.cost.map(|_| price::dollars(spent.nanodollars)),
        limit_usd: limits.cost,
        spent_tokens: limits.tokens.map(|_| spent.tokens),
        limit_tokens: limits.tokens,
    }
}

/// Returns whether the summary's own numbers say it already.
fn is_counted(error: &Error) -> bool {
    matches!(error, Error::SomeFailed { .. })
}
