//! Keys and tokens: where they come from, and what keeps them out of logs and errors.

use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

/// A key or token. Its `Debug` form shows nothing of it, and it has no `Display`.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Keeps a key; white space around it is dropped, for keys read from files.
    pub fn new(text: &str) -> Self {
        Self(SecretString::from(text.trim()))
    }

    /// Returns the key itself, for a request header and nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// What stands where a secret was.
const MASK: &str = "[hidden]";

/// Returns the text without what looks like a key: `sk-…`, a JSON Web Token, the word after `Bearer`.
///
/// Providers echo part of a wrong key in their errors, and Label Studio's token calls carry tokens in their bodies.
pub fn mask(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '+' | '/' | '=');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_bearer = false;
    while let Some(start) = rest.find(is_part) {
        let length = rest[start..].find(|c| !is_part(c)).unwrap_or(rest.len() - start);
        let word = &rest[start..start + length];
        masked.push_str(&rest[..start]);
        masked.push_str(if looks_secret(word) || (after_bearer && 8 <= word.len()) { MASK } else { word });
        after_bearer = word.eq_ignore_ascii_case("bearer");
        rest = &rest[start + length..];
    }
    masked.push_str(rest);
    masked
}

/// Returns the text without the secrets that these headers carry.
pub fn mask_sent(text: &str, headers: &HeaderMap) -> String {
    sensitive(headers).filter(|part| is_long(part)).fold(mask(text), hide)
}

/// Returns the text without the secrets that these headers carry, and with all else as it is: a model's own words may
/// well look like a key.
pub fn mask_own(text: &str, headers: &HeaderMap) -> String {
    sensitive(headers).filter(|part| is_key(part)).fold(text.to_owned(), hide)
}

/// Returns every word of what these headers carry.
fn sensitive(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values =
        headers.values().filter(|value| value.is_sensitive()).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(' '))
}

/// Hides a secret however it is spelled: as it is, as PHP and as .NET write it in JSON, and as in a URL.
fn hide(text: String, secret: &str) -> String {
    let spelled = [
        secret.to_owned(),
        secret.replace('/', r"\/"),
        secret.replace('+', r"\u002B"),
        secret.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D"),
    ];
    spelled.iter().fold(
        text,
        |text, secret| {
            if text.contains(secret) { text.replace(secret, MASK) } else { text }
        },
    )
}

/// Returns whether this is a key rather than a word, such as the `not-needed` that some servers want for one.
fn is_key(part: &str) -> bool {
    is_long(part) && (24 <= part.len() || part.contains(|c: char| c.is_ascii_digit()))
}

/// Short words such as `Bearer` and `none` are no secrets, and masking them would make a text unreadable.
fn is_long(part: &str) -> bool {
    8 <= part.len()
}

fn looks_secret(word: &str) -> bool {
    let is_key = ["sk-", "sk_", "gsk_", "xai-", "AIza"].iter().any(|prefix| word.starts_with(prefix));
    let is_token = word.starts_with("eyJ") && word.contains('.');
    // Real keys have digits, or stars where a server hides a part; `sk-learning` is a word.
    let is_random = word.contains(|c: char| c.is_ascii_digit() || c == '*');
    (is_key && is_random && is_long(word)) || is_token
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AUTHORIZATION, HeaderValue};

    use super::*;

    #[test]
    fn what_looks_like_a_key_is_hidden_and_nothing_else() {
        let check = |text: &str, expect: &str| assert_eq!(mask(text), expect);
        check("", "");
        check(
            "nothing secret here, not even sk-8 or sk-learning",
            "nothing secret here, not even sk-8 or sk-learning",
        );
        check("Incorrect API key: sk-proj-abc***wxyz. See", "Incorrect API key: [hidden] See");
        check(r#"{"refresh":"eyJhbGciOi.eyJ0b2.sig_n-1"}"#, r#"{"refresh":"[hidden]"}"#);
        check("Authorization: Bearer 0123456789abcdef!", "Authorization: Bearer [hidden]!");
        check("é gsk_0123456789 ü", "é [hidden] ü");
    }

    #[test]
    fn a_secret_of_our_own_headers_is_hidden_wherever_it_stands() {
        let mut value = HeaderValue::from_static("Bearer my own key-of-mine");
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        assert_eq!(mask_sent("my key is key-of-mine.", &headers), "my key is [hidden].");
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_spelled() {
        let mut value = HeaderValue::from_static("Bearer abc/0123+4567==");
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        for text in
            ["abc/0123+4567==", r"abc\/0123+4567==", r"abc/0123\u002B4567==", "abc%2F0123%2B4567%3D%3D"]
        {
            let text = format!("{{\"key\": \"{text}\"}}");
            assert_eq!(mask_sent(&text, &headers), r#"{"key": "[hidden]"}"#);
            assert_eq!(mask_own(&text, &headers), r#"{"key": "[hidden]"}"#);
        }
    }

    #[test]
    fn of_the_models_own_words_only_our_keys_are_hidden() {
        let sensitive = |text: &'static str| {
            let mut value = HeaderValue::from_static(text);
            value.set_sensitive(true);
            value
        };
        let named = |name: &'static str| reqwest::header::HeaderName::from_static(name);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, sensitive("Bearer abcd1234efgh")),
            (named("x-title"), sensitive("sentiment labeling")),
            (named("x-long"), sensitive("abcdefghijklmnopqrstuvwxyz")),
        ]);
        let check = |text: &str, expect: &str| assert_eq!(mask_own(text, &headers), expect);
        check(
            "sentiment, labeling, sk-abc12345678 and Bearer 0123456789",
            "sentiment, labeling, sk-abc12345678 and Bearer 0123456789",
        );
        check("abcd1234efgh, abcdefghijklmnopqrstuvwxyz", "[hidden], [hidden]");
    }
}
