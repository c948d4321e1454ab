//! What `run`, `preview` and `check` do before anything is paid for, step by step.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures::StreamExt;
use tracing::debug;

use super::{Context, clients, examples};
use crate::annotate::annotator::{Annotator, AnswerMode, Answerer};
use crate::annotate::contact::Contact;
use crate::annotate::fingerprint;
use crate::annotate::keyword;
use crate::annotate::shared::Shared;
use crate::engine::ports::{self, Source};
use crate::error::Error;
use crate::http::retry::RetryPolicy;
use crate::http::stop::Stop;
use crate::label::config::{ConfigError, LabelConfig};
use crate::label::form::{Form, Wanted};
use crate::label::task::Task;
use crate::llm::estimate::estimate_tokens;
use crate::progress::text::harmless;
use crate::prompt::wrap::Prompt;
use crate::settings::{
    self, ModelSettings, Oracle, Settings, SettingsError, StudioSettings, TaskOrigin, TaskSettings,
};
use crate::source::file::FileSource;
use crate::source::peeked::Peeked;
use crate::source::selection::{Only, Selection};
use crate::source::studio::StudioSource;
use crate::studio::client::Studio;
use crate::studio::error::StudioError;
use crate::studio::project::Project;

/// How many of the first tasks decide Ollama's context length.
const FIRST_PAGE: usize = 500;

/// The smallest context Ollama is asked for, in tokens: its own default cuts off prompts without a word.
const SMALLEST_CONTEXT: u64 = 8192;

/// What an answer is given in that context, in tokens, where the user sets no limit.
const ANSWER_TOKENS: u64 = 1024;

/// The XML of a labeling config and where it was found.
#[derive(Debug)]
pub(super) struct ConfigText {
    pub xml: String,
    /// What a person calls the place: a project with its title, or a file.
    pub name: String,
    /// Label Studio's release, unless it is a file.
    pub release: Option<String>,
    /// Where the project is, unless it is a file.
    pub studio: Option<Arc<Studio>>,
}

/// A Label Studio that was reached.
#[derive(Debug)]
pub(super) struct Host {
    studio: Studio,
    release: String,
    /// What a person calls it: release, address and user.
    pub name: String,
}

/// What is to be filled, and how the predictions are called.
#[derive(Debug)]
pub(super) struct Ground {
    pub form: Arc<Form>,
    pub studio: Option<Arc<Studio>>,
    /// As in [`ConfigText`].
    pub name: String,
    /// As in [`ConfigText`].
    pub release: Option<String>,
    /// The version of the predictions of this run.
    pub model_version: String,
}

/// The selected tasks.
#[derive(Debug)]
pub(super) enum Tasks {
    Project(StudioSource),
    File(FileSource),
}

impl Tasks {
    /// Opens the project or the file; nothing but the choice of tasks is decided yet.
    pub(super) async fn open(settings: &TaskSettings, ground: &Ground) -> Result<Self, Error> {
        let selection =
            Selection { model_version: ground.model_version.clone(), ..settings.selection.clone() };
        match &settings.origin {
            TaskOrigin::File { tasks, .. } => Ok(Self::File(FileSource::open(tasks, selection).await?)),
            TaskOrigin::Project { view, studio: StudioSettings { project, .. } } => {
                let studio = ground.studio.clone().ok_or_else(not_connected)?;
                let source = StudioSource::open(studio, *project, *view, &selection).await;
                source.map(Self::Project).map_err(|error| refused(&error))
            }
        }
    }

    pub(super) fn source(&self) -> &dyn Source {
        match self {
            Self::Project(source) => source,
            Self::File(source) => source,
        }
    }

    /// Returns how many tasks will come, if that can be told.
    ///
    /// It cannot where the first one comes with predictions: it was touched since it got them, perhaps edited, and
    /// nobody knows yet how many more are.
    pub(super) async fn expected(&self, first: &Task) -> Option<u64> {
        match self {
            Self::File(source) => Some(source.total()),
            Self::Project(_) if !first.predictions.is_empty() => None,
            Self::Project(source) => source
                .expected()
                .await
                .inspect_err(|error| debug!(%error, "the number of tasks is not known"))
                .ok(),
        }
    }

