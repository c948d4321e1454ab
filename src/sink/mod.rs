//! Where predictions go. One destination a file.

mod csv;
mod file;
mod json;
mod jsonl;
mod layout;
mod stream;
pub mod studio;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use layout::Format;

use crate::engine::ports::{Batch, Error, Sink};

/// The file formats predictions are written in.
pub const SINKS: &[Format] = &[jsonl::FORMAT, json::FORMAT, csv::FORMAT];

/// Means standard output where a path is asked for.
pub const STANDARD_OUTPUT: &str = "-";

/// Writing is cheap: whatever waits is written at once, so that a reader of the output sees it soon.
const BATCH: Batch = Batch { size: 64, wait: Duration::ZERO, most: 256 };

/// Opens a file, or standard output (as JSON Lines) for `-`.
///
/// The extension tells the format. `controls` are the controls a prediction may fill, in order; a table has a column
/// for each. `input` is the file the tasks come from, which must not be the same one. Nothing is written yet; fails
/// with [`Error::Input`] where writing could never succeed.
pub fn open(target: &Path, controls: &[String], input: Option<&Path>) -> Result<Box<dyn Sink>, Error> {
    if target == Path::new(STANDARD_OUTPUT) {
        return Ok(Box::new(stream::StreamSink::new(tokio::io::stdout(), (jsonl::FORMAT.layout)(controls))));
    }
    let extension = target.extension().unwrap_or_default();
    let format = SINKS
        .iter()
        .find(|format| format.extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
        .ok_or_else(|| unknown(target))?;
    let sink = file::FileSink::open(target, (format.layout)(controls), input)?;
    Ok(Box::new(sink))
}

/// Returns where the predictions of an output file are until the run is complete: `FILE.part`, beside it.
pub fn part_path(target: &Path) -> PathBuf {
    let mut path = target.as_os_str().to_owned();
    path.push(".part");
    path.into()
}

/// Returns where what an output file held before it was replaced is kept: `FILE.bak`, beside it.
pub fn backup_path(target: &Path) -> PathBuf {
    let mut path = target.as_os_str().to_owned();
    path.push(".bak");
    path.into()
}

fn unknown(target: &Path) -> Error {
    let known: Vec<_> = SINKS
        .iter()
        .flat_map(|format| format.extensions.iter().map(|extension| format!("`.{extension}`")))
        .collect();
    Error::Input(format!(
        "cannot tell how to write `{}`: expected a name that ends in {}, or `-` for JSON Lines on standard output",
        target.display(),
        known.join(", ")
    ))
}
