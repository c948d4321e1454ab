//! `Ranker`: the things of a list in order, or put into buckets.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::ranking::{self, listed};
use super::{Control, Draft, Head, Reading, compare, example, vote, wrapper};
use crate::label::matching::{self, Names};
use crate::label::object::Entry;
use crate::label::task::Task;
use crate::label::thinking::Spoken;
use crate::label::{tag, text};

/// Where the editor keeps what is in no bucket; it fills that by itself.
const UNSORTED: &str = "_";

#[derive(Debug)]
struct Ranker {
    head: Head,
    /// Empty for a ranking of the whole list.
    buckets: Vec<Bucket>,
}

/// A `Bucket` inside the tag.
#[derive(Debug)]
struct Bucket {
    name: String,
    title: Option<String>,
    /// Whether things are in it that are put nowhere else (`default="true"`).
    is_default: bool,
}

/// What an answer puts where, by positions in the list; one place for a ranking, else one a bucket.
type Places = Vec<Vec<usize>>;

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    if let Some(other) = tag::targets(node).first().filter(|target| !tag::is(target, "List")) {
        return Err(format!(
            "it puts a `List` in order, and `{}` is a `{}`",
            head.to_name,
            other.tag_name().name()
        ));
    }
    let buckets = node.children().filter(|child| tag::is(child, "Bucket"));
    let bucket = |bucket: Node<'_, '_>| {
        Ok(Bucket {
            name: tag::filled(&bucket, "name").ok_or("it has a `Bucket` without a `name`")?.to_owned(),
            title: tag::filled(&bucket, "title").map(|title| text::clean(title.trim())),
            is_default: tag::is_set(&bucket, "default"),
        })
    };
    let buckets = buckets.map(bucket).collect::<Result<_, String>>()?;
    Ok(Arc::new(Ranker { head, buckets }))
}

impl Ranker {
    /// Returns the keys of the stored object: the control's own name, or those of the buckets.
    fn keys(&self) -> Vec<&str> {
        match self.buckets.as_slice() {
            [] => vec![&self.head.name],
            buckets => buckets.iter().map(|bucket| bucket.name.as_str()).collect(),
        }
    }

    fn read_places(&self, answer: &Value, entries: &[Entry]) -> Result<Places, String> {
        let names = Names::new(entries.iter().map(|Entry { id, title }| {
            (id.as_str(), Some(title.as_str()).filter(|title| !title.trim().is_empty()))
        }));
        if self.buckets.is_empty() {
            let ranking = listed(wrapper::unwrap(answer, &self.head), &names)?;
            return Ok(vec![ranking]);
        }
        let sorted = self.sorted(answer).ok_or_else(|| {
            let keys = text::quoted(self.keys());
            format!("expected an object with lists of ids under {keys}, found {}", text::describe(answer))
        })?;
        let mut places = vec![Vec::new(); self.buckets.len()];
        for (key, list) in sorted.iter().filter(|(key, _)| *key != UNSORTED) {
            let at = self.bucket(key).ok_or_else(|| {
                format!("no such bucket: `{}`; there is {}", text::shorten(key), text::quoted(self.keys()))
            })?;
            places[at].extend(listed(list, &names)?);
        }
        Ok(places)
    }

