//! `ParagraphLabels`: labeled spans of a dialogue.

use std::ops::Range;
use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::spans::{Moves, Notation, Passages, Spans, Words, numbers};
use super::{Control, Head};
use crate::label::pieces::Position;
use crate::label::span;

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
    let (first, start) = passages.start_of(range);
    let (last, end) = passages.end_of(range);
    let units = |turn: usize, offset: usize| {
        passages.passage(turn).map_or(0, |text| span::utf16_units(text, &(0..offset)).end)
    };
    put(&((first, units(first, start))..(last, units(last, end))))
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
        let text =
            passages.passage(turn).ok_or_else(|| format!("there is no turn {turn} (the first is 0)"))?;
        let offset = byte_of(text, units);
        let offset = offset.ok_or_else(|| format!("turn {turn} has no place {units} (in UTF-16 units)"))?;
        Ok::<_, String>(passages.joined(turn, offset))
    };
    let &[first, start, last, end] = place else {
        return Err("expected two turns and two places".to_owned());
    };
    let range = position(first, start)?..position(last, end)?;
    if range.start < range.end { Ok(range) } else { Err("it ends before it begins".to_owned()) }
}

/// Returns the byte at which a UTF-16 unit begins; `None` within a character and after the end.
fn byte_of(text: &str, units: usize) -> Option<usize> {
    let mut passed = 0;
    for (at, character) in text.char_indices() {
        if units <= passed {
            return (units == passed).then_some(at);
        }
        passed += character.len_utf16();
    }
    (units == passed).then_some(text.len())
}
