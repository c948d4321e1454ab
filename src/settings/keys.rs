//! Keys and tokens: from a file, the environment, or a command that prints them; never from a flag.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{ConfigFile, Environment, SettingsError, read};
use crate::http::secret::Secret;

/// The places one key may come from.
pub(super) struct KeyPlaces<'a> {
    /// A file named by a flag, a variable or the settings file; read first.
    pub file: Option<&'a Path>,
    /// Where the file was named.
    pub file_origin: String,
    /// Variables that may hold the key itself, the one that counts first.
    pub variables: &'a [&'a str],
    /// The table of the settings file that may hold `api_key_command`.
    pub table: &'a str,
}

/// A key, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct FoundKey {
    pub key: Secret,
    /// Such as `` `OPENAI_API_KEY` in the environment ``.
    pub origin: String,
}

/// Returns the key from the first place that gives one; it holds nothing that no key has.
pub(super) fn find(
    places: &KeyPlaces<'_>,
    environment: &Environment,
    config: &ConfigFile,
) -> Result<Option<FoundKey>, SettingsError> {
    let found = first(places, environment, config)?;
    if let Some(FoundKey { key, origin }) = &found {
        check_key(key, origin)?;
    }
    Ok(found)
}

fn check_key(key: &Secret, origin: &str) -> Result<(), SettingsError> {
    let text = key.expose();
    let scheme = ["Token ", "Bearer "].into_iter().find(|scheme| text.starts_with(scheme));
    let (fault, cure) = match scheme {
        Some(scheme) => {
            ("begins with a word that belongs to the header", format!("leave out `{}`", scheme.trim()))
        }
        None if text.starts_with(['"', '\'']) => ("is in quotes", "leave them out".to_owned()),
        None if text.bytes().all(|byte| byte.is_ascii_graphic()) => return Ok(()),
        None => (
            "holds a space, a line break or a letter outside ASCII, which no key has",
            "copy it again, alone and whole".to_owned(),
        ),
    };
    Err(SettingsError::with_hint(format!("{origin}: the key {fault}"), cure))
}

fn first(
    places: &KeyPlaces<'_>,
    environment: &Environment,
    config: &ConfigFile,
) -> Result<Option<FoundKey>, SettingsError> {
    if let Some(path) = places.file {
        let key = from_file(path, &places.file_origin)?;
        return Ok(Some(FoundKey { key, origin: format!("`{}` ({})", path.display(), places.file_origin) }));
    }
    let held = places.variables.iter().find_map(|name| Some((name, environment.get(name)?)));
    if let Some((name, text)) = held {
        return Ok(Some(FoundKey { key: Secret::new(text), origin: format!("`{name}` in the environment") }));
    }
    let Some(command) = config.key_command(places.table)? else { return Ok(None) };
    let key = from_command(&command, places.table)?;
    Ok(Some(FoundKey { key, origin: format!("`{}.api_key_command`", places.table) }))
}

fn from_file(path: &Path, place: &str) -> Result<Secret, SettingsError> {
    let text = read::text(path, place)?;
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.map(Secret::new).ok_or_else(|| {
        SettingsError::new(format!(
            "{place}: `{}` is empty, expected a key on its first line",
            path.display()
        ))
    })
}

/// Runs a command by the shell and takes the first line it prints; what it says on stderr goes to the user.
fn from_command(command: &str, table: &str) -> Result<Secret, SettingsError> {
    let place = format!("`{table}.api_key_command`");
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| SettingsError::new(format!("{place} could not be started: {error}")))?;
    if !output.status.success() {
        return Err(SettingsError::with_hint(
            format!("{place} failed ({})", output.status),
            "expected a command for `sh` that prints the key; try it in a terminal",
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first
        .map(Secret::new)
        .ok_or_else(|| SettingsError::new(format!("{place} printed nothing, expected a key")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_key_has_is_named_without_the_key() {
        let check = |text: &str, expect: &str| {
            let found = check_key(&Secret::new(text), "`A_KEY`").map_err(|error| error.to_string());
            assert_eq!(found.err().unwrap_or_default(), expect, "{text}");
        };
        check("sk-abc_123.def==", "");
        check(" sk-abc\n", "");
        check(
            "sk-a\nbc",
            "`A_KEY`: the key holds a space, a line break or a letter outside ASCII, which no key has",
        );
        check(
            "“sk-abc”",
            "`A_KEY`: the key holds a space, a line break or a letter outside ASCII, which no key has",
        );
        check("\"sk-abc\"", "`A_KEY`: the key is in quotes");
        check("Token abc", "`A_KEY`: the key begins with a word that belongs to the header");
    }

    #[test]
    fn a_command_gives_its_first_line() {
        let check = |command: &str, expect: Result<&str, &str>| {
            let found = from_command(command, "label_studio");
            match expect {
                Ok(key) => assert_eq!(found.unwrap().expose(), key, "{command}"),
                Err(part) => {
                    let message = found.unwrap_err().to_string();
                    assert!(message.contains(part), "{command}: {message}");
                }
            }
        };
        check("printf 'abc\\nsecond\\n'", Ok("abc"));
        check("true", Err("printed nothing"));
        check("exit 3", Err("failed (exit status: 3)"));
    }
}
