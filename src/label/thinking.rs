//! What reasoning models say to themselves around an answer.

/// Names of the elements in which models think aloud.
const ELEMENTS: [&str; 4] = ["think", "thinking", "thought", "reasoning"];

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
        let mut rest = text;
        loop {
            let (opening, closing) = (first(rest, "<"), first(rest, "</"));
            match (opening, closing) {
                (Some(opening), closing) if closing.is_none_or(|closing| opening < closing) => {
                    let (start, name) = opening;
                    spoken.push_str(&rest[..start]);
                    match rest[start..].split_once(&format!("</{name}>")) {
                        Some((_, after)) => rest = after,
                        None => return Self { text: spoken, unended: Some(&rest[start..]) },
                    }
                }
                (_, Some((end, name))) => {
                    spoken.clear();
                    rest = &rest[end + "</>".len() + name.len()..];
                }
                (_, None) => {
                    spoken.push_str(rest);
                    return Self { text: spoken, unended: None };
                }
            }
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

/// Returns where the first mark of any element stands, and the element's name.
fn first(text: &str, bracket: &str) -> Option<(usize, &'static str)> {
    ELEMENTS.into_iter().filter_map(|name| Some((text.find(&format!("{bracket}{name}>"))?, name))).min()
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
