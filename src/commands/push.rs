//! `push`: post a file of predictions, as `run --output` wrote it and a person reviewed it.

use std::path::Path;

use futures::stream::BoxStream;
use futures::{StreamExt, stream};

use super::report::{Meters, Report, reported};
use super::reviewed::{Rules, reviewed};
use super::{Context, clients, plan, target};
use crate::cli::PushArgs;
use crate::engine;
use crate::engine::ports::{self, Failure, FailureKind, NoJournal, Source};
use crate::engine::run::Job;
use crate::error::Error;
use crate::http::stop::Stopper;
use crate::label::config::LabelConfig;
use crate::label::task::Task;
use crate::progress;
use crate::settings::{DeliverySettings, Layered, SettingsError, StudioSettings, read, retry_policy};
use crate::sink::studio::{Older, Options};
use crate::source::file::{FileSource, STANDARD_INPUT};
use crate::source::selection::{Only, Selection};

/// Nothing is asked, so nothing is gained by more.
const CONCURRENCY: usize = 1;

/// Posts every prediction of a file.
pub(super) async fn push(
    layered: &Layered<PushArgs>,
    context: &Context<'_>,
    stopper: &Stopper,
) -> Result<(), Error> {
    let PushArgs { file, delivery, .. } = &layered.args;
    let files = [("the file to push", Some(file.as_path()))];
    DeliverySettings::check_summary(delivery, &layered.origins, &files)?;
    let summary = layered.args.delivery.summary.clone();
    reported(summary, context, stopper, async |report| post(layered, context, report).await).await
}

async fn post(layered: &Layered<PushArgs>, context: &Context<'_>, report: &mut Report) -> Result<(), Error> {
    let args = &layered.args;
    let delivery = DeliverySettings::resolve(&args.delivery, &layered.origins)?;
    let settings = StudioSettings::resolve(&args.studio, &layered.origins, &context.places)?;
    if args.file != Path::new(STANDARD_INPUT) {
        read::check_file(&args.file, "the file to push")?;
        check_format(&args.file)?;
    }
    let file = FileSource::open(&args.file, Selection { only: Only::All, ..Selection::default() }).await?;
    let policy = retry_policy(&args.retries);
    let project = plan::connect(&settings, &policy, &context.stop).await?;
    let options = Options {
        model_version: delivery.model_version.clone(),
        rows: None,
        older: if delivery.replace { Older::Delete } else { Older::Keep },
    };
    let studio = project.studio.as_ref().ok_or_else(plan::not_connected)?;
    clients::be_patient(studio, context);
    let mut sink = target::project(studio, settings.project, options, context);
    let total = file.total();
    context.terminal.say(&format!("posting {} to {}", args.file.display(), project.name));
    let version = delivery.model_version.clone().unwrap_or_else(|| "named in the file".to_owned());
    report.circumstances.model_version = version;
    report.circumstances.studio_version = project.release;
    let mut reporter = progress::reporter(context.progress(delivery.progress), Some(total));
    let source = Singly(file);
    let rules =
        Rules { version: delivery.model_version.as_deref(), config: LabelConfig::parse(&project.xml).ok() };
    let job = Job {
        source: &source,
        sink: &mut sink,
        journal: &NoJournal,
        reporter: reporter.as_mut(),
        summary: report.begin(Meters::default()),
        concurrency: CONCURRENCY,
        limit: None,
    };
    let result = engine::run::run(job, async |task| reviewed(task, &rules), context.stop.asked()).await;
    for notice in sink.notices() {
        context.terminal.note(notice);
    }
    let (failed, selected) = (report.summary.failures.len() as u64, report.summary.selected);
    result?;
    match failed {
        _ if context.stop.is_asked() && !report.summary.complete => Err(Error::Interrupted {
            hint: "the same command posts what is left; what is there already is left out".to_owned(),
        }),
        0 => Ok(()),
        failed => Err(Error::SomeFailed { failed, selected, hint: hint(&report.summary.failures) }),
    }
}

/// Returns what to do about predictions that were not posted.
fn hint(failures: &[Failure]) -> &'static str {
    if failures.iter().all(|failure| failure.kind == FailureKind::Undeliverable) {
        return "correct the file, or name the project it was made for with `--project`; what is there already is left out of a \
                further push";
    }
    "correct the file and push it again: what is there already is left out"
}

/// Tells at once what every row would be refused for: a table holds no regions.
fn check_format(file: &Path) -> Result<(), SettingsError> {
    let is_table = file
        .extension()
        .is_some_and(|ending| ["csv", "tsv", "tab"].iter().any(|table| ending.eq_ignore_ascii_case(table)));
    if !is_table {
        return Ok(());
    }
    Err(SettingsError::with_hint(
        format!("`{}` is a table, which holds no regions to post", file.display()),
        "push a `.jsonl` or `.json` file, as `run --output` writes it; `.csv` is for reading",
    ))
}

/// A file whose tasks come once for each of their predictions.
struct Singly(FileSource);

impl Source for Singly {
    fn tasks(&self) -> BoxStream<'_, Result<Task, ports::Error>> {
        self.0.tasks().flat_map(|task| stream::iter(singly(task))).boxed()
    }
}

fn singly(task: Result<Task, ports::Error>) -> Vec<Result<Task, ports::Error>> {
    match task {
        Ok(task) if 1 < task.predictions.len() => {
            let Task { id, data, annotations, predictions } = task;
            let single = |prediction| Task {
                id,
                data: data.clone(),
                annotations: annotations.clone(),
                predictions: vec![prediction],
            };
            predictions.into_iter().map(|prediction| Ok(single(prediction))).collect()
        }
        other => vec![other],
    }
}
