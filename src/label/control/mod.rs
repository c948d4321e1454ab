//! Control tags: what to ask a model for, and how to read what it answers. One tag a file, one row in [`KINDS`].

mod choices;
mod datetime;
mod menu;
mod number;
mod places;
mod rating;
mod strftime;
mod taxonomy;
#[cfg(test)]
mod tests;
mod textarea;
mod vote;
mod wrapper;

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::{Value, json};

use super::condition::Condition;
use super::task::Task;

/// What all control tags have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub name: String,
    /// The first of the tag's `toName`s: the object it labels.
    pub to_name: String,
    /// The region type: the tag's name in lower case.
    pub kind: &'static str,
    /// Whether an annotator must fill it (`required="true"`).
    pub required: bool,
    /// When an annotator gets to see it; all must hold.
    pub conditions: Vec<Condition>,
}

/// A label a model may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the model sees and answers; the full path where labels are nested.
    pub value: String,
    /// What Label Studio stores instead of the value.
    pub alias: Option<String>,
    /// What the label means, for the prompt.
    pub hint: Option<String>,
}

/// What was read from an answer for one control.
///
/// No values and no problems mean that the model left an optional control empty on purpose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Value objects of the regions, such as `{"choices": ["yes"]}`; empty where nothing could be believed.
    pub values: Vec<Value>,
    /// Why something was left out, each a sentence fragment such as ``no such label: `maybe` ``.
    pub problems: Vec<String>,
}

/// One control tag.
pub trait Control: Debug + Send + Sync {
    /// Returns name, target and type.
    fn head(&self) -> &Head;

    /// Returns the JSON schema of this control's part of the answer, in the subset every provider takes.
    ///
    /// Fails where this task's data lacks what the control needs (choices that come from the data).
    fn schema(&self, task: &Task) -> Result<Value, String>;

    /// Reads this control's part of a JSON answer: lenient in form, strict in what it believes.
    fn read(&self, answer: &Value, task: &Task) -> Reading;

    /// Reads a plain-text reply. Controls that cannot be told from free text give a problem.
    fn read_text(&self, reply: &str, task: &Task) -> Reading {
        let _ = (reply, task);
        Reading::problem("a text answer cannot fill it; ask with `--answer schema`")
    }

    /// Returns the labels to choose from; empty for controls without labels.
    fn labels(&self, task: &Task) -> Vec<Label> {
        let _ = task;
        Vec::new()
    }

    /// Merges the readings of several responses: the first that holds something by default, or what most say.
    ///
    /// `readings` holds one entry a response and is never empty.
    fn combine(&self, readings: Vec<Reading>) -> Reading {
        vote::first(readings)
    }

    /// Returns what is asked, for the model version: tag, names, labels, aliases, hints, bounds.
    fn canonical(&self) -> String;
}

/// A row of the table of control tags.
pub struct Kind {
    /// The tag's name as Label Studio writes it.
    pub tag: &'static str,
    /// The type of its regions: the tag's name in lower case.
    pub region_type: &'static str,
    /// Reads the tag from the labeling config; fails with the reason why it is left empty.
    pub parse: Parse,
}

/// Parses a tag whose head was read already.
pub type Parse = fn(&roxmltree::Node<'_, '_>, Head) -> Result<Arc<dyn Control>, String>;

/// The control tags this tool fills.
pub const KINDS: &[Kind] = &[
    Kind { tag: "Choices", region_type: "choices", parse: choices::parse },
    Kind { tag: "DateTime", region_type: "datetime", parse: datetime::parse },
    Kind { tag: "Number", region_type: "number", parse: number::parse },
    Kind { tag: "Rating", region_type: "rating", parse: rating::parse },
    Kind { tag: "Taxonomy", region_type: "taxonomy", parse: taxonomy::parse },
    Kind { tag: "TextArea", region_type: "textarea", parse: textarea::parse },
];

impl Head {
    /// Returns what is asked of every control, followed by what only this tag asks.
    fn canonical(&self, rest: &Value) -> String {
        let conditions: Vec<String> = self.conditions.iter().map(Condition::describe).collect();
        json!([self.kind, self.name, self.to_name, self.required, conditions, rest]).to_string()
    }
}

impl Reading {
    /// A reading with one region.
    pub(crate) fn value(value: Value) -> Self {
        Self { values: vec![value], problems: Vec::new() }
    }

    /// A reading with nothing but the reason.
    pub(crate) fn problem(reason: impl Into<String>) -> Self {
        Self { values: Vec::new(), problems: vec![reason.into()] }
    }
}
