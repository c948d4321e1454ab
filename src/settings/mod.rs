//! What a run is to do: flags, environment and file, laid over one another, checked and filled with defaults.
//!
//! **Invariant:** every default lives here, and after [`Settings::resolve`] nobody checks again.

mod examples;
mod file;
pub mod journal;
mod keys;
pub mod layers;
mod media;
mod model;
mod prompt;
pub mod read;
mod studio;
mod tasks;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use examples::ExampleSettings;
pub use file::ConfigFile;
pub use layers::{Layered, Origins, layered};
pub use media::{FileStudio, MediaSettings};
pub use model::{ModelServer, ModelSettings, Oracle};
pub use prompt::PromptSettings;
pub use studio::StudioSettings;
pub use tasks::{Destination, TaskOrigin, TaskSettings};

use crate::cli::{DeliveryArgs, LimitArgs, ProgressArg, RetryArgs, RunArgs, names};
use crate::engine::ports;
use crate::http::retry::RetryPolicy;
use crate::label::spelling::nearest;
use crate::progress::Progress;

/// How long one attempt may take.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
/// Further attempts after a failed one.
const DEFAULT_RETRIES: u32 = 6;
/// The longest wait in one go.
const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(600);

/// The environment, read once; empty variables count as unset.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

/// What is wrong with the settings, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SettingsError {
    message: String,
    pub hint: Option<String>,
}

/// Everything `run` needs, `preview` and `check` too.
#[derive(Debug)]
pub struct Settings {
    pub tasks: TaskSettings,
    pub prompt: PromptSettings,
    pub model: ModelSettings,
    pub media: MediaSettings,
    pub delivery: DeliverySettings,
    /// How requests are repeated.
    pub policy: RetryPolicy,
}

/// How predictions arrive.
#[derive(Debug, Clone)]
pub struct DeliverySettings {
    /// The user's name for the version; `None` for the model and a hash.
    pub model_version: Option<String>,
    /// Whether to delete this tool's older predictions.
    pub replace: bool,
    /// Where the machine-readable summary goes.
    pub summary: Option<PathBuf>,
    pub progress: Progress,
}

/// The three places settings come from, before they are merged.
#[derive(Debug)]
pub struct Places<'a> {
    pub flags: &'a clap::ArgMatches,
    pub environment: &'a Environment,
    pub file: &'a ConfigFile,
}

