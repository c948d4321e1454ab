//! A file of tasks, read twice: once to see that all of it is sound and what is selected, once to give the tasks.
//!
//! A mistake in the last line so costs nothing, instead of everything that was paid for before it was seen.

use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use tempfile::TempPath;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::format::{Each, Format, Found};
use super::selection::Selection;
use super::utf8::Utf8Reader;
use super::{SOURCES, csv, json};
use crate::engine::ports::{Error, Source};
use crate::label::task::{Task, TaskId};

/// How many tasks the reader may be ahead of the run.
const AHEAD: usize = 32;

/// Means standard input where a path is asked for.
pub const STANDARD_INPUT: &str = "-";

/// The selected tasks of a file.
#[derive(Debug, Clone)]
pub struct FileSource {
    reader: Arc<Reader>,
    chosen: Arc<Chosen>,
}

/// How to read the file from its beginning.
#[derive(Debug)]
struct Reader {
    /// What the user calls it.
    name: String,
    path: PathBuf,
    format: Format,
    selection: Selection,
    /// Where what can be read only once was copied to; removed at the end.
    _copy: Option<TempPath>,
}

/// Which rows are selected.
#[derive(Debug)]
struct Chosen {
    total: u64,
    /// The rows of a sample; without one, every wanted task is selected until there are enough.
    sample: Option<BTreeSet<u64>>,
}

/// The tasks seen while the file is read for the first time.
#[derive(Default)]
struct Survey {
    /// The row of each id.
    rows: HashMap<u64, u64>,
    /// The rows of lowest rank, the highest of them on top.
    sample: BinaryHeap<(u64, u64)>,
    total: u64,
    repeated: Option<String>,
}

impl FileSource {
    /// Opens a file, or standard input for `-`, and reads all of it once.
    ///
    /// The extension tells the format; where there is none, the first character does. Fails with [`Error::Input`] if
    /// the file cannot be read, does not hold tasks, or gives two tasks the same id.
    pub async fn open(origin: &Path, selection: Selection) -> Result<Self, Error> {
        let origin = origin.to_owned();
        spawn_blocking(move || {
            let reader = Reader::open(&origin, selection)?;
            let chosen = reader.survey()?;
            Ok(Self { reader: Arc::new(reader), chosen: Arc::new(chosen) })
        })
        .await
        .map_err(|error| Error::Io(format!("reading the tasks broke off: {error}")))?
    }

    /// Returns how many tasks there are to come.
    pub fn total(&self) -> u64 {
        self.chosen.total
    }
}

impl Source for FileSource {
    fn tasks(&self) -> BoxStream<'_, Result<Task, Error>> {
        let Self { reader, chosen } = self.clone();
        let (sender, receiver) = mpsc::channel(AHEAD);
        let reading = spawn_blocking(move || {
            if let Err(error) = reader.send(&chosen, &sender) {
                // Nobody listens any more when the run stopped early.
                sender.blocking_send(Err(error)).ok();
            }
        });
        stream::unfold((receiver, Some(reading)), |(mut receiver, mut reading)| async {
            if let Some(task) = receiver.recv().await {
                return Some((task, (receiver, reading)));
            }
            // Without this, a reader that broke off would look like one that came to the end.
            let error = reading.take()?.await.err()?;
            Some((Err(Error::Io(format!("reading the tasks broke off: {error}"))), (receiver, reading)))
        })
        .boxed()
    }
}

impl Reader {
    fn open(origin: &Path, selection: Selection) -> Result<Self, Error> {
        let is_standard_input = origin == Path::new(STANDARD_INPUT);
        let name =
            if is_standard_input { "standard input".to_owned() } else { format!("`{}`", origin.display()) };
        let unreadable = |error: io::Error| Error::Input(format!("cannot read {name}: {error}"));
        let known = match origin.extension() {
            Some(extension) if !is_standard_input => {
                let extension = extension.to_string_lossy();
                Some(by_extension(&extension).ok_or_else(|| unknown(&name, &extension))?)
            }
            _ => None,
        };
        let (path, copy) = if is_standard_input {
            let copy = spool(&mut io::stdin().lock()).map_err(unreadable)?;
            (copy.to_path_buf(), Some(copy))
        } else {
            let kind = origin.metadata().map_err(unreadable)?;
            if kind.is_dir() {
                return Err(Error::Input(format!("{name} is a folder; name one file of tasks")));
            }
            if kind.is_file() {
                (origin.to_owned(), None)
            } else {
                let copy = spool(&mut File::open(origin).map_err(unreadable)?).map_err(unreadable)?;
                (copy.to_path_buf(), Some(copy))
            }
        };
        let format = match known {
            Some(format) => format,
            None => File::open(&path).and_then(by_content).map_err(unreadable)?,
        };
        Ok(Self { name, path, format, selection, _copy: copy })
    }

