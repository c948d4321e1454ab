//! Whether the model answers: for the first task, or at all.

use std::time::Instant;

use super::list::List;
use crate::annotate::annotator::{Annotator, AnswerMode, Answerer};
use crate::commands::clients::{self, Network};
use crate::engine::ports::{self, FailureKind, Outcome};
use crate::error::Error;
use crate::http::retry::RetryPolicy;
use crate::http::transport::SendError;
use crate::label::prediction::Unfilled;
use crate::label::task::Task;
use crate::llm::chat::{ChatRequest, Logprobs, Message, Parameters, Role};
use crate::llm::client::{AskError, Unanswered};
use crate::llm::estimate::with_usual_files;
use crate::progress::text::plain_duration;
use crate::settings::{ModelServer, ModelSettings, Oracle, Settings};

/// What is asked where there is no task to ask about.
const GREETING: &str = "Is anybody there? Answer with the one word \"yes\".";

/// Most tokens of an answer to that, unless the user allows less: enough for a model that thinks first.
const GREETING_TOKENS: u64 = 1024;

/// A task, and who asks about it.
pub(super) struct Question {
    pub(super) annotator: Annotator,
    pub(super) task: Task,
}

/// Says hello to the model, where something else keeps it from being asked for a task.
pub(super) async fn greeted(
    settings: &ModelSettings,
    policy: &RetryPolicy,
    list: &mut List<'_>,
) -> Result<(), Error> {
    notes(settings, list)?;
    if settings.check_key().is_err() {
        // That has a line of its own.
        return Ok(());
    }
    let Oracle::Model(server) = &settings.oracle else { return counted(list) };
    if !list.asks {
        return not_asked(settings, list);
    }
    let started = Instant::now();
    let answered = greet(settings, server, &Network { policy, context: list.context }).await;
    let advice = || Some(server.advice.clone());
    if list.told("model", answered.map_err(|error| error.advised(|_| advice())))?.is_none() {
        return Ok(());
    }
    let took = plain_duration(started.elapsed());
    list.good("model", &format!("{settings} answered in {took}; it was not asked for a task"))
}

async fn greet(settings: &ModelSettings, server: &ModelServer, network: &Network<'_>) -> Result<(), Error> {
    let client = clients::client(settings, server, &server.options, network)?;
    let limit = settings.parameters.max_tokens.unwrap_or(GREETING_TOKENS);
    let parameters = Parameters {
        responses: 1,
        max_tokens: Some(limit.min(GREETING_TOKENS)),
        logprobs: Logprobs::Unasked,
        ..settings.parameters.clone()
    };
    let messages = vec![Message::text(Role::User, GREETING)];
    let request = ChatRequest { model: settings.model.clone(), messages, schema: None, parameters };
    match client.complete(&request).await {
        Ok(_) => Ok(()),
        Err(Unanswered { error: AskError::Send(SendError::Aborted { message, advice, .. }), .. }) => {
            Err(ports::Error::Provider { message, advice: Some(advice) }.into())
        }
        Err(Unanswered { error, .. }) => Err(unanswered_error(error.to_string())),
    }
}

fn notes(settings: &ModelSettings, list: &List<'_>) -> Result<(), Error> {
    settings.notices.iter().try_for_each(|notice| list.note("model", notice))
}

fn counted(list: &List<'_>) -> Result<(), Error> {
    list.good("model", "keyword: label words are counted, no model is asked")
}

fn not_asked(settings: &ModelSettings, list: &List<'_>) -> Result<(), Error> {
    list.note("model", &format!("{settings}: not asked"))
}

/// Asks the model for the first task, as a run would, and posts nothing.
pub(super) async fn asked(
    settings: &Settings,
    question: &Question,
    list: &mut List<'_>,
) -> Result<(), Error> {
    notes(&settings.model, list)?;
    if settings.model.check_key().is_err() {
        return Ok(());
    }
    let Question { annotator, task: first } = question;
    let Answerer::Model(client) = &annotator.answerer else { return counted(list) };
    if !list.asks {
        return not_asked(&settings.model, list);
    }
    let started = Instant::now();
    let answered = match annotator.annotate(unanswered(first)).await {
        Outcome::Labeled { labeled, .. } => Ok((labeled.prediction.score, labeled.unfilled)),
        Outcome::Unchanged(_) => Ok((None, Vec::new())),
        // Of a task's own trouble, address and key are not to blame.
        Outcome::Fatal { error, .. } => Err(Error::from(error).advised(|error| settings.advice(error))),
        Outcome::Stopped { .. } => Err(unanswered_error("stopped before it was asked".to_owned())),
        Outcome::Failed { failure, .. } | Outcome::Refrained(failure) => Err(match failure.kind {
            FailureKind::Data => ports::Error::Input(failure.reason).into(),
            _ => unanswered_error(format!("asked for {}: {}", failure.task, failure.reason)),
        }),
    };
    let Some((score, unfilled)) = list.told("model", answered)? else { return Ok(()) };
    let way = match annotator.mode {
        AnswerMode::Text => "plain text",
        AnswerMode::LlmInteractive => "plain text, read as `llm_interactive` does",
        _ => client.known(&annotator.model).capabilities.rung.about(),
    };
    let took = plain_duration(started.elapsed());
    let words = format!("{} answered for {} in {took}, by {way}", settings.model, first.id);
    list.good("model", &words)?;
    for Unfilled { control, reason } in unfilled {
        list.note("model", &format!("`{control}` was left out: {reason}"))?;
    }
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
