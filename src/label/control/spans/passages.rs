//! The texts in which an object's spans are counted, joined into one to be searched.

use std::ops::Range;

use serde_json::Value;

use crate::label::html::UNSEEN;
use crate::label::object::Object;
use crate::label::span::{Ruler, Unit};
use crate::label::task::Task;
use crate::label::text;

/// Joined by line feeds, so that a quote may run over several of them.
#[derive(Debug)]
pub(in super::super) struct Passages {
    text: String,
    /// The byte at which each begins; never empty.
    starts: Vec<usize>,
    /// The code points before each, without the line feeds between them.
    points: Vec<usize>,
    ruler: Ruler,
}

impl Passages {
    /// Takes what an object shows of a task; fails where it shows nothing.
    pub(super) fn of(object: &dyn Object, task: &Task) -> Result<Self, String> {
        let mut text = String::new();
        let (mut starts, mut points) = (Vec::new(), Vec::new());
        let mut counted = 0;
        for passage in object.passages(task)? {
            if !starts.is_empty() {
                text.push('\n');
            }
            starts.push(text.len());
            points.push(counted);
            text.push_str(&passage.text);
            counted += passage.text.chars().count();
        }
        if starts.is_empty() {
            return Err("there is no text to mark".to_owned());
        }
        Ok(Self { ruler: Ruler::new(&text), text, starts, points })
    }

    /// Returns all of it.
    pub(in super::super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns what a reader sees between two bytes, as the editor tells it of a region.
    pub(super) fn words(&self, range: &Range<usize>) -> String {
        self.text[range.clone()].replace(UNSEEN, "")
    }

    /// Returns the code points before each text, without the line feeds between them.
    pub(in super::super) fn points(&self) -> &[usize] {
        &self.points
    }

    /// Returns how many units begin before a byte of the whole.
    pub(in super::super) fn units(&self, unit: Unit, byte: usize) -> usize {
        self.ruler.count(&self.text, unit, byte)
    }

    /// Returns the byte of the whole at which a unit begins; `None` within a character and behind the end.
    pub(in super::super) fn byte(&self, unit: Unit, count: usize) -> Option<usize> {
        self.ruler.byte(&self.text, unit, count)
    }

    /// Returns the bytes of the whole between which one of the texts stands, by its number from 0.
    pub(in super::super) fn bounds(&self, index: usize) -> Option<Range<usize>> {
        Some(*self.starts.get(index)?..self.end(index))
    }

    /// Returns in which text a span begins, and at which byte of the whole; the line feed between two belongs to the
    /// second.
    pub(in super::super) fn start_of(&self, range: &Range<usize>) -> (usize, usize) {
        let index = self.starts.partition_point(|start| *start <= range.start).saturating_sub(1);
        match self.starts.get(index + 1) {
            Some(next) if self.end(index) <= range.start => (index + 1, *next),
            _ => (index, range.start),
        }
    }

    /// Returns in which text a span ends, and at which byte of the whole; the line feed between two belongs to the first.
    pub(in super::super) fn end_of(&self, range: &Range<usize>) -> (usize, usize) {
        let index = self.starts.partition_point(|start| *start < range.end).saturating_sub(1);
        (index, range.end.min(self.end(index)))
    }

    fn end(&self, index: usize) -> usize {
        self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1)
    }
}

/// Reads whole numbers, also those written as texts.
pub(in super::super) fn numbers(value: &Value, keys: &[&str]) -> Result<Vec<usize>, String> {
    let read = |key: &&str| {
        let expected =
            || format!("expected a whole number as `{key}`, found {}", text::describe(&value[*key]));
        number(&value[*key]).ok_or_else(expected)
    };
    keys.iter().map(read).collect()
}

/// Returns the bytes between two code points of the whole text.
pub(in super::super) fn whole(passages: &Passages, points: &[usize]) -> Result<Range<usize>, String> {
    let byte = |point: usize| passages.byte(Unit::CodePoint, point);
    let &[start, end] = points else { return Err("expected a start and an end".to_owned()) };
    match (byte(start), byte(end)) {
        (Some(start), Some(end)) if start < end => Ok(start..end),
        (Some(_), Some(_)) => Err("it ends before it begins".to_owned()),
        _ => Err(format!(
            "it ends at {end}, but the text has {} characters",
            passages.units(Unit::CodePoint, passages.text.len())
        )),
    }
}

pub(super) fn number(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => {
            let whole =
                number.as_u64().or_else(|| number.as_f64().and_then(|float| format!("{float}").parse().ok()));
            whole.and_then(|whole| usize::try_from(whole).ok())
        }
        Value::String(written) => written.trim().parse().ok(),
        _ => None,
    }
}
