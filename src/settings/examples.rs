//! Which examples are shown to the model.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::layers::Origins;
use super::{SettingsError, read};
use crate::cli::{ExamplesArg, RunArgs};
use crate::prompt::examples::{ExampleChoice, Way};
use crate::source::file::STANDARD_INPUT;

/// How many hexadecimal digits tell one file from another.
const DIGITS: usize = 16;

/// What examples are shown, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleSettings {
    pub choice: ExampleChoice,
    /// `None` for where the tasks come from.
    pub file: Option<PathBuf>,
}

impl ExampleSettings {
    /// Returns what was asked for, if any examples were.
    pub fn resolve(args: &RunArgs, origins: &Origins) -> Result<Option<Self>, SettingsError> {
        let (prompt, tasks) = (&args.prompt, &args.tasks);
        let Some(count) = prompt.examples else {
            let others = [
                ("examples-from", prompt.examples_from.is_some()),
                ("examples-by", prompt.examples_by.is_some()),
            ];
            return match others.iter().find(|(_, is_given)| *is_given) {
                None => Ok(None),
                Some((option, _)) => Err(SettingsError::with_hint(
                    format!("{} is given, but not how many examples", origins.of(option)),
                    "give `--examples N`, or leave it out",
                )),
            };
        };
        if count == 0 {
            return Ok(None);
        }
        let way = match prompt.examples_by {
            Some(ExamplesArg::Fixed) => Way::Fixed,
            Some(ExamplesArg::Random) => Way::Random { seed: tasks.seed.unwrap_or_default() },
            None | Some(ExamplesArg::Nearest) => Way::Nearest,
        };
        let file = prompt.examples_from.clone();
        if let Some(output) = &args.output.output {
            let others = [("the file of examples", file.as_deref())];
            read::check_apart(output, &origins.of("output").to_string(), &others)?;
        }
        let digest = match &file {
            Some(file) => Some(digest(file, &origins.of("examples-from").to_string())?),
            None => None,
        };
        if file.is_none() && tasks.tasks.as_deref() == Some(Path::new(STANDARD_INPUT)) {
            return Err(SettingsError::with_hint(
                "standard input is read once, for the tasks, and not for examples as well",
                "name a file of annotated tasks with `--examples-from FILE`",
            ));
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(Some(Self { choice: ExampleChoice { count, way, digest }, file }))
    }
}

/// Returns what a file's content is known by: as with a prompt, another content is another question.
fn digest(file: &Path, place: &str) -> Result<String, SettingsError> {
    if file == Path::new(STANDARD_INPUT) {
        return Err(SettingsError::with_hint(
            format!("{place} takes the name of a file, found `-`"),
            "save the annotated tasks to a file and name that",
        ));
    }
    read::check_file(file, place)?;
    let mut hasher = blake3::Hasher::new();
    let read = File::open(file).and_then(|content| hasher.update_reader(content).map(drop));
    read.map_err(|error| SettingsError::new(format!("{place}: cannot read `{}`: {error}", file.display())))?;
    Ok(hasher.finalize().to_hex()[..DIGITS].to_owned())
}
