//! `ls-autolabel.toml`: the settings file.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::layers::Origin;
use super::{SettingsError, nearest, read};

/// The file that is read where the user names none.
const FILE_NAME: &str = "ls-autolabel.toml";

/// Tables with the commands that print a key.
const KEY_TABLES: &[&str] = &["label_studio", "model_server"];

/// The one key of such a table.
const KEY_COMMAND: &str = "api_key_command";

/// The settings file, read and checked for unknown keys; empty if there is none.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    path: PathBuf,
    table: Table,
}

impl ConfigFile {
    /// Reads the named file, or `ls-autolabel.toml` in the current folder if it is there.
    ///
    /// `options` are the long names of all options of all commands.
    pub fn read(named: Option<(PathBuf, Origin)>, options: &[String]) -> Result<Self, SettingsError> {
        let (path, place) = match named {
            Some((path, origin)) => (path, origin.to_string()),
            None if !Path::new(FILE_NAME).exists() => return Ok(Self::default()),
            None => (PathBuf::from(FILE_NAME), "the settings file".to_owned()),
        };
        let text = read::text(&path, &place)?;
        Self::parse(path, &text, options)
    }

    fn parse(path: PathBuf, text: &str, options: &[String]) -> Result<Self, SettingsError> {
        let table: Table = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text[..start].matches('\n').count();
            // A file that ends too soon is named by its last line.
            let shown = text.lines().nth(line).or(text.lines().last()).unwrap_or_default();
            SettingsError::with_hint(
                format!(
                    "{}, line {}: {}: `{}`",
                    path.display(),
                    line + 1,
                    error.message(),
                    without_value(shown)
                ),
                "settings are written like `rpm = 60` or `model = \"gpt-5.4-nano\"`",
            )
        })?;
        let file = Self { path, table };
        file.check(options)?;
        Ok(file)
    }

    /// Returns an option's values, in the words a user would type after the flag.
    pub fn values(&self, option: &str) -> Result<Option<(Origin, Vec<String>)>, SettingsError> {
        let key = option.replace('-', "_");
        let Some(value) = self.table.get(&key) else { return Ok(None) };
        let values = match value {
            Value::Array(items) => {
                items.iter().map(|item| self.word(&key, item)).collect::<Result<_, _>>()?
            }
            single => vec![self.word(&key, single)?],
        };
        Ok(Some((Origin::File { key, path: self.path.display().to_string() }, values)))
    }

    /// Returns the command that prints a key, from the table of this name.
    pub fn key_command(&self, table: &str) -> Result<Option<String>, SettingsError> {
        let Some(command) = self.table.get(table).and_then(|table| table.get(KEY_COMMAND)) else {
            return Ok(None);
        };
        self.word(&format!("{table}.{KEY_COMMAND}"), command).map(Some)
    }

    fn word(&self, key: &str, value: &Value) -> Result<String, SettingsError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Integer(number) => Ok(number.to_string()),
            Value::Float(number) => Ok(number.to_string()),
            Value::Boolean(flag) => Ok(flag.to_string()),
            other => Err(SettingsError::new(format!(
                "`{key}` in {} is a {}, expected a text, a number, true or false, or a list of these",
                self.path.display(),
                if other.is_datetime() { "date" } else { other.type_str() }
            ))),
        }
    }

    fn check(&self, options: &[String]) -> Result<(), SettingsError> {
        let known: Vec<String> = options.iter().map(|option| option.replace('-', "_")).collect();
        for (key, value) in &self.table {
            match value.as_table() {
                Some(table) if KEY_TABLES.contains(&key.as_str()) => {
                    if let Some(unknown) = table.keys().find(|name| *name != KEY_COMMAND) {
                        let named = format!("{key}.{unknown}");
                        return Err(match unknown.as_str() {
                            _ if known.contains(unknown) => self.misplaced(&named, unknown),
                            name if is_secret(name) && meant(name, &[KEY_COMMAND.to_owned()]).is_none() => {
                                self.secret(&named)
                            }
                            _ => self.unknown(&named, &[format!("{key}.{KEY_COMMAND}")]),
                        });
                    }
                }
                Some(table) if !known.contains(key) => {
                    let inside = table.keys().next().map_or("NAME", String::as_str);
                    return Err(self.misplaced(key, inside));
                }
                _ if known.contains(key) => {}
                _ if is_secret(key) && meant(key, &known).is_none() => return Err(self.secret(key)),
                _ => return Err(self.unknown(key, &known)),
            }
        }
        Ok(())
    }

    fn unknown(&self, key: &str, known: &[String]) -> SettingsError {
        let message = format!("{}: unknown key `{key}`", self.path.display());
        match meant(key, known) {
            Some(name) => SettingsError::with_hint(message, format!("did you mean `{name}`?")),
            None => SettingsError::with_hint(
                message,
                "keys are the names of the options, with `_` for `-`; `ls-autolabel run --help` lists them",
            ),
        }
    }

    fn misplaced(&self, key: &str, name: &str) -> SettingsError {
        SettingsError::with_hint(
            format!(
                "{}: unknown key `{key}`; settings stand at the top of the file, in no table",
                self.path.display()
            ),
            format!("write `{name} = …` above the first line in brackets"),
        )
    }

    fn secret(&self, key: &str) -> SettingsError {
        SettingsError::with_hint(
            format!("{}: unknown key `{key}`; keys and tokens are not read from here", self.path.display()),
            "set them in the environment, in a file named by `api_key_file` or `model_api_key_file`, or give \
             `api_key_command` under [label_studio] or [model_server]",
        )
    }
}

