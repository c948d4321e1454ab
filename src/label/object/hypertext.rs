//! `HyperText`: a web page, given to the model as it is written, or as it is read where spans of it are marked.

use std::sync::Arc;

use roxmltree::Node;

use super::kept::Kept;
use super::source::Source;
use super::{Content, Head, Object, Passage, Shows};
use crate::label::html::{self, Page, Place};
use crate::label::path::Path;
use crate::label::tag;
use crate::label::task::Task;

#[derive(Debug)]
struct HyperText {
    head: Head,
    place: Place,
    kept: Kept,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    let source = match tag::filled(node, "value") {
        Some(value) => Source::parse(value)?,
        // The editor also shows markup that stands inside the element.
        None => Source::parse(markup(node).ok_or("has neither a `value` nor anything inside")?)?,
    };
    Ok(Arc::new(HyperText {
        kept: Kept::of(node, &source),
        place: if tag::is_set(node, "inline") { Place::Inline } else { Place::Frame },
        head: Head { tag: "HyperText", name: name.to_owned(), source },
    }))
}

/// Returns what stands between the start and the end of an element, as written.
fn markup<'a>(node: &Node<'a, '_>) -> Option<&'a str> {
    let (first, last) = (node.first_child()?, node.last_child()?);
    let inner = node.document().input_text().get(first.range().start..last.range().end)?;
    Some(inner.trim()).filter(|inner| !inner.is_empty())
}

impl HyperText {
    fn html(&self, task: &Task) -> Result<String, String> {
        self.kept.check()?;
        self.head.source.text(&task.data)
    }

    fn page(&self, task: &Task) -> Result<Page, String> {
        let page = html::text_of(&self.html(task)?, self.place);
        page.map_err(|reason| format!("{} {reason}", self.head.source.describe()))
    }
}

impl Shows for HyperText {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        self.html(task).map(Content::Text)
    }

    fn mark(&self, task: &Task) -> Result<Vec<Passage>, String> {
        Ok(match self.page(task)?.parts {
            parts if parts.is_empty() => vec![Passage { text: String::new() }],
            parts => parts.into_iter().map(|text| Passage { text }).collect(),
        })
    }

    fn read(&self, task: &Task) -> Result<Option<String>, String> {
        self.page(task).map(|page| Some(page.seen))
    }

    fn address(&self) -> Option<&Path> {
        self.kept.address()
    }

    fn details(&self) -> Vec<&str> {
        let mut details = self.kept.details();
        if self.place == Place::Inline {
            details.push("inline");
        }
        details
    }
}
