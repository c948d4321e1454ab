//! Chance that is no chance: a seed means the same story on every machine and for ever.

/// A generator of numbers (`SplitMix64`), written here because those of libraries change with their versions.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// Returns dice that depend on the seed and on what they are for, and on nothing else.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let hash = blake3::hash(format!("{seed} {purpose}").as_bytes());
        let start = hash.as_bytes().first_chunk().expect("a hash is longer");
        Self(u64::from_le_bytes(*start))
    }

    /// Returns a number of `0..end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("no machine counts further");
        usize::try_from(self.next() % end).expect("it is below a usize")
    }

    /// Returns a number of `least..=most`.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// Returns true in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// Returns one of these.
    pub(super) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[test]
fn a_seed_always_throws_the_same() {
    let throws = |seed| {
        let mut dice = Dice::new(seed, "a test");
        [(); 6].map(|()| dice.below(1_000))
    };
    assert_eq!(throws(1), throws(1));
    assert_ne!(throws(1), throws(2));
    assert_eq!(throws(7), [843, 569, 547, 863, 27, 13]);
}
