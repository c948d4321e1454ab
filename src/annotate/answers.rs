//! The responses of a model that can be read, and what is to be done where none can.

use std::slice;

use serde_json::Value;

use super::annotator::AnswerMode;
use super::score::{Measured, Scoring};
use crate::engine::ports::FailureKind;
use crate::label::control::Draft;
use crate::label::form::{Filled, Form, Readings};
use crate::label::prediction::Unfilled;
use crate::label::task::Task;
use crate::llm::chat::{Response, Wording};
use crate::prompt::answer;

/// Responses that can be read, at least one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answers<'a>(Vec<Answer<'a>>);

/// A response that can be read.
#[derive(Debug, Clone, PartialEq)]
struct Answer<'a> {
    content: Content,
    /// What it was read from, unless it came from no model.
    wording: Option<&'a Wording>,
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    Json(Value),
    Text(String),
    LlmInteractive(String),
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub kind: FailureKind,
    pub reason: String,
    /// `None` where nothing helps.
    pub remedy: Option<Remedy>,
    /// Why each control stayed empty, where the answer could be read; empty where there was none to read.
    pub unfilled: Vec<Unfilled>,
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

impl<'a> Answers<'a> {
    /// An answer that came from no model.
    pub(super) fn counted(answer: Value) -> Self {
        Self(vec![Answer { content: Content::Json(answer), wording: None }])
    }

    /// Keeps the good ones of several responses; where none is, the first tells what kind of trouble it is.
    pub(super) fn sift(responses: &'a [Response], mode: AnswerMode) -> Result<Self, Trouble> {
        let mut troubles = Vec::new();
        let mut answers = Vec::new();
        for response in responses {
            match usable_wording(response).and_then(|wording| Answer::read(wording, mode)) {
                Ok(answer) => answers.push(answer),
                Err(trouble) => troubles.push(trouble),
            }
        }
        for trouble in &troubles {
            tracing::debug!(reason = trouble.reason, "a response is of no use");
        }
        if answers.is_empty() { Err(joined(troubles)) } else { Ok(Self(answers)) }
    }

    /// Fills the form's controls, at least one, unless the answer is that there is nothing to mark.
    pub(super) fn read(&self, form: &Form, task: &Task, scoring: Scoring) -> Result<Filled, Trouble> {
        let is_of_use = |filled: &Filled| filled.is_blank || !filled.drafts.is_empty();
        let filled = fill(&self.0, form, task, scoring);
        if is_of_use(&filled) {
            return Ok(filled);
        }
        let reason = reasons(&filled.unfilled);
        let unfilled = filled.unfilled;
        // Answers that are each of use, but differ, are what the model has to say.
        let is_good =
            |answer: &Answer<'_>| is_of_use(&fill(slice::from_ref(answer), form, task, Scoring::None));
        Err(match &*self.0 {
            [_, _, ..] if self.0.iter().any(is_good) => {
                Trouble { unfilled, ..Trouble::new(FailureKind::Unusable, reason) }
            }
            answers => {
                let text = answers.first().map(Answer::text).unwrap_or_default();
                Trouble { unfilled, ..unusable(reason, &text) }
            }
        })
    }
}

impl<'a> Answer<'a> {
    fn read(wording: &'a Wording, mode: AnswerMode) -> Result<Self, Trouble> {
        let text = &wording.text;
        let content = match mode {
            // NUL would not get past Label Studio's database.
            AnswerMode::Text => Content::Text(text.replace('\0', "")),
            AnswerMode::LlmInteractive => Content::LlmInteractive(text.replace('\0', "")),
            AnswerMode::Auto | AnswerMode::Schema => {
                Content::Json(answer::parse(text).map_err(|error| unusable(error.to_string(), text))?)
            }
        };
        Ok(Self { content, wording: Some(wording) })
    }

    /// Reads it, with how sure each region is.
    fn readings(&self, form: &Form, task: &Task, scoring: Scoring) -> Readings {
        let (mut readings, json) = match &self.content {
            Content::Json(answer) => (form.read(answer, task), Some(answer)),
            Content::Text(reply) | Content::LlmInteractive(reply) => (form.read_text(reply, task), None),
        };
        if let Some(wording) = self.wording {
            scoring.measure(&mut readings, Measured { json, wording }, form, task);
        }
        readings
    }

    /// Returns it in words.
    fn text(&self) -> String {
        match &self.content {
            Content::Json(answer) => answer.to_string(),
            Content::Text(reply) | Content::LlmInteractive(reply) => reply.clone(),
        }
    }
}

impl Trouble {
    /// Trouble that nothing helps against.
    pub(super) fn new(kind: FailureKind, reason: String) -> Self {
        Self { kind, reason, remedy: None, unfilled: Vec::new() }
    }

