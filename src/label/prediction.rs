//! What the tool hands over for a task: regions in Label Studio's own form.

use std::ops::AddAssign;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::task::Task;

/// One filled control of a prediction, in Label Studio's own JSON form.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// `al` and a hash: stable across runs, and the mark by which this tool knows its own predictions.
    pub id: String,
    pub from_name: String,
    pub to_name: String,
    /// The control tag's name in lower case; the editor drops regions with anything else.
    pub kind: String,
    /// The control's value object, such as `{"choices": ["yes"]}`.
    pub value: Value,
    /// Between 0 and 1.
    pub score: Option<f64>,
    /// What a reviewed file says besides, such as `meta` or the ends of a relation; written as it is.
    pub extra: Map<String, Value>,
}

/// Everything one task got from one model version.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Empty where there is nothing to mark.
    pub result: Vec<Region>,
    /// Between 0 and 1, where it was measured.
    pub score: Option<f64>,
    /// Never empty.
    pub model_version: String,
}

/// A task with its new prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Labeled {
    pub task: Task,
    pub prediction: Prediction,
    /// Controls that were asked for and could not be filled; empty for a whole prediction.
    pub unfilled: Vec<Unfilled>,
}

/// A control that stayed empty, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfilled {
    pub control: String,
    pub reason: String,
}

/// What answers cost, in the provider's own count of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Requests that were answered.
    pub requests: u64,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    /// Part of `prompt_tokens`.
    pub cached_tokens: u64,
    /// Part of `completion_tokens`.
    pub reasoning_tokens: u64,
}

/// What region ids of this tool begin with.
pub const OWN_REGION_PREFIX: &str = "al";

/// Number of hexadecimal digits after [`OWN_REGION_PREFIX`].
pub const OWN_REGION_DIGITS: usize = 16;

/// Number of hexadecimal digits after the `@` of a model version that this tool made up.
pub const OWN_VERSION_DIGITS: usize = 8;

/// Returns whether a stored region was written by this tool, by the form of its id, or of those of the two it relates.
pub fn is_own_region(region: &Value) -> bool {
    match region["type"].as_str() {
        Some("relation") => is_own_id(&region["from_id"]) && is_own_id(&region["to_id"]),
        _ => is_own_id(&region["id"]),
    }
}

/// Returns whether a model version has the form of those that this tool makes up; one that ends in a date, as models are
/// named elsewhere, has not.
pub fn is_own_version(version: &str) -> bool {
    let has_letter = |hash: &str| hash.bytes().any(|byte| byte.is_ascii_lowercase());
    version.rsplit_once('@').is_some_and(|(_, hash)| is_hash(hash, OWN_VERSION_DIGITS) && has_letter(hash))
}

fn is_own_id(id: &Value) -> bool {
    let hash = id.as_str().and_then(|id| id.strip_prefix(OWN_REGION_PREFIX));
    hash.is_some_and(|hash| is_hash(hash, OWN_REGION_DIGITS))
}

fn is_hash(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Serialize for Region {
    /// Leaves out what is empty, for a relation has neither names nor a value.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let named = [
            ("id", &self.id),
            ("from_name", &self.from_name),
            ("to_name", &self.to_name),
            ("type", &self.kind),
        ];
        for (name, text) in named {
            if !text.is_empty() {
                map.serialize_entry(name, text)?;
            }
        }
        if !self.value.is_null() {
            map.serialize_entry("value", &self.value)?;
        }
        if let Some(score) = self.score {
            map.serialize_entry("score", &score)?;
        }
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
        self.cached_tokens += other.cached_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
    }
}
