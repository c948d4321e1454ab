//! `Labels`: labeled spans of a `Text` or a web page.

use std::ops::Range;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::spans::{Notation, Passages, Spans, Words, numbers, whole};
use super::{Control, Head, hypertext_labels};
use crate::label::span;

/// The other object that the editor lets it mark.
const PAGE: &str = hypertext_labels::NOTATION.object;

/// Places are offsets in Unicode code points, the end not included.
const NOTATION: Notation = Notation { object: "Text", write, place, range: whole, words: Words::Kept };

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    let notation = match head.object.tag() {
        PAGE => &hypertext_labels::NOTATION,
        _ => &NOTATION,
    };
    Ok(Arc::new(Spans::parse(node, head, notation)?))
}

fn write(passages: &Passages, range: &Range<usize>) -> Map<String, Value> {
    let Range { start, end } = span::code_points(passages.text(), range);
    let mut place = Map::new();
    place.insert("start".to_owned(), json!(start));
    place.insert("end".to_owned(), json!(end));
    place
}

fn place(value: &Value) -> Result<Option<Vec<usize>>, String> {
    numbers(value, &["start", "end"]).map(Some)
}
