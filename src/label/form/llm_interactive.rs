//! Reads replies as Label Studio's `llm_interactive` example does, for people who move over from it: every line is the label
//! most like it, however unlike.
//!
//! See `label_studio_ml/examples/llm_interactive/model.py` of <https://github.com/HumanSignal/label-studio-ml-backend>.

use std::sync::Arc;

use serde_json::json;

use super::{Filled, Form};
use crate::label::config::ConfigError;
use crate::label::control::{Draft, Head, Scope};
use crate::label::matching::difflib;
use crate::label::prediction::Unfilled;
use crate::label::task::Task;
use crate::label::text;

/// What ends a line for Python's `str.splitlines`, besides `\r\n`.
const LINE_ENDS: &[char] =
    &['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];

impl Form {
    /// Returns the form that the example fills: the first `Choices` and the first `TextArea` on the object whose `TextArea`
    /// holds the prompt, or else on the first that is labeled; nothing else.
    pub(super) fn of_llm_interactive(mut self) -> Result<Self, ConfigError> {
        if let Some(prompt) = &self.prompt {
            self.input = Arc::clone(&prompt.head().object);
        }
        let first = |kind: &str| {
            let is_first = |head: &Head| {
                head.kind == kind && head.to_name == self.input.name() && head.scope == Scope::Task
            };
            self.controls.iter().find(|control| is_first(control.head())).cloned()
        };
        let (choices, response) = (first("choices"), first("textarea"));
        self.controls = choices.iter().chain(&response).cloned().collect();
        self.relations = None;
        self.choices = choices.map(|_| 0);
        self.response = response.map(|_| self.controls.len() - 1);
        if self.controls.is_empty() {
            return Err(ConfigError::Choice(format!(
                "`--profile llm-interactive` fills a `Choices` and a `TextArea` that label `{}`, and it has neither; \
                 leave the profile out to fill other tags",
                self.input.name()
            )));
        }
        Ok(self)
    }

    /// Reads all replies to one request, of which there is at least one: the labels of the first, the texts of all.
    pub fn read_llm_interactive(&self, replies: &[String], task: &Task) -> Filled {
        let mut filled = Filled::default();
        if let Some(at) = self.choices {
            let control = &self.controls[at];
            let labels: Vec<String> =
                control.labels(task).into_iter().map(|label| label.alias.unwrap_or(label.value)).collect();
            match chosen(&replies[0], &labels) {
                Some(labels) => filled.drafts.push((at, Draft::new(json!({"choices": labels})))),
                None => filled.unfilled.push(Unfilled {
                    control: control.head().name.clone(),
                    reason: "the task gives no labels to choose from".to_owned(),
                }),
            }
        }
        if let Some(at) = self.response {
            let texts: Vec<String> = replies.iter().map(|reply| text::clean(reply)).collect();
            filled.drafts.push((at, Draft::new(json!({"text": texts}))));
        }
        filled
    }
}

/// Returns the label most like each line, doubled ones as well; `None` where there are no labels.
fn chosen(reply: &str, labels: &[String]) -> Option<Vec<String>> {
    lines(reply).into_iter().map(|line| Some(labels[difflib::most_alike(line, labels)?].clone())).collect()
}

/// Splits a text as Python's `str.splitlines` does: the last line needs no end, and an empty text has no line.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(LINE_ENDS).unwrap_or(rest.len());
        lines.push(&rest[..end]);
        let after = &rest[end..];
        let break_length =
            if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        rest = &after[break_length..];
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::form::{Profile, Wanted};
    use crate::label::task::TaskId;

    const CONFIG: &str = r#"<View><Text name="t" value="$text"/><Text name="other" value="$text"/>
        <Choices name="elsewhere" toName="other"><Choice value="x"/></Choices><Rating name="stars" toName="t"/>
        <TextArea name="my_prompt" toName="t"/><TextArea name="prompt" toName="t"/><TextArea name="reply" toName="t"/>
        <Choices name="topic" toName="t"><Choice value="sports"/><Choice value="politics"/>
        <Choice value="technology" alias="tech"/></Choices></View>"#;

    fn form() -> Form {
        Form::new(&LabelConfig::parse(CONFIG).expect("a config"), &wanted()).expect("a form")
    }

    fn wanted() -> Wanted {
        Wanted { prompt_prefix: "prompt".to_owned(), profile: Profile::LlmInteractive, ..Wanted::default() }
    }

    /// Expects the labels and the texts.
    #[track_caller]
    fn check(replies: &[&str], labels: &[&str], texts: &[&str]) {
        let task =
            Task { id: TaskId::Row(1), data: Map::new(), annotations: Vec::new(), predictions: Vec::new() };
        let replies: Vec<String> = replies.iter().map(|&reply| reply.to_owned()).collect();
        let filled = form().read_llm_interactive(&replies, &task);
        let values: Vec<Value> = filled.drafts.into_iter().map(|(_, draft)| draft.value).collect();
        assert_eq!(values, [json!({"choices": labels}), json!({"text": texts})]);
        assert_eq!(filled.unfilled, []);
    }

    #[test]
    fn every_line_is_the_label_most_like_it() {
        check(&["politics"], &["politics"], &["politics"]);
        check(&["tech\n\nsport"], &["tech", "sports", "sports"], &["tech\n\nsport"]);
        check(&["I cannot help with that."], &["politics"], &["I cannot help with that."]);
        check(&["sports", "politics"], &["sports"], &["sports", "politics"]);
        check(&["TECH\r\nsports\n"], &["sports", "sports"], &["TECH\r\nsports\n"]);
    }

    #[test]
    fn only_two_controls_on_the_object_of_the_prompt_are_filled() {
        let form = form();
        let names: Vec<&str> = form.controls.iter().map(|control| control.head().name.as_str()).collect();
        assert_eq!((names, form.choices, form.response), (vec!["topic", "my_prompt"], Some(0), Some(1)));
        assert_eq!(form.input.name(), "t");
    }

    #[test]
    fn a_config_without_them_is_an_error_that_says_so() {
        let config = "<View><Text name='t' value='$text'/><Rating name='stars' toName='t'/></View>";
        let error = Form::new(&LabelConfig::parse(config).expect("a config"), &wanted())
            .expect_err("nothing to fill")
            .to_string();
        assert!(error.contains("label `t`, and it has neither"), "{error}");
    }

    #[test]
    fn lines_end_where_python_ends_them() {
        let check = |text: &str, expect: &[&str]| assert_eq!(lines(text), expect, "{text:?}");
        check("", &[]);
        check("a", &["a"]);
        check("a\n", &["a"]);
        check("\n", &[""]);
        check("a\r\nb\rc\u{b}d\u{2028}e\u{85}", &["a", "b", "c", "d", "e"]);
        check("a\n\nb", &["a", "", "b"]);
    }
}