    /// Returns the object whose keys are buckets, if need be inside objects of the control's name or type.
    fn sorted<'a>(&self, answer: &'a Value) -> Option<&'a Map<String, Value>> {
        let fields = answer.as_object()?;
        if fields.keys().any(|key| self.bucket(key).is_some()) {
            return Some(fields);
        }
        let inner = [self.head.kind, &self.head.name].into_iter().find_map(|key| fields.get(key))?;
        self.sorted(inner)
    }

    fn bucket(&self, key: &str) -> Option<usize> {
        let exact = self.buckets.iter().position(|bucket| bucket.name == key);
        let is_alike = |bucket: &Bucket| {
            [Some(&bucket.name), bucket.title.as_ref()]
                .into_iter()
                .flatten()
                .any(|name| matching::is_same(key, name))
        };
        exact.or_else(|| self.buckets.iter().position(is_alike))
    }

    /// Returns what is put nowhere; fails where something is there twice, or where Label Studio would lose something.
    fn left_out(&self, places: &Places, entries: &[Entry]) -> Result<Vec<usize>, String> {
        let count = |at: &usize| places.iter().flatten().filter(|placed| *placed == at).count();
        let ids = |positions: &[usize]| text::quoted(positions.iter().map(|&at| entries[at].id.as_str()));
        let doubled: Vec<usize> = (0..entries.len()).filter(|at| 1 < count(at)).collect();
        if !doubled.is_empty() {
            return Err(format!("it has {} more than once", ids(&doubled)));
        }
        let left: Vec<usize> = (0..entries.len()).filter(|at| count(at) == 0).collect();
        if self.buckets.is_empty() && !left.is_empty() {
            return Err(format!("the ranking lacks {}", ids(&left)));
        }
        Ok(left)
    }

    fn reading(&self, mut places: Places, entries: &[Entry]) -> Reading {
        let left = match self.left_out(&places, entries) {
            Ok(left) => left,
            Err(problem) => return Reading::problem(problem),
        };
        if places.iter().all(Vec::is_empty) {
            return wrapper::blank(&self.head);
        }
        // The editor shows beside the buckets what none of them has, unless one of them is for that.
        if let Some(default) = self.default_bucket() {
            places[default].extend(left);
        }
        Reading::value(self.stored(&places, entries))
    }

    fn default_bucket(&self) -> Option<usize> {
        self.buckets.iter().position(|bucket| bucket.is_default)
    }

    fn stored(&self, places: &Places, entries: &[Entry]) -> Value {
        let lists =
            places.iter().map(|place| place.iter().map(|&at| json!(entries[at].id)).collect::<Value>());
        let ranking: Map<String, Value> = self.keys().into_iter().map(str::to_owned).zip(lists).collect();
        json!({ "ranker": ranking })
    }
}

