//! What is too long for one question, cut into pieces that overlap.
//!
//! **Invariant:** the pieces cover the whole, and none begins or ends within a character as a reader sees it, nor within a
//! turn of a dialogue.

mod borders;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde_json::Value;

use self::borders::{Border, Borders};
use super::object::Turn;
use super::span;

/// The overlap is at least this part of a piece, if there are borders to begin at.
const LEAST_OVERLAP: usize = 10;

/// The overlap is at most this part of a piece, unless that were to cut a word or a turn: what is asked twice is paid
/// twice.
const MOST_OVERLAP: usize = 4;

/// A piece is at least this part of the longest, wherever a border looks better.
const LEAST_PIECE: usize = 2;

/// A place in what an object shows: the number of the text among its passages, and the offset in the unit in which the
/// editor counts there; or how far to move one.
pub type Position = (usize, usize);

/// A piece of what an object shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What its field holds in the place of the whole.
    pub value: Value,
    /// How far a place in the piece is to be moved to be one in the whole.
    pub begin: Position,
    /// Where the first and the last letters stand in the whole, on the sides where it was cut.
    pub cuts: (Option<Position>, Option<Position>),
}

impl Piece {
    /// Returns whether a place in the whole reaches the sides where the piece was cut, so that perhaps it goes on before
    /// and behind.
    pub fn is_open(&self, place: &Range<Position>) -> (bool, bool) {
        let (start, end) = self.cuts;
        (start.is_some_and(|start| place.start <= start), end.is_some_and(|end| end <= place.end))
    }

    /// Returns how far a place in the whole is from the nearer of these sides; in turns, and within one in units.
    pub fn room(&self, place: &Range<Position>) -> Position {
        let distance = |from: Position, to: Position| {
            if from.0 == to.0 { (0, to.1.saturating_sub(from.1)) } else { (to.0.saturating_sub(from.0), 0) }
        };
        let before = self.cuts.0.map(|start| distance(start, place.start));
        let behind = self.cuts.1.map(|end| distance(place.end, end));
        before.into_iter().chain(behind).min().unwrap_or((usize::MAX, 0))
    }
}

/// Cuts a text into pieces of at most so many code points; in code points are also the positions.
///
/// They end with a paragraph, else a sentence, else a word, else a character as a reader sees it.
pub fn of_text(text: &str, most: usize) -> Vec<Piece> {
    let piece = |(from, to): (Border, Border)| {
        let value = &text[from.byte..to.byte];
        let leading = value.chars().take_while(|letter| letter.is_whitespace()).count();
        let trailing = value.chars().rev().take_while(|letter| letter.is_whitespace()).count();
        let start = (0 < from.byte).then_some((0, from.point + leading));
        let end = (to.byte < text.len()).then(|| (0, to.point.saturating_sub(trailing)));
        Piece { value: Value::from(value), begin: (0, from.point), cuts: (start, end) }
    };
    sides(text, most).into_iter().map(piece).collect()
}

/// Cuts a dialogue into runs of whole turns of at most so many code points, or of a single longer turn; positions are
/// numbers of turns and UTF-16 units in their texts.
///
/// `entries` are the turns as the task's data hold them. Between two turns that no piece shows together is no cut: every
/// turn is whole, and what goes on in the next one nobody could see.
pub fn of_turns(entries: &[Value], turns: &[Turn], most: usize) -> Vec<Piece> {
    let lengths: Vec<usize> = turns.iter().map(length).collect();
    let runs = runs(&lengths, most);
    let text = |at: usize| turns.get(at).map_or("", |turn| turn.text.as_str());
    let units = |text: &str, end: usize| span::utf16_units(text, &(0..end)).end;
    let piece = |(number, run): (usize, &Range<usize>)| {
        let last = run.end.saturating_sub(1);
        let before = number.checked_sub(1).map(|before| &runs[before]);
        let start = before.filter(|before| run.start < before.end).map(|_| {
            let first = text(run.start);
            (run.start, units(first, first.len() - first.trim_start().len()))
        });
        let next = runs.get(number + 1).filter(|next| next.start < run.end);
        let end = next.map(|_| (last, units(text(last), text(last).trim_end().len())));
        let value = entries.get(run.clone()).unwrap_or_default().to_vec();
        Piece { value: Value::from(value), begin: (run.start, 0), cuts: (start, end) }
    };
    runs.iter().enumerate().map(piece).collect()
}

/// Returns about how long a turn is as a prompt shows it, on a line with its speaker, in code points.
fn length(turn: &Turn) -> usize {
    turn.speaker.chars().count() + turn.text.chars().count() + 1
}

/// Returns where each piece of a text begins and ends.
fn sides(text: &str, most: usize) -> Vec<(Border, Border)> {
    let length = text.chars().count();
    let mut borders = Borders::of(text);
    let (mut start, mut end) = (borders.last(), borders.last());
    let mut sides = Vec::new();
    loop {
        let furthest = start.point.saturating_add(most).max(end.point);
        borders.forget(start);
        borders.read_beyond(furthest);
        let least = (start.point + most / LEAST_PIECE).max(end.point) + 1;
        end = if length <= furthest {
            borders.last()
        } else {
            borders.best(least..=furthest).unwrap_or_else(|| borders.beyond(furthest))
        };
        sides.push((start, end));
        if length <= end.point {
            return sides;
        }
        start = next(&borders, (start, end), most);
    }
}

/// Returns where the piece after this one begins.
fn next(borders: &Borders<'_>, (start, end): (Border, Border), most: usize) -> Border {
    let latest = end.point.saturating_sub(most / LEAST_OVERLAP);
    let within = |part: usize| end.point.saturating_sub(most / part)..=latest;
    let between_words =
        borders.between_words(within(MOST_OVERLAP)).or_else(|| borders.between_words(within(LEAST_PIECE)));
    let border =
        between_words.or_else(|| borders.best(within(MOST_OVERLAP))).unwrap_or_else(|| borders.until(latest));
    if start.point < border.point { border } else { end }
}

/// Returns the turns of each piece of a dialogue, by the lengths of all.
fn runs(lengths: &[usize], most: usize) -> Vec<Range<usize>> {
    let mut totals = vec![0];
    totals.extend(lengths.iter().scan(0, |total, length| {
        *total += length;
        Some(*total)
    }));
    let sum = |range: Range<usize>| totals[range.end] - totals[range.start];
    let mut runs = Vec::new();
    let (mut start, mut end) = (0, 0);
    while end < lengths.len() {
        // Every run has a turn that the ones before it have not.
        end += 1;
        while end < lengths.len() && sum(start..end + 1) <= most {
            end += 1;
        }
        runs.push(start..end);
        if end < lengths.len() {
            let is_enough = |from: &usize| most <= sum(*from..end) * LEAST_OVERLAP;
            let from = (start + 1..end).rev().find(is_enough).unwrap_or(start + 1);
            start = (from..end).find(|from| sum(*from..end + 1) <= most).unwrap_or(end);
        }
    }
    runs
}
