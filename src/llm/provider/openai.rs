//! `OpenAI`, and every server that speaks its language at another base URL.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use super::address::{is_at, join};
use super::{DecodeError, EncodeError, Provider, Row, wire};
use crate::http::retry::Verdict;
use crate::http::secret::Secret;
use crate::http::transport::Reply;
use crate::llm::chat::{Bill, ChatRequest, Completion};
use crate::llm::judge::judge;
use crate::llm::ladder::{Capabilities, Rung};

/// The row of the table of providers.
///
/// The default model was chosen in November 2026: among the cheap ones that take a schema it is retired last (April
/// 2027; gpt-4.1-mini and gpt-4o-mini in January), and it does not reason unless told to, so that it takes a
/// temperature as it is. gpt-6-luna costs half, but reasons, and thus costs more and takes none, until an effort of
/// `none` is sent.
pub(super) const ROW: Row = Row {
    name: "openai",
    about: "OpenAI, and every compatible server by `--base-url` (vLLM, llama.cpp, LM Studio, LiteLLM, Groq and others)",
    default_model: Some("gpt-5.4-nano"),
    default_base: Some("https://api.openai.com/v1"),
    needs_key: true,
    key_variables: &["OPENAI_API_KEY"],
    concurrency: 16,
    lacks: &[],
    provider: |_| Box::new(OpenAi),
};

/// Hosts that refuse a request for the probabilities of tokens, or pass over it, by their pages of November 2026.
const WITHOUT_LOGPROBS: &[&str] =
    &["groq.com", "anthropic.com", "cerebras.ai", "perplexity.ai", "generativelanguage.googleapis.com"];

#[derive(Debug)]
struct OpenAi;

impl Provider for OpenAi {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn endpoint(&self, base: &Url, _model: &str) -> Url {
        join(base, "chat/completions")
    }

    fn headers(&self, key: Option<&Secret>) -> HeaderMap {
        key.and_then(bearer).map(|value| (AUTHORIZATION, value)).into_iter().collect()
    }

    fn capabilities(&self, base: &Url, _model: &str) -> Capabilities {
        let is_at = |domain| is_at(base, domain);
        let rung = if is_at("deepseek.com") {
            Rung::JsonObject
        } else if is_at("anthropic.com") {
            // Its compatibility layer passes over `response_format` without a word.
            Rung::Prompt
        } else {
            Rung::Strict
        };
        let token_limit = if is_at("openai.com") { "max_completion_tokens" } else { "max_tokens" };
        let several = !is_at("groq.com") && !is_at("anthropic.com");
        let logprobs = !WITHOUT_LOGPROBS.iter().any(|domain| is_at(domain));
        Capabilities { rung, token_limit: token_limit.to_owned(), several, logprobs, refused: Vec::new() }
    }

    fn body(&self, request: &ChatRequest, capabilities: &Capabilities) -> Result<Value, EncodeError> {
        Ok(wire::encode(request, capabilities))
    }

    fn completion(&self, reply: &Reply) -> Result<Completion, DecodeError> {
        wire::decode(reply)
    }

    fn bill(&self, reply: &Reply) -> Bill {
        wire::bill(reply)
    }

    fn judge(&self, reply: &Reply) -> Verdict {
        judge(reply)
    }
}

/// Returns the key as a bearer token; none if it has characters that no header can carry.
pub(super) fn bearer(key: &Secret) -> Option<HeaderValue> {
    sensitive(&format!("Bearer {}", key.expose()))
}

/// Returns a header value that no debug output shows.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_is_thought_to_take_follows_from_its_host() {
        let check = |base: &str, rung, token_limit: &str, (several, logprobs)| {
            let expect = Capabilities {
                rung,
                token_limit: token_limit.to_owned(),
                several,
                logprobs,
                refused: Vec::new(),
            };
            assert_eq!(OpenAi.capabilities(&base.parse().unwrap(), "m"), expect, "{base}");
        };
        check("https://api.openai.com/v1", Rung::Strict, "max_completion_tokens", (true, true));
        check("https://eu.api.openai.com/v1", Rung::Strict, "max_completion_tokens", (true, true));
        check("https://notopenai.com/v1", Rung::Strict, "max_tokens", (true, true));
        check("http://127.0.0.1:8080/v1", Rung::Strict, "max_tokens", (true, true));
        check("https://api.deepseek.com", Rung::JsonObject, "max_tokens", (true, true));
        check("https://api.groq.com/openai/v1", Rung::Strict, "max_tokens", (false, false));
    }

    #[test]
    fn a_key_is_a_bearer_token_and_no_key_is_no_header() {
        let headers = OpenAi.headers(Some(&Secret::new(" sk-1 \n")));
        assert_eq!(headers[AUTHORIZATION], "Bearer sk-1");
        assert!(headers[AUTHORIZATION].is_sensitive());
        assert_eq!(OpenAi.headers(None), HeaderMap::new());
    }
}
