//! Several responses to one request, merged into one reading.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Draft, Reading};

/// Returns the first reading that holds something, else all their problems.
pub(super) fn first(mut readings: Vec<Reading>) -> Reading {
    match readings.iter().position(|reading| !reading.drafts.is_empty()) {
        Some(at) => readings.swap_remove(at),
        None => Reading { drafts: Vec::new(), problems: problems(readings) },
    }
}

/// Returns the reading whose value more responses gave than any other; a tie is none.
pub(super) fn plurality(mut readings: Vec<Reading>) -> Reading {
    let votes = tally(readings.iter().filter_map(|reading| Some(&reading.drafts.first()?.value)));
    let most = votes.iter().map(|&(_, count)| count).max().unwrap_or_default();
    let mut leaders = votes.iter().filter(|&&(_, count)| count == most);
    match (leaders.next(), leaders.next()) {
        (None, _) => first(readings),
        (Some(_), Some(_)) => Reading::problem(format!(
            "the {} responses are tied between {} answers",
            readings.len(),
            votes.len()
        )),
        (Some((winner, _)), None) => {
            let of_winner =
                |reading: &Reading| reading.drafts.first().is_some_and(|draft| draft.value == *winner);
            let says = readings.iter().map(|reading| reading.drafts.first().filter(|_| of_winner(reading)));
            let score = score(says);
            readings.retain(of_winner);
            let mut won = first(readings);
            won.drafts.iter_mut().for_each(|draft| draft.score = score);
            won
        }
    }
}

/// Counts equal values, in the order in which they first occur.
fn tally<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<(Value, usize)> {
    let mut votes: Vec<(Value, usize)> = Vec::new();
    for value in values {
        match votes.iter_mut().find(|(voted, _)| voted == value) {
            Some((_, votes)) => *votes += 1,
            None => votes.push((value.clone(), 1)),
        }
    }
    votes
}

/// Returns the entries of lists that more than half of the responses hold.
///
/// `key` is where a value keeps its list, `order` the order of the entries; what is not in it comes last.
pub(super) fn majority(readings: Vec<Reading>, key: &str, order: &[Value]) -> Reading {
    let count = readings.len();
    if count == 1 {
        return first(readings);
    }
    let mut votes = tally(readings.iter().flat_map(|reading| entries(reading, key)));
    let is_empty = votes.is_empty();
    votes.retain(|&(_, votes)| count < 2 * votes);
    votes.sort_by_key(|(entry, _)| order.iter().position(|known| known == entry).unwrap_or(order.len()));
    match (votes.is_empty(), is_empty) {
        (false, _) => {
            let kept: Vec<Value> = votes.into_iter().map(|(entry, _)| entry).collect();
            let score_of = |entry: &Value| {
                let holds = |draft: &&Draft| list(draft, key).contains(entry);
                score(readings.iter().map(|reading| reading.drafts.iter().find(holds)))
            };
            let lowest = kept.iter().filter_map(score_of).min_by(f64::total_cmp);
            let draft = Draft { score: lowest, ..Draft::new(json!({ key: kept })) };
            Reading { drafts: vec![draft], problems: Vec::new() }
        }
        (true, false) => Reading::problem(format!("no label is in more than half of the {count} responses")),
        (true, true) => first(readings),
    }
}

/// What several responses say beside the regions they mark.
#[derive(Debug)]
pub(super) struct Told {
    /// The problems of more than half of them.
    most: Vec<String>,
    /// Why nothing is marked, where no region is in more than half of them; nothing if most of them mark none.
    otherwise: Vec<String>,
}

impl Told {
    /// Takes what is wrong with responses that mark regions, which are called so.
    pub(super) fn by(readings: &[Reading], region: &str) -> Self {
        let count = readings.len();
        let mut voices: Vec<(&String, usize)> = Vec::new();
        for told in readings.iter().map(|reading| reading.problems.iter().collect::<BTreeSet<_>>()) {
            for problem in told {
                match voices.iter_mut().find(|(known, _)| *known == problem) {
                    Some((_, voices)) => *voices += 1,
                    None => voices.push((problem, 1)),
                }
            }
        }
        let most = voices.iter().filter(|(_, voices)| count < 2 * voices);
        let most = most.map(|(problem, _)| (*problem).clone()).collect();
        let silent = readings.iter().filter(|reading| **reading == Reading::default()).count();
        let is_empty = readings.iter().all(|reading| reading.drafts.is_empty());
        let otherwise = match (count < 2 * silent, is_empty) {
            (true, _) => Vec::new(),
            (false, true) => voices.into_iter().map(|(problem, _)| problem.clone()).collect(),
            (false, false) => vec![format!("no {region} is in more than half of the {count} responses")],
        };
        Self { most, otherwise }
    }

    /// Returns these regions, and what is to be told beside them.
    pub(super) fn beside(self, drafts: Vec<Draft>) -> Reading {
        let is_nothing = drafts.is_empty() && self.most.is_empty();
        Reading { drafts, problems: if is_nothing { self.otherwise } else { self.most } }
    }
}

/// Returns how sure responses are together of what some of them say, from 0 to 1: the mean of the probabilities that
/// they give it.
///
/// `says` has an entry a response, nothing where it says something else, which counts as 0; a response that says it
/// with an unknown probability counts as 1. One response alone agrees with nobody, and is as sure as it is.
pub(super) fn score<'a>(says: impl ExactSizeIterator<Item = Option<&'a Draft>>) -> Option<f64> {
    let responses = says.len();
    let said: Vec<Option<f64>> = says.flatten().map(|draft| draft.score).collect();
    agreed(&said, responses)
}

/// Returns the same for the scores of those responses alone that say it; `responses` counts all.
pub(super) fn agreed(said: &[Option<f64>], responses: usize) -> Option<f64> {
    if responses <= 1 {
        return *said.first()?;
    }
    #[expect(clippy::cast_precision_loss, reason = "nobody asks for so many responses")]
    let count = responses as f64;
    Some(said.iter().map(|score| score.unwrap_or(1.0)).sum::<f64>() / count)
}

fn entries<'a>(reading: &'a Reading, key: &str) -> impl Iterator<Item = &'a Value> {
    reading.drafts.iter().flat_map(move |draft| list(draft, key))
}

fn list<'a>(draft: &'a Draft, key: &str) -> &'a [Value] {
    draft.value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Returns the problems of all readings, each once.
fn problems(readings: Vec<Reading>) -> Vec<String> {
    let mut problems: Vec<String> = Vec::new();
    for problem in readings.into_iter().flat_map(|reading| reading.problems) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}
