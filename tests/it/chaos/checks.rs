//! What must be true after a story, whatever went wrong in it.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use serde_json::Value;

use super::answers::{question, right};
use super::performance::{Performance, Run};
use super::scenario::{Outage, Signal};
use super::stage::{Given, Strike};
use crate::support::host::contains;

/// So many problems of a kind are told.
const MOST: usize = 4;

/// Kinds of failures that another attempt does not help.
const FINAL: [&str; 4] = ["rejected", "refused", "truncated", "unusable"];

/// Returns everything that is not as it should be.
pub(super) fn problems(performance: &Performance) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, run) in performance.runs.iter().enumerate() {
        let earlier = &performance.runs[..index];
        let found = ending(run, earlier).into_iter().chain(summary(run));
        problems.extend(found.map(|problem| format!("run {}: {problem}", index + 1)));
    }
    for check in [clean_end, predictions, paid_twice, failed_twice, journal, secrets] {
        let mut found = check(performance);
        let more = found.len().saturating_sub(MOST);
        found.truncate(MOST);
        problems.extend(found);
        problems.extend((0 < more).then(|| format!("and {more} more like this")));
    }
    problems
}

/// The exit code is one of those that what was done to the run can lead to.
fn ending(run: &Run, earlier: &[Run]) -> Option<String> {
    let mut expected = vec![Some(0)];
    let had_bad_answers = earlier.iter().any(|run| 0 < run.act.bad_answers);
    if had_bad_answers || 0 < run.act.bad_answers || !run.act.mishaps.is_empty() {
        expected.push(Some(4));
    }
    if 0 < run.act.bad_answers || run.act.outage == Some(Outage::Model) {
        expected.push(Some(6));
    }
    if !run.act.mishaps.is_empty() || matches!(run.act.outage, Some(Outage::Studio(..))) {
        expected.push(Some(5));
    }
    if run.strike != Strike::Waiting {
        match run.act.blow.as_ref().map(|blow| blow.signal) {
            Some(Signal::Kill) => expected = vec![None],
            _ => expected.push(Some(130)),
        }
    }
    let code = run.outcome.code;
    (!expected.contains(&code)).then(|| format!("expected an exit code of {expected:?}, found {code:?}"))
}

/// A run that ended by itself has left a summary, in which every task is counted once.
fn summary(run: &Run) -> Vec<String> {
    let Some(code) = run.outcome.code else { return Vec::new() };
    let Some(text) = &run.summary else { return vec!["it has left no summary".to_owned()] };
    let Ok(summary) = serde_json::from_str::<Value>(text) else {
        return vec![format!("its summary is no JSON: {text}")];
    };
    let mut problems = Vec::new();
    if summary["exit_code"] != code {
        problems.push(format!("its summary tells another exit code than {code}: {}", summary["exit_code"]));
    }
    let number = |name: &str| summary["tasks"][name].as_u64().unwrap_or(u64::MAX / 8);
    let parts = ["delivered", "already_there", "failed", "undelivered", "stopped"];
    if parts.into_iter().map(number).sum::<u64>() != number("selected") {
        problems.push(format!("its summary does not add up: {}", summary["tasks"]));
    }
    let listed = summary["failures"].as_array().map_or(0, Vec::len) as u64;
    if listed != number("failed") {
        problems.push(format!("its summary lists {listed} failures of {}", number("failed")));
    }
    problems
}

/// Once nothing goes wrong any more, one run does all that is left, and another finds nothing to do.
fn clean_end(performance: &Performance) -> Vec<String> {
    let mut problems = Vec::new();
    let [.., first, last] = performance.runs.as_slice() else { return problems };
    for (name, run) in [("first", first), ("last", last)] {
        if run.outcome.code != Some(0) {
            problems.push(format!("the {name} undisturbed run ended with {:?}", run.outcome.code));
        }
    }
    let (asked, imports) = (last.asked.len(), last.imports);
    if (asked, imports) != (0, 0) {
        problems.push(format!("the last run found something to do: {asked} questions, {imports} bulk calls"));
    }
    problems
}

/// Every task has exactly one prediction of the last version, the right one; no prediction is there twice.
fn predictions(performance: &Performance) -> Vec<String> {
    let mut problems = Vec::new();
    let Some(version) = performance.runs.iter().rev().find_map(version) else {
        return vec!["no run tells its model version".to_owned()];
    };
    for (task, text) in &performance.tasks {
        let stored = performance.story.studio.predictions(*task);
        let mut rows: BTreeMap<String, usize> = BTreeMap::new();
        for prediction in &stored {
            let key = format!("{} {}", prediction["model_version"], prediction["result"]);
            *rows.entry(key).or_default() += 1;
        }
        let doubled = rows.iter().filter(|(_, count)| 1 < **count);
        problems.extend(doubled.map(|(row, count)| format!("task {task} has {count} times {row}")));
        let right = right(&question(performance.prompt, text));
        let current = stored.iter().filter(|prediction| prediction["model_version"] == version.as_str());
        let current: Vec<&Value> =
            current.map(|prediction| &prediction["result"][0]["value"]["choices"][0]).collect();
        if current != [right] {
            problems.push(format!(
                "task {task} ({text}): expected one `{right}` of {version}, found {current:?}"
            ));
        }
    }
    problems
}

