//! `Number`: a number within bounds.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Number as JsonNumber, Value, json};

use super::{Control, Head, Reading, compare, example, wrapper};
use crate::label::task::Task;
use crate::label::{tag, text};

/// How far a number may be from its step: what Label Studio's editor allows for binary fractions.
const EPSILON: f64 = 1e-8;

#[derive(Debug)]
struct Number {
    head: Head,
    minimum: Option<f64>,
    maximum: Option<f64>,
    step: Option<f64>,
}

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    // A bound that is no number bounds nothing in the editor either.
    let bound = |name| {
        let written: Option<&str> = tag::filled(node, name);
        written.and_then(|written| written.trim().parse().ok()).filter(|bound: &f64| bound.is_finite())
    };
    let number = Number {
        head,
        minimum: bound("min"),
        maximum: bound("max"),
        step: bound("step").filter(|&step| 0.0 < step),
    };
    match (number.minimum, number.maximum) {
        (Some(minimum), Some(maximum)) if maximum < minimum => {
            Err(format!("its `min` {minimum} is above its `max` {maximum}"))
        }
        _ => Ok(Arc::new(number)),
    }
}

impl Number {
    fn bounds(&self) -> String {
        let range = match (self.minimum, self.maximum) {
            (Some(minimum), Some(maximum)) => format!(" from {minimum} to {maximum}"),
            (Some(minimum), None) => format!(" of at least {minimum}"),
            (None, Some(maximum)) => format!(" of at most {maximum}"),
            (None, None) => String::new(),
        };
        let step = self.step.map(|step| match self.minimum {
            Some(minimum) if minimum != 0.0 => format!(" in steps of {step} from {minimum}"),
            _ => format!(" in steps of {step}"),
        });
        format!("a number{range}{}", step.unwrap_or_default())
    }

    fn is_allowed(&self, number: f64) -> bool {
        let is_on_step = self.step.is_none_or(|step| {
            let basis = self.minimum.unwrap_or_default();
            let nearest = ((number - basis) / step).round() * step + basis;
            (number - nearest).abs() <= EPSILON
        });
        let is_above = self.minimum.is_none_or(|minimum| minimum <= number);
        is_above && self.maximum.is_none_or(|maximum| number <= maximum) && is_on_step
    }
}

impl Control for Number {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, _task: &Task) -> Result<Value, String> {
        Ok(wrapper::optional("number", &self.bounds(), &self.head))
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        let inner = wrapper::single(wrapper::unwrap(answer, &self.head));
        if wrapper::is_blank(inner) {
            return wrapper::blank(&self.head);
        }
        match number(inner) {
            Some(number) if number.as_f64().is_some_and(|number| self.is_allowed(number)) => {
                Reading::value(json!({"number": number}))
            }
            _ => Reading::problem(format!("expected {}, found {}", self.bounds(), text::describe(inner))),
        }
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        match example::content(regions, "number") {
            None => example::empty(&self.head, Value::Null),
            Some(stored) => example::confirmed(self, stored.clone(), stored, task),
        }
    }

    /// 1 less the distance as a part of the way from `min` to `max`; equality where one of them is missing.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        let range = self.minimum.zip(self.maximum).map(|(minimum, maximum)| maximum - minimum);
        compare::last(gold, predicted, |gold, predicted| {
            compare::nearness(&gold["number"], &predicted["number"], range)
        })
    }

    fn canonical(&self) -> String {
        self.head.canonical(&json!([self.minimum, self.maximum, self.step]))
    }
}

/// Reads a number, also from text. Thousands separators are not guessed at: `1,500` is two numbers in half of Europe.
fn number(answer: &Value) -> Option<JsonNumber> {
    let number = match answer {
        Value::Number(number) => number.clone(),
        Value::String(written) => {
            let written = written.trim().trim_matches(['*', '`', '"']).trim();
            let is_numeric = |character: char| character.is_ascii_digit() || "+-.eE".contains(character);
            if !written.chars().all(is_numeric) {
                return None;
            }
            let whole = written.parse::<i64>().ok().map(JsonNumber::from);
            whole.or_else(|| JsonNumber::from_f64(written.parse().ok()?))?
        }
        _ => return None,
    };
    number.as_f64().is_some_and(f64::is_finite).then_some(number)
}
