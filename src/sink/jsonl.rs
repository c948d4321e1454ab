//! Predictions as JSON Lines: the same tasks as in a JSON array, a line each.

use super::json;
use super::layout::{Format, Layout};
use crate::label::prediction::Labeled;

/// A line for each task.
pub(super) const FORMAT: Format =
    Format { extensions: &["jsonl", "ndjson"], layout: |_| Box::new(JsonLines) };

struct JsonLines;

impl Layout for JsonLines {
    fn head(&mut self, _first: Option<&Labeled>) -> Vec<u8> {
        Vec::new()
    }

    fn item(&mut self, labeled: &Labeled) -> Vec<u8> {
        let mut line = json::task(labeled);
        line.push(b'\n');
        line
    }
}
