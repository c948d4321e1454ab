//! A Label Studio: requests with a key, and answers read or explained.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::address::Address;
use super::auth::{Auth, Key};
use super::error::{self, StudioError};
use super::patience::{self, Patience};
use crate::http::judge::{Judge, REPLY_LIMIT};
use crate::http::retry::Verdict;
use crate::http::stop::Stop;
use crate::http::transport::{Call, Repeat, Reply, SendError, Transport};

/// One Label Studio and the right to use it.
#[derive(Debug)]
pub struct Studio {
    pub address: Address,
    pub(super) auth: Arc<Auth>,
    transport: Transport,
    patience: Arc<Patience>,
}

/// A request to a route below the address.
#[derive(Debug, Clone)]
pub(super) struct Request {
    method: Method,
    /// Without a leading slash; with the query, encoded.
    path: String,
    body: Option<Vec<u8>>,
    timeout: Duration,
    repeat: Repeat,
    answer: Answer,
}

/// What a request is to be answered with.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Json,
    File {
        /// In bytes.
        longest: usize,
    },
}

/// Judges the answers to a request.
struct Judging<'a>(&'a Request);

/// What a Label Studio says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Version {
    /// Such as `1.23.2`.
    pub release: String,
    /// Such as `Community`.
    #[serde(default)]
    pub edition: Option<String>,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    pub id: u64,
    #[serde(default)]
    pub email: String,
}

/// The oldest release whose keys, task filters and bulk import this tool was built for.
pub const OLDEST_RELEASE: (u64, u64) = (1, 20);

/// For everything but a bulk import, which takes longer the larger the project is.
const TIMEOUT: Duration = Duration::from_secs(120);

impl Studio {
    /// Puts an address, a key and a transport together; asks nothing yet.
    ///
    /// The transport's stop ends waits between attempts.
    pub fn new(address: Address, key: Key, transport: Transport) -> Self {
        Self { address, auth: Arc::new(Auth::new(key)), transport, patience: Arc::default() }
    }

    /// From now on a server that does not answer is waited for, as long as the transport's policy allows to wait, and
    /// not only tried again a few times: it was there before. `tell` is told of it, once an outage.
    pub fn be_patient(&self, tell: impl Fn(&str) + Send + Sync + 'static) {
        self.patience.begin(tell);
    }

    /// Returns the same client, except that no stop ends its waits: what was paid for is still delivered after Ctrl-C.
    #[must_use]
    pub fn unstoppable(&self) -> Self {
        Self {
            address: self.address.clone(),
            auth: Arc::clone(&self.auth),
            transport: Transport { stop: Stop::never(), ..self.transport.clone() },
            patience: Arc::clone(&self.patience),
        }
    }

    /// Returns the longest wait in one go that a person allows.
    pub fn longest_wait(&self) -> Duration {
        self.transport.policy.max_wait
    }

