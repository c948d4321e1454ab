//! Flags over environment over file: one set of arguments from three places, each value remembered with its origin.
//!
//! Values from the environment and the file are read by the very parsers of the flags, so a value means the same
//! wherever it stands.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use super::{Places, SettingsError};
use crate::cli::names;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Flag(String),
    Variable(String),
    File { key: String, path: String },
    Default(String),
}

/// The origin of every option that was given.
#[derive(Debug, Clone, Default)]
pub struct Origins(BTreeMap<String, Origin>);

/// The merged arguments of a command.
#[derive(Debug)]
pub struct Layered<A> {
    pub args: A,
    pub origins: Origins,
}

impl<A> Layered<A> {
    /// Returns a part of the arguments, with the same origins.
    pub fn part<B>(&self, part: impl FnOnce(&A) -> B) -> Layered<B> {
        Layered { args: part(&self.args), origins: self.origins.clone() }
    }
}

impl Origins {
    /// Returns where the option of this long name was set.
    pub fn of(&self, option: &str) -> Origin {
        self.0.get(option).cloned().unwrap_or_else(|| Origin::Default(option.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(option) => write!(formatter, "`--{option}`"),
            Self::Default(option) => write!(formatter, "the default of `--{option}`"),
            Self::Variable(name) => write!(formatter, "`{name}` in the environment"),
            Self::File { key, path } => write!(formatter, "`{key}` in {path}"),
        }
    }
}

/// Lays the three places over one another and reads the result with the command's own parsers.
pub fn layered<A: FromArgMatches>(
    command: &Command,
    places: &Places<'_>,
) -> Result<Layered<A>, SettingsError> {
    let provider = provider(command, places);
    let mut line: Vec<OsString> = vec![command.get_name().into()];
    let mut positional: Vec<OsString> = Vec::new();
    let mut origins = Origins::default();
    for arg in command.get_arguments().filter(|arg| is_layered(arg)) {
        let Some(option) = arg.get_long() else {
            positional.extend(given(places.flags, arg));
            continue;
        };
        let Some((origin, values)) = value(arg, &provider, places)? else { continue };
        if matches!(arg.get_action(), ArgAction::Set) && 1 < values.len() {
            return Err(SettingsError::new(format!("{origin} is a list, expected a single value")));
        }
        for text in values {
            let mut word = OsString::from(format!("--{option}="));
            word.push(text);
            if !matches!(origin, Origin::Flag(_)) {
                check(command, &word, &origin)?;
            }
            line.push(word);
        }
        origins.0.insert(option.to_owned(), origin);
    }
    line.push("--".into());
    line.extend(positional);
    let args = command
        .clone()
        .try_get_matches_from(line)
        .and_then(|matches| A::from_arg_matches(&matches))
        .map_err(|error| SettingsError::new(plain(&error)))?;
    Ok(Layered { args, origins })
}

/// Returns the first place that gives an option a value, and its values.
fn value(
    arg: &Arg,
    provider: &str,
    places: &Places<'_>,
) -> Result<Option<(Origin, Vec<OsString>)>, SettingsError> {
    let Some(option) = arg.get_long() else { return Ok(None) };
    let words = given(places.flags, arg);
    if !words.is_empty() {
        return Ok(Some((Origin::Flag(option.to_owned()), words)));
    }
    for name in names::variables(option, provider) {
        if let Some(text) = places.environment.get(&name) {
            let values = match arg.get_action() {
                ArgAction::Append => text.lines().map(OsString::from).collect(),
                _ => vec![text.into()],
            };
            return Ok(Some((Origin::Variable(name), values)));
        }
    }
    let found = places.file.values(option)?;
    Ok(found.map(|(origin, values)| (origin, values.into_iter().map(OsString::from).collect())))
}

/// Returns the provider's name before anything else is known: which variables count depends on it.
fn provider(command: &Command, places: &Places<'_>) -> String {
    command
        .get_arguments()
        .find(|arg| arg.get_long() == Some("provider"))
        .and_then(|arg| value(arg, "", places).ok().flatten())
        .and_then(|(_, values)| values.into_iter().next())
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Returns what was typed for an option, as it was typed.
fn given(flags: &ArgMatches, arg: &Arg) -> Vec<OsString> {
    let id = arg.get_id().as_str();
    if flags.try_contains_id(id).unwrap_or(false) && flags.value_source(id) == Some(ValueSource::CommandLine)
    {
        return flags.get_raw(id).into_iter().flatten().map(OsString::from).collect();
    }
    Vec::new()
}

fn is_layered(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

/// Reads one value alone, so that an error can say where it stands.
fn check(command: &Command, word: &OsString, origin: &Origin) -> Result<(), SettingsError> {
    let alone = command.clone().mut_args(|arg| arg.required(false));
    match alone.try_get_matches_from([OsString::from(command.get_name()), word.clone()]) {
        Ok(_) => Ok(()),
        Err(error) => Err(faulty(&error, origin)),
    }
}

/// Says what is wrong with a value that did not come from a flag, in clap's words where there are no better ones.
fn faulty(error: &clap::Error, origin: &Origin) -> SettingsError {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) if !word.is_empty() => Some(word.clone()),
        _ => None,
    };
    let expected = match (error.get(ContextKind::ValidValue), std::error::Error::source(error)) {
        (Some(ContextValue::Strings(values)), _) if !values.is_empty() => {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            format!("expected one of {}", values.join(", "))
        }
        (_, Some(source)) => source.to_string(),
        _ => return SettingsError::new(format!("{origin}: {}", plain(error))),
    };
    // A header may hold a key.
    let is_header = word(ContextKind::InvalidArg).is_some_and(|arg| arg.starts_with("--header "));
    let found = word(ContextKind::InvalidValue).filter(|_| !is_header);
    let found = found.map_or_else(|| ":".to_owned(), |value| format!(" is `{value}`;"));
    let hint = word(ContextKind::SuggestedValue).map(|value| format!("did you mean `{value}`?"));
    SettingsError { message: format!("{origin}{found} {expected}"), hint }
}

/// Returns clap's own words on one line, without its usage block.
fn plain(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}
