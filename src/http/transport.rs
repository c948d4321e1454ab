//! Sends one request until it is answered, refused for good, or given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, StatusCode};
use tracing::{debug, trace};
use url::Url;

use super::fault::{Fault, Reach, address, explain};
use super::judge::{Attempt, Judge, Unaffordable};
use super::pace::{Pace, Pass, Turned, wait_for_reset};
use super::retry::{Budget, RetryPolicy, Verdict};
use super::secret::mask_sent;
use super::stop::Stop;
use super::words::{clock, in_words};

/// Most characters of a body in a trace.
const TRACE_LIMIT: usize = 4_000;

/// A request that can be sent more than once.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    /// Secret ones are marked sensitive, so that no debug output shows them.
    pub headers: HeaderMap,
    /// JSON; sent with a Content-Length, for Label Studio reads a chunked body as empty.
    pub body: Option<Vec<u8>>,
    /// How many it is expected to use of what the server allows a minute; 0 where it counts none.
    pub tokens: u64,
    /// For one attempt, from connecting to the last byte.
    pub timeout: Duration,
    pub repeat: Repeat,
}

/// Whether an attempt may be repeated when nobody knows if it landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Repeating does no harm.
    Always,
    /// Only when the request surely did not reach the server.
    OnlyUnsent,
}

/// A whole answer of a server, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why a request got no usable answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    /// This request can never succeed.
    #[error("{message}")]
    Rejected { status: StatusCode, message: String },
    /// No request can succeed.
    #[error("{message}")]
    Aborted { status: StatusCode, message: String, advice: String },
    /// Tried as often as allowed.
    #[error("{message} (gave up after {})", times(*attempts))]
    GaveUp { attempts: u32, message: String, status: Option<StatusCode> },
    /// Tried as often as allowed, and the last time no connection came about.
    #[error("{message} (gave up after {})", times(*attempts))]
    Unreachable { attempts: u32, message: String },
    /// The server asks to wait longer than allowed.
    #[error("{message}")]
    WaitTooLong { status: StatusCode, message: String },
    /// The connection broke or timed out where repeating might do harm: it may or may not have landed.
    #[error("{message}")]
    Unknown { message: String },
    /// Nothing more can be paid for.
    #[error("{message}")]
    Unaffordable { message: String },
    /// Stopping was asked for before an attempt could be made.
    #[error("stopped before it was sent")]
    Stopped,
}

/// What was sent and waited for, over all requests of a transport.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub attempts: u64,
    pub retries: u64,
    /// Refusals for a rate limit.
    pub limited: u64,
}

/// Paces, sends, judges and retries; cheap to clone.
#[derive(Debug, Clone)]
pub struct Transport {
    pub client: reqwest::Client,
    pub policy: RetryPolicy,
    pub pace: Arc<Pace>,
    pub stop: Stop,
}

/// An attempt that gave no answer.
enum Trouble {
    Again(Setback),
    End(SendError),
}

/// An attempt that may be repeated.
struct Setback {
    message: String,
    status: Option<StatusCode>,
    after: Option<Duration>,
    limited: bool,
    reach: Option<Reach>,
}

impl Transport {
    /// Sends until [`Verdict::Done`] and returns that reply.
    ///
    /// Stopping ends what waits, for its turn or for another attempt; what is on the wire is finished. An attempt
    /// that is refused for a rate limit pauses everybody who shares the pace. Where repeating might do harm, only
    /// such a refusal and a connection that never came about are repeated.
    pub async fn send(&self, call: &Call, judge: &dyn Judge) -> Result<Reply, SendError> {
        let mut budget = Budget::new(&self.policy);
        for attempts in 1.. {
            let mut pass = self.admit(call, judge).await?;
            count(&self.pace.counters.attempts);
            if 1 < attempts {
                count(&self.pace.counters.retries);
            }
            let setback = match self.attempt(call, judge, &mut pass).await {
                Ok(reply) => return Ok(reply),
                Err(Trouble::End(error)) => return Err(error),
                Err(Trouble::Again(setback)) => setback,
            };
            let Setback { status, after, limited, reach, .. } = setback;
            if limited {
                count(&self.pace.counters.limited);
            }
            let message = format!("{}: {}", address(&call.url), setback.message);
            if let (Some(status), Some(after)) = (status, after.filter(|after| self.policy.max_wait < *after))
            {
                let message = format!("{message}; {}", self.too_long(after));
                return Err(SendError::WaitTooLong { status, message });
            }
            let Some(wait) = budget.next(&self.policy, after, limited) else {
                return Err(match reach {
                    Some(Reach::Unsent) => SendError::Unreachable { attempts, message },
                    _ => SendError::GaveUp { attempts, message, status },
                });
            };
            debug!(?wait, limited, "{message}; waiting for another attempt");
            if limited {
                self.pace.refused(&pass, wait);
                continue;
            }
            drop(pass);
            self.wait(wait).await?;
        }
        unreachable!("the budget ends the loop")
    }

