//! `journal show`: what a journal holds of a task.

use std::collections::HashSet;
use std::path::Path;

use serde_json::json;

use super::when;
use crate::cli::TaskArg;
use crate::commands::Context;
use crate::error::Error;
use crate::journal;
use crate::journal::record::{Answer, Failure, Key, Record, Reply};
use crate::label::prediction::Usage;
use crate::label::task::TaskId;
use crate::llm::chat::{Response, Wording};
use crate::llm::client::RawReply;
use crate::llm::price::money;
use crate::progress::text::{harmless_lines, plural, tokens};
use crate::settings::SettingsError;

/// Prints what became of a task, and of another with the same question: what a person asks for.
pub(super) fn show(task: TaskArg, path: &Path, context: &Context<'_>) -> Result<(), Error> {
    let texts: Vec<String> = records(task, path)?.iter().map(text).collect();
    context.print(&harmless_lines(texts.join("\n").trim_end()))
}

/// Prints the same records as they stand in the journal.
pub(super) fn in_full(task: TaskArg, path: &Path, context: &Context<'_>) -> Result<(), Error> {
    let lines: Vec<String> = records(task, path)?.iter().map(|record| json!(record).to_string()).collect();
    context.print(&lines.join("\n"))
}

fn records(task: TaskArg, path: &Path) -> Result<Vec<Record>, Error> {
    let keys = keys(&[task], path)?;
    let mut records = Vec::new();
    journal::look(path, |entry| {
        if entry.outline.key().is_some_and(|key| keys.contains(&key)) {
            records.extend(entry.record());
        }
    })?;
    Ok(records)
}

/// Returns the questions of these tasks; none of one of them is an error.
pub(super) fn keys(tasks: &[TaskArg], path: &Path) -> Result<HashSet<Key>, Error> {
    let mut found = vec![HashSet::new(); tasks.len()];
    journal::look(path, |entry| {
        let (Some(key), Some(task)) = (entry.outline.key(), entry.outline.task()) else { return };
        for (_, keys) in tasks.iter().zip(&mut found).filter(|(wanted, _)| wanted.means(task)) {
            keys.insert(key);
        }
    })?;
    match tasks.iter().zip(&found).find(|(_, keys)| keys.is_empty()) {
        Some((task, _)) => Err(SettingsError::with_hint(
            format!("the journal {} holds nothing of {task}", path.display()),
            "`ls-autolabel journal list` with the same options shows its tasks",
        )
        .into()),
        None => Ok(found.into_iter().flatten().collect()),
    }
}

/// Returns a record in lines of a name and a value, and its replies below.
fn text(record: &Record) -> String {
    match record {
        Record::Answer(Answer { key, task, at, model, replies, usage, cost, .. }) => {
            let head = Head { key, task, at: *at, model, usage, cost: *cost };
            format!("{}{}", head.text("answered"), shown(replies))
        }
        Record::Failure(failure) => {
            let Failure { key, task, at, model, replies, usage, cost, .. } = failure;
            let head = Head { key, task, at: *at, model, usage, cost: *cost };
            let lasting = if failure.permanent { ", not asked again unless it changes" } else { "" };
            let became = format!("failed: {}{lasting}", failure.kind);
            format!("{}reason   {}\n{}", head.text(&became), failure.reason, shown(replies))
        }
        Record::Also(also) => format!("{}: given the answer to the same question, {}\n", also.task, also.key),
        Record::Posting(_) | Record::Posted(_) => String::new(),
    }
}

/// What answers and failures have in common.
struct Head<'a> {
    key: &'a Key,
    task: &'a TaskId,
    at: u64,
    model: &'a str,
    usage: &'a Usage,
    cost: Option<f64>,
}

impl Head<'_> {
    fn text(&self, became: &str) -> String {
        let Self { key, task, at, model, usage, cost } = self;
        let cost = cost.map_or_else(|| "unknown".to_owned(), money);
        format!(
            "{task}: {became}\nkey      {key}\nwhen     {}\nmodel    {model}\nusage    {}; tokens: {}\ncost     {cost}\n",
            when(*at),
            plural(usage.requests, "request"),
            tokens(usage),
        )
    }
}

/// Returns what the model said, a line before each response; a reply that no dialect can read as it came.
fn shown(replies: &[Reply]) -> String {
    let mut texts = Vec::new();
    for Reply { body, headers } in replies {
        let responses = RawReply { body: body.clone(), headers: headers.clone() }.responses();
        if responses.is_empty() {
            texts.push(("as it came", body.as_str().map_or_else(|| format!("{body:#}"), str::to_owned)));
        }
        texts.extend(responses.into_iter().map(|response| match response {
            Response::Text(Wording { text, .. }) => ("", text),
            Response::Truncated(text) => ("cut off at the token limit", text),
            Response::Refused(words) => ("refused", words),
        }));
    }
    let numbered = texts.iter().enumerate().map(|(index, (note, text))| {
        let note = if note.is_empty() { String::new() } else { format!(", {note}") };
        format!("reply {}{note}\n{}\n", index + 1, text.trim_end())
    });
    numbered.collect()
}
