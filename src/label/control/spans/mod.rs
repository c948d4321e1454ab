//! What all controls that mark spans of a text have in common: what is asked, how quotes become places, who wins a vote.

mod entries;
mod found;
mod passages;
mod pieces;
mod sets;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use self::entries::Asked;
pub(super) use self::passages::{Passages, numbers, whole};
use self::pieces::InPieces;
use super::offer::{Offer, Rules};
use super::piecewise::Piecewise;
use super::places::{self, Place};
use super::usages::Usages;
use super::{Control, Head, Label, Reading, wrapper};
use crate::label::pieces::Position;
use crate::label::task::Task;
use crate::label::{tag, text};

/// How one tag writes where a span stands.
#[derive(Debug)]
pub(super) struct Notation {
    /// The one object tag it marks.
    pub(super) object: &'static str,
    /// Returns the part of a value that says where these bytes stand.
    pub(super) write: fn(&Passages, &Range<usize>) -> Map<String, Value>,
    /// Returns the numbers by which a value says where a span stands; `None` where it says so in another way.
    pub(super) place: fn(&Value) -> Result<Option<Vec<usize>>, String>,
    /// Returns the bytes that such numbers speak of, or why there are none.
    pub(super) range: fn(&Passages, &[usize]) -> Result<Range<usize>, String>,
    pub(super) words: Words,
    /// How places are moved; `None` where the object cannot be shown in pieces.
    pub(super) moves: Option<Moves>,
}

/// How a place in a piece becomes a place in the whole.
#[derive(Debug)]
pub(super) struct Moves {
    /// Returns where something stands, by the numbers of its value.
    pub(super) position: fn(&[usize]) -> Option<Range<Position>>,
    /// Returns the part of a value that says where it stands.
    pub(super) put: fn(&Range<Position>) -> Map<String, Value>,
}

/// What becomes of the words that a value repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// The editor shows and keeps them.
    Kept,
    /// The editor puts others in their place, which may be shifted by white space.
    Ignored,
}

/// A control that marks spans.
#[derive(Debug, Clone)]
pub(super) struct Spans {
    head: Head,
    notation: &'static Notation,
    choice: Choice,
    offer: Offer,
    usages: Usages,
}

/// How many labels a span may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Single,
    Multiple,
}

impl Spans {
    /// Reads the tag; fails with the reason why it is left empty.
    pub(super) fn parse(
        node: &Node<'_, '_>,
        head: Head,
        notation: &'static Notation,
    ) -> Result<Self, String> {
        let tag = head.object.tag();
        if tag != notation.object {
            return Err(format!(
                "it marks spans of a `{}`, but `{}` is of the tag `{tag}`",
                notation.object, head.to_name
            ));
        }
        let choice = if tag::attribute(node, "choice") == Some("multiple") {
            Choice::Multiple
        } else {
            Choice::Single
        };
        let is_selectable = |place: &Place| place.values.len() == 1;
        let rules = Rules { tag: "Label", separator: String::new(), is_selectable };
        let offer = Offer::parse(node, places::of_labels(node), rules)?;
        Ok(Self { usages: Usages::parse(node), head, notation, choice, offer })
    }

    /// Returns the labels of a stored value.
    fn stored_labels<'a>(&self, value: &'a Value) -> Vec<&'a str> {
        value[self.head.kind].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Leaves out what is beyond the number of times a label may be used.
    fn within_limits(&self, reading: Reading) -> Reading {
        self.usages.within(reading, self.head.kind, |value| {
            format!("`{}`", text::shorten(value["text"].as_str().unwrap_or_default()))
        })
    }

    /// Checks that the words of a value stand at its place; white space aside, which the editor writes in its own way.
    fn check_words(&self, passages: &Passages, range: &Range<usize>, value: &Value) -> Result<(), String> {
        let there = passages.words(range);
        let Some(words) = value["text"].as_str().filter(|_| self.notation.words == Words::Kept) else {
            return Ok(());
        };
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
        if [words, &words.replace("\\n", "")].iter().any(|words| letters(words) == letters(&there)) {
            return Ok(());
        }
        let (words, there) = (text::shorten(words), text::shorten(&there));
        Err(format!("its text is `{words}`, but at its place stands `{there}`"))
    }

    /// Returns where a value stands, and each of its labels: what two equal spans have in common.
    fn marks(&self, value: &Value) -> Vec<String> {
        let place = match (self.notation.place)(value) {
            Ok(Some(numbers)) => json!(numbers),
            Ok(None) | Err(_) => {
                json!([value["start"], value["startOffset"], value["end"], value["endOffset"]])
            }
        };
        self.stored_labels(value).into_iter().map(|label| json!([place, label]).to_string()).collect()
    }
}

