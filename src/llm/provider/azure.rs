//! Azure `OpenAI`: the same language at another address, with the deployment's name for the model.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName};
use serde_json::Value;
use url::Url;

use super::address::{ends_in, join, without_end};
use super::openai::{bearer, sensitive};
use super::{DecodeError, EncodeError, Provider, ProviderOptions, Row, wire};
use crate::http::retry::Verdict;
use crate::http::secret::Secret;
use crate::http::transport::Reply;
use crate::llm::chat::{Bill, ChatRequest, Completion};
use crate::llm::forecast::Weighing;
use crate::llm::judge::judge;
use crate::llm::ladder::{Capabilities, Rung};

/// The latest version of the classic interface that is no preview; it takes a schema.
const API_VERSION: &str = "2024-10-21";

/// The row of the table of providers.
pub(super) const ROW: Row = Row {
    name: "azure",
    about: "Azure OpenAI: the resource's endpoint, and the deployment's name as the model",
    default_model: None,
    default_base: None,
    needs_key: true,
    key_variables: &["AZURE_OPENAI_API_KEY", "OPENAI_API_KEY"],
    concurrency: 16,
    lacks: &[],
    provider: |options| Box::new(Azure::new(options)),
};

#[derive(Debug)]
struct Azure {
    api_version: String,
}

impl Azure {
    fn new(options: &ProviderOptions) -> Self {
        Self { api_version: options.api_version.clone().unwrap_or_else(|| API_VERSION.to_owned()) }
    }
}

impl Provider for Azure {
    fn name(&self) -> &'static str {
        ROW.name
    }

    /// A base that ends in `/openai/v1` is the newer interface, which knows no versions; any other is the resource, or
    /// the deployment's whole address as Azure's pages show it.
    fn endpoint(&self, base: &Url, model: &str) -> Url {
        let base = without_end(base, "/chat/completions");
        if ends_in(&base, "/openai/v1") {
            return join(&base, "chat/completions");
        }
        let is_deployment = base.path().contains("/openai/deployments/");
        let mut url = if is_deployment { base } else { deployment(&base, model) };
        url = join(&url, "chat/completions");
        if !url.query_pairs().any(|(name, _)| name == "api-version") {
            url.query_pairs_mut().append_pair("api-version", &self.api_version);
        }
        url
    }

    /// A key goes into `api-key`; a token of Entra, which is a JSON Web Token, is a bearer token.
    fn headers(&self, key: Option<&Secret>) -> HeaderMap {
        let header = key.and_then(|key| {
            if key.expose().starts_with("eyJ") {
                return Some((AUTHORIZATION, bearer(key)?));
            }
            Some((HeaderName::from_static("api-key"), sensitive(key.expose())?))
        });
        header.into_iter().collect()
    }

    fn capabilities(&self, _base: &Url, _model: &str) -> Capabilities {
        Capabilities {
            rung: Rung::Strict,
            token_limit: "max_completion_tokens".to_owned(),
            several: true,
            logprobs: true,
            refused: Vec::new(),
        }
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

    fn weighing(&self) -> Weighing {
        Weighing::Limit
    }
}

/// Returns the address of a deployment; its name may hold characters that a path must not.
fn deployment(base: &Url, model: &str) -> Url {
    let mut url = without_end(base, "/openai");
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["openai", "deployments", model]);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn azure() -> Azure {
        Azure::new(&ProviderOptions::default())
    }

    #[test]
    fn both_interfaces_are_found_however_the_endpoint_is_written() {
        let check = |base: &str, expect: &str| {
            assert_eq!(azure().endpoint(&base.parse().unwrap(), "my gpt").as_str(), expect, "{base}");
        };
        let classic =
            "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21";
        check("https://r.openai.azure.com", classic);
        check("https://r.openai.azure.com/", classic);
        check("https://r.openai.azure.com/openai/", classic);
        check("https://gateway/prefix", &classic.replace("r.openai.azure.com", "gateway/prefix"));
        let other = "https://r.openai.azure.com/openai/deployments/x/chat/completions";
        check(&format!("{other}?api-version=2025-01-01"), &format!("{other}?api-version=2025-01-01"));
        check(other, &format!("{other}?api-version=2024-10-21"));
        check("https://r.openai.azure.com/openai/deployments/x/", &format!("{other}?api-version=2024-10-21"));
        let v1 = "https://r.openai.azure.com/openai/v1/chat/completions";
        check("https://r.openai.azure.com/openai/v1/", v1);
        check(v1, v1);
    }

    #[test]
    fn the_version_is_the_users_where_there_is_one() {
        let options =
            ProviderOptions { api_version: Some("2023-05-15".to_owned()), ..ProviderOptions::default() };
        let url = Azure::new(&options).endpoint(&"https://r.openai.azure.com".parse().unwrap(), "d");
        assert_eq!(url.query(), Some("api-version=2023-05-15"));
    }

    #[test]
    fn a_key_and_a_token_go_into_different_headers() {
        let key = azure().headers(Some(&Secret::new("0123")));
        assert_eq!(
            (key.len(), &key["api-key"], key["api-key"].is_sensitive()),
            (1, &sensitive("0123").unwrap(), true)
        );
        let token = azure().headers(Some(&Secret::new("eyJ0.eyJ1.x")));
        assert_eq!((token.len(), token[AUTHORIZATION].to_str().unwrap()), (1, "Bearer eyJ0.eyJ1.x"));
    }
}
