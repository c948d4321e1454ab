//! What an annotation says of single regions, put into the parts of the answer that list them.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::super::shown::Sight;
use super::super::{Form, regions, relations};
use super::{choose, part};
use crate::label::control::{Control, Draft, Head};
use crate::label::task::Task;

/// The regions that were told so far.
pub(super) struct Told<'a> {
    form: &'a Form,
    stored: &'a [Value],
    sight: &'a Sight<'a>,
    task: &'a Task,
    /// How many regions there were so far.
    count: usize,
    /// What the answer calls each region, by its stored id; those without an id are not among them.
    names: HashMap<&'a str, String>,
}

impl<'a> Told<'a> {
    pub(super) fn new(form: &'a Form, (stored, sight): (&'a [Value], &'a Sight<'a>), task: &'a Task) -> Self {
        Self { form, stored, sight, task, count: 0, names: HashMap::new() }
    }

    /// Adds what further controls say of the regions that a control marks, and the names by which relations refer to
    /// them.
    pub(super) fn add(&mut self, control: &dyn Control, answer: &mut Value) -> Result<(), String> {
        let further = regions::of(self.form, control.head());
        if !control.head().marks_regions() || further.is_empty() && self.form.relations.is_none() {
            return Ok(());
        }
        for draft in control.read(answer, self.task).drafts {
            let stored = self.stored.iter().filter(|region| region["from_name"] == control.head().name);
            let mut same = stored.filter(|region| is_same(&draft, region, control.head().kind));
            let (Some(region), None) = (same.next(), same.next()) else {
                return Err("which of its regions the answer means cannot be told".to_owned());
            };
            self.count += 1;
            let name = self.count.to_string();
            let id = region["id"].as_str();
            if id.is_some_and(|id| self.names.insert(id, name.clone()).is_some()) {
                return Err("it has a region of several labels, of which more is said".to_owned());
            }
            let entry = draft.entry.as_ref().and_then(|entry| answer.pointer_mut(entry)?.as_object_mut());
            let Some(entry) = entry else {
                return Err("what is said of its regions cannot be told".to_owned());
            };
            if self.form.relations.is_some() {
                entry.insert(regions::ID.to_owned(), json!(name));
            }
            self.add_children(&further, (control.head(), region), entry)?;
        }
        Ok(())
    }

    /// Returns the relations under their key, where they are asked for.
    pub(super) fn relations(&self) -> Result<Option<(String, Value)>, String> {
        let Some(known) = &self.form.relations else { return Ok(None) };
        let mut told = Vec::new();
        for relation in self.stored.iter().filter(|region| region["type"] == "relation") {
            let end = |key: &str| {
                let name = relation[key].as_str().and_then(|id| self.names.get(id));
                name.ok_or("a relation has an end that is not told")
            };
            let (from, to) = match relation["direction"].as_str() {
                Some("left") => (end("to_id")?, end("from_id")?),
                Some("bi") => return Err("a relation goes both ways".to_owned()),
                _ => (end("from_id")?, end("to_id")?),
            };
            let labels = relation["labels"].as_array().map_or(&[][..], Vec::as_slice);
            match (known.labels.is_empty(), labels.is_empty()) {
                (true, _) => told.push(json!({"from": from, "to": to})),
                (false, true) => return Err("a relation has no label".to_owned()),
                (false, false) => {
                    told.extend(labels.iter().map(|label| json!({"from": from, "to": to, "label": label})));
                }
            }
        }
        Ok(Some((relations::key(self.form), Value::Array(told))))
    }

    /// Adds what further controls say of one region.
    fn add_children(
        &self,
        further: &[usize],
        (marker, region): (&Head, &Value),
        entry: &mut Map<String, Value>,
    ) -> Result<(), String> {
        if further.is_empty() {
            return Ok(());
        }
        let id = region["id"].as_str();
        let id = id.ok_or("it has a region without an `id`, so what is said of it cannot be found")?;
        let own = |region: &&Value| region["id"] == id;
        let own: Vec<Value> = self.stored.iter().filter(own).cloned().collect();
        let mut sight = self.sight.beside(marker, &region["value"]);
        for at in further {
            let child = self.form.controls[*at].as_ref();
            choose(&mut sight, child, (&own, self.task));
            let said = part(child, (&own, &sight), self.task)?;
            entry.insert(regions::key(self.form, &child.head().name), said);
        }
        Ok(())
    }
}

