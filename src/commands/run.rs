//! `run`: label tasks and post the predictions, or write them to a file.

use std::path::Path;

use serde_json::Map;

use super::estimate::pricing;
use super::examples;
use super::ledger;
use super::plan::{self, Ground, Tasks};
use super::report::{Meters, Report, reported};
use super::target::{Before, Target};
use super::{Context, clients};
use crate::annotate::annotator::{Annotator, Answerer};
use crate::cli::RunArgs;
use crate::engine;
use crate::engine::event::Summary;
use crate::engine::ports::{self, NoJournal, Outcome};
use crate::engine::run::Job;
use crate::error::Error;
use crate::http::stop::{Stop, Stopper};
use crate::label::task::Task;
use crate::llm::estimate::with_usual_files;
use crate::progress;
use crate::progress::summary::Circumstances;
use crate::progress::text::plural;
use crate::settings::{self, DeliverySettings, Destination, Layered, Oracle, Settings, TaskOrigin};
use crate::sink;
use crate::source::peeked::Peeked;
use crate::source::selection::{Only, Selection};

/// Labels the selected tasks.
pub(super) async fn run(
    layered: &Layered<RunArgs>,
    context: &Context<'_>,
    stopper: &Stopper,
) -> Result<(), Error> {
    let RunArgs { tasks, prompt, output, delivery, .. } = &layered.args;
    let files = [
        ("the file of tasks", tasks.tasks.as_deref()),
        ("the labeling config", tasks.label_config.as_deref()),
        ("the prompt", prompt.prompt.as_deref().map(Path::new)),
        ("the system message", prompt.system.as_deref()),
        ("the file of examples", prompt.examples_from.as_deref()),
        ("the output", output.output.as_deref()),
    ];
    settings::journal::check_named(output.journal.as_deref(), &layered.origins, &files)?;
    let files = files.into_iter().chain([("the journal", output.journal.as_deref())]).collect::<Vec<_>>();
    DeliverySettings::check_summary(delivery, &layered.origins, &files)?;
    let summary = layered.args.delivery.summary.clone();
    reported(summary, context, stopper, async |report| label(layered, context, report).await).await
}

async fn label(layered: &Layered<RunArgs>, context: &Context<'_>, report: &mut Report) -> Result<(), Error> {
    let settings = Settings::resolve(layered, &context.places)?;
    settings.model.check_key()?;
    let destination = Destination::resolve(layered, &settings.tasks.origin)?;
    let ground = plan::ground(&settings, &context.stop).await?;
    ground.studio.iter().for_each(|studio| clients::be_patient(studio, context));
    report.circumstances = Circumstances {
        model: Some(settings.model.model.clone()),
        model_version: ground.model_version.clone(),
        studio_version: ground.release.clone(),
        pricing: pricing(&layered.args.model, &settings.model),
        ..std::mem::take(&mut report.circumstances)
    };
    let path = ledger::path(&settings, layered, &destination, context)?;
    let journal = path.map(|path| ledger::open(&path, context)).transpose()?;
    let rows = rows(&settings, &ground).await;
    let tasks = Tasks::open(&settings.tasks, &ground).await?;
    let peeked = Peeked::open(tasks.source()).await?;
    let before = Before { rows, journal: journal.clone(), context };
    let mut target = Target::open(&settings, &ground, &destination, before)?;
    for notice in ground.form.notices.iter().chain(tasks.notices()) {
        context.terminal.note(notice);
    }
    let Some(mut peeked) = peeked else {
        context.terminal.say(&nothing(&settings, &ground));
        leave(target, context).await?;
        report.nothing();
        return Ok(());
    };
    let mut annotator = plan::annotator(&settings, &ground, &peeked, context).await?;
    annotator.journal.clone_from(&journal);
    check_prompt(&annotator, &mut peeked).await?;
    for notice in annotator.prompt.notices().iter().chain(&settings.model.notices) {
        context.terminal.note(notice);
    }
    let expected = tasks.expected(peeked.first()).await;
    context.terminal.say(&opening(&settings, &ground, &destination, expected));
    let _share = clients::share(&annotator, context).await;
    let mut reporter = progress::reporter(context.progress(settings.delivery.progress), expected);
    let job = Job {
        source: &peeked,
        sink: target.sink(),
        journal: journal.as_deref().map_or(&NoJournal, |journal| journal),
        reporter: reporter.as_mut(),
        summary: report.begin(meters(&annotator)),
        concurrency: settings.model.concurrency,
        limit: settings.tasks.selection.limit,
    };
    let label = async |task| lean(annotator.annotate(task).await, &destination);
    let result = engine::run::run(job, label, context.stop.asked()).await;
    let unscored = unscored(&annotator, peeked.first(), &report.summary).await;
    let unaided = examples::unaided(&annotator);
    for notice in target.notices(report.summary.complete).into_iter().chain(unscored).chain(unaided) {
        context.terminal.note(&notice);
    }
    let result = result.and_then(|()| annotator.fault().map_or(Ok(()), Err));
    let explained = |error| Error::from(error).advised(|error| settings.advice(error));
    result.map_err(explained).and_then(|()| ending(&report.summary, &context.stop, &destination))
}

