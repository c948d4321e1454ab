//! What a journal is written on: a file, or in tests one that runs full.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::lines::Place;

/// Something that grows at its end and can be read anywhere.
pub(super) trait Medium: fmt::Debug + Send + Sync {
    /// Adds bytes at the end; after an error any part of them may be there.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Drops what is behind this offset.
    fn cut(&self, end: u64) -> io::Result<()>;

    /// Reads what stands there; not to be called twice at once where reading moves the file's own position.
    fn read(&self, place: Place) -> io::Result<Vec<u8>>;

    /// Brings it to the disk.
    fn sync(&self) -> io::Result<()>;

    /// Returns whether it is what stands at this path: what was deleted or replaced goes on taking records that nobody
    /// will ever read.
    fn is_at(&self, path: &Path) -> bool;
}

impl Medium for File {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self;
        file.write_all(bytes)
    }

    fn cut(&self, end: u64) -> io::Result<()> {
        self.set_len(end)
    }

    fn read(&self, place: Place) -> io::Result<Vec<u8>> {
        let length = usize::try_from(place.length).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        read_exact_at(self, &mut bytes, place.offset)?;
        Ok(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    #[cfg(unix)]
    fn is_at(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        fs::metadata(path).ok().map(place) == self.metadata().ok().map(place)
    }

    /// An open file can neither be deleted nor replaced here.
    #[cfg(not(unix))]
    fn is_at(&self, _path: &Path) -> bool {
        true
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Moves the position, which is no matter to a file that is only ever appended to.
#[cfg(not(unix))]
fn read_exact_at(mut file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

/// Opens a file to read and append, and creates it where there is none: for its owner only, for it holds people's texts.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Sees to it that a file that was just created or renamed has its name after a power cut, too.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