    /// Returns what kind of key is in use.
    pub fn key_kind(&self) -> &'static str {
        self.auth.key().kind()
    }

    /// Checks that a Label Studio is at the address, new enough, and takes the key.
    ///
    /// The version alone would not do: Label Studio answers it below any path.
    pub async fn connect(&self) -> Result<(Version, User), StudioError> {
        let version = self.version().await?;
        let user = self.user().await?;
        Ok((version, user))
    }

    /// Asks for the version, which needs no key; an error if it is too old.
    pub async fn version(&self) -> Result<Version, StudioError> {
        let request = Request::get("api/version");
        let reply = self.attempt(&request, None).await?;
        let version: Version = match self.read(&reply, &request) {
            Err(error @ (StudioError::WrongUrl { .. } | StudioError::Server { .. })) => return Err(error),
            Err(_) => return Err(self.wrong_url(&reply).await),
            Ok(version) => version,
        };
        if is_new_enough(&version.release) {
            return Ok(version);
        }
        Err(StudioError::TooOld {
            address: self.address.to_string(),
            found: version.release,
            needed: format!("{}.{}", OLDEST_RELEASE.0, OLDEST_RELEASE.1),
        })
    }

    /// Asks whose key it is.
    pub async fn user(&self) -> Result<User, StudioError> {
        let request = Request::get("api/current-user/whoami");
        let reply = match self.send(&request).await {
            // A personal access token is exchanged first, so a wrong path shows there.
            Err(StudioError::Missing { .. }) => self.attempt(&request, None).await?,
            reply => reply?,
        };
        match self.read(&reply, &request) {
            Err(StudioError::Missing { .. } | StudioError::Unexpected { .. }) => {
                Err(self.wrong_url(&reply).await)
            }
            answer => answer,
        }
    }

    /// Sends a request and reads the JSON of a successful answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, request: &Request) -> Result<T, StudioError> {
        self.read(&self.send(request).await?, request)
    }

    /// Sends a request with the key, once more with a fresh one if it is refused, and returns any answer but a 401.
    pub(super) async fn send(&self, request: &Request) -> Result<Reply, StudioError> {
        let header = self.authorization(None).await?;
        let reply = self.attempt(request, header.as_ref()).await?;
        if reply.status != StatusCode::UNAUTHORIZED {
            return Ok(reply);
        }
        let Some(fresh) = self.authorization(header.as_ref()).await? else {
            return Err(self.unauthorized(&reply));
        };
        let reply = self.attempt(request, Some(&fresh)).await?;
        match reply.status {
            StatusCode::UNAUTHORIZED => Err(self.unauthorized(&reply)),
            _ => Ok(reply),
        }
    }

    /// Sends a request with this header and returns the answer, whatever it is.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        authorization: Option<&HeaderValue>,
    ) -> Result<Reply, StudioError> {
        let mut headers = HeaderMap::new();
        let accepted = match request.answer {
            Answer::Json => "application/json",
            Answer::File { .. } => "*/*",
        };
        headers.insert(ACCEPT, HeaderValue::from_static(accepted));
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if self.address.url().scheme() == "http" {
            // On a kept connection each answer of Label Studio's own server waits 40 ms for an acknowledgement (Nagle and
            // delayed ACK), and one that it has closed meanwhile leaves unknown whether a bulk import landed.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let call = Call {
            method: request.method.clone(),
            url: self.address.route(&request.path),
            headers,
            body: request.body.clone(),
            tokens: 0,
            timeout: request.timeout,
            repeat: request.repeat,
        };
        let sent = self.send_patiently(&call, &Judging(request)).await;
        sent.map_err(|error| StudioError::from_send(error, &request.name(), &self.address.to_string()))
    }

    /// Sends until there is an answer, or an outage has lasted as long as allowed.
    async fn send_patiently(&self, call: &Call, judge: &dyn Judge) -> Result<Reply, SendError> {
        for attempt in 0.. {
            let began = Instant::now();
            let error = match self.transport.send(call, judge).await {
                Ok(reply) => {
                    if !is_gateways(reply.status) {
                        self.patience.answered();
                    }
                    return Ok(reply);
                }
                Err(error) if patience::is_outage(&error) => error,
                Err(error) => return Err(error),
            };
            let Some(wait) = self.patience.next(began, &self.transport.policy, attempt) else {
                return Err(error);
            };
            tokio::select! {
                biased;
                () = self.transport.stop.asked() => return Err(SendError::Stopped),
                () = tokio::time::sleep(wait) => {}
            }
        }
        unreachable!("an outage is not waited for without end")
    }

    /// Reads the JSON of a successful answer; an error tells any other.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        reply: &Reply,
        request: &Request,
    ) -> Result<T, StudioError> {
        let what = request.name();
        if let Some(error) = StudioError::from_reply(reply, &what, &self.address.to_string()) {
            return Err(error);
        }
        serde_json::from_slice(&reply.body).map_err(|error| {
            let mut words = error::words(reply);
            if !error::is_page(reply) {
                words = format!("{error} in `{words}`");
            }
            StudioError::Unexpected { what, words }
        })
    }

    /// Says what is wrong with the address, by looking whether Label Studio is at the host's root instead.
    async fn wrong_url(&self, reply: &Reply) -> StudioError {
        let words = if reply.status.is_success() && !error::is_page(reply) {
            format!("it answers {}, but not as Label Studio does", reply.status)
        } else {
            format!("it answers {} and {}", reply.status, error::words(reply))
        };
        let mut advice =
            "give the address that opens Label Studio in a browser, up to `/projects`".to_owned();
        if self.address.has_prefix() {
            let root = Self {
                address: self.address.host(),
                auth: Arc::new(Auth::new(self.auth.key().clone())),
                transport: self.transport.clone(),
                patience: Arc::default(),
            };
            // Without the key: a refusal in Label Studio's own form is proof enough.
            let asked = root.attempt(&Request::get("api/current-user/whoami"), None).await;
            if let Ok(reply) = asked
                && reply.status == StatusCode::UNAUTHORIZED
                && serde_json::from_slice::<Value>(&reply.body).is_ok_and(|body| body["detail"].is_string())
            {
                advice = format!("one answers at `{}`: give that as `--url`", root.address);
            }
        }
        StudioError::WrongUrl { address: self.address.to_string(), words, advice }
    }
}

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            body: None,
            timeout: TIMEOUT,
            repeat: Repeat::Always,
            answer: Answer::Json,
        }
    }

    /// Asks for a file of no more than so many bytes.
    pub(super) fn file(path: impl Into<String>, longest: usize) -> Self {
        Self { answer: Answer::File { longest }, ..Self::get(path) }
    }

    /// A request that is not repeated once it may have landed.
    pub(super) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::post_bytes(path, body.to_string().into_bytes())
    }

    /// The same with a body that is JSON already.
    pub(super) fn post_bytes(path: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method: Method::POST, body: Some(body), repeat: Repeat::OnlyUnsent, ..Self::get(path) }
    }

    pub(super) fn patch(path: impl Into<String>, body: &Value) -> Self {
        Self { method: Method::PATCH, ..Self::post(path, body) }.repeatable()
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    /// Repeating it does no harm.
    pub(super) fn repeatable(self) -> Self {
        Self { repeat: Repeat::Always, ..self }
    }

    pub(super) fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Returns what an error calls the request: never its query.
    pub(super) fn name(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("`{} {path}`", self.method)
    }
}

