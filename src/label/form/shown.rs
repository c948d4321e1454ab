//! What annotators get to see: conditions of controls, held against what is chosen and marked.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::label::condition::{Condition, Shown};
use crate::label::control::{Control, Head, Label, Reading};

/// What decides whether a control is shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Sight<'a> {
    /// What the controls so far chose, by name.
    chosen: HashMap<&'a str, Vec<String>>,
    /// The regions: the control that marks each, and its labels as they are stored.
    regions: Vec<(&'a str, Vec<String>)>,
}

impl<'a> Sight<'a> {
    /// Notes what a control chose.
    pub(super) fn choose(&mut self, control: &'a dyn Control, reading: &Reading, labels: &[Label]) {
        if has_choice(control) {
            self.chosen.insert(&control.head().name, names(reading, labels));
        }
    }

    /// Notes a region of this value.
    pub(super) fn mark(&mut self, marker: &'a Head, value: &Value) {
        let labels = value[marker.kind].as_array().into_iter().flatten();
        let labels = labels.filter_map(Value::as_str).map(str::to_owned).collect();
        self.regions.push((&marker.name, labels));
    }

    /// Returns what is seen beside one region of this value alone.
    pub(super) fn beside(&self, marker: &'a Head, value: &Value) -> Self {
        let mut sight = Self { chosen: self.chosen.clone(), regions: Vec::new() };
        sight.mark(marker, value);
        sight
    }

    /// Returns whether a control is shown.
    pub(super) fn shows(&self, control: &Head) -> bool {
        control.conditions.iter().all(|condition| self.meets(condition))
    }

    /// Returns whether a condition holds; one on a control that the model does not fill, or comes later, cannot fail.
    fn meets(&self, condition: &Condition) -> bool {
        if condition.shown_when == Shown::BesideRegion {
            return self.regions.iter().any(|(marker, labels)| condition.allows_region(marker, labels));
        }
        if let Some(name) = &condition.control {
            return self.chosen.get(name.as_str()).is_none_or(|labels| condition.allows(labels));
        }
        let all: Vec<String> = self.chosen.values().flatten().cloned().collect();
        self.chosen.is_empty() || condition.allows(&all)
    }
}

/// Returns whether text answers and conditions look at a control's labels.
pub(super) fn has_choice(control: &dyn Control) -> bool {
    matches!(control.head().kind, "choices" | "taxonomy")
}

/// Lets a schema be null where the control is hidden.
pub(super) fn conditional(mut schema: Value, conditions: &[&Condition]) -> Value {
    if conditions.is_empty() {
        return schema;
    }
    let conditions: Vec<String> = conditions.iter().map(|condition| condition.describe()).collect();
    let when = format!("Only where {}; null otherwise.", conditions.join(" and "));
    let description = match schema.as_object_mut().and_then(|fields| fields.remove("description")) {
        Some(Value::String(description)) => format!("{when} {description}"),
        _ => when,
    };
    let schema = match schema.get("anyOf") {
        Some(any) => json!({ "anyOf": any }),
        None => json!({"anyOf": [schema, {"type": "null"}]}),
    };
    json!({"anyOf": schema["anyOf"], "description": description})
}

/// Returns every name of the labels that a reading chose: what is stored, and the value it stands for.
fn names(reading: &Reading, labels: &[Label]) -> Vec<String> {
    let lists =
        reading.drafts.iter().filter_map(|draft| draft.value.as_object()?.values().next()?.as_array());
    let mut names = Vec::new();
    for entry in lists.flatten() {
        // Label Studio compares the last label of a path.
        let last = entry.as_array().and_then(|path| path.last()).unwrap_or(entry);
        let Some(stored) = last.as_str() else { continue };
        names.push(stored.to_owned());
        let of_alias = |label: &&Label| label.alias.as_deref() == Some(stored);
        names.extend(labels.iter().filter(of_alias).map(|label| label.value.clone()));
    }
    names
}
