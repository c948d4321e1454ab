//! Quoted words to their place in a text: a wrong place is worse than none, and none is always told.
//!
//! **Invariant:** what comes back never cuts a character as a reader sees it, nor a word, and no place has a label twice.

mod borders;
mod fold;
mod loose;
mod near;
mod order;
mod peel;
mod ruler;
mod search;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

use thiserror::Error;

pub use self::ruler::{Ruler, Unit};

use self::order::Wish;
use self::search::Page;
use super::text::shorten;

/// One stretch of a text that a model names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote<'a> {
    pub text: &'a str,
    pub label: &'a str,
    /// Which of several equal ones, from 1; one that does not exist does not count.
    pub occurrence: Option<u64>,
}

/// Why a quote has no place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfound {
    #[error("a quote without words has no place")]
    Empty,
    #[error("`{}` is not in the text", shorten(.quote))]
    NotThere { quote: String },
    #[error("`{}` is in the text only as a part of longer words", shorten(.quote))]
    InsideWord { quote: String },
    /// Places with the same label; another label may share one.
    #[error("`{}` is named more often than it is in the text ({places})", shorten(.quote))]
    TooOften { quote: String, places: usize },
    #[error("`{}` is not in the text, and several places are equally near to it", shorten(.quote))]
    SeveralPlaces { quote: String },
}

/// All places of a quote, in bytes and in order, or why there are none.
type Places = Result<Vec<Range<usize>>, Unfound>;

/// Returns where each quote stands, in bytes of `text`, in the order of `quotes`; never inside a character.
///
/// Equal quotes get places one after the other, as do others: a list is read as in the order of the text as far as that
/// is possible. Spans may be nested, overlap, and share a place if their labels differ.
pub fn locate(text: &str, quotes: &[Quote<'_>]) -> Vec<Result<Range<usize>, Unfound>> {
    let found = all_places(text, quotes.iter().map(|quote| quote.text));
    let wishes: Vec<Wish<'_>> = quotes
        .iter()
        .map(|quote| Wish { places: wished(quote, &found[quote.text]), label: quote.label })
        .collect();
    let places = order::assign(&wishes);
    let settled = quotes.iter().zip(places);
    settled
        .map(|(quote, place)| match (place, &found[quote.text]) {
            (Some(place), _) => Ok(place),
            (None, Ok(places)) => {
                Err(Unfound::TooOften { quote: quote.text.to_owned(), places: places.len() })
            }
            (None, Err(reason)) => Err(reason.clone()),
        })
        .collect()
}

/// Returns by which occurrence, from 1, [`locate`] finds each quote at its place, in bytes of `text`; `None` where it would
/// not find it there.
pub fn occurrences(text: &str, quoted: &[(&str, Range<usize>)]) -> Vec<Option<u64>> {
    let found = all_places(text, quoted.iter().map(|(quote, _)| *quote));
    let number = |(quote, place): &(&str, Range<usize>)| {
        let at = found[quote].as_ref().ok()?.iter().position(|known| known == place)?;
        Some(at as u64 + 1)
    };
    quoted.iter().map(number).collect()
}

/// Returns a range of bytes in Unicode code points, as `Text` and `HyperText` count; what starts within counts.
///
/// Counts from the start of the text: many ranges of a long one want a [`Ruler`].
pub fn code_points(text: &str, range: &Range<usize>) -> Range<usize> {
    counted(text, range, Unit::CodePoint)
}

/// Returns a range of bytes in UTF-16 units, as `Paragraphs` counts; what starts within counts.
pub fn utf16_units(text: &str, range: &Range<usize>) -> Range<usize> {
    counted(text, range, Unit::Utf16)
}

fn counted(text: &str, range: &Range<usize>, unit: Unit) -> Range<usize> {
    let count = |end: usize| unit.count(&text.as_bytes()[..end.min(text.len())]);
    count(range.start)..count(range.end)
}

/// Returns all places of each quote, by the quote.
fn all_places<'a>(text: &str, quotes: impl Iterator<Item = &'a str>) -> HashMap<&'a str, Places> {
    let page = Page::new(text);
    let mut found = HashMap::new();
    for quote in quotes {
        found.entry(quote).or_insert_with(|| page.find(quote));
    }
    found
}

/// Returns the places a quote may have: one, if it says which.
fn wished<'a>(quote: &Quote<'_>, found: &'a Places) -> &'a [Range<usize>] {
    let Ok(places) = found else { return &[] };
    let occurrence = quote.occurrence.and_then(|occurrence| usize::try_from(occurrence).ok()?.checked_sub(1));
    match occurrence.and_then(|at| places.get(at)) {
        Some(place) => std::slice::from_ref(place),
        None => places,
    }
}
