//! `Taxonomy`: paths in a tree of labels.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::menu::{self, Menu, Picks};
use super::places::{self, Place};
use super::{Control, Head, Label, Reading, vote, wrapper};
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
        places::of_tags(node).into_iter().filter(|place| !leaves_only || place.is_leaf).collect();
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
        let mut problems = Vec::new();
        if !picks.unknown.is_empty() {
            problems.push(menu::no_such_label(&picks.unknown));
        }
        if let Some(most) = self.most.filter(|&most| most < picks.found.len()) {
            problems.push(format!("at most {most} paths are allowed, the answer has {}", picks.found.len()));
            return Reading { values: Vec::new(), problems };
        }
        let paths: Vec<&[String]> =
            picks.found.iter().map(|&at| self.menu.places[at].stored.as_slice()).collect();
        match (paths.is_empty(), problems.is_empty()) {
            (true, true) => wrapper::blank(&self.head),
            (true, false) => Reading { values: Vec::new(), problems },
            (false, _) => Reading { values: vec![json!({"taxonomy": paths})], problems },
        }
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
        match inner {
            _ if wrapper::is_blank(inner) => wrapper::blank(&self.head),
            Value::String(written) => self.reading(&self.menu.find_all(written)),
            _ => self.reading(&self.menu.read(inner)),
        }
    }

    fn read_text(&self, reply: &str, _task: &Task) -> Reading {
        self.reading(&self.menu.find_all(reply))
    }

    fn labels(&self, _task: &Task) -> Vec<Label> {
        self.menu.labels().to_vec()
    }

    fn combine(&self, mut readings: Vec<Reading>) -> Reading {
        if readings.len() == 1 {
            return readings.remove(0);
        }
        let order: Vec<Value> = self.menu.places.iter().map(|place| json!(place.stored)).collect();
        vote::majority(readings, "taxonomy", &order)
    }

    fn canonical(&self) -> String {
        let paths = self.menu.labels().iter().zip(&self.menu.places);
        let paths: Vec<Value> =
            paths.map(|(label, place)| json!([label.value, place.stored, place.hint])).collect();
        self.head.canonical(&json!([self.most, paths]))
    }
}
