//! What was read from an answer for one control.

use serde_json::{Map, Value};

/// What one answer, or several together, say of one control.
///
/// No drafts and no problems mean that the model left an optional control empty on purpose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The regions; none where nothing could be believed.
    pub drafts: Vec<Draft>,
    /// Why something was left out, each a sentence fragment such as ``no such label: `maybe` ``.
    pub problems: Vec<String>,
}

/// A region as it was read, before it gets its names and its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The region's value object, such as `{"choices": ["yes"]}`.
    pub value: Value,
    /// What stands beside the value, such as `original_width`.
    pub extra: Map<String, Value>,
    /// How sure it is, between 0 and 1; `None` where that was not measured.
    pub score: Option<f64>,
    /// Where the answer speaks of this region, as a JSON Pointer into the control's part of the answer, such as `/0`;
    /// `None` for controls of the whole task.
    pub entry: Option<String>,
    /// Where the labels of this region stand, as JSON Pointers into the control's part of the answer; none where the
    /// answer says them in another form. A reply in plain text is its own only part.
    pub labels_at: Vec<String>,
    /// What the controls of single regions say of this one: index of the control in its form, and the reading, whose
    /// places are in the same part of the answer as this region's.
    pub children: Vec<(usize, Draft)>,
    /// Which regions of the single responses it was merged from: the number of the response, and of the region in what
    /// was read from it for this control, both from 0.
    pub origins: Vec<(usize, usize)>,
}

impl Reading {
    /// A reading with one region.
    pub(crate) fn value(value: Value) -> Self {
        Self { drafts: vec![Draft::new(value)], problems: Vec::new() }
    }

    /// The same, with where the labels of its regions stand in the answer.
    pub(crate) fn with_labels_at(mut self, places: &[String]) -> Self {
        self.drafts.iter_mut().for_each(|draft| draft.labels_at = places.to_vec());
        self
    }

    /// A reading with nothing but the reason.
    pub(crate) fn problem(reason: impl Into<String>) -> Self {
        Self { drafts: Vec::new(), problems: vec![reason.into()] }
    }
}

impl Draft {
    /// A region of which nothing but its value is known.
    pub(crate) fn new(value: Value) -> Self {
        Self {
            value,
            extra: Map::new(),
            score: None,
            entry: None,
            labels_at: Vec::new(),
            children: Vec::new(),
            origins: Vec::new(),
        }
    }
}
