//! `Pdf`: a document, given to the model as the file that it is.

use std::sync::Arc;

use roxmltree::Node;

use super::image::address;
use super::{Content, Head, Object, Shows};
use crate::label::task::Task;

#[derive(Debug)]
struct Pdf {
    head: Head,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    Ok(Arc::new(Pdf { head: Head::of("Pdf", node, name)? }))
}

impl Shows for Pdf {
    fn head(&self) -> &Head {
        &self.head
    }

    fn shows_files(&self) -> bool {
        true
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        let value = self.head.source.value(&task.data)?;
        let place = self.head.source.describe();
        address(&value, &place, "a PDF file").map(Content::Document)
    }
}
