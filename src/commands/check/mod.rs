//! `check`: is everything ready for a run? One line for each thing, with how to mend what is not.

mod list;
mod model;

use std::path::Path;

use self::list::List;
use self::model::Question;
use super::Context;
use super::ledger;
use super::plan::{self, ConfigText, Ground, Tasks};
use super::target::{Before, Target};
use crate::annotate::annotator::Annotator;
use crate::cli::{CheckArgs, RunArgs};
use crate::engine::ports;
use crate::error::Error;
use crate::journal;
use crate::journal::record::Outline;
use crate::label::form::Form;
use crate::progress::text::{plural, thousands};
use crate::settings::{
    DeliverySettings, Destination, Layered, MediaSettings, ModelSettings, PromptSettings, Settings,
    StudioSettings, TaskOrigin, TaskSettings, retry_policy,
};
use crate::source::peeked::Peeked;

/// Further attempts after a failed one, unless the user says how many.
const RETRIES: u32 = 1;

/// Goes through everything a run needs, what depends on a fault alone left out; the exit code is that of the first
/// fault.
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

async fn go(run: &Layered<RunArgs>, list: &mut List<'_>) -> Result<(), Error> {
    let places = &list.context.places;
    let tasks = TaskSettings::resolve(run, places).map_err(Error::from);
    let prompt = PromptSettings::resolve(&run.args, &run.origins).map_err(Error::from);
    let media = tasks.as_ref().ok().map(|tasks| MediaSettings::resolve(run, places, &tasks.origin));
    let model = ModelSettings::resolve(run, places).map_err(Error::from);
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
    if let Some(model) = &model {
        list.told("model", model.check_key().map_err(Error::from))?;
    }
    let media = media.map(|media| list.told("files", media.map_err(Error::from))).transpose()?.flatten();
    let delivery = list.told("output", delivery)?;
    let destination = list.told("output", destination)?.flatten();
    let Some(model) = model else { return Ok(()) };
    let policy = retry_policy(&run.args.limits.retries);
    let (Some(tasks), Some((text, form)), Some(prompt)) = (tasks, form, prompt) else {
        return model::greeted(&model, &policy, list).await;
    };
    let (Some(media), Some(delivery)) = (media, delivery) else {
        return model::greeted(&model, &policy, list).await;
    };
    let settings = Settings { tasks, prompt, model, media, delivery, policy };
    let model_version = plan::model_version(&settings, &form);
    let ConfigText { name, release, studio, .. } = text;
    let ground = Ground { form: form.into(), studio, name, release, model_version };
    let path = destination.as_ref().map(|place| ledger::path(&settings, run, place, list.context));
    if let Some(path) = path
        && let Some(Some(path)) = list.told("journal", path)?
    {
        journal(&path, list)?;
    }
    let question = question(&settings, &ground, list).await?;
    if let Some(destination) = destination {
        output(&settings, &ground, &destination, list)?;
    }
    match question {
        Some(question) => model::asked(&settings, &question, list).await,
        None => model::greeted(&settings.model, &settings.policy, list).await,
    }
}

/// Looks at the journal, which another run may have, and makes none.
fn journal(path: &Path, list: &mut List<'_>) -> Result<(), Error> {
    let mut answers = 0;
    // What cannot be looked for, as below a file, is told of by whoever reads it.
    let looked = if path.try_exists().unwrap_or(true) {
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

/// Looks at Label Studio and the project.
async fn project(
    run: &Layered<RunArgs>,
    studio: &StudioSettings,
    list: &mut List<'_>,
) -> Result<Option<ConfigText>, Error> {
    let policy = retry_policy(&run.args.limits.retries);
    let host = plan::reach(studio, &policy, &list.context.stop).await;
    let Some(host) = list.told("Label Studio", host)? else { return Ok(None) };
    list.good("Label Studio", &host.name)?;
    let Some(text) = list.told("project", plan::project(host, studio).await)? else { return Ok(None) };
    list.good("project", &text.name)?;
    Ok(Some(text))
}

/// Looks at the labeling config, and at where it is.
async fn config(
    run: &Layered<RunArgs>,
    tasks: &TaskSettings,
    list: &mut List<'_>,
) -> Result<Option<(ConfigText, Form)>, Error> {
    let text = match &tasks.origin {
        TaskOrigin::File { label_config, .. } => list.told("labeling config", plan::read(label_config))?,
        TaskOrigin::Project { studio, .. } => project(run, studio, list).await?,
    };
    let Some(text) = text else { return Ok(None) };
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

/// Looks at the tasks and at the prompt made for the first of them; `None` where there is none to ask about.
async fn question(
    settings: &Settings,
    ground: &Ground,
    list: &mut List<'_>,
) -> Result<Option<Question>, Error> {
    let Some(tasks) = list.told("tasks", Tasks::open(&settings.tasks, ground).await)? else {
        return Ok(None);
    };
    let peeked = Peeked::open(tasks.source()).await.map_err(Error::from);
    let Some(peeked) = list.told("tasks", peeked)? else { return Ok(None) };
    for notice in tasks.notices() {
        list.note("tasks", notice)?;
    }
    let Some(mut peeked) = peeked else {
        list.good("tasks", "none is selected: a run would have nothing to do")?;
        return Ok(None);
    };
    let first = peeked.first();
    let count =
        tasks.expected(first).await.map_or_else(|| "some tasks".to_owned(), |count| plural(count, "task"));
    list.good("tasks", &format!("{count} selected, the first is {}", first.id))?;
    let annotator = plan::annotator(settings, ground, &peeked, list.context).await;
    let id = first.id;
    let Some(annotator) = list.told("prompt", annotator)? else { return Ok(None) };
    // Whether the model answers, one piece of a text shows as well as all.
    let annotator = Annotator { most_pieces: 1, ..annotator };
    let fitting = peeked.fitting(async |task| annotator.prepared(task).await.map(drop)).await?;
    let fitting = fitting.map_err(|reason| ports::Error::Input(format!("{id}: {reason}")).into());
    let Some(task) = list.told("prompt", fitting)?.cloned() else { return Ok(None) };
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
    Ok(Some(Question { annotator, task }))
}

/// Looks at where predictions go, and writes nothing.
fn output(
    settings: &Settings,
    ground: &Ground,
    destination: &Destination,
    list: &mut List<'_>,
) -> Result<(), Error> {
    let before = Before { rows: None, journal: None, context: list.context };
    let target = Target::open(settings, ground, destination, before);
    match list.told("output", target)? {
        Some(target) => list.good("output", &format!("{target}, as {}", ground.model_version)),
        None => Ok(()),
    }
}
