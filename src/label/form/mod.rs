//! The form a model fills: the chosen controls of a labeling config, asked and read together.

mod choose;
mod limits;
mod llm_interactive;
mod part;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::condition::Condition;
use super::config::{ConfigError, LabelConfig};
use super::control::{Control, Draft, Label, Reading};
use super::object::Object;
use super::prediction::Unfilled;
use super::task::Task;

/// Which controls to fill.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Names; `None` for all but the prompt control.
    pub controls: Option<Vec<String>>,
    /// Which `TextArea` holds the prompt: exact name, else the first whose lower-cased name starts so; empty for none.
    pub prompt_prefix: String,
    /// Which `TextArea` takes a text answer; `None` for the first on the input object that is not the prompt.
    pub response_prefix: Option<String>,
    pub profile: Profile,
}

/// Whose ways of rendering prompts and reading answers are followed (`--profile`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    #[default]
    Own,
    /// Those of Label Studio's `llm_interactive` example.
    LlmInteractive,
}

/// The controls a model fills, and the ones it does not.
#[derive(Debug, Clone)]
pub struct Form {
    /// What the model fills, in document order; never empty.
    pub controls: Vec<Arc<dyn Control>>,
    /// The `TextArea` that shows annotators the prompt.
    pub prompt: Option<Arc<dyn Control>>,
    /// The object the first control labels: what `{text}` means where the data has no such field.
    pub input: Arc<dyn Object>,
    /// All objects of the labeling config, `input` among them.
    pub objects: Vec<Arc<dyn Object>>,
    /// Index into `controls` of the `TextArea` that takes a text answer.
    pub response: Option<usize>,
    /// Index into `controls` of the first `Choices`-like control, which a text answer is matched to.
    pub choices: Option<usize>,
    /// What a person should know: skipped tags and why, one line each.
    pub notices: Vec<String>,
}

/// What one response says: a reading for each control of a form, in their order; `None` for those that were not asked.
pub type Readings = Vec<Option<Reading>>;

/// What all controls got.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filled {
    /// Index into [`Form::controls`] and the region, in the order of the controls.
    pub drafts: Vec<(usize, Draft)>,
    pub relations: Vec<Relation>,
    /// Controls that stayed empty, or of which a part was left out, and why.
    ///
    /// A control that the model left empty on purpose is here only where nothing at all was filled.
    pub unfilled: Vec<Unfilled>,
}

/// A relation between two regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// Index into [`Filled::drafts`].
    pub from: usize,
    /// Index into [`Filled::drafts`].
    pub to: usize,
    /// Empty for a relation without a name.
    pub labels: Vec<String>,
    /// `right`, `left` or `bi`, as Label Studio writes it.
    pub direction: &'static str,
}

impl Form {
    /// Chooses the controls; an error says why nothing could be filled, or which name does not exist.
    pub fn new(config: &LabelConfig, wanted: &Wanted) -> Result<Self, ConfigError> {
        let form = choose::form(config, wanted)?;
        match wanted.profile {
            Profile::Own => Ok(form),
            Profile::LlmInteractive => form.of_llm_interactive(),
        }
    }

    /// Returns the JSON schema of the whole answer: an object whose keys are the control names.
    ///
    /// Every key is required, as strict modes want it; a control that is hidden where another one says so may be null.
    pub fn schema(&self, task: &Task) -> Result<Value, String> {
        let mut properties = Map::new();
        for control in &self.controls {
            let head = control.head();
            let schema = control.schema(task).map_err(|reason| format!("`{}`: {reason}", head.name))?;
            properties.insert(head.name.clone(), conditional(schema, &head.conditions));
        }
        let required: Vec<String> = properties.keys().cloned().collect();
        let mut schema = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        limits::relax(&mut schema);
        Ok(schema)
    }

    /// Reads a JSON answer.
    pub fn read(&self, answer: &Value, task: &Task) -> Readings {
        let read = |control: &Arc<dyn Control>| match part::of(answer, control.as_ref(), &self.controls) {
            Ok(part) => Some(control.read(part, task)),
            Err(problem) => Some(Reading::problem(problem)),
        };
        self.controls.iter().map(read).collect()
    }

    /// Reads a plain-text reply into the response `TextArea` and the first `Choices`; other controls are not asked.
    ///
    /// Where the form has neither, every control says why text does not fill it.
    pub fn read_text(&self, reply: &str, task: &Task) -> Readings {
        let takes_text = |at: usize| Some(at) == self.response || Some(at) == self.choices;
        let has_none = self.response.is_none() && self.choices.is_none();
        let read = |(at, control): (usize, &Arc<dyn Control>)| {
            (has_none || takes_text(at)).then(|| control.read_text(reply, task))
        };
        self.controls.iter().enumerate().map(read).collect()
    }

