//! What reasoning models say to themselves around an answer.

/// The marks between which models think aloud, in lower case: case does not count.
///
/// The later ones are those of Magistral, Kimi, Command, Sky and gpt-oss, whose marks some servers leave out.
const ELEMENTS: [(&str, &str); 10] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
];

/// What closes thoughts whose opening mark was left out.
const BARE_CLOSING: &str = "assistantfinal";

/// A reply, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken<'a> {
    /// What stands outside all thoughts that have an end.
    pub text: String,
    /// What follows, from an opening mark that has no end: thoughts that were cut off, or the name of a tag.
    pub unended: Option<&'a str>,
}

impl<'a> Spoken<'a> {
    /// Takes the thoughts out; a closing mark alone ends thinking that began before the reply, as servers cut it.
    pub fn new(text: &'a str) -> Self {
        let mut spoken = String::new();
        let mut open: Option<Mark> = None;
        let mut end = 0;
        for mark in marks(text) {
            match (open, mark.side) {
                (None, Side::Opening) => {
                    spoken.push_str(&text[end..mark.start]);
                    open = Some(mark);
                }
                (None, Side::Closing) => {
                    spoken.clear();
                    end = mark.end;
                }
                (Some(opening), Side::Closing) if opening.element == mark.element => {
                    open = None;
                    end = mark.end;
                }
                // What stands in thoughts is thought.
                (Some(_), _) => {}
            }
        }
        match open {
            Some(opening) => Self { text: spoken, unended: Some(&text[opening.start..]) },
            None => Self { text: spoken + &text[end..], unended: None },
        }
    }

    /// Returns the answer of a reply in plain text: thoughts that begin it and have no end leave nothing.
    pub fn into_plain_text(self) -> String {
        match self.unended {
            Some(rest) if !self.text.trim().is_empty() => self.text + rest,
            _ => self.text,
        }
    }
}

/// Where thoughts begin or end.
#[derive(Debug, Clone, Copy)]
struct Mark {
    element: usize,
    side: Side,
    /// In bytes of the text.
    start: usize,
    end: usize,
}

/// Which end of thoughts a mark is.
#[derive(Debug, Clone, Copy)]
enum Side {
    Opening,
    Closing,
}

/// Returns the marks of a text in their order.
fn marks(text: &str) -> Vec<Mark> {
    // ASCII case keeps the places of all characters.
    let lower = text.to_ascii_lowercase();
    let mark = |start: usize| {
        let rest = &lower[start..];
        let mark = |element, side, mark: &str| Mark { element, side, start, end: start + mark.len() };
        if !rest.starts_with(BARE_CLOSING) {
            return ELEMENTS.iter().enumerate().find_map(|(element, (open, close))| match rest {
                _ if rest.starts_with(open) => Some(mark(element, Side::Opening, open)),
                _ if rest.starts_with(close) => Some(mark(element, Side::Closing, close)),
                _ => None,
            });
        }
        lower.starts_with("analysis").then(|| mark(ELEMENTS.len(), Side::Closing, BARE_CLOSING))
    };
    lower.match_indices(['<', '[', '◁', 'a']).filter_map(|(start, _)| mark(start)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, spoken: &str, unended: Option<&str>) {
        assert_eq!(Spoken::new(text), Spoken { text: spoken.to_owned(), unended }, "{text}");
    }

    #[test]
    fn thoughts_are_taken_out_wherever_they_stand() {
        check("yes", "yes", None);
        check("<think>no?</think>yes", "yes", None);
        check("y<think>a</think>e<thought>b</thought>s", "yes", None);
        check("<reasoning>a <think> b</reasoning>yes", "yes", None);
        check("no?</think>yes", "yes", None);
        check("no?</thinking>yes<think>no?</think>!", "yes!", None);
        check("a</think>b</think>yes", "yes", None);
        check("", "", None);
        check("<Think>no?</THINK>yes", "yes", None);
        check("[THINK]no?[/THINK]yes", "yes", None);
        check("◁think▷no?◁/think▷yes", "yes", None);
        check(
            "<|channel|>analysis<|message|>no?<|end|><|start|>assistant<|channel|>final<|message|>yes",
            "yes",
            None,
        );
        check("analysisIs it no?assistantfinalyes", "yes", None);
        check("The assistantfinal word", "The assistantfinal word", None);
    }

    #[test]
    fn thoughts_without_an_end_are_told_apart() {
        check("<think>yes", "", Some("<think>yes"));
        check("yes<thinking>no", "yes", Some("<thinking>no"));
        check("yes<think>no</thinking>?", "yes", Some("<think>no</thinking>?"));
    }

    #[test]
    fn in_plain_text_a_mark_in_the_middle_is_only_a_word() {
        let check =
            |text: &str, expect: &str| assert_eq!(Spoken::new(text).into_plain_text(), expect, "{text}");
        check("\n<think>yes", "\n");
        check("Use the <think> tag.", "Use the <think> tag.");
        check("<think>no</think>Use the <think> tag.", "Use the <think> tag.");
    }
}