/// Returns whether a region that was read is this stored one, which may have more labels and says more of itself.
fn is_same(draft: &Draft, stored: &Value, kind: &str) -> bool {
    let labels = |value: &Value| value[kind].as_array().cloned().unwrap_or_default();
    let known = labels(&stored["value"]);
    let is_equal =
        |one: &Value, other: &Value| one == other || one.is_number() && one.as_f64() == other.as_f64();
    let mut fields = draft.value.as_object().into_iter().flatten();
    labels(&draft.value).iter().all(|label| known.contains(label))
        && fields.all(|(key, value)| key == kind || key == "text" || is_equal(value, &stored["value"][key]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::form::Wanted;
    use crate::label::task::TaskId;

    const TEXT: &str = "Ann joined Acme";

    const CONFIG: &str = r#"<View><Text name="text" value="$text"/>
        <Labels name="who" toName="text"><Label value="PER"/><Label value="ORG"/></Labels>
        <Choices name="sure" toName="text" perRegion="true"><Choice value="yes"/><Choice value="no"/></Choices>
        <Relations><Relation value="works for"/></Relations></View>"#;

    fn span(id: &str, (start, end): (usize, usize), label: &str) -> Value {
        let words = &TEXT[start..end];
        let value = json!({"start": start, "end": end, "text": words, "labels": [label]});
        json!({"id": id, "from_name": "who", "to_name": "text", "type": "labels", "value": value})
    }

    fn sure(id: &str, choice: &str) -> Value {
        json!({"id": id, "from_name": "sure", "to_name": "text", "type": "choices", "value": {"choices": [choice]}})
    }

    #[track_caller]
    fn check(stored: &[Value], expect: Result<Value, &str>) {
        check_with(CONFIG, stored, expect);
    }

    #[track_caller]
    fn check_with(config: &str, stored: &[Value], expect: Result<Value, &str>) {
        let form = Form::new(&LabelConfig::parse(config).unwrap(), &Wanted::default()).unwrap();
        let data = Map::from_iter([("text".to_owned(), json!(TEXT))]);
        let task = Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() };
        assert_eq!(form.answer(stored, &task), expect.map_err(str::to_owned));
    }

    #[test]
    fn what_is_said_of_regions_and_between_them_is_told_with_them() {
        let relation = json!({"type": "relation", "from_id": "a", "to_id": "b", "labels": ["works for"]});
        let both = [span("b", (11, 15), "ORG"), span("a", (0, 3), "PER"), sure("a", "yes"), sure("b", "no")];
        let answer = |relations: Value| {
            json!({
                "who": [
                    {"text": "Ann", "label": "PER", "occurrence": null, "id": "1", "sure": "yes"},
                    {"text": "Acme", "label": "ORG", "occurrence": null, "id": "2", "sure": "no"},
                ],
                "relations": relations,
            })
        };
        check(&both, Ok(answer(json!([]))));
        let related = answer(json!([{"from": "1", "to": "2", "label": "works for"}]));
        check(&[&both[..], std::slice::from_ref(&relation)].concat(), Ok(related));
        let mut turned = relation;
        turned["direction"] = json!("left");
        let related = answer(json!([{"from": "2", "to": "1", "label": "works for"}]));
        check(&[&both[..], &[turned.clone()]].concat(), Ok(related));
        turned["direction"] = json!("bi");
        check(&[&both[..], &[turned]].concat(), Err("a relation goes both ways"));
    }

    #[test]
    fn what_cannot_be_told_with_its_region_is_refused() {
        let ann = span("a", (0, 3), "PER");
        let unsure = "`who`: `sure`: it is empty, and an answer cannot leave it so";
        check(std::slice::from_ref(&ann), Err(unsure));
        let relation = json!({"type": "relation", "from_id": "a", "to_id": "gone", "labels": ["works for"]});
        check(&[ann, sure("a", "yes"), relation], Err("a relation has an end that is not told"));
    }

    #[test]
    fn regions_without_ids_are_told_unless_more_would_be_said_of_them() {
        let without_id = |mut region: Value| {
            region.as_object_mut().unwrap().remove("id");
            region
        };
        let spans = [span("", (0, 3), "PER"), span("", (11, 15), "ORG")].map(without_id);
        let unknown = "`who`: it has a region without an `id`, so what is said of it cannot be found";
        check(&spans, Err(unknown));
        check(&[&spans[..], &[without_id(sure("", "yes"))]].concat(), Err(unknown));
        let names = |of: [Value; 2]| {
            let [one, other] = of;
            json!([
                {"text": "Ann", "label": "PER", "occurrence": null, "id": one},
                {"text": "Acme", "label": "ORG", "occurrence": null, "id": other},
            ])
        };
        let related = CONFIG.replace("perRegion=\"true\"", "visibleWhen=\"region-selected\"");
        let sure = without_id(sure("", "yes"));
        let answer = json!({"who": names([json!("1"), json!("2")]), "sure": "yes", "relations": []});
        check_with(&related, &[&spans[..], std::slice::from_ref(&sure)].concat(), Ok(answer));
        let relation = json!({"type": "relation", "from_id": null, "labels": ["works for"]});
        check_with(
            &related,
            &[&spans[..], &[sure, relation]].concat(),
            Err("a relation has an end that is not told"),
        );
        check_with(CONFIG, &[], Ok(json!({"who": [], "relations": []})));
        check(&[json!(7), json!(null), json!("x")], Err("the annotation holds nothing for `who`"));
    }

    #[test]
    fn what_annotators_do_not_see_beside_a_region_is_null_whatever_it_holds() {
        let why = r#"<Choices name="why" toName="text" perRegion="true" visibleWhen="choice-selected" whenTagName="sure"
            whenChoiceValue="no"><Choice value="unclear"/></Choices></View>"#;
        let config = CONFIG.replace("</View>", why);
        let why = |id: &str| {
            let value = json!({"choices": ["unclear"]});
            json!({"id": id, "from_name": "why", "to_name": "text", "type": "choices", "value": value})
        };
        let ann = [span("a", (0, 3), "PER"), sure("a", "yes"), why("a")];
        let acme = [span("b", (11, 15), "ORG"), sure("b", "no"), why("b")];
        let answer = json!({
            "who": [
                {"text": "Ann", "label": "PER", "occurrence": null, "id": "1", "sure": "yes", "why": null},
                {"text": "Acme", "label": "ORG", "occurrence": null, "id": "2", "sure": "no", "why": "unclear"},
            ],
            "relations": [],
        });
        check_with(&config, &[ann, acme].concat(), Ok(answer));
    }
}
