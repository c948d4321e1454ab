//! What the model is asked, the right answer to it, and the wrong ones.

use serde_json::json;

use super::dice::Dice;
use crate::support::canned::Canned;
use crate::support::llm::asked::Asked;
use crate::support::llm::reply::{Said, completion};

/// What a task may be.
const LABELS: [&str; 4] = ["red", "green", "blue", "grey"];

/// Ways in which an answer goes wrong, by the name that a log shows.
const BAD: [&str; 15] = [
    "429 that says when",
    "429",
    "500",
    "503 page",
    "cut before the head",
    "cut in the body",
    "garbage",
    "error in a 200",
    "refusal",
    "unknown label",
    "empty",
    "length",
    "400 content filter",
    "half a JSON",
    "a page for a completion",
];

/// Returns the labeling config.
pub(super) fn config() -> String {
    let choices = LABELS.map(|label| format!("<Choice value=\"{label}\"/>")).concat();
    format!(
        "<View><Text name=\"text\" value=\"$text\"/>\
         <Choices name=\"colour\" toName=\"text\">{choices}</Choices></View>"
    )
}

/// Returns a version of the prompt.
pub(super) fn prompt(version: usize) -> String {
    format!("Which colour has [[{}]]?", question(version, "{text}"))
}

/// Returns what a prompt asks of a text: tasks with the same question have the same answer.
pub(super) fn question(version: usize, text: &str) -> String {
    format!("v{version}: {text}")
}

/// Returns the question of a request, also where it quotes an earlier answer.
pub(super) fn asked_question(asked: &Asked) -> String {
    let question = asked.text.split_once("[[").and_then(|(_, rest)| rest.split_once("]]"));
    question.expect("every prompt marks its question").0.to_owned()
}

/// Returns the right answer to a question.
pub(super) fn right(question: &str) -> &'static str {
    let hash = blake3::hash(question.as_bytes());
    LABELS[usize::from(hash.as_bytes()[0]) % LABELS.len()]
}

/// Answers right.
pub(super) fn good(asked: &Asked) -> Canned {
    said(asked, &json!({"colour": right(&asked_question(asked))}).to_string(), "stop")
}

/// Answers wrong in some way, or not; also returns the name of the way.
pub(super) fn bad(asked: &Asked, dice: &mut Dice) -> (&'static str, Canned) {
    let way = dice.pick(&BAD);
    let error =
        |message: &str, code: &str| json!({"error": {"message": message, "type": code, "code": code}});
    let canned = match way {
        "429 that says when" => Canned::json(429, &error("Rate limit reached.", "rate_limit_exceeded"))
            .header("retry-after-ms", "20"),
        "429" => Canned::json(429, &error("Rate limit reached.", "rate_limit_exceeded")),
        "500" => Canned::json(500, &error("The server had an error.", "server_error")),
        "503 page" => Canned::html(503),
        "cut before the head" => Canned::cut(),
        "cut in the body" => good(asked).half(),
        "garbage" => said(asked, "<<colour = ]]{{ ?", "stop"),
        "error in a 200" => Canned::json(200, &error("Provider returned error.", "502")),
        "refusal" => {
            let refusal = Some("I cannot help with that.".to_owned());
            completion(asked, &Said { refusal, ..Said::text(asked, "") })
        }
        "unknown label" => said(asked, &json!({"colour": "ultraviolet"}).to_string(), "stop"),
        "empty" => said(asked, "", "stop"),
        "length" => said(asked, "{\"colour\": \"", "length"),
        "400 content filter" => {
            Canned::json(400, &error("The prompt was filtered by the content policy.", "content_filter"))
        }
        "half a JSON" => said(asked, "{\"colour\": \"re", "stop"),
        _ => Canned::html(200),
    };
    (way, canned)
}

fn said(asked: &Asked, text: &str, finish_reason: &str) -> Canned {
    let finish_reason = finish_reason.to_owned();
    completion(asked, &Said { finish_reason, ..Said::text(asked, text) })
}