    /// Returns what was sent so far by all who share the pace.
    pub fn counters(&self) -> Counters {
        let counters = &self.pace.counters;
        Counters {
            attempts: counters.attempts.load(Ordering::Relaxed),
            retries: counters.retries.load(Ordering::Relaxed),
            limited: counters.limited.load(Ordering::Relaxed),
        }
    }

    /// Waits until the next attempt may be paid for and it is its turn.
    async fn admit(&self, call: &Call, judge: &dyn Judge) -> Result<Pass<'_>, SendError> {
        tokio::select! {
            biased;
            () = self.stop.asked() => return Err(SendError::Stopped),
            afforded = judge.afford() => {
                afforded.map_err(|Unaffordable(message)| SendError::Unaffordable { message })?;
            }
        }
        let turned = match self.pace.admit(call.tokens, self.policy.max_wait, &self.stop).await {
            Ok(pass) => return Ok(pass),
            Err(turned) => turned,
        };
        judge.settle(&Attempt::Unsent);
        Err(match turned {
            Turned::Stopped => SendError::Stopped,
            // It would be refused for its rate limit, so it ends as if it had been.
            Turned::TooLong(wait) => SendError::WaitTooLong {
                status: StatusCode::TOO_MANY_REQUESTS,
                message: format!("{}: {}", address(&call.url), self.too_long(wait)),
            },
        })
    }

    /// Says that a wait which the server asks for is longer than allowed.
    fn too_long(&self, wait: Duration) -> String {
        let (asked, allowed) = (in_words(wait), in_words(self.policy.max_wait));
        let advice = "go on later, or allow more with `--max-wait`";
        let until = clock(wait).map(|time| format!(", until {time}")).unwrap_or_default();
        format!("the server asks to wait {asked}{until}, more than the {allowed} allowed; {advice}")
    }

    async fn wait(&self, wait: Duration) -> Result<(), SendError> {
        tokio::select! {
            biased;
            () = self.stop.asked() => Err(SendError::Stopped),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    async fn attempt(&self, call: &Call, judge: &dyn Judge, pass: &mut Pass<'_>) -> Result<Reply, Trouble> {
        let start = Instant::now();
        let (reply, is_whole) = match self.exchange(call, judge.longest()).await {
            Ok(received) => received,
            Err(error) => {
                let fault = explain(&error, call.timeout);
                match fault.reach {
                    Reach::Never | Reach::Unsent => {
                        judge.settle(&Attempt::Unsent);
                        pass.unsent();
                    }
                    // What was reserved for it stays so.
                    Reach::Unknown => {
                        judge.settle(&Attempt::Unknown);
                    }
                }
                return Err(network_trouble(call, fault));
            }
        };
        if let Some(used) = judge.settle(&Attempt::Answered(&reply)) {
            pass.use_tokens(used);
        }
        pass.learn(&reply.headers);
        debug!(status = reply.status.as_u16(), took = ?start.elapsed(), "{} {}", call.method, address(&call.url));
        trace_body("reply", &reply.body, call);
        if !is_whole {
            let message =
                format!("{}: the answer is longer than {} bytes", address(&call.url), judge.longest());
            return Err(Trouble::End(SendError::Rejected { status: reply.status, message }));
        }
        match judge.verdict(&reply) {
            Verdict::Done => {
                pass.succeeded();
                Ok(reply)
            }
            verdict => Err(trouble(call, &reply, verdict)),
        }
    }

    /// Sends once and reads the answer; returns as well whether that is all of it, which is not so for one that is
    /// longer than the limit, or says that it is.
    async fn exchange(&self, call: &Call, longest: usize) -> Result<(Reply, bool), reqwest::Error> {
        let mut request = self
            .client
            .request(call.method.clone(), call.url.clone())
            .headers(call.headers.clone())
            .timeout(call.timeout);
        if let Some(body) = &call.body {
            trace_body("request", body, call);
            request = request.body(body.clone());
        }
        let mut response = request.send().await?;
        let mut body = Vec::new();
        let mut is_whole = response.content_length().is_none_or(|length| length <= longest as u64);
        while is_whole && let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            is_whole = body.len() <= longest;
        }
        Ok((Reply { status: response.status(), headers: response.headers().clone(), body }, is_whole))
    }
}

