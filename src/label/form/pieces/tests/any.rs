//! Any text with any spans, in pieces of any length.

use std::ops::Range;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::label::span;

/// Spans of a text, nested or apart, as the bytes of words.
fn any_spans(text: &str, picks: &[(usize, usize)]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let words: Vec<(usize, &str)> = text
        .split(' ')
        .scan(0, |at, word| Some((std::mem::replace(at, *at + word.len() + 1), word)))
        .collect();
    for (first, count) in picks {
        let first = first % words.len();
        let (last, word) = words[(first + count).min(words.len() - 1)];
        let new = words[first].0..last + word.len();
        let is_apart = |known: &Range<usize>| known.end <= new.start || new.end <= known.start;
        let is_nested = |known: &Range<usize>| {
            known.start <= new.start && new.end <= known.end
                || new.start <= known.start && known.end <= new.end
        };
        if spans.iter().all(|known| *known != new && (is_apart(known) || is_nested(known))) {
            spans.push(new);
        }
    }
    spans
}

/// Returns the code points of a piece in the whole, without the white space at its sides.
fn letters(piece: &Piece) -> Range<usize> {
    let text = piece.value.as_str().unwrap_or_default();
    let start = piece.begin.1 + text.chars().count() - text.trim_start().chars().count();
    start..start.max(piece.begin.1 + text.trim_end().chars().count())
}

/// Returns what a piece is filled with: of all spans what it shows of them, with the places there.
fn marked(piece: &Piece, spans: &[(Range<usize>, &str)]) -> Filled {
    let shown = letters(piece);
    let text: Vec<char> = piece.value.as_str().unwrap_or_default().chars().collect();
    let mut drafts: Vec<(usize, Draft)> = Vec::new();
    for (place, label) in spans {
        let (mut start, mut end) = (place.start.max(shown.start), place.end.min(shown.end));
        if start < end {
            (start, end) = (start - piece.begin.1, end - piece.begin.1);
            let quote: String = text[start..end].iter().collect();
            drafts
                .push((0, Draft::new(json!({"start": start, "end": end, "text": quote, "labels": [label]}))));
        }
    }
    Filled { is_blank: drafts.is_empty(), drafts, ..Filled::default() }
}

/// Returns whether a piece shows a span, and more on that side of it, as it does at an end of the text.
fn shows(piece: &Piece, place: &Range<usize>) -> (bool, bool) {
    let shown = letters(piece);
    let is_within = shown.start <= place.start && place.end <= shown.end;
    let is_more = (piece.cuts.0.is_none() || shown.start < place.start) && is_within;
    (is_more, is_within && (piece.cuts.1.is_none() || place.end < shown.end))
}

proptest! {
    #[test]
    fn the_spans_of_the_whole_are_found_or_told(
        words in prop::collection::vec(prop::sample::select(vec!["a", "bb.", "😀", "Cdef", "gh\n\nij", "e\u{301}"]), 1..60),
        picks in prop::collection::vec((0..60_usize, 0..12_usize), 0..30),
        most in 1..80_usize,
    ) {
        let text = words.join(" ");
        let (form, task) = (form(NER, most), task(json!({"text": text})));
        let points = any_spans(&text, &picks).into_iter().map(|range| span::code_points(&text, &range));
        let spans: Vec<(Range<usize>, &str)> = points.zip(["Person", "Place"].into_iter().cycle()).collect();
        let pieces = form.input.pieces(&task, most).unwrap();
        let is_whole = |(place, _): &&(Range<usize>, &str)| {
            let sides: Vec<(bool, bool)> = pieces.iter().map(|piece| shows(piece, place)).collect();
            sides.iter().any(|(before, _)| *before) && sides.iter().any(|(_, behind)| *behind)
        };
        let (whole, lost): (Vec<_>, Vec<_>) = spans.iter().partition(is_whole);
        let mut expect: Vec<(usize, usize, &str)> =
            whole.iter().map(|(place, label)| (place.start, place.end, *label)).collect();
        expect.sort_unstable();
        let parts = pieces.iter().map(|piece| (piece.clone(), marked(piece, &spans))).collect();
        let merged = form.merge(parts);
        let values = values(&merged);
        let number = |value: &Value, key: &str| value[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap();
        let found: Vec<(usize, usize, &str)> = values
            .iter()
            .map(|value| (number(value, "start"), number(value, "end"), value["labels"][0].as_str().unwrap()))
            .collect();
        prop_assert_eq!(found, expect);
        prop_assert_eq!(merged.unfilled.is_empty(), lost.is_empty(), "{:?}: {:?}", merged.unfilled, lost);
        for (place, label) in lost {
            let starts_there = |unfilled: &Unfilled| unfilled.reason.contains("raise `--split`");
            prop_assert!(merged.unfilled.iter().any(starts_there), "{place:?} {label}");
        }
    }

    #[test]
    fn one_piece_is_the_whole(places in prop::collection::btree_set((0..9_u64, 10..20_u64), 0..9)) {
        let form = form(NER, 30);
        let draft = |(start, end): &(u64, u64)| {
            (0, Draft { score: Some(0.5), ..Draft::new(json!({"start": start, "end": end, "labels": ["Place"]})) })
        };
        let drafts: Vec<(usize, Draft)> = places.iter().map(draft).collect();
        let filled = Filled { is_blank: drafts.is_empty(), drafts, ..Filled::default() };
        let piece = Piece { value: Value::Object(Map::new()), begin: (0, 0), cuts: (None, None) };
        prop_assert_eq!(form.merge(vec![(piece, filled.clone())]), filled);
    }
}
