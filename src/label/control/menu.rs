//! The labels of one control for one task: how they are asked for, and which of them an answer means.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::places::Place;
use super::{Head, Label, Reading, wrapper};
use crate::label::matching::{self, Names};
use crate::label::text;

/// What models put between the steps of a path; commas may also part the labels of a list.
const SEPARATORS: [&str; 7] = [" > ", ">", "/", "→", "::", "|", "\\"];

/// What may be chosen.
#[derive(Debug, Clone)]
pub(super) struct Menu {
    pub(super) places: Vec<Place>,
    labels: Vec<Label>,
    names: Names,
    /// The last label of each path, each name once; none where all are on one level.
    tails: Names,
    /// The positions in `places` that `tails` belong to; `None` for those of several paths.
    tail_places: Vec<Option<usize>>,
}

/// What an answer chose.
#[derive(Debug, Default)]
pub(super) struct Picks {
    /// Positions in the menu, in its order, each once.
    pub(super) found: BTreeSet<usize>,
    /// Entries that are not on the menu.
    pub(super) unknown: Vec<String>,
}

impl Menu {
    pub(super) fn new(places: Vec<Place>, separator: &str) -> Self {
        let labels: Vec<Label> = places.iter().map(|place| place.label(separator)).collect();
        let names = Names::new(labels.iter().map(|label| (label.value.as_str(), label.alias.as_deref())));
        let mut counts: HashMap<Option<&String>, usize> = HashMap::new();
        for place in &places {
            *counts.entry(place.values.last()).or_default() += 1;
        }
        let is_tree = places.iter().any(|place| 1 < place.values.len());
        let mut seen = HashSet::new();
        let is_tail = |at: &usize| is_tree && seen.insert(places[*at].values.last());
        let tail_at: Vec<usize> = (0..places.len()).filter(is_tail).collect();
        let tails = Names::new(tail_at.iter().filter_map(|&at| {
            let (value, stored) = (places[at].values.last()?, places[at].stored.last()?);
            Some((value.as_str(), Some(stored.as_str()).filter(|stored| stored != value)))
        }));
        let only = |at: usize| Some(at).filter(|&at| counts[&places[at].values.last()] == 1);
        let tail_places = tail_at.into_iter().map(only).collect();
        Self { places, labels, names, tails, tail_places }
    }

    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Returns the schema of one label.
    pub(super) fn one_of(&self) -> Value {
        let values: Vec<&str> = self.labels.iter().map(|label| label.value.as_str()).collect();
        json!({"type": "string", "enum": values})
    }

    /// Returns the hints, a line each; empty where no label has one.
    pub(super) fn hints(&self) -> String {
        let hints = self
            .labels
            .iter()
            .filter_map(|label| label.hint.as_ref().map(|hint| format!("\n{}: {hint}", label.value)));
        hints.collect()
    }

    /// Turns what was chosen into a region, or what was not into a problem; `stored` writes one label for Label Studio.
    pub(super) fn reading(&self, picks: &Picks, head: &Head, stored: impl Fn(&Place) -> Value) -> Reading {
        let chosen: Vec<Value> = picks.found.iter().map(|&at| stored(&self.places[at])).collect();
        let problems = Vec::from_iter(picks.problem());
        match (chosen.is_empty(), problems.is_empty()) {
            (true, true) => wrapper::blank(head),
            (true, false) => Reading { drafts: Vec::new(), problems },
            (false, _) => Reading { problems, ..Reading::value(json!({ head.kind: chosen })) },
        }
    }

    /// Returns the labels that a stored list means, in the order of the menu; `stored` writes one label for Label Studio.
    pub(super) fn told(&self, list: &Value, stored: impl Fn(&Place) -> Value) -> Result<Vec<&str>, String> {
        let mut picks = Picks::default();
        for entry in list.as_array().into_iter().flatten() {
            match self.places.iter().position(|place| stored(place) == *entry) {
                Some(found) => {
                    picks.found.insert(found);
                }
                None => picks.unknown.push(text::shorten(&text::plain(entry).unwrap_or_default())),
            }
        }
        match picks.problem() {
            Some(problem) => Err(problem),
            None => Ok(picks.found.iter().map(|&at| self.labels[at].value.as_str()).collect()),
        }
    }

