//! `maxUsages`: how often a task may use the labels of a control that marks regions.

use std::collections::HashMap;

use roxmltree::Node;
use serde_json::Value;

use super::{Draft, Reading};
use crate::label::{tag, text};

/// The limits of one control.
#[derive(Debug, Clone, Default)]
pub(super) struct Usages {
    /// For labels without a limit of their own.
    pub(super) of_any: Option<u64>,
    /// By what is stored of the label.
    pub(super) of_label: HashMap<String, u64>,
}

impl Usages {
    /// Reads the limits of a control and of the `Label` tags inside it; what is no number above 0 limits nothing.
    pub(super) fn parse(control: &Node<'_, '_>) -> Self {
        let most = |node: &Node<'_, '_>| {
            tag::filled(node, "maxUsages")?.trim().parse().ok().filter(|most| 0 < *most)
        };
        let of_label = |label: Node<'_, '_>| {
            let stored = tag::filled(&label, "alias").or_else(|| tag::filled(&label, "value"))?;
            Some((text::clean(stored), most(&label)?))
        };
        let labels = control.descendants().filter(|node| tag::is(node, "Label"));
        Self { of_any: most(control), of_label: labels.filter_map(of_label).collect() }
    }

    /// Leaves out the regions whose label is used up by those before them, as the editor refuses one more, and tells them;
    /// `kind` is where a value keeps its label, `what` says which region one is.
    pub(super) fn within(&self, reading: Reading, kind: &str, what: fn(&Value) -> String) -> Reading {
        let Reading { mut drafts, mut problems } = reading;
        let mut used = HashMap::new();
        drafts.retain(|Draft { value, .. }| {
            let stored = value[kind][0].as_str().unwrap_or_default();
            let excess = self.too_often(stored, &what(value), &mut used);
            let is_kept = excess.is_none();
            problems.extend(excess);
            is_kept
        });
        Reading { drafts, problems }
    }

    /// Counts one more use of a label, by what is stored of it; says so where it is one too many.
    pub(super) fn too_often(
        &self,
        stored: &str,
        what: &str,
        used: &mut HashMap<String, u64>,
    ) -> Option<String> {
        let most = self.of_label.get(stored).copied().or(self.of_any)?;
        let used = used.entry(stored.to_owned()).or_default();
        if most <= *used {
            return Some(format!("{what}: a task may have no more than {most} of `{stored}`"));
        }
        *used += 1;
        None
    }
}
