//! Controls of single regions: asked as further keys of what the answer says of each region, read from there.

use serde_json::{Value, json};

use super::shown::{Sight, conditional};
use super::{Form, Readings, part};
use crate::label::condition::{Condition, Shown};
use crate::label::control::{Draft, Head, Reading, Scope};
use crate::label::task::Task;
use crate::label::text;

/// The key by which a region is named where relations are asked for.
pub(super) const ID: &str = "id";

/// Keys that the controls which mark regions ask for themselves, and relations; a control of single regions called so
/// gets another.
const OWN_KEYS: &[&str] = &[ID, "text", "label", "occurrence", "x", "y", "width", "height"];

/// A problem with what a control of single regions got: index of the control, and the words.
pub(super) type Problem = (usize, String);

/// Returns which controls label the regions that a control marks.
pub(super) fn of(form: &Form, marker: &Head) -> Vec<usize> {
    let labels_its_regions = |head: &Head| {
        head.scope == Scope::Region
            && head.to_name == marker.to_name
            && head.conditions.iter().all(|condition| condition.may_allow(&marker.name))
    };
    let controls = form.controls.iter().enumerate();
    controls.filter(|(_, control)| labels_its_regions(control.head())).map(|(at, _)| at).collect()
}

/// Adds the keys that are asked for each region to the schema of the control that marks them.
pub(super) fn ask(form: &Form, marker: &Head, schema: &mut Value, task: &Task) -> Result<(), String> {
    let mut keys = Vec::new();
    if form.relations.is_some() {
        let description = "A short name of its own for this one, such as `1`; relations refer to it.";
        keys.push((ID.to_owned(), json!({"type": "string", "description": description})));
    }
    for at in of(form, marker) {
        let (control, head) = (&form.controls[at], form.controls[at].head());
        let asked = control.schema(task).map_err(|reason| format!("`{}`: {reason}", head.name))?;
        keys.push((key(form, &head.name), conditional(asked, &conditions(head))));
    }
    let items = &mut schema["items"];
    for (key, asked) in keys {
        if let Some(required) = items["required"].as_array_mut() {
            required.push(json!(key));
        }
        items["properties"][key] = asked;
    }
    Ok(())
}

