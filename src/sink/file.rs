//! Predictions in a file, which appears under its name only once it is whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::task::spawn_blocking;

use super::layout::{Layout, Punctuation};
use super::{BATCH, backup_path, part_path};
use crate::engine::ports::{Batch, BrokenOff, Delivered, Error, Sink};
use crate::label::prediction::Labeled;
use crate::label::task::TaskId;

/// Writes `FILE.part` as predictions come, so that nothing waits in memory, and makes it `FILE` at the end.
///
/// In a complete file tasks are in the order of their ids, else of their rows, whatever the order of the answers: the
/// same answers give the same bytes. For that, the place of each prediction is remembered (32 bytes a task).
pub(super) struct FileSink {
    layout: Box<dyn Layout>,
    target: PathBuf,
    part: Arc<File>,
    written: Vec<Written>,
    /// Length of what comes before all items.
    head: u64,
    /// Where the next item goes, over what closes the file so far.
    end: u64,
}

/// Where a prediction is in the part file.
#[derive(Debug, Clone, Copy)]
struct Written {
    task: TaskId,
    offset: u64,
    length: usize,
}

impl FileSink {
    /// Opens the part file, which other runs then leave alone; what an earlier run left in it stays until there is
    /// something to write.
    pub(super) fn open(target: &Path, layout: Box<dyn Layout>, input: Option<&Path>) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::Input(format!("cannot write `{}`: {reason}", target.display()));
        // The file a symbolic link names is the one to replace, not the link.
        let real = target.canonicalize().unwrap_or_else(|_| target.to_owned());
        if real.is_dir() {
            return Err(refuse("it is a folder; name a file"));
        }
        // The name would go over to a file of ours: a reader of the pipe would wait for ever, a device would be gone.
        if real.is_symlink() || real.metadata().is_ok_and(|found| !found.is_file()) {
            return Err(refuse(
                "expected a file, found a pipe, a device or a link to nothing; name a file, or `-` for standard output",
            ));
        }
        if input.is_some_and(|input| input.canonicalize().is_ok_and(|input| input == real)) {
            return Err(refuse("the tasks are read from it; choose another name"));
        }
        if let Some(folder) =
            real.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
        {
            return Err(refuse(&format!("there is no folder `{}`; create it first", folder.display())));
        }
        let path = part_path(&real);
        let part = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| refuse(&error.to_string()))?;
        // A file system without locks is no reason not to write.
        if let Err(TryLockError::WouldBlock) = part.try_lock() {
            return Err(refuse(&format!("another run is writing `{}`; wait for its end", path.display())));
        }
        Ok(Self { layout, target: real, part: Arc::new(part), written: Vec::new(), head: 0, end: 0 })
    }

    async fn write(&mut self, batch: &[Labeled]) -> io::Result<()> {
        let is_first = self.written.is_empty();
        let mut text = if is_first { self.layout.head(batch.first()) } else { Vec::new() };
        let head = text.len() as u64;
        let punctuation = self.layout.punctuation();
        let mut written = Vec::with_capacity(batch.len());
        for labeled in batch {
            let item = self.layout.item(labeled);
            text.extend_from_slice(punctuation.before(self.written.len() + written.len()).as_bytes());
            let offset = self.end + text.len() as u64;
            written.push(Written { task: labeled.task.id, offset, length: item.len() });
            text.extend(item);
        }
        let end = self.end + text.len() as u64;
        text.extend_from_slice(punctuation.close.as_bytes());
        self.write_at_end(text).await?;
        if is_first {
            self.head = head;
        }
        self.end = end;
        self.written.extend(written);
        Ok(())
    }

    /// Writes over whatever comes after the last item.
    async fn write_at_end(&self, text: Vec<u8>) -> io::Result<()> {
        let (part, end) = (self.part.clone(), self.end);
        blocking(move || {
            (&*part).seek(SeekFrom::Start(end))?;
            (&*part).write_all(&text)?;
            part.set_len(end + text.len() as u64)
        })
        .await
    }

    /// Makes the part file the file itself.
    async fn complete(&mut self) -> io::Result<()> {
        if self.written.is_empty() {
            let mut text = self.layout.head(None);
            text.extend_from_slice(self.layout.punctuation().close.as_bytes());
            self.write_at_end(text).await?;
        }
        let part = self.part.clone();
        let target = self.target.clone();
        let whole = Whole {
            written: std::mem::take(&mut self.written),
            head: self.head,
            punctuation: self.layout.punctuation(),
        };
        blocking(move || whole.put_in_place(&part, &target)).await
    }

    /// Removes the part file where nothing was written to it, nor by an earlier run.
    fn remove_empty(&self) {
        if self.written.is_empty() && self.part.metadata().is_ok_and(|part| part.len() == 0) {
            fs::remove_file(part_path(&self.target)).ok();
        }
    }

    /// Leaves the part file as it is: closed, and readable like the whole one.
    async fn keep_part(&mut self) -> io::Result<()> {
        let path = part_path(&self.target);
        if self.written.is_empty() {
            self.remove_empty();
            return Ok(());
        }
        self.write_at_end(self.layout.punctuation().close.as_bytes().to_vec()).await?;
        let part = self.part.clone();
        blocking(move || part.sync_all()).await?;
        tracing::warn!(
            "the predictions so far ({}) are in `{}`; `{}` is as it was",
            self.written.len(),
            path.display(),
            self.target.display()
        );
        Ok(())
    }
}

