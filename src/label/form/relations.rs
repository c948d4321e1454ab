//! Relations between regions: asked beside the controls, by names that the answer itself gives to its regions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::regions::ID;
use super::{Form, Readings, Relation, part};
use crate::label::control::{Draft, Reading};
use crate::label::matching::{self, Names};
use crate::label::relations::{Naming, Relations};
use crate::label::text;

/// The key of the relations, unless a control is called so.
pub(super) const KEY: &str = "relations";

/// Keys of the two ends and the name, the likeliest first.
const FROM: &[&str] = &["from", "from_id", "source", "head", "subject"];
const TO: &[&str] = &["to", "to_id", "target", "tail", "object"];
const LABEL: &[&str] = &["label", "labels", "type", "relation", "predicate", "name"];

/// Label Studio's direction of a relation from the first to the second.
const DIRECTION: &str = "right";

/// A region of one response: index of the control, and of the region in its reading.
type Place = (usize, usize);

/// The names of the relations between two regions, which are indices into [`Filled::drafts`](super::Filled::drafts).
pub(super) type Joined = BTreeMap<(usize, usize), Vec<String>>;

/// What one response says of relations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Related {
    claims: Vec<Claim>,
    problems: Vec<String>,
}

/// That two regions have to do with each other.
#[derive(Debug, Clone, PartialEq)]
struct Claim {
    from: Place,
    to: Place,
    /// `None` where relations have no names.
    label: Option<String>,
}

/// Returns the key of the relations in an answer.
pub(super) fn key(form: &Form) -> String {
    let mut key = KEY.to_owned();
    while form.controls.iter().any(|control| control.head().name == key) {
        key.push('_');
    }
    key
}

/// Returns the schema of all relations.
pub(super) fn schema(relations: &Relations) -> Value {
    let end = |which: &str| json!({"type": "string", "description": format!("The `{ID}` of the {which}.")});
    let mut properties = Map::new();
    properties.insert("from".to_owned(), end("first"));
    properties.insert("to".to_owned(), end("second"));
    if !relations.labels.is_empty() {
        properties.insert("label".to_owned(), json!({"type": "string", "enum": relations.labels}));
    }
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({
        "type": "array",
        "items": {
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        },
        "description": "Every relation between two of the regions listed above. An empty list where there is none.",
    })
}

/// Reads the relations of an answer; `parts` are what the controls that mark regions were read from.
pub(super) fn read(
    form: &Form,
    relations: &Relations,
    (answer, parts): (&Value, &[(usize, &Value)]),
    readings: &[Option<Reading>],
) -> Related {
    let key = key(form);
    let names: Vec<&str> = form.asked_names().chain([key.as_str()]).collect();
    let listed = match part::of(answer, &key, &names) {
        Ok(listed) => listed,
        Err(problem) => return Related { claims: Vec::new(), problems: vec![problem] },
    };
    let mut related = Related::default();
    let regions = named(parts, readings);
    let labels = Names::new(relations.labels.iter().map(|label| (label.as_str(), None)));
    let single = std::slice::from_ref(listed);
    for entry in listed.as_array().map_or(single, Vec::as_slice).iter().filter(|entry| !entry.is_null()) {
        match claims(entry, &regions, (relations, &labels)) {
            Ok(claims) => related.claims.extend(claims),
            Err(problem) => related.problems.push(problem),
        }
    }
    related
}

/// Returns the relations that more than half of the responses name, and what is wrong with others.
pub(super) fn merge(
    relations: &Relations,
    responses: &[Readings],
    drafts: &[(usize, Draft)],
) -> (Vec<Relation>, Vec<String>) {
    let mut kept: HashMap<(usize, Place), usize> = HashMap::new();
    for (at, (control, draft)) in drafts.iter().enumerate() {
        kept.extend(draft.origins.iter().map(|&(response, region)| ((response, (*control, region)), at)));
    }
    let mut votes: BTreeMap<(usize, usize, Option<&str>), usize> = BTreeMap::new();
    let mut problems: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, readings) in responses.iter().enumerate() {
        let Some(related) = &readings.relations else { continue };
        let end = |place: Place| kept.get(&(number, place)).copied();
        let resolved = |claim: &'_ Claim| Some((end(claim.from)?, end(claim.to)?));
        let claims: BTreeSet<_> = related
            .claims
            .iter()
            .filter_map(|claim| resolved(claim).map(|(from, to)| (from, to, claim.label.as_deref())))
            .collect();
        for claim in claims {
            *votes.entry(claim).or_default() += 1;
        }
        let told: BTreeSet<&String> = related.problems.iter().collect();
        for problem in told {
            *problems.entry(problem).or_default() += 1;
        }
    }
    let is_most = |votes: usize| responses.len() < 2 * votes;
    let mut problems: Vec<String> = problems
        .into_iter()
        .filter(|(_, votes)| is_most(*votes))
        .map(|(problem, _)| problem.to_owned())
        .collect();
    let mut joined: Joined = BTreeMap::new();
    for ((from, to, label), _) in votes.into_iter().filter(|(_, votes)| is_most(*votes)) {
        joined.entry((from, to)).or_default().extend(label.map(str::to_owned));
    }
    let (kept, more) = settled(relations, joined);
    problems.extend(more);
    (kept, problems)
}

