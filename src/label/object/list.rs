//! `List`: things to rank or judge, each with a title and a body.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::Value;

use super::{Content, Entry, Head, Object, Shows};
use crate::label::task::Task;
use crate::label::{tag, text};

#[derive(Debug)]
struct List {
    head: Head,
    numbering: Numbering,
}

/// What stands before each thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbering {
    /// `1.`, `2.` and so on.
    Position,
    /// The id of the thing in brackets: a `Ranker` wants ids.
    Id,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    let ranks_it =
        |control: Node<'_, '_>| tag::is(&control, "Ranker") && tag::targets(&control).contains(node);
    let is_ranked = node.document().descendants().any(ranks_it);
    let numbering = if is_ranked { Numbering::Id } else { Numbering::Position };
    Ok(Arc::new(List { head: Head::of("List", node, name)?, numbering }))
}

impl List {
    fn value<'a>(&'a self, task: &'a Task) -> Result<Cow<'a, [Value]>, String> {
        let unexpected = |found: &Value| {
            format!(
                "{} is {}; expected a list of objects with `id`, `title` and `body`",
                self.head.source.describe(),
                text::describe(found)
            )
        };
        match self.head.source.value(&task.data)? {
            Cow::Borrowed(Value::Array(entries)) => Ok(Cow::Borrowed(entries)),
            Cow::Owned(Value::Array(entries)) => Ok(Cow::Owned(entries)),
            found => Err(unexpected(&found)),
        }
    }
}

impl Shows for List {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        let entries = self.value(task)?;
        let marks: Vec<String> = match self.numbering {
            Numbering::Position => (1..=entries.len()).map(|position| format!("{position}.")).collect(),
            Numbering::Id => self.list(task)?.into_iter().map(|entry| format!("[{}]", entry.id)).collect(),
        };
        let lines = marks.iter().zip(entries.iter()).map(|(mark, entry)| format!("{mark} {}", line(entry)));
        Ok(Content::Text(lines.collect::<Vec<_>>().join("\n")))
    }

    fn list(&self, task: &Task) -> Result<Vec<Entry>, String> {
        let place = self.head.source.describe();
        let mut seen = HashSet::new();
        let mut list = Vec::new();
        for (index, entry) in self.value(task)?.iter().enumerate() {
            let id = id(&entry["id"]).ok_or_else(|| {
                format!("{place}[{index}] has no `id`; the result of a `Ranker` is made of ids")
            })?;
            if !seen.insert(id.clone()) {
                return Err(format!("{place} has the id `{id}` twice; ids must differ"));
            }
            list.push(Entry { id, title: text::plain(&entry["title"]).unwrap_or_default() });
        }
        if list.is_empty() { Err(format!("{place} is an empty list")) } else { Ok(list) }
    }

    fn details(&self) -> Vec<&str> {
        match self.numbering {
            Numbering::Position => Vec::new(),
            Numbering::Id => vec!["ids"],
        }
    }
}

/// Returns an id as the editor writes it: JavaScript knows no `1.0`.
fn id(id: &Value) -> Option<String> {
    match id {
        Value::String(id) if !id.trim().is_empty() => Some(id.clone()),
        Value::Number(number) => match number.as_f64() {
            Some(whole) if number.is_f64() && whole.fract() == 0.0 => Some(format!("{whole:.0}")),
            _ => Some(number.to_string()),
        },
        _ => None,
    }
}

fn line(entry: &Value) -> String {
    let fields = ["title", "body", "html"].into_iter().filter_map(|key| text::plain(&entry[key]));
    match fields.collect::<Vec<_>>().join(": ") {
        shown if shown.is_empty() => text::plain(entry).unwrap_or_default(),
        shown => shown,
    }
}
