//! The subcommands, one a file, and what they share.

mod check;
mod clients;
mod completions;
mod estimate;
mod examples;
mod interrupt;
mod journal;
mod ledger;
mod plan;
mod preview;
mod push;
mod report;
mod reviewed;
mod run;
mod target;

use std::path::PathBuf;

use clap::{ArgMatches, FromArgMatches};
use etcetera::AppStrategy;

use crate::cli::{self, Cli, Command, names};
use crate::error::Error;
use crate::http::stop::{self, Stop};
use crate::progress::Progress;
use crate::progress::terminal::Terminal;
use crate::settings::layers::Origin;
use crate::settings::{ConfigFile, Environment, Layered, Places, SettingsError, layered};

/// What every command is given.
struct Context<'a> {
    places: Places<'a>,
    terminal: Terminal,
    /// How often `-v` was given.
    verbose: u8,
    /// Where what was learned about endpoints is kept; `None` where the user has no home.
    state: Option<PathBuf>,
    /// Asked by Ctrl-C, where somebody watches for it.
    stop: Stop,
}

/// Runs the command that was typed.
pub fn dispatch(
    cli: &Cli,
    matches: &ArgMatches,
    environment: &Environment,
    terminal: Terminal,
) -> Result<(), Error> {
    let (name, flags) = matches.subcommand().unwrap_or(("", matches));
    // Of `journal list`, the options are those of `list`.
    let flags = flags.subcommand().map_or(flags, |(_, flags)| flags);
    match &cli.command {
        Command::Completions { shell } => return completions::completions(*shell, terminal),
        Command::Man => return completions::man(terminal),
        Command::Run(_)
        | Command::Push(_)
        | Command::Preview(_)
        | Command::Check(_)
        | Command::Journal(_) => {}
    }
    let options = options();
    let file = ConfigFile::read(config_file(cli, environment), &options)?;
    for notice in environment.unknown(&options) {
        terminal.note(&notice);
    }
    let (stopper, stop) = stop::channel();
    let context = Context {
        places: Places { flags, environment, file: &file },
        terminal,
        verbose: cli.global.verbose,
        state: state_folder(environment),
        stop,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Io { action: "cannot start the runtime".to_owned(), source })?;
    let result = runtime.block_on(async {
        match &cli.command {
            Command::Run(_) => run::run(&context.merged(name)?, &context, &stopper).await,
            Command::Push(_) => push::push(&context.merged(name)?, &context, &stopper).await,
            Command::Preview(_) => preview::preview(&context.merged(name)?, &context).await,
            Command::Check(_) => check::check(&context.merged(name)?, &context).await,
            Command::Journal(command) => journal::journal(command, &context),
            Command::Completions { .. } | Command::Man => Ok(()),
        }
    });
    // A read of standard input that nobody waits for any more must not keep the program.
    runtime.shutdown_background();
    result
}

impl Context<'_> {
    /// Writes a result to standard output.
    fn print(&self, text: &str) -> Result<(), Error> {
        let written = self.terminal.print(text);
        written.map_err(|source| Error::Io { action: "cannot write to standard output".to_owned(), source })
    }

    /// Returns how to show progress: log and bar never mix, and who wants quiet wants no bar.
    fn progress(&self, wanted: Progress) -> Progress {
        match wanted {
            _ if self.terminal.is_quiet() => Progress::None,
            Progress::Auto if 0 < self.verbose => Progress::Lines,
            wanted => wanted,
        }
    }

    /// Returns the arguments of a command from flags, environment and file.
    fn merged<A: FromArgMatches>(&self, name: &str) -> Result<Layered<A>, SettingsError> {
        let command = cli::command();
        let command = command.find_subcommand(name).cloned().unwrap_or(command);
        layered(&command, &self.places)
    }
}

/// Returns the settings file that was named, and where.
fn config_file(cli: &Cli, environment: &Environment) -> Option<(PathBuf, Origin)> {
    let flag = cli.global.config.clone().map(|path| (path, Origin::Flag("config".to_owned())));
    flag.or_else(|| {
        let name = names::own("config");
        environment.get(&name).map(|path| (PathBuf::from(path), Origin::Variable(name.clone())))
    })
}

/// Returns the long names of all options of all commands.
fn options() -> Vec<String> {
    let command = cli::command();
    let own = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let mut names: Vec<String> = own.filter_map(clap::Arg::get_long).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// Returns the folder for what is kept between runs: `XDG_STATE_HOME` or its equivalent.
///
/// A relative one counts as unset (<https://specifications.freedesktop.org/basedir-spec/latest/>): from another working
/// folder another journal would be found, and everything be paid for again.
fn state_folder(environment: &Environment) -> Option<PathBuf> {
    let named = environment.get("XDG_STATE_HOME").map(PathBuf::from);
    if let Some(folder) = named.filter(|folder| folder.is_absolute()) {
        return Some(folder.join("ls-autolabel"));
    }
    let strategy = etcetera::choose_app_strategy(etcetera::AppStrategyArgs {
        top_level_domain: String::new(),
        author: String::new(),
        app_name: "ls-autolabel".to_owned(),
    });
    strategy.ok().map(|strategy| strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
}
