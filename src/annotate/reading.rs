//! From a model's responses to what can be read, and from what was read to regions.

use serde_json::{Map, Value, json};

use super::annotator::AnswerMode;
use super::fingerprint::Fingerprint;
use crate::engine::ports::FailureKind;
use crate::label::control::{Draft, Head};
use crate::label::form::{Filled, Form, Relation};
use crate::label::prediction::{Region, Unfilled};
use crate::label::task::Task;
use crate::llm::chat::Response;
use crate::prompt::answer;

/// Responses that can be read, at least one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answers {
    Json(Vec<Value>),
    Text(Vec<String>),
    LlmInteractive(Vec<String>),
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub kind: FailureKind,
    pub reason: String,
    /// `None` where nothing helps.
    pub remedy: Option<Remedy>,
}

/// What may help against an answer of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The same question once more.
    Again,
    /// The same with a larger token limit.
    Longer,
    /// To say what is wrong with this answer.
    Correct(String),
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
        // NUL would not get past Label Studio's database.
        let clean = || texts.iter().map(|text| text.replace('\0', "")).collect();
        let answers = match mode {
            AnswerMode::Text => Self::Text(clean()),
            AnswerMode::LlmInteractive => Self::LlmInteractive(clean()),
            AnswerMode::Auto | AnswerMode::Schema => {
                let parse = |text: &&str| match answer::parse(text) {
                    Ok(value) => Some(value),
                    Err(error) => {
                        troubles.push(unusable(error.to_string(), text));
                        None
                    }
                };
                Self::Json(texts.iter().filter_map(parse).collect())
            }
        };
        for trouble in &troubles {
            tracing::debug!(reason = trouble.reason, "a response is of no use");
        }
        if answers.count() == 0 { Err(joined(troubles)) } else { Ok(answers) }
    }

    /// Fills the form's controls, at least one.
    pub(super) fn read(&self, form: &Form, task: &Task) -> Result<Filled, Trouble> {
        let filled = self.fill(form, task);
        if !filled.drafts.is_empty() {
            return Ok(filled);
        }
        let reason = reasons(&filled.unfilled);
        // Answers that are each of use, but differ, are what the model has to say.
        let differ =
            1 < self.count() && (0..self.count()).any(|at| !self.one(at).fill(form, task).drafts.is_empty());
        Err(if differ {
            Trouble { kind: FailureKind::Unusable, reason, remedy: None }
        } else {
            unusable(reason, &self.text(0))
        })
    }

    fn fill(&self, form: &Form, task: &Task) -> Filled {
        match self {
            Self::Json(values) => {
                form.combine(values.iter().map(|value| form.read(value, task)).collect(), task)
            }
            Self::Text(texts) => {
                form.combine(texts.iter().map(|text| form.read_text(text, task)).collect(), task)
            }
            Self::LlmInteractive(texts) => form.read_llm_interactive(texts, task),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Json(values) => values.len(),
            Self::Text(texts) | Self::LlmInteractive(texts) => texts.len(),
        }
    }

    /// Returns one of the answers alone.
    fn one(&self, at: usize) -> Self {
        match self {
            Self::Json(values) => Self::Json(vec![values[at].clone()]),
            Self::Text(texts) => Self::Text(vec![texts[at].clone()]),
            Self::LlmInteractive(texts) => Self::LlmInteractive(vec![texts[at].clone()]),
        }
    }

    /// Returns one of the answers in words.
    fn text(&self, at: usize) -> String {
        match self {
            Self::Json(values) => values[at].to_string(),
            Self::Text(texts) | Self::LlmInteractive(texts) => texts[at].clone(),
        }
    }
}

impl Trouble {
    /// Says how often it was asked, where that was more than once.
    pub(super) fn after(self, questions: usize) -> Self {
        match questions {
            0 | 1 => self,
            many => Self { reason: format!("{} (asked {many} times)", self.reason), ..self },
        }
    }
}

