//! Which part of a request a server does not take: what to leave out, or to say otherwise, in the next one.

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::judge::is_too_long;
use super::problem::Problem;
use crate::http::transport::Reply;

/// A part of a request that the server refuses whatever the task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The way in which an answer in JSON was asked for.
    Schema,
    /// The same, for what is in this schema; another one may be taken.
    OwnSchema,
    /// The name of the token limit.
    TokenLimit,
    /// Several responses to one request.
    Responses,
    /// The probabilities of tokens.
    Logprobs,
    /// Another field of the body, by its name.
    Field(String),
}

/// A part that was refused, and the server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub part: Part,
    pub message: String,
}

/// Marks of a complaint about the way JSON was asked for, in lower case.
const SCHEMA_MARKS: &[&str] = &[
    "response_format",
    "json_schema",
    "json_object",
    "json mode",
    "structured output",
    "structured_outputs",
    "guided_json",
    "guided decoding",
    "grammar",
    "failed to initialize samplers",
    "response_schema",
    "responseschema",
    "response schema",
    "invalid schema",
    "unsupported schema",
    "invalid json schema",
    "json schema error",
    // Anthropic's, the last for a schema with too many places that may be null.
    "output_config.format",
    "output format",
    "output_format",
    "schema is too complex",
    "parameters with union types",
];

/// Those among them that are about what is in a schema.
const OWN_SCHEMA_MARKS: &[&str] = &[
    "invalid schema",
    "unsupported schema",
    "invalid json schema",
    "json schema error",
    "json schema contains features",
    "compiled grammar is too large",
    "schema is too complex",
    "parameters with union types",
    "output_config.format.schema",
];

/// Marks of a field that the server does not have at all, in lower case.
const UNKNOWN_MARKS: &[&str] = &[
    "unsupported",
    "not supported",
    "not support",
    "unknown",
    "unrecognized",
    "unexpected",
    "extra",
    "not permitted",
    "not allowed",
    "instead",
];

/// Marks of a 500 that is a complaint about the request: llama-cpp-python's comes from its validation.
const VALIDATION_MARKS: &[&str] =
    &["input should be", "validation error", "not supported", "unsupported", "invalid"];

/// Fields that belong to a task, not to what the user chose.
const OF_THE_TASK: &[&str] = &["model", "messages", "system", "stream"];

/// Words about a field that is not the first thing they name: the words in lower case, where the field stands in a body
/// (RFC 6901), and its name.
const OTHER_WORDS: &[(&[&str], &str, &str)] = &[
    (
        &["effort parameter", "output_config.effort", "effort="],
        "/output_config/effort",
        "output_config.effort",
    ),
    // Ollama's.
    (&["does not support thinking", "invalid think value"], "/think", "think"),
];

/// What stands before the name of a field that is not between quotes, or before a colon, in lower case: the old `OpenAI`'s
/// and Azure's words, xAI's, and Gemini's.
const BEFORE_FIELD: &[&str] = &["supplied: ", "parameter ", "parameter: ", "unknown name \""];

/// Names of the limit of an answer's length.
pub const TOKEN_LIMITS: &[&str] = &["max_tokens", "max_completion_tokens", "num_predict"];

/// Returns whether a server calls a complaint about the request its own failure, as llama-cpp-python does.
pub fn is_complaint(reply: &Reply) -> bool {
    reply.status.as_u16() == 500 && Problem::read(reply).mentions(VALIDATION_MARKS)
}

