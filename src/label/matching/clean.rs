//! What models put around a label, and how to take it off.

use unicode_normalization::UnicodeNormalization;

/// What announces an answer before a colon.
const ANNOUNCEMENTS: &str = "answer,category,categories,choice,choices,class,classes,classification,conclusion,\
                             decision,final answer,final label,label,labels,my answer,output,prediction,response,\
                             result,tag,tags,the answer,the answer is,the category is,the label is,topic,topics,\
                             verdict";

/// What stands around a label without being part of it.
const EMPHASIS: &[char] = &['*', '_', '`', '~'];

const QUOTES: &[char] = &['"', '\'', '“', '”', '„', '‘', '’', '«', '»', '「', '」'];

const ENDINGS: &[char] = &['.', ',', ';', ':', '!', '。', '，'];

/// Returns what stands in the first code fence, where a text is one or holds one; else the text.
pub(super) fn strip_fence(text: &str) -> &str {
    let Some(start) = text.find("```") else { return text };
    let after = &text[start + 3..];
    let Some(end) = after.find("```") else { return text };
    let inner = &after[..end];
    match inner.split_once('\n') {
        // The first line names a language, if it is one word.
        Some((language, body)) if !language.trim().contains(' ') && !body.trim().is_empty() => body,
        _ => inner,
    }
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

/// Returns what a line announces, as in `Label: x`; `None` where it announces nothing.
pub(super) fn announced(text: &str) -> Option<&str> {
    let (head, rest) = line(text).split_once([':', '：'])?;
    let head = fold(head.trim_matches(EMPHASIS));
    ANNOUNCEMENTS.split(',').any(|known| known == head).then(|| line(rest))
}

/// Returns the form in which case, width, accents' encoding and white space do not count.
pub(super) fn fold(text: &str) -> String {
    let text: String = text.nfkc().collect();
    // Upper case first: it folds what has no lower-case twin, such as `ß` to `SS`.
    let text: String = text.to_uppercase().to_lowercase().nfkc().collect();
    let text = text.replace(['’', '‘'], "'");
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

/// Takes a bullet or a number off the start of a line.
fn bulletless(line: &str) -> &str {
    for bullet in ["- ", "* ", "+ ", "• ", "– ", "— ", "> ", "→ "] {
        if let Some(rest) = line.strip_prefix(bullet) {
            return rest.trim_start();
        }
    }
    let digits = line.find(|character: char| !character.is_ascii_digit()).unwrap_or(line.len());
    match (digits, line[digits..].chars().next()) {
        (1..=3, Some('.' | ')')) if line[digits + 1..].starts_with(' ') => line[digits + 2..].trim_start(),
        _ => line,
    }
}

/// Takes one pair of brackets off a line that stands in them.
fn unwrapped(line: &str) -> &str {
    [('[', ']'), ('(', ')'), ('<', '>')]
        .into_iter()
        .find_map(|(open, close)| line.strip_prefix(open)?.strip_suffix(close))
        .filter(|inner| !inner.contains(['[', ']', '(', ')', '<', '>']))
        .unwrap_or(line)
}
