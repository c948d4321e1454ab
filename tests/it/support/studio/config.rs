//! As much of a labeling config as the server's own checks look at.

use std::collections::{HashMap, HashSet};

use roxmltree::{Document, Node};
use serde_json::{Value, json};

/// Control tags whose labels are children of this name.
const LABEL_TAGS: [&str; 2] = ["Choice", "Label"];

/// The control tags of a project and the data fields its object tags read.
#[derive(Debug, Default)]
pub(super) struct Config {
    controls: HashMap<String, Control>,
    fields: Vec<String>,
}

#[derive(Debug)]
struct Control {
    kind: String,
    to_names: Vec<String>,
    /// What a region may say: the alias where there is one, else the value.
    labels: HashSet<String>,
    max_rating: f64,
}

impl Config {
    /// Parses the XML; the error is what Label Studio says about it.
    pub(super) fn parse(xml: &str) -> Result<Self, String> {
        let document = Document::parse(xml).map_err(|error| error.to_string())?;
        let elements: Vec<Node<'_, '_>> = document.descendants().filter(Node::is_element).collect();
        let names: Vec<&str> = elements.iter().filter_map(|element| element.attribute("name")).collect();
        let mut config = Self::default();
        for element in &elements {
            match (element.attribute("name"), element.attribute("toName")) {
                (Some(name), Some(to_name)) => {
                    if let Some(unknown) = to_name.split(',').find(|object| !names.contains(object)) {
                        return Err(format!(
                            "toName=\"{unknown}\" not found in names: ['{}']",
                            names.join("', '")
                        ));
                    }
                    config.controls.insert(name.to_owned(), Control::read(*element, to_name));
                }
                (Some(_), None) => {
                    let field = element.attribute("value").and_then(|value| value.strip_prefix('$'));
                    config.fields.extend(field.map(root_field));
                }
                _ => {}
            }
        }
        Ok(config)
    }

    /// Returns a field that the object tags need and this data lacks.
    pub(super) fn missing_field(&self, data: &serde_json::Map<String, Value>) -> Option<&str> {
        self.fields.iter().map(String::as_str).find(|field| data.get(*field).is_none_or(Value::is_null))
    }

    /// Returns whether a bulk import keeps this item; what it refuses is dropped without a word.
    pub(super) fn accepts(&self, item: &Value) -> bool {
        let Some(regions) = item["result"].as_array() else { return false };
        let ids: HashSet<&str> = regions.iter().filter_map(|region| region["id"].as_str()).collect();
        let score = match &item["score"] {
            Value::Null => Some(0.0),
            score => as_number(score),
        };
        score.is_some_and(|score| (0.0..=1.0).contains(&score))
            && regions.iter().all(|region| self.accepts_region(region, &ids))
    }

    fn accepts_region(&self, region: &Value, ids: &HashSet<&str>) -> bool {
        if region["type"] == "relation" {
            return ["from_id", "to_id"]
                .iter()
                .all(|end| region[*end].as_str().is_some_and(|id| ids.contains(id)));
        }
        let control = region["from_name"].as_str().and_then(|name| self.controls.get(name));
        let (Some(control), Some(to_name), Some(kind)) =
            (control, region["to_name"].as_str(), region["type"].as_str())
        else {
            return false;
        };
        let named = control.to_names.iter().any(|object| object == to_name);
        named && kind.eq_ignore_ascii_case(&control.kind) && control.accepts_value(&region["value"])
    }
}

impl Control {
    fn read(element: Node<'_, '_>, to_name: &str) -> Self {
        let children = element.descendants().filter(|child| LABEL_TAGS.contains(&child.tag_name().name()));
        let labels =
            children.filter_map(|child| child.attribute("alias").or_else(|| child.attribute("value")));
        Self {
            kind: element.tag_name().name().to_lowercase(),
            to_names: to_name.split(',').map(str::to_owned).collect(),
            labels: labels.map(str::to_owned).collect(),
            max_rating: element.attribute("maxRating").and_then(|text| text.parse().ok()).unwrap_or(5.0),
        }
    }

    fn accepts_value(&self, value: &Value) -> bool {
        let content = &value[self.kind.as_str()];
        match self.kind.as_str() {
            "choices" => all(content, |choice| self.knows(choice)),
            "taxonomy" => all(content, |path| all(path, |node| self.knows(node))),
            "textarea" => all(&value["text"], Value::is_string),
            "rating" => as_number(content)
                .is_some_and(|stars| stars.fract() == 0.0 && (0.0..=self.max_rating).contains(&stars)),
            "number" => as_number(content).is_some(),
            "datetime" => content.is_string(),
            "pairwise" => [json!("left"), json!("right")].contains(&value["selected"]),
            "ranker" => content.is_object(),
            kind if kind.ends_with("labels") => all(content, |label| self.knows(label)),
            _ => value.as_object().is_some_and(|fields| !fields.is_empty()),
        }
    }

    /// Labels that come from the task's data are not known here, and then anything passes.
    fn knows(&self, label: &Value) -> bool {
        label.as_str().is_some_and(|label| self.labels.is_empty() || self.labels.contains(label))
    }
}

fn all(list: &Value, good: impl Fn(&Value) -> bool) -> bool {
    list.as_array().is_some_and(|items| items.iter().all(good))
}

/// Returns a number, also out of a string, as the server's checks do.
fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    }
}

/// Returns `a` for the path `a.b[0]`.
fn root_field(path: &str) -> String {
    path.split(['.', '[']).next().unwrap_or(path).to_owned()
}
