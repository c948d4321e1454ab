//! Stories that chance tells rarely: decided by hand, and checked as those of a seed are.

use super::checks::problems;
use super::performance::Performance;
use super::scenario::{Act, End, Event, Mishap, MishapKind, Part, Scenario};

fn check(seed: u64, acts: Vec<Act>) {
    let texts = (1..=6).map(|number| format!("text {number}")).collect();
    let performance =
        Performance::new(Scenario { seed, texts, concurrency: 2, exchanges_token: false, acts });
    let problems = problems(&performance);
    assert!(problems.is_empty(), "{}\n{problems:#?}", super::story(&performance));
}

fn late(number: usize) -> Mishap {
    Mishap { event: Event::Import, number, kind: MishapKind::Stored(Part::Late, End::Cut) }
}

#[test]
fn a_call_that_is_stored_after_its_repetition_and_after_the_run_is_found() {
    // With these seeds the first call is stored when it is repeated, and the repetition after the run.
    for seed in [4, 26] {
        check(seed, vec![Act { mishaps: vec![late(1), late(2)], ..Act::default() }]);
    }
}
