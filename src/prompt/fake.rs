//! Stand-ins for tags, so that tests of prompts and answers need no labeling config.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::label::control::{Control, Head, Label, Reading, Scope};
use crate::label::form::Form;
use crate::label::object::{Content, Object, Passage};
use crate::label::task::{Task, TaskId};

/// A control with labels, or a text area without any.
#[derive(Debug)]
pub(crate) struct FakeControl {
    pub head: Head,
    pub labels: Vec<Label>,
    pub schema: Value,
}

/// An object that shows one field, or gives the same content for every task.
#[derive(Debug)]
pub(crate) struct FakeObject {
    pub field: &'static str,
    pub content: Option<Content>,
}

impl Control for FakeControl {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, _task: &Task) -> Result<Value, String> {
        Ok(self.schema.clone())
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        Reading::value(json!({self.head.kind: [answer]}))
    }

    fn read_text(&self, reply: &str, _task: &Task) -> Reading {
        Reading::value(json!({self.head.kind: [reply]}))
    }

    fn labels(&self, _task: &Task) -> Vec<Label> {
        self.labels.clone()
    }

    fn combine(&self, mut readings: Vec<Reading>) -> Reading {
        readings.swap_remove(0)
    }

    fn canonical(&self) -> String {
        format!("{} {:?}", self.head.name, self.labels)
    }
}

impl Object for FakeObject {
    fn tag(&self) -> &'static str {
        "Text"
    }

    fn canonical(&self) -> String {
        String::new()
    }

    fn name(&self) -> &'static str {
        "input"
    }

    fn field(&self) -> Option<&str> {
        Some(self.field)
    }

    fn shows_files(&self) -> bool {
        self.content.as_ref().is_some_and(Content::is_file)
    }

    fn content(&self, task: &Task) -> Result<Content, String> {
        match (&self.content, task.data.get(self.field).and_then(Value::as_str)) {
            (Some(content), _) => Ok(content.clone()),
            (None, Some(text)) => Ok(Content::Text(text.to_owned())),
            (None, None) => Err(format!("the field `{}` is missing", self.field)),
        }
    }

    fn passages(&self, task: &Task) -> Result<Vec<Passage>, String> {
        match self.content(task)? {
            Content::Text(text) => Ok(vec![Passage { text }]),
            Content::Turns(turns) => Ok(turns.into_iter().map(|turn| Passage { text: turn.text }).collect()),
            Content::Images(_) | Content::Document(_) => Err("it has no text to mark".to_owned()),
        }
    }
}

/// Returns a control of this kind; labels are written `value` or `value=hint`.
pub(crate) fn control(kind: &'static str, name: &str, labels: &[&str]) -> Arc<dyn Control> {
    let labels = labels.iter().map(|label| {
        let (value, hint) = label.split_once('=').map_or((*label, None), |(value, hint)| (value, Some(hint)));
        Label { value: value.to_owned(), alias: None, hint: hint.map(str::to_owned) }
    });
    let head = Head {
        name: name.to_owned(),
        to_name: "input".to_owned(),
        object: Arc::new(FakeObject { field: "text", content: None }),
        further: Vec::new(),
        scope: Scope::Task,
        kind,
        required: false,
        conditions: Vec::new(),
    };
    Arc::new(FakeControl { head, labels: labels.collect(), schema: json!({"type": "string"}) })
}

/// Returns a form of these controls on an object that shows a field.
pub(crate) fn form(controls: Vec<Arc<dyn Control>>, field: &'static str) -> Form {
    showing(controls, FakeObject { field, content: None })
}

pub(crate) fn showing(controls: Vec<Arc<dyn Control>>, object: FakeObject) -> Form {
    Form {
        controls,
        prompt: None,
        input: Arc::new(object),
        objects: Vec::new(),
        response: None,
        choices: None,
        relations: None,
        splitting: None,
        notices: Vec::new(),
    }
}

pub(crate) fn task(data: Value) -> Task {
    let data = match data {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    Task { id: TaskId::Id(7), data, annotations: Vec::new(), predictions: Vec::new() }
}
