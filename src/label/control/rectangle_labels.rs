//! `RectangleLabels`: labeled boxes on an image.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::boxes::{self, Fault, LABELS, Rectangle};
use super::menu::Menu;
use super::usages::Usages;
use super::{Control, Draft, Head, Label, Reading, example, instead, places, wrapper};
use crate::label::object::Content;
use crate::label::task::Task;
use crate::label::{tag, text};

/// Keys under which models say what is in a box, the one that is asked for first.
const LABEL_KEYS: [&str; 6] = ["label", LABELS, "labels", "class", "category", "name"];

/// How many objects are taken off an answer until a list of boxes is found.
const DEEPEST: usize = 3;

/// The most faulty boxes that are told one by one.
const MOST_TOLD: usize = 10;

#[derive(Debug)]
struct RectangleLabels {
    head: Head,
    menu: Menu,
    usages: Usages,
}

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    if let Some(target) = tag::targets(node).first() {
        if !tag::is(target, "Image") {
            return Err(format!("it draws boxes on `{}`, which is no `Image`", head.to_name));
        }
        if tag::filled(target, "valueList").is_some() {
            return Err(format!(
                "it draws boxes on the several images of `{}` (`valueList`), which is not supported yet",
                head.to_name
            ));
        }
    }
    if tag::filled(node, "value").is_some() {
        return Err("its labels come from the task (`value`), which is not supported yet".to_owned());
    }
    let places = places::of_labels(node);
    if places.is_empty() {
        return Err("it has no `Label` with a `value`".to_owned());
    }
    Ok(Arc::new(RectangleLabels { head, menu: Menu::new(places, ""), usages: Usages::parse(node) }))
}

impl RectangleLabels {
    /// Reads one box; `pointer` is where the answer has it.
    fn draft(&self, entry: &Value, pointer: String) -> Result<Draft, Fault> {
        let rectangle = Rectangle::read(entry)?;
        let key = LABEL_KEYS.into_iter().find(|key| entry.get(key).is_some());
        let key = key.ok_or_else(|| Fault::Box(format!("{rectangle} has no `label`")))?;
        let written = wrapper::single(&entry[key]);
        let found = written.as_str().and_then(|written| self.menu.find(written));
        let found = found.ok_or_else(|| {
            let label = text::shorten(&text::plain(written).unwrap_or_default());
            Fault::Box(format!("no such label: `{label}`"))
        })?;
        let labels_at = entry[key].as_str().map(|_| format!("{pointer}/{key}"));
        Ok(Draft {
            entry: Some(pointer),
            labels_at: labels_at.into_iter().collect(),
            ..Draft::new(self.stored(rectangle, found))
        })
    }

    fn stored(&self, rectangle: Rectangle, label: usize) -> Value {
        let Rectangle { x, y, width, height } = rectangle;
        let label = &self.menu.places[label].stored[0];
        json!({"x": x, "y": y, "width": width, "height": height, "rotation": 0, LABELS: [label]})
    }

    /// Leaves out the boxes beyond the number of times a label may be used.
    fn within_limits(&self, reading: Reading) -> Reading {
        self.usages.within(reading, LABELS, |value| {
            Rectangle::stored(value).map_or_else(String::new, |rectangle| rectangle.to_string())
        })
    }

    /// Returns label and box of a stored region; the error says why no answer can say it.
    fn told(&self, region: &Value) -> Result<Value, String> {
        let value = &region["value"];
        let is_zero =
            |number: &Value| number.is_null() || number.as_f64().is_some_and(|number| number.abs() < 1e-9);
        if !is_zero(&value["rotation"]) {
            return Err("a box is rotated, and an answer has upright ones".to_owned());
        }
        if !is_zero(&region["item_index"]) {
            return Err("a box is on a further image".to_owned());
        }
        let labels = self.menu.told(&value[LABELS], |place| json!(place.stored[0]))?;
        let rectangle = Rectangle::stored(value).ok_or("a box has no numbers")?;
        match labels.as_slice() {
            [label] => Ok(json!({
                "label": label, "x": rectangle.x, "y": rectangle.y, "width": rectangle.width, "height": rectangle.height,
            })),
            _ => Err(format!("{rectangle} has {} labels, an answer gives it one", labels.len())),
        }
    }
}

