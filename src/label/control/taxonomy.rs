//! `Taxonomy`: paths in a tree of labels.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::menu::{Menu, Picks};
use super::offer::{Offer, Rules};
use super::places::{self, Place};
use super::{Control, Head, Label, Reading, compare, example, known_labels, vote, wrapper};
use crate::label::tag;
use crate::label::task::Task;

/// What joins a path where `pathSeparator` says nothing else.
const DEFAULT_SEPARATOR: &str = " / ";

#[derive(Debug)]
struct Taxonomy {
    head: Head,
    offer: Offer,
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
    let is_selectable =
        if tag::is_set(node, "leafsOnly") { |place: &Place| place.is_leaf } else { |_: &Place| true };
    let separator = tag::attribute(node, "pathSeparator").filter(|separator| !separator.is_empty());
    let separator = separator.unwrap_or(DEFAULT_SEPARATOR).to_owned();
    let offer =
        Offer::parse(node, places::of_choices(node)?, Rules { tag: "Choice", separator, is_selectable })?;
    Ok(Arc::new(Taxonomy {
        head,
        offer,
        most: tag::filled(node, "maxUsages")
            .and_then(|most| most.trim().parse().ok())
            .filter(|&most| 0 < most),
    }))
}

impl Taxonomy {
    fn reading(&self, menu: &Menu, picks: &Picks) -> Reading {
        if let Some(most) = self.most.filter(|&most| most < picks.found.len()) {
            let too_many = format!("at most {most} paths are allowed, the answer has {}", picks.found.len());
            let problems = picks.problem().into_iter().chain([too_many]).collect();
            return Reading { drafts: Vec::new(), problems };
        }
        menu.reading(picks, &self.head, stored)
    }
}

impl Control for Taxonomy {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, task: &Task) -> Result<Value, String> {
        let menu = self.offer.menu(task)?;
        let asked = match self.most {
            Some(most) => format!("All paths that apply, at most {most}, each once."),
            None => "All paths that apply, each at most once.".to_owned(),
        };
        let description = format!("{asked}{}", menu.hints());
        Ok(json!({"type": "array", "items": menu.one_of(), "description": description}))
    }

    fn read(&self, answer: &Value, task: &Task) -> Reading {
        let menu = match self.offer.menu(task) {
            Ok(menu) => menu,
            Err(reason) => return Reading::problem(reason),
        };
        let inner = wrapper::unwrap(answer, &self.head);
        let reading = match inner {
            _ if wrapper::is_blank(inner) => wrapper::blank(&self.head),
            Value::String(written) => self.reading(&menu, &menu.find_all(written)),
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
            Ok(menu) => self.reading(&menu, &menu.find_all(reply)).with_labels_at(&[String::new()]),
            Err(reason) => Reading::problem(reason),
        }
    }

    fn labels(&self, task: &Task) -> Vec<Label> {
        self.offer.menu(task).map(|menu| menu.labels().to_vec()).unwrap_or_default()
    }

    fn combine(&self, readings: Vec<Reading>) -> Reading {
        let merged = vote::majority(readings, "taxonomy", &self.offer.order(stored));
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
        let Some(content) = example::content(regions, self.head.kind) else {
            return example::empty(&self.head, json!([]));
        };
        let answer = json!(self.offer.menu(task)?.told(content, stored)?);
        known_labels(&self.read(&answer, task), &json!({ self.head.kind: content })).map(|()| answer)
    }

    /// The Jaccard index of whole paths: those that both sides have, of all.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        compare::last(gold, predicted, |gold, predicted| {
            compare::jaccard(&gold["taxonomy"], &predicted["taxonomy"])
        })
    }

    fn canonical(&self) -> String {
        let fixed = &self.offer.fixed;
        let paths = fixed.labels().iter().zip(&fixed.places);
        let paths: Vec<Value> =
            paths.map(|(label, place)| json!([label.value, place.stored, place.hint])).collect();
        let (_, source) = self.offer.canonical();
        let asked = [json!(self.most), json!(paths)].into_iter().chain(source.map(Value::from));
        self.head.canonical(&asked.collect())
    }
}

/// Writes a label as Label Studio stores it: the whole path.
fn stored(place: &Place) -> Value {
    json!(place.stored)
}
