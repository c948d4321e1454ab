//! `Chat`: a conversation of roles, as chat models keep it.

use std::sync::Arc;

use roxmltree::Node;

use super::paragraphs::{Keys, turns};
use super::{Content, Head, Object, Shows};
use crate::label::task::Task;

#[derive(Debug)]
struct Chat {
    head: Head,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(Chat { head: Head::of("Chat", node, name)? }))
}

impl Shows for Chat {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        let keys = Keys { speaker: "role".to_owned(), text: "content".to_owned() };
        let value = self.head.source.value(&task.data)?;
        turns(&value, &keys, &self.head.source.describe()).map(Content::Turns)
    }
}
