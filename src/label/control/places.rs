//! Labels as they stand in a tree: `Choice` tags inside each other, or the same from a task's data.

use std::collections::HashSet;

use roxmltree::Node;
use serde_json::Value;

use super::Label;
use crate::label::{tag, text};

/// How many choices a path of a config may have.
const DEEPEST: usize = 300;

/// One label and the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The values from the top down to the label itself; never empty.
    pub(super) values: Vec<String>,
    /// What Label Studio stores: the alias of each, where there is one.
    pub(super) stored: Vec<String>,
    pub(super) hint: Option<String>,
    /// Whether nothing stands below it.
    pub(super) is_leaf: bool,
}

impl Place {
    /// Returns the place as a label whose value is the whole path.
    pub(super) fn label(&self, separator: &str) -> Label {
        let stored = self.stored.join(separator);
        let value = self.values.join(separator);
        Label { alias: Some(stored).filter(|stored| *stored != value), value, hint: self.hint.clone() }
    }
}

/// Returns the places of all `Choice` tags inside a control, in document order; fails where they are so deep that
/// all paths together, which grow with the square of the depth, would be too much.
pub(super) fn of_choices(control: &Node<'_, '_>) -> Result<Vec<Place>, String> {
    let is_choice = |node: &Node<'_, '_>| tag::is(node, "Choice");
    let is_deep = |node: Node<'_, '_>| node.ancestors().take(DEEPEST + 1).all(|above| above != *control);
    let mut places = Vec::new();
    for choice in control.descendants().filter(is_choice) {
        if is_deep(choice) {
            return Err(format!("its `Choice` tags are inside each other more than {DEEPEST} times"));
        }
        let mut way: Vec<(String, String)> = choice
            .ancestors()
            .take_while(|node| node != control)
            .filter(is_choice)
            .filter_map(|node| names(&node))
            .collect();
        way.reverse();
        let (values, stored) = way.into_iter().unzip();
        places.push(Place {
            values,
            stored,
            hint: tag::filled(&choice, "hint").map(|hint| text::clean(hint.trim())),
            is_leaf: !choice.descendants().skip(1).any(|node| is_choice(&node)),
        });
    }
    Ok(distinct(places))
}

/// Returns the places of all `Label` tags inside a control, in document order; labels do not nest.
pub(super) fn of_labels(control: &Node<'_, '_>) -> Vec<Place> {
    let labels = control.descendants().filter(|node| tag::is(node, "Label"));
    let place = |label: Node<'_, '_>| {
        let value = text::clean(tag::filled(&label, "value")?);
        let stored = tag::filled(&label, "alias").map_or_else(|| value.clone(), text::clean);
        let hint = tag::filled(&label, "hint").map(|hint| text::clean(hint.trim()));
        Some(Place { values: vec![value], stored: vec![stored], hint, is_leaf: true })
    };
    distinct(labels.filter_map(place).collect())
}

/// Returns the places that a task's data lists, in the form Label Studio shows: objects with `value`.
pub(super) fn of_data(list: &Value, place: &str) -> Result<Vec<Place>, String> {
    let example = r#"expected a list of objects such as {"value": "yes"}"#;
    let Value::Array(entries) = list else {
        return Err(format!("{place} is {}; {example}", text::describe(list)));
    };
    let mut places = Vec::new();
    push_entries(entries, &Place { values: vec![], stored: vec![], hint: None, is_leaf: false }, &mut places)
        .map_err(|found| {
            format!("{place} holds {found}, which Label Studio does not show as a choice; {example}")
        })?;
    if places.is_empty() {
        return Err(format!("{place} is an empty list; {example}"));
    }
    Ok(distinct(places))
}

fn push_entries(entries: &[Value], parent: &Place, places: &mut Vec<Place>) -> Result<(), String> {
    for entry in entries {
        let field =
            |key| entry.get(key).and_then(Value::as_str).map(text::clean).filter(|text| !text.is_empty());
        let value = field("value").ok_or_else(|| text::describe(entry))?;
        let children = entry.get("children").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut place = parent.clone();
        place.stored.push(field("alias").unwrap_or_else(|| value.clone()));
        place.values.push(value);
        place.hint = field("hint");
        place.is_leaf = children.is_empty();
        places.push(place.clone());
        push_entries(children, &place, places)?;
    }
    Ok(())
}

/// Leaves out places without a name or with one that is taken: the editor shows the first of equal siblings.
pub(super) fn distinct(places: Vec<Place>) -> Vec<Place> {
    let mut seen = HashSet::new();
    places.into_iter().filter(|place| !place.values.is_empty() && seen.insert(place.values.clone())).collect()
}

/// Returns value and stored name of a `Choice`; one stands for the other where only one is given.
fn names(choice: &Node<'_, '_>) -> Option<(String, String)> {
    let inner = || choice.text().map(str::trim).filter(|text| !text.is_empty());
    let value = tag::filled(choice, "value").or_else(inner);
    let alias = tag::filled(choice, "alias");
    let value = value.or(alias)?;
    Some((text::clean(value), text::clean(alias.unwrap_or(value))))
}