fn version(run: &Run) -> Option<String> {
    run.summary()["model_version"].as_str().map(str::to_owned)
}

/// What was answered well once is asked again only if a run was cut off, and then only what was in flight.
fn paid_twice(performance: &Performance) -> Vec<String> {
    let mut lost: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut runs: HashMap<String, usize> = HashMap::new();
    for Given { run, question } in performance.stage.given() {
        if let Some(before) = runs.insert(question.clone(), run) {
            lost.entry(before).or_default().push(question);
        }
    }
    let allowed = |run: usize| {
        let is_cut_off = performance.runs[run - 1].is_cut_off();
        if is_cut_off { performance.scenario.concurrency } else { 0 }
    };
    let too_many = lost.into_iter().filter(|(run, lost)| allowed(*run) < lost.len());
    too_many
        .map(|(run, lost)| {
            let (count, allowed) = (lost.len(), allowed(run));
            format!("{count} answers of run {run} were paid again, at most {allowed} may be: {lost:?}")
        })
        .collect()
}

/// A question that failed for good in a whole run is asked again only where that is asked for.
fn failed_twice(performance: &Performance) -> Vec<String> {
    let mut failed: HashMap<&str, usize> = HashMap::new();
    let mut problems = Vec::new();
    for (run, number) in performance.runs.iter().zip(1..) {
        if !run.act.retries_failed {
            let again = run.asked.keys().filter_map(|question| failed.get_key_value(question.as_str()));
            problems.extend(again.map(|(question, before)| {
                format!("run {number} asked `{question}` again, which had failed for good in run {before}")
            }));
        }
        let summary = run.summary();
        let failures = summary["failures"].as_array().filter(|_| summary["complete"] == true);
        let is_final = |kind: &Value| kind.as_str().is_some_and(|kind| FINAL.contains(&kind));
        let tasks = failures.into_iter().flatten().filter(|failure| is_final(&failure["kind"]));
        let questions = tasks.filter_map(|failure| run.questions.get(&failure["task"].as_u64()?));
        failed.extend(questions.map(|question| (question.as_str(), number)));
    }
    problems
}

/// Every line of the journal is JSON, but for one torn line a cut-off run.
fn journal(performance: &Performance) -> Vec<String> {
    let cut_off = performance.runs.iter().filter(|run| run.is_cut_off()).count();
    let files = performance.story.program.files();
    let journals = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let journals: Vec<_> = journals.collect();
    if journals.is_empty() {
        return vec!["there is no journal".to_owned()];
    }
    let mut problems = Vec::new();
    for path in journals {
        let bytes = fs::read(path).expect("files here are readable");
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let garbage = lines.filter(|line| serde_json::from_slice::<Value>(line).is_err());
        let garbage: Vec<_> = garbage.map(String::from_utf8_lossy).collect();
        if cut_off < garbage.len() {
            let path = path.display();
            problems.push(format!("{path}: {} lines are no JSON: {garbage:?}", garbage.len()));
        }
    }
    problems
}

/// No key is told anywhere but to the server it is for, and there in headers alone.
fn secrets(performance: &Performance) -> Vec<String> {
    let story = &performance.story;
    let key = story.llm.key().to_owned();
    let mut problems = Vec::new();
    for secret in story.studio.secrets().into_iter().chain([key.clone()]) {
        let places = story.program.places_that_tell(&secret);
        problems.extend(places.into_iter().map(|place| format!("a key is told in {place}")));
        let (own, other) = if secret == key {
            (story.llm.host(), story.studio.host())
        } else {
            (story.studio.host(), story.llm.host())
        };
        problems.extend(
            other.routes_that_saw(&secret).into_iter().map(|route| format!("{route} saw a foreign key")),
        );
        for record in own.requests() {
            // The exchange of a token is the one request that carries one in its body.
            let tells = contains(&record.body, &secret) && !record.path.contains("/token/refresh");
            let url = format!("{}?{}", record.path, record.query);
            if tells || url.contains(&secret) {
                problems.push(format!("{} carries a key outside of its headers", record.route()));
            }
        }
    }
    problems
}
