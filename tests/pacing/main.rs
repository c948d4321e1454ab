//! Whether what a server allows is used and not exceeded, in real time: `cargo test --test pacing` takes three minutes.

mod measure;
mod server;
#[expect(dead_code, reason = "the other tests use the rest")]
#[path = "../it/support/mod.rs"]
mod support;

use measure::{CASES, Case, Figures, measure};

const MINUTES: u32 = 3;

/// Requests a minute, tokens a minute of small and large requests, a limit that only headers tell, and one that two
/// processes share.
const CHECKED: [&str; 4] = ["rpm", "tpm", "headers", "two"];

/// All cases wait most of the time, so they run side by side.
#[test]
fn an_allowance_is_used_and_not_exceeded() {
    let cases: Vec<&Case> = CASES.iter().filter(|case| CHECKED.contains(&case.name)).collect();
    let measured: Vec<(&str, Figures)> = std::thread::scope(|scope| {
        let running = cases.iter().map(|case| (case.name, scope.spawn(|| measure(case, MINUTES))));
        let running: Vec<_> = running.collect();
        running.into_iter().map(|(name, case)| (name, case.join().expect("a case does not panic"))).collect()
    });
    for (name, figures) in &measured {
        println!("{name}: {figures}");
    }
    for (name, figures) in measured {
        assert!(97.0 <= figures.used, "{name}: {figures}");
        assert!(figures.refused < 0.5, "{name}: {figures}");
    }
}
