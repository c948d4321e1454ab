//! What a control offers to choose from: labels of the labeling config, and of each task's data where the tag says so.

use std::borrow::Cow;

use roxmltree::Node;
use serde_json::{Value, json};

use super::menu::Menu;
use super::places::{self, Place};
use crate::label::object::Source;
use crate::label::tag;
use crate::label::task::Task;

/// The labels of a control, which may differ from task to task.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    /// What the config itself offers.
    pub(super) fixed: Menu,
    /// Where more comes from with each task.
    source: Option<Source>,
    rules: Rules,
}

/// How labels become a menu.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// The tag of a label, for errors.
    pub(super) tag: &'static str,
    /// What joins the labels of a path for the model.
    pub(super) separator: String,
    /// Whether an annotator can choose this one.
    pub(super) is_selectable: fn(&Place) -> bool,
}

impl Offer {
    /// Puts the labels of a control's tag together with those that its `value` names; fails where there are none.
    pub(super) fn parse(control: &Node<'_, '_>, places: Vec<Place>, rules: Rules) -> Result<Self, String> {
        let source = match tag::filled(control, "value") {
            Some(value) => Some(Source::parse(value)?).filter(|source| source.field().is_some()),
            None => None,
        };
        let places: Vec<Place> = places.into_iter().filter(rules.is_selectable).collect();
        if places.is_empty() && source.is_none() {
            return Err(format!("it has no `{}` with a `value`", rules.tag));
        }
        Ok(Self { fixed: Menu::new(places, &rules.separator), source, rules })
    }

    /// Returns what there is to choose from for a task; the error says what its data lack.
    pub(super) fn menu(&self, task: &Task) -> Result<Cow<'_, Menu>, String> {
        let Some(source) = &self.source else { return Ok(Cow::Borrowed(&self.fixed)) };
        let brought = source.value(&task.data);
        let is_empty = brought.as_deref().map_or(true, |list| *list == json!([]));
        match brought {
            // Label Studio shows the labels of the config where the task brings none.
            _ if is_empty && !self.fixed.places.is_empty() => Ok(Cow::Borrowed(&self.fixed)),
            Ok(list) => {
                let more = places::of_data(&list, &source.describe())?.into_iter();
                let more = more.filter(self.rules.is_selectable);
                let all = self.fixed.places.iter().cloned().chain(more).collect();
                Ok(Cow::Owned(Menu::new(places::distinct(all), &self.rules.separator)))
            }
            Err(reason) => Err(reason),
        }
    }

    /// Returns what is stored of the config's own labels, in their order; `stored` writes one of them.
    pub(super) fn order(&self, stored: impl Fn(&Place) -> Value) -> Vec<Value> {
        self.fixed.places.iter().map(stored).collect()
    }

    /// Returns the config's own labels, and where others come from, for the model version.
    pub(super) fn canonical(&self) -> (Vec<Value>, Option<String>) {
        let labels = self.fixed.places.iter().map(|place| json!([place.values, place.stored, place.hint]));
        (labels.collect(), self.source.as_ref().map(Source::canonical))
    }
}
