//! Examples: tasks that people have answered, shown to the model before the task it is to answer.
//!
//! **Invariant:** a task is never an example for itself, nor is another with the same input.

mod choose;
mod similar;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::{Map, json};

use self::similar::Words;
use super::wrap::Prompt;
use crate::label::form::Form;
use crate::label::object::Content;
use crate::label::task::{Task, TaskId};
use crate::llm::chat::{Document, Image, Message, Part, Role};

/// How many examples are shown, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleChoice {
    /// At least 1.
    pub count: usize,
    pub way: Way,
    /// Of the file they come from; `None` for tasks of the project, which change as people annotate.
    pub digest: Option<String>,
}

/// How examples are chosen (`--examples-by`); in each way, no label gets more than its share while others have any left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The same for all tasks, those of the lowest ids.
    Fixed,
    /// Others for each task, the same ones in each run with this seed.
    Random { seed: u64 },
    /// Those whose texts have most in common with the task's.
    Nearest,
}

/// What a person answered, ready to be shown.
#[derive(Debug, Clone)]
pub struct Example {
    id: TaskId,
    identity: Identity,
    question: Vec<Message>,
    answer: String,
    labels: BTreeSet<String>,
}

/// What a task is known by; hashes, for tasks may be images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    data: blake3::Hash,
    /// Of what all labeled objects show; `None` where they show nothing that differs from task to task.
    input: Option<blake3::Hash>,
}

/// An annotation as a model would have had to give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub answer: String,
    /// What examples are balanced over.
    pub labels: BTreeSet<String>,
}

/// The examples there are, and how to choose among them.
#[derive(Debug, Clone)]
pub struct Examples {
    choice: ExampleChoice,
    /// In the order of their ids.
    pool: Vec<Example>,
    words: Words,
}

impl ExampleChoice {
    /// Returns what of the choice decides answers, for the model version; what people annotate meanwhile is not in it.
    pub fn canonical(&self) -> String {
        let way = match self.way {
            Way::Fixed => json!("fixed"),
            Way::Random { seed } => json!(["random", seed]),
            Way::Nearest => json!("nearest"),
        };
        json!(["examples", self.count, way, self.digest]).to_string()
    }
}

impl Example {
    /// Renders a task as an example, by the prompt that is used for all; the error says what the task lacks.
    pub fn new(prompt: &Prompt, form: &Form, task: &Task, given: Given) -> Result<Self, String> {
        let question = prompt.as_example(form, task)?;
        let Given { answer, labels } = given;
        Ok(Self { id: task.id, identity: Identity::of(task, form), question, answer, labels })
    }

    /// Returns what is asked.
    pub fn question(&self) -> &[Message] {
        &self.question
    }

    /// Returns about how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let message = |message: &Message| message.parts.iter().map(part_bytes).sum::<usize>();
        self.answer.len() + self.question.iter().map(message).sum::<usize>()
    }

    /// Returns whether it is this task, or one with the same input.
    fn is_of(&self, task: TaskId, identity: Identity) -> bool {
        // Rows are counted in each file anew.
        let is_named = self.id.studio().is_some() && self.id == task;
        let has_its_input = identity.input.is_some() && self.identity.input == identity.input;
        is_named || self.identity.data == identity.data || has_its_input
    }
}

impl Identity {
    fn of(task: &Task, form: &Form) -> Self {
        let empty = Task { id: task.id, data: Map::new(), annotations: Vec::new(), predictions: Vec::new() };
        // What is shown without any field is a text of the labeling config.
        let shown = form.labeled().into_iter().filter(|object| object.content(&empty).is_err());
        let shown: Vec<Option<Content>> = shown.map(|object| object.content(task).ok()).collect();
        let is_any = shown.iter().any(Option::is_some);
        Self {
            data: blake3::hash(json!(task.data).to_string().as_bytes()),
            input: is_any.then(|| blake3::hash(format!("{shown:?}").as_bytes())),
        }
    }
}

impl Examples {
    /// Makes examples ready to be chosen from.
    pub fn new(choice: ExampleChoice, mut pool: Vec<Example>) -> Self {
        pool.sort_by_key(|example| example.id);
        let texts: Vec<String> = pool.iter().map(|example| text(&example.question)).collect();
        let words = Words::of(texts.iter().map(String::as_str));
        Self { choice, pool, words }
    }

    /// Returns how many there are to choose from.
    pub fn count(&self) -> usize {
        self.pool.len()
    }

    /// Returns whether there is any for a task.
    pub fn has_any_for(&self, form: &Form, task: &Task) -> bool {
        let identity = Identity::of(task, form);
        self.pool.iter().any(|example| !example.is_of(task.id, identity))
    }

    /// Returns how they are chosen.
    pub fn choice(&self) -> &ExampleChoice {
        &self.choice
    }

    /// Returns the examples for a task as messages, what is asked and what was answered in turn; `question` is what is
    /// asked about the task itself.
    pub(super) fn messages(&self, form: &Form, task: &Task, question: &[Message]) -> Vec<Message> {
        let mut messages = Vec::new();
        for at in self.chosen(form, task, question) {
            let Example { question, answer, .. } = &self.pool[at];
            messages.extend(question.iter().cloned());
            messages.push(Message::text(Role::Assistant, answer.as_str()));
        }
        messages
    }

    /// Returns the positions of the examples for a task, in the order in which they are shown: the nearest last, for
    /// models heed most what they have just read.
    fn chosen(&self, form: &Form, task: &Task, question: &[Message]) -> Vec<usize> {
        let identity = Identity::of(task, form);
        let mut ranked: Vec<usize> =
            (0..self.pool.len()).filter(|at| !self.pool[*at].is_of(task.id, identity)).collect();
        match self.choice.way {
            Way::Fixed => {}
            Way::Random { seed } => {
                ranked.sort_by_cached_key(|at| choose::rank(seed, task.id, self.pool[*at].id));
            }
            Way::Nearest => {
                let nearness = self.words.nearness(&text(question));
                // Sorting keeps the order of ids among equals.
                ranked.sort_by(|one, other| nearness[*other].total_cmp(&nearness[*one]));
            }
        }
        let labels: Vec<&BTreeSet<String>> = ranked.iter().map(|at| &self.pool[*at].labels).collect();
        let mut taken = choose::balanced(&labels, self.choice.count);
        taken.sort_unstable();
        if self.choice.way == Way::Nearest {
            taken.reverse();
        }
        taken.into_iter().map(|place| ranked[place]).collect()
    }
}

/// Returns the text of messages, images and documents left out.
fn text(messages: &[Message]) -> String {
    let parts = messages.iter().flat_map(|message| &message.parts);
    let texts = parts.filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        Part::Image(_) | Part::Document(_) => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn part_bytes(part: &Part) -> usize {
    match part {
        Part::Text(content)
        | Part::Image(Image::Url(content) | Image::Stored(content) | Image::Inline { base64: content, .. })
        | Part::Document(Document::Stored(content) | Document::Inline { base64: content, .. }) => {
            content.len()
        }
    }
}