/// Says that scores were hoped for and that none came at all, where that is so.
async fn unscored(annotator: &Annotator, first: &Task, summary: &Summary) -> Option<String> {
    let Answerer::Model(client) = &annotator.answerer else { return None };
    if 0 < summary.scored || summary.delivered <= summary.blank || annotator.fault().is_some() {
        return None;
    }
    // What the endpoint does not take is known by now: where it is not asked, nothing was hoped for.
    let request = annotator.prepared(first).await.ok()?.whole;
    let body = client.preview(&with_usual_files(&request)).ok()?.body;
    if body["logprobs"] != true {
        return None;
    }
    let cure = "with llama.cpp add `--param post_sampling_probs=true`, elsewhere `--num-responses` with 3 or more counts how \
                many responses agree";
    Some(format!("no scores: no answer tells token probabilities that a label can be measured by; {cure}"))
}

/// Counts the project's predictions of this run's version; unknown where that fails, for a look at the tasks does then.
async fn rows(settings: &Settings, ground: &Ground) -> Option<u64> {
    let (Some(studio), TaskOrigin::Project { studio: place, .. }) = (&ground.studio, &settings.tasks.origin)
    else {
        return None;
    };
    let counts = studio.version_counts(place.project).await.ok()?;
    Some(counts.get(&ground.model_version).copied().unwrap_or_default())
}

/// Drops a labeled task's data where nobody needs it any more: a thousand wait for a bulk call, and data may be images.
fn lean(mut outcome: Outcome, destination: &Destination) -> Outcome {
    if let (Outcome::Labeled { labeled, .. }, Destination::Project) = (&mut outcome, destination) {
        labeled.task.data = Map::new();
    }
    outcome
}

/// Notices before anything is paid for that a request can be made for none of the first tasks.
async fn check_prompt(annotator: &Annotator, tasks: &mut Peeked<'_>) -> Result<(), Error> {
    let first = tasks.first().id;
    let fitting = tasks.fitting(async |task| annotator.prepared(task).await.map(drop)).await?;
    fitting.map(drop).map_err(|reason| {
        let advice = "the first tasks are tried before anything is paid for; fields are named by the prompt, and by \
                      `value` in the labeling config";
        let error =
            ports::Error::Input(format!("no request can be made for the first task, {first}: {reason}"));
        Error::from(error).advised(|_| Some(advice.to_owned()))
    })
}

/// Ends a run that has nothing to do, which may have to end what an earlier one left half done.
async fn leave(mut target: Target, context: &Context<'_>) -> Result<(), Error> {
    if !target.holds_earlier() {
        target.sink().finish(true).await?;
    }
    for notice in target.notices(true) {
        context.terminal.note(&notice);
    }
    Ok(())
}

fn meters(annotator: &Annotator) -> Meters {
    match &annotator.answerer {
        Answerer::Model(client) => {
            Meters { transport: Some(client.transport().clone()), budget: client.budget().cloned() }
        }
        Answerer::Keyword => Meters::default(),
    }
}

/// Says why there is nothing to do.
fn nothing(settings: &Settings, ground: &Ground) -> String {
    let Selection { only, ids, limit, sample, .. } = &settings.tasks.selection;
    let is_narrowed = ids.is_some()
        || limit.is_some()
        || sample.is_some()
        || matches!(settings.tasks.origin, TaskOrigin::Project { view: Some(_), .. });
    let tasks = if is_narrowed { "selected task" } else { "task" };
    let origin = origin(settings, ground);
    match only {
        Only::Unpredicted => format!(
            "nothing to do: no {tasks} of {origin} is without a prediction of {}; `--only all` takes them as well",
            ground.model_version
        ),
        Only::Unlabeled => format!("nothing to do: no {tasks} of {origin} is without an annotation"),
        Only::All => format!("nothing to do: no {tasks} in {origin}"),
    }
}

/// Returns what a person calls the place the tasks come from.
fn origin(settings: &Settings, ground: &Ground) -> String {
    match &settings.tasks.origin {
        TaskOrigin::File { tasks, .. } => tasks.display().to_string(),
        TaskOrigin::Project { .. } => ground.name.clone(),
    }
}

fn opening(settings: &Settings, ground: &Ground, destination: &Destination, expected: Option<u64>) -> String {
    let count = expected.map_or_else(|| "tasks".to_owned(), |count| plural(count, "task"));
    let origin = origin(settings, ground);
    let model = match &settings.model.oracle {
        Oracle::Keyword => "by counting label words".to_owned(),
        Oracle::Model(_) => format!("with {}", settings.model),
    };
    let target = match destination {
        Destination::File(path) if path != Path::new(sink::STANDARD_OUTPUT) => {
            format!(", into {}", path.display())
        }
        Destination::File(_) | Destination::Project => String::new(),
    };
    format!("labeling {count} of {origin} {model}, as {}{target}", ground.model_version)
}

/// Returns how the run ended, after everything that could be delivered was.
fn ending(summary: &Summary, stop: &Stop, destination: &Destination) -> Result<(), Error> {
    // Asked to stop too late: everything was done.
    if stop.is_asked() && !summary.complete {
        let hint = match destination {
            Destination::Project => "the same command goes on with the tasks that are left",
            Destination::File(_) => {
                "the same command begins anew; nothing that was answered is paid for again"
            }
        };
        return Err(Error::Interrupted { hint: hint.to_owned() });
    }
    match summary.failures.len() as u64 {
        0 => Ok(()),
        failed => Err(Error::SomeFailed {
            failed,
            selected: summary.selected,
            hint: "the same command tries again what may pass, `--retry-failed` the rest",
        }),
    }
}
