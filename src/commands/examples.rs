//! Fetches annotated tasks and makes them the examples of a prompt.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::plan::{self, Ground};
use crate::annotate::annotator::{Annotator, AnswerMode};
use crate::engine::ports::{self, Source};
use crate::error::Error;
use crate::label::form::Form;
use crate::label::task::Task;
use crate::media::Media;
use crate::progress::text::{harmless, plural};
use crate::prompt::examples::{Example, Examples, Given};
use crate::prompt::wrap::Prompt;
use crate::settings::{ExampleSettings, Oracle, Settings, StudioSettings, TaskOrigin};
use crate::source::file::FileSource;
use crate::source::selection::{Only, Selection};
use crate::studio::client::Studio;
use crate::studio::query::Filter;
use crate::studio::tasks::Fields;

/// Most annotated tasks that are looked at: more are compared with each task and held in memory, for little.
const MOST_TASKS: usize = 500;

/// About so many bytes of examples are held; some are images.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What makes examples of tasks.
struct Maker<'a> {
    prompt: &'a Prompt,
    mode: AnswerMode,
    form: &'a Form,
    media: &'a Media,
}

/// What became of the annotated tasks.
#[derive(Debug, Default)]
struct Gathered {
    usable: Vec<Example>,
    looked_at: u64,
    refused: u64,
    /// Why the first one was refused.
    reason: Option<String>,
    /// Whether there may be more.
    is_cut: bool,
}

/// Annotated tasks as they come.
type Annotated<'a> = BoxStream<'a, Result<Task, Error>>;

/// Returns the prompt with the examples that were asked for, if any were; nothing is fetched for none.
pub(super) async fn shown(
    prompt: Prompt,
    settings: &Settings,
    ground: &Ground,
    media: &Media,
) -> Result<Prompt, Error> {
    let Some(ExampleSettings { choice, file }) = &settings.prompt.examples else { return Ok(prompt) };
    if matches!(settings.model.oracle, Oracle::Keyword) {
        return Ok(prompt.noting("`--examples` is left out: counting words needs no examples"));
    }
    let maker = Maker { prompt: &prompt, mode: settings.prompt.mode, form: &ground.form, media };
    let (gathered, place) = match (file, &settings.tasks.origin) {
        (None, TaskOrigin::Project { studio: StudioSettings { project, .. }, .. }) => {
            let studio = ground.studio.clone().ok_or_else(plan::not_connected)?;
            let tasks = of_project(studio, *project);
            (gather(tasks, &maker).await?, "the project".to_owned())
        }
        (Some(file), _) | (None, TaskOrigin::File { tasks: file, .. }) => {
            let selection = Selection { only: Only::All, ..Selection::default() };
            let source = FileSource::open(file, selection).await?;
            let tasks = of_file(&source);
            (gather(tasks, &maker).await?, format!("`{}`", file.display()))
        }
    };
    if gathered.usable.is_empty() {
        return Err(gathered.nothing(&place));
    }
    let notices = gathered.notices(choice.count as u64);
    Ok(prompt.showing(Examples::new(choice.clone(), gathered.usable), notices))
}

/// Says that tasks got no examples though there are some, where that is so.
pub(super) fn unaided(annotator: &Annotator) -> Option<String> {
    let count = annotator.unaided.load(Ordering::Relaxed);
    (0 < count)
        .then(|| format!("{} got no examples: all there are show the same input", plural(count, "task")))
}

/// Returns the annotated tasks of a project, those of the lowest ids first.
fn of_project(studio: Arc<Studio>, project: u64) -> Annotated<'static> {
    let pages = studio.keyset(project, vec![Filter::Labeled], Fields::Annotations);
    let tasks = pages.flat_map(|page| match page {
        Ok(page) => stream::iter(page).map(|listed| Ok(listed.task)).left_stream(),
        Err(error) => stream::iter([Err(plan::refused(&error))]).right_stream(),
    });
    tasks.boxed()
}

/// Returns the annotated tasks of a file.
fn of_file(source: &FileSource) -> Annotated<'_> {
    let tasks = source.tasks().map(|task| task.map_err(Error::from));
    let is_annotated = |task: &Task| task.truth().is_some();
    tasks.filter(move |task| ready(task.as_ref().map_or(true, is_annotated))).boxed()
}

