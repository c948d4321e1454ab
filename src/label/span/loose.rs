//! A folded text without what models take off or put on when they copy: Markdown, entities, escapes, line breaks.

use std::ops::Range;

use super::borders::{Class, class};
use super::fold::Folded;

/// The longest entity that is looked for, in bytes: `&#x10FFFF;`.
const LONGEST_ENTITY: usize = 10;

/// Returns a folded text in which marks of emphasis, entities and escapes, hyphens at the end of a line and spaces
/// beside scripts without spaces do not count.
pub(super) fn loosen<'a>(strict: &Folded<'a>) -> Folded<'a> {
    let mut loose = Folded::empty(strict.source());
    let mut at = 0;
    while at < strict.len() {
        at = step(strict, at, &mut loose);
    }
    loose
}

/// Adds what a piece, or several from it on, stand for; returns the first piece after them.
fn step<'a>(strict: &Folded<'a>, at: usize, loose: &mut Folded<'a>) -> usize {
    let piece = strict.piece(at);
    let place = strict.place(at..at + 1);
    match piece {
        "&" => {
            if let Some((character, next)) = entity(strict, at) {
                add(character, strict, at..next, loose);
                return next;
            }
        }
        "\\" => {
            if let Some(character) = escaped(strict.written(at + 1..at + 2)) {
                add(character, strict, at..at + 2, loose);
                return at + 2;
            }
        }
        "*" | "_" if !between_digits(strict, at) => return at + 1,
        "'" if strict.written(at..at + 1) == "`" => return at + 1,
        "-" if breaks_word(strict, at) => return at + 2,
        " " if is_unspaced(strict, at) => return at + 1,
        _ => {}
    }
    match piece {
        " " => loose.push_space(place),
        _ => loose.push(piece, place),
    }
    at + 1
}

/// Adds the folded form of a character that stands for these pieces.
fn add<'a>(character: char, strict: &Folded<'a>, pieces: Range<usize>, loose: &mut Folded<'a>) {
    let place = strict.place(pieces);
    if character.is_whitespace() {
        return loose.push_space(place);
    }
    let mut buffer = [0; 4];
    let character = Folded::new(character.encode_utf8(&mut buffer));
    loose.push(character.folded(0..character.len()), place);
}

/// Returns the character of the HTML entity that starts here, and the piece after it.
fn entity(strict: &Folded<'_>, at: usize) -> Option<(char, usize)> {
    let end = (at + 1..strict.len().min(at + LONGEST_ENTITY)).find(|&end| strict.piece(end) == ";")?;
    let character = match strict.folded(at + 1..end) {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}

/// Returns what a letter after a backslash stands for, as in JSON.
fn escaped(letter: &str) -> Option<char> {
    match letter {
        "n" | "r" => Some('\n'),
        "t" => Some('\t'),
        "\"" => Some('"'),
        "'" => Some('\''),
        "\\" => Some('\\'),
        _ => None,
    }
}

/// Returns whether this mark multiplies or joins numbers.
fn between_digits(strict: &Folded<'_>, at: usize) -> bool {
    let is_digit = |at: usize| class(strict, at) == Class::Digit;
    at.checked_sub(1).is_some_and(is_digit) && is_digit(at + 1)
}

/// Returns whether this hyphen only says that a word goes on in the next line.
fn breaks_word(strict: &Folded<'_>, at: usize) -> bool {
    let is_letter = |at: usize| class(strict, at) == Class::Letter;
    at.checked_sub(1).is_some_and(is_letter)
        && strict.written(at + 1..at + 2).contains('\n')
        && is_letter(at + 2)
}

/// Returns whether this white space stands beside a script that has none between its words.
fn is_unspaced(strict: &Folded<'_>, at: usize) -> bool {
    let is_unspaced = |at: usize| class(strict, at) == Class::Unspaced;
    at.checked_sub(1).is_some_and(is_unspaced) || is_unspaced(at + 1)
}
