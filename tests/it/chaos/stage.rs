//! Sees every request of both servers in their order, and does to each what the scenario says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::json;

use super::answers;
use super::dice::Dice;
use super::scenario::{Act, End, Event, Mishap, MishapKind, Outage, Part, Signal};
use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::host::{Door, Record};
use crate::support::llm::asked::Asked;
use crate::support::program::{Running, send};
use crate::support::studio::{BulkFault, Turn};

/// What both servers share: the act that is played, and what happened.
#[derive(Debug)]
pub(super) struct Stage {
    seed: u64,
    doors: Doors,
    inner: Mutex<Inner>,
}

/// How to close the servers.
#[derive(Debug, Clone)]
pub(super) struct Doors {
    pub(super) model: Door,
    pub(super) studio: Door,
}

/// An answer that was good and whole, and so was paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// The run it was given to, counted from 1.
    pub(super) run: usize,
    pub(super) question: String,
}

#[derive(Debug, Default)]
struct Inner {
    run: usize,
    act: Act,
    process: Option<u32>,
    /// In this run.
    events: HashMap<Event, usize>,
    /// How often each question was asked in this run.
    asked: HashMap<String, usize>,
    strike: Strike,
    /// Opens the server that takes no connections.
    closed: Option<Gate>,
    given: Vec<Given>,
    /// Bulk calls that are stored later, and how many events later.
    late: Vec<(Gate, usize)>,
    log: Vec<String>,
}

/// How far the signals of an act are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strike {
    #[default]
    Waiting,
    /// One more is due at the next event.
    Once,
    Done,
}

impl Stage {
    pub(super) fn new(seed: u64, doors: Doors) -> Arc<Self> {
        Arc::new(Self { seed, doors, inner: Mutex::default() })
    }

    /// Begins a run: no event is seen before it is known whom to kill.
    pub(super) fn begin(&self, act: &Act, start: impl FnOnce() -> Running) -> Running {
        let mut inner = self.inner();
        let Inner { run, given, late, log, .. } = std::mem::take(&mut *inner);
        *inner = Inner { run: run + 1, act: act.clone(), given, late, log, ..Inner::default() };
        inner.note(&format!("{act:?}"));
        if act.outage == Some(Outage::Model) {
            inner.closed = Some(self.doors.model.close());
        }
        let running = start();
        inner.process = Some(running.id());
        running
    }

    /// Ends a run, and tells whether and how it was struck.
    pub(super) fn end(&self, how: &str) -> Strike {
        let mut inner = self.inner();
        inner.process = None;
        inner.note(how);
        inner.closed.take().iter().for_each(Gate::open);
        inner.strike
    }

    /// Notes something that no server sees.
    pub(super) fn note(&self, text: &str) {
        self.inner().note(text);
    }

    /// Returns how many events of this kind the last run made.
    pub(super) fn count(&self, event: Event) -> usize {
        self.inner().events.get(&event).copied().unwrap_or_default()
    }

    /// Returns how often the last run asked each question.
    pub(super) fn questions(&self) -> HashMap<String, usize> {
        self.inner().asked.clone()
    }

    /// Returns whether Label Studio still has to store a call whose client is gone.
    pub(super) fn is_storing(&self) -> bool {
        !self.inner().late.is_empty()
    }

    /// Returns what happened, a line each.
    pub(super) fn log(&self) -> Vec<String> {
        self.inner().log.clone()
    }

    /// Returns the answers that were paid for, in their order.
    pub(super) fn given(&self) -> Vec<Given> {
        self.inner().given.clone()
    }

    /// Answers for the model.
    pub(super) fn model(self: &Arc<Self>, asked: &Asked) -> Canned {
        let question = answers::asked_question(asked);
        let mut inner = self.inner();
        self.see(&mut inner, Event::Asked, &question);
        let attempt = inner.asked.entry(question.clone()).or_default();
        *attempt += 1;
        let attempt = *attempt;
        let purpose = format!("run {} attempt {attempt} at {question}", inner.run);
        let mut dice = Dice::new(self.seed, &purpose);
        if dice.percent(inner.act.bad_answers) {
            let (way, canned) = answers::bad(asked, &mut dice);
            inner.note(&format!("  answers {question}: {way}"));
            return canned;
        }
        let run = inner.run;
        inner.given.push(Given { run, question: question.clone() });
        let answer = answers::good(asked);
        let number = 1 + inner.events.get(&Event::Answered).copied().unwrap_or_default();
        if inner.is_struck_at(Event::Answered, number) {
            let stage = Arc::clone(self);
            return answer.then(move || stage.see_of(run, Event::Answered, &question));
        }
        self.see(&mut inner, Event::Answered, &question);
        answer
    }

