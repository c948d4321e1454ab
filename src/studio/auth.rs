//! Keys: which kind one is, and what goes into the `Authorization` header.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::client::{Request, Studio};
use super::error::{self, StudioError};
use crate::http::secret::Secret;
use crate::http::transport::Reply;

/// A key as a person gave it. Label Studio has two kinds, and they differ by form alone.
#[derive(Debug, Clone)]
pub enum Key {
    /// A personal access token: a JSON Web Token that is exchanged for access tokens of five minutes.
    Personal(Secret),
    /// An access token, pasted; it lives five minutes.
    Access(Secret),
    /// A legacy token: any other text, for servers may be started with tokens of their own making.
    Legacy(Secret),
}

/// A key, and the access token it was last exchanged for.
#[derive(Debug)]
pub(super) struct Auth {
    key: Key,
    /// Locked during an exchange, so that one is enough however many requests wait for it.
    access: Mutex<Option<Access>>,
}

/// An access token and when it came.
///
/// Its age is measured from then, and never its `exp` against this machine's clock, which may be wrong.
#[derive(Debug)]
struct Access {
    header: HeaderValue,
    lifetime: Duration,
    received: Instant,
    /// The monotonic clock stands still while a laptop sleeps; this one does not.
    received_at: SystemTime,
}

/// A token is exchanged when it has less than this to live.
const MARGIN: Duration = Duration::from_secs(30);

/// What an access token lives where it does not say.
const USUAL_LIFETIME: Duration = Duration::from_secs(300);

impl Key {
    /// Tells the kind of a key by its form; the error says why it cannot be sent.
    pub fn parse(secret: &Secret) -> Result<Self, StudioError> {
        let text = secret.expose();
        if text.is_empty() {
            return Err(unusable("there is no key for Label Studio", "make one under Account & Settings"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unusable(
                "the key for Label Studio holds a space, a line break or a letter outside ASCII, which no key has",
                "copy it again, alone and whole",
            ));
        }
        let secret = secret.clone();
        Ok(match claims(text).as_ref().and_then(|claims| claims["token_type"].as_str()) {
            Some("refresh") => Self::Personal(secret),
            Some("access") => Self::Access(secret),
            _ => Self::Legacy(secret),
        })
    }

    /// Returns what this kind of key is called.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Personal(_) => "personal access token",
            Self::Access(_) => "access token",
            Self::Legacy(_) => "legacy token",
        }
    }
}

impl Auth {
    pub(super) fn new(key: Key) -> Self {
        Self { key, access: Mutex::new(None) }
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }
}

impl Access {
    fn new(token: &str) -> Option<Self> {
        let lifetime = claims(token).and_then(|claims| {
            let lives = claims["exp"].as_u64()?.checked_sub(claims["iat"].as_u64()?)?;
            Some(Duration::from_secs(lives))
        });
        Some(Self {
            header: header("Bearer", token)?,
            lifetime: lifetime.unwrap_or(USUAL_LIFETIME),
            received: Instant::now(),
            received_at: SystemTime::now(),
        })
    }

    fn is_fresh(&self) -> bool {
        let slept = self.received_at.elapsed().unwrap_or_default();
        self.received.elapsed().max(slept) + MARGIN < self.lifetime
    }
}

impl Studio {
    /// Returns the `Authorization` header for the next request; `refused` is the one a 401 answered to.
    ///
    /// `None` where another one than the refused cannot be had.
    pub(super) async fn authorization(
        &self,
        refused: Option<&HeaderValue>,
    ) -> Result<Option<HeaderValue>, StudioError> {
        let personal = match (&self.auth.key, refused) {
            (Key::Personal(secret), _) => secret,
            (_, Some(_)) => return Ok(None),
            (Key::Access(secret), None) => return Ok(header("Bearer", secret.expose())),
            (Key::Legacy(secret), None) => return Ok(header("Token", secret.expose())),
        };
        let mut access = self.auth.access.lock().await;
        if let Some(access) = access.as_ref()
            && access.is_fresh()
            && Some(&access.header) != refused
        {
            return Ok(Some(access.header.clone()));
        }
        let fresh = self.exchange(personal).await?;
        let header = fresh.header.clone();
        *access = Some(fresh);
        Ok(Some(header))
    }