/// Sorts out a reply that is no answer.
fn trouble(call: &Call, reply: &Reply, verdict: Verdict) -> Trouble {
    let status = reply.status;
    let place = address(&call.url);
    let hide = |message: String| mask_sent(&message, &call.headers);
    if status.is_redirection() {
        let (message, advice) = redirected(call, reply);
        return Trouble::End(SendError::Aborted { status, message, advice });
    }
    // A server error may come after the work was done.
    let may_have_landed = call.repeat == Repeat::OnlyUnsent
        && (status.is_server_error() || matches!(verdict, Verdict::Retry { limited: false, .. }));
    match verdict {
        Verdict::Retry { message, .. } | Verdict::Reject(message) | Verdict::Abort { message, .. }
            if may_have_landed =>
        {
            Trouble::End(SendError::Unknown { message: hide(format!("{place}: {message}")) })
        }
        Verdict::Retry { after, limited, message } => Trouble::Again(Setback {
            message: hide(message),
            // A refusal inside a success is one all the same.
            status: Some(if limited { StatusCode::TOO_MANY_REQUESTS } else { status }),
            after: after.or_else(|| wait_for_reset(&reply.headers, call.tokens).filter(|_| limited)),
            limited,
            reach: None,
        }),
        Verdict::Abort { message, advice } => {
            Trouble::End(SendError::Aborted { status, message: hide(format!("{place}: {message}")), advice })
        }
        Verdict::Reject(message) => Trouble::End(SendError::Rejected { status, message: hide(message) }),
        Verdict::Done => unreachable!("an answer is no trouble"),
    }
}

fn network_trouble(call: &Call, fault: Fault) -> Trouble {
    debug!(reach = ?fault.reach, "{} {}: {}", call.method, address(&call.url), fault.message);
    let named = format!("{}: {}", address(&call.url), fault.message);
    match (fault.reach, call.repeat) {
        (Reach::Never, _) => Trouble::End(SendError::Unreachable { attempts: 1, message: named }),
        (Reach::Unknown, Repeat::OnlyUnsent) => Trouble::End(SendError::Unknown { message: named }),
        (reach @ Reach::Unsent, _) | (reach @ Reach::Unknown, Repeat::Always) => Trouble::Again(Setback {
            message: fault.message,
            status: None,
            after: None,
            limited: false,
            reach: Some(reach),
        }),
    }
}

/// Returns what to say of a redirect, and what to do about it.
fn redirected(call: &Call, reply: &Reply) -> (String, String) {
    let target = reply.headers.get(LOCATION).and_then(|location| location.to_str().ok());
    let target = target.and_then(|location| call.url.join(location).ok());
    let target = target.map_or_else(|| "nowhere".to_owned(), |url| format!("`{}`", address(&url)));
    let place = address(&call.url);
    let message = format!(
        "{place}: the server sends us on ({}) to {target}, and keys are not sent on",
        reply.status.as_u16()
    );
    (message, "set the URL to where the server really is".to_owned())
}

fn trace_body(what: &str, body: &[u8], call: &Call) {
    if tracing::enabled!(tracing::Level::TRACE) {
        // Hidden before it is cut: half a key at the end would not be known for one.
        let text = mask_sent(&String::from_utf8_lossy(body), &call.headers);
        trace!("{what}: {}", text.chars().take(TRACE_LIMIT).collect::<String>());
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn times(attempts: u32) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}