/// Reads what an answer says of each region into its children; returns the problems.
pub(super) fn read(
    form: &Form,
    (marker, part): (&Head, &Value),
    reading: &mut Reading,
    (sight, task): (&Sight<'_>, &Task),
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let asked = of(form, marker);
    let keys: Vec<String> = asked.iter().map(|&at| key(form, &form.controls[at].head().name)).collect();
    let names: Vec<&str> = OWN_KEYS.iter().copied().chain(keys.iter().map(String::as_str)).collect();
    for (index, draft) in reading.drafts.iter_mut().enumerate() {
        let fields = draft.entry.as_ref().and_then(|entry| part.pointer(entry)?.as_object());
        let mut sight = sight.beside(marker, &draft.value);
        for (&at, key) in asked.iter().zip(&keys) {
            let control = &form.controls[at];
            if !sight.shows(control.head()) {
                sight.choose(control.as_ref(), &Reading::default(), &[]);
                continue;
            }
            let reading = match fields.and_then(|fields| part::field(fields, key, &names)) {
                Some(value) => control.read(value, task),
                None => Reading::problem("the answer does not say"),
            };
            sight.choose(control.as_ref(), &reading, &control.labels(task));
            problems.extend(reading.problems.iter().map(|problem| (at, of_region(draft, index, problem))));
            let place = draft.entry.as_ref().map(|entry| below(entry, key));
            draft
                .children
                .extend(reading.drafts.into_iter().map(|child| (at, placed(child, place.as_deref()))));
        }
    }
    problems
}

/// Returns the JSON Pointer to a key of what another one points to.
fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Says where the labels of a child stand in the part of the answer that belongs to the control which marks regions.
fn placed(mut child: Draft, place: Option<&str>) -> Draft {
    match place {
        Some(place) => child.labels_at.iter_mut().for_each(|label| label.insert_str(0, place)),
        None => child.labels_at.clear(),
    }
    child
}

/// Merges what the single responses say of a region that was merged from several; returns the problems.
pub(super) fn merge(
    form: &Form,
    (marker, index): (usize, usize),
    draft: &mut Draft,
    (responses, sight, task): (&[Readings], &Sight<'_>, &Task),
) -> Vec<Problem> {
    if draft.origins.is_empty() {
        return Vec::new();
    }
    let head = form.controls[marker].head();
    let mut sight = sight.beside(head, &draft.value);
    let mut problems = Vec::new();
    draft.children.clear();
    for at in of(form, head) {
        let control = &form.controls[at];
        let said = |&(response, region): &(usize, usize)| {
            let readings: Option<&Reading> = responses.get(response)?.controls[marker].as_ref();
            let children = readings?.drafts.get(region)?.children.iter();
            let drafts = children.filter(|(of, _)| *of == at).map(|(_, child)| child.clone()).collect();
            Some(Reading { drafts, problems: Vec::new() })
        };
        let said: Vec<Reading> = draft.origins.iter().filter_map(said).collect();
        let is_said = sight.shows(control.head()) && said.iter().any(|reading| !reading.drafts.is_empty());
        let merged = if is_said { control.combine(said) } else { Reading::default() };
        sight.choose(control.as_ref(), &merged, &control.labels(task));
        problems.extend(merged.problems.iter().map(|problem| (at, of_region(draft, index, problem))));
        draft.children.extend(merged.drafts.into_iter().map(|child| (at, child)));
    }
    problems
}

/// Returns the key by which a control of single regions is asked; no two have the same.
pub(super) fn key(form: &Form, name: &str) -> String {
    if !OWN_KEYS.contains(&name) {
        return name.to_owned();
    }
    let mut key = format!("{name}_of_region");
    while form.controls.iter().any(|control| control.head().name == key) {
        key.push('_');
    }
    key
}

/// Returns the conditions that a model must look at: those on a region's control are met by being asked.
fn conditions(head: &Head) -> Vec<&Condition> {
    let is_open =
        |condition: &&Condition| condition.shown_when != Shown::BesideRegion || !condition.labels.is_empty();
    head.conditions.iter().filter(is_open).collect()
}

fn of_region(draft: &Draft, index: usize, problem: &str) -> String {
    match draft.value["text"].as_str() {
        Some(words) => format!("`{}`: {problem}", text::shorten(words)),
        None => format!("region {}: {problem}", index + 1),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::form::{Filled, Wanted};
    use crate::label::task::TaskId;

    /// Names with `sure` beside each, and further controls of single regions.
    fn form(further: &str) -> Form {
        let config = format!(
            r#"<View><Text name="t" value="$t"/><Labels name="who" toName="t"><Label value="P"/></Labels>
            <Choices name="sure" toName="t" perRegion="true"><Choice value="yes"/><Choice value="no"/></Choices>
            {further}</View>"#
        );
        Form::new(&LabelConfig::parse(&config).unwrap(), &Wanted::default()).unwrap()
    }

    fn task() -> Task {
        let data = Map::from_iter([("t".to_owned(), json!("Ann met Bob."))]);
        Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
    }

    fn name(text: &str, further: Value) -> Value {
        let mut name = json!({"text": text, "label": "P", "occurrence": null});
        if let (Some(fields), Value::Object(further)) = (name.as_object_mut(), further) {
            fields.extend(further);
        }
        name
    }

    /// Reads the names that each response lists; expects what is said of each in the end, as the values of its controls.
    #[track_caller]
    fn check(further: &str, responses: &[&[Value]], expect: &[&[&str]]) -> Filled {
        let (form, task) = (form(further), task());
        let read = |names: &&[Value]| form.read(&json!({ "who": names }), &task);
        let filled = form.combine(responses.iter().map(read).collect(), &task);
        let said = |(_, draft): &(usize, Draft)| {
            let values = draft.children.iter().map(|(_, child)| child.value.as_object().unwrap().values());
            values.flatten().map(|value| text::plain(value).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(filled.drafts.iter().map(said).collect::<Vec<_>>(), expect, "{:?}", filled.unfilled);
        filled
    }

    const HOW: &str = r#"<Choices name="how" toName="t" perRegion="true" visibleWhen="choice-selected"
        whenTagName="sure" whenChoiceValue="yes"><Choice value="very"/></Choices>"#;

    #[test]
    fn what_one_region_lacks_hides_nothing_of_another() {
        let names = [
            name("Ann", json!({"sure": "yes", "how": "very"})),
            name("Bob", json!({"sure": "perhaps", "how": null})),
        ];
        check(HOW, &[&names], &[&["yes", "very"], &[]]);
    }

    #[test]
    fn what_lost_the_vote_shows_nothing_that_depends_on_it() {
        let sure = [name("Ann", json!({"sure": "yes", "how": "very"}))];
        let unsure = [name("Ann", json!({"sure": "no", "how": null}))];
        check(HOW, &[&sure, &sure, &unsure], &[&["yes", "very"]]);
        check(HOW, &[&sure, &unsure, &unsure], &[&["no"]]);
        check(HOW, &[&sure, &unsure], &[&[]]);
    }

    #[test]
    fn keys_of_single_regions_differ_from_all_others() {
        let control = |name: &str| format!(r#"<TextArea name="{name}" toName="t" perRegion="true"/>"#);
        let further = ["text", "text_of_region", "Label"].map(control).concat();
        let keys = json!({"sure": "yes", "text_of_region_": "a", "text_of_region": "b", "Label": "c"});
        check(&further, &[&[name("Ann", keys.clone())]], &[&["yes", "a", "b", "c"]]);
        let form = form(&further);
        let schema = form.schema(&task()).unwrap();
        let asked = schema["properties"]["who"]["items"]["properties"].as_object().unwrap();
        assert!(keys.as_object().unwrap().keys().all(|key| asked.contains_key(key)), "{asked:?}");
        let alike = [name("Ann", json!({"sure": "yes", "text_of_region": "b"}))];
        check(&further, &[&alike], &[&["yes", "b"]]);
    }

    #[test]
    fn what_is_hidden_shows_nothing_that_depends_on_it() {
        let why = r#"<Choices name="why" toName="t" perRegion="true" visibleWhen="choice-selected" whenTagName="how"
            whenChoiceValue="very"><Choice value="seen"/></Choices>"#;
        let further = format!("{HOW}{why}");
        let names = |sure: &str| [name("Ann", json!({"sure": sure, "how": "very", "why": "seen"}))];
        check(&further, &[&names("yes")], &[&["yes", "very", "seen"]]);
        check(&further, &[&names("no")], &[&["no"]]);
        let unsaid = [name("Ann", json!({"sure": "no"}))];
        assert_eq!(check(&further, &[&unsaid], &[&["no"]]).unfilled, []);
    }
}
