//! What is asked: the texts of the prompt, the controls to fill and the form of the answer.

use std::ffi::OsStr;
use std::path::Path;

use super::layers::{Origin, Origins};
use super::{ExampleSettings, SettingsError, read};
use crate::annotate::annotator::AnswerMode;
use crate::annotate::score::Scoring;
use crate::cli::names::DEFAULT_PROMPT;
use crate::cli::{AnswerArg, ProfileArg, PromptArgs, RunArgs, ScoreArg};
use crate::label::form::{Profile, Wanted};
use crate::prompt::conversation::Conversation;
use crate::prompt::wrap::PromptTexts;

/// How the name of the `TextArea` with the prompt begins, as in Label Studio's `llm_interactive` example.
const DEFAULT_PROMPT_PREFIX: &str = "prompt";

/// What is asked for.
#[derive(Debug, Clone)]
pub struct PromptSettings {
    pub texts: PromptTexts,
    pub wanted: Wanted,
    pub mode: AnswerMode,
    /// `None` for none.
    pub examples: Option<ExampleSettings>,
    pub scoring: Scoring,
}

impl PromptSettings {
    /// Reads the files and fills in what was not given.
    pub fn resolve(run: &RunArgs, origins: &Origins) -> Result<Self, SettingsError> {
        let args = &run.prompt;
        let (prompt, origin) = prompt_text(args, origins)?;
        let system = match &args.system {
            Some(path) => {
                Some((read::text(path, &origins.of("system").to_string())?, path.display().to_string()))
            }
            None => None,
        };
        Ok(Self {
            texts: PromptTexts {
                prompt,
                origin,
                system,
                wrapper: args.prompt_template.clone(),
                wrap: args.use_internal_prompt_template.as_deref().map(|text| text == "1"),
                profile: profile(args),
                conversation: match args.as_turns {
                    Some(true) => Conversation::Messages,
                    None | Some(false) => Conversation::Text,
                },
            },
            wanted: Self::wanted(args),
            mode: mode(args, origins)?,
            examples: ExampleSettings::resolve(run, origins)?,
            scoring: match args.score {
                None | Some(ScoreArg::Auto) => Scoring::Auto,
                Some(ScoreArg::Logprobs) => Scoring::Logprobs,
                Some(ScoreArg::Votes) => Scoring::Votes,
                Some(ScoreArg::None) => Scoring::None,
            },
        })
    }
}

fn profile(args: &PromptArgs) -> Profile {
    match args.profile {
        None => Profile::Own,
        Some(ProfileArg::LlmInteractive) => Profile::LlmInteractive,
    }
}

/// Returns how the answer is asked for; a profile has its own way, and knows no other options for it.
fn mode(args: &PromptArgs, origins: &Origins) -> Result<AnswerMode, SettingsError> {
    match (args.profile, args.answer) {
        (None, None | Some(AnswerArg::Auto)) => return Ok(AnswerMode::Auto),
        (None, Some(AnswerArg::Schema)) => return Ok(AnswerMode::Schema),
        (None, Some(AnswerArg::Text)) => return Ok(AnswerMode::Text),
        (Some(ProfileArg::LlmInteractive), _) => {}
    }
    let others = [
        ("answer", args.answer.is_some()),
        ("as-turns", args.as_turns == Some(true)),
        ("controls", args.controls.is_some()),
        ("examples", args.examples.is_some_and(|count| 0 < count)),
        ("response-prefix", args.response_prefix.is_some()),
        ("system", args.system.is_some()),
    ];
    match others.iter().find(|(_, is_given)| *is_given) {
        None => Ok(AnswerMode::LlmInteractive),
        Some((option, _)) => Err(SettingsError::with_hint(
            format!(
                "{} does not go with `--profile llm-interactive`, which knows no such thing",
                origins.of(option)
            ),
            "leave one of them out",
        )),
    }
}

impl PromptSettings {
    /// Returns which controls to fill.
    pub fn wanted(args: &PromptArgs) -> Wanted {
        Wanted {
            controls: args.controls.clone(),
            prompt_prefix: args.prompt_prefix.clone().unwrap_or_else(|| DEFAULT_PROMPT_PREFIX.to_owned()),
            response_prefix: args.response_prefix.clone(),
            without_regions: None,
            profile: profile(args),
            most: args.split.and_then(|most| usize::try_from(most).ok()),
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
    let (path, place) = (Path::new(given), origins.of("prompt"));
    if place == Origin::Variable(DEFAULT_PROMPT.to_owned()) && !path.is_file() && !is_file_name(given) {
        return Ok((given.clone(), DEFAULT_PROMPT.to_owned()));
    }
    if !path.exists() && is_sentence(given) {
        // The commonest mistake of all.
        return Err(SettingsError::with_hint(
            format!("{place} takes the name of a file, found a text"),
            "save the text to a file and name that, or put it into `DEFAULT_PROMPT`",
        ));
    }
    read::text(path, &place.to_string()).map(|text| (text, given.clone()))
}

/// Returns whether a text is the name of a file rather than a prompt: one word with a path or an extension in it.
fn is_file_name(text: &str) -> bool {
    let text = text.trim();
    let extension = Path::new(text).extension().and_then(OsStr::to_str).unwrap_or_default();
    let is_extension =
        (1..=4).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_lowercase());
    !text.contains(|letter: char| letter.is_whitespace() || letter == '{')
        && (text.contains('/') || is_extension)
}

/// Returns whether a text is no name of a file.
fn is_sentence(text: &str) -> bool {
    text.contains(char::is_whitespace)
        && !is_file_name(text.rsplit(char::is_whitespace).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_told_from_prompts() {
        let check = |text: &str, file_name: bool, sentence: bool| {
            assert_eq!((is_file_name(text), is_sentence(text)), (file_name, sentence), "{text}");
        };
        check("prompt.txt", true, false);
        check("prompts/sarcasm", true, false);
        check("my prompt.txt", false, false);
        check("Is {text} good?", false, true);
        check("Good or bad?.", false, true);
        check("Classify: this. Or that.", false, true);
        check("Summarize", false, false);
        check("{text}.txt", false, false);
    }
}
