//! What a user types: clap's types and nothing else. Defaults and checks live in `settings`.
//!
//! Every option is an `Option` without a default of its own, so that flags, environment and file can be laid over one
//! another before anything is filled in.

mod advice;
mod groups;
mod journal;
pub mod names;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use groups::{
    DeliveryArgs, LimitArgs, MediaArgs, ModelArgs, OutputArgs, PromptArgs, RetryArgs, StudioArgs, TaskArgs,
};
pub use journal::{ForgetArgs, JournalCommand, TaskArg, WhichArgs};
pub use values::{
    AnswerArg, Assignment, ColorArg, ExamplesArg, IdsArg, OnlyArg, ProfileArg, ProgressArg, ScoreArg,
};

/// Label the tasks of a Label Studio project with an LLM.
///
/// Pulls tasks over the REST API, asks a model for each and posts the predictions back, or writes them to a file.
#[derive(Debug, Parser)]
#[command(name = "ls-autolabel", version, propagate_version = true, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    #[command(flatten)]
    pub global: GlobalArgs,
}

const AFTER_HELP: &str = "\
Every option can also be set by the environment variable that `--help` names, or by a key in ls-autolabel.toml \
(the option's name, with `_` for `-`); a flag beats the environment, the environment beats the file.";

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "General")]
pub struct GlobalArgs {
    /// Read settings from this file instead of ./ls-autolabel.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Whether to use colours [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<ColorArg>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Label tasks and post the predictions, or write them to a file
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Post a file of predictions, as `run --output` wrote it and a person reviewed it
    Push(PushArgs),
    /// Show the exact requests and what a run would cost; asks no model, posts nothing
    Preview(Box<PreviewArgs>),
    /// Check that everything a run needs is ready; one line each
    Check(Box<CheckArgs>),
    /// Look at what was paid for, and clean up
    #[command(subcommand, after_help = JOURNAL_HELP)]
    Journal(JournalCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell to write for
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff
    Man,
}

const RUN_EXAMPLES: &str = "\
Examples:
  ls-autolabel run --project 12 --prompt prompt.txt
      from a project, back to the project
  ls-autolabel run --project 12 --prompt prompt.txt --output out.jsonl
      nothing is posted; review the file, then `ls-autolabel push out.jsonl --project 12`
  ls-autolabel run --project 12 --prompt prompt.txt --dry-run --limit 3
      the same, to standard output
  ls-autolabel run --tasks tasks.csv --label-config config.xml --prompt prompt.txt -o out.jsonl
      no Label Studio at all";

const JOURNAL_HELP: &str = "\
A journal keeps each reply of a model, so that nothing is asked and paid for twice. There is one for each project and \
file of tasks, in the state folder, unless `run --journal` named one. It is JSON Lines, one record a line.";

/// The help of options, by command and id, where a command has a default of its own.
const OWN_HELP: [(&str, &str, &str); 3] = [
    ("push", "model_version", "Name of the predictions' version [default: what the file says of each]"),
    ("preview", "only", "Which tasks by what they have already [default: unpredicted; with --ids: all]"),
    ("check", "max_retries", "Further attempts after a failed one [default: 1]"),
];

/// `run`.
#[derive(Debug, Clone, Default, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub studio: StudioArgs,
    #[command(flatten)]
    pub tasks: TaskArgs,
    #[command(flatten)]
    pub prompt: PromptArgs,
    #[command(flatten)]
    pub media: MediaArgs,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub delivery: DeliveryArgs,
}

/// `preview`.
#[derive(Debug, Clone, Default, Args)]
pub struct PreviewArgs {
    /// Show the requests of this many tasks, 1 if not given; the estimate is for the whole selection
    #[arg(long, value_name = "N", help_heading = "Preview", value_parser = values::whole::<u64>(0..=u64::MAX))]
    pub show: Option<u64>,
    #[command(flatten)]
    pub run: RunArgs,
}

/// `check`.
#[derive(Debug, Clone, Default, Args)]
pub struct CheckArgs {
    /// Do not send the first task's request, which shows whether key and model work
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = values::switch, help_heading = "Check")]
    pub no_ask: Option<bool>,
    #[command(flatten)]
    pub run: RunArgs,
}

/// `push`.
#[derive(Debug, Clone, Default, Args)]
pub struct PushArgs {
    /// Tasks with predictions, in the form of `run --output` (.json or .jsonl)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub studio: StudioArgs,
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub retries: RetryArgs,
}

/// Returns clap's description of the whole program, for help, completions and the manual page.
pub fn command() -> clap::Command {
    each_finished(Cli::command()).mut_arg("config", with_variable)
}

fn each_finished(command: clap::Command) -> clap::Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    // Each goes to the end when it is changed, so all are, in their order.
    names.iter().fold(command, |command, name| command.mut_subcommand(name, finished))
}

/// Adds to a command's help what its types cannot say.
fn finished(command: clap::Command) -> clap::Command {
    let name = command.get_name().to_owned();
    let own = OWN_HELP.iter().filter(|(command, ..)| *command == name);
    let command = own.fold(command, |command, (_, id, help)| command.mut_arg(id, |arg| arg.help(*help)));
    each_finished(command).mut_args(with_variable)
}

/// Reads what was typed; the first word is the program's own name.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<(Cli, ArgMatches), clap::Error> {
    let matches =
        command().try_get_matches_from(arguments).map_err(|error| advice::advised(error, &command()))?;
    Ok((Cli::from_arg_matches(&matches)?, matches))
}

/// Adds the option's variable to its long help; clap is not told of it, because it would read it itself.
fn with_variable(arg: Arg) -> Arg {
    let option = arg.get_long().filter(|_| arg.get_action().takes_values()).map(names::shown);
    let (Some(variables), Some(help)) = (option, arg.get_help().cloned()) else { return arg };
    arg.long_help(format!("{help}\n[env: {}]", variables.join(", ")))
}