impl Control for RectangleLabels {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, task: &Task) -> Result<Value, String> {
        if let Content::Images(images) = self.head.object.content(task)?
            && 1 < images.len()
        {
            return Err(format!("the task has {} images, and boxes are drawn on one", images.len()));
        }
        let mut properties = json!({"label": self.menu.one_of()});
        for key in ["x", "y", "width", "height"] {
            properties[key] = json!({"type": "number"});
        }
        let required = ["label", "x", "y", "width", "height"];
        let description = format!(
            "A box for each thing in the image that has one of the labels. x and y are its left and its top edge, width \
             and height its size, all in percent of the image: from 0 to 100, counted from the top left corner.{}",
            self.menu.hints()
        );
        let item = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        Ok(json!({"type": "array", "items": item, "description": description}))
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        let entries = match entries(answer, &self.head) {
            Some(entries) if entries.is_empty() => return wrapper::blank(&self.head),
            Some(entries) => entries,
            None => {
                return Reading::problem(format!(
                    "expected a list of boxes, found {}",
                    text::describe(answer)
                ));
            }
        };
        let mut reading = Reading::default();
        let mut faulty = 0;
        for (pointer, entry) in entries {
            match self.draft(entry, pointer) {
                Ok(draft) => reading.drafts.push(draft),
                // What one box tells of the units holds for all of them.
                Err(Fault::Units(problem)) => return Reading::problem(problem),
                Err(Fault::Box(problem)) => {
                    faulty += 1;
                    if faulty <= MOST_TOLD && !reading.problems.contains(&problem) {
                        reading.problems.push(problem);
                    }
                }
            }
        }
        if MOST_TOLD < faulty {
            reading.problems.push(format!("{} more boxes cannot be read", faulty - MOST_TOLD));
        }
        self.within_limits(reading)
    }

    fn labels(&self, _task: &Task) -> Vec<Label> {
        self.menu.labels().to_vec()
    }

    fn combine(&self, readings: Vec<Reading>) -> Reading {
        // Each response may use a label for other boxes.
        self.within_limits(boxes::majority(readings))
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        if regions.is_empty() {
            return example::empty(&self.head, json!([]));
        }
        let answer: Value = regions.iter().map(|region| self.told(region)).collect::<Result<_, _>>()?;
        let reading = self.read(&answer, task);
        match reading.problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(answer),
        }
    }

    fn verify(&self, value: &Value, _task: &Task) -> Result<(), String> {
        let told = self.menu.told(&value[LABELS], |place| json!(place.stored[0]));
        told.map_err(|reason| reason + &instead(self.menu.labels()))?;
        let Some(Rectangle { x, y, width, height }) = Rectangle::stored(value) else {
            return Err("a box needs the numbers `x`, `y`, `width` and `height`".to_owned());
        };
        if [x, y, width, height].iter().all(|side| (0.0..=100.0).contains(side)) {
            return Ok(());
        }
        Err("the sides of a box are percent of the image, from 0 to 100".to_owned())
    }

    /// The F1 score of the boxes, see [`boxes::found`].
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        boxes::found(gold, predicted)
    }

    fn canonical(&self) -> String {
        let labels = self.menu.labels().iter().zip(&self.menu.places);
        let labels: Vec<Value> = labels
            .map(|(label, place)| {
                json!([label.value, place.stored, label.hint, self.usages.of_label.get(&place.stored[0])])
            })
            .collect();
        self.head.canonical(&json!([self.usages.of_any, labels]))
    }
}

/// Returns the boxes of an answer with the JSON Pointer to each: of a list, of a single box, or of either inside objects.
fn entries<'a>(answer: &'a Value, head: &Head) -> Option<Vec<(String, &'a Value)>> {
    let (mut answer, mut pointer) = (answer, String::new());
    for _ in 0..DEEPEST {
        match answer {
            Value::Null => return Some(Vec::new()),
            Value::Array(list) => {
                return Some(
                    list.iter().enumerate().map(|(at, entry)| (format!("{pointer}/{at}"), entry)).collect(),
                );
            }
            Value::Object(fields) if fields.contains_key("width") => return Some(vec![(pointer, answer)]),
            Value::Object(fields) => {
                let own = [head.name.as_str(), head.kind].into_iter().find(|key| fields.contains_key(*key));
                let only = || fields.keys().next().filter(|_| fields.len() == 1).map(String::as_str);
                let key = own.or_else(only)?;
                answer = &fields[key];
                pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            }
            _ => return None,
        }
    }
    None
}
