//! `journal list`: a line for each journal, or for each task of one.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{tokens, when};
use crate::commands::Context;
use crate::error::Error;
use crate::journal;
use crate::journal::record::{Answer, Failure, Outline};
use crate::llm::price::money;
use crate::progress::text::{harmless, plural, thousands};
use crate::settings::journal::{ENDING, folder};

/// What a table shows for nothing.
const NOTHING: &str = "-";

/// What a journal holds.
#[derive(Debug, Default)]
struct Sum {
    answers: u64,
    failures: u64,
    tokens: u64,
    cost: Option<f64>,
}

/// Lists the journals of the state folder.
pub(super) fn journals(context: &Context<'_>) -> Result<(), Error> {
    let folder = folder(context.state.as_deref())?;
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .collect();
    paths.sort();
    if paths.is_empty() {
        context.terminal.say(&format!("there are no journals in {}", folder.display()));
        return Ok(());
    }
    let mut rows = Vec::new();
    for path in &paths {
        match row(path) {
            Ok(row) => rows.push(row),
            Err(error) => context.terminal.note(&error.to_string()),
        }
    }
    context.print(&table(
        &["ANSWERS", "FAILED", "TOKENS", "COST", "BYTES", "LAST USED", "IN USE", "JOURNAL"],
        rows,
    ))
}

/// Lists the tasks of a journal.
pub(super) fn tasks(path: &Path, context: &Context<'_>) -> Result<(), Error> {
    let mut outlines = Vec::new();
    journal::look(path, |entry| outlines.push(entry.outline))?;
    let asked: HashMap<_, _> = outlines
        .iter()
        .filter(|outline| !matches!(outline, Outline::Also(_)))
        .filter_map(|outline| Some((outline.key()?, outline.task()?)))
        .collect();
    let row = |outline: &Outline| match outline {
        Outline::Answer(Answer { task, at, model, usage, cost, .. }) => {
            let [task, answer, at] = [task.to_string(), "answered".to_owned(), when(*at)];
            Some(vec![task, answer, at, harmless(model), thousands(tokens(usage)), dollars(*cost)])
        }
        Outline::Failure(Failure { task, at, model, kind, usage, cost, .. }) => {
            let [task, answer, at] = [task.to_string(), format!("failed: {}", harmless(kind)), when(*at)];
            Some(vec![task, answer, at, harmless(model), thousands(tokens(usage)), dollars(*cost)])
        }
        Outline::Also(also) => {
            let answer = format!("as {}", asked.get(&also.key)?);
            Some([also.task.to_string(), answer].into_iter().chain(vec![NOTHING.to_owned(); 4]).collect())
        }
        Outline::Posting(_) | Outline::Posted(_) => None,
    };
    let rows: Vec<_> = outlines.iter().filter_map(row).collect();
    context.terminal.say(&format!("{} in {}", plural(rows.len() as u64, "record"), path.display()));
    if rows.is_empty() {
        return Ok(());
    }
    context.print(&table(&["TASK", "ANSWER", "WHEN", "MODEL", "TOKENS", "COST"], rows))
}

fn row(path: &Path) -> Result<Vec<String>, Error> {
    let mut sum = Sum::default();
    journal::look(path, |entry| sum.add(&entry.outline))?;
    let metadata = fs::metadata(path).ok();
    let used = metadata.as_ref().and_then(|metadata| metadata.modified().ok()).map(seconds);
    Ok(vec![
        thousands(sum.answers),
        thousands(sum.failures),
        thousands(sum.tokens),
        dollars(sum.cost),
        metadata.map_or_else(|| NOTHING.to_owned(), |metadata| thousands(metadata.len())),
        used.map_or_else(|| NOTHING.to_owned(), when),
        if journal::holder(path).is_some() { "yes" } else { "no" }.to_owned(),
        path.display().to_string(),
    ])
}

impl Sum {
    fn add(&mut self, outline: &Outline) {
        let (usage, cost) = match outline {
            Outline::Answer(Answer { usage, cost, .. }) => {
                self.answers += 1;
                (usage, cost)
            }
            Outline::Failure(Failure { usage, cost, .. }) => {
                self.failures += 1;
                (usage, cost)
            }
            Outline::Also(_) | Outline::Posting(_) | Outline::Posted(_) => return,
        };
        self.tokens = self.tokens.saturating_add(tokens(usage));
        if let Some(cost) = cost {
            *self.cost.get_or_insert(0.0) += cost;
        }
    }
}

fn dollars(cost: Option<f64>) -> String {
    cost.map_or_else(|| NOTHING.to_owned(), money)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Returns rows below a head, in columns.
fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let head: Vec<String> = head.iter().map(|&word| word.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