    /// Exchanges a personal access token for an access token.
    async fn exchange(&self, personal: &Secret) -> Result<Access, StudioError> {
        let request =
            Request::post("api/token/refresh/", &json!({ "refresh": personal.expose() })).repeatable();
        let reply = self.attempt(&request, None).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            return Err(self.exchange_refused(&reply));
        }
        let body: Value = self.read(&reply, &request)?;
        body["access"].as_str().and_then(Access::new).ok_or_else(|| StudioError::Unexpected {
            what: request.name(),
            words: "no access token for the personal access token; is this Label Studio 1.20 or newer?"
                .to_owned(),
        })
    }

    fn exchange_refused(&self, reply: &Reply) -> StudioError {
        let (address, words) = (&self.address, error::words(reply));
        let (reason, advice) = if words.contains("blacklisted") {
            ("it was revoked", "make a new one under Account & Settings > Personal Access Token")
        } else {
            (
                "it is cut short or was made by another Label Studio",
                "copy it again, or make one under Account & Settings > Personal Access Token",
            )
        };
        let words =
            format!("Label Studio at `{address}` refuses the personal access token (`{words}`): {reason}");
        unusable(&words, advice)
    }

    /// Explains a 401; Label Studio gives the same answer for quite different reasons.
    pub(super) fn unauthorized(&self, reply: &Reply) -> StudioError {
        let (address, words) = (&self.address, error::words(reply));
        let (reason, advice) = match &self.auth.key {
            Key::Legacy(_) if words.contains("legacy") => (
                "it is a legacy token, and they are switched off there",
                "make a personal access token under Account & Settings and use that, or let the owner switch legacy \
                 tokens on under Organization > API Tokens Settings",
            ),
            Key::Legacy(_) if words.contains("Invalid token") => (
                "it is a legacy token that this Label Studio does not know",
                "copy it again from Account & Settings, or make a personal access token there",
            ),
            Key::Legacy(_) => (
                "it saw no legacy token at all",
                "perhaps a proxy before it takes the `Authorization` header away, or the key is part of a longer one",
            ),
            Key::Access(_) => (
                "it is an access token, which lives five minutes, and it has expired or is not from there",
                "use the personal access token it was made from, or make one under Account & Settings",
            ),
            Key::Personal(_) => (
                "it gave an access token and then did not take it",
                "personal access tokens may be switched off there (Organization > API Tokens Settings), the user may \
                 no longer be a member, or a proxy may take the `Authorization` header away",
            ),
        };
        let words = format!("Label Studio at `{address}` refuses the key (`{words}`): {reason}");
        unusable(&words, advice)
    }
}

fn unusable(words: &str, advice: &str) -> StudioError {
    StudioError::Key { words: words.to_owned(), advice: advice.to_owned() }
}

/// Returns the payload of a JSON Web Token, unverified; `None` for any other text.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}

/// Returns a header value that no debug output shows; `None` for a token no header can carry.
fn header(scheme: &str, token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("{scheme} {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    #[test]
    fn a_life_that_cannot_be_is_the_usual_one() {
        let check = |claims: &str, expect: Duration| {
            let access = Access::new(&format!("e.{}.s", URL_SAFE_NO_PAD.encode(claims))).unwrap();
            assert_eq!(access.lifetime, expect, "{claims}");
        };
        check(r#"{"iat":10,"exp":70}"#, Duration::from_secs(60));
        check(r#"{"iat":0,"exp":18446744073709551615}"#, Duration::from_secs(u64::MAX));
        for claims in ["", "null", "[]", r#"{"exp":9}"#, r#"{"iat":9,"exp":8}"#, r#"{"iat":-1,"exp":"8"}"#] {
            check(claims, USUAL_LIFETIME);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_token_breaks_the_reader(
            token in prop_oneof![
                ".{0,30}",
                "[A-Za-z0-9_=-]{0,9}\\.[A-Za-z0-9_=-]{0,30}\\.[A-Za-z0-9_=-]{0,9}",
                r#"\{"(exp|iat|token_type)":(-?[0-9]{1,22}|"refresh"|null),"iat":[0-9]{1,20}\}"#
                    .prop_map(|claims| format!("e.{}.s", URL_SAFE_NO_PAD.encode(claims))),
            ],
        ) {
            let is_plain = !token.trim().is_empty() && token.trim().bytes().all(|byte| byte.is_ascii_graphic());
            prop_assert_eq!(Key::parse(&Secret::new(&token)).is_ok(), is_plain);
            let is_short = |access: &Access| access.lifetime <= MARGIN + Duration::from_secs(1);
            prop_assert!(Access::new(&token).is_none_or(|access| access.is_fresh() || is_short(&access)));
        }
    }
}