/// Returns the known key that was meant by one that is not known.
fn meant<'a>(key: &str, known: &'a [String]) -> Option<&'a str> {
    nearest(&key.replace('-', "_"), known.iter().map(String::as_str))
}

/// Returns whether somebody means to put a key under this name.
fn is_secret(key: &str) -> bool {
    ["key", "token", "secret", "password"].iter().any(|mark| key.to_lowercase().contains(mark))
}

/// Returns a line as an error may show it: without the value of what may be a key.
fn without_value(line: &str) -> String {
    let line = line.trim();
    match line.split_once(['=', ':']) {
        Some((name, _)) if is_secret(name) => format!("{}…", &line[..=name.len()]),
        _ => line.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, SettingsError> {
        let options =
            ["max-retries", "max-tokens", "rpm", "param", "model", "api-key-file"].map(str::to_owned);
        ConfigFile::parse(PathBuf::from("f.toml"), text, &options)
    }

    #[test]
    fn values_are_the_words_a_user_would_type() {
        let check = |text: &str, option: &str, expect: Option<&[&str]>| {
            let values = parse(text).unwrap().values(option).unwrap().map(|(_, values)| values);
            assert_eq!(values, expect.map(|words| words.iter().map(|w| (*w).to_owned()).collect()), "{text}");
        };
        check("rpm = 60", "rpm", Some(&["60"]));
        check("max_retries = 3", "max-retries", Some(&["3"]));
        check("param = [\"a=1\", \"b=2\"]", "param", Some(&["a=1", "b=2"]));
        check("", "rpm", None);
    }

    #[test]
    fn mistakes_are_named_with_a_way_out() {
        let check = |text: &str, message: &str, hint: Option<&str>| {
            let error = parse(text).and_then(|file| file.values("rpm").map(drop)).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
            if let Some(hint) = hint {
                assert!(error.hint.as_deref().unwrap_or_default().contains(hint), "{:?}", error.hint);
            }
        };
        check("rmp = 1", "f.toml: unknown key `rmp`", Some("did you mean `rpm`?"));
        check("max-retries = 1", "f.toml: unknown key `max-retries`", Some("`max_retries`"));
        check("max_token = 1", "f.toml: unknown key `max_token`", Some("did you mean `max_tokens`?"));
        check(
            "api_key = 'x'",
            "f.toml: unknown key `api_key`; keys and tokens are not read from here",
            Some("api_key_file"),
        );
        check(
            "rpm = {a = 1}",
            "`rpm` in f.toml is a table, expected a text, a number, true or false, or a list of these",
            None,
        );
        let misplaced = "settings stand at the top of the file, in no table";
        check("[limits]\nrpm = 1", &format!("f.toml: unknown key `limits`; {misplaced}"), Some("`rpm = …`"));
        check(
            "[model_server]\nrpm = 1",
            &format!("f.toml: unknown key `model_server.rpm`; {misplaced}"),
            Some("`rpm"),
        );
        check("[label_studio]\nurl = 'x'", "f.toml: unknown key `label_studio.url`", None);
        let secret = "f.toml: unknown key `label_studio.api_key`; keys and tokens are not read from here";
        check("[label_studio]\napi_key = 'x'", secret, Some("api_key_file"));
        check(
            "a = 1\nb = ",
            "f.toml, line 2: string values must be quoted, expected literal string: `b =`",
            Some("like `rpm = 60`"),
        );
        check("rpm = 1\nrpm = 2", "f.toml, line 2: duplicate key: `rpm = 2`", None);
        check("api_key: sk-abc", "f.toml, line 1: key with no value, expected `=`: `api_key:…`", None);
    }
}
