//! `maxUsages`: how often a task may use the labels of a control that marks regions.

use std::collections::HashMap;

use roxmltree::Node;

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

    /// Returns how often a label may be used, by what is stored of it; `None` for any number of times.
    pub(super) fn most(&self, stored: &str) -> Option<u64> {
        self.of_label.get(stored).copied().or(self.of_any)
    }
}
