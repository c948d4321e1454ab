//! What the names in a prompt stand for, decided once on the first task; a name nobody knows is an error.

use serde_json::{Map, Value};

use super::template::{Placeholder, Position, Segment, Template, lookup};
use crate::label::form::Form;
use crate::label::path::Lookup;
use crate::label::spelling::nearest;
use crate::label::task::Task;
use crate::label::text::quoted;

/// A template whose names are known.
pub(super) type Bound = Vec<Piece>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Named(Meaning),
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A field of the data, or a path into it.
    Field(String),
    /// A field that an object shows: as the object shows it where that is more than text.
    Shown(String),
    /// What the input object shows.
    Input,
    /// The labels of the control of this name, or of the first one that has any.
    Labels(Option<String>),
    /// In a wrapper: the prompt.
    Prompt,
}

/// Which of a prompt's texts is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The prompt itself, or the system message.
    Prompt,
    /// Here `{prompt}` is the prompt and `{text}` the input object, whatever fields the data has: the wrapper is what
    /// brings the thing to label to the model.
    Wrapper,
}

/// What names are looked up in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub form: &'a Form,
    pub first: &'a Task,
}

/// What is wrong with a prompt, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}{}: {message}", position.map(|Position { line, column }| format!(":{line}:{column}")).unwrap_or_default())]
pub struct PromptError {
    /// The file's or the variable's name.
    pub origin: String,
    /// Where there is one.
    pub position: Option<Position>,
    /// Some are several lines long: they show the place.
    pub message: String,
}

/// Most fields an error lists.
const MOST_LISTED: usize = 20;

/// How much of a long line an error shows, on either side of the place.
const CONTEXT: usize = 60;

/// Takes a text apart and decides what its names stand for.
pub(super) fn bind(text: &str, origin: &str, place: Place, scope: Scope<'_>) -> Result<Bound, PromptError> {
    let fields = &scope.first.data;
    let bind_segment = |segment| match segment {
        Segment::Literal(literal) => Ok(Piece::Literal(literal)),
        Segment::Placeholder(placeholder) => match meaning(&placeholder.name, place, scope) {
            Ok(meaning) => Ok(Piece::Named(meaning)),
            Err(problem) => Err(PromptError {
                origin: origin.to_owned(),
                position: Some(Position::of(text, placeholder.start)),
                message: format!("{}\n{}{}", problem.what, excerpt(text, &placeholder), problem.advice),
            }),
        },
    };
    Template::parse(text, fields).segments.into_iter().map(bind_segment).collect()
}

struct Problem {
    what: String,
    /// Begins with a line break where there is any.
    advice: String,
}

fn meaning(name: &str, place: Place, scope: Scope<'_>) -> Result<Meaning, Problem> {
    let shown = scope.form.showing(name);
    match (place, name) {
        (Place::Wrapper, "prompt") => return Ok(Meaning::Prompt),
        (Place::Wrapper, "text") => return Ok(Meaning::Input),
        _ => {}
    }
    match lookup(&scope.first.data, name) {
        Lookup::Found(_) | Lookup::Absent if shown.is_some() => return Ok(Meaning::Shown(name.to_owned())),
        Lookup::Found(_) | Lookup::Absent => return Ok(Meaning::Field(name.to_owned())),
        // Plain texts are imported under another name, which the object knows.
        Lookup::Unknown if shown.is_some_and(|object| object.content(scope.first).is_ok()) => {
            return Ok(Meaning::Shown(name.to_owned()));
        }
        Lookup::Unknown => {}
    }
    if name == "text" {
        return Ok(Meaning::Input);
    }
    match name.strip_prefix("labels") {
        Some("") => labels(None, scope),
        Some(rest) if rest.starts_with('.') => labels(Some(&rest[1..]), scope),
        _ => Err(unknown(name, place, scope)),
    }
}

fn labels(control: Option<&str>, scope: Scope<'_>) -> Result<Meaning, Problem> {
    if !scope.form.labels(control, scope.first).is_empty() {
        return Ok(Meaning::Labels(control.map(str::to_owned)));
    }
    let names = names_with_labels(scope);
    let what = match control {
        Some(name) => format!("no control called `{name}` has labels"),
        None => "no control of the labeling config has labels".to_owned(),
    };
    let advice = if names.is_empty() {
        "\nlabels come from tags such as Choices; leave the placeholder out".to_owned()
    } else {
        format!("\ncontrols with labels: {}", listed(&names))
    };
    Err(Problem { what, advice })
}

fn unknown(name: &str, place: Place, scope: Scope<'_>) -> Problem {
    let fields: Vec<String> = scope.first.data.keys().cloned().collect();
    let mut candidates = fields.clone();
    candidates.extend(inner_names(&scope.first.data));
    candidates.push("text".to_owned());
    if place == Place::Wrapper {
        candidates.push("prompt".to_owned());
    }
    let with_labels = names_with_labels(scope);
    if !with_labels.is_empty() {
        candidates.push("labels".to_owned());
        candidates.extend(with_labels.iter().map(|control| format!("labels.{control}")));
    }
    let nearest = nearest(name.trim_start_matches('$'), candidates.iter().map(String::as_str));
    let offer = nearest.map(|known| format!("; did you mean `{{{known}}}`?")).unwrap_or_default();
    let note = if name == "prompt" { " (`{prompt}` has a meaning in PROMPT_TEMPLATE only)" } else { "" };
    let listing = if fields.is_empty() {
        "the first task has no fields".to_owned()
    } else {
        format!("the first task's fields: {}", listed(&fields))
    };
    Problem {
        what: format!("no field of the task is called `{name}`{note}{offer}"),
        advice: format!("\n{listing}\nfor braces that stay as they are, write `{{{{{name}}}}}`"),
    }
}

fn names_with_labels(scope: Scope<'_>) -> Vec<String> {
    let controls = scope.form.controls.iter().filter(|control| !control.labels(scope.first).is_empty());
    controls.map(|control| control.head().name.clone()).collect()
}

/// Returns the names one step inside the fields that are objects.
fn inner_names(data: &Map<String, Value>) -> impl Iterator<Item = String> {
    let objects = data.iter().filter_map(|(name, value)| value.as_object().map(|inner| (name, inner)));
    objects.flat_map(|(name, inner)| inner.keys().map(move |key| format!("{name}.{key}")))
}

/// Lists names, the first of many.
pub(super) fn listed(names: &[String]) -> String {
    let text = quoted(names.iter().take(MOST_LISTED).map(String::as_str));
    match names.len().checked_sub(MOST_LISTED) {
        None | Some(0) => text,
        Some(more) => format!("{text} and {more} more"),
    }
}

/// Returns the placeholder's line and a line of carets under the placeholder.
fn excerpt(text: &str, placeholder: &Placeholder) -> String {
    let line_start = text[..placeholder.start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[placeholder.end..].find('\n').map_or(text.len(), |length| placeholder.end + length);
    let before: Vec<char> = text[line_start..placeholder.start].chars().collect();
    let after: Vec<char> = text[placeholder.end..line_end].trim_end_matches('\r').chars().collect();
    let named = &text[placeholder.start..placeholder.end];
    let mut line = String::new();
    if CONTEXT < before.len() {
        line.push('…');
    }
    line.extend(&before[before.len().saturating_sub(CONTEXT)..]);
    // Tabs stay tabs, so that the carets stand right whatever a tab's width is.
    let blank: String = line.chars().map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
    line.push_str(named);
    line.extend(after.iter().take(CONTEXT));
    if CONTEXT < after.len() {
        line.push('…');
    }
    format!("  {line}\n  {blank}{}", "^".repeat(named.chars().count()))
}