    /// Returns what a person should know about the choice, one line each.
    pub(super) fn notices(&self) -> &[String] {
        match self {
            Self::Project(source) => source.notices(),
            Self::File(_) => &[],
        }
    }
}

/// Fetches or reads the labeling config and decides what is filled and how the predictions are called.
pub(super) async fn ground(settings: &Settings, stop: &Stop) -> Result<Ground, Error> {
    let text = match &settings.tasks.origin {
        TaskOrigin::Project { studio, .. } => connect(studio, &settings.policy, stop).await?,
        TaskOrigin::File { label_config, .. } => read(label_config)?,
    };
    let form = form(&text, &wanted(&settings.prompt.wanted, settings.model.oracle.name()))?;
    let model_version = model_version(settings, &form);
    let ConfigText { name, release, studio, .. } = text;
    Ok(Ground { form: Arc::new(form), studio, name, release, model_version })
}

/// Reaches Label Studio and the project.
pub(super) async fn connect(
    settings: &StudioSettings,
    policy: &RetryPolicy,
    stop: &Stop,
) -> Result<ConfigText, Error> {
    let host = reach(settings, policy, stop).await?;
    project(host, settings).await
}

/// Reaches Label Studio, which knows the key.
pub(super) async fn reach(
    settings: &StudioSettings,
    policy: &RetryPolicy,
    stop: &Stop,
) -> Result<Host, Error> {
    let studio = clients::studio(settings, policy, stop)?;
    let (version, user) = studio.connect().await.map_err(|error| refused_to(settings, &error))?;
    let name = format!("{} at {}, as {}", version.release, settings.address, harmless(&user.email));
    Ok(Host { studio, release: version.release, name })
}

/// Fetches the labeling config of the project.
pub(super) async fn project(host: Host, settings: &StudioSettings) -> Result<ConfigText, Error> {
    let Host { studio, release, .. } = host;
    let project = studio.project(settings.project).await.map_err(|error| refused_to(settings, &error))?;
    let Project { id, title, label_config, .. } = project;
    let name = format!("project {id} “{}”", harmless(&title));
    Ok(ConfigText { xml: label_config, name, release: Some(release), studio: Some(Arc::new(studio)) })
}

fn refused_to(settings: &StudioSettings, error: &StudioError) -> Error {
    refused(error).advised(|_| Some(settings.advice.clone()))
}

/// Reads the labeling config from a file.
pub(super) fn read(path: &Path) -> Result<ConfigText, Error> {
    let xml = settings::read::text(path, "`--label-config`")?;
    Ok(ConfigText { xml, name: path.display().to_string(), release: None, studio: None })
}

/// Returns which controls this provider can fill of those that are wanted.
pub(super) fn wanted(wanted: &Wanted, provider: &str) -> Wanted {
    let without_regions = (provider == keyword::NAME).then_some(keyword::WITHOUT_REGIONS);
    Wanted { without_regions, ..wanted.clone() }
}

/// Parses the labeling config and chooses what is filled.
pub(super) fn form(text: &ConfigText, wanted: &Wanted) -> Result<Form, Error> {
    let fault = |source| match source {
        ConfigError::Choice(words) => SettingsError::new(words).into(),
        source => Error::LabelConfig { origin: text.name.clone(), source },
    };
    let config = LabelConfig::parse(&text.xml).map_err(fault)?;
    Form::new(&config, wanted).map_err(fault)
}

/// Says that a step was taken before the one it needs.
pub(super) fn not_connected() -> ports::Error {
    ports::Error::Studio { message: "Label Studio was not reached".to_owned(), advice: None }
}

