//! Control tags: what to ask a model for, and how to read what it answers. One tag a file, one row in [`KINDS`].

mod boxes;
mod choices;
mod compare;
mod datetime;
mod example;
mod hypertext_labels;
mod labels;
mod menu;
mod number;
mod offer;
mod pairwise;
mod paragraph_labels;
mod piecewise;
mod places;
mod ranker;
mod ranking;
mod rating;
mod reading;
mod rectangle_labels;
mod spans;
mod strftime;
mod taxonomy;
#[cfg(test)]
mod tests;
mod textarea;
mod usages;
mod vote;
mod wrapper;

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::{Map, Value, json};

pub use piecewise::{Excess, Piecewise};
pub use reading::{Draft, Reading};

use super::condition::Condition;
use super::object::Object;
use super::task::Task;
use super::text;

/// What all control tags have in common.
#[derive(Debug, Clone)]
pub struct Head {
    pub name: String,
    /// The first of the tag's `toName`s: the object it labels.
    pub to_name: String,
    /// That object.
    pub object: Arc<dyn Object>,
    /// The objects of its further `toName`s, in their order.
    pub further: Vec<Arc<dyn Object>>,
    /// Whether it labels the task or each of its regions.
    pub scope: Scope,
    /// The region type: the tag's name in lower case.
    pub kind: &'static str,
    /// Whether an annotator must fill it (`required="true"`).
    pub required: bool,
    /// When an annotator gets to see it; all must hold.
    pub conditions: Vec<Condition>,
}

/// What a control labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Task,
    /// `perRegion="true"`: each region that another control marks on the same object.
    Region,
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

    /// Returns whether a plain-text reply may fill it.
    fn takes_text(&self) -> bool {
        false
    }

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

    /// Returns the texts of which an answer writes one wherever it chooses, for the score; empty for controls that do not
    /// choose.
    fn alternatives(&self, task: &Task) -> Vec<String> {
        self.labels(task).into_iter().map(|label| label.value).collect()
    }

    /// Merges the readings of several responses: the first that holds something by default, or what most say.
    ///
    /// `readings` holds one entry a response and is never empty.
    fn combine(&self, readings: Vec<Reading>) -> Reading {
        vote::first(readings)
    }

    /// Returns the answer a model would have had to give for these regions of this control, whole as Label Studio stores
    /// them, for examples; the error says why it cannot be shown.
    ///
    /// Reading the answer gives the regions' values again.
    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        let _ = (regions, task);
        Err(format!("`{}` cannot be shown in an example", self.head().kind))
    }

    /// Checks the value of a region that a person may have changed; the error says what Label Studio would not show.
    fn verify(&self, value: &Value, task: &Task) -> Result<(), String> {
        let labels = self.labels(task);
        if labels.is_empty() {
            return Ok(());
        }
        known_labels(&self.read(value, task), value).map_err(|reason| reason + &instead(&labels))
    }

    /// Returns how far the values of two sets of regions of this control agree, from 0 to 1.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        if gold == predicted { 1.0 } else { 0.0 }
    }

    /// Returns what puts pieces together, where a text that is too long may be asked about in pieces; `None` where only the
    /// whole tells what to fill in.
    fn piecewise(&self) -> Option<Box<dyn Piecewise + '_>> {
        None
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
    Kind { tag: "HyperTextLabels", region_type: "hypertextlabels", parse: hypertext_labels::parse },
    Kind { tag: "Labels", region_type: "labels", parse: labels::parse },
    Kind { tag: "Number", region_type: "number", parse: number::parse },
    Kind { tag: "Pairwise", region_type: "pairwise", parse: pairwise::parse },
    Kind { tag: "ParagraphLabels", region_type: "paragraphlabels", parse: paragraph_labels::parse },
    Kind { tag: "Ranker", region_type: "ranker", parse: ranker::parse },
    Kind { tag: "Rating", region_type: "rating", parse: rating::parse },
    Kind { tag: "RectangleLabels", region_type: "rectanglelabels", parse: rectangle_labels::parse },
    Kind { tag: "Taxonomy", region_type: "taxonomy", parse: taxonomy::parse },
    Kind { tag: "TextArea", region_type: "textarea", parse: textarea::parse },
];

impl Head {
    /// Returns whether its regions are places in the object, which other controls may label one by one.
    ///
    /// The names of all tags that mark places with labels end alike.
    pub fn marks_regions(&self) -> bool {
        self.kind.ends_with("labels")
    }

    /// Returns all objects it labels, in the order of its `toName`s.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<dyn Object>> {
        std::iter::once(&self.object).chain(&self.further)
    }

    /// Returns what is asked of every control, followed by what only this tag asks.
    fn canonical(&self, rest: &Value) -> String {
        let conditions: Vec<String> = self.conditions.iter().map(Condition::describe).collect();
        let further = self.further.iter().map(|object| object.name());
        let targets = std::iter::once(self.to_name.as_str()).chain(further).collect::<Vec<_>>().join(",");
        let common = json!([self.kind, self.name, targets, self.required, conditions, rest]);
        match self.scope {
            Scope::Task => common.to_string(),
            Scope::Region => json!(["perRegion", common]).to_string(),
        }
    }
}

/// Checks that a value is what was read from it, but for the order of its labels: a reviewer may have added one at the end.
fn known_labels(reading: &Reading, value: &Value) -> Result<(), String> {
    let sorted = |value: &Value| {
        let lists = value.as_object().into_iter().flat_map(Map::values).filter_map(Value::as_array);
        let mut labels: Vec<String> = lists.flatten().map(Value::to_string).collect();
        labels.sort();
        labels
    };
    if reading.drafts.iter().any(|draft| sorted(&draft.value) == sorted(value)) {
        return Ok(());
    }
    Err(match (reading.problems.first(), reading.drafts.first()) {
        (Some(problem), _) => problem.clone(),
        (None, Some(draft)) => format!("expected {}, found {value}", draft.value),
        (None, None) => format!("{value} is no value of it"),
    })
}

/// Returns the labels there are, to follow what is wrong with one; nothing where they are many.
fn instead(labels: &[Label]) -> String {
    const MOST: usize = 10;
    match labels.len() {
        1..=MOST => {
            let stored = labels.iter().map(|label| label.alias.as_deref().unwrap_or(&label.value));
            format!("; there is {}", text::quoted(stored))
        }
        _ => String::new(),
    }
}
