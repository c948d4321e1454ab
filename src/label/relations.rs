//! The `Relations` tag: what regions may have to do with each other.

use roxmltree::Node;
use serde_json::json;

use super::{tag, text};

/// The relations that annotators may draw between two regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relations {
    /// What a relation may be called; empty where relations have no names.
    pub labels: Vec<String>,
    pub naming: Naming,
}

/// How many names one relation may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// `choice="single"`
    Single,
    /// The editor's default.
    Multiple,
}

impl Relations {
    /// Reads the tag.
    pub fn parse(node: &Node<'_, '_>) -> Self {
        let values = node.descendants().filter(|node| tag::is(node, "Relation"));
        let mut labels = Vec::new();
        for label in values.filter_map(|node| tag::filled(&node, "value")).map(text::clean) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        let naming =
            if tag::attribute(node, "choice") == Some("single") { Naming::Single } else { Naming::Multiple };
        Self { labels, naming }
    }

    /// Returns what is asked, for the model version.
    pub fn canonical(&self) -> String {
        json!(["relations", self.labels, self.naming == Naming::Single]).to_string()
    }
}
