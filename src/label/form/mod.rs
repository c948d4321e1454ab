//! The form a model fills: the chosen controls of a labeling config, asked and read together.

mod choose;
mod example;
mod limits;
mod llm_interactive;
mod part;
pub mod pieces;
mod regions;
mod relations;
mod shown;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use self::pieces::Splitting;
use self::relations::Related;
use self::shown::{Sight, conditional};
use super::config::{ConfigError, LabelConfig};
use super::control::{Control, Draft, Label, Reading, Scope};
use super::object::{Content, Object};
use super::prediction::Unfilled;
use super::relations::Relations;
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
    /// Why controls that mark regions, and what labels or relates those, stay empty; `None` where they are filled.
    pub without_regions: Option<&'static str>,
    pub profile: Profile,
    /// The most code points of a text that are asked about in one question; `None` for all.
    pub most: Option<usize>,
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
    /// Which relations the regions may have to each other; `None` where they are not asked for.
    pub relations: Option<Relations>,
    /// How texts that are too long are asked about; `None` where every task is one question.
    pub splitting: Option<Splitting>,
    /// What a person should know: skipped tags and why, one line each.
    pub notices: Vec<String>,
}

/// What one response says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    /// A reading for each control of a form, in their order; `None` for those that were not asked. Those of single
    /// regions hold problems alone: what was read stands with the region.
    pub controls: Vec<Option<Reading>>,
    /// `None` where relations were not asked for.
    pub relations: Option<Related>,
}

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
    /// Whether nothing was filled, and that is the answer: the model found nothing to mark.
    pub is_blank: bool,
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
        let form = match wanted.profile {
            Profile::Own => form,
            Profile::LlmInteractive => form.of_llm_interactive()?,
        };
        Ok(form.split(wanted.most))
    }

    /// Returns the JSON schema of the whole answer: an object whose keys are the control names.
    ///
    /// Every key is required, as strict modes want it; a control that is hidden where another one says so may be null.
    /// Controls of single regions are asked with each region.
    pub fn schema(&self, task: &Task) -> Result<Value, String> {
        let mut properties = Map::new();
        for control in self.asked() {
            let head = control.head();
            let mut schema = control.schema(task).map_err(|reason| format!("`{}`: {reason}", head.name))?;
            if head.marks_regions() {
                regions::ask(self, head, &mut schema, task)?;
            }
            let conditions: Vec<_> = head.conditions.iter().collect();
            properties.insert(head.name.clone(), conditional(schema, &conditions));
        }
        if let Some(relations) = &self.relations {
            properties.insert(relations::key(self), relations::schema(relations));
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
        let names: Vec<&str> = self.asked_names().collect();
        let mut parts = Vec::new();
        let mut controls = Vec::with_capacity(self.controls.len());
        for (at, control) in self.controls.iter().enumerate() {
            let head = control.head();
            controls.push(match (head.scope, part::of(answer, &head.name, &names)) {
                (Scope::Region, _) => None,
                (Scope::Task, Err(problem)) => Some(Reading::problem(problem)),
                (Scope::Task, Ok(part)) => {
                    if head.marks_regions() {
                        parts.push((at, part));
                    }
                    Some(control.read(part, task))
                }
            });
        }
        self.read_regions(&parts, &mut controls, task);
        let related = |relations| relations::read(self, relations, (answer, &parts), &controls);
        Readings { relations: self.relations.as_ref().map(related), controls }
    }

    /// Returns whether a plain-text reply may fill any control.
    pub fn takes_text(&self) -> bool {
        self.asked().any(|control| control.takes_text())
    }

    /// Reads a plain-text reply into the response `TextArea` and the first `Choices`; other controls are not asked.
    ///
    /// Where the form has neither, every control reads it, or says why text does not fill it.
    pub fn read_text(&self, reply: &str, task: &Task) -> Readings {
        let takes_text = |at: usize| Some(at) == self.response || Some(at) == self.choices;
        let has_none = self.response.is_none() && self.choices.is_none();
        let read = |(at, control): (usize, &Arc<dyn Control>)| {
            let is_asked = takes_text(at) || has_none && control.head().scope == Scope::Task;
            is_asked.then(|| control.read_text(reply, task))
        };
        Readings { controls: self.controls.iter().enumerate().map(read).collect(), relations: None }
    }

    /// Merges the readings of all responses to one request, of which there is at least one, and leaves out what
    /// annotators would not see.
    pub fn combine(&self, mut responses: Vec<Readings>, task: &Task) -> Filled {
        for (number, readings) in responses.iter_mut().enumerate() {
            for reading in readings.controls.iter_mut().flatten() {
                for (index, draft) in reading.drafts.iter_mut().enumerate() {
                    draft.origins = vec![(number, index)];
                }
            }
        }
        let merged = self.controls.iter().enumerate().map(|(at, control)| {
            let of_control: Vec<Reading> =
                responses.iter().filter_map(|readings| readings.controls[at].clone()).collect();
            (!of_control.is_empty()).then(|| control.combine(of_control))
        });
        let merged = merged.collect();
        self.filled(merged, &responses, task)
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

    /// Returns what the model is shown of an object.
    pub fn content(&self, object: &dyn Object, task: &Task) -> Result<Content, String> {
        match self.reading(object, task)? {
            Some(text) => Ok(Content::Text(text)),
            None => object.content(task),
        }
    }

    /// Returns what a reader sees of an object, where spans of it are marked and that is not what the task holds: quotes are
    /// searched in it.
    pub fn reading(&self, object: &dyn Object, task: &Task) -> Result<Option<String>, String> {
        let mut heads = self.controls.iter().map(|control| control.head());
        let is_marked = heads.any(|head| head.marks_regions() && head.to_name == object.name());
        if is_marked { object.reading(task) } else { Ok(None) }
    }

    /// Returns what is asked, for the model version: the labeled objects and the chosen controls.
    pub fn canonical(&self) -> String {
        let objects = self.labeled().into_iter().map(|object| object.canonical());
        let controls = self.controls.iter().map(|control| control.canonical());
        let relations = self.relations.iter().map(Relations::canonical);
        let splitting = self.splitting.iter().map(Splitting::canonical);
        objects.chain(controls).chain(relations).chain(splitting).collect::<Vec<_>>().join("\n")
    }

    /// Returns the controls that have a key of their own in an answer.
    fn asked(&self) -> impl Iterator<Item = &Arc<dyn Control>> {
        self.controls.iter().filter(|control| control.head().scope == Scope::Task)
    }

    fn asked_names(&self) -> impl Iterator<Item = &str> {
        self.asked().map(|control| control.head().name.as_str())
    }

    /// Reads what an answer says of single regions.
    fn read_regions(&self, parts: &[(usize, &Value)], controls: &mut [Option<Reading>], task: &Task) {
        let mut sight = Sight::default();
        for (control, reading) in self.controls.iter().zip(controls.iter()) {
            if let Some(reading) = reading {
                sight.choose(control.as_ref(), reading, &control.labels(task));
            }
        }
        for &(at, part) in parts {
            let Some(mut reading) = controls[at].take() else { continue };
            let head = self.controls[at].head();
            let problems = regions::read(self, (head, part), &mut reading, (&sight, task));
            controls[at] = Some(reading);
            for (child, problem) in problems {
                controls[child].get_or_insert_default().problems.push(problem);
            }
        }
    }

    /// Leaves out what annotators would not see, and collects the rest.
    fn filled(&self, merged: Vec<Option<Reading>>, responses: &[Readings], task: &Task) -> Filled {
        let mut filled = Filled::default();
        let mut empty = Vec::new();
        let mut has_nothing_to_mark = false;
        let mut sight = Sight::default();
        for (control, reading) in self.controls.iter().zip(&merged) {
            let drafts = reading.iter().flat_map(|reading| &reading.drafts);
            if control.head().marks_regions() {
                drafts.for_each(|draft| sight.mark(control.head(), &draft.value));
            }
        }
        for (at, reading) in merged.into_iter().enumerate() {
            let (control, head) = (&self.controls[at], self.controls[at].head());
            let Some(reading) = reading else { continue };
            let is_shown = head.scope == Scope::Region || sight.shows(head);
            let reading = if is_shown { reading } else { Reading::default() };
            if head.scope == Scope::Task {
                sight.choose(control.as_ref(), &reading, &control.labels(task));
            }
            if !is_shown {
                continue;
            }
            let unfilled = |reason: String| Unfilled { control: head.name.clone(), reason };
            if reading == Reading::default() && head.scope == Scope::Task {
                has_nothing_to_mark |= head.marks_regions();
                empty.push(unfilled("the answer leaves it empty".to_owned()));
            }
            filled.unfilled.extend(reading.problems.into_iter().map(unfilled));
            filled.drafts.extend(reading.drafts.into_iter().map(|draft| (at, draft)));
        }
        self.merge_regions(&mut filled, responses, (&sight, task));
        if filled.drafts.is_empty() {
            filled.is_blank = has_nothing_to_mark && filled.unfilled.is_empty();
            filled.unfilled.extend(empty.into_iter().filter(|_| !filled.is_blank));
        }
        filled
    }

    /// Merges what belongs to the regions that were kept: their labels of their own, and their relations.
    fn merge_regions(&self, filled: &mut Filled, responses: &[Readings], (sight, task): (&Sight<'_>, &Task)) {
        let name = |at: usize| self.controls[at].head().name.clone();
        for (index, (at, draft)) in filled.drafts.iter_mut().enumerate() {
            if self.controls[*at].head().marks_regions() {
                let problems = regions::merge(self, (*at, index), draft, (responses, sight, task));
                let unfilled = |(child, reason)| Unfilled { control: name(child), reason };
                filled.unfilled.extend(problems.into_iter().map(unfilled));
            }
        }
        if let Some(relations) = &self.relations {
            let (kept, problems) = relations::merge(relations, responses, &filled.drafts);
            let unfilled = |reason| Unfilled { control: relations::key(self), reason };
            filled.unfilled.extend(problems.into_iter().map(unfilled));
            filled.relations = kept;
        }
    }
}
