//! `Table`: named values.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::source::Source;
use super::{Content, Object};
use crate::label::task::Task;
use crate::label::text;

#[derive(Debug)]
struct Table {
    name: String,
    source: Source,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(Table { name: name.to_owned(), source: Source::of(node)? }))
}

impl Object for Table {
    fn name(&self) -> &str {
        &self.name
    }

    fn field(&self) -> Option<&str> {
        self.source.field_name()
    }

    fn content(&self, task: &Task) -> Result<Content, String> {
        let value = self.source.value(&task.data)?;
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

    fn canonical(&self) -> String {
        json!(["Table", self.name, self.source.canonical()]).to_string()
    }
}
