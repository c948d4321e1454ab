//! The wish to stop: set once by Ctrl-C or a signal, seen by everything that waits.

use tokio::sync::watch;

/// The side that asks everything to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// The side that is asked; cheap to clone.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Returns both sides.
pub fn channel() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks everything to stop: waits end, nothing new begins, what is on the wire is finished.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// A stop that never comes.
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Returns whether stopping was asked for.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Completes when stopping is asked for; never, if it never is.
    pub async fn asked(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|stop| *stop).await.is_err() {
            // The other side is gone without asking: nobody will.
            std::future::pending::<()>().await;
        }
    }
}
