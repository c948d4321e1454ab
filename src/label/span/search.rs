//! All places of one quote, by rungs: what is written as the text is counts before what only might be meant.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use memchr::memmem::Finder;

use super::Unfound;
use super::fold::Folded;
use super::loose::loosen;
use super::near::{Words, nearest};
use super::{borders, peel};

/// Up to how many letters a word in capitals is another than the same in small letters: `US` and `us`.
const SHORTEST_CASELESS: usize = 4;

/// How far the end of a quote with something left out may reach behind its beginning, in characters.
const NEAR: usize = 400;

/// A beginning that stands more often in a text says too little about where the quote is.
const MOST_HEADS: usize = 64;

/// How many letters and digits what stands on either side of something left out must have.
const SHORTEST_END: usize = 5;

/// A text that is searched for quotes: each view of it is made once, when the first quote needs it.
pub(super) struct Page<'a> {
    strict: Folded<'a>,
    loose: OnceCell<Folded<'a>>,
    words: OnceCell<Words>,
}

/// Where a quote was seen.
struct Sightings {
    /// In bytes of the source, in order; none overlaps the next.
    places: Vec<Range<usize>>,
    /// Whether it was also seen as a part of a word.
    is_part: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { strict: Folded::new(text), loose: OnceCell::new(), words: OnceCell::new() }
    }

    /// Returns all places of a quote, in bytes and in order; never none.
    ///
    /// The places of one rung are of one kind; a rung is only tried where those before it find nothing.
    pub(super) fn find(&self, quote: &str) -> Result<Vec<Range<usize>>, Unfound> {
        let strict = Folded::new(quote);
        let whole = strict.trimmed(0..strict.len());
        if whole.is_empty() {
            return Err(Unfound::Empty);
        }
        let first = sightings(&self.strict, &strict, whole);
        if !first.places.is_empty() {
            return Ok(first.places);
        }
        let needle = loosen(&strict);
        let mut is_part = first.is_part;
        // Where nothing was loosened there is nothing new to find.
        let is_same = needle.is_same(&strict) && self.loose().is_same(&self.strict);
        for pieces in peel::layers(&needle).skip(usize::from(is_same)) {
            let Sightings { places, is_part: also } = sightings(self.loose(), &needle, pieces);
            if !places.is_empty() {
                return Ok(places);
            }
            is_part |= also;
        }
        for rung in [Self::around_gap, Self::with_slips] {
            match rung(self, &needle) {
                places if places.is_empty() => {}
                places if places.len() == 1 => return Ok(places),
                _ => return Err(Unfound::SeveralPlaces { quote: quote.to_owned() }),
            }
        }
        let quote = quote.to_owned();
        Err(if is_part { Unfound::InsideWord { quote } } else { Unfound::NotThere { quote } })
    }

    fn loose(&self) -> &Folded<'a> {
        self.loose.get_or_init(|| loosen(&self.strict))
    }

    /// Returns the places from where the beginning of a quote is to where its end is, if something between them was
    /// left out.
    fn around_gap(&self, needle: &Folded<'_>) -> Vec<Range<usize>> {
        let Some((head, tail)) = peel::gap(needle) else { return Vec::new() };
        let is_short = |pieces: &Range<usize>| {
            needle.folded(pieces.clone()).chars().filter(|character| character.is_alphanumeric()).count()
                < SHORTEST_END
        };
        if is_short(&head) || is_short(&tail) {
            return Vec::new();
        }
        let (text, part) = (self.loose(), Cell::new(false));
        let (head, tail) = (needle.folded(head), needle.folded(tail));
        let heads: Vec<Range<usize>> =
            matches((text, 0..text.len()), head, &part).take(MOST_HEADS + 1).collect();
        if MOST_HEADS < heads.len() {
            return Vec::new();
        }
        let behind = |head: &Range<usize>| {
            let within = head.end..text.len().min(head.end + NEAR);
            matches((text, within), tail, &part)
        };
        let places = heads.iter().flat_map(|head| behind(head).map(|tail| text.place(head.start..tail.end)));
        // Two are as bad as any more.
        places.take(2).collect()
    }

    /// Returns the place that a long quote with few errors means, or two of those it might mean.
    fn with_slips(&self, needle: &Folded<'_>) -> Vec<Range<usize>> {
        let words = || self.words.get_or_init(|| Words::new(self.loose()));
        nearest(self.loose(), words, needle)
    }
}

/// Returns where pieces of a quote stand in a text; if anywhere as they are written, then only there.
fn sightings(text: &Folded<'_>, needle: &Folded<'_>, pieces: Range<usize>) -> Sightings {
    let words = needle.folded(pieces.clone());
    let written = needle.written(pieces);
    let part = Cell::new(false);
    let found = matches((text, 0..text.len()), words, &part);
    let mut places: Vec<Range<usize>> = found.map(|found| text.place(found)).collect();
    let is_written = |place: &Range<usize>| &text.source()[place.clone()] == written;
    if places.iter().any(is_written) {
        places.retain(is_written);
    } else {
        places.retain(|place| !differs_by_case(&text.source()[place.clone()], written));
    }
    let mut free = 0;
    places.retain(|place| {
        let is_free = free <= place.start;
        free = if is_free { place.end } else { free };
        is_free
    });
    Sightings { places, is_part: part.get() }
}

/// Returns where folded words stand as whole words within these pieces of a text, in pieces; they may overlap. Tells
/// `part` where they stand as a part of a word.
fn matches<'a>(
    (text, within): (&'a Folded<'_>, Range<usize>),
    words: &'a str,
    part: &'a Cell<bool>,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let finder = Finder::new(words);
    let end = text.offset(within.end);
    let mut from = text.offset(within.start);
    std::iter::from_fn(move || {
        loop {
            let start = from + finder.find(&text.folded(0..text.len()).as_bytes()[from..end])?;
            from = start + 1;
            match text.pieces(start..start + words.len()) {
                Some(whole) if borders::are_whole(text, &whole) => return Some(whole),
                _ => part.set(true),
            }
        }
    })
}

/// Returns whether one is a short word in capitals and the other the same in small letters.
fn differs_by_case(left: &str, right: &str) -> bool {
    let is_small = |text: &str| text.chars().all(char::is_lowercase);
    let is_capital = |text: &str| text.chars().all(char::is_uppercase);
    let is_long = |text: &str| SHORTEST_CASELESS <= text.chars().count();
    !is_long(left) && (is_small(left) && is_capital(right) || is_capital(left) && is_small(right))
}
