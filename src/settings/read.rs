//! Files that settings name: read, or told with what is wrong with them and where they were named.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{SettingsError, nearest};

/// Returns the text of a file; `place` says where it was named, such as `` `--prompt` ``.
pub fn text(path: &Path, place: &str) -> Result<String, SettingsError> {
    check_file(path, place)?;
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, place, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        let start = error.utf8_error().valid_up_to();
        let line = bytes[..start].split(|byte| *byte == b'\n').count();
        let found = format!("byte 0x{:02X} on line {line}", bytes[start]);
        SettingsError::with_hint(
            format!("{place}: `{}` is not UTF-8 ({found})", path.display()),
            "save the file as UTF-8",
        )
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Fails where there is no such file, or a folder in its place.
pub fn check_file(path: &Path, place: &str) -> Result<(), SettingsError> {
    match path.metadata() {
        Ok(kind) if kind.is_dir() => Err(SettingsError::with_hint(
            format!("{place}: `{}` is a folder, expected a file", path.display()),
            "name a file in it",
        )),
        Ok(_) => Ok(()),
        Err(error) => Err(unreadable(path, place, &error)),
    }
}

/// Fails where a file could not be written because of its folder.
pub(super) fn check_writable(path: &Path, place: &str) -> Result<(), SettingsError> {
    if path.is_dir() {
        let message = format!("{place}: `{}` is a folder, expected a file to write", path.display());
        return Err(SettingsError::with_hint(message, "add the file's name"));
    }
    match path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => Err(SettingsError::with_hint(
            format!(
                "{place}: `{}` cannot be written: there is no folder `{}`",
                path.display(),
                folder.display()
            ),
            "create the folder first",
        )),
        None => Ok(()),
    }
}

/// Fails where the file to write is one of the `others`, each with what it is for.
pub(super) fn check_apart(
    path: &Path,
    place: &str,
    others: &[(&str, Option<&Path>)],
) -> Result<(), SettingsError> {
    let same = others.iter().find(|(_, other)| other.is_some_and(|other| real(other) == real(path)));
    same.map_or(Ok(()), |(what, _)| {
        let message = format!("{place}: `{}` is {what}, which would be written over", path.display());
        Err(SettingsError::with_hint(message, "choose another name"))
    })
}

/// Returns the one path of a file that may not exist yet.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

fn unreadable(path: &Path, place: &str, error: &std::io::Error) -> SettingsError {
    if error.kind() != ErrorKind::NotFound {
        return SettingsError::new(format!("{place}: cannot read `{}`: {error}", path.display()));
    }
    let message = format!("{place}: there is no file `{}`", path.display());
    let hint = match similar(path) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if path.is_relative() => {
            let folder = std::env::current_dir().ok();
            folder.map(|folder| format!("it was looked for in {}", folder.join(path).display()))
        }
        None => None,
    };
    SettingsError { message, hint }
}

/// Returns the path of a file in the same folder that may have been meant.
fn similar(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    let files = std::fs::read_dir(folder).ok()?.flatten().filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    // Of equally near ones the same every time.
    names.sort_unstable();
    let name = nearest(&wanted, names.iter().map(String::as_str))?;
    Some(path.with_file_name(name).display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_used_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("prompt.txt"), "\u{feff}Hi").unwrap();
        std::fs::write(path("latin.txt"), b"a\ncaf\xe9").unwrap();
        let check = |name: &str, expect: &str| {
            let found = match text(&path(name), "`--prompt`") {
                Ok(text) => text,
                Err(error) => format!("{error}; {}", error.hint.as_deref().unwrap_or_default()),
            };
            assert_eq!(found.replace(&path("").display().to_string(), ""), expect);
        };
        check("prompt.txt", "Hi");
        check("promt.txt", "`--prompt`: there is no file `promt.txt`; did you mean `prompt.txt`?");
        check("other", "`--prompt`: there is no file `other`; ");
        check(
            "latin.txt",
            "`--prompt`: `latin.txt` is not UTF-8 (byte 0xE9 on line 2); save the file as UTF-8",
        );
        check("", "`--prompt`: `` is a folder, expected a file; name a file in it");
    }

    #[test]
    fn a_file_in_no_folder_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_writable(&folder.path().join("new.json"), "`--summary`").is_ok());
        assert!(check_writable(Path::new("new.json"), "`--summary`").is_ok());
        for path in [folder.path().to_owned(), folder.path().join("none/new.json")] {
            assert!(check_writable(&path, "`--summary`").is_err(), "{}", path.display());
        }
    }
}
