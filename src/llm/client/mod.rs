//! Asks a model: provider, key and transport in one, with what was learned about the endpoint.

mod asking;
mod endpoint;
mod known;
mod paid;
mod purse;
mod refused;
#[cfg(test)]
mod tests;
mod weight;

pub use endpoint::Endpoint;
pub use known::{Known, Preview, Trust};
pub use paid::{Paid, RawReply, Unanswered};

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use reqwest::StatusCode;
use tracing::info;

use self::asking::Asking;
use self::purse::Purse;
use self::weight::Weight;
use super::budget::Budget;
use super::chat::{ChatRequest, Completion, Logprobs, Response};
use super::estimate::worst_case;
use super::forecast::Forecast;
use super::ladder::{Capabilities, Rung};
use super::memory::Memory;
use super::provider::{DecodeError, EncodeError};
use super::refusal::{Part, Refusal};
use crate::http::transport::{Reply, SendError, Transport};
use crate::label::prediction::Usage;

/// Why a model gave no completion.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    /// See there what concerns the task ([`SendError::Rejected`]) and what the run ([`SendError::Aborted`]).
    #[error(transparent)]
    Send(#[from] SendError),
    /// The server answered with something that is no completion.
    #[error("the reply of the model's server could not be read: {0}")]
    Decode(#[from] DecodeError),
    /// The provider has no words for this task's request; nothing was sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Asks one endpoint; shared by all tasks.
#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    transport: Transport,
    memory: Memory,
    /// `None` lets a run spend any amount.
    budget: Option<Arc<Budget>>,
    /// Held by the request that finds out what the endpoint takes.
    probing: tokio::sync::Mutex<()>,
    unreached: Mutex<Unreached>,
    forecast: Mutex<Forecast>,
    /// By model.
    known: Mutex<HashMap<String, Known>>,
    /// Whether any request was answered, so that what all requests have in common is taken.
    answered: AtomicBool,
    /// Whether a schema was refused for what is in it, so that what is known does not hold for others.
    has_odd_schema: AtomicBool,
    /// Why no request can succeed any more.
    aborted: OnceLock<SendError>,
}

/// Requests that did not get through to the server.
#[derive(Debug, Clone, Default)]
struct Unreached {
    count: u64,
    /// Why the last one did not.
    error: Option<SendError>,
}

/// What a server made of a request.
enum Answer {
    Paid(Paid),
    /// It does not take a part of the request.
    Refusal(StatusCode, Refusal),
}

impl Client {
    /// Builds a client that has learned nothing yet.
    pub fn new(endpoint: Endpoint, transport: Transport) -> Self {
        Self {
            endpoint,
            transport,
            memory: Memory::default(),
            budget: None,
            probing: tokio::sync::Mutex::default(),
            unreached: Mutex::default(),
            forecast: Mutex::default(),
            known: Mutex::default(),
            answered: AtomicBool::new(false),
            has_odd_schema: AtomicBool::new(false),
            aborted: OnceLock::new(),
        }
    }

    /// Uses what earlier runs learned, and keeps what this one learns.
    #[must_use]
    pub fn remembering(self, memory: Memory) -> Self {
        Self { memory, ..self }
    }

    /// Spends no more than this; every request must have a token limit.
    #[must_use]
    pub fn within(self, budget: Budget) -> Self {
        Self { budget: Some(Arc::new(budget)), ..self }
    }

    /// Returns what may be spent and what was.
    pub fn budget(&self) -> Option<&Arc<Budget>> {
        self.budget.as_ref()
    }

    /// Returns the URL and body that would be sent, and what is believed of the endpoint.
    pub fn preview(&self, request: &ChatRequest) -> Result<Preview, EncodeError> {
        let known = self.known(&request.model);
        let body = self.endpoint.provider.body(request, &known.capabilities)?;
        Ok(Preview { url: self.endpoint.url(&request.model), body, known })
    }

    /// Returns the most that one attempt of a request can use, where it has a token limit.
    pub fn worst_case(&self, request: &ChatRequest) -> Result<Usage, EncodeError> {
        let body = self.preview(request)?.body;
        Ok(worst_case(request, &body, body.to_string().len()))
    }

    /// Returns what is believed of the endpoint and this model.
    pub fn known(&self, model: &str) -> Known {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(model.to_owned()).or_insert_with(|| self.recall(model)).clone()
    }

    /// Returns why no request can succeed any more; an answer may have shown it.
    pub fn fault(&self) -> Option<&SendError> {
        self.aborted.get()
    }

    /// Returns the transport, for its counters and its shared pause.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Returns the name of the limits that this endpoint, model and key have, the same in every process.
    pub fn limits(&self, model: &str) -> String {
        self.endpoint.limits(model)
    }

    /// Asks until the server takes the form of the request; what is paid on the way and of no use goes to `wasted`.
    async fn ask(&self, request: &ChatRequest, wasted: &mut Paid) -> Result<Paid, AskError> {
        let model = &request.model;
        let turn = self.turn(model).await?;
        let mut tried = vec![self.known(model).capabilities];
        loop {
            let capabilities = tried.last().expect("it begins with one").clone();
            let (status, refusal) = match self.attempt(request, &capabilities, wasted).await? {
                Answer::Paid(paid)
                    if turn.is_some() && passes_over_schema(request, &capabilities, &paid.completion) =>
                {
                    wasted.waste(paid);
                    let less = Capabilities { rung: Rung::Prompt, ..capabilities };
                    info!("the endpoint passes over the JSON schema; it goes into the prompt from now on");
                    self.believe(model, &less, Trust::Guessed);
                    tried.push(less);
                    continue;
                }
                Answer::Paid(paid) => {
                    self.answered.store(true, Ordering::Relaxed);
                    self.prove(request, &capabilities);
                    if passes_over_logprobs(request, &paid.completion) {
                        // This answer is as good as any; those that would come are not asked for.
                        let message = "200: its answer has none".to_owned();
                        self.abort(StatusCode::OK, &Refusal { part: Part::Logprobs, message }, request);
                    }
                    return Ok(paid);
                }
                Answer::Refusal(status, refusal) => (status, refused::named(refusal, request)),
            };
            let is_needed = refusal.part == Part::Logprobs && request.parameters.logprobs == Logprobs::Needed;
            let other = if is_needed { None } else { self.learn(request, &tried, &refusal.part) };
            match other {
                Some(other) => tried.push(other),
                // It was taken before, so what is wrong with it is in this task.
                None if self.answered.load(Ordering::Relaxed) => {
                    let message = format!("the server refused the request: {}", refusal.message);
                    return Err(SendError::Rejected { status, message }.into());
                }
                None => return Err(self.abort(status, &refusal, request).into()),
            }
        }
    }

    /// Waits while another request finds out about the endpoint; returns the right to find out where that is open.
    async fn turn(&self, model: &str) -> Result<Option<tokio::sync::MutexGuard<'_, ()>>, SendError> {
        let unreached = || self.unreached.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let turn = match self.known(model).trust {
            Trust::Guessed => {
                let before = unreached();
                let turn = self.probing.lock().await;
                match unreached() {
                    // What the one before could not reach is not tried by each of those who waited for it.
                    Unreached { count, error: Some(error) } if before.count < count => return Err(error),
                    _ => Some(turn),
                }
            }
            Trust::Remembered | Trust::Proven => None,
        };
        match self.aborted.get() {
            Some(error) => Err(error.clone()),
            // The one before may have found out; then nobody has to wait any longer.
            None => Ok(turn.filter(|_| self.known(model).trust == Trust::Guessed)),
        }
    }

    /// Sends the request on this rung; a reply that cannot be read goes to `wasted`.
    async fn attempt(
        &self,
        request: &ChatRequest,
        capabilities: &Capabilities,
        wasted: &mut Paid,
    ) -> Result<Answer, AskError> {
        let provider = &self.endpoint.provider;
        let body = provider.body(request, capabilities)?;
        let weight = Weight::new(&self.forecast, request, provider.weighing());
        let call = self.endpoint.call(&request.model, &body, weight.tokens());
        let purse = self.budget.as_ref().map(|budget| {
            let worst = worst_case(request, &body, call.body.as_deref().unwrap_or_default().len());
            Purse::new(budget, worst, self.endpoint.counting(&body))
        });
        let asking = Asking::new(provider.as_ref(), &body, weight, purse);
        let sent = self.transport.send(&call, &asking).await;
        match (sent, asking.into_refusal()) {
            (Ok(reply), _) => {
                let raw = RawReply::new(&reply, &call.headers);
                // What is read now is what is read later.
                let reply = Reply { body: raw.bytes(), ..reply };
                match provider.completion(&reply) {
                    Ok(completion) => Ok(Answer::Paid(Paid::new(completion, raw))),
                    Err(error) => {
                        let bill = provider.bill(&reply);
                        wasted.waste(Paid::new(Completion { bill, ..Completion::default() }, raw));
                        Err(error.into())
                    }
                }
            }
            // The transport's message is without our key, which the server may have echoed.
            (Err(SendError::Rejected { status, message }), Some(refusal)) => {
                Ok(Answer::Refusal(status, Refusal { message, ..refusal }))
            }
            (Err(error), _) => {
                self.note(&request.model, &error);
                Err(error.into())
            }
        }
    }

    /// Keeps an error that others would meet as well.
    fn note(&self, model: &str, error: &SendError) {
        match error {
            SendError::Aborted { .. } => drop(self.aborted.set(error.clone())),
            SendError::Unreachable { .. }
            | SendError::WaitTooLong { .. }
            | SendError::GaveUp { status: None | Some(StatusCode::TOO_MANY_REQUESTS), .. } => {
                let mut unreached = self.unreached.lock().unwrap_or_else(PoisonError::into_inner);
                *unreached = Unreached { count: unreached.count + 1, error: Some(error.clone()) };
            }
            // The server may break on this task alone, so the others go on, with nothing found out.
            SendError::GaveUp { .. } => {
                let Known { capabilities, trust } = self.known(model);
                if trust == Trust::Guessed {
                    self.believe(model, &capabilities, Trust::Remembered);
                }
            }
            SendError::Rejected { .. }
            | SendError::Unknown { .. }
            | SendError::Unaffordable { .. }
            | SendError::Stopped => {}
        }
    }

    /// Returns what to try after a refusal: what another request has found out meanwhile, else one step down.
    ///
    /// Once a schema was answered in this run, the next refusal is that task's own, and steps down for it alone.
    fn learn(&self, request: &ChatRequest, tried: &[Capabilities], part: &Part) -> Option<Capabilities> {
        let model = &request.model;
        let known = self.known(model);
        if !tried.contains(&known.capabilities) {
            return Some(known.capabilities);
        }
        let last = tried.last()?;
        let provider = &self.endpoint.provider;
        let less = last.without(part, provider.rungs(), provider.added(request));
        let less = less.filter(|less| !tried.contains(less))?;
        if known.trust != Trust::Proven && known.capabilities == *last {
            refused::tell(part, last, &less);
            self.believe(model, &less, Trust::Guessed);
            if *part == Part::OwnSchema {
                self.has_odd_schema.store(true, Ordering::Relaxed);
            }
        }
        Some(less)
    }

    fn prove(&self, request: &ChatRequest, capabilities: &Capabilities) {
        let known = self.known(&request.model);
        if known.trust == Trust::Proven || known.capabilities != *capabilities {
            return;
        }
        if request.schema.is_none() {
            // Nothing was asked for that could have been refused, but nobody needs to wait.
            self.believe(&request.model, capabilities, Trust::Remembered);
            return;
        }
        self.believe(&request.model, capabilities, Trust::Proven);
        if self.has_odd_schema.load(Ordering::Relaxed) {
            return;
        }
        self.memory.remember(&self.endpoint.name(&request.model), capabilities, SystemTime::now());
    }

    fn believe(&self, model: &str, capabilities: &Capabilities, trust: Trust) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(model.to_owned(), Known { capabilities: capabilities.clone(), trust });
    }

    fn recall(&self, model: &str) -> Known {
        let remembered = self.memory.recall(&self.endpoint.name(model), SystemTime::now());
        let remembered = remembered.map(|capabilities| Known { capabilities, trust: Trust::Remembered });
        remembered.unwrap_or_else(|| Known {
            capabilities: self.endpoint.capabilities(model),
            trust: Trust::Guessed,
        })
    }
}

/// Returns whether the answer shows that nobody read the schema: it has no JSON object at all.
fn passes_over_schema(request: &ChatRequest, capabilities: &Capabilities, completion: &Completion) -> bool {
    let is_prose = |response: &Response| matches!(response, Response::Text(wording) if !wording.text.is_empty() && !wording.text.contains('{'));
    request.schema.is_some() && capabilities.rung != Rung::Prompt && completion.responses.iter().all(is_prose)
}

/// Returns whether an answer comes without the probabilities that are needed.
fn passes_over_logprobs(request: &ChatRequest, completion: &Completion) -> bool {
    let is_silent =
        |response: &Response| matches!(response, Response::Text(wording) if wording.tokens.is_empty());
    request.parameters.logprobs == Logprobs::Needed && completion.responses.iter().any(is_silent)
}
