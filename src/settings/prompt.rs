//! What is asked: the texts of the prompt, the controls to fill and the form of the answer.

use std::path::Path;

use super::layers::{Origin, Origins};
use super::{SettingsError, nearest};
use crate::annotate::annotator::AnswerMode;
use crate::cli::names::DEFAULT_PROMPT;
use crate::cli::{AnswerArg, PromptArgs};
use crate::label::form::Wanted;
use crate::prompt::wrap::PromptTexts;

/// How the name of the `TextArea` with the prompt begins, as in Label Studio's `llm_interactive` example.
const DEFAULT_PROMPT_PREFIX: &str = "prompt";

/// What is asked for.
#[derive(Debug, Clone)]
pub struct PromptSettings {
    pub texts: PromptTexts,
    pub wanted: Wanted,
    pub mode: AnswerMode,
}

impl PromptSettings {
    /// Reads the files and fills in what was not given.
    pub fn resolve(args: &PromptArgs, origins: &Origins) -> Result<Self, SettingsError> {
        let (prompt, origin) = prompt_text(args, origins)?;
        let system = match &args.system {
            Some(path) => Some((read(path, "system message")?, path.display().to_string())),
            None => None,
        };
        Ok(Self {
            texts: PromptTexts {
                prompt,
                origin,
                system,
                wrapper: args.prompt_template.clone(),
                wrap: args.use_internal_prompt_template.as_deref().map(|text| text == "1"),
            },
            wanted: Self::wanted(args),
            mode: match args.answer {
                None | Some(AnswerArg::Auto) => AnswerMode::Auto,
                Some(AnswerArg::Schema) => AnswerMode::Schema,
                Some(AnswerArg::Text) => AnswerMode::Text,
            },
        })
    }
}

impl PromptSettings {
    /// Returns which controls to fill.
    pub fn wanted(args: &PromptArgs) -> Wanted {
        Wanted {
            controls: args.controls.clone(),
            prompt_prefix: args.prompt_prefix.clone().unwrap_or_else(|| DEFAULT_PROMPT_PREFIX.to_owned()),
            response_prefix: args.response_prefix.clone(),
        }
    }
}

/// Returns the prompt and what an error calls it.
fn prompt_text(args: &PromptArgs, origins: &Origins) -> Result<(String, String), SettingsError> {
    let Some(given) = &args.prompt else {
        return Err(SettingsError::with_hint(
            "no prompt given",
            "name a file with `--prompt FILE`, or put the text itself into `DEFAULT_PROMPT`",
        ));
    };
    let path = Path::new(given);
    if origins.of("prompt") == Origin::Variable(DEFAULT_PROMPT.to_owned()) && !path.is_file() {
        return Ok((given.clone(), DEFAULT_PROMPT.to_owned()));
    }
    read(path, "prompt").map(|text| (text, given.clone())).map_err(|error| match path.extension() {
        // A sentence after the flag is the commonest mistake of all.
        None if given.contains(' ') => SettingsError::with_hint(
            "`--prompt` takes the name of a file, found a text",
            "save the text to a file, or put it into `DEFAULT_PROMPT`",
        ),
        _ => named_nearest(error, path),
    })
}

fn read(path: &Path, what: &str) -> Result<String, SettingsError> {
    let bytes = std::fs::read(path).map_err(|error| {
        SettingsError::new(format!("cannot read the {what} from {}: {error}", path.display()))
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        SettingsError::with_hint(
            format!("the {what} in {} is not UTF-8 (byte {place})", path.display()),
            "save the file as UTF-8",
        )
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Adds the name of a file beside it that may have been meant.
fn named_nearest(mut error: SettingsError, path: &Path) -> SettingsError {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let names: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| {
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        })
        .unwrap_or_default();
    error.hint = nearest(&wanted, names.iter().map(String::as_str).filter(|name| *name != wanted))
        .map(|name| format!("did you mean `{}`?", path.with_file_name(name).display()));
    error
}
