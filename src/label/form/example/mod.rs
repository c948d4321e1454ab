//! The answer that an annotation stands for, to show a model as an example.

mod regions;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use self::regions::Told;
use super::Form;
use super::shown::Sight;
use crate::label::control::{Control, Draft, Reading};
use crate::label::task::Task;
use crate::label::text;

impl Form {
    /// Returns the JSON answer a model would have had to give for the regions of an annotation, in the order of the
    /// schema's keys; the error says which control cannot be shown, and why.
    ///
    /// A control that annotators do not see is null, as the schema wants it, whatever they left in it before.
    pub fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        let asked: Vec<_> = self.asked().collect();
        // That there is nothing to mark is an answer; any other control would be unfinished.
        if !(regions.is_empty() && asked.iter().all(|control| control.head().marks_regions())) {
            check_any(regions, &asked)?;
        }
        let mut answer = Map::new();
        let sight = self.sight(regions, task);
        let mut told = Told::new(self, (regions, &sight), task);
        for control in asked {
            let name = &control.head().name;
            let mut said = part(control.as_ref(), (regions, &sight), task)?;
            told.add(control.as_ref(), &mut said).map_err(|reason| format!("`{name}`: {reason}"))?;
            answer.insert(name.clone(), said);
        }
        answer.extend(told.relations()?);
        let answer = Value::Object(answer);
        let filled = self.combine(vec![self.read(&answer, task)], task);
        match filled.unfilled.first() {
            None if filled.is_blank || !filled.drafts.is_empty() => Ok(answer),
            None => Err("its answer would fill no control".to_owned()),
            Some(unfilled) => Err(format!("`{}`: {}", unfilled.control, unfilled.reason)),
        }
    }

    /// Returns the plain text a model would have had to reply for the regions of an annotation: the text of the response
    /// `TextArea`, or the labels of the first `Choices`; the error says why no single text says all of it.
    pub fn answer_text(&self, regions: &[Value], task: &Task) -> Result<String, String> {
        let asked: Vec<&Arc<dyn Control>> =
            [self.response, self.choices].into_iter().flatten().map(|at| &self.controls[at]).collect();
        check_any(regions, &asked)?;
        let sight = self.sight(regions, task);
        let mut reply = None;
        for control in asked {
            let name = &control.head().name;
            if of(name, regions).is_empty() || !sight.shows(control.head()) {
                continue;
            }
            let part = part(control.as_ref(), (regions, &sight), task)?;
            let reply = reply.get_or_insert_with(|| written(&part));
            let read = control.read_text(reply, task).drafts;
            if !says_the_same(&read, &control.read(&part, task).drafts) {
                return Err(format!(
                    "`{name}`: {} does not say {part}",
                    text::describe(&reply.as_str().into())
                ));
            }
        }
        reply.ok_or_else(|| "the annotation holds nothing that a text answer fills".to_owned())
    }

    /// Returns the labels that the regions of an annotation have, each with its control: examples are balanced over them.
    pub fn chosen(&self, regions: &[Value], task: &Task) -> BTreeSet<String> {
        let mut chosen = BTreeSet::new();
        for control in self.controls.iter().filter(|control| !control.labels(task).is_empty()) {
            let head = control.head();
            for region in of(&head.name, regions) {
                let labels = region["value"][head.kind].as_array().into_iter().flatten();
                chosen.extend(labels.map(|label| format!("{} {label}", head.name)));
            }
        }
        chosen
    }

    /// Returns what annotators see beside the regions of an annotation.
    fn sight(&self, regions: &[Value], task: &Task) -> Sight<'_> {
        let mut sight = Sight::default();
        for marker in self.controls.iter().map(|control| control.head()).filter(|head| head.marks_regions()) {
            for region in of(&marker.name, regions) {
                sight.mark(marker, &region["value"]);
            }
        }
        for control in self.asked() {
            choose(&mut sight, control.as_ref(), (regions, task));
        }
        sight
    }
}

