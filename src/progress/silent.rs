//! Nothing at all.

use crate::engine::event::{Event, Reporter};

/// Shows nothing.
pub(super) struct Silent;

impl Reporter for Silent {
    fn report(&mut self, _event: &Event<'_>) {}

    fn finish(&mut self) {}
}
