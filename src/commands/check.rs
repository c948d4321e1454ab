//! `check`: is everything ready for a run? One line for each thing, with how to mend what is not.

use std::path::Path;
use std::time::Instant;

use super::Context;
use super::ledger;
use super::plan::{self, ConfigText, Ground, Tasks};
use super::target::{Before, Target};
use crate::annotate::annotator::{Annotator, AnswerMode, Answerer};
use crate::cli::{CheckArgs, RunArgs};
use crate::engine::ports::{self, FailureKind, Outcome};
use crate::error::{self, Error};
use crate::journal;
use crate::journal::record::Outline;
use crate::label::form::Form;
use crate::label::task::Task;
use crate::llm::estimate::with_usual_files;
use crate::progress::terminal::Tone;
use crate::progress::text::{harmless, harmless_lines, plain_duration, plural, thousands};
use crate::settings::{
    DeliverySettings, Destination, Layered, MediaSettings, ModelSettings, PromptSettings, Settings,
    TaskOrigin, TaskSettings, retry_policy,
};
use crate::source::peeked::Peeked;

/// Goes through everything a run needs; the exit code is that of the first fault.
pub(super) async fn check(layered: &Layered<CheckArgs>, context: &Context<'_>) -> Result<(), Error> {
    let asks = !layered.args.no_ask.unwrap_or_default();
    let mut list = List { context, asks, faults: 0, exit_code: 0 };
    let mut run = layered.part(|args| args.run.clone());
    // Whoever asks whether things are ready wants to know soon; a run has the patience.
    run.args.limits.retries.max_retries.get_or_insert(RETRIES);
    go(&run, &mut list).await?;
    match list.faults {
        0 => Ok(()),
        faults => Err(Error::NotReady {
            faults: if faults == 1 { "one thing is".to_owned() } else { format!("{faults} things are") },
            exit_code: list.exit_code,
        }),
    }
}

/// The lines printed so far.
struct List<'a> {
    context: &'a Context<'a>,
    /// Whether the model may be asked.
    asks: bool,
    faults: u32,
    exit_code: u8,
}

/// Further attempts after a failed one, unless the user says how many.
const RETRIES: u32 = 1;

/// Width of the names before what is said about them.
const NAME_WIDTH: usize = 16;

impl List<'_> {
    fn good(&self, name: &str, words: &str) -> Result<(), Error> {
        self.line(Tone::Good, name, words)
    }

    fn note(&self, name: &str, words: &str) -> Result<(), Error> {
        self.line(Tone::Careful, name, words)
    }

    /// Returns what went well, or prints what did not.
    fn told<T>(&mut self, name: &str, result: Result<T, Error>) -> Result<Option<T>, Error> {
        let error = match result {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        if self.faults == 0 {
            self.exit_code = error.exit_code();
        }
        self.faults += 1;
        self.line(Tone::Bad, name, &error::chain(&error))?;
        if let Some(hint) = error.hint() {
            self.context.print(&format!("      {:NAME_WIDTH$} {}", "", harmless(&hint)))?;
        }
        Ok(None)
    }

    fn line(&self, tone: Tone, name: &str, words: &str) -> Result<(), Error> {
        let mark = match tone {
            Tone::Good => "ok",
            Tone::Careful => "note",
            Tone::Bad => "FAIL",
        };
        let mark = self.context.terminal.paint(&format!("{mark:5}"), tone);
        // Some errors show the place on lines of their own.
        let indent = format!("\n{:1$}", "", NAME_WIDTH + 7);
        let words = words.lines().map(harmless_lines).collect::<Vec<_>>().join(&indent);
        self.context.print(&format!("{mark} {name:NAME_WIDTH$} {words}"))
    }
}

