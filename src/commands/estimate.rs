//! What a selection would cost: requests, tokens and money, told before anything is spent.

use std::pin::pin;

use futures::StreamExt;

use super::plan::Tasks;
use crate::annotate::annotator::{Annotator, AnswerMode, Answerer};
use crate::cli::ModelArgs;
use crate::engine::ports;
use crate::error::Error;
use crate::label::control::Head;
use crate::label::prediction::Usage;
use crate::label::task::Task;
use crate::llm::budget::Amount;
use crate::llm::chat::ChatRequest;
use crate::llm::estimate::{estimate_tokens, text_tokens, with_usual_files};
use crate::llm::price::{self, Price, money};
use crate::progress::summary::Pricing;
use crate::progress::text::{plural, thousands};
use crate::settings::{ModelSettings, Oracle};

/// Tokens of an answer in a control's own words, such as a `TextArea`'s, where nothing limits it; a guess.
const FREE_TEXT_TOKENS: u64 = 120;

/// Tasks whose texts are fetched at the same time.
const MOST_FETCHES: usize = 8;

/// Tokens of a label, a number or a date with its key, in JSON; a guess.
const LABEL_TOKENS: u64 = 12;

/// So many tokens of a text make one of the spans in it, quoted in JSON with their labels: the 1,079 names in the 1,287
/// texts of WNUT 2017's test set (<https://aclanthology.org/W17-4418/>) make answers of 0.58 bytes for a byte of text.
const TEXT_TOKENS_OF_SPANS: u64 = 2;

/// Tokens of the boxes in an image: 7.7 things are in one of COCO's (<https://arxiv.org/abs/1405.0312>), and one with its
/// label and four numbers is about 25 tokens.
const BOXES_TOKENS: u64 = 200;

/// The selection in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Estimate {
    tasks: u64,
    /// Tasks no request can be made for.
    unusable: u64,
    /// Whose prediction is there already, so that nothing is asked.
    unchanged: u64,
    usage: Usage,
    /// What is spent if everything comes to the worst, and what of it the largest request; where there is a budget.
    worst: Option<(Amount, Amount)>,
}

impl Estimate {
    /// Goes through the whole selection; asks no model.
    pub(super) async fn of(tasks: &Tasks, annotator: &Annotator, limit: Option<u64>) -> Result<Self, Error> {
        let mut estimate = Self::default();
        let prepare = async |task: Result<Task, ports::Error>| {
            let task = task?;
            let requests = annotator.prepared(&task).await;
            Ok::<_, ports::Error>((task, requests))
        };
        let mut stream = pin!(tasks.source().tasks().map(prepare).buffered(MOST_FETCHES));
        while limit.is_none_or(|limit| estimate.tasks - estimate.unchanged < limit)
            && let Some(prepared) = stream.next().await
        {
            let (task, requests) = prepared?;
            estimate.tasks += 1;
            match requests {
                Err(_) => estimate.unusable += 1,
                Ok(requests) if annotator.is_done(&task, &requests.whole) => estimate.unchanged += 1,
                Ok(requests) => {
                    let requests = requests.sent();
                    for request in requests {
                        estimate.add(annotator, request);
                    }
                    estimate.usage.completion_tokens +=
                        answer_tokens(annotator, &task, requests.len() as u64);
                }
            }
        }
        Ok(estimate)
    }

    fn add(&mut self, annotator: &Annotator, request: &ChatRequest) {
        let requests = requests(annotator, request);
        self.add_worst(annotator, request, requests);
        self.usage.requests += requests;
        self.usage.prompt_tokens += estimate_tokens(request) * requests;
    }

    fn add_worst(&mut self, annotator: &Annotator, request: &ChatRequest, requests: u64) {
        let Answerer::Model(client) = &annotator.answerer else { return };
        if let (Some(budget), Ok(worst)) = (client.budget(), client.worst_case(&with_usual_files(request))) {
            let worst = budget.amount(&worst, None);
            let (all, largest) = self.worst.unwrap_or_default();
            let all = (0..requests).fold(all, |all, _| all.plus(worst));
            self.worst = Some((all, largest.most(worst)));
        }
    }

