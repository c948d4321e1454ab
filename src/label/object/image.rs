//! `Image`: one picture, or several by `valueList`.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::Value;

use super::source::Source;
use super::{Content, Head, Object, Shows};
use crate::label::task::Task;
use crate::label::{tag, text};

#[derive(Debug)]
struct Image {
    head: Head,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    let source = match tag::filled(node, "valueList") {
        Some(list) => Source::parse(list)?,
        None => Source::of(node)?,
    };
    Ok(Arc::new(Image { head: Head { tag: "Image", name: name.to_owned(), source } }))
}

impl Shows for Image {
    fn head(&self) -> &Head {
        &self.head
    }

    fn shows_files(&self) -> bool {
        true
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        let value = self.head.source.value(&task.data)?;
        let place = self.head.source.describe();
        let entries = match value.as_ref() {
            Value::Array(entries) => entries.as_slice(),
            single => std::slice::from_ref(single),
        };
        if entries.is_empty() {
            return Err(format!("{place} is an empty list; expected addresses of images"));
        }
        let addresses = entries.iter().map(|entry| address(entry, &place, "an image"));
        addresses.collect::<Result<_, _>>().map(Content::Images)
    }
}

/// Returns a value that is the address of something; `place` says where it stands, `what` is at the address.
pub(super) fn address(value: &Value, place: &str, what: &str) -> Result<String, String> {
    match value {
        Value::String(address) if !address.trim().is_empty() => Ok(address.trim().to_owned()),
        Value::String(_) => Err(format!("{place} is empty; expected the address of {what}")),
        other => Err(format!("{place} holds {}; expected the address of {what}", text::describe(other))),
    }
}