    /// Reads a JSON answer: a label, a list of labels, a path as a list, or an object of truth values.
    pub(super) fn read(&self, answer: &Value) -> Picks {
        match answer {
            Value::Array(entries) => match self.path(entries).filter(|_| !self.are_values(entries)) {
                Some(found) => Picks { found: [found].into(), unknown: Vec::new() },
                None => self.read_list(entries),
            },
            Value::Object(fields) if !fields.is_empty() && fields.values().all(Value::is_boolean) => {
                let chosen = fields.iter().filter(|(_, chosen)| **chosen == Value::Bool(true));
                let chosen: Vec<Value> = chosen.map(|(name, _)| Value::String(name.clone())).collect();
                self.read_list(&chosen)
            }
            Value::Object(_) => Picks { found: BTreeSet::new(), unknown: vec!["an object".to_owned()] },
            scalar => self.read_list(std::slice::from_ref(scalar)),
        }
    }

    /// Returns where the labels stand in an answer that writes each as a text of its own, as JSON Pointers; none where it
    /// says them in another form.
    pub(super) fn labels_at(&self, answer: &Value) -> Vec<String> {
        match answer {
            Value::String(_) => vec![String::new()],
            Value::Array(entries)
                if entries.iter().all(|entry| entry.is_string() || entry.is_null())
                    && (entries.len() == 1 || self.path(entries).is_none()) =>
            {
                let is_label = |entry: &Value| entry.as_str().is_some_and(|text| self.find(text).is_some());
                let labels = entries.iter().enumerate().filter(|(_, entry)| is_label(entry));
                labels.map(|(at, _)| format!("/{at}")).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns what one text names: a label, a path, or the end of a path.
    pub(super) fn find(&self, written: &str) -> Option<usize> {
        matching::name(written, &self.names)
            .or_else(|| self.split_path(written))
            .or_else(|| self.tail(written, matching::name))
    }

    /// Returns the one label that a reply or a sentence means.
    pub(super) fn find_in_text(&self, reply: &str) -> Option<usize> {
        let in_sentence = || matching::one(reply, &self.names);
        // In a tree a label of the top level may occur in a sentence beside one that is deeper.
        let is_clear = |found: &usize| self.tails.is_empty() || 1 < self.places[*found].values.len();
        self.find(reply)
            .or_else(|| in_sentence().filter(is_clear))
            .or_else(|| self.tail(reply, matching::one))
    }

    /// Returns all labels that a text lists.
    pub(super) fn find_all(&self, written: &str) -> Picks {
        if let Some(found) = self.find(written) {
            return Picks { found: [found].into(), unknown: Vec::new() };
        }
        let listed = matching::several(written, &self.names);
        if !listed.found.is_empty() {
            return Picks { found: listed.found.into_iter().collect(), unknown: listed.unknown };
        }
        self.find_one(written)
    }

    /// Returns the one label that a text means, or the text as unknown.
    pub(super) fn find_one(&self, written: &str) -> Picks {
        match self.find_in_text(written) {
            Some(found) => Picks { found: [found].into(), unknown: Vec::new() },
            None => Picks { found: BTreeSet::new(), unknown: vec![text::shorten(written)] },
        }
    }

    fn read_list(&self, entries: &[Value]) -> Picks {
        let mut picks = Picks::default();
        for entry in entries {
            let found = match entry {
                Value::Null => continue,
                Value::Array(steps) => self.path(steps),
                Value::Object(fields) => {
                    fields.values().next().filter(|_| fields.len() == 1).and_then(|only| self.scalar(only))
                }
                scalar => self.scalar(scalar),
            };
            match found {
                Some(found) => {
                    picks.found.insert(found);
                }
                None => picks.unknown.push(text::shorten(&text::plain(entry).unwrap_or_default())),
            }
        }
        picks
    }

    fn scalar(&self, value: &Value) -> Option<usize> {
        match value {
            Value::Bool(truth) => {
                let words = if *truth { ["true", "yes"] } else { ["false", "no"] };
                words.into_iter().find_map(|word| self.find(word))
            }
            Value::Number(number) => match number.as_f64() {
                Some(whole) if whole.fract() == 0.0 && number.is_f64() => self.find(&format!("{whole:.0}")),
                _ => self.find(&number.to_string()),
            },
            Value::String(written) => self.find_in_text(written),
            _ => None,
        }
    }

    /// Returns whether a list holds labels as they are asked for: it is no path then, even if one reads so.
    fn are_values(&self, entries: &[Value]) -> bool {
        entries.iter().all(|entry| self.labels.iter().any(|label| entry.as_str() == Some(&label.value)))
    }

    /// Returns the place whose path a list spells out, from the top; a list of one is a top-level label.
    fn path(&self, steps: &[Value]) -> Option<usize> {
        let steps: Vec<&str> = steps.iter().map(Value::as_str).collect::<Option<_>>()?;
        let deep = |place: &Place| 1 < place.values.len() || steps.len() == 1;
        self.only(|place| deep(place) && (spells(&steps, &place.values) || spells(&steps, &place.stored)))
    }

    /// Returns the place whose path a text spells out with another separator.
    fn split_path(&self, written: &str) -> Option<usize> {
        if self.tails.is_empty() {
            return None;
        }
        SEPARATORS.into_iter().chain([","]).find_map(|separator| {
            let steps: Vec<&str> = written.split(separator).map(str::trim).collect();
            let is_path = 1 < steps.len();
            is_path
                .then(|| self.only(|place| spells(&steps, &place.values) || spells(&steps, &place.stored)))?
        })
    }

    fn tail(&self, written: &str, find: fn(&str, &Names) -> Option<usize>) -> Option<usize> {
        let found = find(written, &self.tails).and_then(|found| self.tail_places[found]);
        found.filter(|&found| !leads_elsewhere(written, &self.places[found].values))
    }

    fn only(&self, condition: impl Fn(&Place) -> bool) -> Option<usize> {
        let mut fitting = self.places.iter().enumerate().filter(|(_, place)| condition(place));
        match (fitting.next(), fitting.next()) {
            (Some((found, _)), None) => Some(found),
            _ => None,
        }
    }
}

impl Picks {
    /// Returns the problem with entries that are no labels, naming the first few of them.
    pub(super) fn problem(&self) -> Option<String> {
        const SHOWN: usize = 10;
        let mut seen = HashSet::new();
        let names: Vec<&str> =
            self.unknown.iter().map(String::as_str).filter(|name| seen.insert(*name)).collect();
        let shown = text::quoted(names.iter().copied().take(SHOWN));
        match names.len().checked_sub(SHOWN) {
            _ if names.is_empty() => None,
            None | Some(0) => Some(format!("no such label: {shown}")),
            Some(more) => Some(format!("no such label: {shown} and {more} more")),
        }
    }
}

/// Returns whether a text is a path to the last of these labels through others than the ones above it.
fn leads_elsewhere(written: &str, values: &[String]) -> bool {
    let Some((last, above)) = values.split_last() else { return false };
    SEPARATORS.iter().any(|separator| {
        let Some((way, end)) = written.rsplit_once(separator) else { return false };
        let is_above = |step| above.iter().any(|label| matching::is_same(step, label));
        matching::is_same(end, last) && !way.split(separator).all(is_above)
    })
}

/// Returns whether steps name the same labels one by one.
fn spells(steps: &[&str], names: &[String]) -> bool {
    steps.len() == names.len() && steps.iter().zip(names).all(|(step, name)| matching::is_same(step, name))
}
