//! Where tasks come from, which of them, and where predictions go.

use std::path::PathBuf;

use super::layers::{Layered, Origin};
use super::studio::{NAME_ONE, NO_PROJECT};
use super::{Places, SettingsError, StudioSettings, read};
use crate::cli::{ExamplesArg, OnlyArg, RunArgs};
use crate::source::file::STANDARD_INPUT;
use crate::source::selection::{Only, Sample, Selection};

/// Where tasks come from.
#[derive(Debug, Clone)]
pub enum TaskOrigin {
    Project {
        studio: StudioSettings,
        view: Option<u64>,
    },
    /// `-` is standard input.
    File {
        tasks: PathBuf,
        label_config: PathBuf,
    },
}

/// Where predictions go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Back to the project the tasks came from.
    Project,
    /// `-` is standard output.
    File(PathBuf),
}

/// The tasks of a run.
#[derive(Debug, Clone)]
pub struct TaskSettings {
    pub origin: TaskOrigin,
    /// Without the model version, which is known later.
    pub selection: Selection,
    /// Whether questions that failed for good before are asked again.
    pub retries_failed: bool,
}

impl TaskSettings {
    /// Checks that origin and choice go together.
    pub fn resolve(layered: &Layered<RunArgs>, places: &Places<'_>) -> Result<Self, SettingsError> {
        Ok(Self {
            origin: origin(layered, places)?,
            selection: selection(&layered.args)?,
            retries_failed: layered.args.tasks.retry_failed.unwrap_or_default(),
        })
    }
}

impl Destination {
    /// Decides where predictions go, for the one command that has any.
    pub fn resolve(layered: &Layered<RunArgs>, origin: &TaskOrigin) -> Result<Self, SettingsError> {
        let destination = destination(layered, origin)?;
        if layered.args.delivery.replace == Some(true) && destination != Self::Project {
            return Err(SettingsError::new(format!(
                "{} deletes predictions in Label Studio, but nothing is posted there; leave it out, or leave out \
                     `--output` and `--dry-run`",
                layered.origins.of("replace")
            )));
        }
        Ok(destination)
    }
}

fn origin(layered: &Layered<RunArgs>, places: &Places<'_>) -> Result<TaskOrigin, SettingsError> {
    let (args, origins) = (&layered.args, &layered.origins);
    let typed = |option: &str| matches!(origins.of(option), Origin::Flag(_));
    let file = args.tasks.tasks.as_ref().filter(|_| typed("tasks") || !typed("project"));
    let Some(tasks) = file else {
        if typed("label-config") {
            return Err(SettingsError::with_hint(
                "`--label-config` is for tasks from a file, but they come from a project, which has its own",
                "leave it out, or name the file of tasks with `--tasks FILE`",
            ));
        }
        if args.studio.project.is_none() {
            let hint = format!("{NAME_ONE}, or take tasks from a file with `--tasks FILE`");
            return Err(SettingsError::with_hint(NO_PROJECT, hint));
        }
        let studio = StudioSettings::resolve(&args.studio, origins, places)?;
        return Ok(TaskOrigin::Project { studio, view: args.tasks.view });
    };
    if typed("project") {
        return Err(SettingsError::with_hint(
            "both `--tasks` and `--project` are given",
            "take tasks from the project, or from the file; to post a file of predictions use `ls-autolabel push`",
        ));
    }
    if args.tasks.view.is_some() {
        return Err(SettingsError::with_hint(
            format!("{} chooses tasks of a project, but they come from a file", origins.of("view")),
            "leave it out; a file's tasks are chosen with `--ids`, `--only`, `--limit` and `--sample`",
        ));
    }
    let label_config = args.tasks.label_config.clone().ok_or_else(|| {
        SettingsError::with_hint(
            "no labeling config given",
            "tasks from a file need one: `--label-config FILE`, the XML from Settings > Labeling Interface > Code",
        )
    })?;
    if tasks.as_os_str() != STANDARD_INPUT {
        read::check_file(tasks, &origins.of("tasks").to_string())?;
    }
    read::check_file(&label_config, &origins.of("label-config").to_string())?;
    Ok(TaskOrigin::File { tasks: tasks.clone(), label_config })
}

fn destination(layered: &Layered<RunArgs>, origin: &TaskOrigin) -> Result<Destination, SettingsError> {
    let output = &layered.args.output;
    let standard = PathBuf::from("-");
    match (&output.output, output.dry_run.unwrap_or_default(), origin) {
        (Some(path), true, _) if *path != standard => Err(SettingsError::with_hint(
            format!(
                "{} writes to standard output, and {} to `{}`",
                layered.origins.of("dry-run"),
                layered.origins.of("output"),
                path.display()
            ),
            "leave one of them out; neither posts anything",
        )),
        (_, true, _) => Ok(Destination::File(standard)),
        (Some(path), false, _) => {
            read::check_writable(path, &layered.origins.of("output").to_string())?;
            Ok(Destination::File(path.clone()))
        }
        (None, false, TaskOrigin::Project { .. }) => Ok(Destination::Project),
        (None, false, TaskOrigin::File { .. }) => Err(SettingsError::with_hint(
            "no output given",
            "predictions for tasks from a file go to a file: `--output FILE`, or `--dry-run` for standard output",
        )),
    }
}

fn selection(args: &RunArgs) -> Result<Selection, SettingsError> {
    let tasks = &args.tasks;
    let is_random = args.prompt.examples_by == Some(ExamplesArg::Random);
    if tasks.seed.is_some() && tasks.sample.is_none() && !is_random {
        return Err(SettingsError::new(
            "`--seed` changes what `--sample N` and `--examples-by random` choose, but there is neither; give one of \
             them, or leave it out",
        ));
    }
    Ok(Selection {
        only: match tasks.only {
            None | Some(OnlyArg::Unpredicted) => Only::Unpredicted,
            Some(OnlyArg::Unlabeled) => Only::Unlabeled,
            Some(OnlyArg::All) => Only::All,
        },
        ids: tasks.ids.as_ref().map(|ids| ids.0.clone()),
        limit: tasks.limit,
        sample: tasks.sample.map(|size| Sample { size, seed: tasks.seed.unwrap_or_default() }),
        model_version: String::new(),
    })
}