    /// Returns the estimate for a person.
    pub(super) fn text(&self, model: &ModelSettings, pricing: Option<&Pricing>) -> String {
        let ModelSettings { oracle, model, price, .. } = model;
        let mut lines = vec![format!("estimate for {}", plural(self.tasks, "task"))];
        match oracle {
            Oracle::Keyword => lines.push("  requests       none: label words are counted".to_owned()),
            Oracle::Model(_) => lines.extend(self.bill(model, pricing)),
        }
        lines.extend(self.worst.map(|worst| worst_case(worst, *price)));
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

    /// Returns what is asked and what that costs.
    fn bill(&self, model: &str, pricing: Option<&Pricing>) -> [String; 4] {
        [
            format!("  requests       {}", thousands(self.usage.requests)),
            format!("  input tokens   about {}", thousands(self.usage.prompt_tokens)),
            format!("  output tokens  about {}", thousands(self.usage.completion_tokens)),
            match pricing {
                None => format!(
                    "  cost           unknown: there is no price for `{model}`; give `--price-in` and `--price-out`, or \
                     `--price-model`"
                ),
                Some(Pricing { price, table }) => format!(
                    "  cost           about {} (per million tokens: {} in, {} out{})",
                    money(price.cost(&self.usage)),
                    money(price.input),
                    money(price.output),
                    table.map(|table| format!("; {table}")).unwrap_or_default()
                ),
            },
        ]
    }
}

/// Returns what the model costs, and by which table; `None` where nobody knows.
pub(super) fn pricing(args: &ModelArgs, settings: &ModelSettings) -> Option<Pricing> {
    let price = settings.price?;
    let is_listed = args.price_in.is_none() && args.price_out.is_none() && 0.0 < price.input + price.output;
    Some(Pricing { price, table: is_listed.then(price::source) })
}

/// Says what a run reserves if no attempt fails, all together and for its largest request.
fn worst_case((all, largest): (Amount, Amount), price: Option<Price>) -> String {
    let in_words = |Amount { tokens, nanodollars }| match price {
        Some(_) => format!("{} for {}", plural(tokens, "token"), money(price::dollars(nanodollars))),
        None => plural(tokens, "token"),
    };
    format!("  at the worst   {}; the largest request {}", in_words(all), in_words(largest))
}

/// Returns how many requests a question takes: one, unless the server gives one response at a time and several are wanted.
fn requests(annotator: &Annotator, request: &ChatRequest) -> u64 {
    match &annotator.answerer {
        Answerer::Model(client) if !client.known(&request.model).capabilities.several => {
            u64::from(request.parameters.responses.max(1))
        }
        Answerer::Model(_) | Answerer::Keyword => 1,
    }
}

/// Returns how long the answers to so many questions about a task may be, in tokens: as long as allowed, or by the kinds
/// of the controls.
fn answer_tokens(annotator: &Annotator, task: &Task, questions: u64) -> u64 {
    let controls = annotator.form.controls.iter();
    let guessed = match annotator.mode {
        AnswerMode::Text | AnswerMode::LlmInteractive => FREE_TEXT_TOKENS * questions,
        AnswerMode::Auto | AnswerMode::Schema => {
            controls.map(|control| control_tokens(control.head(), task, questions)).sum()
        }
    };
    let limit = annotator.parameters.max_tokens;
    let allowed = limit.map_or(guessed, |limit| guessed.min(limit.saturating_mul(questions)));
    allowed * u64::from(annotator.parameters.responses.max(1))
}

fn control_tokens(head: &Head, task: &Task, questions: u64) -> u64 {
    match head.kind {
        "textarea" => FREE_TEXT_TOKENS * questions,
        "rectanglelabels" => BOXES_TOKENS * questions,
        // However many questions there are, all their pieces are as long as the whole.
        _ if head.marks_regions() => {
            let passages = head.objects().filter_map(|object| object.passages(task).ok()).flatten();
            let text: u64 = passages.map(|passage| text_tokens(&passage.text)).sum();
            (text / TEXT_TOKENS_OF_SPANS).max(LABEL_TOKENS * questions)
        }
        _ => LABEL_TOKENS * questions,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::form::{Form, Wanted};
    use crate::label::task::TaskId;

    #[test]
    fn an_answer_is_as_long_as_its_controls_and_the_text_want_it() {
        let check = |control: &str, (words, questions): (usize, u64), expect: u64| {
            let xml =
                format!(r#"<View><Text name="t" value="$t"/><Image name="i" value="$i"/>{control}</View>"#);
            let form = Form::new(&LabelConfig::parse(&xml).unwrap(), &Wanted::default()).unwrap();
            let data = json!({"t": "abc ".repeat(words), "i": "a.png"}).as_object().cloned().unwrap();
            let task = Task { id: TaskId::Row(1), data, annotations: Vec::new(), predictions: Vec::new() };
            assert_eq!(control_tokens(form.controls[0].head(), &task, questions), expect, "{control}");
        };
        let spans = r#"<Labels name="c" toName="t"><Label value="a"/></Labels>"#;
        check(spans, (1_000, 1), 500);
        check(spans, (1_000, 4), 500);
        check(spans, (3, 1), 12);
        let boxes = r#"<RectangleLabels name="c" toName="i"><Label value="a"/></RectangleLabels>"#;
        check(boxes, (3, 1), 200);
        let choices = r#"<Choices name="c" toName="t"><Choice value="a"/></Choices>"#;
        check(choices, (1_000, 2), 24);
    }
}
