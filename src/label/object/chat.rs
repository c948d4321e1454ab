//! `Chat`: a conversation of roles, as chat models keep it.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::json;

use super::paragraphs::{Keys, turns};
use super::source::Source;
use super::{Content, Object};
use crate::label::task::Task;

#[derive(Debug)]
struct Chat {
    name: String,
    source: Source,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(Chat { name: name.to_owned(), source: Source::of(node)? }))
}

impl Object for Chat {
    fn name(&self) -> &str {
        &self.name
    }

    fn field(&self) -> Option<&str> {
        self.source.field_name()
    }

    fn content(&self, task: &Task) -> Result<Content, String> {
        let keys = Keys { speaker: "role".to_owned(), text: "content".to_owned() };
        let value = self.source.value(&task.data)?;
        turns(&value, &keys, &self.source.describe()).map(Content::Turns)
    }

    fn canonical(&self) -> String {
        json!(["Chat", self.name, self.source.canonical()]).to_string()
    }
}