async fn go(run: &Layered<RunArgs>, list: &mut List<'_>) -> Result<(), Error> {
    let places = &list.context.places;
    let tasks = TaskSettings::resolve(run, places).map_err(Error::from);
    let prompt = PromptSettings::resolve(&run.args, &run.origins).map_err(Error::from);
    let media = tasks.as_ref().ok().map(|tasks| MediaSettings::resolve(run, places, &tasks.origin));
    let model = ModelSettings::resolve(run, places).and_then(|model| model.check_key().map(|()| model));
    let model = model.map_err(Error::from);
    let delivery = DeliverySettings::resolve(&run.args.delivery, &run.origins).map_err(Error::from);
    let destination = match &tasks {
        Ok(tasks) => Destination::resolve(run, &tasks.origin).map(Some).map_err(Error::from),
        // Where predictions go depends on where tasks come from, and that has a line of its own.
        Err(_) => Ok(None),
    };
    let tasks = list.told("tasks", tasks)?;
    let form = match &tasks {
        Some(tasks) => config(run, tasks, list).await?,
        None => None,
    };
    let prompt = list.told("prompt", prompt)?;
    let model = list.told("model", model)?;
    let media = media.map(|media| list.told("files", media.map_err(Error::from))).transpose()?.flatten();
    let delivery = list.told("output", delivery)?;
    let destination = list.told("output", destination)?.flatten();
    let (Some(tasks), Some((text, form)), Some(prompt), Some(model)) = (tasks, form, prompt, model) else {
        return Ok(());
    };
    let (Some(media), Some(delivery), Some(destination)) = (media, delivery, destination) else {
        return Ok(());
    };
    let policy = retry_policy(&run.args.limits.retries);
    let settings = Settings { tasks, prompt, model, media, delivery, policy };
    let model_version = plan::model_version(&settings, &form);
    let ConfigText { name, release, studio, .. } = text;
    let ground = Ground { form: form.into(), studio, name, release, model_version };
    let path = ledger::path(&settings, run, &destination, list.context);
    if let Some(Some(path)) = list.told("journal", path)? {
        journal(&path, list)?;
    }
    rest(&settings, &ground, &destination, list).await
}

/// Looks at the journal, which another run may have, and makes none.
fn journal(path: &Path, list: &mut List<'_>) -> Result<(), Error> {
    let mut answers = 0;
    let looked = if path.exists() {
        journal::look(path, |entry| answers += u64::from(matches!(entry.outline, Outline::Answer(_))))
    } else {
        Ok(())
    };
    let Some(()) = list.told("journal", looked.map_err(Error::from))? else { return Ok(()) };
    match journal::holder(path) {
        Some(holder) => list.note(
            "journal",
            &format!("{} is in use by {holder}; a run would do nothing until that ends", path.display()),
        ),
        None => list.good("journal", &format!("{} in {}", plural(answers, "answer"), path.display())),
    }
}

/// Looks at Label Studio, the project and its labeling config.
async fn config(
    run: &Layered<RunArgs>,
    tasks: &TaskSettings,
    list: &mut List<'_>,
) -> Result<Option<(ConfigText, Form)>, Error> {
    let text = match &tasks.origin {
        TaskOrigin::File { label_config, .. } => plan::read(label_config),
        TaskOrigin::Project { studio, .. } => {
            let policy = retry_policy(&run.args.limits.retries);
            let connected = plan::connect(studio, &policy, &list.context.stop).await;
            if let Ok(ConfigText { host: Some(host), name, .. }) = &connected {
                list.good("Label Studio", host)?;
                list.good("project", name)?;
            }
            connected
        }
    };
    let name =
        if matches!(tasks.origin, TaskOrigin::File { .. }) { "labeling config" } else { "Label Studio" };
    let Some(text) = list.told(name, text)? else { return Ok(None) };
    let provider = run.args.model.provider.as_deref().unwrap_or_default();
    let wanted = plan::wanted(&PromptSettings::wanted(&run.args.prompt), provider);
    let form = plan::form(&text, &wanted);
    let Some(form) = list.told("labeling config", form)? else { return Ok(None) };
    let filled: Vec<String> = form
        .controls
        .iter()
        .map(|control| format!("`{}` ({})", control.head().name, control.head().kind))
        .collect();
    list.good("labeling config", &format!("to be filled: {}", filled.join(", ")))?;
    for notice in &form.notices {
        list.note("labeling config", notice)?;
    }
    Ok(Some((text, form)))
}

