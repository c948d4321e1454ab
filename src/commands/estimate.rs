//! What a selection would cost: requests, tokens and money, told before anything is spent.

use futures::StreamExt;

use super::plan::Tasks;
use crate::annotate::annotator::{Annotator, AnswerMode};
use crate::error::Error;
use crate::label::prediction::Usage;
use crate::llm::estimate::estimate_tokens;
use crate::llm::price::{self, Price, money};
use crate::progress::text::{plural, thousands};

/// Tokens of an answer in a control's own words, such as a `TextArea`'s, where nothing limits it; a guess.
const FREE_TEXT_TOKENS: u64 = 120;

/// Tokens of a label, a number or a date with its key, in JSON; a guess.
const LABEL_TOKENS: u64 = 12;

/// The selection in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Estimate {
    tasks: u64,
    /// Tasks no request can be made for.
    unusable: u64,
    /// Whose prediction is there already, so that nothing is asked.
    unchanged: u64,
    usage: Usage,
}

impl Estimate {
    /// Goes through the whole selection; asks no model.
    pub(super) async fn of(tasks: &Tasks, annotator: &Annotator) -> Result<Self, Error> {
        let mut estimate = Self::default();
        let answer = answer_tokens(annotator);
        let mut stream = tasks.source().tasks();
        while let Some(task) = stream.next().await {
            let task = task?;
            estimate.tasks += 1;
            match annotator.request(&task) {
                Err(_) => estimate.unusable += 1,
                Ok(request) if annotator.is_done(&task, &request) => estimate.unchanged += 1,
                Ok(request) => {
                    estimate.usage.requests += 1;
                    estimate.usage.prompt_tokens += estimate_tokens(&request);
                    estimate.usage.completion_tokens += answer;
                }
            }
        }
        Ok(estimate)
    }

    /// Returns the estimate for a person.
    pub(super) fn text(&self, model: &str, price: Option<Price>) -> String {
        let mut lines = vec![
            format!("estimate for {}", plural(self.tasks, "task")),
            format!("  requests       {}", thousands(self.usage.requests)),
            format!("  input tokens   about {}", thousands(self.usage.prompt_tokens)),
            format!("  output tokens  about {}", thousands(self.usage.completion_tokens)),
        ];
        lines.push(match price {
            None => format!(
                "  cost           unknown: there is no price for `{model}`; give `--price-in` and `--price-out`, or \
                 `--price-model`"
            ),
            Some(price) => format!(
                "  cost           about {} (per million tokens: {} in, {} out; {})",
                money(price.cost(&self.usage)),
                money(price.input),
                money(price.output),
                price::source()
            ),
        });
        if 0 < self.unchanged {
            let have = if self.unchanged == 1 { "has" } else { "have" };
            lines.push(format!("  {} {have} this prediction already", thousands(self.unchanged)));
        }
        if 0 < self.unusable {
            let lack = if self.unusable == 1 { "lacks" } else { "lack" };
            lines.push(format!(
                "  {} {lack} something the prompt needs and would fail",
                thousands(self.unusable)
            ));
        }
        lines.join("\n")
    }
}

/// Returns how long an answer may be, in tokens: as long as allowed, or by the kinds of the controls.
fn answer_tokens(annotator: &Annotator) -> u64 {
    let controls = annotator.form.controls.iter();
    let guessed = controls.map(|control| match control.head().kind {
        "textarea" => FREE_TEXT_TOKENS,
        _ => LABEL_TOKENS,
    });
    let guessed = match annotator.mode {
        AnswerMode::Text => FREE_TEXT_TOKENS,
        AnswerMode::Auto | AnswerMode::Schema => guessed.sum(),
    };
    let single = annotator.parameters.max_tokens.map_or(guessed, |limit| limit.min(guessed));
    single * u64::from(annotator.parameters.responses.max(1))
}