impl Control for Ranker {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, task: &Task) -> Result<Value, String> {
        let entries = self.head.object.entries(task)?;
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        let list = json!({"type": "array", "items": {"type": "string", "enum": ids}});
        let name = self.head.object.name();
        if self.buckets.is_empty() {
            let asked = format!("The ids of all {} things in {name}, the best first, each once.", ids.len());
            return Ok(json!({"type": "array", "items": list["items"], "description": asked}));
        }
        let mut properties = Map::new();
        for Bucket { name, title, .. } in &self.buckets {
            let mut list = list.clone();
            list["description"] = json!(title.as_ref().unwrap_or(name));
            properties.insert(name.clone(), list);
        }
        let rest = match self.buckets.iter().find(|bucket| bucket.is_default) {
            Some(default) => format!("what fits nowhere else belongs into `{}`", default.name),
            None => "leave out what fits nowhere".to_owned(),
        };
        Ok(json!({
            "type": "object", "properties": properties, "required": self.keys(), "additionalProperties": false,
            "description": format!("The ids of the things in {name}, each put once where it belongs, the best first; {rest}."),
        }))
    }

    fn read(&self, answer: &Value, task: &Task) -> Reading {
        match self.head.object.entries(task) {
            Ok(_) if wrapper::is_blank(answer) => wrapper::blank(&self.head),
            Ok(entries) => match self.read_places(answer, &entries) {
                Ok(places) => self.reading(places, &entries),
                Err(problem) => Reading::problem(problem),
            },
            Err(reason) => Reading::problem(reason),
        }
    }

    fn takes_text(&self) -> bool {
        self.buckets.is_empty()
    }

    fn read_text(&self, reply: &str, task: &Task) -> Reading {
        if !self.takes_text() {
            return Reading::problem("a text answer cannot fill its buckets; ask with `--answer schema`");
        }
        self.read(&json!(Spoken::new(reply).into_plain_text()), task)
    }

    /// Puts each thing where more than half of the responses have it, in the order of its mean place there; the score is
    /// how far the responses agree with that.
    fn combine(&self, readings: Vec<Reading>) -> Reading {
        let usable: Vec<&Reading> = readings.iter().filter(|reading| reading.problems.is_empty()).collect();
        let drafts = usable.iter().flat_map(|reading| &reading.drafts);
        let rankings: Vec<&Map<String, Value>> =
            drafts.filter_map(|draft| draft.value["ranker"].as_object()).collect();
        if readings.len() == 1 || rankings.is_empty() {
            return vote::first(readings);
        }
        let mut ranking = ranking::merged(&rankings, &self.keys(), usable.len());
        if let Some(default) = self.default_bucket() {
            let placed: Vec<Value> =
                ranking.values().filter_map(Value::as_array).flatten().cloned().collect();
            let all = rankings[0].values().filter_map(Value::as_array).flatten();
            let left: Vec<Value> = all.filter(|id| !placed.contains(id)).cloned().collect();
            if let Some(Value::Array(ids)) = ranking.get_mut(&self.buckets[default].name) {
                ids.extend(left);
            }
        }
        if ranking.values().all(|ids| ids.as_array().is_none_or(Vec::is_empty)) {
            let count = usable.len();
            return Reading::problem(format!(
                "no id is in one bucket in more than half of the {count} responses"
            ));
        }
        let score = compare::mean(rankings.iter().map(|given| compare::order(given, &ranking)));
        let draft = Draft { score, ..Draft::new(json!({ "ranker": ranking })) };
        Reading { drafts: vec![draft], problems: Vec::new() }
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        let Some(Value::Object(stored)) = example::content(regions, "ranker") else {
            return example::hidden(&self.head);
        };
        let list = |key: &str| stored.get(key).cloned().unwrap_or_else(|| json!([]));
        let keys = self.keys();
        let ranking: Map<String, Value> = keys.iter().map(|&key| (key.to_owned(), list(key))).collect();
        let answer = match self.buckets.as_slice() {
            [] => list(&self.head.name),
            _ => Value::Object(ranking.clone()),
        };
        example::confirmed(self, answer, &Value::Object(ranking), task)
    }

    fn verify(&self, value: &Value, task: &Task) -> Result<(), String> {
        let Value::Object(ranking) = &value["ranker"] else {
            return Err(format!("expected an object of lists, found {}", text::describe(&value["ranker"])));
        };
        let keys = self.keys();
        if let Some(key) = ranking.keys().find(|key| *key != UNSORTED && !keys.contains(&key.as_str())) {
            return Err(format!("no such list: `{}`; there is {}", text::shorten(key), text::quoted(keys)));
        }
        let entries = self.head.object.entries(task)?;
        let position = |id: &Value| {
            let found = entries.iter().position(|entry| id.as_str() == Some(&entry.id));
            found.ok_or_else(|| format!("no such id: {}", text::describe(id)))
        };
        let place = |key: &&str| {
            ranking.get(*key).and_then(Value::as_array).into_iter().flatten().map(position).collect()
        };
        let places: Places = keys.iter().map(place).collect::<Result<_, _>>()?;
        let left = self.left_out(&places, &entries)?;
        match (self.default_bucket(), left.first()) {
            (Some(_), Some(&lost)) => Err(format!("`{}` is in no bucket", entries[lost].id)),
            _ => Ok(()),
        }
    }

    /// Kendall's tau on the scale from 0 to 1, see [`compare::order`].
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        let ranking = |value: &Value| {
            let mut ranking = value["ranker"].as_object().cloned().unwrap_or_default();
            ranking.shift_remove(UNSORTED);
            ranking
        };
        compare::last(gold, predicted, |gold, predicted| compare::order(&ranking(gold), &ranking(predicted)))
    }

    fn canonical(&self) -> String {
        let bucket = |bucket: &Bucket| json!([bucket.name, bucket.title, bucket.is_default]);
        self.head.canonical(&self.buckets.iter().map(bucket).collect())
    }
}
