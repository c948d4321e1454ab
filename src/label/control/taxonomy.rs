//! `Taxonomy`: paths in a tree of labels.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::menu::{Menu, Picks};
use super::places::{self, Place};
use super::{Control, Head, Label, Reading, compare, example, known_labels, vote, wrapper};
use crate::label::tag;
use crate::label::task::Task;

/// What joins a path where `pathSeparator` says nothing else.
const DEFAULT_SEPARATOR: &str = " / ";

#[derive(Debug)]
struct Taxonomy {
    head: Head,
    menu: Menu,
    /// The most paths that Label Studio accepts (`maxUsages`).
    most: Option<usize>,
}

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    if tag::is_set(node, "labeling") {
        return Err("it labels spans (`labeling=\"true\"`), which is not supported yet".to_owned());
    }
    if tag::filled(node, "apiUrl").is_some() {
        return Err("its labels come from `apiUrl`, which is not supported yet".to_owned());
    }
    if tag::filled(node, "value").is_some() {
        return Err("its labels come from the task (`value`), which is not supported yet".to_owned());
    }
    let leaves_only = tag::is_set(node, "leafsOnly");
    let places: Vec<Place> =
        places::of_choices(node)?.into_iter().filter(|place| !leaves_only || place.is_leaf).collect();
    if places.is_empty() {
        return Err("it has no `Choice` with a `value`".to_owned());
    }
    let separator = tag::attribute(node, "pathSeparator").filter(|separator| !separator.is_empty());
    Ok(Arc::new(Taxonomy {
        head,
        menu: Menu::new(places, separator.unwrap_or(DEFAULT_SEPARATOR)),
        most: tag::filled(node, "maxUsages")
            .and_then(|most| most.trim().parse().ok())
            .filter(|&most| 0 < most),
    }))
}

impl Taxonomy {
    fn reading(&self, picks: &Picks) -> Reading {
        if let Some(most) = self.most.filter(|&most| most < picks.found.len()) {
            let too_many = format!("at most {most} paths are allowed, the answer has {}", picks.found.len());
            let problems = picks.problem().into_iter().chain([too_many]).collect();
            return Reading { drafts: Vec::new(), problems };
        }
        self.menu.reading(picks, &self.head, |place| json!(place.stored))
    }
}

impl Control for Taxonomy {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, _task: &Task) -> Result<Value, String> {
        let asked = match self.most {
            Some(most) => format!("All paths that apply, at most {most}, each once."),
            None => "All paths that apply, each at most once.".to_owned(),
        };
        let description = format!("{asked}{}", self.menu.hints());
        Ok(json!({"type": "array", "items": self.menu.one_of(), "description": description}))
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        let inner = wrapper::unwrap(answer, &self.head);
        let reading = match inner {
            _ if wrapper::is_blank(inner) => wrapper::blank(&self.head),
            Value::String(written) => self.reading(&self.menu.find_all(written)),
            _ => self.reading(&self.menu.read(inner)),
        };
        // Inside a wrapper they stand elsewhere.
        if std::ptr::eq(inner, answer) {
            reading.with_labels_at(&self.menu.labels_at(answer))
        } else {
            reading
        }
    }

    fn read_text(&self, reply: &str, _task: &Task) -> Reading {
        self.reading(&self.menu.find_all(reply)).with_labels_at(&[String::new()])
    }

    fn labels(&self, _task: &Task) -> Vec<Label> {
        self.menu.labels().to_vec()
    }

    fn combine(&self, readings: Vec<Reading>) -> Reading {
        let order: Vec<Value> = self.menu.places.iter().map(|place| json!(place.stored)).collect();
        let merged = vote::majority(readings, "taxonomy", &order);
        let count =
            merged.drafts.iter().filter_map(|draft| draft.value["taxonomy"].as_array()).map(Vec::len).sum();
        // Each response may name other paths.
        match self.most.filter(|&most| most < count) {
            Some(most) => {
                Reading::problem(format!("at most {most} paths are allowed, the responses have {count}"))
            }
            None => merged,
        }
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        let Some(stored) = example::content(regions, self.head.kind) else {
            return example::empty(&self.head, json!([]));
        };
        let answer = json!(self.menu.told(stored, |place| json!(place.stored))?);
        known_labels(&self.read(&answer, task), &json!({ self.head.kind: stored })).map(|()| answer)
    }

    /// The Jaccard index of whole paths: those that both sides have, of all.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        compare::last(gold, predicted, |gold, predicted| {
            compare::jaccard(&gold["taxonomy"], &predicted["taxonomy"])
        })
    }

    fn canonical(&self) -> String {
        let paths = self.menu.labels().iter().zip(&self.menu.places);
        let paths: Vec<Value> =
            paths.map(|(label, place)| json!([label.value, place.stored, place.hint])).collect();
        self.head.canonical(&json!([self.most, paths]))
    }
}
