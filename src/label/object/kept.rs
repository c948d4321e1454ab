//! Whether a task holds what a tag shows, or only the address of it.

use roxmltree::Node;

use super::source::Source;
use crate::label::path::Path;
use crate::label::tag;

/// Where the content is.
#[derive(Debug)]
pub(super) enum Kept {
    /// In the task.
    Here,
    /// At the address that this field holds (`valueType="url"`).
    At(Path),
    /// Where it cannot be had, and why.
    Nowhere(String),
}

impl Kept {
    pub(super) fn of(node: &Node<'_, '_>, source: &Source) -> Self {
        let tag = node.tag_name().name();
        if let Some(resolver) = tag::filled(node, "resolver") {
            let reason = format!("`{tag}` has `resolver=\"{resolver}\"`; resolvers are not supported yet");
            return Self::Nowhere(reason);
        }
        if let Some(encoding) = tag::filled(node, "encoding").filter(|encoding| *encoding != "none") {
            let reason =
                format!("`{tag}` has `encoding=\"{encoding}\"`; encoded texts are not supported yet");
            return Self::Nowhere(reason);
        }
        match (tag::attribute(node, "valueType"), source.field()) {
            (Some("url"), Some(field)) => Self::At(field.clone()),
            (Some("url"), None) => Self::Nowhere(format!(
                "`{tag}` has `valueType=\"url\"`, and a `value` of more than one field; expected one such as `$address`"
            )),
            _ => Self::Here,
        }
    }

    /// Returns the field that holds an address, for [`Object::address`](super::Object::address).
    pub(super) fn address(&self) -> Option<&Path> {
        match self {
            Self::At(field) => Some(field),
            Self::Here | Self::Nowhere(_) => None,
        }
    }

    /// Fails where the content cannot be had.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::Nowhere(reason) => Err(reason.clone()),
            Self::Here | Self::At(_) => Ok(()),
        }
    }

    /// Returns what of this decides how the value is read.
    pub(super) fn details(&self) -> Vec<&str> {
        self.address().map(|_| "url").into_iter().collect()
    }
}
