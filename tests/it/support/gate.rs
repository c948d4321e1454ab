//! A place where a mock server waits until the test says so: synchronisation without sleeping.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::sync::watch;

/// How long a test waits for somebody to arrive before it fails: longer than any machine under load needs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Holds whoever comes by until it is opened; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    arrivals: Mutex<usize>,
    arrived: Condvar,
    open: watch::Sender<bool>,
}

impl Gate {
    /// Returns a closed gate.
    pub(crate) fn new() -> Self {
        let (open, _) = watch::channel(false);
        Self(Arc::new(Inner { arrivals: Mutex::new(0), arrived: Condvar::new(), open }))
    }

    /// Waits, on the server's side, until the gate is open.
    pub(crate) async fn pass(&self) {
        let mut open = self.0.open.subscribe();
        *self.0.arrivals.lock().expect("no holder of the lock panics") += 1;
        self.0.arrived.notify_all();
        open.wait_for(|open| *open).await.expect("the sender lives as long as the gate");
    }

    /// Blocks the test until this many have arrived, counted from the start.
    pub(crate) fn wait_for_arrivals(&self, count: usize) {
        let arrivals = self.0.arrivals.lock().expect("no holder of the lock panics");
        let (arrivals, timeout) = self
            .0
            .arrived
            .wait_timeout_while(arrivals, PATIENCE, |arrivals| *arrivals < count)
            .expect("no holder of the lock panics");
        assert!(!timeout.timed_out(), "expected {count} at the gate within {PATIENCE:?}, saw {arrivals}");
    }

    /// Lets everybody through, now and later.
    pub(crate) fn open(&self) {
        self.0.open.send_replace(true);
    }
}
