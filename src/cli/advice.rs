//! What was meant by words that clap does not know, where clap's own guess would be wrong or missing.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::label::spelling::nearest;

/// Where keys come from, for somebody who types one.
const KEYS: &str = "keys are never typed, for others could read them: set `LABEL_STUDIO_API_KEY` or `OPENAI_API_KEY`, \
                    or name a file with `--api-key-file` or `--model-api-key-file`";

/// Returns the error with better advice, where there is any.
pub(super) fn advised(mut error: Error, program: &Command) -> Error {
    let tip = match error.kind() {
        ErrorKind::UnknownArgument => {
            word(&error, ContextKind::InvalidArg).and_then(|arg| option(&arg, program))
        }
        ErrorKind::InvalidSubcommand if error.get(ContextKind::SuggestedSubcommand).is_none() => {
            word(&error, ContextKind::InvalidSubcommand).map(|word| command(&word, program))
        }
        _ => None,
    };
    let is_header = word(&error, ContextKind::InvalidArg).is_some_and(|arg| arg.starts_with("--header "));
    if is_header && error.get(ContextKind::InvalidValue).is_some() {
        // It may hold a key.
        error.insert(ContextKind::InvalidValue, ContextValue::String("…".to_owned()));
    }
    if let Some(tip) = tip {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

fn word(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    }
}

/// Returns what to say about an option that is not one of this command's.
fn option(typed: &str, program: &Command) -> Option<String> {
    let Some(name) = typed.strip_prefix("--") else {
        return match typed {
            _ if typed.starts_with('-') => None,
            "true" | "false" | "yes" | "no" | "on" | "off" | "0" | "1" => {
                Some(format!("a switch takes its value behind `=`, as in `--replace={typed}`"))
            }
            _ => Some(
                "a file follows the name of its option: `--tasks FILE`, `--prompt FILE`, `--output FILE`"
                    .to_owned(),
            ),
        };
    };
    let has = |command: &&Command| command.get_arguments().any(|arg| arg.get_long() == Some(name));
    let owners: Vec<String> =
        program.get_subcommands().filter(has).map(|command| format!("`{}`", command.get_name())).collect();
    if !owners.is_empty() {
        return Some(format!("`--{name}` is an option of {}", owners.join(", ")));
    }
    // `--max-token` is no key.
    let is_secret = ["key", "token", "password", "secret"].iter().any(|mark| name.contains(mark));
    (is_secret && !name.starts_with("max")).then(|| KEYS.to_owned())
}

/// Returns what to say about a command that does not exist.
fn command(typed: &str, program: &Command) -> String {
    let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
    match nearest(typed, names.iter().copied()) {
        Some(name) => format!("a similar subcommand exists: '{name}'"),
        None => format!("the subcommands are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{command, parse};

    #[test]
    fn what_was_meant_is_named() {
        let check = |line: &str, expect: &str| {
            let error = parse(line.split(' ').map(Into::into)).unwrap_err();
            let text = error.render().to_string();
            assert!(text.contains(expect), "{text}");
        };
        check("ls-autolabel rnu", "tip: a similar subcommand exists: 'run'");
        check(
            "ls-autolabel xyz",
            "tip: the subcommands are run, push, preview, check, journal, completions, man",
        );
        check("ls-autolabel run --projct 1", "tip: a similar argument exists: '--project'");
        check("ls-autolabel push f --prompt p", "tip: `--prompt` is an option of `run`, `preview`, `check`");
        check("ls-autolabel run --api-key x", "tip: keys are never typed");
        check("ls-autolabel run --token x", "tip: keys are never typed");
        check("ls-autolabel run --max-token 9", "tip: a similar argument exists: '--max-tokens'");
        check(
            "ls-autolabel run --replace no",
            "tip: a switch takes its value behind `=`, as in `--replace=no`",
        );
        check("ls-autolabel run tasks.csv", "tip: a file follows the name of its option");
        check("ls-autolabel run --header secret", "invalid value '…' for '--header <NAME=VALUE>'");
        command().debug_assert();
    }
}
