//! `List`: things to rank or judge, each with a title and a body.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::source::Source;
use super::{Content, Object};
use crate::label::task::Task;
use crate::label::text;

#[derive(Debug)]
struct List {
    name: String,
    source: Source,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(List { name: name.to_owned(), source: Source::of(node)? }))
}

impl Object for List {
    fn name(&self) -> &str {
        &self.name
    }

    fn field(&self) -> Option<&str> {
        self.source.field_name()
    }

    fn content(&self, task: &Task) -> Result<Content, String> {
        let value = self.source.value(&task.data)?;
        let Value::Array(entries) = value.as_ref() else {
            return Err(format!(
                "{} is {}; expected a list of objects with `id`, `title` and `body`",
                self.source.describe(),
                text::describe(&value)
            ));
        };
        let lines =
            entries.iter().enumerate().map(|(index, entry)| format!("{}. {}", index + 1, line(entry)));
        Ok(Content::Text(lines.collect::<Vec<_>>().join("\n")))
    }

    fn canonical(&self) -> String {
        json!(["List", self.name, self.source.canonical()]).to_string()
    }
}

fn line(entry: &Value) -> String {
    let fields = ["title", "body", "html"].into_iter().filter_map(|key| text::plain(&entry[key]));
    match fields.collect::<Vec<_>>().join(": ") {
        shown if shown.is_empty() => text::plain(entry).unwrap_or_default(),
        shown => shown,
    }
}
