//! Controls that are filled piece by piece where a text is too long for one question.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::Control;
use crate::label::pieces::Position;

/// What it takes to put the regions of several pieces together.
pub trait Piecewise: Debug {
    /// Returns the control as it is asked of a piece, which may hold nothing to mark where the whole must not.
    fn of_piece(&self) -> Arc<dyn Control>;

    /// Returns where a region stands; `None` where its value does not say.
    fn position(&self, value: &Value) -> Option<Range<Position>>;

    /// Returns the label of a region; empty where its value has none.
    fn label<'a>(&self, value: &'a Value) -> &'a str;

    /// Returns whether a place is to have a single label.
    fn is_single(&self) -> bool;

    /// Returns the value of a region that is moved so far.
    fn moved(&self, value: Value, by: Position) -> Value;

    /// Returns what is wrong with these regions of a whole task together.
    fn excess(&self, values: &[&Value]) -> Excess;
}

/// What the whole task asks for, and no piece alone can tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// Indices of the regions that are too many, ascending.
    pub surplus: Vec<usize>,
    /// In words as those of a [`Reading`](super::Reading).
    pub problems: Vec<String>,
}