impl Judge for Judging<'_> {
    fn verdict(&self, reply: &Reply) -> Verdict {
        judge(reply, self.0)
    }

    fn longest(&self) -> usize {
        match self.0.answer {
            Answer::Json => REPLY_LIMIT,
            Answer::File { longest } => longest,
        }
    }
}

/// Returns whether a proxy answers so for a Label Studio that does not.
fn is_gateways(status: StatusCode) -> bool {
    (502..=504).contains(&status.as_u16())
}

/// Decides which answers are worth another attempt.
///
/// After a 5xx a request that changes something may have landed, so the caller has to look before it asks again. A 500
/// with JSON is Label Studio's way of calling a request bad; one with a page is mostly a locked database, but for a file
/// the way of saying that it is gone.
fn judge(reply: &Reply, request: &Request) -> Verdict {
    let is_repeatable = request.repeat == Repeat::Always;
    let may_be_locked = || match request.answer {
        Answer::Json => error::is_page(reply) || error::words(reply).contains("locked"),
        Answer::File { .. } => error::words(reply).contains("locked"),
    };
    let transient = match reply.status.as_u16() {
        429 => true,
        _ if is_gateways(reply.status) => is_repeatable,
        500 => is_repeatable && may_be_locked(),
        _ => false,
    };
    if !transient {
        return Verdict::Done;
    }
    let after = reply.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Verdict::Retry {
        after: after.map(Duration::from_secs),
        limited: reply.status == StatusCode::TOO_MANY_REQUESTS,
        message: error::words(reply),
    }
}

/// Compares a release such as `1.23.2` or `2.30.0.post1` with the oldest; one that cannot be read passes.
fn is_new_enough(release: &str) -> bool {
    let mut numbers = release.trim_start_matches('v').split('.').map(str::parse::<u64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => OLDEST_RELEASE <= (major, minor),
        _ => true,
    }
}