async fn gather(mut tasks: Annotated<'_>, maker: &Maker<'_>) -> Result<Gathered, Error> {
    let mut gathered = Gathered::default();
    let mut bytes = 0;
    while let Some(task) = tasks.next().await.transpose()? {
        if gathered.looked_at == MOST_TASKS as u64 || MOST_BYTES < bytes {
            gathered.is_cut = true;
            break;
        }
        gathered.looked_at += 1;
        let id = task.id;
        match maker.example(&task).await {
            Ok(example) => {
                bytes += example.bytes();
                gathered.usable.push(example);
            }
            Err(reason) => {
                gathered.refused += 1;
                gathered.reason.get_or_insert_with(|| format!("{id}: {}", harmless(&reason)));
            }
        }
    }
    Ok(gathered)
}

impl Maker<'_> {
    /// Makes an example of the annotation that counts; the error says why none can be made.
    async fn example(&self, task: &Task) -> Result<Example, String> {
        let regions = task.truth().and_then(|annotation| annotation.result.as_deref());
        let regions = regions.ok_or(
            "what was annotated is not told; export it as JSON, for JSON-MIN, CSV and TSV hold too little",
        )?;
        let shown = self.media.shown(self.form, task).await.map_err(|error| error.to_string())?;
        let task = shown.as_ref().unwrap_or(task);
        if let Some(splitting) = &self.form.splitting
            && !splitting.pieces(task)?.is_empty()
        {
            // Each piece would carry it whole, the pieces of this very task as well.
            return Err("it is longer than `--split` allows a question to be".to_owned());
        }
        let answer = match self.mode {
            AnswerMode::Auto | AnswerMode::Schema => self.form.answer(regions, task)?.to_string(),
            AnswerMode::Text | AnswerMode::LlmInteractive => self.form.answer_text(regions, task)?,
        };
        let labels = self.form.chosen(regions, task);
        let example = Example::new(self.prompt, self.form, task, Given { answer, labels })?;
        // It would spoil every question that shows it.
        self.media.check(example.question(), task.id).await.map_err(|error| error.to_string())?;
        Ok(example)
    }
}

impl Gathered {
    /// Returns what a person should know, one line each.
    fn notices(&self, wanted: u64) -> Vec<String> {
        let usable = self.usable.len() as u64;
        let mut notices = Vec::new();
        if let Some(reason) = &self.reason {
            notices.push(format!(
                "{} of {} cannot be shown as examples, the first for this: {reason}",
                self.refused,
                plural(self.looked_at, "annotated task")
            ));
        }
        if usable < wanted {
            notices.push(format!("{} can be shown where {wanted} were asked for", plural(usable, "example")));
        }
        if self.is_cut {
            notices.push(format!(
                "examples are chosen from the first {}; there are more",
                plural(self.looked_at, "annotated task")
            ));
        }
        notices
    }

    /// Says that there is nothing to show, and why.
    fn nothing(&self, place: &str) -> Error {
        let why = match &self.reason {
            None => format!("no task of {place} is annotated"),
            Some(reason) => format!(
                "none of {} of {place} can be shown, the first for this: {reason}",
                plural(self.looked_at, "annotated task")
            ),
        };
        let advice = "annotate some tasks first, name a file of annotated tasks with `--examples-from FILE`, or leave \
                      `--examples` out";
        let error = ports::Error::Input(format!("there are no examples: {why}"));
        Error::from(error).advised(|_| Some(advice.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_what_was_left_out() {
        let check = |gathered: Gathered, wanted: u64, expect: &[&str]| {
            assert_eq!(gathered.notices(wanted), expect);
        };
        let reason = Some("task 3: `mood`: no such label: `x`".to_owned());
        check(Gathered::default(), 0, &[]);
        check(
            Gathered { looked_at: 500, refused: 12, reason, is_cut: true, ..Gathered::default() },
            1,
            &[
                "12 of 500 annotated tasks cannot be shown as examples, the first for this: task 3: `mood`: no such \
                 label: `x`",
                "0 examples can be shown where 1 were asked for",
                "examples are chosen from the first 500 annotated tasks; there are more",
            ],
        );
    }
}
