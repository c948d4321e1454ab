//! From a model's responses to what can be read, and from what was read to regions.

use serde_json::{Map, Value, json};

use super::annotator::AnswerMode;
use super::fingerprint::Fingerprint;
use crate::engine::ports::FailureKind;
use crate::label::control::Head;
use crate::label::form::{Filled, Form};
use crate::label::prediction::{Region, Unfilled};
use crate::label::task::Task;
use crate::llm::chat::Response;
use crate::prompt::answer;

/// Responses that can be read, at least one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answers {
    Json(Vec<Value>),
    Text(Vec<String>),
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub kind: FailureKind,
    pub reason: String,
}

impl Answers {
    /// Keeps the good ones of several responses; where none is, the first tells what kind of trouble it is.
    pub(super) fn sift(responses: &[Response], mode: AnswerMode) -> Result<Self, Trouble> {
        let mut troubles = Vec::new();
        let mut texts = Vec::new();
        for response in responses {
            match usable_text(response) {
                Ok(text) => texts.push(text),
                Err(trouble) => troubles.push(trouble),
            }
        }
        let answers = match mode {
            AnswerMode::Text => {
                // NUL would not get past Label Studio's database.
                Self::Text(texts.iter().map(|text| text.replace('\0', "")).collect())
            }
            AnswerMode::Auto | AnswerMode::Schema => {
                let parse = |text: &&str| match answer::parse(text) {
                    Ok(value) => Some(value),
                    Err(error) => {
                        troubles.push(Trouble { kind: FailureKind::Unusable, reason: error.to_string() });
                        None
                    }
                };
                Self::Json(texts.iter().filter_map(parse).collect())
            }
        };
        for trouble in &troubles {
            tracing::debug!(reason = trouble.reason, "a response is of no use");
        }
        if answers.is_empty() { Err(joined(troubles)) } else { Ok(answers) }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Json(values) => values.is_empty(),
            Self::Text(texts) => texts.is_empty(),
        }
    }

    /// Fills the form's controls.
    pub(super) fn fill(&self, form: &Form, task: &Task) -> Filled {
        match self {
            Self::Json(values) => form.read(values, task),
            Self::Text(texts) => form.read_text(texts, task),
        }
    }
}

/// Returns the regions of a prediction, the prompt's last; none where nothing was filled.
pub(super) fn regions(form: &Form, filled: Vec<(usize, Value)>, asked: Asked<'_>) -> Vec<Region> {
    let mut counts = vec![0; form.controls.len()];
    let mut regions: Vec<Region> = Vec::new();
    for (control, value) in filled {
        let head = form.controls[control].head();
        regions.push(region(head, value, asked.fingerprint.region_id(&head.name, counts[control])));
        counts[control] += 1;
    }
    if let Some(prompt) = &form.prompt
        && !regions.is_empty()
    {
        let head = prompt.head();
        let id = asked.fingerprint.region_id(&head.name, 0);
        regions.push(region(head, json!({"text": [asked.prompt]}), id));
    }
    regions
}

/// What stands behind a prediction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub fingerprint: Fingerprint,
    /// The prompt as the user wrote it.
    pub prompt: &'a str,
}

/// Joins the reasons why controls stayed empty, each reason once.
pub(super) fn reasons(unfilled: &[Unfilled]) -> String {
    if unfilled.is_empty() {
        return "the answer fills no control".to_owned();
    }
    let mut grouped: Vec<(&str, Vec<String>)> = Vec::new();
    for Unfilled { control, reason } in unfilled {
        let control = format!("`{control}`");
        match grouped.iter_mut().find(|(known, _)| known == reason) {
            Some((_, controls)) => controls.push(control),
            None => grouped.push((reason, vec![control])),
        }
    }
    let group = |(reason, controls): (&str, Vec<String>)| format!("{}: {reason}", controls.join(", "));
    grouped.into_iter().map(group).collect::<Vec<_>>().join("; ")
}

fn region(head: &Head, value: Value, id: String) -> Region {
    Region {
        id,
        from_name: head.name.clone(),
        to_name: head.to_name.clone(),
        kind: head.kind.to_owned(),
        value,
        score: None,
        extra: Map::new(),
    }
}

fn usable_text(response: &Response) -> Result<&str, Trouble> {
    let (kind, reason) = match response {
        Response::Text(text) if text.trim().is_empty() => {
            (FailureKind::Unusable, "the reply is empty".to_owned())
        }
        Response::Text(text) => return Ok(text),
        Response::Truncated(_) => {
            let reason = "the answer was cut off at the token limit; allow more with `--max-tokens`";
            (FailureKind::Truncated, reason.to_owned())
        }
        Response::Refused(words) if words.trim().is_empty() => {
            (FailureKind::Refused, "the model refused without a word".to_owned())
        }
        Response::Refused(words) => (FailureKind::Refused, format!("the model refused: {}", words.trim())),
    };
    Err(Trouble { kind, reason })
}

