//! How an answer in JSON is asked for: from a strict schema down to a plain prompt, by what an endpoint takes.

use serde::{Deserialize, Serialize};

use super::chat::{ChatRequest, Message, Part, Role};
use super::refusal;

/// A way to ask for JSON, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// `response_format: json_schema` with `strict: true`.
    Strict,
    /// `response_format: json_schema` without `strict`.
    Schema,
    /// `response_format: json_object`, the schema in the prompt.
    JsonObject,
    /// `response_format: json_object` with a `schema` key.
    JsonObjectSchema,
    /// The schema in the prompt alone.
    Prompt,
}

/// What is known of an endpoint and model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    pub rung: Rung,
    /// The body's name for the token limit, such as `max_completion_tokens`.
    pub token_limit: String,
    /// Whether one request may ask for several responses.
    pub several: bool,
    /// Whether it tells how probable the tokens of an answer are.
    #[serde(default = "is_untold")]
    pub logprobs: bool,
    /// Fields that a dialect adds by itself and the server refuses.
    #[serde(default)]
    pub refused: Vec<String>,
}

/// What is believed where an older version of this program remembered nothing of it: a refusal costs one request.
fn is_untold() -> bool {
    true
}

impl Rung {
    /// All ways, best first.
    pub const ALL: [Self; 5] =
        [Self::Strict, Self::Schema, Self::JsonObject, Self::JsonObjectSchema, Self::Prompt];

    /// Returns the way in words, for `check` and `preview`.
    pub fn about(self) -> &'static str {
        match self {
            Self::Strict => "a strict JSON schema",
            Self::Schema => "a JSON schema",
            Self::JsonObject => "JSON, with the schema in the prompt",
            Self::JsonObjectSchema => "JSON, with the schema beside it",
            Self::Prompt => "the schema in the prompt alone",
        }
    }

    /// Returns the request as it is asked on this rung: with the schema in the prompt where no field carries it.
    ///
    /// Servers refuse `json_object` unless the word JSON is in the messages.
    pub fn phrase(self, request: &ChatRequest) -> ChatRequest {
        let mut request = request.clone();
        let Some(schema) = &request.schema else { return request };
        let order = match self {
            Self::Strict | Self::Schema => return request,
            Self::JsonObject | Self::Prompt => {
                format!(
                    "Answer with one JSON object that fits this JSON schema, and with nothing else:\n{schema}"
                )
            }
            Self::JsonObjectSchema => "Answer with one JSON object and nothing else.".to_owned(),
        };
        match request.messages.iter_mut().rfind(|message| message.role == Role::User) {
            Some(message) => match message.parts.last_mut() {
                Some(Part::Text(text)) => {
                    text.push_str("\n\n");
                    text.push_str(&order);
                }
                _ => message.parts.push(Part::Text(order)),
            },
            None => request.messages.push(Message::text(Role::User, order)),
        }
        request
    }
}

