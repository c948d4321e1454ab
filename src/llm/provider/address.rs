//! Joins a base URL, as users write it, and the path of a request.

use url::Url;

/// Returns `base` with `path` at its end; the base may end in a slash or not, and may be the whole address already,
/// as people copy it. Its query stays.
pub(super) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let prefix = base.path().trim_end_matches('/');
    let whole =
        if prefix.ends_with(&format!("/{path}")) { prefix.to_owned() } else { format!("{prefix}/{path}") };
    url.set_path(&whole);
    url
}

/// Returns `base` without this end of its path, where it has it.
pub(super) fn without_end(base: &Url, end: &str) -> Url {
    let mut url = base.clone();
    if let Some(prefix) = base.path().trim_end_matches('/').strip_suffix(end) {
        url.set_path(prefix);
    }
    url
}

/// Returns whether the path ends so, with or without a slash behind it.
pub(super) fn ends_in(base: &Url, end: &str) -> bool {
    base.path().trim_end_matches('/').ends_with(end)
}

/// Returns whether the host is of this domain: the domain itself or one below it.
pub(in crate::llm) fn is_at(base: &Url, domain: &str) -> bool {
    let host = base.host_str().unwrap_or_default();
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_understood_however_it_is_written() {
        let check = |base: &str, expect: &str| {
            assert_eq!(join(&base.parse().unwrap(), "chat/completions").as_str(), expect);
        };
        check("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions");
        check("https://api.openai.com/v1/", "https://api.openai.com/v1/chat/completions");
        check("https://api.deepseek.com", "https://api.deepseek.com/chat/completions");
        check("http://host:8000/a/proxy/v1//", "http://host:8000/a/proxy/v1/chat/completions");
        check("http://host/v1/chat/completions", "http://host/v1/chat/completions");
        check("http://host/v1/chat/completions/", "http://host/v1/chat/completions");
        check("http://host/v1?tenant=7", "http://host/v1/chat/completions?tenant=7");
    }

    #[test]
    fn an_end_is_taken_off_once() {
        let check = |base: &str, expect: &str| {
            assert_eq!(without_end(&base.parse().unwrap(), "/v1").as_str(), expect);
        };
        check("http://host/v1/", "http://host/");
        check("http://host/ollama/v1", "http://host/ollama");
        check("http://host/", "http://host/");
        check("http://host/v1/v1", "http://host/v1");
    }
}