    /// Merges the readings of all responses to one request, of which there is at least one, and leaves out what
    /// annotators would not see.
    pub fn combine(&self, mut responses: Vec<Readings>, task: &Task) -> Filled {
        let readings = self.controls.iter().enumerate().map(|(at, control)| {
            let of_control: Vec<Reading> =
                responses.iter_mut().filter_map(|readings| readings[at].take()).collect();
            (!of_control.is_empty()).then(|| control.combine(of_control))
        });
        self.filled(readings.collect(), task)
    }

    /// Returns the labels of the control of this name, or of the first control that has any.
    pub fn labels(&self, control: Option<&str>, task: &Task) -> Vec<Label> {
        let mut controls = self.controls.iter();
        match control {
            Some(name) => {
                controls.find(|control| control.head().name == name).map(|control| control.labels(task))
            }
            None => controls.map(|control| control.labels(task)).find(|labels| !labels.is_empty()),
        }
        .unwrap_or_default()
    }

    /// Returns the object that shows a field of the data, if any does.
    pub fn showing(&self, field: &str) -> Option<&Arc<dyn Object>> {
        std::iter::once(&self.input).chain(&self.objects).find(|object| object.field() == Some(field))
    }

    /// Returns the objects that the controls label, each once, the input first.
    pub fn labeled(&self) -> Vec<&Arc<dyn Object>> {
        let mut labeled = vec![&self.input];
        for object in self.controls.iter().flat_map(|control| control.head().objects()) {
            if labeled.iter().all(|known| known.name() != object.name()) {
                labeled.push(object);
            }
        }
        labeled
    }

    /// Returns what is asked, for the model version: the labeled objects and the chosen controls.
    pub fn canonical(&self) -> String {
        let objects = self.labeled().into_iter().map(|object| object.canonical());
        let controls = self.controls.iter().map(|control| control.canonical());
        objects.chain(controls).collect::<Vec<_>>().join("\n")
    }

    /// Leaves out what annotators would not see, and collects the rest.
    fn filled(&self, readings: Readings, task: &Task) -> Filled {
        let mut filled = Filled::default();
        let mut empty = Vec::new();
        let mut chosen: HashMap<&str, Vec<String>> = HashMap::new();
        let has_conditions = self.controls.iter().any(|control| !control.head().conditions.is_empty());
        let asked = readings.into_iter().enumerate().filter_map(|(at, reading)| Some((at, reading?)));
        for (at, reading) in asked {
            let control = &self.controls[at];
            let head = control.head();
            let is_shown = head.conditions.iter().all(|condition| is_met(condition, &chosen));
            let reading = if is_shown { reading } else { Reading::default() };
            if has_conditions && has_labels(control.as_ref()) {
                chosen.insert(&head.name, names(&reading, &control.labels(task)));
            }
            if !is_shown {
                continue;
            }
            let unfilled = |reason: String| Unfilled { control: head.name.clone(), reason };
            if reading.drafts.is_empty() && reading.problems.is_empty() {
                empty.push(unfilled("the answer leaves it empty".to_owned()));
            }
            filled.unfilled.extend(reading.problems.into_iter().map(unfilled));
            filled.drafts.extend(reading.drafts.into_iter().map(|draft| (at, draft)));
        }
        if filled.drafts.is_empty() {
            filled.unfilled.extend(empty);
        }
        filled
    }
}

/// Returns whether text answers and conditions look at a control's labels.
fn has_labels(control: &dyn Control) -> bool {
    matches!(control.head().kind, "choices" | "taxonomy")
}

/// Returns whether a condition holds; one on a control that the model does not fill, or comes later, cannot fail.
fn is_met(condition: &Condition, chosen: &HashMap<&str, Vec<String>>) -> bool {
    if let Some(name) = &condition.control {
        return chosen.get(name.as_str()).is_none_or(|labels| condition.allows(labels));
    }
    let all: Vec<String> = chosen.values().flatten().cloned().collect();
    chosen.is_empty() || condition.allows(&all)
}

/// Lets a schema be null where the control is hidden.
fn conditional(mut schema: Value, conditions: &[Condition]) -> Value {
    if conditions.is_empty() {
        return schema;
    }
    let conditions: Vec<String> = conditions.iter().map(Condition::describe).collect();
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
