//! Quotes and their labels become spans; what cannot be found for certain is left out and told.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Value, json};

use super::entries::{Entries, Entry};
use super::{Choice, Passages, Spans, whole};
use crate::label::control::menu::Menu;
use crate::label::control::{Draft, Reading};
use crate::label::span::{self, Quote, Unfound};
use crate::label::text;

/// One label of an entry; a blank one where the answer gives none.
#[derive(Clone, Copy)]
struct Claim<'a> {
    entry: &'a Entry,
    label: &'a str,
    label_at: Option<&'a String>,
}

/// A span that was found.
struct Found<'a> {
    /// Position in the menu.
    label: usize,
    range: Range<usize>,
    entry: &'a Entry,
    /// Where its label stands.
    label_at: Option<&'a String>,
}

impl Spans {
    /// Finds what was quoted, and says of the rest why it is left out.
    pub(super) fn reading<'a>(&self, entries: &'a Entries, menu: &'a Menu, passages: &Passages) -> Reading {
        let claims: Vec<Claim<'_>> = entries.found.iter().flat_map(claims).collect();
        let quote = |(claim, occurrence): (&Claim<'a>, Option<u64>)| {
            let label = label(menu, claim.label).map_or("", |label| menu.labels()[label].value.as_str());
            Quote { text: &claim.entry.text, label, occurrence }
        };
        let quotes: Vec<Quote<'_>> = claims.iter().zip(occurrences(&claims, passages)).map(quote).collect();
        let mut problems = entries.problems.clone();
        let mut found = Vec::new();
        for (claim, place) in claims.into_iter().zip(span::locate(passages.text(), &quotes)) {
            match self.found(menu, claim, place) {
                Ok(one) => found.push(one),
                Err(problem) => problems.push(problem),
            }
        }
        let usable = usable(found, menu, &mut problems);
        let drafts = usable.iter().map(|found| self.draft(found, menu, passages)).collect();
        let mut reading = self.within_limits(Reading { drafts, problems });
        reading.problems.dedup();
        reading
    }

    fn found<'a>(
        &self,
        menu: &Menu,
        claim: Claim<'a>,
        place: Result<Range<usize>, Unfound>,
    ) -> Result<Found<'a>, String> {
        let Claim { entry, label, label_at } = claim;
        let of_quote = |problem: String| format!("`{}`: {problem}", text::shorten(&entry.text));
        let label = self::label(menu, label).map_err(of_quote)?;
        if self.choice == Choice::Single && 1 < entry.labels.len() {
            let labels = text::quoted(entry.labels.iter().map(|(label, _)| label.as_str()));
            return Err(of_quote(format!("one label was asked, the answer has several: {labels}")));
        }
        let range = place.map_err(|unfound| unfound.to_string())?;
        Ok(Found { label, range, entry, label_at })
    }

    fn draft(&self, found: &Found<'_>, menu: &Menu, passages: &Passages) -> Draft {
        let mut value = (self.notation.write)(passages, &found.range);
        value.insert("text".to_owned(), json!(passages.words(&found.range)));
        value.insert(self.head.kind.to_owned(), json!([menu.places[found.label].stored[0]]));
        Draft {
            entry: found.entry.at.clone(),
            labels_at: found.label_at.into_iter().cloned().collect(),
            ..Draft::new(Value::Object(value))
        }
    }
}

/// Leaves out what stands there twice.
fn usable<'a>(found: Vec<Found<'a>>, menu: &Menu, problems: &mut Vec<String>) -> Vec<Found<'a>> {
    let mut places = BTreeSet::new();
    let mut usable = Vec::new();
    for found in found {
        if places.insert((found.range.start, found.range.end, found.label)) {
            usable.push(found);
        } else {
            let (quote, stored) = (text::shorten(&found.entry.text), &menu.places[found.label].stored[0]);
            problems.push(format!("`{quote}` is marked as `{stored}` twice at the same place"));
        }
    }
    usable
}

/// Returns the label that is meant; where there is only one, none need be said.
fn label(menu: &Menu, written: &str) -> Result<usize, String> {
    match menu.find(written) {
        Some(found) => Ok(found),
        None if written.trim().is_empty() && menu.places.len() == 1 => Ok(0),
        None if written.trim().is_empty() => Err("the answer gives it no label".to_owned()),
        None => Err(format!("no such label: `{}`", text::shorten(written))),
    }
}

/// Returns an entry once for each of its labels.
fn claims(entry: &Entry) -> Vec<Claim<'_>> {
    match entry.labels.as_slice() {
        [] => vec![Claim { entry, label: "", label_at: None }],
        labels => labels
            .iter()
            .map(|(label, at)| Claim { entry, label: label.as_str(), label_at: at.as_ref() })
            .collect(),
    }
}

/// Returns which of equal quotes each claim means: as its entry says, or where the words stand at the place it gives.
fn occurrences<'a>(claims: &[Claim<'a>], passages: &Passages) -> Vec<Option<u64>> {
    let hinted = |claim: &Claim<'_>| {
        let hint = claim.entry.hint.filter(|_| claim.entry.occurrence.is_none())?;
        let range = whole(passages, &hint).ok()?;
        (passages.words(&range) == claim.entry.text).then_some(range)
    };
    let hints: Vec<Option<Range<usize>>> = claims.iter().map(hinted).collect();
    let quoted = |(claim, hint): (&Claim<'a>, &Option<_>)| Some((claim.entry.text.as_str(), hint.clone()?));
    let quoted: Vec<_> = claims.iter().zip(&hints).filter_map(quoted).collect();
    let mut numbers = span::occurrences(passages.text(), &quoted).into_iter();
    let number = |(claim, hint): (&Claim<'_>, &Option<_>)| match hint {
        Some(_) => numbers.next().flatten(),
        None => claim.entry.occurrence,
    };
    claims.iter().zip(&hints).map(number).collect()
}
