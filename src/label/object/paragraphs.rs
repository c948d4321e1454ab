//! `Paragraphs`: a dialogue, or a text in paragraphs.

use std::borrow::Cow;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::Value;

use super::kept::Kept;
use super::{Content, Head, Object, Passage, Shows, Turn};
use crate::label::path::Path;
use crate::label::pieces::{self, Piece};
use crate::label::task::Task;
use crate::label::{tag, text};

#[derive(Debug)]
struct Paragraphs {
    head: Head,
    keys: Keys,
    /// Whether the editor sorts the turns by the time they begin (`contextScroll`).
    is_sorted: bool,
    kept: Kept,
}

/// Under which keys a turn keeps its speaker and its text.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) speaker: String,
    pub(super) text: String,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    let key = |name, default: &str| tag::filled(node, name).unwrap_or(default).to_owned();
    let head = Head::of("Paragraphs", node, name)?;
    Ok(Arc::new(Paragraphs {
        keys: Keys { speaker: key("nameKey", "author"), text: key("textKey", "text") },
        is_sorted: tag::is_set(node, "contextScroll"),
        kept: Kept::of(node, &head.source),
        head,
    }))
}

/// Reads a conversation: a list of objects, or such a list as JSON text, as a CSV file holds it.
pub(super) fn turns(value: &Value, keys: &Keys, place: &str) -> Result<Vec<Turn>, String> {
    let parsed = parsed(value);
    let expected = || format!("a list of objects with `{}` and `{}`", keys.speaker, keys.text);
    let entries = match parsed.as_ref() {
        Value::Array(entries) if entries.is_empty() => return Err(format!("{place} is an empty list")),
        Value::Array(entries) => entries,
        Value::String(address) if address.starts_with("http://") || address.starts_with("https://") => {
            return Err(format!(
                "{place} is an address; expected {}, or `valueType=\"url\"` in the labeling config",
                expected()
            ));
        }
        other => return Err(format!("{place} is {}; expected {}", text::describe(other), expected())),
    };
    let numbered = entries.iter().enumerate();
    numbered
        .map(|(index, entry)| turn(entry, keys).map_err(|reason| format!("{place}[{index}] {reason}")))
        .collect()
}

fn parsed(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::String(written) if written.trim_start().starts_with('[') => {
            serde_json::from_str(written).map_or(Cow::Borrowed(value), Cow::Owned)
        }
        _ => Cow::Borrowed(value),
    }
}

fn turn(entry: &Value, keys: &Keys) -> Result<Turn, String> {
    match entry {
        Value::String(text) => Ok(Turn { speaker: String::new(), text: text.clone() }),
        Value::Object(fields) => {
            let found = || text::quoted(fields.keys().map(String::as_str));
            let said = fields.get(&keys.text).ok_or_else(|| {
                format!("has no `{}` (it has {}); see `textKey` in the labeling config", keys.text, found())
            })?;
            Ok(Turn {
                speaker: fields.get(&keys.speaker).and_then(text::plain).unwrap_or_default(),
                text: text::plain(said).unwrap_or_default(),
            })
        }
        other => Err(format!("is {}; expected an object with `{}`", text::describe(other), keys.text)),
    }
}

impl Paragraphs {
    fn turns(&self, task: &Task) -> Result<Vec<Turn>, String> {
        Ok(self.numbered(task)?.into_iter().map(|(turn, _)| turn).collect())
    }

    /// Returns the turns in the order of their numbers, each with its entry in the task's data.
    fn numbered(&self, task: &Task) -> Result<Vec<(Turn, Value)>, String> {
        self.kept.check()?;
        let value = self.head.source.value(&task.data)?;
        let value = parsed(&value);
        let turns = turns(&value, &self.keys, &self.head.source.describe())?;
        let entries = value.as_array().cloned().unwrap_or_default();
        let numbered = turns.into_iter().zip(entries).collect();
        Ok(if self.is_sorted { sorted(numbered) } else { numbered })
    }
}

/// Returns the turns in the order in which they begin, as `setRemoteValue` of the editor's `Paragraphs/model.js` sorts.
///
/// A turn without a beginning is the last one, and so is one that begins at 0, which the editor takes for none.
fn sorted(mut turns: Vec<(Turn, Value)>) -> Vec<(Turn, Value)> {
    let time = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_f64).filter(|time| *time != 0.0);
    let span = |entry: &Value| {
        let start = time(entry, "start").unwrap_or(f64::INFINITY);
        let end = time(entry, "end").or_else(|| Some(start + entry.get("duration")?.as_f64()?));
        (start, end.unwrap_or(0.0))
    };
    turns.sort_by(|(_, one), (_, other)| {
        let ((start, end), (other_start, other_end)) = (span(one), span(other));
        start.total_cmp(&other_start).then(end.total_cmp(&other_end))
    });
    turns
}

impl Shows for Paragraphs {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        self.turns(task).map(Content::Turns)
    }

    fn mark(&self, task: &Task) -> Result<Vec<Passage>, String> {
        let turns = self.turns(task)?;
        Ok(turns.into_iter().map(|turn| Passage { text: turn.text }).collect())
    }

    fn cut(&self, task: &Task, most: usize) -> Result<Vec<Piece>, String> {
        let (turns, entries): (Vec<Turn>, Vec<Value>) = self.numbered(task)?.into_iter().unzip();
        Ok(pieces::of_turns(&entries, &turns, most))
    }

    fn address(&self) -> Option<&Path> {
        self.kept.address()
    }

    fn details(&self) -> Vec<&str> {
        let mut details = vec![self.keys.speaker.as_str(), &self.keys.text];
        details.extend(self.is_sorted.then_some("contextScroll"));
        details.extend(self.kept.details());
        details
    }
}
