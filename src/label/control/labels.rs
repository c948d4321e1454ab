//! `Labels`: labeled spans of a `Text` or a web page.

use std::ops::Range;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::spans::{Moves, Notation, Passages, Spans, Words, numbers, whole};
use super::{Control, Head, hypertext_labels};
use crate::label::pieces::Position;
use crate::label::span::Unit;

/// The other object that the editor lets it mark.
const PAGE: &str = hypertext_labels::NOTATION.object;

/// Places are offsets in Unicode code points, the end not included.
const NOTATION: Notation = Notation {
    object: "Text",
    write,
    place,
    range: whole,
    words: Words::Kept,
    moves: Some(Moves { position, put }),
};

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    let notation = match head.object.tag() {
        PAGE => &hypertext_labels::NOTATION,
        _ => &NOTATION,
    };
    Ok(Arc::new(Spans::parse(node, head, notation)?))
}

fn write(passages: &Passages, range: &Range<usize>) -> Map<String, Value> {
    let point = |byte: usize| (0, passages.units(Unit::CodePoint, byte));
    put(&(point(range.start)..point(range.end)))
}

fn put(place: &Range<Position>) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("start".to_owned(), json!(place.start.1));
    fields.insert("end".to_owned(), json!(place.end.1));
    fields
}

fn place(value: &Value) -> Result<Option<Vec<usize>>, String> {
    numbers(value, &["start", "end"]).map(Some)
}

fn position(numbers: &[usize]) -> Option<Range<Position>> {
    let &[start, end] = numbers else { return None };
    Some((0, start)..(0, end))
}
