//! How fast requests may go out: a rate, and one pause for everybody after a refusal.

use std::time::Duration;

use super::stop::Stop;

/// The gate every attempt passes; shared by all requests to one server.
#[derive(Debug, Default)]
pub struct Pace {}

impl Pace {
    /// Allows `rpm` requests a minute, or any number.
    pub fn new(rpm: Option<u32>) -> Self {
        let _ = rpm;
        Self {}
    }

    /// Waits for this attempt's turn; false if stopping was asked for first.
    pub async fn admit(&self, stop: &Stop) -> bool {
        let _ = stop;
        true
    }

    /// Lets nobody through for this long, from now; of two pauses the later end wins.
    pub fn pause(&self, wait: Duration) {
        let _ = wait;
    }
}