    /// Decides about a request to Label Studio.
    pub(super) fn studio(&self, record: &Record) -> Option<Turn> {
        let event = event(record);
        let mut inner = self.inner();
        let struck = self.see(&mut inner, event, &format!("{} {}", record.method, record.path));
        let number = inner.events[&event];
        let blow = inner.act.blow.clone().filter(|blow| struck && blow.signal == Signal::Kill);
        let fits = |mishap: &&Mishap| mishap.event == event && mishap.number == number;
        let mishap = inner.act.mishaps.iter().find(fits).map(|mishap| mishap.kind);
        let kind = match blow {
            Some(blow) if event == Event::Import => MishapKind::Stored(blow.part, End::Cut),
            _ => mishap?,
        };
        inner.note(&format!("  {kind:?}"));
        if let MishapKind::Stored(Part::Late, _) = kind {
            let gate = Gate::new();
            let purpose = format!("late store of run {} call {number}", inner.run);
            let delay = Dice::new(self.seed, &purpose).between(2, 12);
            inner.late.push((gate.clone(), delay));
            return Some(Turn::Fault(BulkFault::StoresLate(gate)));
        }
        Some(turn(kind))
    }

    /// Counts an event and does what is due at it; returns whether a signal was sent.
    fn see(&self, inner: &mut Inner, event: Event, what: &str) -> bool {
        let number = inner.count(event, what);
        if inner.act.outage == Some(Outage::Studio(event, number)) {
            inner.note("  Label Studio takes no more connections");
            inner.closed = Some(self.doors.studio.close());
        }
        inner.strike(event, number)
    }

    /// As [`see`](Self::see), unless that run is over.
    fn see_of(&self, run: usize, event: Event, what: &str) {
        let mut inner = self.inner();
        if run == inner.run {
            self.see(&mut inner, event, what);
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no holder of the lock panics")
    }
}

impl Inner {
    fn note(&mut self, text: &str) {
        self.log.push(format!("run {}: {text}", self.run));
    }

    /// Counts an event, and returns how many of its kind there were.
    fn count(&mut self, event: Event, what: &str) -> usize {
        let count = self.events.entry(event).or_default();
        *count += 1;
        let number = *count;
        self.note(&format!("{event:?} {number}: {what}"));
        self.release(event);
        number
    }

    /// Sends the signal that is due; returns whether one was.
    fn strike(&mut self, event: Event, number: usize) -> bool {
        let is_due = self.strike == Strike::Once || self.is_struck_at(event, number);
        let (true, Some(process), Some(blow)) = (is_due, self.process, &self.act.blow) else { return false };
        let signal = if blow.signal == Signal::Kill { "KILL" } else { "TERM" };
        self.strike = match (self.strike, blow.signal) {
            (Strike::Waiting, Signal::TermTwice) => Strike::Once,
            _ => Strike::Done,
        };
        let is_there = send(signal, process);
        self.note(&format!("  SIG{signal}{}", if is_there { "" } else { " to nobody" }));
        true
    }

    fn is_struck_at(&self, event: Event, number: usize) -> bool {
        let blow = self.act.blow.as_ref().filter(|_| self.strike == Strike::Waiting);
        blow.is_some_and(|blow| blow.event == event && blow.number == number)
    }

    /// Lets late calls be stored that are due, all of them once the next one comes.
    fn release(&mut self, event: Event) {
        let mut notes = 0;
        self.late.retain_mut(|(gate, left)| {
            *left = left.saturating_sub(1);
            let is_due = *left == 0 || event == Event::Import;
            if is_due {
                gate.open();
                notes += 1;
            }
            !is_due
        });
        (0..notes).for_each(|_| self.note("  an earlier call is stored now"));
    }
}

fn event(record: &Record) -> Event {
    let route = record.route();
    match route.as_str() {
        "POST /api/token/refresh" => Event::Refresh,
        "GET /api/tasks" => Event::Page,
        "POST /api/projects/{id}/import/predictions" => Event::Import,
        "GET /api/projects/{id}/model-versions" => Event::Count,
        "DELETE /api/predictions/{id}" => Event::Delete,
        "PATCH /api/projects/{id}" => Event::Show,
        _ => Event::Other,
    }
}

fn turn(kind: MishapKind) -> Turn {
    let fault = match kind {
        MishapKind::Page502 => return Turn::Answer(Canned::html(502)),
        MishapKind::Cut => return Turn::Answer(Canned::cut()),
        MishapKind::Expired => {
            let detail =
                json!({"detail": "Authentication credentials were not provided.", "status_code": 401});
            return Turn::Answer(Canned::json(401, &detail).header("www-authenticate", "Token"));
        }
        MishapKind::Stored(Part::Nothing, End::Cut) => BulkFault::CutsBeforeStoring,
        MishapKind::Stored(Part::Nothing, End::Error500) => return Turn::Answer(Canned::html(500)),
        MishapKind::Stored(Part::Half, End::Cut) => BulkFault::StoresHalfThenCuts,
        MishapKind::Stored(Part::Half, End::Error500) => BulkFault::StoresHalfThen500,
        MishapKind::Stored(Part::All, End::Cut) => BulkFault::StoresThenCuts,
        MishapKind::Stored(Part::All, End::Error500) => BulkFault::StoresThen500,
        MishapKind::Stored(Part::Twice, _) => BulkFault::Multiplies(2),
        MishapKind::Stored(Part::Late, _) => unreachable!("late calls need a gate"),
    };
    Turn::Fault(fault)
}
