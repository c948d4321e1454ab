//! `preview`: the exact requests and what a run would cost; asks no model, posts nothing.

use futures::StreamExt;
use serde_json::Value;

use super::Context;
use super::estimate::{Estimate, pricing};
use super::plan::{self, Tasks};
use crate::annotate::annotator::{Annotator, Answerer};
use crate::cli::{OnlyArg, PreviewArgs};
use crate::engine::ports::{self, Source};
use crate::error::Error;
use crate::label::task::Task;
use crate::llm::chat::ChatRequest;
use crate::llm::client::Client;
use crate::llm::client::Trust;
use crate::progress::text::{harmless, harmless_lines, thousands};
use crate::settings::{Layered, Settings};
use crate::source::peeked::Peeked;

/// Shows the requests of the first tasks, and the estimate for all.
pub(super) async fn preview(layered: &Layered<PreviewArgs>, context: &Context<'_>) -> Result<(), Error> {
    let mut run = layered.part(|args| args.run.clone());
    if run.args.tasks.ids.is_some() {
        // Whoever names tasks wants to see them, also those that are labeled already.
        run.args.tasks.only.get_or_insert(OnlyArg::All);
    }
    let settings = Settings::resolve(&run, &context.places)?;
    let ground = plan::ground(&settings, &context.stop).await?;
    let tasks = Tasks::open(&settings.tasks, &ground).await?;
    for notice in ground.form.notices.iter().chain(tasks.notices()) {
        context.terminal.note(notice);
    }
    let shown = usize::try_from(layered.args.show.unwrap_or(1)).unwrap_or(usize::MAX);
    let Some(peeked) = Peeked::open(tasks.source()).await? else {
        return context.print("no tasks are selected: a run would have nothing to do");
    };
    let annotator = plan::annotator(&settings, &ground, &peeked, context).await?;
    for notice in annotator.prompt.notices().iter().chain(&settings.model.notices) {
        context.terminal.note(notice);
    }
    let mut first = peeked.tasks().take(shown);
    while let Some(task) = first.next().await.transpose()? {
        context.print(&requests(&annotator, &task).await?)?;
    }
    let estimate = Estimate::of(&tasks, &annotator, settings.tasks.selection.limit).await?;
    let pricing = pricing(&run.args.model, &settings.model);
    context.print(&estimate.text(&settings.model, pricing.as_ref()))
}

async fn requests(annotator: &Annotator, task: &Task) -> Result<String, Error> {
    let requests = match annotator.sendable(task).await {
        Ok(requests) => requests,
        Err(reason) => return Ok(format!("{}: no request can be made: {}\n", task.id, harmless(&reason))),
    };
    let Answerer::Model(client) = &annotator.answerer else {
        return Ok(format!("{}: nothing is sent; label words are counted\n", task.id));
    };
    let name = |number: usize| match requests.len() {
        1 => task.id.to_string(),
        count => format!("{}, piece {} of {count}", task.id, number + 1),
    };
    let numbered = requests.iter().enumerate();
    let shown: Result<Vec<String>, Error> = numbered
        .map(|(number, sent)| Ok(format!("{}: {}", name(number), request(annotator, client, sent)?)))
        .collect();
    Ok(shown?.join("\n"))
}

fn request(annotator: &Annotator, client: &Client, request: &ChatRequest) -> Result<String, Error> {
    let preview = match client.preview(request) {
        Ok(preview) => preview,
        Err(error) => return Ok(format!("no request can be made: {error}\n")),
    };
    let way = if request.schema.is_some() { preview.known.capabilities.rung.about() } else { "plain text" };
    let trust = match preview.known.trust {
        Trust::Guessed => "not tried with this endpoint yet",
        Trust::Remembered => "as this endpoint took it before",
        Trust::Proven => "as this endpoint takes it",
    };
    let scores = match annotator.scoring.source(&request.parameters, &preview.body) {
        Ok(source) => format!("scores from {source}"),
        Err(why) => format!("no scores: {why}"),
    };
    let body = serde_json::to_string_pretty(&shortened(preview.body))
        .map_err(|error| ports::Error::Io(format!("the request cannot be shown: {error}")))?;
    let body = harmless_lines(&body);
    Ok(format!("POST {}\nanswer by {way} ({trust}); {scores}\n{body}\n", preview.url))
}

/// Returns a body with the contents of images and files left out, and how long they are.
fn shortened(body: Value) -> Value {
    match body {
        Value::String(text) => Value::String(short(text)),
        Value::Array(values) => values.into_iter().map(shortened).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, shortened(value))).collect(),
        other => other,
    }
}

/// Shortens a data URL, or bare base64 that is too long to be a word.
fn short(text: String) -> String {
    const LONGEST: usize = 200;
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let (head, digits) = match text.split_once(";base64,") {
        Some((head, digits)) if head.starts_with("data:") => (format!("{head};base64,"), digits),
        _ => (String::new(), text.as_str()),
    };
    if digits.len() <= LONGEST || !digits.bytes().all(is_digit) {
        return text;
    }
    let bytes = digits.trim_end_matches('=').len() * 3 / 4;
    format!("{head}… ({} bytes)", thousands(bytes as u64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_shown_by_their_lengths() {
        let digits = |bytes: usize| "A".repeat(bytes.div_ceil(3) * 4 - 1) + "=";
        let check = |text: String, expect: &str| {
            assert_eq!(shortened(json!([{"x": text}])), json!([{"x": expect}]));
        };
        check(format!("data:image/png;base64,{}", digits(12_344)), "data:image/png;base64,… (12,344 bytes)");
        check(digits(12_344), "… (12,344 bytes)");
        check("data:image/png;base64,AAEC".to_owned(), "data:image/png;base64,AAEC");
        let words = "a word ".repeat(100);
        check(words.clone(), &words);
    }
}
