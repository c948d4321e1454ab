//! What models put around the words they quote, or in the place of some of them.

use std::ops::Range;

use super::fold::Folded;

/// What may stand before the quoted words, and after them; of the same number of marks each.
type Layer = (&'static [&'static str], &'static [&'static str]);

/// What is taken off either end, the first layer that is there first; as folded.
const LAYERS: &[Layer] =
    &[(GAPS, GAPS), (&["\"", "'", "「", "『"], &["\"", "'", "」", "』"]), (&["- ", "• "], ENDINGS)];

/// What is only taken off both ends at once.
const BRACKETS: &[(&str, &str)] = &[("(", ")"), ("[", "]"), ("<", ">"), ("{", "}")];

/// What stands for words that were left out, longest first; as folded.
const GAPS: &[&str] = &["[...]", "(...)", "..."];

const ENDINGS: &[&str] = &[".", ",", ";", ":", "!", "?", "。", "、"];

/// Returns the pieces of a quote, then again with each thing around them taken off, one after the other.
pub(super) fn layers(quote: &Folded<'_>) -> impl Iterator<Item = Range<usize>> {
    let whole = Some(quote.trimmed(0..quote.len())).filter(|whole| !whole.is_empty());
    std::iter::successors(whole, |pieces| peeled(quote, pieces.clone()))
}

/// Returns the pieces before and those after the words that a quote leaves out, if it does so once.
pub(super) fn gap(quote: &Folded<'_>) -> Option<(Range<usize>, Range<usize>)> {
    let whole = layers(quote).find(|pieces| {
        let words = quote.folded(pieces.clone());
        !GAPS.iter().any(|gap| words.starts_with(gap) || words.ends_with(gap))
    })?;
    let words = quote.folded(whole.clone());
    let (head, tail) = GAPS.iter().find_map(|gap| words.split_once(gap))?;
    if tail.contains("...") {
        return None;
    }
    let (start, end) = (quote.offset(whole.start), quote.offset(whole.end));
    let head = quote.trimmed(quote.pieces(start..start + head.len())?);
    let tail = quote.trimmed(quote.pieces(end - tail.len()..end)?);
    Some((head, tail))
}

/// Takes one thing off; `None` where there is nothing to take off, or nothing would be left.
fn peeled(quote: &Folded<'_>, pieces: Range<usize>) -> Option<Range<usize>> {
    let words = quote.folded(pieces.clone());
    let layers = LAYERS.iter().map(|(before, after)| {
        let before = before.iter().find(|mark| words.starts_with(**mark)).map_or(0, |mark| mark.len());
        let after = after.iter().find(|mark| words[before..].ends_with(**mark)).map_or(0, |mark| mark.len());
        (before, after)
    });
    let brackets = BRACKETS.iter().map(|(open, close)| {
        let are_around = words.starts_with(open) && words.ends_with(close);
        if are_around { (open.len(), close.len()) } else { (0, 0) }
    });
    let (before, after) = layers.chain(brackets).find(|marks| *marks != (0, 0))?;
    let start = quote.offset(pieces.start) + before;
    let end = quote.offset(pieces.end).checked_sub(after).filter(|end| start < *end)?;
    let rest = quote.trimmed(quote.pieces(start..end)?);
    // What is left of a quote must be more than further marks: `.....` means no full stop.
    let is_mark = |mark: char| {
        mark.is_ascii_punctuation() || mark == ' ' || ENDINGS.iter().any(|end| end.contains(mark))
    };
    (!quote.folded(rest.clone()).chars().all(is_mark)).then_some(rest)
}
