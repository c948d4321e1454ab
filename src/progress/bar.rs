//! A bar on a terminal.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};

use super::tally::Tally;
use crate::engine::event::{Event, Reporter};

/// How often it is drawn again when nothing happens.
const TICK: Duration = Duration::from_millis(250);

/// Draws one line again and again.
pub(super) struct Bar {
    bar: ProgressBar,
    tally: Tally,
}

impl Bar {
    pub(super) fn new(total: Option<u64>) -> Self {
        let bar = Self::on(ProgressDrawTarget::stderr(), total);
        bar.bar.enable_steady_tick(TICK);
        bar
    }

    fn on(target: ProgressDrawTarget, total: Option<u64>) -> Self {
        let template = match total {
            // The bar gets what the words leave, so that they fit on one line of most terminals.
            Some(_) => "{wide_bar} {human_pos}/{human_len} tasks  {rate}  {eta} left  {msg}",
            None => "{spinner} {human_pos} tasks  {rate}  {msg}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is well formed").with_key(
            "rate",
            |state: &ProgressState, text: &mut dyn Write| {
                // A bar that cannot be drawn is no reason to stop.
                write!(text, "{:.1}/s", state.per_sec()).ok();
            },
        );
        let bar = ProgressBar::with_draw_target(total, target).with_style(style);
        // Also a run that is dropped in the middle ends with a summary below.
        let bar = bar.with_finish(ProgressFinish::AndClear);
        Self { bar, tally: Tally::default() }
    }
}

impl Reporter for Bar {
    fn report(&mut self, event: &Event<'_>) {
        if let Some(saying) = self.tally.add(event) {
            self.bar.println(saying);
        }
        if let Event::Stopping(under_way) = event {
            self.bar.set_length(self.tally.done + under_way);
        }
        self.bar.set_position(self.tally.done);
        self.bar.set_message(self.tally.notes().join(", "));
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tally::tests::labeled;
    use super::*;

    #[test]
    fn the_bar_follows_the_run_with_and_without_a_known_end() {
        for total in [Some(10), None] {
            let mut bar = Bar::on(ProgressDrawTarget::hidden(), total);
            bar.report(&labeled(6, Some(0.002)));
            bar.report(&labeled(1, None));
            assert_eq!((bar.bar.position(), bar.bar.length()), (2, total));
            assert_eq!(bar.bar.message(), "9 tokens, $0.0020");
            bar.report(&Event::Stopping(3));
            assert_eq!(bar.bar.length(), Some(5), "no more is to come");
            bar.finish();
            assert!(bar.bar.is_finished());
        }
    }
}
