//! What a seed means: a project, and a few short runs with what goes wrong in each.

use super::dice::Dice;

/// A whole story, decided before it begins.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) seed: u64,
    /// The texts of the tasks; some have the same one.
    pub(super) texts: Vec<String>,
    pub(super) concurrency: usize,
    /// Whether Label Studio is talked to with a token that has to be exchanged, else with the legacy one.
    pub(super) exchanges_token: bool,
    pub(super) acts: Vec<Act>,
}

/// A run, and what happens before and in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Act {
    /// Whether what failed for good is asked again (`--retry-failed`).
    pub(super) retries_failed: bool,
    pub(super) changes: Vec<Change>,
    /// So many of a hundred questions are answered badly or not at all.
    pub(super) bad_answers: usize,
    pub(super) mishaps: Vec<Mishap>,
    pub(super) outage: Option<Outage>,
    pub(super) blow: Option<Blow>,
}

/// What a person does between two runs; numbers choose a task among those that are there.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Add(String),
    Edit(usize, String),
    Delete(usize),
    /// Writes this version of the prompt, which may have been there before.
    Prompt(usize),
}

/// A request as the servers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Event {
    /// The model was asked.
    Asked,
    /// The model's good answer is on its way.
    Answered,
    /// A bulk call of predictions came.
    Import,
    /// A page of tasks is asked for.
    Page,
    /// A token is exchanged.
    Refresh,
    /// Rows are counted.
    Count,
    /// A prediction is to be deleted.
    Delete,
    /// A model version is to be shown.
    Show,
    /// Anything else.
    Other,
}

/// A server that takes no connections any more until the run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outage {
    /// The model's, from the beginning.
    Model,
    /// Label Studio, from this event on.
    Studio(Event, usize),
}

/// Label Studio does this wrong at the event of this number, counted from 1 in each run.
#[derive(Debug, Clone)]
pub(super) struct Mishap {
    pub(super) event: Event,
    pub(super) number: usize,
    pub(super) kind: MishapKind,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MishapKind {
    /// A proxy's page.
    Page502,
    /// The token has expired.
    Expired,
    /// The connection is cut before anything is done.
    Cut,
    /// Of a bulk call, this much is stored, and this becomes of the answer.
    Stored(Part, End),
}

/// How much of a bulk call is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Nothing,
    Half,
    All,
    /// All of it, twice.
    Twice,
    /// All of it, when the client is long gone.
    Late,
}

/// How a bulk call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Cut,
    Error500,
}

/// A signal that ends the run.
#[derive(Debug, Clone)]
pub(super) struct Blow {
    pub(super) signal: Signal,
    pub(super) event: Event,
    pub(super) number: usize,
    /// What is stored of the bulk call, if it falls on one.
    pub(super) part: Part,
}

/// Which signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Kill,
    Term,
    /// Once, and again at the next event.
    TermTwice,
}

impl Scenario {
    /// Returns the story of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "scenario");
        let count = dice.between(5, 60);
        let texts = (0..count).map(|number| text(&mut dice, number)).collect();
        let concurrency = dice.pick(&[1, 2, 3, 4, 8, 16]);
        let exchanges_token = dice.percent(50);
        let acts = dice.between(3, 6);
        let acts = (0..acts).map(|number| Act::new(&mut dice, (number, count))).collect();
        Self { seed, texts, concurrency, exchanges_token, acts }
    }
}

impl Act {
    fn new(dice: &mut Dice, (number, count): (usize, usize)) -> Self {
        let mut act = Self::default();
        if 0 < number && dice.percent(60) {
            act.changes = (0..dice.between(1, 3)).map(|_| Change::new(dice)).collect();
        }
        act.bad_answers = dice.pick(&[0, 0, 5, 20]);
        if dice.percent(50) {
            act.mishaps = (0..dice.between(1, 2)).map(|_| Mishap::new(dice)).collect();
        }
        if dice.percent(12) {
            act.outage = Some(Outage::new(dice, count));
        }
        act.blow = dice.percent(75).then(|| Blow::new(dice, count));
        act
    }
}

impl Change {
    fn new(dice: &mut Dice) -> Self {
        match dice.below(5) {
            0 => {
                let number = dice.below(200);
                Self::Add(text(dice, number))
            }
            1 | 2 => {
                let (task, number) = (dice.below(1_000), dice.below(200));
                Self::Edit(task, text(dice, number))
            }
            3 => Self::Delete(dice.below(1_000)),
            _ => Self::Prompt(dice.between(1, 3)),
        }
    }
}

impl Outage {
    fn new(dice: &mut Dice, count: usize) -> Self {
        if dice.percent(25) {
            return Self::Model;
        }
        let (event, most) = dice.pick(&[(Event::Answered, count), (Event::Import, 1), (Event::Page, 3)]);
        Self::Studio(event, dice.between(1, most))
    }
}

impl Mishap {
    fn new(dice: &mut Dice) -> Self {
        if dice.percent(60) {
            let part = part(dice);
            let kind = MishapKind::Stored(part, dice.pick(&[End::Cut, End::Error500]));
            return Self { event: Event::Import, number: dice.between(1, 2), kind };
        }
        let event = dice.pick(&[Event::Page, Event::Page, Event::Count, Event::Import, Event::Other]);
        let kind = dice.pick(&[MishapKind::Page502, MishapKind::Expired, MishapKind::Cut]);
        Self { event, number: dice.between(1, 3), kind }
    }
}

impl Blow {
    fn new(dice: &mut Dice, count: usize) -> Self {
        let signal = dice.pick(&[Signal::Kill, Signal::Kill, Signal::Kill, Signal::Term, Signal::TermTwice]);
        let (event, most) = dice.pick(&[
            (Event::Asked, count),
            (Event::Answered, count),
            (Event::Answered, count),
            (Event::Import, 2),
            (Event::Import, 1),
            (Event::Page, 4),
            (Event::Refresh, 1),
            (Event::Count, 4),
            (Event::Delete, 3),
            (Event::Show, 1),
        ]);
        Self { signal, event, number: dice.between(1, most), part: part(dice) }
    }
}

fn part(dice: &mut Dice) -> Part {
    dice.pick(&[Part::Nothing, Part::Half, Part::All, Part::Twice, Part::Late])
}

/// Returns a text that is one of few in some cases, so that tasks share it.
fn text(dice: &mut Dice, number: usize) -> String {
    if dice.percent(20) { format!("shared {}", dice.below(3)) } else { format!("text {number}") }
}
