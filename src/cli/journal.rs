//! `journal`: which journal, and what of it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};

use super::values::whole;
use crate::label::task::TaskId;

/// `journal`.
#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// List all journals, or the tasks of one
    List {
        /// All journals, also where a setting names one
        #[arg(long, help_heading = "Journal", conflicts_with_all = ["journal", "project", "tasks"])]
        all: bool,
        #[command(flatten)]
        which: WhichArgs,
    },
    /// Show what was answered for a task, and what it cost
    Show {
        /// The task, such as 12, or "row 3" of a file
        #[arg(value_name = "TASK")]
        task: TaskArg,
        /// Its records in full, one line of JSON each
        #[arg(long, help_heading = "Journal")]
        json: bool,
        #[command(flatten)]
        which: WhichArgs,
    },
    /// Forget answers or failures, so that a run asks again
    Forget {
        #[command(flatten)]
        what: ForgetArgs,
        #[command(flatten)]
        which: WhichArgs,
    },
    /// Make a journal smaller: drop what is of no more use
    Compact {
        #[command(flatten)]
        which: WhichArgs,
    },
}

/// What to forget.
#[derive(Debug, Clone, Default, Args)]
#[group(required = true, multiple = true)]
pub struct ForgetArgs {
    /// All of these tasks, such as 12, or "row 3" of a file
    #[arg(value_name = "TASK")]
    pub task: Vec<TaskArg>,

    /// Only failures; of these tasks, if any are named
    #[arg(long, help_heading = "Journal")]
    pub failed: bool,

    /// Everything
    #[arg(long, help_heading = "Journal", conflicts_with_all = ["task", "failed"])]
    pub all: bool,
}

/// Which journal.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Journal")]
pub struct WhichArgs {
    /// The journal of this project
    #[arg(long, value_name = "ID", value_parser = whole::<u64>(1..=u64::MAX))]
    pub project: Option<u64>,

    /// Address of the project's Label Studio
    #[arg(
        long,
        value_name = "URL",
        help = "Address of the project's Label Studio [default: http://localhost:8080]"
    )]
    pub url: Option<String>,

    /// The journal of this file of tasks, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub tasks: Option<PathBuf>,

    /// The labeling config that the tasks from standard input had
    #[arg(long, value_name = "FILE")]
    pub label_config: Option<PathBuf>,

    /// This journal
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
}

/// A task as a person names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskArg {
    /// By its number alone, be it Label Studio's or that of a row.
    Number(u64),
    Id(TaskId),
}

impl TaskArg {
    /// Returns whether this task is meant.
    pub fn means(self, task: TaskId) -> bool {
        match (self, task) {
            (Self::Number(number), TaskId::Id(other) | TaskId::Row(other)) => number == other,
            (Self::Id(id), task) => id == task,
        }
    }
}

impl fmt::Display for TaskArg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "task {number}"),
            Self::Id(id) => id.fmt(formatter),
        }
    }
}

impl FromStr for TaskArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().parse() {
            Ok(number) => Ok(Self::Number(number)),
            Err(_) => text.trim().parse().map(Self::Id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_named_by_its_number_or_as_it_is_listed() {
        let check = |text: &str, expect: Result<TaskArg, &str>| {
            assert_eq!(text.parse::<TaskArg>(), expect.map_err(str::to_owned), "{text}");
        };
        check("12", Ok(TaskArg::Number(12)));
        check(" task 12", Ok(TaskArg::Id(TaskId::Id(12))));
        check("row 3", Ok(TaskArg::Id(TaskId::Row(3))));
        check("twelve", Err("expected a task such as `task 12` or `row 3`, found `twelve`"));
        assert!(
            TaskArg::Number(3).means(TaskId::Row(3)) && !TaskArg::Id(TaskId::Id(3)).means(TaskId::Row(3))
        );
    }
}
