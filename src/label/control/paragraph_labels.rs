//! `ParagraphLabels`: labeled spans of a dialogue.

use std::ops::Range;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::spans::{Moves, Notation, Passages, Spans, Words, numbers};
use super::{Control, Head};
use crate::label::pieces::Position;
use crate::label::span::Unit;

/// Places are numbers of turns, as texts, for the editor shows nothing where they are numbers, and offsets in UTF-16 units
/// of each turn's own text, the end not included.
const NOTATION: Notation = Notation {
    object: "Paragraphs",
    write,
    place,
    range,
    words: Words::Ignored,
    moves: Some(Moves { position, put }),
};

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    Ok(Arc::new(Spans::parse(node, head, &NOTATION)?))
}

fn write(passages: &Passages, range: &Range<usize>) -> Map<String, Value> {
    let position = |(turn, byte): (usize, usize)| {
        let begin = passages.bounds(turn).map_or(byte, |bounds| bounds.start);
        (turn, passages.units(Unit::Utf16, byte) - passages.units(Unit::Utf16, begin))
    };
    put(&(position(passages.start_of(range))..position(passages.end_of(range))))
}

fn put(Range { start, end }: &Range<Position>) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("start".to_owned(), json!(start.0.to_string()));
    fields.insert("end".to_owned(), json!(end.0.to_string()));
    fields.insert("startOffset".to_owned(), json!(start.1));
    fields.insert("endOffset".to_owned(), json!(end.1));
    fields
}

fn place(value: &Value) -> Result<Option<Vec<usize>>, String> {
    numbers(value, &["start", "startOffset", "end", "endOffset"]).map(Some)
}

fn position(numbers: &[usize]) -> Option<Range<Position>> {
    let &[first, start, last, end] = numbers else { return None };
    Some((first, start)..(last, end))
}

fn range(passages: &Passages, place: &[usize]) -> Result<Range<usize>, String> {
    let position = |turn: usize, units: usize| {
        let bounds =
            passages.bounds(turn).ok_or_else(|| format!("there is no turn {turn} (the first is 0)"))?;
        let before = passages.units(Unit::Utf16, bounds.start);
        let byte = passages.byte(Unit::Utf16, before.saturating_add(units));
        byte.filter(|byte| *byte <= bounds.end)
            .ok_or_else(|| format!("turn {turn} has no place {units} (in UTF-16 units)"))
    };
    let &[first, start, last, end] = place else {
        return Err("expected two turns and two places".to_owned());
    };
    let range = position(first, start)?..position(last, end)?;
    if range.start < range.end { Ok(range) } else { Err("it ends before it begins".to_owned()) }
}
