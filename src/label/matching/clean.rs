//! What models put around a label, and how to take it off.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::label::thinking::Spoken;

/// What stands around a label without being part of it.
pub(super) const EMPHASIS: &[char] = &['*', '_', '`'];

const QUOTES: &[char] =
    &['"', '\'', '“', '”', '„', '‘', '’', '‚', '«', '»', '‹', '›', '「', '」', '『', '』', '＂'];

const ENDINGS: &[char] = &['.', ',', ';', ':', '!', '。', '，', '、', '！', '；', '：', '،', '؛', '।'];

const BRACKETS: &[(char, char)] = &[
    ('[', ']'),
    ('(', ')'),
    ('<', '>'),
    ('（', '）'),
    ('【', '】'),
    ('《', '》'),
    ('〈', '〉'),
    ('〔', '〕'),
];

/// What stands before an option that was not ticked.
const UNTICKED: &[&str] = &["[ ]", "☐", "❌", "✗", "✘"];

const BULLETS: &[&str] = &["- ", "* ", "+ ", "• ", "– ", "— ", "> ", "→ ", "[x] ", "[X] ", "✓ ", "✅ "];

/// Languages that models name behind the opening mark of a fence.
const LANGUAGES: &str = "csv html json jsonc markdown md none plain plaintext python text txt xml yaml";

/// Where a turn of a chat ends, in the templates of several families of models.
const TURN_ENDS: &[&str] = &[
    "<|im_end|>",
    "<|im_start|>",
    "<|end|>",
    "<|return|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|eot|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|end_of_solution|>",
    "<|END_RESPONSE|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|user|>",
    "<|start_header_id|>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<eos>",
    "<｜end▁of▁sentence｜>",
    "[INST]",
    "[/INST]",
];

/// Where one begins.
const TURN_STARTS: &[&str] = &[
    "<|im_start|>assistant",
    "<|im_start|>",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<|assistant|>",
    "<|start|>assistant",
    "<|channel|>final",
    "<|message|>",
    "<|begin_of_solution|>",
    "<|START_RESPONSE|>",
    "<start_of_turn>model",
    "<bos>",
    "<s>",
    "[/INST]",
];

/// Returns what a reply says: without thoughts, marks of a chat template, fences' marks, options that were not ticked
/// and invisible characters.
pub(super) fn reply(reply: &str) -> String {
    let spoken = Spoken::new(reply).into_plain_text();
    let visible = visible(turn(&spoken));
    let is_fence = |line: &&str| {
        let language = line.trim().strip_prefix("```").map(str::to_lowercase);
        language.is_some_and(|language| {
            let mut languages = LANGUAGES.split(' ');
            language.is_empty() || languages.any(|known| known == language)
        })
    };
    let is_unticked = |line: &&str| UNTICKED.iter().any(|mark| bulletless(line.trim()).starts_with(mark));
    visible.lines().filter(|line| !is_fence(line) && !is_unticked(line)).collect::<Vec<_>>().join("\n")
}

/// Returns a line without bullet, numbering, emphasis, quotes and punctuation around it.
pub(super) fn line(text: &str) -> &str {
    layers(text).last().unwrap_or_default()
}

/// Returns a line, then again with each thing around it taken off, one after the other.
pub(super) fn layers(text: &str) -> impl Iterator<Item = &str> {
    const PEELS: &[fn(&str) -> &str] = &[
        |line| line.trim_end_matches(ENDINGS),
        |line| line.trim_matches(QUOTES),
        |line| line.trim_matches(EMPHASIS),
        |line| line.trim_start_matches('#'),
        bulletless,
        unwrapped,
    ];
    std::iter::successors(Some(text.trim()), |line| {
        PEELS.iter().map(|peel| peel(line).trim()).find(|peeled| peeled.len() < line.len())
    })
}

/// Returns the form in which case, width, accents' encoding, invisible characters and white space do not count.
pub(super) fn fold(text: &str) -> String {
    let text: String = visible(text).nfkc().collect();
    // Upper case first: it folds what has no lower-case twin, such as `ß` to `SS`.
    let text: String = text.to_uppercase().to_lowercase().nfkc().collect();
    // The Turkish `İ` leaves its dot behind.
    let text = text.replace(['’', '‘'], "'").replace(['‐', '‑', '−'], "-").replace("i\u{307}", "i");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a folded text without what joins the words of a name: spaces, `_` and `-` between letters.
pub(super) fn squash(folded: &str) -> String {
    let characters: Vec<char> = folded.chars().collect();
    let joins = |at: usize| {
        let is_word = |neighbour: Option<&char>| neighbour.is_some_and(|character| character.is_alphabetic());
        matches!(characters[at], ' ' | '_' | '-')
            && is_word(at.checked_sub(1).and_then(|before| characters.get(before)))
            && is_word(characters.get(at + 1))
    };
    (0..characters.len()).filter(|&at| !joins(at)).map(|at| characters[at]).collect()
}

/// Splits a piece of a list at `and` and `&`.
pub(super) fn split_and(piece: &str) -> impl Iterator<Item = &str> {
    piece.split(" and ").flat_map(|part| part.split(" & ")).map(|part| part.trim().trim_start_matches("and "))
}

/// Returns a text without what takes no room: joiners, marks of writing direction, variation selectors, soft hyphens.
fn visible(text: &str) -> Cow<'_, str> {
    let is_invisible = |character: char| {
        matches!(character, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}')
    };
    if text.contains(is_invisible) { Cow::Owned(text.replace(is_invisible, "")) } else { Cow::Borrowed(text) }
}

/// Returns the first turn of a reply: some models go on and write the next question, too.
fn turn(text: &str) -> &str {
    let mut rest = text.trim();
    while let Some(after) = TURN_STARTS.iter().find_map(|start| rest.strip_prefix(start)) {
        rest = after.trim_start();
    }
    let end = TURN_ENDS.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let turn = rest[..end].trim_end();
    // In the middle it ends what is struck out.
    turn.strip_suffix("</s>").filter(|turn| !turn.contains("<s>")).unwrap_or(turn)
}

/// Takes a bullet or a number off the start of a line.
fn bulletless(line: &str) -> &str {
    let is_digit = |character: char| character.is_ascii_digit();
    for bullet in BULLETS {
        // Before a number it may be a sign.
        if let Some(rest) = line.strip_prefix(bullet)
            && !(bullet.starts_with(['-', '+', '–']) && rest.trim_start().starts_with(is_digit))
        {
            return rest.trim_start();
        }
    }
    let (opening, number) = match line.strip_prefix('(') {
        Some(number) => ("(", number),
        None => ("", line),
    };
    let digits = number.find(|character| !is_digit(character)).unwrap_or(number.len());
    let rest = &number[digits..];
    match (opening, rest.strip_prefix(") "), rest.strip_prefix(". ")) {
        (_, Some(rest), _) | ("", _, Some(rest)) if (1..=3).contains(&digits) => rest.trim_start(),
        _ => line,
    }
}

/// Takes one pair of brackets off a line that stands in them.
fn unwrapped(line: &str) -> &str {
    let is_bracket =
        |character: char| BRACKETS.iter().any(|&(open, close)| character == open || character == close);
    BRACKETS
        .iter()
        .find_map(|&(open, close)| line.strip_prefix(open)?.strip_suffix(close))
        .filter(|inner| !inner.contains(is_bracket))
        .unwrap_or(line)
}
