//! Files of this machine: only those of one folder, and only where a person named it.

use std::path::{Path, PathBuf};

use tokio::io::AsyncReadExt;

use super::error::{MediaError, too_long};
use super::{Fetched, last_part};

/// Returns the real path of a file in the folder; neither `..` nor a link leads out of it.
pub(super) fn inside(path: &Path, root: Option<&Path>) -> Result<PathBuf, String> {
    let Some(root) = root else {
        return Err(
            "it is no address; to read files of this machine, name their folder with `--media-root DIR`"
                .to_owned(),
        );
    };
    let real = |path: &Path| {
        path.canonicalize().map_err(|error| format!("`{}` cannot be read: {error}", path.display()))
    };
    let root = real(root)?;
    // One that begins at the root of the file system stays as it is.
    let found = real(&root.join(path))?;
    if !found.starts_with(&root) {
        return Err(format!("it is not inside `{}`, the folder of `--media-root`", root.display()));
    }
    if !found.is_file() {
        return Err(format!("`{}` is no file", found.display()));
    }
    Ok(found)
}

/// Reads a file of no more than `longest` bytes.
pub(super) async fn read(path: PathBuf, longest: usize) -> Result<Fetched, MediaError> {
    let fault =
        |error: std::io::Error| MediaError::Unusable(format!("`{}` cannot be read: {error}", path.display()));
    let file = tokio::fs::File::open(&path).await.map_err(fault)?;
    let mut bytes = Vec::new();
    file.take(longest as u64 + 1).read_to_end(&mut bytes).await.map_err(fault)?;
    if longest < bytes.len() {
        return Err(too_long(longest));
    }
    Ok(Fetched { bytes, content_type: None, name: last_part(&path.to_string_lossy()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_are_read() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(outer.path().join("secret.png"), "x").unwrap();
        std::fs::write(root.join("sub/a b.png"), "x").unwrap();
        let check =
            |path: &str, expect: Result<(), &str>| match (inside(Path::new(path), Some(&root)), expect) {
                (Ok(found), Ok(())) => assert_eq!(found, root.canonicalize().unwrap().join("sub/a b.png")),
                (found, expect) => {
                    let (found, part) = (found.unwrap_err(), expect.unwrap_err());
                    assert!(found.contains(part), "{path}: {found}");
                }
            };
        check("sub/a b.png", Ok(()));
        check("./sub/../sub/a b.png", Ok(()));
        check(&root.join("sub/a b.png").display().to_string(), Ok(()));
        check("sub", Err("is no file"));
        check("none.png", Err("none.png` cannot be read: No such file"));
        check("../secret.png", Err("it is not inside"));
        check("/etc/hostname", Err("it is not inside"));
        check("a\0.png", Err("NUL byte"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nowhere_else() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(outer.path().join("secret.png"), "x").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret.png"), root.join("a.png")).unwrap();
        assert!(inside(Path::new("a.png"), Some(&root)).unwrap_err().contains("it is not inside"));
    }

    #[tokio::test]
    async fn a_large_file_is_not_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        std::fs::write(&path, vec![0; 3 << 20]).unwrap();
        assert_eq!(read(path.clone(), 3 << 20).await.unwrap().name, "a.png");
        let error = read(path, 2 << 20).await.unwrap_err().to_string();
        assert!(error.starts_with("it has more than 2 MB;"), "{error}");
    }
}