/// Fails where an annotation holds nothing for any of these controls.
fn check_any(regions: &[Value], controls: &[&Arc<dyn Control>]) -> Result<(), String> {
    let names = || controls.iter().map(|control| control.head().name.as_str());
    if controls.is_empty() {
        return Err("no control of the labeling config takes a text answer".to_owned());
    }
    if names().any(|name| !of(name, regions).is_empty()) {
        return Ok(());
    }
    Err(format!("the annotation holds nothing for {}", text::quoted(names())))
}

/// Notes what a control holds: nothing where annotators do not see it, else what stands last, as in the editor.
fn choose<'a>(sight: &mut Sight<'a>, control: &'a dyn Control, (regions, task): (&[Value], &Task)) {
    let head = control.head();
    let last = of(&head.name, regions).pop().filter(|_| sight.shows(head));
    let drafts = last.iter().map(|region| Draft::new(region["value"].clone())).collect();
    sight.choose(control, &Reading { drafts, problems: Vec::new() }, &control.labels(task));
}

/// Returns a control's part of the answer: null where annotators do not see it.
fn part(
    control: &dyn Control,
    (regions, sight): (&[Value], &Sight<'_>),
    task: &Task,
) -> Result<Value, String> {
    let head = control.head();
    if !sight.shows(head) {
        return Ok(Value::Null);
    }
    control.answer(&of(&head.name, regions), task).map_err(|reason| format!("`{}`: {reason}", head.name))
}

/// Returns the regions of the control of this name.
fn of(name: &str, regions: &[Value]) -> Vec<Value> {
    regions.iter().filter(|region| region["from_name"] == name).cloned().collect()
}

/// Returns an answer as a person would write it: labels in a line.
fn written(answer: &Value) -> String {
    match answer {
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().filter_map(text::plain).collect();
            entries.join(", ")
        }
        single => text::plain(single).unwrap_or_default(),
    }
}

