//! `Text`: a text to read.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::json;

use super::source::Source;
use super::{Content, Object};
use crate::label::tag;
use crate::label::task::Task;

#[derive(Debug)]
struct Text {
    name: String,
    source: Source,
    kept_elsewhere: Option<String>,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(Text {
        name: name.to_owned(),
        source: Source::of(node)?,
        kept_elsewhere: kept_elsewhere(node),
    }))
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

impl Object for Text {
    fn name(&self) -> &str {
        &self.name
    }

    fn field(&self) -> Option<&str> {
        self.source.field_name()
    }

    fn content(&self, task: &Task) -> Result<Content, String> {
        match &self.kept_elsewhere {
            Some(reason) => Err(reason.clone()),
            None => self.source.text(&task.data).map(Content::Text),
        }
    }

    fn canonical(&self) -> String {
        json!(["Text", self.name, self.source.canonical()]).to_string()
    }
}
