//! The probabilities of tokens, which `OpenAI`, its followers and Ollama ask for and tell alike.

use serde_json::{Value, json};

use crate::llm::chat::{Alternative, ChatRequest, Logprobs, Token};
use crate::llm::ladder::Capabilities;

/// Most alternatives that are asked for at each place. Labels are told apart with few; each costs some 60 bytes of the
/// journal for every token of an answer; and it is as many as every server gives: vLLM's own limit was 5 for long.
const ALTERNATIVES: u64 = 5;

/// What `OpenAI` tells of a token that is not among the 20 most probable.
const UNTOLD: f64 = -9_999.0;

/// By how much the logarithm of a probability may be above that of 1, by rounding; one further above is none.
const ROUNDING: f64 = 0.01;

/// Beginnings of the names of `OpenAI`'s models that always reason, and then give no probabilities.
const REASONING: &[&str] = &["o1", "o3", "o4", "gpt-5-", "gpt-6-astra", "gpt-6.1-sol"];

/// Beginnings of the names of those that reason unless they are told an effort of `none`.
const REASONING_BY_DEFAULT: &[&str] = &["gpt-5.5", "gpt-5.6", "gpt-6"];

/// Returns the fields of a body that ask for the probabilities of tokens; none where they are not wanted, or not given.
pub(super) fn fields(request: &ChatRequest, capabilities: &Capabilities) -> Vec<(String, Value)> {
    let are_asked = match request.parameters.logprobs {
        Logprobs::Unasked => false,
        Logprobs::Welcome => capabilities.logprobs && !reasons(request),
        Logprobs::Needed => true,
    };
    if !are_asked {
        return Vec::new();
    }
    vec![("logprobs".to_owned(), json!(true)), ("top_logprobs".to_owned(), json!(ALTERNATIVES))]
}

/// Reads the list of tokens; what is no list of tokens is none.
pub(super) fn read(list: &Value) -> Vec<Token> {
    list.as_array().into_iter().flatten().map_while(token).collect()
}

/// Returns whether the model is known to reason, and so to refuse the fields.
fn reasons(request: &ChatRequest) -> bool {
    // Proxies put the vendor before the name.
    let name = request.model.rsplit('/').next().unwrap_or_default();
    let is_any = |beginnings: &[&str]| beginnings.iter().any(|beginning| name.starts_with(beginning));
    if name == "gpt-5" || is_any(REASONING) || name.starts_with("gpt-") && name.contains("-pro") {
        return true;
    }
    match request.parameters.reasoning_effort.as_deref() {
        Some(effort) => effort != "none",
        None => is_any(REASONING_BY_DEFAULT),
    }
}

fn token(value: &Value) -> Option<Token> {
    // llama.cpp's list of `post_sampling_probs`.
    let lists = [&value["top_logprobs"], &value["top_probs"]];
    let top = lists.into_iter().filter_map(Value::as_array).flatten().filter_map(alternative);
    Some(Token { chosen: alternative(value)?, top: top.collect() })
}