impl Drop for FileSink {
    /// Leaves no empty part file, whatever ended the run before anything was written.
    fn drop(&mut self) {
        self.remove_empty();
    }
}

/// Keeps what is about to be replaced, for a person may have reviewed and corrected it.
fn keep_earlier(target: &Path) -> io::Result<()> {
    if !target.exists() {
        return Ok(());
    }
    let backup = backup_path(target);
    match fs::remove_file(&backup) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // A second name, so that there is a file of the first one at every moment; some file systems have no such thing.
    fs::hard_link(target, &backup).or_else(|_| fs::copy(target, &backup).map(drop))
}

/// Everything that was written, to be brought into order.
struct Whole {
    written: Vec<Written>,
    head: u64,
    punctuation: Punctuation,
}

impl Whole {
    fn put_in_place(mut self, part: &File, target: &Path) -> io::Result<()> {
        let part_path = part_path(target);
        keep_earlier(target)?;
        if self.written.is_sorted_by_key(|item| item.task) {
            part.sync_all()?;
            fs::rename(&part_path, target)?;
        } else {
            self.written.sort_by_key(|item| item.task);
            let sorted_path = part_path.with_extension("sorted");
            let moved = self.write_sorted(part, &sorted_path).and_then(|()| fs::rename(&sorted_path, target));
            if moved.is_err() {
                // The part file has it all; this one may have filled the disk.
                fs::remove_file(&sorted_path).ok();
            }
            moved?;
            fs::remove_file(&part_path)?;
        }
        Ok(())
    }

    fn write_sorted(&self, part: &File, path: &Path) -> io::Result<()> {
        let mut sorted = BufWriter::new(File::create(path)?);
        copy(part, &mut sorted, 0, self.head)?;
        for (index, item) in self.written.iter().enumerate() {
            sorted.write_all(self.punctuation.before(index).as_bytes())?;
            copy(part, &mut sorted, item.offset, item.length as u64)?;
        }
        sorted.write_all(self.punctuation.close.as_bytes())?;
        sorted.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

impl Sink for FileSink {
    fn batch(&self) -> Batch {
        BATCH
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Labeled]) -> BoxFuture<'a, Result<Delivered, BrokenOff>> {
        Box::pin(async move {
            self.write(batch).await.map_err(|error| {
                Error::Io(format!("cannot write `{}`: {error}", part_path(&self.target).display()))
            })?;
            Ok(Delivered::default())
        })
    }

    fn finish(&mut self, complete: bool) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let finished = if complete { self.complete().await } else { self.keep_part().await };
            finished.map_err(|error| {
                let (target, part) = (self.target.display(), part_path(&self.target));
                Error::Io(format!(
                    "cannot finish `{target}`: {error}; the predictions so far are in `{}`",
                    part.display()
                ))
            })
        })
    }
}

/// Copies this many bytes from a place in one file to the end of another.
fn copy(source: &File, target: &mut impl Write, offset: u64, length: u64) -> io::Result<()> {
    let mut source = source;
    source.seek(SeekFrom::Start(offset))?;
    io::copy(&mut source.take(length), target)?;
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
