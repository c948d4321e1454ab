//! Rankings by ids: read from what a model lists, and several of them merged into one.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::compare;
use crate::label::matching::{self, Names};
use crate::label::text;

/// What stands between the ids of a ranking in plain text.
const SEPARATORS: [&str; 4] = ["\n", ">", ",", ";"];

/// The most unknown ids that a problem names.
const SHOWN: usize = 10;

/// Returns the positions of what a list names, in its order; the error names what nobody is called.
///
/// Ids may be numbers, stand in objects under `id`, or be told by their titles.
pub(super) fn listed(list: &Value, names: &Names) -> Result<Vec<usize>, String> {
    let entries: Vec<&Value> = match list {
        Value::Null => Vec::new(),
        Value::Array(entries) => entries.iter().collect(),
        Value::String(written) => return written_list(written, names),
        other => return Err(format!("expected a list of ids, found {}", text::describe(other))),
    };
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for entry in entries {
        let id = entry.get("id").unwrap_or(entry);
        let written = text::plain(id).unwrap_or_default();
        match matching::name(&written, names) {
            Some(position) => found.push(position),
            None => unknown.push(text::shorten(&written)),
        }
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    Err(format!("no such id: {}", text::quoted(unknown.iter().map(String::as_str).take(SHOWN))))
}

/// Reads a list in plain text, which must be known to the last piece.
fn written_list(written: &str, names: &Names) -> Result<Vec<usize>, String> {
    let pieces = |separator: &str| {
        let pieces = written.trim().split(separator).filter(|piece| !piece.trim().is_empty());
        pieces.map(|piece| matching::name(piece, names)).collect::<Option<Vec<usize>>>()
    };
    let list = SEPARATORS.iter().find_map(|separator| pieces(separator));
    list.ok_or_else(|| format!("expected a list of ids, found text `{}`", text::shorten(written)))
}

/// Merges rankings of so many responses: an id is where more than half of them have it, in the order of its mean place.
///
/// Ids with the same mean place stay in the order of the first ranking.
#[expect(clippy::cast_precision_loss, reason = "places in a list are small numbers")]
pub(super) fn merged(
    rankings: &[&Map<String, Value>],
    keys: &[&str],
    responses: usize,
) -> Map<String, Value> {
    let mut seats: Vec<(&str, HashMap<&str, Vec<usize>>)> = Vec::new();
    for ranking in rankings {
        for (key, ids) in *ranking {
            let ids = ids.as_array().into_iter().flatten().filter_map(Value::as_str);
            for (place, id) in ids.enumerate() {
                match seats.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, seats)) => seats.entry(key.as_str()).or_default().push(place),
                    None => seats.push((id, HashMap::from([(key.as_str(), vec![place])]))),
                }
            }
        }
    }
    let mean = |places: &[usize]| compare::mean(places.iter().map(|&place| place as f64)).unwrap_or_default();
    let in_order = |key: &&str| {
        let votes = seats.iter().filter_map(|(id, seats)| Some((*id, seats.get(key)?)));
        let mut kept: Vec<(&str, f64)> = votes
            .filter(|(_, places)| responses < 2 * places.len())
            .map(|(id, places)| (id, mean(places)))
            .collect();
        kept.sort_by(|left, right| left.1.total_cmp(&right.1));
        ((*key).to_owned(), kept.into_iter().map(|(id, _)| json!(id)).collect())
    };
    keys.iter().map(in_order).collect()
}
