//! Where words begin and end: a quote that is only part of a word is another word.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::fold::Folded;

/// What a piece does for the borders of words, judged by its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Letter,
    /// A letter of Korean, whose words carry their particles with them.
    Hangul,
    /// A letter of a script that writes words without anything between them.
    Unspaced,
    Digit,
    Other,
}

/// What a particle of Korean stands behind.
#[derive(Clone, Copy)]
enum Behind {
    Anything,
    Consonant,
    Vowel,
    /// And behind the consonant ㄹ.
    VowelOrL,
}

/// What Korean words end in without its being part of them, longest first.
const PARTICLES: &[(&str, Behind)] = &[
    ("에게서", Behind::Anything),
    ("으로", Behind::Consonant),
    ("이라", Behind::Consonant),
    ("이나", Behind::Consonant),
    ("이랑", Behind::Consonant),
    ("이다", Behind::Consonant),
    ("입니다", Behind::Anything),
    ("에서", Behind::Anything),
    ("에게", Behind::Anything),
    ("께서", Behind::Anything),
    ("한테", Behind::Anything),
    ("까지", Behind::Anything),
    ("부터", Behind::Anything),
    ("처럼", Behind::Anything),
    ("보다", Behind::Anything),
    ("마다", Behind::Anything),
    ("조차", Behind::Anything),
    ("마저", Behind::Anything),
    ("의", Behind::Anything),
    ("에", Behind::Anything),
    ("도", Behind::Anything),
    ("만", Behind::Anything),
    ("은", Behind::Consonant),
    ("이", Behind::Consonant),
    ("을", Behind::Consonant),
    ("과", Behind::Consonant),
    ("는", Behind::Vowel),
    ("가", Behind::Vowel),
    ("를", Behind::Vowel),
    ("와", Behind::Vowel),
    ("랑", Behind::Vowel),
    ("로", Behind::VowelOrL),
];

/// Returns what a piece is for the borders of words; [`Class::Other`] past the end.
pub(super) fn class(text: &Folded<'_>, at: usize) -> Class {
    text.base(at).map_or(Class::Other, class_of)
}

/// Returns what a character is for the borders of words.
pub(super) fn class_of(character: char) -> Class {
    match character {
        letter if is_unspaced(letter) => Class::Unspaced,
        letter if is_hangul(letter) => Class::Hangul,
        digit if digit.is_numeric() => Class::Digit,
        letter if letter.is_alphabetic() => Class::Letter,
        _ => Class::Other,
    }
}

/// Returns whether pieces begin where a word does and end where a word does.
pub(super) fn are_whole(text: &Folded<'_>, pieces: &Range<usize>) -> bool {
    let begins = !is_inside(text, pieces.start) || is_before_unit(text, pieces.start);
    let ends =
        !is_inside(text, pieces.end) || is_before_unit(text, pieces.end) || is_before_particles(text, pieces);
    begins && ends
}

/// Returns whether a word or a number goes on from the piece before to this one.
pub(super) fn is_inside(text: &Folded<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let beyond = |offset: usize| before.checked_sub(offset).map_or(Class::Other, |at| class(text, at));
    match (class(text, before), class(text, at)) {
        (Class::Unspaced, _) | (_, Class::Unspaced) | (Class::Other, Class::Other) => false,
        (Class::Digit, Class::Other) => {
            joins_digits(text, at) && class(text, at + 1) == Class::Digit || joins_words(text, at)
        }
        (Class::Other, Class::Digit) => {
            joins_digits(text, before) && beyond(1) == Class::Digit || joins_words(text, before)
        }
        (_, Class::Other) => joins_words(text, at) || negates(text, at),
        (Class::Other, _) => joins_words(text, before) || negates(text, before),
        _ => true,
    }
}

/// Returns whether a piece belongs to the number around it: 5 is not in 2.5, nor 250 in 1 250.
fn joins_digits(text: &Folded<'_>, at: usize) -> bool {
    match text.piece(at) {
        "." | "," | "'" | "٫" | "٬" => true,
        " " => matches!(text.written(at..at + 1), "\u{A0}" | "\u{202F}" | "\u{2009}"),
        _ => false,
    }
}

