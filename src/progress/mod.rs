//! What a person sees of a run: a bar or lines while it goes on, a summary at its end. All of it is on stderr.

mod bar;
mod lines;
pub mod log;
mod silent;
pub mod summary;
mod tally;
pub mod terminal;
pub mod text;

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use self::bar::Bar;
use self::lines::Lines;
use self::silent::Silent;
use crate::engine::event::Reporter;

/// How a run shows that it goes on (`--progress`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Progress {
    /// A bar on a terminal, lines elsewhere.
    #[default]
    Auto,
    /// A bar; where there is no terminal to draw it on, nothing.
    Bar,
    /// A line now and then.
    Lines,
    None,
}

/// How much time is between two lines at least.
const INTERVAL: Duration = Duration::from_secs(10);

/// Returns what shows a run of so many tasks, if that is known.
pub fn reporter(progress: Progress, total: Option<u64>) -> Box<dyn Reporter> {
    match progress {
        Progress::Auto if stderr().is_terminal() => Box::new(Bar::new(total)),
        Progress::Bar => Box::new(Bar::new(total)),
        Progress::Auto | Progress::Lines => Box::new(Lines::new(stderr(), total, Instant::now, INTERVAL)),
        Progress::None => Box::new(Silent),
    }
}