fn says_the_same(one: &[Draft], other: &[Draft]) -> bool {
    let values = |drafts: &[Draft]| drafts.iter().map(|draft| draft.value.clone()).collect::<Vec<_>>();
    values(one) == values(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::form::Wanted;
    use crate::label::task::TaskId;

    const CONFIG: &str = r#"<View><Text name="text" value="$text"/>
        <Choices name="mood" toName="text" required="true"><Choice value="good" alias="g"/><Choice value="bad"/></Choices>
        <TextArea name="why" toName="text"/>
        <Rating name="stars" toName="text" visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="bad"/></View>"#;

    fn form() -> Form {
        Form::new(&LabelConfig::parse(CONFIG).unwrap(), &Wanted::default()).unwrap()
    }

    fn task() -> Task {
        let data = Map::from_iter([("text".to_owned(), json!("It is good"))]);
        Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
    }

    /// Writes regions as `control: value`, where the value is that of the region.
    fn regions(regions: &[(&str, Value)]) -> Vec<Value> {
        regions.iter().map(|(name, value)| json!({"from_name": name, "value": value})).collect()
    }

    #[track_caller]
    fn check(stored: &[(&str, Value)], answer: Result<Value, &str>, text: Result<&str, &str>) {
        let (form, task, stored) = (form(), task(), regions(stored));
        let found = form.answer(&stored, &task);
        assert_eq!(found, answer.map_err(str::to_owned));
        assert_eq!(form.answer_text(&stored, &task), text.map(str::to_owned).map_err(str::to_owned));
        if let Ok(answer) = found {
            let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&answer), keys(&form.schema(&task).unwrap()["properties"]));
        }
    }

    #[test]
    fn an_annotation_is_told_as_the_answer_it_stands_for() {
        check(
            &[("mood", json!({"choices": ["g"]}))],
            Ok(json!({"mood": "good", "why": "", "stars": null})),
            Ok("good"),
        );
        check(
            &[("stars", json!({"rating": 2})), ("mood", json!({"choices": ["bad"]}))],
            Ok(json!({"mood": "bad", "why": "", "stars": 2})),
            Ok("bad"),
        );
        check(
            &[("mood", json!({"choices": ["g"]})), ("why", json!({"text": ["good"]}))],
            Ok(json!({"mood": "good", "why": "good", "stars": null})),
            Ok("good"),
        );
        check(
            &[("mood", json!({"choices": ["bad"]})), ("why", json!({"text": ["It rained"]}))],
            Ok(json!({"mood": "bad", "why": "It rained", "stars": null})),
            Err("`mood`: text `It rained` does not say \"bad\""),
        );
    }

    #[test]
    fn what_annotators_do_not_see_is_null_whatever_it_holds() {
        check(
            &[("mood", json!({"choices": ["g"]})), ("stars", json!({"rating": 2}))],
            Ok(json!({"mood": "good", "why": "", "stars": null})),
            Ok("good"),
        );
        check(
            &[("mood", json!({"choices": ["g"]})), ("stars", json!({"rating": 99}))],
            Ok(json!({"mood": "good", "why": "", "stars": null})),
            Ok("good"),
        );
        let changed = [json!({"choices": ["bad"]}), json!({"choices": ["g"]})].map(|value| ("mood", value));
        check(
            &[&changed[..], &[("stars", json!({"rating": 2}))]].concat(),
            Ok(json!({"mood": "good", "why": "", "stars": null})),
            Ok("good"),
        );
    }

    #[test]
    fn what_annotators_see_only_sometimes_is_told_as_empty_where_they_left_it_so() {
        let config = r#"<View><Text name="text" value="$text"/>
            <Choices name="mood" toName="text"><Choice value="good"/><Choice value="bad"/></Choices>
            <View visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="bad">
            <TextArea name="why" toName="text"/><Rating name="stars" toName="text" required="true"/></View></View>"#;
        let form = Form::new(&LabelConfig::parse(config).unwrap(), &Wanted::default()).unwrap();
        let told = |stored: &[(&str, Value)]| form.answer(&regions(stored), &task());
        let (good, bad) = (("mood", json!({"choices": ["good"]})), ("mood", json!({"choices": ["bad"]})));
        let stars = ("stars", json!({"rating": 2}));
        let expect = json!({"mood": "good", "why": null, "stars": null});
        assert_eq!(told(std::slice::from_ref(&good)), Ok(expect.clone()));
        assert_eq!(told(&[good, ("why", json!({"text": ["It rained"]}))]), Ok(expect));
        assert_eq!(told(&[bad.clone(), stars]), Ok(json!({"mood": "bad", "why": "", "stars": 2})));
        assert!(told(&[bad]).unwrap_err().starts_with("`stars`: "));
    }

    #[test]
    fn what_an_answer_cannot_say_is_refused_with_the_reason() {
        let nothing = "the annotation holds nothing for `mood`, `why`, `stars`";
        let no_text = "the annotation holds nothing for `why`, `mood`";
        check(&[], Err(nothing), Err(no_text));
        check(&[("other", json!({"choices": ["g"]}))], Err(nothing), Err(no_text));
        let unknown = "`mood`: no such label: `fine`";
        check(&[("mood", json!({"choices": ["fine"]}))], Err(unknown), Err(unknown));
        check(
            &[("why", json!({"text": ["It rained"]}))],
            Err("`mood`: it is empty, and an answer cannot leave it so"),
            Ok("It rained"),
        );
    }

    #[test]
    fn labels_are_those_that_are_stored() {
        let stored = regions(&[("mood", json!({"choices": ["g"]})), ("why", json!({"text": ["x"]}))]);
        assert_eq!(form().chosen(&stored, &task()), BTreeSet::from(["mood \"g\"".to_owned()]));
        assert!(form().chosen(&[], &task()).is_empty());
    }
}
