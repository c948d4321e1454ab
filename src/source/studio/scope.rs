//! A selection as filters: which listings cover it.

use std::collections::{BTreeSet, BinaryHeap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use futures::stream::TryStreamExt;

use crate::source::selection::{Only, Sample, Selection};
use crate::studio::client::Studio;
use crate::studio::error::StudioError;
use crate::studio::query::{Filter, IDS_PER_REQUEST, Join};
use crate::studio::tasks::Fields;

/// Filters that all hold at once for the tasks of one listing.
type Scope = Vec<Filter>;

/// No database has ids beyond, and Label Studio fails over them.
const GREATEST_ID: u64 = i64::MAX as u64;

/// So many missing ids are named.
const NAMED_IDS: usize = 20;

/// Returns filters that together cover the selection, no task twice, and what a person should know about it.
///
/// A sample is drawn before tasks with predictions are left out, so that a second run has the same sample and nothing
/// to do; but after annotated ones are, because people who want unannotated tasks want as many as they said.
pub(super) async fn resolve(
    studio: &Arc<Studio>,
    project: u64,
    view: Option<u64>,
    selection: &Selection,
) -> Result<(Vec<Scope>, Vec<String>), StudioError> {
    let ranges = selection.ids.as_deref().map(merged);
    let mut notices = Vec::new();
    if let Some(ids) = selection.ids.as_deref() {
        notices.extend(missing(studio, project, ids).await?);
    }
    let view = match view {
        Some(id) => Some(studio.view(project, id).await?),
        None => None,
    };
    let mut scopes = match (view, ranges) {
        (None, None) => vec![Vec::new()],
        (None, Some(ranges)) => by_ids(&ranges),
        (Some(view), ranges) if view.join == Join::All => {
            let scopes = ranges.map_or_else(|| vec![Vec::new()], |ranges| by_ids(&ranges));
            scopes.into_iter().map(|scope| [view.filters.clone(), scope].concat()).collect()
        }
        (Some(view), ranges) => {
            let mut ids = studio.ids_of_any(project, &view.filters).await?;
            if let Some(ranges) = ranges {
                ids.retain(|id| ranges.iter().any(|range| range.contains(id)));
            }
            lists(&ids)
        }
    };
    if let Some(sample) = selection.sample {
        if selection.only == Only::Unlabeled {
            for scope in &mut scopes {
                scope.push(Filter::Unlabeled);
            }
        }
        scopes = lists(&drawn(studio, project, scopes, sample).await?);
    }
    Ok((scopes, notices))
}

/// Sorts ranges and joins those that touch.
fn merged(ranges: &[RangeInclusive<u64>]) -> Vec<RangeInclusive<u64>> {
    let possible = ranges.iter().map(|range| *range.start()..=(*range.end()).min(GREATEST_ID));
    let mut sorted: Vec<_> = possible.filter(|range| !range.is_empty()).collect();
    sorted.sort_unstable_by_key(|range| *range.start());
    let mut merged: Vec<RangeInclusive<u64>> = Vec::new();
    for range in sorted {
        match merged.last_mut() {
            Some(last) if *range.start() <= last.end().saturating_add(1) => {
                *last = *last.start()..=(*last.end()).max(*range.end());
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// Turns merged ranges into listings: long ones as ranges, short ones together as lists.
fn by_ids(ranges: &[RangeInclusive<u64>]) -> Vec<Scope> {
    let mut scopes = Vec::new();
    let mut short = Vec::new();
    for range in ranges {
        let (first, last) = (*range.start(), *range.end());
        if last - first < IDS_PER_REQUEST as u64 {
            short.extend(first..=last);
        } else {
            scopes.append(&mut lists(&short));
            short.clear();
            scopes.push(vec![Filter::Between(first, last)]);
        }
    }
    scopes.append(&mut lists(&short));
    scopes
}

/// Turns ids into listings. No ids are no listings: an empty list must never come to mean all tasks.
fn lists(ids: &[u64]) -> Vec<Scope> {
    ids.chunks(IDS_PER_REQUEST).map(|chunk| vec![Filter::Among(chunk.to_vec())]).collect()
}

/// Says which ids that were named one by one are not in the project; an error if the project has none at all.
async fn missing(
    studio: &Studio,
    project: u64,
    ids: &[RangeInclusive<u64>],
) -> Result<Option<String>, StudioError> {
    let is_single = |range: &&RangeInclusive<u64>| range.start() == range.end();
    let named = ids.iter().filter(is_single).map(|range| *range.start());
    let mut missing: BTreeSet<u64> = named.collect();
    let count = missing.len();
    let possible: Vec<u64> = missing.iter().copied().filter(|id| *id <= GREATEST_ID).collect();
    for chunk in possible.chunks(IDS_PER_REQUEST) {
        for listed in studio.among(project, chunk, Fields::Id).await? {
            missing.retain(|id| Some(*id) != listed.task.id.studio());
        }
    }
    if !ids.is_empty() && missing.len() == count && !has_any(studio, project, ids).await? {
        let written = |range: &RangeInclusive<u64>| match (range.start(), range.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        let shown = listed(ids.len(), ids.iter().map(written));
        return Err(StudioError::Selection(format!(
            "project {project} has none of the tasks {shown}; an id is what the Data Manager shows in its column ID"
        )));
    }
    if missing.is_empty() {
        return Ok(None);
    }
    let shown = listed(missing.len(), missing.iter().map(u64::to_string));
    Ok(Some(format!("not in project {project}, left out: tasks {shown}")))
}

/// Returns whether the project has a task in any of the ranges of more than one id.
async fn has_any(studio: &Studio, project: u64, ids: &[RangeInclusive<u64>]) -> Result<bool, StudioError> {
    let ranges: Vec<_> = ids.iter().filter(|range| range.start() < range.end()).cloned().collect();
    for scope in by_ids(&merged(&ranges)) {
        if 0 < studio.count(project, &scope).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the first of some ids, and how many there are besides.
fn listed(count: usize, ids: impl Iterator<Item = String>) -> String {
    let mut shown: Vec<String> = ids.take(NAMED_IDS).collect();
    if NAMED_IDS < count {
        shown.push(format!("and {} more", count - NAMED_IDS));
    }
    shown.join(", ")
}

/// Draws a sample: the ids of the lowest rank, holding no more of them than the sample has.
async fn drawn(
    studio: &Arc<Studio>,
    project: u64,
    scopes: Vec<Scope>,
    sample: Sample,
) -> Result<Vec<u64>, StudioError> {
    let size = usize::try_from(sample.size).unwrap_or(usize::MAX);
    let mut lowest = BinaryHeap::new();
    for scope in scopes {
        let mut pages = Arc::clone(studio).keyset(project, scope, Fields::Id);
        while let Some(page) = pages.try_next().await? {
            for id in page.iter().filter_map(|listed| listed.task.id.studio()) {
                lowest.push((sample.rank(id), id));
                if size < lowest.len() {
                    lowest.pop();
                }
            }
        }
    }
    let mut ids: Vec<u64> = lowest.into_iter().map(|(_, id)| id).collect();
    ids.sort_unstable();
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ranges: &[RangeInclusive<u64>], expect: &str) {
        let scopes = by_ids(&merged(ranges));
        let shown = scopes.iter().map(|scope| match scope.as_slice() {
            [Filter::Among(ids)] if 8 < ids.len() => format!("{} ids", ids.len()),
            [Filter::Among(ids)] => format!("{ids:?}"),
            [Filter::Between(first, last)] => format!("{first}-{last}"),
            other => format!("{other:?}"),
        });
        assert_eq!(shown.collect::<Vec<_>>().join(" "), expect);
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "an empty range selects nothing")]
    fn ids_become_lists_and_ranges_in_their_order() {
        check(&[], "");
        check(&[5..=1], "");
        check(&[5..=9, 1..=1], "[1, 5, 6, 7, 8, 9]");
        check(&[1..=3, 2..=2, 4..=5, 3..=3], "[1, 2, 3, 4, 5]");
        check(&[1..=2, 10..=100_000, 7..=7, 200_000..=200_000], "[1, 2, 7] 10-100000 [200000]");
        check(&[0..=u64::MAX, 3..=4], "0-9223372036854775807");
        check(&[u64::MAX..=u64::MAX], "");
        check(&[1..=400, 1000..=1400], "500 ids 301 ids");
    }
}
