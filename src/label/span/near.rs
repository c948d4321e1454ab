//! The place that a long quote means although a few letters or a small word of it are wrong.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use strsim::damerau_levenshtein;
use unicode_normalization::char::is_combining_mark;

use super::borders::{Class, class, class_of, is_inside};
use super::fold::Folded;
use crate::label::spelling::{self, is_word};

/// Shorter quotes, in letters and digits, must be right: one letter makes another word.
const SHORTEST: usize = 12;

/// One letter in so many may be wrong, as long as they are no more than [`MOST_ERRORS`].
const LETTERS_PER_ERROR: usize = 10;

const MOST_ERRORS: usize = 20;

/// Words that stand more often in a text do not help to find a place.
const MOST_PLACES: usize = 64;

/// More than any quote may differ; small enough to be added up.
const FORBIDDEN: usize = 1 << 24;

/// Words that turn a sentence around, folded, with a space between them.
const NEGATIONS: &str = "no not never none nor neither nobody nothing without cannot except non nicht kein keine \
                         keinen keiner nie ohne ne pas jamais sans aucun aucune nunca sin mai senza sem na\u{303}o \
                         niet geen nooit zonder inte ikke bez deg\u{306}il не нет ни без لا لم لن ليس غير לא אין בלי";

/// The words of a text, and where each of them is.
pub(super) struct Words {
    /// In pieces of the text.
    spans: Vec<Range<usize>>,
    /// Positions in `spans`, ascending.
    positions: HashMap<Box<str>, Vec<usize>>,
}

/// A stretch of the words of a text, and what it takes to make the quote of it, in letters.
struct Match {
    cost: usize,
    words: Range<usize>,
}

impl Words {
    pub(super) fn new(text: &Folded<'_>) -> Self {
        let spans = words(text);
        let mut positions: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        for (position, span) in spans.iter().enumerate() {
            let word = text.folded(span.clone());
            match positions.get_mut(word) {
                Some(known) => known.push(position),
                None => drop(positions.insert(word.into(), vec![position])),
            }
        }
        Self { spans, positions }
    }
}

/// Returns the one place, in bytes of the source, that differs least from a quote and by far; two if it is not by far.
///
/// A difference is a slip within a word, or a word more or less. Numbers must be equal, and negations be there in both.
pub(super) fn nearest<'w>(
    text: &Folded<'_>,
    index: impl FnOnce() -> &'w Words,
    needle: &Folded<'_>,
) -> Vec<Range<usize>> {
    let quoted = words(needle);
    let quote: Vec<&str> = quoted.iter().map(|span| needle.folded(span.clone())).collect();
    let letters: usize = quote.iter().map(|word| word.chars().count()).sum();
    let most = (letters / LETTERS_PER_ERROR).min(MOST_ERRORS);
    if letters < SHORTEST {
        return Vec::new();
    }
    let index = index();
    let spelled = |at: usize| text.folded(index.spans[at].clone());
    // Each word more or less moves the others by one, and costs one letter at least.
    let windows = starts(index, &quote).into_iter().map(|start| {
        let end = start.saturating_add_unsigned(quote.len() + most).max(0).unsigned_abs();
        let start = start.saturating_sub_unsigned(most).max(0).unsigned_abs();
        start..end.min(index.spans.len())
    });
    let mut found: Vec<Match> = windows.filter_map(|window| align(&quote, window, &spelled)).collect();
    found.retain(|found| found.cost <= 2 * most);
    found.sort_by_key(|found| (found.cost, found.words.start));
    let Some(best) = found.first().filter(|best| best.cost <= most) else { return Vec::new() };
    let is_apart =
        |other: &&Match| other.words.end <= best.words.start || best.words.end <= other.words.start;
    let rival = found.iter().filter(is_apart).find(|rival| rival.cost <= best.cost + most);
    let place = |found: &Match| {
        let pieces = index.spans[found.words.start].start..index.spans[found.words.end - 1].end;
        text.place(widened(text, pieces, (needle, &quoted)))
    };
    [Some(best), rival].into_iter().flatten().map(place).collect()
}

/// Returns where in a text, by the most of their words, all words of a quote might start; in words, perhaps before the
/// start of the text.
fn starts(index: &Words, quote: &[&str]) -> Vec<isize> {
    let exact = |word: &str| index.positions.get(word).into_iter().collect::<Vec<_>>();
    let mut seen: Vec<(usize, &Vec<usize>)> = Vec::new();
    for (at, word) in quote.iter().enumerate() {
        seen.extend(rare(exact(word)).map(|positions| (at, positions)));
    }
    if let (true, Some((at, longest))) = (
        seen.is_empty(),
        quote.iter().enumerate().filter(|(_, word)| !is_fixed(word)).max_by_key(|(_, word)| word.len()),
    ) {
        let close = index.positions.iter().filter(|(word, _)| replacing(longest, word) < FORBIDDEN);
        seen.extend(rare(close.map(|(_, positions)| positions)).map(|positions| (at, positions)));
    }
    let mut votes: HashMap<isize, usize> = HashMap::new();
    for (at, positions) in seen {
        for position in positions {
            *votes.entry(position.cast_signed() - at.cast_signed()).or_default() += 1;
        }
    }
    let most = votes.values().copied().max().unwrap_or_default();
    let mut starts: Vec<(isize, usize)> = votes.into_iter().filter(|(_, votes)| most <= 2 * votes).collect();
    starts.sort_by_key(|&(start, votes)| (Reverse(votes), start));
    starts.into_iter().take(MOST_PLACES).map(|(start, _)| start).collect()
}

