//! `List`: things to rank or judge, each with a title and a body.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::Value;

use super::{Content, Head, Object, Shows};
use crate::label::task::Task;
use crate::label::text;

#[derive(Debug)]
struct List {
    head: Head,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(List { head: Head::of("List", node, name)? }))
}

impl Shows for List {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        let value = self.head.source.value(&task.data)?;
        let Value::Array(entries) = value.as_ref() else {
            return Err(format!(
                "{} is {}; expected a list of objects with `id`, `title` and `body`",
                self.head.source.describe(),
                text::describe(&value)
            ));
        };
        let lines =
            entries.iter().enumerate().map(|(index, entry)| format!("{}. {}", index + 1, line(entry)));
        Ok(Content::Text(lines.collect::<Vec<_>>().join("\n")))
    }
}

fn line(entry: &Value) -> String {
    let fields = ["title", "body", "html"].into_iter().filter_map(|key| text::plain(&entry[key]));
    match fields.collect::<Vec<_>>().join(": ") {
        shown if shown.is_empty() => text::plain(entry).unwrap_or_default(),
        shown => shown,
    }
}