    /// Reads from the beginning.
    fn read(&self, each: &mut Each<'_>) -> Result<(), Error> {
        let file = File::open(&self.path)
            .map_err(|error| Error::Input(format!("cannot read {}: {error}", self.name)))?;
        (self.format.read)(&mut Utf8Reader::new(file), each)
            .map_err(|trouble| Error::Input(format!("{}{trouble}", self.name)))
    }

    fn survey(&self) -> Result<Chosen, Error> {
        let mut survey = Survey::default();
        self.read(&mut |found| survey.take(&found, &self.selection))?;
        if let Some(repeated) = survey.repeated {
            return Err(Error::Input(format!("{}: {repeated}", self.name)));
        }
        let limit = self.selection.limit.unwrap_or(u64::MAX);
        if self.selection.sample.is_none() {
            return Ok(Chosen { total: survey.total, sample: None });
        }
        let mut rows: BTreeSet<u64> = survey.sample.into_iter().map(|(_, row)| row).collect();
        while limit < rows.len() as u64 {
            rows.pop_last();
        }
        Ok(Chosen { total: rows.len() as u64, sample: Some(rows) })
    }

    /// Sends the selected tasks, until nobody wants more.
    fn send(&self, chosen: &Chosen, sender: &mpsc::Sender<Result<Task, Error>>) -> Result<(), Error> {
        let mut left = chosen.total;
        if left == 0 {
            return Ok(());
        }
        self.read(&mut |Found { row, task }| {
            let is_selected = match &chosen.sample {
                Some(rows) => rows.contains(&row),
                None => self.selection.wants(&task),
            };
            if !is_selected {
                return ControlFlow::Continue(());
            }
            left -= 1;
            if sender.blocking_send(Ok(task)).is_err() || left == 0 {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })
    }
}

impl Survey {
    fn take(&mut self, found: &Found, selection: &Selection) -> ControlFlow<()> {
        if let TaskId::Id(id) = found.task.id
            && let Some(first) = self.rows.insert(id, found.row)
        {
            let second = found.row;
            self.repeated = Some(format!(
                "number {first} and number {second} of its tasks both have the id {id}; remove one of them, or leave \
                 out the ids"
            ));
            return ControlFlow::Break(());
        }
        if !selection.wants(&found.task) {
            return ControlFlow::Continue(());
        }
        if selection.sample.is_none() && selection.limit.is_some_and(|limit| limit <= self.total) {
            return ControlFlow::Break(());
        }
        self.total += 1;
        if let Some(sample) = selection.sample {
            let number = found.task.id.studio().unwrap_or(found.row);
            self.sample.push((sample.rank(number), found.row));
            if sample.size < self.sample.len() as u64 {
                self.sample.pop();
            }
        }
        ControlFlow::Continue(())
    }
}

fn by_extension(extension: &str) -> Option<Format> {
    SOURCES
        .iter()
        .find(|format| format.extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
        .copied()
}

fn unknown(name: &str, extension: &str) -> Error {
    let known: Vec<_> = SOURCES
        .iter()
        .flat_map(|format| format.extensions.iter().map(|extension| format!("`.{extension}`")))
        .collect();
    let known = known.join(", ");
    Error::Input(format!(
        "cannot tell how {name} is written: expected a name that ends in {known}, found `.{extension}`; save or export \
         it as one of these"
    ))
}

/// Tells JSON from CSV by the first character.
fn by_content(file: File) -> io::Result<Format> {
    let mut reader = Utf8Reader::new(file);
    let start = reader.fill_buf()?.trim_ascii_start();
    let looks_like_json = start.is_empty() || start.starts_with(b"[") || start.starts_with(b"{");
    Ok(if looks_like_json { json::FORMAT } else { csv::CSV })
}

/// Copies what can be read only once, such as a pipe, into a file that is removed at the end.
fn spool(input: &mut dyn io::Read) -> io::Result<TempPath> {
    let mut copy = tempfile::NamedTempFile::new()?;
    io::copy(input, &mut copy)?;
    copy.flush()?;
    Ok(copy.into_temp_path())
}
