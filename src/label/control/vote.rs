//! Several responses to one request, merged into one reading.

use serde_json::{Value, json};

use super::Reading;

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
            readings.retain(|reading| reading.drafts.first().is_some_and(|draft| draft.value == *winner));
            first(readings)
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
            Reading::value(json!({ key: kept }))
        }
        (true, false) => Reading::problem(format!("no label is in more than half of the {count} responses")),
        (true, true) => first(readings),
    }
}

fn entries<'a>(reading: &'a Reading, key: &str) -> impl Iterator<Item = &'a Value> {
    reading.drafts.iter().filter_map(move |draft| draft.value[key].as_array()).flatten()
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
