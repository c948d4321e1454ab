//! `Table`: named values.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::Value;

use super::{Content, Head, Object, Shows};
use crate::label::task::Task;
use crate::label::text;

#[derive(Debug)]
struct Table {
    head: Head,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(Table { head: Head::of("Table", node, name)? }))
}

impl Shows for Table {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        let value = self.head.source.value(&task.data)?;
        let lines = match value.as_ref() {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", text::plain(value).unwrap_or_default()))
                .collect::<Vec<_>>()
                .join("\n"),
            other => text::plain(other).unwrap_or_default(),
        };
        Ok(Content::Text(lines))
    }
}
