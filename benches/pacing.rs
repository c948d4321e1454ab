//! How much of what a server allows a minute is used, and how much is refused, in real time.
//!
//! `cargo bench --bench pacing -- rpm tpm` runs these cases side by side for five minutes; `-- 20 headers` for twenty;
//! without a name it runs all. The cases and what is measured are in `tests/pacing/measure.rs`.

#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "../tests/pacing/measure.rs"]
mod measure;
#[path = "../tests/pacing/server.rs"]
mod server;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use measure::{CASES, Case, measure};

const MINUTES: u32 = 5;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let minutes = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(MINUTES);
    let named = |case: &&Case| args.iter().any(|arg| arg == case.name);
    let cases: Vec<&Case> = CASES.iter().filter(named).collect();
    let cases = if cases.is_empty() { CASES.iter().collect() } else { cases };
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || println!("{:13} {minutes} min: {}", case.name, measure(case, minutes)));
        }
    });
}
