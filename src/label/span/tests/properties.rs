//! What holds for any text and any quotes.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use unicode_segmentation::UnicodeSegmentation;

use super::super::borders::are_whole;
use super::super::fold::{Folded, is_small_digit};
use super::super::loose::loosen;
use super::super::peel::layers;
use super::*;

/// What texts are made of that make it hard to quote them.
const PARTS: &[&str] = &[
    "Paris",
    "paris",
    "PARIS",
    "cat",
    "concatenate",
    "Straße",
    "STRASSE",
    "İstanbul",
    "ﬁn",
    "e",
    "\u{301}",
    "é",
    "가",
    "서울",
    "에서",
    "東京",
    "ｶﾞ",
    "ガ",
    "שָׁ",
    "مُحَ",
    "ไทย",
    "दि",
    "👩",
    "\u{200D}",
    "👧",
    "🏽",
    "🇫",
    "🇷",
    "\u{FE0F}",
    "5",
    "2",
    "²",
    "½",
    ".",
    ",",
    "...",
    "…",
    "-",
    "—",
    "\r\n",
    "\n",
    " ",
    "  ",
    "\u{A0}",
    "\u{200B}",
    "\u{AD}",
    "\t",
    "'",
    "’",
    "\"",
    "“",
    "*",
    "**",
    "_",
    "`",
    "&amp;",
    "&",
    ";",
    "&#39;",
    "\\n",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "$",
    "#",
    "@",
    "n't",
    "not ",
    "n",
    "t",
];

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![4 => vec(select(PARTS), 0..24).prop_map(|parts| parts.concat()), 1 => any::<String>()]
}

/// A quote, as an owned [`Quote`].
type Words = (String, &'static str, Option<u64>);

fn quotes() -> impl Strategy<Value = Vec<Words>> {
    let words = prop_oneof![3 => vec(select(PARTS), 0..4).prop_map(|parts| parts.concat()), 1 => texts()];
    vec((words, select(&["X", "Y"][..]), proptest::option::weighted(0.2, 0..4_u64)), 0..8)
}

fn borrowed(quotes: &[Words]) -> Vec<Quote<'_>> {
    quotes.iter().map(|(text, label, occurrence)| Quote { text, label, occurrence: *occurrence }).collect()
}

/// Returns a text folded and loosened, without white space around it.
fn loosened(text: &str) -> String {
    let strict = Folded::new(text);
    let loose = loosen(&strict);
    loose.folded(loose.trimmed(0..loose.len())).to_owned()
}

/// Returns a text folded, without white space around it.
fn folded(text: &str) -> String {
    let folded = Folded::new(text);
    folded.folded(folded.trimmed(0..folded.len())).to_owned()
}

/// Returns how many letters and digits a text has.
fn letters(text: &str) -> usize {
    loosened(text).chars().filter(|character| character.is_alphanumeric()).count()
}

proptest! {
    #[test]
    fn words_of_a_text_are_found_as_they_are_written(text in texts(), (one, other) in any::<(Index, Index)>()) {
        let folded = Folded::new(&text);
        let (one, other) = (one.index(folded.len() + 1), other.index(folded.len() + 1));
        let pieces = folded.trimmed(one.min(other)..one.max(other));
        if pieces.is_empty() || !are_whole(&folded, &pieces) {
            return Ok(());
        }
        let quote = Quote { text: folded.written(pieces), label: "X", occurrence: None };
        let place = locate(&text, &[quote]).remove(0).expect("it is there");
        prop_assert_eq!(&text[place], quote.text);
    }

    #[test]
    fn words_between_spaces_are_found_in_their_order(words in vec("[a-z]{1,3}", 1..12)) {
        let text = words.join(" ");
        let quotes: Vec<Quote<'_>> = words.iter().map(|text| Quote { text, label: "X", occurrence: None }).collect();
        let mut start = 0;
        for (place, word) in locate(&text, &quotes).into_iter().zip(&words) {
            prop_assert_eq!(place, Ok(start..start + word.len()));
            start += word.len() + 1;
        }
    }

    #[test]
    fn what_is_found_is_what_was_quoted((text, quotes) in (texts(), quotes())) {
        for (place, (quote, ..)) in locate(&text, &borrowed(&quotes)).into_iter().zip(&quotes) {
            let Ok(place) = place else { continue };
            let found = text.get(place).expect("whole characters");
            prop_assert!(!found.trim().is_empty());
            let strict = Folded::new(quote);
            let loose = loosen(&strict);
            let is_written = folded(found) == folded(quote);
            let is_meant = layers(&loose).any(|pieces| loose.folded(pieces) == loosened(found));
            let is_gapped = loosened(quote).contains("...");
            prop_assert!(is_written || is_meant || is_gapped || 12 <= letters(quote), "{found:?} for {quote:?}");
        }
    }

    #[test]
    fn no_place_cuts_a_cluster_or_has_a_label_twice((text, quotes) in (texts(), quotes())) {
        let borders: HashSet<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let mut given = HashSet::new();
        let results = locate(&text, &borrowed(&quotes));
        prop_assert_eq!(results.len(), quotes.len());
        for (place, (_, label, _)) in results.into_iter().zip(&quotes) {
            let Ok(place) = place else { continue };
            prop_assert!(borders.contains(&place.start) && borders.contains(&place.end) && place.start < place.end);
            prop_assert!(given.insert((place, *label)));
        }
    }

    #[test]
    fn pieces_are_apart_and_are_what_their_source_folds_to(text in texts()) {
        let strict = Folded::new(&text);
        for folded in [&loosen(&strict), &strict] {
            let mut end = 0;
            for at in 0..folded.len() {
                let place = folded.place(at..at + 1);
                prop_assert!(end <= place.start && place.start < place.end && text.is_char_boundary(place.start));
                prop_assert_eq!(folded.pieces(folded.offset(at)..folded.offset(at + 1)), Some(at..at + 1));
                end = place.end;
            }
        }
        for at in 0..strict.len() {
            let again = Folded::new(strict.written(at..at + 1));
            let is_kept = strict.piece(at).starts_with(is_small_digit);
            prop_assert!(is_kept || again.folded(0..again.len()) == strict.piece(at));
        }
    }

    #[test]
    fn what_is_folded_folds_to_itself(text in texts()) {
        let once = Folded::new(&text);
        let once = once.folded(0..once.len());
        let twice = Folded::new(once);
        prop_assert!(once.contains(is_small_digit) || twice.folded(0..twice.len()) == once);
    }

    #[test]
    fn offsets_agree_with_those_of_the_standard_library(text in any::<String>(), (one, other) in any::<(Index, Index)>()) {
        let text = text.repeat(40);
        let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (one, other) = (*one.get(&borders), *other.get(&borders));
        let place = one.min(other)..one.max(other);
        let points = |end: usize| text[..end].chars().count();
        let units = |end: usize| text[..end].encode_utf16().count();
        prop_assert_eq!(code_points(&text, &place), points(place.start)..points(place.end));
        prop_assert_eq!(utf16_units(&text, &place), units(place.start)..units(place.end));
        let ruler = Ruler::new(&text);
        for (unit, count) in [(Unit::CodePoint, points(one)), (Unit::Utf16, units(one))] {
            prop_assert_eq!(ruler.count(&text, unit, one), count);
            prop_assert_eq!(ruler.byte(&text, unit, count), Some(one));
        }
    }
}