/// Looks at the tasks, the prompt made for the first of them, and what the model makes of it.
async fn rest(
    settings: &Settings,
    ground: &Ground,
    destination: &Destination,
    list: &mut List<'_>,
) -> Result<(), Error> {
    let Some(tasks) = list.told("tasks", Tasks::open(&settings.tasks, ground).await)? else { return Ok(()) };
    let peeked = Peeked::open(tasks.source()).await.map_err(Error::from);
    let Some(peeked) = list.told("tasks", peeked)? else { return Ok(()) };
    for notice in tasks.notices() {
        list.note("tasks", notice)?;
    }
    let Some(mut peeked) = peeked else {
        return list.good("tasks", "none is selected: a run would have nothing to do");
    };
    let first = peeked.first();
    let count =
        tasks.expected(first).await.map_or_else(|| "some tasks".to_owned(), |count| plural(count, "task"));
    list.good("tasks", &format!("{count} selected, the first is {}", first.id))?;
    let annotator = plan::annotator(settings, ground, &peeked, list.context).await;
    let id = first.id;
    let Some(annotator) = list.told("prompt", annotator)? else { return Ok(()) };
    let fitting = peeked.fitting(async |task| annotator.prepared(task).await.map(drop)).await?;
    let fitting = fitting.map_err(|reason| ports::Error::Input(format!("{id}: {reason}")).into());
    let Some(first) = list.told("prompt", fitting)? else { return Ok(()) };
    list.good("prompt", &settings.prompt.texts.origin)?;
    for notice in annotator.prompt.notices() {
        list.note("prompt", notice)?;
    }
    if let Some(examples) = annotator.prompt.examples() {
        let (usable, shown) = (examples.count() as u64, examples.choice().count);
        list.good(
            "examples",
            &format!("{} to choose from, {shown} wanted for each task", thousands(usable)),
        )?;
    }
    for notice in &settings.model.notices {
        list.note("model", notice)?;
    }
    let before = Before { rows: None, journal: None, context: list.context };
    let Some(target) = list.told("output", Target::open(settings, ground, destination, before))? else {
        return Ok(());
    };
    list.good("output", &format!("{target}, as {}", ground.model_version))?;
    model(settings, &annotator, first, list).await
}

/// Asks the model for the first task, as a run would, and posts nothing.
async fn model(
    settings: &Settings,
    annotator: &Annotator,
    first: &Task,
    list: &mut List<'_>,
) -> Result<(), Error> {
    let name = settings.model.to_string();
    let Answerer::Model(client) = &annotator.answerer else {
        return list.good("model", "keyword: label words are counted, no model is asked");
    };
    if !list.asks {
        return list.note("model", &format!("{name}: not asked"));
    }
    let started = Instant::now();
    let answered = match annotator.annotate(unanswered(first)).await {
        Outcome::Labeled { labeled, .. } => Ok(labeled.prediction.score),
        Outcome::Unchanged(_) => Ok(None),
        Outcome::Fatal { error, .. } => Err(Error::from(error)),
        Outcome::Stopped { .. } => Err(unanswered_error("stopped before it was asked".to_owned())),
        Outcome::Failed { failure, .. } | Outcome::Refrained(failure) => Err(match failure.kind {
            FailureKind::Data => ports::Error::Input(failure.reason).into(),
            _ => unanswered_error(format!("asked for {}: {}", failure.task, failure.reason)),
        }),
    };
    let answered = answered.map_err(|error| error.advised(|error| settings.advice(error)));
    let Some(score) = list.told("model", answered)? else { return Ok(()) };
    let way = match annotator.mode {
        AnswerMode::Text => "plain text",
        AnswerMode::LlmInteractive => "plain text, read as `llm_interactive` does",
        _ => client.known(&annotator.model).capabilities.rung.about(),
    };
    let words =
        format!("{name} answered for {} in {}, by {way}", first.id, plain_duration(started.elapsed()));
    list.good("model", &words)?;
    if let Some(fault) = annotator.fault() {
        return list.told("score", Err::<(), _>(fault.into())).map(drop);
    }
    // What the endpoint takes was found out meanwhile.
    let request = annotator.prepared(first).await.map_err(ports::Error::Input)?.whole;
    let body = client.preview(&with_usual_files(&request)).map(|preview| preview.body).unwrap_or_default();
    match (annotator.scoring.source(&request.parameters, &body), score) {
        (Ok(source), Some(score)) => {
            list.good("score", &format!("from {source}: {score:.2} for {}", first.id))
        }
        (Ok(source), None) => list.note("score", &format!("from {source}, but none for {}", first.id)),
        (Err(why), _) => list.note("score", &format!("none: {why}")),
    }
}

fn unanswered_error(message: String) -> Error {
    ports::Error::Provider { message, advice: None }.into()
}

/// Returns the task as if nothing had been predicted for it, so that it is asked in any case.
fn unanswered(task: &Task) -> Task {
    Task { predictions: Vec::new(), ..task.clone() }
}
