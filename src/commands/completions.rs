//! `completions` and `man`: what packagers install beside the program.

use std::io;

use clap::Command;
use clap_complete::Shell;

use crate::cli;
use crate::error::Error;
use crate::progress::terminal::Terminal;

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell, terminal: Terminal) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "ls-autolabel", &mut script);
    let script = String::from_utf8_lossy(&script);
    // For bash the hyphen of our name becomes two marks where a command is chosen and three where it is looked up, so
    // that nothing after the command would complete.
    print(&script.replace("ls__subcmd__autolabel", "ls__autolabel"), terminal)
}

/// Prints the manual page of the program and, after it, those of its commands.
pub(super) fn man(terminal: Terminal) -> Result<(), Error> {
    let mut command = cli::command().disable_help_subcommand(true);
    // Gives the commands their full names and the options of every command.
    command.build();
    let mut pages = Vec::new();
    for page in with_subcommands(&command) {
        clap_mangen::Man::new(page.clone()).render(&mut pages).map_err(failed)?;
    }
    print(&String::from_utf8_lossy(&pages), terminal)
}

fn with_subcommands(command: &Command) -> Vec<&Command> {
    std::iter::once(command).chain(command.get_subcommands().flat_map(with_subcommands)).collect()
}

fn print(text: &str, terminal: Terminal) -> Result<(), Error> {
    terminal.print(text.trim_end_matches('\n')).map_err(failed)
}

fn failed(source: io::Error) -> Error {
    Error::Io { action: "cannot write to standard output".to_owned(), source }
}