impl Control for Spans {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, task: &Task) -> Result<Value, String> {
        let menu = self.offer.menu(task)?;
        Passages::of(self.head.object.as_ref(), task)?;
        let mut label = menu.one_of();
        label["description"] = json!(format!("The one label that fits best.{}", menu.hints()));
        let occurrence = json!({
            "anyOf": [{"type": "integer"}, {"type": "null"}],
            "description": "Which of several equal ones, from 1; null for the next one in order.",
        });
        let again = match self.choice {
            Choice::Single => "",
            Choice::Multiple => " A span with several labels is listed once for each.",
        };
        let none = if self.head.required { "" } else { " An empty list where there is none." };
        Ok(json!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {
                        "type": "string",
                        "description": "The words as they stand in the text, letter for letter; nothing left out or added.",
                    },
                    "label": label,
                    "occurrence": occurrence,
                },
                "required": ["text", "label", "occurrence"],
                "additionalProperties": false,
            },
            "description": format!("Every mention to be labeled, in the order of the text.{again}{none}"),
        }))
    }

    fn read(&self, answer: &Value, task: &Task) -> Reading {
        let menu = match self.offer.menu(task) {
            Ok(menu) => menu,
            Err(reason) => return Reading::problem(reason),
        };
        let passages = match Passages::of(self.head.object.as_ref(), task) {
            Ok(passages) => passages,
            Err(reason) => return Reading::problem(reason),
        };
        let is_label = |name: &str| menu.find(name).is_some();
        let asked = Asked { names: [&self.head.name, self.head.kind], is_label: &is_label };
        let entries = entries::read(answer, asked);
        if entries.found.is_empty() && entries.problems.is_empty() {
            return wrapper::blank(&self.head);
        }
        self.reading(&entries, &menu, &passages)
    }

    fn labels(&self, task: &Task) -> Vec<Label> {
        self.offer.menu(task).map(|menu| menu.labels().to_vec()).unwrap_or_default()
    }

    /// A span is kept if more than half of the responses mark the same place with the same label.
    fn combine(&self, readings: Vec<Reading>) -> Reading {
        // Each response may use a label for other spans.
        self.within_limits(sets::majority(readings))
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        let menu = self.offer.menu(task)?;
        let passages = Passages::of(self.head.object.as_ref(), task)?;
        let mut spans = Vec::new();
        for region in regions {
            let value = &region["value"];
            let place = (self.notation.place)(value)?;
            let place = place.ok_or("it has a span whose place is told by a path alone")?;
            let range = (self.notation.range)(&passages, &place)?;
            self.check_words(&passages, &range, value)?;
            for label in self.stored_labels(value) {
                let place = menu.places.iter().position(|place| place.stored[0] == label);
                spans.push((range.clone(), place.ok_or_else(|| format!("no such label: `{label}`"))?));
            }
        }
        spans.sort_by_key(|(range, label)| (range.start, range.end, *label));
        sets::quoted(&spans, &passages, |label| &menu.labels()[label].value)
    }

    fn verify(&self, value: &Value, task: &Task) -> Result<(), String> {
        let menu = self.offer.menu(task)?;
        let labels = self.stored_labels(value);
        if labels.is_empty() {
            return Err(format!("a span has no `{}`", self.head.kind));
        }
        let is_known = |label: &&&str| menu.places.iter().any(|place| place.stored[0] == **label);
        if let Some(unknown) = labels.iter().find(|label| !is_known(label)) {
            return Err(format!("no such label: `{unknown}`{}", super::instead(menu.labels())));
        }
        let passages = Passages::of(self.head.object.as_ref(), task)?;
        match (self.notation.place)(value)? {
            Some(place) => self.check_words(&passages, &(self.notation.range)(&passages, &place)?, value),
            // Label Studio itself follows the path.
            None => Ok(()),
        }
    }

    /// F1 of the spans: the harmonic mean of the share of the predicted ones that are right and of the right ones that
    /// are predicted. A span is right if place and label are; of several labels each counts.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        let marks =
            |values: &[Value]| values.iter().flat_map(|value| self.marks(value)).collect::<BTreeSet<_>>();
        sets::agreement(&marks(gold), &marks(predicted))
    }

    /// Where what else is filled decides whether it is shown, a piece alone cannot tell.
    fn piecewise(&self) -> Option<Box<dyn Piecewise + '_>> {
        let moves = self.notation.moves.as_ref().filter(|_| self.head.conditions.is_empty())?;
        Some(Box::new(InPieces { spans: self, moves }))
    }

    fn canonical(&self) -> String {
        let (labels, source) = self.offer.canonical();
        let mut most_of: Vec<_> = self.usages.of_label.iter().collect();
        most_of.sort();
        let multiple = self.choice == Choice::Multiple;
        self.head.canonical(&json!([multiple, labels, source, self.usages.of_any, most_of]))
    }
}