/// Returns one relation for each two regions, and what is wrong with others: the editor keeps one from one region to
/// another, whatever its names; one to itself says nothing.
pub(super) fn settled(relations: &Relations, mut joined: Joined) -> (Vec<Relation>, Vec<String>) {
    let mut problems = Vec::new();
    joined.retain(|(from, to), labels| {
        if from == to {
            problems.push("a relation leads from a region to itself".to_owned());
            return false;
        }
        labels.sort_by_key(|label| relations.labels.iter().position(|known| known == label));
        labels.dedup();
        let is_too_much = relations.naming == Naming::Single && 1 < labels.len();
        if is_too_much {
            let labels = text::quoted(labels.iter().map(String::as_str));
            problems.push(format!("one label was asked for a relation, the answer has several: {labels}"));
        }
        !is_too_much
    });
    let relation = |((from, to), labels)| Relation { from, to, labels, direction: DIRECTION };
    (joined.into_iter().map(relation).collect(), problems)
}

/// Returns the regions that were found, by the names that the answer gives them; `None` for a name of several.
fn named(parts: &[(usize, &Value)], readings: &[Option<Reading>]) -> HashMap<String, Option<Place>> {
    let mut named: HashMap<String, Option<Place>> = HashMap::new();
    let mut seen = BTreeSet::new();
    for &(control, part) in parts {
        let drafts = readings[control].iter().flat_map(|reading| &reading.drafts).enumerate();
        for (region, draft) in drafts {
            // A region with several labels may come of one entry.
            let entry = draft.entry.as_ref().filter(|entry| seen.insert((control, (*entry).clone())));
            let Some(fields) = entry.and_then(|entry| part.pointer(entry)?.as_object()) else { continue };
            let Some(id) = part::field(fields, ID, &[ID]).and_then(text::plain) else { continue };
            let place = Some((control, region));
            named.entry(id.trim().to_owned()).and_modify(|known| *known = None).or_insert(place);
        }
    }
    named
}

/// Reads one relation: a claim for each of its names.
fn claims(
    entry: &Value,
    regions: &HashMap<String, Option<Place>>,
    (relations, names): (&Relations, &Names),
) -> Result<Vec<Claim>, String> {
    let Value::Object(fields) = entry else {
        return Err(format!("expected an object with `from` and `to`, found {}", text::describe(entry)));
    };
    let of = |keys: &[&str]| keys.iter().find_map(|key| part::field(fields, key, &[key]));
    let end = |keys: &[&str]| {
        let id = of(keys).and_then(text::plain);
        let id = id.ok_or_else(|| format!("a relation has no `{}`", keys[0]))?;
        match regions.get(id.trim()) {
            Some(Some(place)) => Ok(*place),
            Some(None) => Err(format!("several regions have the `{ID}` `{}`", text::shorten(&id))),
            None => Err(format!("no region that was found has the `{ID}` `{}`", text::shorten(&id))),
        }
    };
    let (from, to) = (end(FROM)?, end(TO)?);
    if relations.labels.is_empty() {
        return Ok(vec![Claim { from, to, label: None }]);
    }
    let written = of(LABEL).ok_or("a relation has no `label`")?;
    let single = std::slice::from_ref(written);
    let claim = |written: &Value| {
        let written = text::plain(written).unwrap_or_default();
        let found = matching::name(&written, names);
        let label = found.map(|found| relations.labels[found].clone());
        let label = label.ok_or_else(|| format!("no such label: `{}`", text::shorten(&written)))?;
        Ok(Claim { from, to, label: Some(label) })
    };
    written.as_array().map_or(single, Vec::as_slice).iter().map(claim).collect()
}