fn alternative(value: &Value) -> Option<Alternative> {
    let byte = |byte: &Value| byte.as_u64().and_then(|byte| u8::try_from(byte).ok());
    let bytes =
        value["bytes"].as_array().and_then(|bytes| bytes.iter().map(byte).collect::<Option<Vec<_>>>());
    let bytes = bytes.or_else(|| Some(value["token"].as_str()?.as_bytes().to_vec()))?;
    // llama.cpp's `post_sampling_probs`.
    let probability = || Some(value["prob"].as_f64().filter(|probability| 0.0 < *probability)?.ln());
    let logprob = value["logprob"].as_f64().or_else(probability);
    let is_told = |logprob: &f64| UNTOLD < *logprob && *logprob <= ROUNDING;
    let logprob = logprob.filter(is_told).map_or(f64::NEG_INFINITY, |known| known.min(0.0));
    Some(Alternative { bytes, logprob })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::chat::Parameters;
    use crate::llm::ladder::Rung;

    /// Expects whether a model is asked for probabilities where they are welcome.
    #[track_caller]
    fn check(model: &str, effort: Option<&str>, expect: bool) {
        let reasoning_effort = effort.map(str::to_owned);
        let parameters =
            Parameters { reasoning_effort, logprobs: Logprobs::Welcome, ..Parameters::default() };
        let mut request =
            ChatRequest { model: model.to_owned(), messages: Vec::new(), schema: None, parameters };
        let token_limit = "max_tokens".to_owned();
        let able = Capabilities {
            rung: Rung::Strict,
            token_limit,
            several: true,
            logprobs: true,
            refused: Vec::new(),
        };
        let unable = Capabilities { logprobs: false, ..able.clone() };
        assert_eq!(!fields(&request, &able).is_empty(), expect, "{model} {effort:?}");
        assert_eq!(fields(&request, &unable), []);
        request.parameters.logprobs = Logprobs::Needed;
        assert_eq!(fields(&request, &unable).len(), 2);
        request.parameters.logprobs = Logprobs::Unasked;
        assert_eq!(fields(&request, &able), []);
    }

    #[test]
    fn models_that_reason_are_not_asked_for_what_they_refuse() {
        check("gpt-4.1-mini", None, true);
        check("gpt-5.4-nano", None, true);
        check("gpt-5.4-nano", Some("none"), true);
        check("gpt-5.4-nano", Some("low"), false);
        check("gpt-6-luna", None, false);
        check("gpt-6-luna", Some("none"), true);
        for model in ["o3-mini", "gpt-5", "gpt-5-mini", "gpt-5.2-pro", "openai/o4-mini", "gpt-6-astra"] {
            check(model, None, false);
            check(model, Some("none"), false);
        }
        check("qwen3-pro", None, true);
        check("meta-llama/Llama-3.3-70B", None, true);
    }

    /// Expects the bytes and logarithms that are read, the chosen one first.
    #[track_caller]
    fn check_read(token: &Value, expect: &[(&[u8], f64)]) {
        let tokens = read(&json!([token]));
        let all = tokens.iter().flat_map(|token| [&token.chosen].into_iter().chain(&token.top));
        let found: Vec<(&[u8], f64)> = all.map(|one| (&*one.bytes, one.logprob)).collect();
        assert_eq!(found, expect, "{token}");
    }

    #[test]
    fn tokens_are_read_by_their_bytes() {
        let half = json!({"token": "\u{fffd}", "bytes": [195], "logprob": -0.5, "top_logprobs": [
            {"token": "\u{fffd}", "bytes": [195], "logprob": -0.5},
            {"token": "a", "bytes": null, "logprob": -1.0},
        ]});
        check_read(&half, &[(&[195], -0.5), (&[195], -0.5), (b"a", -1.0)]);
        check_read(&json!({"token": "a", "logprob": 0}), &[(b"a", 0.0)]);
        let sampled =
            json!({"token": "a", "bytes": [97], "prob": 1.0, "top_probs": [{"token": "a", "prob": 1.0}]});
        check_read(&sampled, &[(b"a", 0.0), (b"a", 0.0)]);
    }

    #[test]
    fn what_cannot_be_known_is_known_to_be_unknown() {
        let unknown = [(&b"a"[..], f64::NEG_INFINITY)];
        check_read(&json!({"token": "a", "logprob": -9999.0}), &unknown);
        check_read(&json!({"token": "a", "logprob": null}), &unknown);
        check_read(&json!({"token": "a", "prob": 0.0}), &unknown);
        check_read(&json!({"token": "a", "logprob": 0.0001}), &[(b"a", 0.0)]);
        check_read(&json!({"token": "a", "logprob": 0.5}), &unknown);
        check_read(&json!({"token": "a", "logprob": 1e308}), &unknown);
        check_read(&json!({"token": "a", "bytes": [300, -1], "logprob": -1.0}), &[(b"a", -1.0)]);
        for list in [json!(null), json!({}), json!([{}]), json!(["a"])] {
            assert_eq!(read(&list), []);
        }
    }
}
