//! Sets of spans: several responses merged into one, examples quoted, two sets compared.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use serde_json::{Value, json};

use super::Passages;
use crate::label::control::compare::share;
use crate::label::control::vote::{self, Told};
use crate::label::control::{Draft, Reading};
use crate::label::span::{self, Quote, locate};
use crate::label::text;

/// Keeps the spans, and tells the problems, of more than half of the responses.
///
/// Where most mark nothing, nothing is to be marked.
pub(super) fn majority(readings: Vec<Reading>) -> Reading {
    let count = readings.len();
    if count == 1 {
        return vote::first(readings);
    }
    let told = Told::by(&readings, "span");
    let mut kept: Vec<(Draft, Vec<Option<f64>>)> = Vec::new();
    let mut positions: HashMap<Value, usize> = HashMap::new();
    for draft in readings.into_iter().flat_map(|reading| reading.drafts) {
        if let Some(&at) = positions.get(&draft.value) {
            kept[at].0.origins.extend(draft.origins);
            kept[at].1.push(draft.score);
        } else {
            positions.insert(draft.value.clone(), kept.len());
            let score = draft.score;
            kept.push((draft, vec![score]));
        }
    }
    kept.retain(|(_, scores)| count < 2 * scores.len());
    let scored = |(draft, scores): (Draft, Vec<_>)| Draft { score: vote::agreed(&scores, count), ..draft };
    told.beside(kept.into_iter().map(scored).collect())
}

/// Returns the answer that quotes these spans, each with its label; an error where it would be read as other spans.
pub(super) fn quoted<'a>(
    spans: &[(Range<usize>, usize)],
    passages: &Passages,
    name: impl Fn(usize) -> &'a String,
) -> Result<Value, String> {
    let words: Vec<String> = spans.iter().map(|(range, _)| passages.words(range)).collect();
    let marked = words.iter().zip(spans).map(|(words, (range, _))| (words.as_str(), range.clone()));
    let marked: Vec<_> = marked.collect();
    let mut entries = Vec::new();
    let mut quotes = Vec::new();
    let occurrences = span::occurrences(passages.text(), &marked);
    for (((quote, _), (_, label)), occurrence) in marked.iter().zip(spans).zip(occurrences) {
        let label = name(*label);
        let occurrence = occurrence.filter(|_| passages.text().matches(quote).nth(1).is_some());
        entries.push(json!({"text": quote, "label": label, "occurrence": occurrence}));
        quotes.push(Quote { text: quote, label, occurrence });
    }
    let places = locate(passages.text(), &quotes);
    match places.iter().zip(&marked).find(|(place, (_, range))| place.as_ref() != Ok(range)) {
        Some((_, (quote, _))) => {
            let quote = text::shorten(quote);
            Err(format!("it has the span `{quote}`, which a quote cannot name for certain"))
        }
        None => Ok(Value::Array(entries)),
    }
}

/// Returns the F1 of two sets; 1 where both are empty.
pub(super) fn agreement(gold: &BTreeSet<String>, predicted: &BTreeSet<String>) -> f64 {
    let common = gold.intersection(predicted).count();
    share(2 * common, gold.len() + predicted.len())
}
