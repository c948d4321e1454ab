//! `Choices`: one label or several for the whole task.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::menu::{Menu, Picks};
use super::offer::{Offer, Rules};
use super::places::{self, Place};
use super::{Control, Head, Label, Reading, compare, example, known_labels, vote, wrapper};
use crate::label::task::Task;
use crate::label::{tag, text};

/// What joins the labels of a nested choice for the model.
const SEPARATOR: &str = " / ";

#[derive(Debug)]
struct Choices {
    head: Head,
    mode: Mode,
    nesting: Nesting,
    offer: Offer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Single,
    Multiple,
}

/// Whether choices stand in choices, and are stored as paths then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Flat,
    Paths,
}

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    let mode = if tag::attribute(node, "choice") == Some("multiple") { Mode::Multiple } else { Mode::Single };
    let nesting = if tag::is_set(node, "allowNested") { Nesting::Paths } else { Nesting::Flat };
    // An annotator can tick the top level, or the leaves of nested choices: a branch ticks its leaves.
    let is_selectable = match nesting {
        Nesting::Flat => |place: &Place| place.values.len() == 1,
        Nesting::Paths => |place: &Place| place.is_leaf,
    };
    let rules = Rules { tag: "Choice", separator: SEPARATOR.to_owned(), is_selectable };
    let offer = Offer::parse(node, places::of_choices(node)?, rules)?;
    Ok(Arc::new(Choices { head, mode, nesting, offer }))
}

impl Choices {
    fn stored(&self, place: &Place) -> Value {
        match self.nesting {
            Nesting::Flat => json!(place.stored[0]),
            Nesting::Paths => json!(place.stored),
        }
    }

    /// Reads a text: the label it means, or the labels it lists.
    fn written(&self, menu: &Menu, written: &str) -> Reading {
        match self.mode {
            Mode::Single => self.reading(menu, &menu.find_one(written)),
            Mode::Multiple => self.reading(menu, &menu.find_all(written)),
        }
    }

    fn reading(&self, menu: &Menu, picks: &Picks) -> Reading {
        if self.mode == Mode::Single && 1 < picks.found.len() + picks.unknown.len() {
            if picks.found.is_empty() {
                return Reading { drafts: Vec::new(), problems: picks.problem().into_iter().collect() };
            }
            let found = picks.found.iter().map(|&at| menu.labels()[at].value.as_str());
            let several = format!("one label was asked, the answer has several: {}", text::quoted(found));
            let problems = [several].into_iter().chain(picks.problem()).collect();
            return Reading { drafts: Vec::new(), problems };
        }
        menu.reading(picks, &self.head, |place| self.stored(place))
    }
}

impl Control for Choices {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, task: &Task) -> Result<Value, String> {
        let menu = self.offer.menu(task)?;
        let (mut schema, asked) = match self.mode {
            Mode::Single => (menu.one_of(), "The one label that fits best."),
            Mode::Multiple => (
                json!({"type": "array", "items": menu.one_of()}),
                "All labels that apply, each at most once.",
            ),
        };
        schema["description"] = json!(format!("{asked}{}", menu.hints()));
        Ok(schema)
    }

    fn read(&self, answer: &Value, task: &Task) -> Reading {
        let menu = match self.offer.menu(task) {
            Ok(menu) => menu,
            Err(reason) => return Reading::problem(reason),
        };
        let inner = wrapper::unwrap(answer, &self.head);
        let reading = match inner {
            // A label may be called what elsewhere means nothing.
            Value::String(written) if !wrapper::is_blank(inner) || menu.find(written).is_some() => {
                self.written(&menu, written)
            }
            _ if wrapper::is_blank(inner) && self.mode == Mode::Single => {
                Reading::problem("the answer leaves it empty")
            }
            _ if wrapper::is_blank(inner) => wrapper::blank(&self.head),
            Value::Bool(_) if names_a_label(answer, &menu) => self.reading(&menu, &menu.read(answer)),
            _ => self.reading(&menu, &menu.read(inner)),
        };
        // Inside a wrapper they stand elsewhere.
        if std::ptr::eq(inner, answer) { reading.with_labels_at(&menu.labels_at(answer)) } else { reading }
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn read_text(&self, reply: &str, task: &Task) -> Reading {
        match self.offer.menu(task) {
            Ok(menu) => self.written(&menu, reply).with_labels_at(&[String::new()]),
            Err(reason) => Reading::problem(reason),
        }
    }

    fn labels(&self, task: &Task) -> Vec<Label> {
        self.offer.menu(task).map(|menu| menu.labels().to_vec()).unwrap_or_default()
    }

    fn combine(&self, readings: Vec<Reading>) -> Reading {
        match self.mode {
            Mode::Single => vote::plurality(readings),
            Mode::Multiple => {
                let order = self.offer.order(|place| self.stored(place));
                vote::majority(readings, "choices", &order)
            }
        }
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        let Some(stored) = example::content(regions, self.head.kind) else {
            return match self.mode {
                Mode::Single => example::hidden(&self.head),
                Mode::Multiple => example::empty(&self.head, json!([])),
            };
        };
        let menu = self.offer.menu(task)?;
        let labels = menu.told(stored, |place| self.stored(place))?;
        let answer = match (self.mode, labels.as_slice()) {
            (Mode::Single, [label]) => json!(label),
            (Mode::Single, _) => {
                return Err(format!("one label is asked, it has several: {}", text::quoted(labels)));
            }
            (Mode::Multiple, labels) => json!(labels),
        };
        known_labels(&self.read(&answer, task), &json!({ self.head.kind: stored })).map(|()| answer)
    }

    /// One label agrees or does not; of several, see the Jaccard index: those that both sides have, of all.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        compare::last(gold, predicted, |gold, predicted| match self.mode {
            Mode::Single => compare::same(&gold["choices"], &predicted["choices"]),
            Mode::Multiple => compare::jaccard(&gold["choices"], &predicted["choices"]),
        })
    }

    fn canonical(&self) -> String {
        let (labels, source) = self.offer.canonical();
        let (multiple, paths) = (self.mode == Mode::Multiple, self.nesting == Nesting::Paths);
        self.head.canonical(&json!([multiple, paths, labels, source]))
    }
}

/// Returns whether an answer is an object with a truth value for a label, such as `{"sports": true}`.
fn names_a_label(answer: &Value, menu: &Menu) -> bool {
    answer.as_object().is_some_and(|fields| fields.keys().any(|name| menu.find(name).is_some()))
}
