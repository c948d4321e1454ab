//! `Rating`: a number of stars.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::{Control, Head, Reading, compare, example, vote, wrapper};
use crate::label::task::Task;
use crate::label::{tag, text};

/// How many stars Label Studio shows by default.
const DEFAULT_MAXIMUM: u64 = 5;

/// The most stars that are listed one by one; nobody rates finer than this with stars.
const HIGHEST_MAXIMUM: u64 = 1_000;

#[derive(Debug)]
struct Rating {
    head: Head,
    maximum: u64,
}

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    let maximum = match tag::filled(node, "maxRating") {
        None => DEFAULT_MAXIMUM,
        Some(written) => written
            .trim()
            .parse()
            .ok()
            .filter(|maximum| (1..=HIGHEST_MAXIMUM).contains(maximum))
            .ok_or_else(|| format!("its `maxRating` is `{written}`; expected 1 to {HIGHEST_MAXIMUM}"))?,
    };
    Ok(Arc::new(Rating { head, maximum }))
}

impl Rating {
    /// Reads `4`, `4.0`, `4/5`, `4 out of 5` and `4 stars`.
    fn stars(&self, answer: &Value) -> Option<u64> {
        match answer {
            Value::Number(number) => number.as_u64().or_else(|| {
                (1..=self.maximum).find(|&stars| number.as_f64() == u32::try_from(stars).ok().map(f64::from))
            }),
            Value::String(written) => {
                let written = written.trim().trim_matches(['*', '`', '"', '.']).trim().to_lowercase();
                let rest = written.trim_start_matches(|character: char| character.is_ascii_digit());
                let digits = &written[..written.len() - rest.len()];
                let scale = [format!("/{}", self.maximum), format!("out of {}", self.maximum)];
                let rest = rest.trim().replace(" / ", "/").replace("/ ", "/");
                let is_known = rest.is_empty()
                    || scale.contains(&rest)
                    || matches!(rest.as_str(), ".0" | "star" | "stars")
                    || scale.iter().any(|scale| rest == format!("{scale} stars"));
                digits.parse().ok().filter(|_| is_known)
            }
            _ => None,
        }
    }
}

impl Control for Rating {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, _task: &Task) -> Result<Value, String> {
        let stars: Vec<u64> = (1..=self.maximum).collect();
        let description = format!("A rating from 1 (lowest) to {} (highest).", self.maximum);
        Ok(json!({"type": "integer", "enum": stars, "description": description}))
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        let inner = wrapper::single(wrapper::unwrap(answer, &self.head));
        if wrapper::is_blank(inner) {
            return wrapper::blank(&self.head);
        }
        match self.stars(inner) {
            Some(stars) if (1..=self.maximum).contains(&stars) => {
                let reading = Reading::value(json!({"rating": stars}));
                if std::ptr::eq(inner, answer) { reading.with_labels_at(&[String::new()]) } else { reading }
            }
            _ => Reading::problem(format!(
                "expected a whole number from 1 to {}, found {}",
                self.maximum,
                text::describe(inner)
            )),
        }
    }

    fn alternatives(&self, _task: &Task) -> Vec<String> {
        (1..=self.maximum).map(|stars| stars.to_string()).collect()
    }

    fn combine(&self, readings: Vec<Reading>) -> Reading {
        vote::plurality(readings)
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        match example::content(regions, "rating") {
            None => example::hidden(&self.head),
            Some(stored) => example::confirmed(self, stored.clone(), stored, task),
        }
    }

    /// 1 less the distance as a part of the way from one star to all of them.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        let range = u32::try_from(self.maximum.saturating_sub(1)).ok().map(f64::from);
        compare::last(gold, predicted, |gold, predicted| {
            compare::nearness(&gold["rating"], &predicted["rating"], range)
        })
    }

    fn canonical(&self) -> String {
        self.head.canonical(&json!(self.maximum))
    }
}
