//! Control tags: what to ask a model for, and how to read what it answers. One tag a file, one row in [`KINDS`].

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value;

use super::config::ConfigError;
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
}

/// A label a model may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the model sees and answers.
    pub value: String,
    /// What Label Studio stores instead of the value.
    pub alias: Option<String>,
    /// What the label means, for the prompt.
    pub hint: Option<String>,
}

/// What was read from an answer for one control.
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
    fn read_text(&self, reply: &str, task: &Task) -> Reading;

    /// Returns the labels to choose from; empty for controls without labels.
    fn labels(&self, task: &Task) -> Vec<Label>;

    /// Merges the readings of several responses: the first by default, all texts, or what most say.
    ///
    /// `readings` holds one entry a response and is never empty.
    fn combine(&self, readings: Vec<Reading>) -> Reading;

    /// Returns what is asked, for the model version: tag, names, labels, aliases, hints, bounds.
    fn canonical(&self) -> String;
}

/// A row of the table of control tags.
pub struct Kind {
    /// The tag's name as Label Studio writes it.
    pub tag: &'static str,
    /// Reads the tag from the labeling config.
    pub parse: fn(&roxmltree::Node<'_, '_>, Head) -> Result<Arc<dyn Control>, ConfigError>,
}

/// The control tags this tool fills.
pub const KINDS: &[Kind] = &[];
