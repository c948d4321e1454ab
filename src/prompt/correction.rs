//! A further question after an answer of no use: the conversation, that answer, what is wrong with it, what is expected.

use serde_json::Value;

use crate::label::control::Label;
use crate::llm::chat::{ChatRequest, Message, Part, Role};

/// Most characters of a bad answer that are sent back: a model that ran on without end must not be paid for twice.
const LONGEST: usize = 4_000;

/// Most labels that are named once more; the first question has them all.
const MOST_LABELS: usize = 50;

/// An answer that could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadAnswer<'a> {
    pub text: &'a str,
    /// What is wrong with it, in words.
    pub wrong: &'a str,
}

/// Returns the messages that ask again; `labels` are those a plain text may be, if it is to be one of some.
///
/// An empty answer is left out, for many servers refuse an empty message, or two of the same side in a row.
pub fn corrected(request: &ChatRequest, answer: BadAnswer<'_>, labels: &[Label]) -> Vec<Message> {
    let mut messages = request.messages.clone();
    let words = format!("That answer cannot be used: {}. {}", answer.wrong, expected(request, labels));
    let text = answer.text.trim();
    if text.is_empty() {
        let words = format!("The last answer was empty. {}", expected(request, labels));
        match messages.iter_mut().rfind(|message| message.role == Role::User) {
            Some(last) => append(last, &words),
            None => messages.push(Message::text(Role::User, words)),
        }
        return messages;
    }
    messages.push(Message::text(Role::Assistant, shortened(text)));
    messages.push(Message::text(Role::User, words));
    messages
}

/// Says what an answer must be.
fn expected(request: &ChatRequest, labels: &[Label]) -> String {
    let Some(schema) = &request.schema else {
        let names: Vec<String> = labels.iter().map(|label| format!("`{}`", label.value)).collect();
        return match names.len() {
            0 | MOST_LABELS.. => "Answer the question again, with nothing but the answer.".to_owned(),
            _ => format!("Answer the question again, with nothing but one of these: {}.", names.join(", ")),
        };
    };
    let keys = schema["properties"].as_object().into_iter().flatten();
    let keys: Vec<String> = keys.map(|(key, part)| format!("`{key}`{}", choices(part))).collect();
    let with = if keys.is_empty() { String::new() } else { format!(" with {}", keys.join(", ")) };
    format!(
        "Answer the question again with one JSON object{with} that fits the schema, and with nothing else."
    )
}

/// Names the values that a key may have, where they are few.
fn choices(schema: &Value) -> String {
    let values = schema["enum"].as_array().or_else(|| schema["items"]["enum"].as_array());
    match values {
        Some(values) if values.len() <= MOST_LABELS => {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            format!(" (of {})", values.join(", "))
        }
        _ => String::new(),
    }
}

fn append(message: &mut Message, words: &str) {
    match message.parts.last_mut() {
        Some(Part::Text(text)) => {
            text.push_str("\n\n");
            text.push_str(words);
        }
        _ => message.parts.push(Part::Text(words.to_owned())),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::chat::{Image, Parameters};
    use crate::prompt::fake::control;

    fn request(schema: Option<Value>) -> ChatRequest {
        let messages = vec![Message::text(Role::System, "s"), Message::text(Role::User, "Mood?")];
        ChatRequest { model: "m".to_owned(), messages, schema, parameters: Parameters::default() }
    }

    fn schema() -> Value {
        json!({"properties": {
            "mood": {"type": "string", "enum": ["good", "bad"]},
            "tags": {"type": "array", "items": {"enum": ["x"]}},
            "why": {"type": "string"},
        }})
    }

    /// Expects what comes after the first two messages, or what the second one is where nothing does.
    fn check(schema: Option<Value>, (text, wrong): (&str, &str), expect: &[&str]) {
        let labels = control("choices", "mood", &["good=a hint", "bad"]);
        let labels = labels.labels(&crate::prompt::fake::task(json!({})));
        let messages = corrected(&request(schema), BadAnswer { text, wrong }, &labels);
        let new = if messages.len() == 2 { &messages[1..] } else { &messages[2..] };
        let shown: Vec<String> = new
            .iter()
            .map(|message| match &message.parts[..] {
                [Part::Text(text)] => format!("{}: {text}", message.role.name()),
                parts => panic!("{parts:?}"),
            })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn a_bad_answer_is_quoted_with_what_is_wrong_and_what_is_expected() {
        let expected = "Answer the question again with one JSON object with `mood` (of \"good\", \"bad\"), `tags` (of \"x\"), \
                        `why` that fits the schema, and with nothing else.";
        let wrong = "`mood`: no such label: `fine`";
        check(
            Some(schema()),
            (" {\"mood\": \"fine\"}\n", wrong),
            &[
                "assistant: {\"mood\": \"fine\"}",
                &format!("user: That answer cannot be used: {wrong}. {expected}"),
            ],
        );
        check(
            Some(schema()),
            ("\n", "the reply is empty"),
            &[&format!("user: Mood?\n\nThe last answer was empty. {expected}")],
        );
        check(
            Some(json!({"type": "object"})),
            ("x", "w"),
            &[
                "assistant: x",
                "user: That answer cannot be used: w. Answer the question again with one JSON object that fits the \
                 schema, and with nothing else.",
            ],
        );
    }

    #[test]
    fn a_plain_text_is_told_the_labels() {
        let expected = "Answer the question again, with nothing but one of these: `good`, `bad`.";
        check(
            None,
            ("Fine.", "w"),
            &["assistant: Fine.", &format!("user: That answer cannot be used: w. {expected}")],
        );
        let messages = corrected(&request(None), BadAnswer { text: "", wrong: "" }, &[]);
        let expected = "Answer the question again, with nothing but the answer.";
        let last = format!("Mood?\n\nThe last answer was empty. {expected}");
        assert_eq!(messages[1], Message::text(Role::User, last));
    }

    #[test]
    fn what_runs_on_without_end_is_cut() {
        let text = "é".repeat(LONGEST + 1);
        let messages = corrected(&request(None), BadAnswer { text: &text, wrong: "w" }, &[]);
        let cut = format!("{}…", "é".repeat(LONGEST));
        assert_eq!(messages[2], Message::text(Role::Assistant, cut));
    }

    #[test]
    fn words_after_an_image_are_a_part_of_their_own() {
        let image = Part::Image(Image::Url("https://host/i.png".to_owned()));
        let mut request = request(None);
        request.messages = vec![Message { role: Role::User, parts: vec![image] }];
        let messages = corrected(&request, BadAnswer { text: "", wrong: "" }, &[]);
        assert_eq!((messages.len(), messages[0].parts.len()), (1, 2));
    }
}