/// Returns the lists of positions that are short enough to help.
fn rare<'a>(lists: impl IntoIterator<Item = &'a Vec<usize>>) -> impl Iterator<Item = &'a Vec<usize>> {
    lists.into_iter().filter(|positions| positions.len() <= MOST_PLACES)
}

/// Returns the stretch of a window of the text that differs least from the quote, the first of several.
fn align<'t>(quote: &[&str], window: Range<usize>, spelled: &dyn Fn(usize) -> &'t str) -> Option<Match> {
    let text: Vec<(&str, usize)> =
        window.clone().map(spelled).map(|word| (word, leaving_out(word))).collect();
    // For each end in the window: the cost of the best stretch up to there, and its start.
    let mut costs: Vec<(usize, usize)> = (0..=text.len()).map(|start| (0, start)).collect();
    for word in quote {
        let added = leaving_out(word);
        let mut next = Vec::with_capacity(costs.len());
        next.push((costs[0].0 + added, costs[0].1));
        for (end, (other, missing)) in text.iter().enumerate() {
            let mut best = (costs[end].0 + replacing(word, other), costs[end].1);
            for (cost, start) in
                [(costs[end + 1].0 + added, costs[end + 1].1), (next[end].0 + missing, next[end].1)]
            {
                if cost < best.0 {
                    best = (cost, start);
                }
            }
            next.push(best);
        }
        costs = next;
    }
    let (end, &(cost, start)) = costs.iter().enumerate().min_by_key(|(_, (cost, _))| *cost)?;
    (start < end).then(|| Match { cost, words: window.start + start..window.start + end })
}

/// Returns the cost of leaving out a word, in letters.
fn leaving_out(word: &str) -> usize {
    if is_fixed(word) { FORBIDDEN } else { word.chars().count() }
}

/// Returns the cost of one word in the place of another, in letters.
fn replacing(quoted: &str, word: &str) -> usize {
    if quoted == word {
        return 0;
    }
    let cost = if spelling::is_slip(quoted, word) {
        1
    } else if is_marked_otherwise(quoted, word) {
        damerau_levenshtein(quoted, word)
    } else {
        return FORBIDDEN;
    };
    if is_fixed(quoted) || is_fixed(word) { FORBIDDEN } else { cost }
}

/// Returns whether two words differ in nothing but the marks of their letters.
fn is_marked_otherwise(quoted: &str, word: &str) -> bool {
    let unmarked = |letter: &char| !is_combining_mark(*letter);
    quoted.chars().filter(unmarked).eq(word.chars().filter(unmarked))
        && [quoted, word].into_iter().all(is_word)
}

/// Returns whether a word must be the same on both sides: a number, a word of a script that writes them together, a
/// negation.
fn is_fixed(word: &str) -> bool {
    !word.chars().all(is_plain_letter)
        || NEGATIONS.split(' ').any(|known| known == word)
        || word.ends_with("n't")
}

/// Returns whether a character is part of a word that may be misspelled: no digit, and nothing that is a word alone.
fn is_plain_letter(letter: char) -> bool {
    letter == '\''
        || is_combining_mark(letter)
        || letter.is_alphabetic() && class_of(letter) != Class::Unspaced
}

/// Returns the words and numbers of a text, in its pieces.
fn words(text: &Folded<'_>) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for at in (0..text.len()).filter(|&at| class(text, at) != Class::Other) {
        match words.last_mut() {
            Some(last) if (last.end..=at).all(|border| is_inside(text, border)) => last.end = at + 1,
            _ => words.push(at..at + 1),
        }
    }
    words
}

/// Adds to a place what stands around the words of the quote, as far as it stands around the place too.
fn widened(
    text: &Folded<'_>,
    pieces: Range<usize>,
    (needle, quoted): (&Folded<'_>, &[Range<usize>]),
) -> Range<usize> {
    let (Some(first), Some(last)) = (quoted.first(), quoted.last()) else { return pieces };
    let before = (1..=first.start.min(pieces.start))
        .take_while(|back| needle.piece(first.start - back) == text.piece(pieces.start - back))
        .count();
    let after = (last.end..needle.len())
        .zip(pieces.end..text.len())
        .take_while(|(quoted, at)| needle.piece(*quoted) == text.piece(*at))
        .count();
    text.trimmed(pieces.start - before..pieces.end + after)
}
