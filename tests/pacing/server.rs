//! A chat server that allows so much a minute, keeps a ledger of what came, and does nothing else.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::host::{Host, Record};

const MINUTE: f64 = 60.0;

/// What a server allows, and what it says of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) counts: Counts,
    /// In a minute.
    pub(crate) limit: f64,
    pub(crate) refill: Refill,
    /// Whether each reply tells limit, remaining and reset.
    pub(crate) tells: bool,
    /// Whether a refusal tells how long to wait.
    pub(crate) retry_after: bool,
    /// How long each answer takes.
    pub(crate) latency: Duration,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    Requests,
    /// Of prompt and answer, both charged when the request comes.
    Tokens,
}

/// How an allowance comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refill {
    /// All at once, a minute after the first request and each minute from then on.
    Window,
    /// Evenly; the bucket holds what falls in ten seconds.
    Bucket,
}

/// A request as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) at: Instant,
    pub(crate) weight: f64,
    pub(crate) accepted: bool,
}

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    host: Host,
    ledger: Arc<Ledger>,
}

struct Ledger {
    terms: Terms,
    state: Mutex<Account>,
}

#[derive(Default)]
struct Account {
    entries: Vec<Entry>,
    left: f64,
    /// When the window began, or the bucket was looked into.
    since: Option<Instant>,
    first_reply: Option<Instant>,
}

impl Server {
    /// Starts a server with these terms.
    pub(crate) fn start(terms: Terms) -> Self {
        let ledger = Arc::new(Ledger { terms, state: Mutex::default() });
        let routes = Router::new().route("/v1/chat/completions", post(chat)).with_state(Arc::clone(&ledger));
        Self { host: Host::start(routes), ledger }
    }

    /// Returns where it is.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.host.url())
    }

    /// Returns everything that came, and when the first reply was on its way.
    pub(crate) fn entries(&self) -> (Vec<Entry>, Option<Instant>) {
        let account = self.ledger.state.lock().expect("no holder of the lock panics");
        (account.entries.clone(), account.first_reply)
    }
}

impl Account {
    /// Returns what is left now.
    fn refill(&mut self, terms: &Terms, now: Instant) {
        let begins = self.since.is_none();
        let since = *self.since.get_or_insert(now);
        let passed = now.duration_since(since).as_secs_f64();
        match terms.refill {
            Refill::Window if begins || MINUTE <= passed => {
                self.left = terms.limit;
                self.since = Some(since + Duration::from_secs_f64((passed / MINUTE).floor() * MINUTE));
            }
            Refill::Window => {}
            Refill::Bucket => {
                let most = terms.limit / 6.0;
                let fallen = if begins { most } else { passed * terms.limit / MINUTE };
                self.left = most.min(self.left + fallen);
                self.since = Some(now);
            }
        }
    }

    /// Returns how long it takes until all is there again.
    fn reset(&self, terms: &Terms, now: Instant) -> f64 {
        let since = self.since.map_or(0.0, |since| now.duration_since(since).as_secs_f64());
        match terms.refill {
            Refill::Window => MINUTE - since,
            Refill::Bucket => (terms.limit / 6.0 - self.left) / terms.limit * MINUTE,
        }
    }
}

async fn chat(State(ledger): State<Arc<Ledger>>, Extension(record): Extension<Record>) -> Response {
    let terms = ledger.terms;
    let body: Value = record.json();
    let answer = r#"{"mood":"positive"}"#;
    // Not what the program estimates: 3.5 characters a token, and a few for nothing.
    let prompt = body["messages"].to_string().len() * 2 / 7 + 11;
    let completion = 9;
    let weight = match terms.counts {
        Counts::Requests => 1.0,
        Counts::Tokens => {
            f64::from(u32::try_from(prompt + completion).expect("a prompt fits into the memory"))
        }
    };
    let (accepted, left, reset) = ledger.enter(weight);
    let told = |canned: Canned| {
        if !terms.tells {
            return canned;
        }
        let kind = if terms.counts == Counts::Requests { "requests" } else { "tokens" };
        let header = |name: &str| format!("x-ratelimit-{name}-{kind}");
        let canned = canned.header(&header("limit"), &format!("{:.0}", terms.limit));
        let canned = canned.header(&header("remaining"), &format!("{:.0}", left.floor()));
        canned.header(&header("reset"), &format!("{reset:.3}s"))
    };
    if !accepted {
        let error =
            json!({"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"});
        let refusal = told(Canned::json(429, &json!({"error": error})));
        let wait = format!("{:.0}", reset.ceil());
        return if terms.retry_after { refusal.header("retry-after", &wait) } else { refusal }
            .respond()
            .await;
    }
    tokio::time::sleep(terms.latency).await;
    let message = json!({"role": "assistant", "content": answer});
    let usage = json!({"prompt_tokens": prompt, "completion_tokens": completion});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    let completion = json!({"object": "chat.completion", "model": "m", "choices": [choice], "usage": usage});
    ledger.state.lock().expect("no holder of the lock panics").first_reply.get_or_insert_with(Instant::now);
    told(Canned::json(200, &completion)).respond().await
}

impl Ledger {
    /// Accepts a request or not; returns what is left and how long it takes until all is there again.
    fn enter(&self, weight: f64) -> (bool, f64, f64) {
        let mut account = self.state.lock().expect("no holder of the lock panics");
        let at = Instant::now();
        account.refill(&self.terms, at);
        let accepted = weight <= account.left;
        if accepted {
            account.left -= weight;
        }
        account.entries.push(Entry { at, weight, accepted });
        (accepted, account.left, account.reset(&self.terms, at))
    }
}
