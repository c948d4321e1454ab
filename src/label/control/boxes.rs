//! Boxes on an image in percent of its size: their geometry, and several responses' boxes merged into one set.

use std::collections::HashMap;

use serde_json::Value;

use super::vote::{self, Told};
use super::{Draft, Reading, compare};
use crate::label::text;

/// By how much, in percent, a box may reach over the edge of the image and is cut there: models round.
const TOLERANCE: f64 = 0.5;

/// From which share of common area two boxes are the same one; the usual threshold of object detection.
const SAME_BOX: f64 = 0.5;

/// Where a stored box has its labels.
pub(super) const LABELS: &str = "rectanglelabels";

/// A box without rotation, in percent of the image from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rectangle {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// What is wrong with a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// With this box alone.
    Box(String),
    /// It is in other units than percent, and so may be all others.
    Units(String),
}

impl Rectangle {
    /// Reads the four numbers of an object; numbers in quotes, with a percent sign or not, count as well.
    pub(super) fn read(fields: &Value) -> Result<Self, Fault> {
        let number = |key: &str| {
            let found = match &fields[key] {
                Value::String(written) => written.trim().trim_end_matches('%').trim_end().parse().ok(),
                other => other.as_f64(),
            };
            found.filter(|number: &f64| number.is_finite()).ok_or_else(|| {
                Fault::Box(format!("`{key}` of a box is {}; expected a number", text::describe(&fields[key])))
            })
        };
        let whole =
            Self { x: number("x")?, y: number("y")?, width: number("width")?, height: number("height")? };
        whole.in_percent()
    }

    /// Checks that the box lies on the image, and cuts off what little reaches over its edges.
    fn in_percent(self) -> Result<Self, Fault> {
        let Self { x, y, width, height } = self;
        let sides = [x, y, width, height];
        if sides.iter().any(|&side| 100.0 + TOLERANCE < side) {
            return Err(Fault::Units(format!(
                "{self} is in pixels or thousandths; percent of the image were asked"
            )));
        }
        if width <= 0.0 || height <= 0.0 {
            return Err(Fault::Box(format!("{self} is empty")));
        }
        let rounding = TOLERANCE / 100.0;
        if sides.iter().all(|side| (-rounding..=1.0 + rounding).contains(side)) {
            return Err(Fault::Units(format!("{self} is in fractions; percent of the image were asked")));
        }
        let is_inside = |start: f64, length: f64| -TOLERANCE <= start && start + length <= 100.0 + TOLERANCE;
        if !is_inside(x, width) || !is_inside(y, height) {
            return Err(Fault::Box(format!("{self} reaches over the edge of the image")));
        }
        let cut = |start: f64, length: f64| {
            let (from, to) = (start.max(0.0), (start + length).min(100.0));
            // A box that needs no cutting keeps its numbers as they are written.
            if from.total_cmp(&start).is_eq() && start + length <= 100.0 {
                (start, length)
            } else {
                (from, to - from)
            }
        };
        let ((x, width), (y, height)) = (cut(x, width), cut(y, height));
        if 0.0 < width && 0.0 < height {
            Ok(Self { x, y, width, height })
        } else {
            Err(Fault::Box(format!("{self} lies outside of the image")))
        }
    }

    /// Returns the common area of two boxes as a part of the area they cover together.
    fn overlap(self, other: Self) -> f64 {
        let shared = |start: f64, length: f64, from: f64, size: f64| {
            ((start + length).min(from + size) - start.max(from)).max(0.0)
        };
        let common = shared(self.x, self.width, other.x, other.width)
            * shared(self.y, self.height, other.y, other.height);
        let all = self.width * self.height + other.width * other.height - common;
        if 0.0 < all { common / all } else { 0.0 }
    }

    /// Returns the box of a stored value; `None` where numbers are missing.
    pub(super) fn stored(value: &Value) -> Option<Self> {
        let number = |key| value[key].as_f64();
        Some(Self { x: number("x")?, y: number("y")?, width: number("width")?, height: number("height")? })
    }

    /// Writes the box over that of a value.
    fn write(self, value: &mut Value) {
        for (key, number) in [("x", self.x), ("y", self.y), ("width", self.width), ("height", self.height)] {
            value[key] = number.into();
        }
    }
}

impl std::fmt::Display for Rectangle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { x, y, width, height } = self;
        write!(formatter, "the box at {x}, {y} of {width} by {height}")
    }
}

/// The same box in several responses.
struct Cluster {
    /// At most one of each response, and where it is.
    drafts: Vec<(Rectangle, Draft)>,
}

