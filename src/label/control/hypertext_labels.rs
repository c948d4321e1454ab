//! `HyperTextLabels`: labeled spans of a web page.

use std::ops::Range;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::spans::{Notation, Passages, Spans, Words, numbers};
use super::{Control, Head};
use crate::label::span::Unit;

/// Places are offsets in Unicode code points of the text without its tags, the end not included.
///
/// The editor looks at the offsets where the paths lead nowhere, and writes both once a person submits. Numbers in the place
/// of paths would be shown as well, but stay numbers.
pub(super) const NOTATION: Notation =
    Notation { object: "HyperText", write, place, range, words: Words::Kept, moves: None };

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    Ok(Arc::new(Spans::parse(node, head, &NOTATION)?))
}

fn write(passages: &Passages, range: &Range<usize>) -> Map<String, Value> {
    // The line feeds between the passages are not counted.
    let points = |(index, byte): (usize, usize)| passages.units(Unit::CodePoint, byte) - index;
    let (start, end) = (points(passages.start_of(range)), points(passages.end_of(range)));
    let mut place = Map::new();
    place.insert("start".to_owned(), json!(""));
    place.insert("end".to_owned(), json!(""));
    place.insert("startOffset".to_owned(), json!(0));
    place.insert("endOffset".to_owned(), json!(0));
    place.insert("globalOffsets".to_owned(), json!({"start": start, "end": end}));
    place
}

/// Reads global offsets, or numbers in the place of paths, which the editor takes for such; a path alone is not followed.
fn place(value: &Value) -> Result<Option<Vec<usize>>, String> {
    let offsets = match value.get("globalOffsets") {
        Some(offsets) => offsets,
        None if value["start"].is_string() => return Ok(None),
        None => value,
    };
    numbers(offsets, &["start", "end"]).map(Some)
}

fn range(passages: &Passages, points: &[usize]) -> Result<Range<usize>, String> {
    let &[start, end] = points else { return Err("expected a start and an end".to_owned()) };
    if end <= start {
        return Err("it ends before it begins".to_owned());
    }
    let text = passages.text();
    let length = passages.units(Unit::CodePoint, text.len()) + 1 - passages.points().len();
    if length < end {
        return Err(format!("it ends at {end}, but the text has {length} characters"));
    }
    // Before each passage stand as many line feeds as passages.
    let first = passages.points().partition_point(|before| *before <= start).saturating_sub(1);
    let last = passages.points().partition_point(|before| *before < end).saturating_sub(1);
    let byte = |point: usize| passages.byte(Unit::CodePoint, point).unwrap_or(text.len());
    Ok(byte(start + first)..byte(end + last))
}