/// Returns the regions of a prediction, the prompt's last; none where nothing was filled.
///
/// The regions of controls that label single regions come right after the region they label and have its id, or the editor
/// takes them for labels of the task.
pub(super) fn regions(form: &Form, filled: Filled, asked: Asked<'_>) -> Vec<Region> {
    let mut counts = vec![0; form.controls.len()];
    let mut regions: Vec<Region> = Vec::new();
    let mut ids = Vec::new();
    for (control, mut draft) in filled.drafts {
        let head = form.controls[control].head();
        let id = asked.fingerprint.region_id(&head.name, counts[control]);
        counts[control] += 1;
        let children = std::mem::take(&mut draft.children);
        regions.push(region(head, draft, id.clone()));
        let child =
            |(control, draft): (usize, Draft)| region(form.controls[control].head(), draft, id.clone());
        regions.extend(children.into_iter().map(child));
        ids.push(id);
    }
    regions.extend(filled.relations.iter().map(|relation| between(relation, &ids)));
    if let Some(prompt) = &form.prompt
        && !regions.is_empty()
    {
        let head = prompt.head();
        let id = asked.fingerprint.region_id(&head.name, 0);
        regions.push(region(head, Draft::new(json!({"text": [asked.prompt]})), id));
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

fn region(head: &Head, draft: Draft, id: String) -> Region {
    Region {
        id,
        from_name: head.name.clone(),
        to_name: head.to_name.clone(),
        kind: head.kind.to_owned(),
        value: draft.value,
        score: draft.score,
        extra: draft.extra,
    }
}

/// Returns a relation as Label Studio stores it: a region without names, id and value.
fn between(relation: &Relation, ids: &[String]) -> Region {
    let Relation { from, to, labels, direction } = relation;
    let mut extra = Map::new();
    extra.insert("from_id".to_owned(), json!(ids[*from]));
    extra.insert("to_id".to_owned(), json!(ids[*to]));
    extra.insert("direction".to_owned(), json!(direction));
    if !labels.is_empty() {
        extra.insert("labels".to_owned(), json!(labels));
    }
    Region {
        id: String::new(),
        from_name: String::new(),
        to_name: String::new(),
        kind: "relation".to_owned(),
        value: Value::Null,
        score: None,
        extra,
    }
}

fn usable_text(response: &Response) -> Result<&str, Trouble> {
    let (kind, reason, remedy) = match response {
        Response::Text(text) if text.trim().is_empty() => {
            return Err(unusable("the reply is empty".to_owned(), ""));
        }
        Response::Text(text) => return Ok(text),
        Response::Truncated(_) => {
            let reason =
                "the answer was cut off at the token limit; allow more with `--max-tokens`".to_owned();
            (FailureKind::Truncated, reason, Remedy::Longer)
        }
        Response::Refused(words) if words.trim().is_empty() => {
            (FailureKind::Refused, "the model refused without a word".to_owned(), Remedy::Again)
        }
        Response::Refused(words) => {
            (FailureKind::Refused, format!("the model refused: {}", words.trim()), Remedy::Again)
        }
    };
    Err(Trouble { kind, reason, remedy: Some(remedy) })
}

fn unusable(reason: String, text: &str) -> Trouble {
    Trouble { kind: FailureKind::Unusable, reason, remedy: Some(Remedy::Correct(text.to_owned())) }
}

/// Joins the reasons; kind and remedy are of the first.
fn joined(mut troubles: Vec<Trouble>) -> Trouble {
    if troubles.is_empty() {
        troubles.push(unusable("the reply holds no response".to_owned(), ""));
    }
    let first = troubles[0].clone();
    let mut reasons: Vec<String> = Vec::new();
    for trouble in troubles {
        if !reasons.contains(&trouble.reason) {
            reasons.push(trouble.reason);
        }
    }
    Trouble { reason: reasons.join("; "), ..first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::chat::{ChatRequest, Parameters};
    use crate::prompt::fake::{control, form};

    fn check(mode: AnswerMode, responses: &[Response], expect: Result<Answers, (FailureKind, &str)>) {
        let found = Answers::sift(responses, mode).map_err(|trouble| (trouble.kind, trouble.reason));
        assert_eq!(found, expect.map_err(|(kind, reason)| (kind, reason.to_owned())));
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
    fn each_trouble_has_its_remedy() {
        let check = |response: Response, expect: Remedy| {
            let found = Answers::sift(&[response], AnswerMode::Auto).unwrap_err();
            assert_eq!(found.remedy, Some(expect));
        };
        check(Response::Refused("no".to_owned()), Remedy::Again);
        check(Response::Truncated("{".to_owned()), Remedy::Longer);
        check(text(" "), Remedy::Correct(String::new()));
        check(text("what?"), Remedy::Correct("what?".to_owned()));
    }

    #[test]
    fn answers_that_differ_are_not_corrected_but_answers_without_a_label_are() {
        let config = r#"<View><Text name="text" value="$text"/><Choices name="mood" toName="text">
            <Choice value="good"/><Choice value="bad"/></Choices></View>"#;
        let config = crate::label::config::LabelConfig::parse(config).unwrap();
        let form = Form::new(&config, &crate::label::form::Wanted::default()).unwrap();
        let check = |moods: &[&str], expect: Option<Remedy>| {
            let answers = Answers::Json(moods.iter().map(|mood| json!({"mood": mood})).collect());
            let found = answers.read(&form, &crate::prompt::fake::task(json!({"text": "x"})));
            assert_eq!(found.unwrap_err().remedy, expect);
        };
        check(&["good", "bad"], None);
        check(&["fine", "dull"], Some(Remedy::Correct(r#"{"mood":"fine"}"#.to_owned())));
        check(&["fine"], Some(Remedy::Correct(r#"{"mood":"fine"}"#.to_owned())));
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
        let drafts = ["x", "y"].map(|text| (1, Draft::new(json!({"text": [text]})))).to_vec();
        let found = regions(&form, Filled { drafts, ..Filled::default() }, asked);
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
        assert_eq!(regions(&form, Filled::default(), asked), []);
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