/// Keeps the boxes, with the medians of their numbers, and tells the problems, of more than half of the responses.
///
/// Boxes are the same where label and half of their area agree. Where most draw nothing, there is nothing to draw.
pub(super) fn majority(readings: Vec<Reading>) -> Reading {
    let count = readings.len();
    if count == 1 {
        return vote::first(readings);
    }
    let told = Told::by(&readings, "box");
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut alike: HashMap<Value, Vec<usize>> = HashMap::new();
    for reading in readings {
        // No two boxes of one response are the same.
        let mut taken = vec![false; clusters.len()];
        for draft in reading.drafts {
            let Some(rectangle) = Rectangle::stored(&draft.value) else { continue };
            let alike = alike.entry(draft.value[LABELS].clone()).or_default();
            let free = alike.iter().filter(|&&at| taken.get(at) == Some(&false));
            let overlaps = free.map(|&at| (at, clusters[at].drafts[0].0.overlap(rectangle)));
            let nearest = overlaps.max_by(|left, right| left.1.total_cmp(&right.1));
            if let Some((at, _)) = nearest.filter(|&(_, overlap)| SAME_BOX <= overlap) {
                taken[at] = true;
                clusters[at].drafts.push((rectangle, draft));
            } else {
                alike.push(clusters.len());
                clusters.push(Cluster { drafts: vec![(rectangle, draft)] });
            }
        }
    }
    clusters.retain(|cluster| count < 2 * cluster.drafts.len());
    told.beside(clusters.into_iter().map(|cluster| cluster.merged(count)).collect())
}

impl Cluster {
    fn merged(mut self, responses: usize) -> Draft {
        let middle = |side: fn(&Rectangle) -> f64| {
            median(self.drafts.iter().map(|(rectangle, _)| side(rectangle)).collect())
        };
        let middle = Rectangle {
            x: middle(|rectangle| rectangle.x),
            y: middle(|rectangle| rectangle.y),
            width: middle(|rectangle| rectangle.width),
            height: middle(|rectangle| rectangle.height),
        };
        let scores: Vec<Option<f64>> = self.drafts.iter().map(|(_, draft)| draft.score).collect();
        let origins = self.drafts.iter().flat_map(|(_, draft)| draft.origins.clone()).collect();
        let (_, mut draft) = self.drafts.swap_remove(0);
        // Medians of the sides alone may reach over an edge that each box keeps to.
        let width = middle.width.min(100.0 - middle.x);
        let height = middle.height.min(100.0 - middle.y);
        Rectangle { width, height, ..middle }.write(&mut draft.value);
        draft.score = vote::agreed(&scores, responses);
        draft.origins = origins;
        draft
    }
}

/// Returns the middle number, or the mean of the two in the middle; 0 of none.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.as_slice() {
        [] => 0.0,
        sorted if sorted.len() % 2 == 1 => sorted[middle],
        sorted => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// Returns twice the common area of the boxes that are the same, as a part of all boxes: the F1 score, in which a box that
/// was found counts as much as it overlaps.
///
/// The two that overlap most are matched first.
pub(super) fn found(gold: &[Value], predicted: &[Value]) -> f64 {
    let mut alike: HashMap<&Value, Vec<(usize, Rectangle)>> = HashMap::new();
    for (right, value) in predicted.iter().enumerate() {
        if let Some(rectangle) = Rectangle::stored(value) {
            alike.entry(&value[LABELS]).or_default().push((right, rectangle));
        }
    }
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (left, value) in gold.iter().enumerate() {
        let (Some(rectangle), Some(alike)) = (Rectangle::stored(value), alike.get(&value[LABELS])) else {
            continue;
        };
        let overlaps = alike.iter().map(|&(right, other)| (rectangle.overlap(other), left, right));
        pairs.extend(overlaps.filter(|pair| SAME_BOX <= pair.0));
    }
    pairs.sort_by(|left, right| right.0.total_cmp(&left.0));
    let (mut seen_gold, mut seen_predicted) = (vec![false; gold.len()], vec![false; predicted.len()]);
    let mut sum = 0.0;
    for (overlap, left, right) in pairs {
        if !seen_gold[left] && !seen_predicted[right] {
            (seen_gold[left], seen_predicted[right]) = (true, true);
            sum += overlap;
        }
    }
    match gold.len() + predicted.len() {
        0 => 1.0,
        all => 2.0 * sum * compare::share(1, all),
    }
}
