//! What goes wrong, and when: faults of bulk calls by their number, and answers put in front of any route.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::host::Record;

/// What a bulk call of predictions does wrong.
#[derive(Debug, Clone)]
pub(crate) enum BulkFault {
    /// Stores everything and answers 500, as a lock error after the commit does.
    StoresThen500,
    /// Stores everything and cuts the connection instead of answering.
    StoresThenCuts,
    /// Stores the first half and cuts the connection.
    StoresHalfThenCuts,
    /// Stores the first half and answers 500.
    StoresHalfThen500,
    /// Cuts the connection, and stores everything when the gate opens: the server works on, though nobody listens.
    StoresLate(Gate),
    /// Stores every row this many times and answers as if once.
    Multiplies(usize),
    /// Answers 503 and stores nothing.
    RefusesWith503,
    /// Cuts the connection before storing anything.
    CutsBeforeStoring,
    /// Waits for the gate, then does its work well.
    Hangs(Gate),
    /// Does its work, then waits for the gate before it answers.
    HangsAfterStoring(Gate),
}

/// What becomes of a request that a test has looked at.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// It is answered with this.
    Answer(Canned),
    /// It is a bulk call, which does this wrong.
    Fault(BulkFault),
}

/// Decides about a request.
type Decide = dyn Fn(&Record) -> Option<Turn> + Send + Sync;

/// Sees a request before anybody else does.
#[derive(Clone)]
pub(super) struct Director(pub(super) Arc<Decide>);

/// The script of a server.
#[derive(Debug, Default)]
pub(super) struct Faults {
    bulk: BTreeMap<usize, BulkFault>,
    bulk_calls: usize,
    bulk_under_way: usize,
    most_bulk_under_way: usize,
    interceptions: Vec<Interception>,
    pub(super) director: Option<Director>,
}

#[derive(Debug)]
struct Interception {
    route: String,
    left: usize,
    canned: Canned,
}

impl Faults {
    /// Plans a fault for the bulk call of this number, counted from 1.
    pub(super) fn plan_bulk(&mut self, call: usize, fault: BulkFault) {
        self.bulk.insert(call, fault);
    }

    /// Plans an answer for the next requests whose route starts like this.
    pub(super) fn intercept(&mut self, route: &str, times: usize, canned: Canned) {
        self.interceptions.push(Interception { route: route.to_owned(), left: times, canned });
    }

    /// Returns what to answer instead of the real answer.
    pub(super) fn intercepted(&mut self, route: &str) -> Option<Canned> {
        let mut waiting = self.interceptions.iter_mut();
        let interception = waiting.find(|planned| 0 < planned.left && route.starts_with(&planned.route))?;
        interception.left -= 1;
        Some(interception.canned.clone())
    }

    /// Notes the start of a bulk call; returns its fault and whether another one is under way.
    pub(super) fn start_bulk(&mut self) -> (Option<BulkFault>, bool) {
        self.bulk_calls += 1;
        let overlaps = 0 < self.bulk_under_way;
        self.bulk_under_way += 1;
        self.most_bulk_under_way = self.most_bulk_under_way.max(self.bulk_under_way);
        (self.bulk.remove(&self.bulk_calls), overlaps)
    }

    /// Notes the end of a bulk call.
    pub(super) fn end_bulk(&mut self) {
        self.bulk_under_way -= 1;
    }

    /// Returns how many bulk calls were ever under way at the same time.
    pub(super) fn most_bulk_under_way(&self) -> usize {
        self.most_bulk_under_way
    }
}

impl fmt::Debug for Director {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Director")
    }
}
