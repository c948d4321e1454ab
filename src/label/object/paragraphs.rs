//! `Paragraphs`: a dialogue, or a text in paragraphs.

use std::borrow::Cow;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::Value;

use super::text::kept_elsewhere;
use super::{Content, Head, Object, Passage, Shows, Turn};
use crate::label::task::Task;
use crate::label::{tag, text};

#[derive(Debug)]
struct Paragraphs {
    head: Head,
    keys: Keys,
    kept_elsewhere: Option<String>,
}

/// Under which keys a turn keeps its speaker and its text.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) speaker: String,
    pub(super) text: String,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    let key = |name, default: &str| tag::filled(node, name).unwrap_or(default).to_owned();
    Ok(Arc::new(Paragraphs {
        head: Head::of("Paragraphs", node, name)?,
        keys: Keys { speaker: key("nameKey", "author"), text: key("textKey", "text") },
        kept_elsewhere: kept_elsewhere(node),
    }))
}

/// Reads a conversation: a list of objects, or such a list as JSON text, as a CSV file holds it.
pub(super) fn turns(value: &Value, keys: &Keys, place: &str) -> Result<Vec<Turn>, String> {
    let parsed = match value {
        Value::String(written) if written.trim_start().starts_with('[') => {
            serde_json::from_str(written).map_or(Cow::Borrowed(value), Cow::Owned)
        }
        _ => Cow::Borrowed(value),
    };
    let expected = || format!("a list of objects with `{}` and `{}`", keys.speaker, keys.text);
    let entries = match parsed.as_ref() {
        Value::Array(entries) if entries.is_empty() => return Err(format!("{place} is an empty list")),
        Value::Array(entries) => entries,
        Value::String(address) if address.starts_with("http://") || address.starts_with("https://") => {
            return Err(format!(
                "{place} is an address; expected {}, fetching it is not supported yet",
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
        if let Some(reason) = &self.kept_elsewhere {
            return Err(reason.clone());
        }
        let value = self.head.source.value(&task.data)?;
        turns(&value, &self.keys, &self.head.source.describe())
    }
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

    fn details(&self) -> Vec<&str> {
        vec![&self.keys.speaker, &self.keys.text]
    }
}
