//! The words of a text, with what stands between them.

use super::clean;

/// What ends a word beside white space, unless digits stand on both sides of it.
const SEPARATORS: [char; 8] = [',', ':', ';', '|', '=', '>', '<', '→'];

/// A word of a text with what stood around it.
#[derive(Debug)]
pub(super) struct Word {
    /// Folded, without punctuation around it; empty for punctuation alone.
    pub(super) text: String,
    pub(super) before: String,
    /// Ends with a line feed where a line ends, with two before an empty line.
    pub(super) after: String,
    /// Whether a hyphen without spaces stands before it: `spam` in `anti-spam`.
    pub(super) is_joined: bool,
    /// The label that the word is, where labels were told apart.
    pub(super) label: Option<usize>,
}

impl Word {
    /// Returns whether a clause ends here, as at a comma, a colon, a dash or a bracket.
    pub(super) fn ends_clause(&self) -> bool {
        let is_dash = self.text.is_empty() && self.after.starts_with('-');
        is_dash
            || self.ends_sentence()
            || self.after.contains([',', ':', '(', ')', '|', '\n', '—', '–', '=', '→', '>'])
    }

    /// Returns whether a sentence ends here; the end of a line alone may be in the middle of one.
    pub(super) fn ends_sentence(&self) -> bool {
        // A letter before a bracket numbers what follows: `B) the second one`.
        let is_number = || {
            self.after.starts_with(')')
                && self.before.is_empty()
                && (self.label.is_some() || self.text.chars().count() == 1)
        };
        self.after.contains(['.', '!', '?', ';', '。', '؟', '…'])
            || self.after.ends_with("\n\n")
            || is_number()
    }
}

/// Returns the words of a text in their order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for line in text.lines() {
        let line = without_heading(line);
        let line = spaced(&clean::fold(line).replace('—', "— ").replace('–', "– ").replace('/', " "));
        if let Some(last) = words.last_mut()
            && !last.after.ends_with("\n\n")
        {
            last.after.push('\n');
        }
        for token in line.split_whitespace() {
            if let Some(last) = words.last_mut()
                && token.starts_with(['(', '['])
                && !last.after.ends_with('\n')
            {
                last.after.push('(');
            }
            let parts = token.split_inclusive(['-', '_']).enumerate();
            words.extend(parts.map(|(at, part)| word(part, token, at)));
        }
    }
    words
}

/// Returns the words of a name.
pub(super) fn plain_words(name: &str) -> Vec<String> {
    words(name).into_iter().map(|word| word.text).collect()
}

/// Takes the marks of a Markdown heading off a line.
fn without_heading(line: &str) -> &str {
    let rest = line.trim_start().trim_start_matches('#');
    if rest.starts_with(' ') { rest } else { line }
}

/// Puts a space behind what separates words.
fn spaced(line: &str) -> String {
    let mut spaced = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    let mut previous = ' ';
    while let Some(letter) = letters.next() {
        spaced.push(letter);
        let in_number = previous.is_ascii_digit() && letters.peek().is_some_and(char::is_ascii_digit);
        if SEPARATORS.contains(&letter) && !in_number {
            spaced.push(' ');
        }
        previous = letter;
    }
    spaced
}

/// Makes a word of a part of a token; `at` counts the parts before it.
fn word(part: &str, token: &str, at: usize) -> Word {
    let is_edge = |letter: char| !(letter.is_alphanumeric() || matches!(letter, '+' | '#' | '%' | '&' | '$'));
    let start = part.find(|letter| !is_edge(letter)).unwrap_or(part.len());
    let end = part.trim_end_matches(is_edge).len().max(start);
    let offset = part.as_ptr().addr() - token.as_ptr().addr();
    let lead = &token[..offset];
    // A bullet without a space joins nothing, but the sign of a number does.
    let is_compound =
        lead.contains(char::is_alphanumeric) || part.starts_with(|letter: char| letter.is_ascii_digit());
    let is_joined = 0 < at && lead.ends_with('-') && is_compound;
    // Punctuation alone stands behind what was before it.
    let start_of_after = if start == end { 0 } else { end };
    Word {
        text: part[start..end].to_owned(),
        before: part[..start.min(start_of_after)].to_owned(),
        after: part[start_of_after..].to_owned(),
        is_joined,
        label: None,
    }
}
