//! Spans of pieces, put together to those of the whole.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::{Choice, Moves, Spans};
use crate::label::control::piecewise::{Excess, Piecewise};
use crate::label::control::usages::Usages;
use crate::label::control::{Control, Head, wrapper};
use crate::label::pieces::Position;
use crate::label::text;

/// A control that marks spans of something that can be shown in pieces.
#[derive(Debug)]
pub(super) struct InPieces<'a> {
    pub(super) spans: &'a Spans,
    pub(super) moves: &'a Moves,
}

impl Piecewise for InPieces<'_> {
    fn of_piece(&self) -> Arc<dyn Control> {
        let head = Head { required: false, ..self.spans.head.clone() };
        Arc::new(Spans { head, usages: Usages::default(), ..self.spans.clone() })
    }

    fn position(&self, value: &Value) -> Option<Range<Position>> {
        let numbers = (self.spans.notation.place)(value).ok()??;
        (self.moves.position)(&numbers)
    }

    fn label<'a>(&self, value: &'a Value) -> &'a str {
        self.spans.stored_labels(value).first().copied().unwrap_or_default()
    }

    fn is_single(&self) -> bool {
        self.spans.choice == Choice::Single
    }

    fn moved(&self, mut value: Value, (turns, units): Position) -> Value {
        let moved = |(turn, unit): Position| (turn + turns, unit + units);
        let place = self.position(&value).map(|Range { start, end }| moved(start)..moved(end));
        if let (Some(fields), Some(place)) = (value.as_object_mut(), place) {
            fields.extend((self.moves.put)(&place));
        }
        value
    }

    fn excess(&self, values: &[&Value]) -> Excess {
        if values.is_empty() {
            return Excess { surplus: Vec::new(), problems: wrapper::blank(&self.spans.head).problems };
        }
        let mut used = HashMap::new();
        let mut excess = Excess::default();
        for (index, value) in values.iter().enumerate() {
            let quote = format!("`{}`", text::shorten(value["text"].as_str().unwrap_or_default()));
            for label in self.spans.stored_labels(value) {
                if let Some(problem) = self.spans.usages.too_often(label, &quote, &mut used) {
                    excess.surplus.push(index);
                    excess.problems.push(problem);
                    break;
                }
            }
        }
        excess
    }
}