/// Checks the prompt against the first task and puts everything together that labels a task.
pub(super) async fn annotator(
    settings: &Settings,
    ground: &Ground,
    tasks: &Peeked<'_>,
    context: &Context<'_>,
) -> Result<Annotator, Error> {
    if settings.prompt.mode == AnswerMode::Text && !ground.form.takes_text() {
        let words = "`--answer text` fills a `TextArea`, `Choices`, `Taxonomy`, `Pairwise` or a `Ranker` without \
                     buckets, and none of them is to be filled; leave it out";
        return Err(SettingsError::new(words).into());
    }
    let media = clients::media(settings, ground, &context.stop)?;
    // Where its texts cannot be had, that is told of the task itself.
    let first = media.shown(&ground.form, tasks.first()).await.ok().flatten();
    let first = first.as_ref().unwrap_or(tasks.first());
    let prompt = Prompt::new(&settings.prompt.texts, &ground.form, first)?;
    let prompt = examples::shown(prompt, settings, ground, &media).await?;
    let ModelSettings { oracle, model, parameters, .. } = &settings.model;
    let mut annotator = Annotator {
        form: Arc::clone(&ground.form),
        prompt,
        answerer: Answerer::Keyword,
        provider: oracle.name().to_owned(),
        model: model.clone(),
        parameters: parameters.clone(),
        mode: settings.prompt.mode,
        scoring: settings.prompt.scoring,
        model_version: ground.model_version.clone(),
        // Who wants the others as well wants them asked, and in the output.
        keeps_answers: settings.tasks.selection.only == Only::Unpredicted,
        journal: None,
        retries_failed: settings.tasks.retries_failed,
        contact: Contact::default(),
        shared: Shared::default(),
        most_pieces: usize::MAX,
        unaided: AtomicU64::default(),
        media,
    };
    if let Oracle::Model(server) = oracle {
        let mut options = server.options.clone();
        if server.row.name == "ollama" && options.num_ctx.is_none() {
            options.num_ctx = Some(context_length(&annotator, tasks).await?);
        }
        let network = clients::Network { policy: &settings.policy, context };
        annotator.answerer =
            Answerer::Model(Box::new(clients::client(&settings.model, server, &options, &network)?));
    }
    Ok(annotator)
}

/// Returns the context, in tokens, that the longest of the first tasks needs: one for the whole run, for Ollama loads
/// the model again at every change.
async fn context_length(annotator: &Annotator, tasks: &dyn Source) -> Result<u32, Error> {
    let answer = annotator.parameters.max_tokens.unwrap_or(ANSWER_TOKENS);
    let mut longest = SMALLEST_CONTEXT;
    let mut first = tasks.tasks().take(FIRST_PAGE);
    while let Some(task) = first.next().await {
        if let Ok(requests) = annotator.prepared(&task?).await {
            let tokens = requests.sent().iter().map(estimate_tokens).max();
            longest = longest.max(tokens.unwrap_or_default() + answer);
        }
    }
    Ok(u32::try_from(longest.next_power_of_two()).unwrap_or(u32::MAX))
}

/// Returns the user's name for the version, or one that changes with all that decides the answers.
pub(super) fn model_version(settings: &Settings, form: &Form) -> String {
    let Settings { prompt, model, delivery, .. } = settings;
    if let Some(name) = &delivery.model_version {
        return name.clone();
    }
    let mode = format!("{:?}", prompt.mode);
    let mut texts = vec![prompt.texts.canonical(), form.canonical(), mode];
    texts.extend(prompt.examples.as_ref().map(|examples| examples.choice.canonical()));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    fingerprint::model_version(&model.model, &texts, &model.parameters)
}

/// Tells what was asked of Label Studio and does not exist there from Label Studio's own refusals.
pub(super) fn refused(error: &StudioError) -> Error {
    let message = error.to_string();
    Error::from(match error {
        StudioError::Selection(_) => ports::Error::Input(message),
        _ => ports::Error::Studio { message, advice: error.advice() },
    })
}