    /// Says how often it was asked, where that was more than once.
    pub(super) fn after(self, questions: usize) -> Self {
        match questions {
            0 | 1 => self,
            many => Self { reason: format!("{} (asked {many} times)", self.reason), ..self },
        }
    }
}

/// Merges what all answers say, with the scores that were asked for; the example that a profile follows has none.
fn fill(answers: &[Answer<'_>], form: &Form, task: &Task, scoring: Scoring) -> Filled {
    let replies = answers.iter().filter_map(|answer| match &answer.content {
        Content::LlmInteractive(reply) => Some(reply.clone()),
        Content::Json(_) | Content::Text(_) => None,
    });
    let replies: Vec<String> = replies.collect();
    if !replies.is_empty() {
        return form.read_llm_interactive(&replies, task);
    }
    let responses: Vec<Readings> =
        answers.iter().map(|answer| answer.readings(form, task, scoring)).collect();
    let readings = responses.iter().flat_map(|readings| readings.controls.iter().enumerate());
    let drafts = readings.flat_map(|(at, reading)| {
        reading.iter().flat_map(move |reading| reading.drafts.iter().map(move |draft| (at, draft)))
    });
    let is_measured = measured(drafts, form.controls.len());
    let mut filled = form.combine(responses, task);
    scoring.settle(&mut filled, |control| is_measured[control]);
    filled
}

/// Takes off the scores of what the pieces of a task were filled with where one of them has none, as
/// [`fill`] does for several responses.
pub(super) fn settle(filled: &mut Filled, form: &Form, scoring: Scoring) {
    let drafts = filled.drafts.iter().map(|(at, draft)| (*at, draft));
    let is_measured = measured(drafts, form.controls.len());
    scoring.settle(filled, |control| is_measured[control]);
}

/// Returns of each control whether all that was read for it has a score, also what was read for single regions.
fn measured<'a>(drafts: impl Iterator<Item = (usize, &'a Draft)>, controls: usize) -> Vec<bool> {
    let mut is_measured = vec![true; controls];
    for (at, draft) in drafts {
        is_measured[at] &= draft.score.is_some();
        for (at, child) in &draft.children {
            is_measured[*at] &= child.score.is_some();
        }
    }
    is_measured
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

fn usable_wording(response: &Response) -> Result<&Wording, Trouble> {
    let (kind, reason, remedy) = match response {
        Response::Text(wording) if wording.text.trim().is_empty() => {
            return Err(unusable("the reply is empty".to_owned(), ""));
        }
        Response::Text(wording) => return Ok(wording),
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
    Err(Trouble { remedy: Some(remedy), ..Trouble::new(kind, reason) })
}

fn unusable(reason: String, text: &str) -> Trouble {
    Trouble { remedy: Some(Remedy::Correct(text.to_owned())), ..Trouble::new(FailureKind::Unusable, reason) }
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
    use serde_json::json;

    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::form::Wanted;
    use crate::prompt::fake::task;

    /// Expects the one answer that is of use, in words, or the trouble.
    #[track_caller]
    fn check(mode: AnswerMode, responses: &[Response], expect: Result<&str, (FailureKind, &str)>) {
        let found = match Answers::sift(responses, mode) {
            Ok(answers) => Ok(answers.0.iter().map(Answer::text).collect::<Vec<_>>()),
            Err(trouble) => Err((trouble.kind, trouble.reason)),
        };
        let expect = expect.map(|text| vec![text.to_owned()]);
        assert_eq!(found, expect.map_err(|(kind, reason)| (kind, reason.to_owned())));
    }

    fn text(text: &str) -> Response {
        Response::text(text)
    }

    #[test]
    fn good_responses_are_kept_and_bad_ones_left_out() {
        let good = || Ok(r#"{"a":1}"#);
        check(AnswerMode::Auto, &[text("{\"a\": 1}")], good());
        let mixed =
            [Response::Refused("no".to_owned()), text("```\n{\"a\": 1}\n```"), text(""), text("what?")];
        check(AnswerMode::Schema, &mixed, good());
        check(AnswerMode::Text, &[text("a\0b"), text(" ")], Ok("ab"));
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
        let form = Form::new(&LabelConfig::parse(config).unwrap(), &Wanted::default()).unwrap();
        let check = |moods: &[&str], expect: Option<Remedy>| {
            let responses = moods.iter().map(|mood| text(&json!({"mood": mood}).to_string()));
            let responses: Vec<Response> = responses.collect();
            let answers = Answers::sift(&responses, AnswerMode::Auto).unwrap();
            let found = answers.read(&form, &task(json!({"text": "x"})), Scoring::Auto);
            assert_eq!(found.unwrap_err().remedy, expect);
        };
        check(&["good", "bad"], None);
        check(&["fine", "dull"], Some(Remedy::Correct(r#"{"mood":"fine"}"#.to_owned())));
        check(&["fine"], Some(Remedy::Correct(r#"{"mood":"fine"}"#.to_owned())));
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
