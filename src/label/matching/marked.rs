//! Answers that a reply marks as such: `<answer>x</answer>` and `\boxed{x}`.

use super::lexicon;

/// Names of elements that hold an answer.
const ELEMENTS: [&str; 9] =
    ["answer", "final_answer", "label", "labels", "category", "class", "classification", "output", "result"];

/// Commands that only dress what stands in their braces.
const DRESSES: [&str; 5] = ["\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", "\\texttt{"];

const BOX: &str = "\\boxed{";

/// Returns what stands in the elements or boxes that hold answers, in the order of the text.
///
/// An element of any name counts where the whole text is one.
pub(super) fn answers(text: &str) -> Vec<&str> {
    let mut answers: Vec<&str> = ELEMENTS.iter().flat_map(|name| elements(text, name)).collect();
    if answers.is_empty() {
        answers.extend(boxes(text));
    }
    if answers.is_empty() {
        answers.extend(whole(text));
    }
    answers
}

/// Returns what leads to the first of these answers, which stand in the text.
pub(super) fn lead<'a>(text: &'a str, answers: &[&str]) -> &'a str {
    let starts = answers.iter().map(|answer| answer.as_ptr().addr() - text.as_ptr().addr());
    let before = &text[..starts.min().unwrap_or_default()];
    let mark = before.rfind('<').max(before.rfind(BOX));
    &before[..mark.unwrap_or_default()]
}

fn elements<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    // ASCII case keeps the places of all characters.
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = lower[at..].find(&open).map(|start| at + start + open.len()) {
        let Some(end) = lower[start..].find(&close).map(|end| start + end) else { break };
        found.push(text[start..end].trim());
        at = end + close.len();
    }
    found
}

fn boxes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(BOX).map(|(start, _)| {
        let mut inside = braced(&text[start + BOX.len()..]);
        while let Some(dressed) = DRESSES.iter().find_map(|dress| inside.trim().strip_prefix(dress)) {
            inside = braced(dressed);
        }
        inside.trim()
    })
}

/// Returns a text up to the brace that closes it, or all of it.
fn braced(text: &str) -> &str {
    let mut depth = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

fn whole(text: &str) -> Option<&str> {
    let (name, rest) = text.trim().strip_prefix('<')?.split_once('>')?;
    let is_name =
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    // These strike out what they hold.
    if !is_name || matches!(name, "s" | "del" | "strike") || lexicon::is_refusal(name) {
        return None;
    }
    let inside = rest.strip_suffix('>')?.strip_suffix(name)?.strip_suffix("</")?;
    (!inside.contains('<')).then_some(inside.trim())
}
