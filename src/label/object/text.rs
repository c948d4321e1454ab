//! `Text`: a text to read.

use std::sync::Arc;

use roxmltree::Node;

use super::kept::Kept;
use super::{Content, Head, Object, Passage, Shows};
use crate::label::path::Path;
use crate::label::pieces::{self, Piece};
use crate::label::task::Task;

#[derive(Debug)]
struct Text {
    head: Head,
    kept: Kept,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    let head = Head::of("Text", node, name)?;
    Ok(Arc::new(Text { kept: Kept::of(node, &head.source), head }))
}

impl Text {
    fn text(&self, task: &Task) -> Result<String, String> {
        self.kept.check()?;
        self.head.source.text(&task.data)
    }

    /// Browsers drop the null characters of what they show, so the editor does not count them.
    fn counted(&self, task: &Task) -> Result<String, String> {
        self.text(task).map(|text| text.replace('\0', ""))
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
        self.counted(task).map(|text| vec![Passage { text }])
    }

    fn cut(&self, task: &Task, most: usize) -> Result<Vec<Piece>, String> {
        self.counted(task).map(|text| pieces::of_text(&text, most))
    }

    fn address(&self) -> Option<&Path> {
        self.kept.address()
    }

    fn details(&self) -> Vec<&str> {
        self.kept.details()
    }
}