/// Returns whether a piece is an underscore between letters or digits.
fn joins_words(text: &Folded<'_>, at: usize) -> bool {
    let is_word = |at: usize| class(text, at) != Class::Other;
    text.piece(at) == "_" && at.checked_sub(1).is_some_and(is_word) && is_word(at + 1)
}

/// Returns whether this is the apostrophe of `n't`: `can` is not in `can't`.
fn negates(text: &Folded<'_>, at: usize) -> bool {
    let is_letter = |at: usize| class(text, at) == Class::Letter;
    text.piece(at) == "'"
        && at.checked_sub(1).is_some_and(|before| text.piece(before) == "n")
        && text.piece(at + 1) == "t"
        && !is_letter(at + 2)
}

/// Returns whether a unit starts here, right behind its number, as in `$5m`, `10km` and `20th`.
fn is_before_unit(text: &Folded<'_>, at: usize) -> bool {
    /// More digits are no number, and more letters no unit; looking at all of them could take hours.
    const LONGEST: usize = 40;
    let is_letter = |at: &usize| matches!(class(text, *at), Class::Letter | Class::Hangul);
    let digits =
        (0..at).rev().take(LONGEST).take_while(|&before| class(text, before) == Class::Digit).count();
    let letters = (at..text.len()).take(LONGEST).take_while(is_letter).count();
    let is_number = (at - digits).checked_sub(1).is_none_or(|before| !is_word(text, before));
    digits != 0 && letters != 0 && is_number && !is_word(text, at + letters)
}

/// Returns whether nothing but particles follows up to the end of a Korean word.
///
/// They agree with the sound before them, which tells 예술이 (art, as a subject) from 예술가 (an artist).
fn is_before_particles(text: &Folded<'_>, pieces: &Range<usize>) -> bool {
    /// Longer endings, in syllables, are other words.
    const LONGEST: usize = 6;
    let at = pieces.end;
    let syllables = (at..text.len()).take(LONGEST).take_while(|&at| class(text, at) == Class::Hangul).count();
    let ending: String = text.written(at..at + syllables).nfc().collect();
    let mut before = text.written(at.saturating_sub(1)..at).nfc().last();
    let mut rest = ending.as_str();
    while let Some(shorter) = PARTICLES.iter().find_map(|&(particle, behind)| {
        rest.strip_prefix(particle).filter(|_| before.is_none_or(|before| agrees(behind, before)))
    }) {
        before = ending[..ending.len() - shorter.len()].chars().last();
        rest = shorter;
    }
    // One syllable and a particle are too often another word: 도로 is a road, and no province.
    1 < pieces.len() && rest.len() < ending.len() && rest.is_empty() && !is_word(text, at + syllables)
}

/// Returns whether a particle can stand behind this syllable; behind what is no syllable any can.
fn agrees(behind: Behind, syllable: char) -> bool {
    /// How many syllables share their first two sounds: one for each last consonant, the first without any.
    const LAST_CONSONANTS: u32 = 28;
    /// Which of them end in ㄹ.
    const L: u32 = 8;
    if !matches!(syllable, '가'..='힣') {
        return true;
    }
    let last = (u32::from(syllable) - u32::from('가')) % LAST_CONSONANTS;
    match behind {
        Behind::Anything => true,
        Behind::Consonant => last != 0,
        Behind::Vowel => last == 0,
        Behind::VowelOrL => last == 0 || last == L,
    }
}

/// Returns whether a piece is a letter or digit of a script that writes its words apart.
fn is_word(text: &Folded<'_>, at: usize) -> bool {
    matches!(class(text, at), Class::Letter | Class::Hangul | Class::Digit)
}

fn is_hangul(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}')
}

/// Returns whether a letter is of Thai, Lao, Tibetan, Burmese, Khmer, Chinese or Japanese.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{E00}'..='\u{E4F}' | '\u{E5A}'..='\u{ECF}' | '\u{EDA}'..='\u{EFF}' | '\u{F00}'..='\u{F1F}' | '\u{F34}'..='\u{FFF}'
        | '\u{1000}'..='\u{103F}' | '\u{104A}'..='\u{109F}' | '\u{1780}'..='\u{17DF}' | '\u{1A20}'..='\u{1A7F}'
        | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{3035}'
        | '\u{3041}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{A9E0}'..='\u{A9EF}' | '\u{A9FA}'..='\u{A9FE}' | '\u{AA60}'..='\u{AADF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{1B000}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}')
}
