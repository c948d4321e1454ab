//! `ls-autolabel.toml`: the settings file.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::layers::Origin;
use super::{SettingsError, nearest};

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
    pub fn read(named: Option<&Path>, options: &[String]) -> Result<Self, SettingsError> {
        let path = named.map_or_else(|| PathBuf::from(FILE_NAME), Path::to_owned);
        if named.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(&path).map_err(|error| {
            SettingsError::new(format!("cannot read the settings file {}: {error}", path.display()))
        })?;
        Self::parse(path, &text, options)
    }

    fn parse(path: PathBuf, text: &str, options: &[String]) -> Result<Self, SettingsError> {
        let table: Table = toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
            SettingsError::new(format!("{}, line {line}: {}", path.display(), error.message()))
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
                "{}: `{key}` is {}, expected a text, a number, true or false, or a list of these",
                self.path.display(),
                other.type_str()
            ))),
        }
    }

    fn check(&self, options: &[String]) -> Result<(), SettingsError> {
        let known: Vec<String> = options.iter().map(|option| option.replace('-', "_")).collect();
        for (key, value) in &self.table {
            match value.as_table() {
                Some(table) if KEY_TABLES.contains(&key.as_str()) => {
                    if let Some(unknown) = table.keys().find(|name| *name != KEY_COMMAND) {
                        return Err(
                            self.unknown(&format!("{key}.{unknown}"), &[format!("{key}.{KEY_COMMAND}")])
                        );
                    }
                }
                _ if known.contains(key) => {}
                _ if key.contains("key") || key.contains("token") => return Err(self.secret(key)),
                _ => return Err(self.unknown(key, &known)),
            }
        }
        Ok(())
    }

    fn unknown(&self, key: &str, known: &[String]) -> SettingsError {
        let message = format!("{}: unknown key `{key}`", self.path.display());
        match nearest(&key.replace('-', "_"), known.iter().map(String::as_str)) {
            Some(name) => SettingsError::with_hint(message, format!("did you mean `{name}`?")),
            None => SettingsError::with_hint(
                message,
                "keys are the names of the options, with `_` for `-`; `ls-autolabel run --help` lists them",
            ),
        }
    }

    fn secret(&self, key: &str) -> SettingsError {
        SettingsError::with_hint(
            format!("{}: unknown key `{key}`; keys and tokens are not read from here", self.path.display()),
            "set them in the environment, in a file named by `api_key_file` or `model_api_key_file`, or give \
             `api_key_command` under [label_studio] or [model_server]",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, SettingsError> {
        let options = ["max-retries", "rpm", "param", "model"].map(str::to_owned);
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
        check(
            "api_key = 'x'",
            "f.toml: unknown key `api_key`; keys and tokens are not read from here",
            Some("api_key_file"),
        );
        check(
            "rpm = {a = 1}",
            "f.toml: `rpm` is table, expected a text, a number, true or false, or a list of these",
            None,
        );
        check("[label_studio]\nurl = 'x'", "f.toml: unknown key `label_studio.url`", None);
        check("a = 1\nb = ", "f.toml, line 2: string values must be quoted, expected literal string", None);
    }
}