impl Environment {
    /// Reads the process's environment; variables that are not Unicode are left out.
    pub fn read() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
        let variables = std::env::vars_os();
        let text = |word: OsString| word.into_string().ok();
        Self(variables.filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect())
    }

    /// Returns a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Says which variables have this tool's prefix but set nothing, for `options` and the settings file.
    pub fn unknown(&self, options: &[String]) -> Vec<String> {
        let known: Vec<String> =
            options.iter().map(|option| names::own(option)).chain([names::own("config")]).collect();
        // The prefix, which all share, would make any two of them alike.
        let endings = || known.iter().filter_map(|name| name.strip_prefix(names::PREFIX));
        let ours = self.0.keys().filter(|name| !known.contains(name));
        let ours = ours.filter_map(|name| Some((name, name.strip_prefix(names::PREFIX)?)));
        let note = |(name, ending): (&String, &str)| match nearest(ending, endings()) {
            _ if ending.ends_with("API_KEY") => format!(
                "`{name}` in the environment sets nothing; keys are in `{}` and `OPENAI_API_KEY`",
                names::STUDIO_KEY
            ),
            Some(meant) => {
                format!("`{name}` in the environment sets nothing; did you mean `{}{meant}`?", names::PREFIX)
            }
            None => format!("`{name}` in the environment sets nothing; `--help` names the variables"),
        };
        ours.map(note).collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl SettingsError {
    /// An error that says all in its message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// An error with advice.
    pub fn with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

impl Settings {
    /// Checks everything and fills in what was not given.
    pub fn resolve(layered: &Layered<RunArgs>, places: &Places<'_>) -> Result<Self, SettingsError> {
        let args = &layered.args;
        let tasks = TaskSettings::resolve(layered, places)?;
        Ok(Self {
            media: MediaSettings::resolve(layered, places, &tasks.origin)?,
            tasks,
            prompt: PromptSettings::resolve(args, &layered.origins)?,
            model: ModelSettings::resolve(layered, places)?,
            delivery: DeliverySettings::resolve(&args.delivery, &layered.origins)?,
            policy: retry_policy(&args.limits.retries),
        })
    }

    /// Returns where the settings were given that a refusal is about.
    pub fn advice(&self, error: &ports::Error) -> Option<String> {
        match (error, &self.tasks.origin, &self.model.oracle) {
            (ports::Error::Studio { .. }, TaskOrigin::Project { studio, .. }, _) => {
                Some(studio.advice.clone())
            }
            (ports::Error::Provider { .. }, _, Oracle::Model(server)) => Some(server.advice.clone()),
            (ports::Error::Budget { .. }, ..) => self.model.budget.map(|limits| {
                let options = match (limits.cost, limits.tokens) {
                    (Some(_), Some(_)) => "`--max-cost` and `--max-tokens-total`",
                    (Some(_), None) => "`--max-cost`",
                    (None, _) => "`--max-tokens-total`",
                };
                format!(
                    "the same command goes on with a budget of its own, and nothing that was answered is paid for \
                     again; a higher {options} goes further"
                )
            }),
            _ => None,
        }
    }
}

impl DeliverySettings {
    /// Fails where the summary would be written over one of these files, each with what it is; to be asked before
    /// anything is, for a failed run writes its summary as well.
    pub fn check_summary(
        args: &DeliveryArgs,
        origins: &Origins,
        others: &[(&str, Option<&Path>)],
    ) -> Result<(), SettingsError> {
        let Some(summary) = &args.summary else { return Ok(()) };
        read::check_apart(summary, &origins.of("summary").to_string(), others)
    }

    /// Fills in what was not given.
    pub fn resolve(args: &DeliveryArgs, origins: &Origins) -> Result<Self, SettingsError> {
        let model_version = args.model_version.as_deref().map(str::trim);
        if let Some(name) = model_version {
            check_version(name, &origins.of("model-version").to_string())?;
        }
        if let Some(path) = &args.summary {
            read::check_writable(path, &origins.of("summary").to_string())?;
        }
        Ok(Self {
            model_version: model_version.map(str::to_owned),
            replace: args.replace.unwrap_or_default(),
            summary: args.summary.clone(),
            progress: match args.progress {
                None | Some(ProgressArg::Auto) => Progress::Auto,
                Some(ProgressArg::Bar) => Progress::Bar,
                Some(ProgressArg::Lines) => Progress::Lines,
                Some(ProgressArg::None) => Progress::None,
            },
        })
    }
}

fn check_version(name: &str, place: &str) -> Result<(), SettingsError> {
    if name.is_empty() {
        return Err(SettingsError::with_hint(
            format!("{place} is empty; Label Studio cannot show predictions of a version without a name"),
            "give a name, or leave the option out for the model and a hash of what was asked",
        ));
    }
    if name.contains([',', '"', '\'']) {
        let plain: Vec<&str> = name.split([',', '"', '\'', ' ']).filter(|part| !part.is_empty()).collect();
        return Err(SettingsError::with_hint(
            format!("{place} is `{name}`; Label Studio cannot tell versions with commas or quotes apart"),
            format!("write it as `{}`", plain.join("-")),
        ));
    }
    Ok(())
}

/// Returns how requests are repeated.
pub fn retry_policy(args: &RetryArgs) -> RetryPolicy {
    let max_wait = args.max_wait.map_or(DEFAULT_MAX_WAIT, Duration::from_secs);
    RetryPolicy::new(args.max_retries.unwrap_or(DEFAULT_RETRIES), max_wait)
}

/// Returns how long one attempt may take.
pub fn timeout(args: &LimitArgs) -> Duration {
    args.timeout.map_or(DEFAULT_TIMEOUT, Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_of_ours_that_sets_nothing_is_told_with_what_was_meant() {
        let options = ["concurrency", "answer", "view", "api-key-file"].map(str::to_owned);
        let check = |name: &str, expect: &str| {
            let environment = Environment::from_iter([(name.to_owned(), "x".to_owned())]);
            assert_eq!(environment.unknown(&options).join("\n"), expect);
        };
        let nothing =
            |name: &str, advice: &str| format!("`{name}` in the environment sets nothing; {advice}");
        check("LS_AUTOLABEL_VIEW", "");
        check("LS_AUTOLABEL_CONFIG", "");
        check("OTHER_VIEW", "");
        let (name, meant) = ("LS_AUTOLABEL_CONCURENCY", "did you mean `LS_AUTOLABEL_CONCURRENCY`?");
        check(name, &nothing(name, meant));
        let name = "LS_AUTOLABEL_NOTHING_LIKE_IT";
        check(name, &nothing(name, "`--help` names the variables"));
        let name = "LS_AUTOLABEL_API_KEY";
        check(name, &nothing(name, "keys are in `LABEL_STUDIO_API_KEY` and `OPENAI_API_KEY`"));
    }
}