fn joined(troubles: Vec<Trouble>) -> Trouble {
    let kind = troubles.first().map_or(FailureKind::Unusable, |trouble| trouble.kind);
    let mut reasons: Vec<String> = Vec::new();
    for trouble in troubles {
        if !reasons.contains(&trouble.reason) {
            reasons.push(trouble.reason);
        }
    }
    if reasons.is_empty() {
        reasons.push("the reply holds no response".to_owned());
    }
    Trouble { kind, reason: reasons.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::chat::{ChatRequest, Parameters};
    use crate::prompt::fake::{control, form};

    fn check(mode: AnswerMode, responses: &[Response], expect: Result<Answers, (FailureKind, &str)>) {
        let expect = expect.map_err(|(kind, reason)| Trouble { kind, reason: reason.to_owned() });
        assert_eq!(Answers::sift(responses, mode), expect);
    }

    fn text(text: &str) -> Response {
        Response::Text(text.to_owned())
    }

    #[test]
    fn good_responses_are_kept_and_bad_ones_left_out() {
        let good = || Ok(Answers::Json(vec![json!({"a": 1})]));
        check(AnswerMode::Auto, &[text("{\"a\": 1}")], good());
        let mixed =
            [Response::Refused("no".to_owned()), text("```\n{\"a\": 1}\n```"), text(""), text("what?")];
        check(AnswerMode::Schema, &mixed, good());
        check(AnswerMode::Text, &[text("a\0b"), text(" ")], Ok(Answers::Text(vec!["ab".to_owned()])));
    }

    #[test]
    fn the_first_trouble_names_the_kind_and_all_give_reasons() {
        let cut = || Response::Truncated("{\"a\": ".to_owned());
        check(
            AnswerMode::Auto,
            &[cut(), cut(), text("hm")],
            Err((
                FailureKind::Truncated,
                "the answer was cut off at the token limit; allow more with `--max-tokens`; expected a JSON object, \
                 found `hm`",
            )),
        );
        check(
            AnswerMode::Text,
            &[Response::Refused(" I cannot. ".to_owned())],
            Err((FailureKind::Refused, "the model refused: I cannot.")),
        );
        check(
            AnswerMode::Text,
            &[Response::Refused(String::new())],
            Err((FailureKind::Refused, "the model refused without a word")),
        );
        check(AnswerMode::Auto, &[text("\n")], Err((FailureKind::Unusable, "the reply is empty")));
        check(AnswerMode::Auto, &[], Err((FailureKind::Unusable, "the reply holds no response")));
    }

    #[test]
    fn regions_have_ids_of_their_control_and_the_prompt_comes_last() {
        let mut form =
            form(vec![control("choices", "mood", &["a"]), control("textarea", "why", &[])], "text");
        form.prompt = Some(control("textarea", "prompt", &[]));
        let request = ChatRequest {
            model: "m".to_owned(),
            messages: Vec::new(),
            schema: None,
            parameters: Parameters::default(),
        };
        let asked = Asked { fingerprint: Fingerprint::new("p", &request, 0), prompt: "{text}?" };
        let values = vec![(1, json!({"text": ["x"]})), (1, json!({"text": ["y"]}))];
        let found = regions(&form, values, asked);
        let shown: Vec<_> =
            found.iter().map(|region| (region.from_name.as_str(), region.value.to_string())).collect();
        assert_eq!(
            shown,
            [
                ("why", r#"{"text":["x"]}"#.to_owned()),
                ("why", r#"{"text":["y"]}"#.to_owned()),
                ("prompt", r#"{"text":["{text}?"]}"#.to_owned())
            ]
        );
        let ids: Vec<_> = found.iter().map(|region| region.id.clone()).collect();
        let expect = [("why", 0), ("why", 1), ("prompt", 0)];
        assert_eq!(ids, expect.map(|(control, index)| asked.fingerprint.region_id(control, index)));
        assert_eq!(found[0].to_name, "input");
        assert_eq!(found[0].kind, "textarea");
        assert_eq!(regions(&form, Vec::new(), asked), []);
    }

    #[test]
    fn controls_with_the_same_reason_stand_together() {
        let unfilled = [("a", "no answer"), ("b", "no such label: `x`"), ("c", "no answer")];
        let unfilled = unfilled
            .map(|(control, reason)| Unfilled { control: control.to_owned(), reason: reason.to_owned() });
        assert_eq!(reasons(&unfilled), "`a`, `c`: no answer; `b`: no such label: `x`");
        assert_eq!(reasons(&[]), "the answer fills no control");
    }
}
