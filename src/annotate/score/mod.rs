//! How sure a model is of a label: by the probabilities of the tokens it wrote, else by how many responses agree.
//!
//! **Invariant:** a score is between 0 and 1, and none is better than one that was not measured.

mod aligned;
mod path;
mod places;
mod spelling;
#[cfg(test)]
mod tests;

use serde_json::Value;

use self::aligned::Aligned;
use self::places::Places;
use self::spelling::Spelling;
use super::annotator::AnswerMode;
use crate::label::control::Draft;
use crate::label::form::{Filled, Form, Readings};
use crate::label::prediction::Region;
use crate::label::task::Task;
use crate::llm::chat::{Logprobs, Parameters, Wording};

/// Where scores come from (`--score`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scoring {
    /// Both of the following, as far as there are any.
    #[default]
    Auto,
    /// The probabilities of the tokens of labels; an endpoint that does not tell them ends the run.
    Logprobs,
    /// The share of the responses that agree.
    Votes,
    /// There are none.
    None,
}

/// Measures the regions of one answer.
struct Ruler<'a> {
    aligned: Aligned<'a>,
    places: Places,
    /// One a control.
    spellings: Vec<Spelling>,
}

/// An answer, and what it was read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured<'a> {
    /// `None` for an answer in plain text.
    pub json: Option<&'a Value>,
    pub wording: &'a Wording,
}

impl Scoring {
    /// Returns whether the probabilities of tokens are of use for a task.
    pub(super) fn logprobs(self, form: &Form, mode: AnswerMode, task: &Task) -> Logprobs {
        let wish = match self {
            Self::Auto => Logprobs::Welcome,
            Self::Logprobs => Logprobs::Needed,
            Self::Votes | Self::None => return Logprobs::Unasked,
        };
        let chooses = |at: usize| !form.controls[at].alternatives(task).is_empty();
        let is_of_use = match mode {
            AnswerMode::Text => form.choices.is_some_and(chooses),
            AnswerMode::LlmInteractive => false,
            AnswerMode::Auto | AnswerMode::Schema => (0..form.controls.len()).any(chooses),
        };
        if is_of_use { wish } else { Logprobs::Unasked }
    }

    /// Says where scores will come from, or else why there will be none; `body` is what is sent.
    pub fn source(self, parameters: &Parameters, body: &Value) -> Result<String, &'static str> {
        let by_tokens = self != Self::None && body["logprobs"] == true;
        let by_votes = matches!(self, Self::Auto | Self::Votes) && 1 < parameters.responses;
        let count = parameters.responses;
        match (by_tokens, by_votes) {
            (true, true) => Ok(format!("token probabilities and the agreement of {count} responses")),
            (true, false) => Ok("token probabilities".to_owned()),
            (false, true) => Ok(format!("the agreement of {count} responses")),
            (false, false) => Err(self.lack(parameters)),
        }
    }

    fn lack(self, parameters: &Parameters) -> &'static str {
        match self {
            Self::None => "`--score none`",
            Self::Votes => "one response agrees with nobody; ask for more with `--num-responses`",
            Self::Logprobs | Self::Auto if parameters.logprobs == Logprobs::Unasked => {
                "nothing that is asked for can be measured"
            }
            Self::Logprobs | Self::Auto => {
                "the model tells no token probabilities; `--num-responses` with 3 or more counts how many agree"
            }
        }
    }

    /// Gives the regions of one answer the probabilities of their labels.
    pub(super) fn measure(self, readings: &mut Readings, answer: Measured<'_>, form: &Form, task: &Task) {
        if matches!(self, Self::Votes | Self::None) || answer.wording.tokens.is_empty() {
            return;
        }
        let Some(ruler) = Ruler::new(answer, form, task) else { return };
        for (at, reading) in readings.controls.iter_mut().enumerate() {
            let Some(part) = part_of(answer.json, form, at) else { continue };
            for draft in reading.iter_mut().flat_map(|reading| &mut reading.drafts) {
                draft.score = ruler.score(at, &part, draft);
                for (at, child) in &mut draft.children {
                    child.score = ruler.score(*at, &part, child);
                }
            }
        }
    }

    /// Takes off the scores that nobody asked for: votes are counted wherever there are several responses.
    pub(super) fn settle(self, filled: &mut Filled, is_measured: impl Fn(usize) -> bool) {
        let is_wanted = |control: usize| match self {
            Self::Auto | Self::Votes => true,
            Self::Logprobs => is_measured(control),
            Self::None => false,
        };
        for (control, draft) in &mut filled.drafts {
            draft.score = draft.score.filter(|_| is_wanted(*control));
            for (control, child) in &mut draft.children {
                child.score = child.score.filter(|_| is_wanted(*control));
            }
        }
    }
}

/// Returns the score of a prediction: an answer is as sure as the least sure of its regions that have one.
pub(super) fn of_prediction(regions: &[Region]) -> Option<f64> {
    regions.iter().filter_map(|region| region.score).min_by(f64::total_cmp)
}

impl<'a> Ruler<'a> {
    /// `None` where the tokens are not those of the answer.
    fn new(answer: Measured<'a>, form: &Form, task: &Task) -> Option<Self> {
        let aligned = Aligned::new(answer.wording)?;
        let places = match answer.json {
            Some(json) => places::of(aligned.text(), json)?,
            None => places::of_reply(aligned.text()),
        };
        let spellings = form.controls.iter().map(|control| Spelling::new(control.alternatives(task)));
        Some(Self { aligned, places, spellings: spellings.collect() })
    }

    /// Returns the lowest probability of a region's labels; `None` where that of one of them is not known.
    fn score(&self, control: usize, part: &str, draft: &Draft) -> Option<f64> {
        let probability = |label: &String| {
            let place = self.places.get(&format!("{part}{label}"))?;
            path::probability(&self.aligned, place, &self.spellings[control])
        };
        let all: Option<Vec<f64>> = draft.labels_at.iter().map(probability).collect();
        all?.into_iter().min_by(f64::total_cmp)
    }
}

/// Returns where a control's part of an answer is, as a JSON Pointer.
fn part_of(answer: Option<&Value>, form: &Form, control: usize) -> Option<String> {
    let name = &form.controls[control].head().name;
    match answer {
        Some(Value::Object(fields)) if fields.contains_key(name) => Some(places::step(name)),
        Some(Value::Object(_)) => None,
        Some(_) => (form.controls.len() == 1).then(String::new),
        None => Some(String::new()),
    }
}