impl Capabilities {
    /// Returns what is left when this part was refused, or `None` when there is no other way; `rungs` are those that the
    /// dialect has, best first, and `added` the fields that nobody asked for.
    ///
    /// Only the two names of the token limit lead to each other for ever; who asks must count.
    pub fn without(&self, part: &refusal::Part, rungs: &[Rung], added: &[&str]) -> Option<Self> {
        let mut less = self.clone();
        match part {
            refusal::Part::Schema | refusal::Part::OwnSchema => {
                less.rung = *rungs.iter().find(|rung| self.rung < **rung)?;
            }
            refusal::Part::TokenLimit => {
                let other = match &*self.token_limit {
                    "max_tokens" => "max_completion_tokens",
                    "max_completion_tokens" => "max_tokens",
                    _ => return None,
                };
                other.clone_into(&mut less.token_limit);
            }
            refusal::Part::Responses if self.several => less.several = false,
            refusal::Part::Field(name) if added.contains(&name.as_str()) && !self.refused.contains(name) => {
                less.refused.push(name.clone());
            }
            refusal::Part::Logprobs if self.logprobs => less.logprobs = false,
            refusal::Part::Responses | refusal::Part::Logprobs | refusal::Part::Field(_) => return None,
        }
        Some(less)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::chat::{Image, Parameters};

    fn request(messages: Vec<Message>) -> ChatRequest {
        let schema = Some(json!({"type": "object"}));
        ChatRequest { model: "m".to_owned(), messages, schema, parameters: Parameters::default() }
    }

    /// Expects the parts of the last message.
    fn check(rung: Rung, parts: Vec<Part>, expect: &[&str]) {
        let request = request(vec![Message { role: Role::User, parts }]);
        let phrased = rung.phrase(&request).messages.pop().unwrap().parts;
        let phrased: Vec<&str> = phrased
            .iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Image(_) => "(image)",
                Part::Document(_) => "(document)",
            })
            .collect();
        assert_eq!(phrased, expect, "{rung:?}");
    }

    #[test]
    fn the_prompt_carries_the_schema_where_no_field_does() {
        let text = || vec![Part::Text("Sarcastic?".to_owned())];
        let order = "Answer with one JSON object that fits this JSON schema, and with nothing else:\n{\"type\":\"object\"}";
        let with_order = format!("Sarcastic?\n\n{order}");
        check(Rung::Strict, text(), &["Sarcastic?"]);
        check(Rung::Schema, text(), &["Sarcastic?"]);
        check(Rung::JsonObject, text(), &[&with_order]);
        check(
            Rung::JsonObjectSchema,
            text(),
            &["Sarcastic?\n\nAnswer with one JSON object and nothing else."],
        );
        check(Rung::Prompt, text(), &[&with_order]);
        let image = vec![Part::Image(Image::Url("http://host/i.png".to_owned()))];
        check(Rung::Prompt, image, &["(image)", order]);
    }

    #[test]
    fn a_request_for_plain_text_stays_as_it_is() {
        let plain = ChatRequest { schema: None, ..request(vec![Message::text(Role::User, "Sarcastic?")]) };
        assert_eq!(Rung::Prompt.phrase(&plain), plain);
    }

    #[test]
    fn the_order_goes_to_the_last_user_and_to_nobody_else() {
        let messages = vec![
            Message::text(Role::System, "s"),
            Message::text(Role::User, "a"),
            Message::text(Role::Assistant, "b"),
        ];
        let phrased = Rung::JsonObjectSchema.phrase(&request(messages));
        let order = Message::text(Role::User, "a\n\nAnswer with one JSON object and nothing else.");
        assert_eq!(phrased.messages[1], order);
        let alone = Rung::JsonObjectSchema.phrase(&request(vec![Message::text(Role::System, "s")]));
        assert_eq!(alone.messages.len(), 2);
    }

    #[test]
    fn every_refusal_leaves_less_until_nothing_is_left() {
        let mut capabilities = Capabilities {
            rung: Rung::Strict,
            token_limit: "max_tokens".to_owned(),
            several: true,
            logprobs: true,
            refused: Vec::new(),
        };
        let mut rungs = Vec::new();
        while let Some(less) = capabilities.without(&refusal::Part::Schema, &Rung::ALL, &[]) {
            rungs.push(less.rung);
            capabilities = less;
        }
        assert_eq!(rungs, Rung::ALL[1..]);
        assert!(Rung::ALL.is_sorted());
        let without = |capabilities: &Capabilities, part| capabilities.without(&part, &Rung::ALL, &["think"]);
        let one = without(&capabilities, refusal::Part::Responses).unwrap();
        assert_eq!((one.several, without(&one, refusal::Part::Responses)), (false, None));
        let other = without(&capabilities, refusal::Part::TokenLimit).unwrap();
        let bare = without(&capabilities, refusal::Part::Logprobs).unwrap();
        assert_eq!((bare.logprobs, without(&bare, refusal::Part::Logprobs)), (false, None));
        assert_eq!(other.token_limit, "max_completion_tokens");
        assert_eq!(without(&capabilities, refusal::Part::Field("seed".to_owned())), None);
        let silent = without(&capabilities, refusal::Part::Field("think".to_owned())).unwrap();
        assert_eq!(silent.refused, ["think"]);
        assert_eq!(without(&silent, refusal::Part::Field("think".to_owned())), None);
    }

    #[test]
    fn rungs_that_a_dialect_has_no_words_for_are_skipped() {
        let check = |rungs: &[Rung], from, expect: Option<Rung>| {
            let capabilities = Capabilities {
                rung: from,
                token_limit: String::new(),
                several: false,
                logprobs: false,
                refused: Vec::new(),
            };
            let next = capabilities.without(&refusal::Part::Schema, rungs, &[]);
            assert_eq!(next.map(|less| less.rung), expect, "{rungs:?} {from:?}");
        };
        let few = [Rung::Strict, Rung::Prompt];
        check(&few, Rung::Strict, Some(Rung::Prompt));
        check(&few, Rung::Prompt, None);
        // As an older version of this program may have remembered it.
        check(&few, Rung::JsonObjectSchema, Some(Rung::Prompt));
    }
}
