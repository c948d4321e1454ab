//! `Text`: a text to read.

use std::sync::Arc;

use roxmltree::Node;

use super::{Content, Head, Object, Passage, Shows};
use crate::label::tag;
use crate::label::task::Task;

#[derive(Debug)]
struct Text {
    head: Head,
    kept_elsewhere: Option<String>,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(Text { head: Head::of("Text", node, name)?, kept_elsewhere: kept_elsewhere(node) }))
}

/// Returns why the data is not the content itself but an address of it.
pub(super) fn kept_elsewhere(node: &Node<'_, '_>) -> Option<String> {
    let tag = node.tag_name().name();
    if tag::attribute(node, "valueType") == Some("url") {
        return Some(format!(
            "`{tag}` has `valueType=\"url\"`; fetching a text from its URL is not supported yet"
        ));
    }
    tag::filled(node, "resolver")
        .map(|resolver| format!("`{tag}` has `resolver=\"{resolver}\"`; resolvers are not supported yet"))
}

impl Text {
    fn text(&self, task: &Task) -> Result<String, String> {
        match &self.kept_elsewhere {
            Some(reason) => Err(reason.clone()),
            None => self.head.source.text(&task.data),
        }
    }
}

impl Shows for Text {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        self.text(task).map(Content::Text)
    }

    fn mark(&self, task: &Task) -> Result<Vec<Passage>, String> {
        // Browsers drop the null characters of what they show, so the editor does not count them.
        self.text(task).map(|text| vec![Passage { text: text.replace('\0', "") }])
    }
}