/// Returns the part of the request body `sent` that this reply refuses, if it refuses one.
pub fn refusal(reply: &Reply, sent: &Value) -> Option<Refusal> {
    let problem = match reply.status.as_u16() {
        200 => Problem::inside(reply).filter(|problem| matches!(&*problem.code, "400" | "422"))?,
        400 | 422 | 500 | 501 => Problem::read(reply),
        // "You are not allowed to request logprobs from this model."
        403 => Some(Problem::read(reply)).filter(|problem| is_about_logprobs(problem, sent))?,
        _ => return None,
    };
    if is_too_long(&problem) || problem.is_any(&["json_validate_failed", "content_filter"]) {
        return None;
    }
    let by_validation = reply.status.is_client_error() || reply.status.is_success();
    if !by_validation && !problem.mentions(VALIDATION_MARKS) {
        return None;
    }
    let part = refused_part(&problem, sent)?;
    // Any other field in the text of a 500 stands there by chance.
    if !by_validation && !matches!(part, Part::Schema | Part::OwnSchema | Part::Logprobs) {
        return None;
    }
    Some(Refusal { part, message: format!("{}: {}", reply.status.as_u16(), problem.message) })
}

fn refused_part(problem: &Problem, sent: &Value) -> Option<Part> {
    // Before all others that are named with them: nothing is as easily done without.
    if is_about_logprobs(problem, sent) {
        return Some(Part::Logprobs);
    }
    let places = ["/response_format", "/format", "/output_config/format"];
    let asks_json = places.iter().any(|place| sent.pointer(place).is_some());
    let in_other_words = OTHER_WORDS
        .iter()
        .find(|(words, place, _)| sent.pointer(place).is_some() && problem.mentions(words))
        .map(|(_, _, name)| *name);
    let schema = || if problem.mentions(OWN_SCHEMA_MARKS) { Part::OwnSchema } else { Part::Schema };
    match in_other_words.or_else(|| named_field(problem, sent)) {
        Some("response_format" | "format") => Some(schema()),
        Some("output_config") if asks_json => Some(schema()),
        _ if asks_json && problem.mentions(SCHEMA_MARKS) => Some(schema()),
        Some("n") => Some(Part::Responses),
        Some(key) if TOKEN_LIMITS.contains(&key) && problem.mentions(UNKNOWN_MARKS) => Some(Part::TokenLimit),
        Some(key) => Some(Part::Field(key.to_owned())),
        None => None,
    }
}

fn is_about_logprobs(problem: &Problem, sent: &Value) -> bool {
    sent.get("logprobs").is_some() && problem.mentions(&["logprob", "log prob"])
}

/// Returns the field of the body that the error is about: as its `param`, as the place of a validation error, as the
/// first of its words, or between quotes in them.
fn named_field<'a>(problem: &Problem, sent: &'a Value) -> Option<&'a str> {
    let keys = || sent.as_object().into_iter().flat_map(|body| body.keys().map(String::as_str));
    let choosable = || keys().filter(|key| !OF_THE_TASK.contains(key));
    let first = problem.message.split([':', ' ']).next().unwrap_or_default();
    let roots = [problem.field.as_str(), first.trim_matches(['`', '\'', '"'])];
    let roots = roots.map(|place| place.split(['.', '[']).next().unwrap_or_default());
    if let Some(root) = roots.into_iter().find(|root| keys().any(|key| key == *root)) {
        return choosable().find(|key| *key == root);
    }
    choosable().find(|key| {
        let text = problem.text();
        let quoted = ["'", "`"].iter().any(|quote| text.contains(&format!("{quote}{key}{quote}")));
        // A key of JSON is followed by a colon: an echo of the body, no complaint.
        let word = format!("\"{key}");
        let in_words = text.match_indices(&word).any(|(start, _)| {
            let rest =
                text[start + word.len()..].strip_prefix(['"', '\\']).map(|rest| rest.trim_start_matches('"'));
            rest.is_some_and(|rest| !rest.trim_start().starts_with(':'))
        });
        let after = BEFORE_FIELD.iter().any(|words| stands_after(text, words, key));
        quoted || in_words || after || problem.message.to_lowercase().contains(&format!("body.{key}:"))
    })
}

/// Returns whether a text has the name of a field right after these words, perhaps in camel case.
fn stands_after(text: &str, words: &str, key: &str) -> bool {
    let spellings = [key.to_owned(), key.replace('_', "")];
    text.split(words).skip(1).any(|rest| {
        let name: String =
            rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        spellings.contains(&name)
    })
}
