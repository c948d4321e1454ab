//! Keys: legacy tokens, personal access tokens and the short-lived tokens they are exchanged for.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Shared;
use super::refusal::{Answer, Refusal, answer};
use crate::support::host::Record;

/// The legacy token of the one user.
pub(crate) const LEGACY_TOKEN: &str = "4f1c6a0e9b7d2538a1c0de44b7e65f9012ab34cd";

/// A personal access token lives 200 years.
const REFRESH_LIFETIME: i64 = 200 * 365 * 24 * 3600;

/// Signs the tokens; no client may know or need it.
const SIGNING_KEY: &str = "the mock's own signing key";

/// The texts of a 401.
const NO_CREDENTIALS: &str = "Authentication credentials were not provided.";
const INVALID: &str = "Invalid token.";
const LEGACY_OFF: &str = "Authentication token no longer valid: legacy token authentication has been disabled for this organization";

/// Which keys are good.
pub(super) struct Keys {
    /// Whether the organization takes legacy tokens.
    pub(super) legacy: bool,
    /// Seconds that an access token lives.
    pub(super) lifetime: i64,
    personal_access_token: String,
    issued: Vec<String>,
    /// Tokens issued before this one are no longer good, whatever their `exp` says.
    first_good: usize,
}

impl Keys {
    /// Returns the state of a fresh server.
    pub(super) fn new(legacy: bool, lifetime: i64) -> Self {
        Self { legacy, lifetime, personal_access_token: refresh_token(), issued: Vec::new(), first_good: 0 }
    }

    /// Returns the user's personal access token.
    pub(super) fn personal_access_token(&self) -> String {
        self.personal_access_token.clone()
    }

    /// Ends every access token issued so far.
    pub(super) fn expire(&mut self) {
        self.first_good = self.issued.len();
    }

    /// Returns every access token issued so far.
    pub(super) fn issued(&self) -> Vec<String> {
        self.issued.clone()
    }

    fn issue(&mut self) -> String {
        let number = self.issued.len();
        let token = access_token(self.lifetime, number);
        self.issued.push(token.clone());
        token
    }

    fn check(&self, request: &Record) -> Result<(), &'static str> {
        let key = request.header("x-api-key");
        let (scheme, key) = match key {
            "" => request.header("authorization").split_once(' ').unwrap_or_default(),
            key => ("Token", key),
        };
        match scheme.to_ascii_lowercase().as_str() {
            "token" if key != LEGACY_TOKEN => Err(INVALID),
            "token" if !self.legacy => Err(LEGACY_OFF),
            "token" => Ok(()),
            "bearer" if self.is_good_access(key) => Ok(()),
            _ => Err(NO_CREDENTIALS),
        }
    }

    fn is_good_access(&self, key: &str) -> bool {
        let good = &self.issued[self.first_good..];
        let alive = claims(key).is_some_and(|claims| Timestamp::now().as_second() < number(&claims["exp"]));
        good.iter().any(|issued| issued == key) && alive
    }
}

/// Lets only requests with a good key through.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    Extension(record): Extension<Record>,
    request: Request,
    next: Next,
) -> Response {
    let checked = shared.world().keys.check(&record);
    match checked {
        Ok(()) => next.run(request).await,
        Err(detail) => Refusal::unauthorized(detail).into_response(),
    }
}

/// `POST /api/token/refresh/`: a personal access token for an access token.
pub(super) async fn refresh(
    State(shared): State<Arc<Shared>>,
    Extension(request): Extension<Record>,
) -> Answer {
    let body = request.json();
    let Some(refresh) = body["refresh"].as_str() else {
        return Err(Refusal::invalid("refresh", &json!(["This field is required."])));
    };
    match claims(refresh) {
        Some(claims) if claims["token_type"] == "refresh" => {
            let access = shared.world().keys.issue();
            answer(200, &json!({"access": access}))
        }
        Some(_) => Err(Refusal::unauthorized("Token has wrong type")),
        None => Err(Refusal::unauthorized("Token is invalid")),
    }
}

/// `GET /api/current-user/whoami`.
pub(super) async fn whoami() -> Answer {
    answer(
        200,
        &json!({
            "id": 1, "first_name": "", "last_name": "", "username": "", "email": "admin@example.com",
            "last_activity": "2026-11-20T08:27:11.814141Z", "custom_hotkeys": {}, "avatar": null, "initials": "ad",
            "phone": "", "active_organization": 1,
            "active_organization_meta": {"title": "Label Studio", "email": "admin@example.com"},
            "allow_newsletters": null, "date_joined": "2026-11-20T08:27:09.998139Z",
            "permissions": ["projects.view", "projects.change", "tasks.view", "predictions.any"],
        }),
    )
}

fn refresh_token() -> String {
    // Not drawn by time, so that the same test sends the same bytes every time.
    let claims = json!({"token_type": "refresh", "exp": 1_790_000_000 + REFRESH_LIFETIME, "iat": 1_790_000_000,
        "jti": "c0ffee00c0ffee00c0ffee00c0ffee00", "user_id": "1"});
    signed(&claims)
}

fn access_token(lifetime: i64, number: usize) -> String {
    let now = Timestamp::now().as_second();
    let identifier = format!("{number:032x}");
    signed(
        &json!({"token_type": "access", "exp": now + lifetime, "iat": now, "jti": identifier, "user_id": "1"}),
    )
}

fn signed(claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let content = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    format!("{content}.{}", signature(&content))
}

/// Returns the claims of a token that was signed here.
fn claims(token: &str) -> Option<Value> {
    let (content, signed) = token.rsplit_once('.')?;
    let payload = content.split_once('.')?.1;
    let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    (signature(content) == signed).then_some(claims)
}

fn signature(content: &str) -> String {
    URL_SAFE_NO_PAD.encode(blake3::derive_key(SIGNING_KEY, content.as_bytes()))
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}
