//! A chat server that lives in the test: `OpenAI`, Azure, Anthropic and Ollama routes, answers by a closure, refusals by a script.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use super::canned::Canned;
use super::host::{Host, Record};

mod anthropic;
pub(crate) mod asked;
pub(crate) mod capability;
pub(crate) mod reply;
mod routes;
mod schema;

use asked::Asked;
use capability::Takes;
use reply::Said;

/// Answers a request.
type Voice = dyn Fn(&Asked) -> Said + Send + Sync;

/// Decides about a request before anybody else does.
type Director = dyn Fn(&Asked) -> Option<Canned> + Send + Sync;

/// How a server is set up.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// The key it wants, as a bearer token, an `api-key` or an `x-api-key`; none lets everybody in.
    pub(crate) key: Option<String>,
    /// The models or deployments it has; none means any.
    pub(crate) models: Vec<String>,
    /// Which `response_format` it takes.
    pub(crate) takes: Takes,
    /// A field of the body that it refuses with a 400, such as `temperature`.
    pub(crate) refused_field: Option<String>,
    /// How long each answer takes.
    pub(crate) latency: Duration,
    /// Requests within a time; more are refused with 429 and `Retry-After`.
    pub(crate) limit: Option<(u32, Duration)>,
    /// The most tokens an Ollama request may have, whatever its `num_ctx` says.
    pub(crate) context: usize,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Llm {
    host: Host,
    shared: Arc<Shared>,
}

struct Shared {
    setup: Setup,
    voice: Mutex<Arc<Voice>>,
    script: Mutex<BTreeMap<usize, Canned>>,
    director: Mutex<Option<Arc<Director>>>,
    bucket: Mutex<Bucket>,
    asked: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    refused: AtomicUsize,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    filled: Instant,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            key: None,
            models: Vec::new(),
            takes: Takes::Schema,
            refused_field: None,
            latency: Duration::ZERO,
            limit: None,
            context: usize::MAX,
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("setup", &self.setup).finish_non_exhaustive()
    }
}

impl Llm {
    /// Starts a server that takes everything and gives the first legal answer.
    pub(crate) fn start() -> Self {
        Self::with(Setup::default())
    }

    /// Starts a server set up like this.
    pub(crate) fn with(setup: Setup) -> Self {
        let burst = setup.limit.map_or(0.0, |(requests, _)| f64::from(requests));
        let voice: Arc<Voice> = Arc::new(|asked| Said::text(asked, &asked.legal_answer()));
        let shared = Arc::new(Shared {
            setup,
            voice: Mutex::new(voice),
            script: Mutex::default(),
            director: Mutex::default(),
            bucket: Mutex::new(Bucket { left: burst, filled: Instant::now() }),
            asked: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
        });
        let host = Host::start(routes::routes(&shared));
        Self { host, shared }
    }

    /// Returns the server's root, for Azure, Anthropic and Ollama; without a slash at the end.
    pub(crate) fn url(&self) -> String {
        self.host.url()
    }

    /// Returns the base URL of the `OpenAI` routes, which ends in `/v1`.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.host.url())
    }

    /// Returns the key it wants; any, if it wants none.
    pub(crate) fn key(&self) -> &str {
        self.shared.setup.key.as_deref().unwrap_or("sk-any")
    }

    /// Returns the server's view of its clients: requests, counts, keys.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Answers with these texts from now on.
    pub(crate) fn answer(&self, voice: impl Fn(&Asked) -> String + Send + Sync + 'static) {
        self.say(move |asked| Said::text(asked, &voice(asked)));
    }

    /// Answers like this from now on: several texts, refusals, answers cut short.
    pub(crate) fn say(&self, voice: impl Fn(&Asked) -> Said + Send + Sync + 'static) {
        *self.shared.voice.lock().expect("no holder of the lock panics") = Arc::new(voice);
    }

    /// Answers the chat request of this number, counted from 1, with a canned answer.
    pub(crate) fn script(&self, request: usize, canned: Canned) {
        self.shared.script.lock().expect("no holder of the lock panics").insert(request, canned);
    }

    /// Lets this see each chat request as it comes, and answer it instead.
    pub(crate) fn direct(&self, director: impl Fn(&Asked) -> Option<Canned> + Send + Sync + 'static) {
        *self.shared.director.lock().expect("no holder of the lock panics") = Some(Arc::new(director));
    }

    /// Returns the chat requests so far, in order of arrival.
    pub(crate) fn requests(&self) -> Vec<Record> {
        self.host.requests().into_iter().filter(|record| routes::is_chat(&record.path)).collect()
    }

    /// Returns how many chat requests came.
    pub(crate) fn count(&self) -> usize {
        self.requests().len()
    }

    /// Returns how many chat requests the rate limit refused.
    pub(crate) fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// Returns the most chat requests that were ever under way at the same time.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }
}

impl Shared {
    /// Answers a chat request.
    async fn reply(self: Arc<Self>, asked: Asked) -> Canned {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let _flight = Flight::start(&self);
        let director = self.director.lock().expect("no holder of the lock panics").clone();
        if let Some(canned) = director.and_then(|director| director(&asked)) {
            return canned;
        }
        let scripted = self.script.lock().expect("no holder of the lock panics").remove(&number);
        if let Some(canned) = scripted {
            return canned;
        }
        if let Some(refusal) = capability::refuse(&self.setup, &asked).or_else(|| self.limited(&asked)) {
            return refusal;
        }
        if !self.setup.latency.is_zero() {
            tokio::time::sleep(self.setup.latency).await;
        }
        let voice = Arc::clone(&self.voice.lock().expect("no holder of the lock panics"));
        reply::completion(&asked, &voice(&asked))
    }

    /// Takes a token out of the bucket, or refuses and says when the next one falls.
    fn limited(&self, asked: &Asked) -> Option<Canned> {
        let (requests, time) = self.setup.limit?;
        let mut bucket = self.bucket.lock().expect("no holder of the lock panics");
        let rate = f64::from(requests) / time.as_secs_f64();
        let now = Instant::now();
        let fallen = now.duration_since(bucket.filled).as_secs_f64() * rate;
        bucket.left = f64::from(requests).min(bucket.left + fallen);
        bucket.filled = now;
        if 1.0 <= bucket.left {
            bucket.left -= 1.0;
            return None;
        }
        self.refused.fetch_add(1, Ordering::SeqCst);
        let wait = ((1.0 - bucket.left) / rate).ceil().max(1.0).to_string();
        let message = format!("Rate limit reached for {}. Please try again in {wait}s.", asked.model);
        let body = json!({"error": {"message": message, "type": "requests", "param": null, "code": "rate_limit_exceeded"}});
        Some(Canned::json(429, &body).header("retry-after", &wait))
    }
}

/// Counts a chat request as under way while it lives.
struct Flight<'a>(&'a Shared);

impl<'a> Flight<'a> {
    fn start(shared: &'a Shared) -> Self {
        let now = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
