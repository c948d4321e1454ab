//! Stored regions told as the answer that a model would have had to give, for examples.

use serde_json::Value;

use super::{Control, Head};
use crate::label::task::Task;

/// Returns what the region that counts says under a key; the last region counts, as in the editor.
///
/// What says nothing, such as an empty list, is `None`.
pub(super) fn content<'a>(regions: &'a [Value], key: &str) -> Option<&'a Value> {
    let content = &regions.last()?["value"][key];
    match content {
        Value::Null => None,
        Value::Array(entries) if entries.is_empty() => None,
        _ => Some(content),
    }
}

/// Returns the answer for a control without a region, whose schema has this value for that; null where it may be hidden
/// and would have to be filled if it were not.
pub(super) fn empty(head: &Head, blank: Value) -> Result<Value, String> {
    match (head.required, head.conditions.is_empty()) {
        (false, _) => Ok(blank),
        (true, false) => Ok(Value::Null),
        (true, true) => Err("it is empty, but it is required".to_owned()),
    }
}

/// Returns the answer for a control without a region, whose schema has no value for that but null, which it has for
/// controls that may be hidden.
pub(super) fn hidden(head: &Head) -> Result<Value, String> {
    if head.conditions.is_empty() {
        return Err("it is empty, and an answer cannot leave it so".to_owned());
    }
    Ok(Value::Null)
}

/// Returns an answer if reading it gives what is stored again; the error says why it does not.
pub(super) fn confirmed(
    control: &dyn Control,
    answer: Value,
    stored: &Value,
    task: &Task,
) -> Result<Value, String> {
    let reading = control.read(&answer, task);
    let holds_it =
        |value: &Value| value.as_object().is_some_and(|fields| fields.values().any(|held| held == stored));
    match reading.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None if reading.drafts.iter().any(|draft| holds_it(&draft.value)) => Ok(answer),
        None => Err(format!("`{stored}` cannot be told as an answer")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use fastrand::Rng;
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::task::TaskId;

    const ALL_KINDS: &str = r#"<View><Text name="t" value="$t"/><Text name="u" value="$t"/><List name="l" value="$l"/>
        <Image name="i" value="$t"/>
        <Choices name="one" toName="t"><Choice value="A" alias="a"/><Choice value="B, or b"/></Choices>
        <Choices name="many" toName="t" choice="multiple"><Choice value="x"/><Choice value="y"/><Choice value="z"/></Choices>
        <Choices name="deep" toName="t" allowNested="true"><Choice value="P"><Choice value="Q"/></Choice></Choices>
        <Taxonomy name="tree" toName="t"><Choice value="P"><Choice value="Q" alias="q"/></Choice><Choice value="Q"/></Taxonomy>
        <TextArea name="text" toName="t"/><Rating name="stars" toName="t" maxRating="3" required="true"/>
        <Number name="count" toName="t" min="1" max="9" step="2"/><Number name="exact" toName="t" required="true"/>
        <DateTime name="when" toName="t" only="date" format="%d.%m.%Y"/>
        <Pairwise name="pair" toName="t,u"/><Ranker name="rank" toName="l"/>
        <Ranker name="sort" toName="l"><Bucket name="good"/><Bucket name="bad" default="true"/></Ranker>
        <RectangleLabels name="boxes" toName="i"><Label value="Car" alias="c"/><Label value="Man"/></RectangleLabels>
        <Choices name="why" toName="t" visibleWhen="choice-selected" whenTagName="one" whenChoiceValue="A">
          <Choice value="k"/></Choices></View>"#;

    fn controls() -> Vec<Arc<dyn Control>> {
        LabelConfig::parse(ALL_KINDS).expect("a config").controls
    }

    fn task() -> Task {
        let data = json!({"t": "x", "l": [{"id": "a"}, {"id": "b"}, {"id": "c"}]});
        let data = data.as_object().cloned().unwrap_or_default();
        Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
    }

    /// What a stored value is told as, or a part of the reason why it is not.
    #[track_caller]
    fn check(name: &str, values: &[Value], expect: Result<Value, &str>) {
        let control = controls().into_iter().find(|control| control.head().name == name).expect("a control");
        let regions: Vec<Value> = values.iter().map(|value| json!({"id": "x", "value": value})).collect();
        match (control.answer(&regions, &task()), expect) {
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{name} {values:?}: {reason}"),
            (found, expect) => assert_eq!(found, expect.map_err(str::to_owned), "{name} {values:?}"),
        }
    }

    #[test]
    fn stored_regions_are_told_as_answers() {
        check("one", &[json!({"choices": ["a"]})], Ok(json!("A")));
        check("one", &[json!({"choices": ["a"]}), json!({"choices": ["B, or b"]})], Ok(json!("B, or b")));
        check("many", &[json!({"choices": ["z", "x"]})], Ok(json!(["x", "z"])));
        check("deep", &[json!({"choices": [["P", "Q"]]})], Ok(json!("P / Q")));
        check("tree", &[json!({"taxonomy": [["Q"], ["P", "q"]]})], Ok(json!(["P / Q", "Q"])));
        check("text", &[json!({"text": ["words"]})], Ok(json!("words")));
        check("text", &[json!({"text": "words"})], Ok(json!("words")));
        check("stars", &[json!({"rating": 2})], Ok(json!(2)));
        check("count", &[json!({"number": 3})], Ok(json!(3)));
        check("when", &[json!({"datetime": "05.03.2024"})], Ok(json!("05.03.2024")));
        check("pair", &[json!({"selected": "right"})], Ok(json!("right")));
        check("rank", &[json!({"ranker": {"rank": ["b", "c", "a"]}})], Ok(json!(["b", "c", "a"])));
        let sorted = json!({"good": ["b"], "bad": ["c", "a"]});
        check("sort", &[json!({ "ranker": sorted })], Ok(sorted));
        let sides = json!({"x": 1.0, "y": 2.0, "width": 30.0, "height": 4.0, "rotation": 0, "rectanglelabels": ["c"]});
        let told = json!([{"label": "Car", "x": 1.0, "y": 2.0, "width": 30.0, "height": 4.0}]);
        check("boxes", &[sides], Ok(told));
    }

    #[test]
    fn what_is_empty_is_told_as_the_schema_wants_it() {
        for (name, blank) in [
            ("many", json!([])),
            ("tree", json!([])),
            ("boxes", json!([])),
            ("text", json!("")),
            ("count", Value::Null),
            ("when", Value::Null),
            ("why", Value::Null),
        ] {
            check(name, &[], Ok(blank));
        }
        for name in ["one", "stars", "pair", "rank", "exact"] {
            check(name, &[], Err("it is empty"));
        }
        check("many", &[json!({"choices": []})], Ok(json!([])));
    }

    #[test]
    fn what_no_answer_can_say_is_not_told() {
        check("one", &[json!({"choices": ["A"]})], Err("no such label: `A`"));
        check("one", &[json!({"choices": ["a", "B, or b"]})], Err("one label is asked, it has several"));
        check("deep", &[json!({"choices": ["Q"]})], Err("no such label: `Q`"));
        check("tree", &[json!({"taxonomy": [["P", "Q"]]})], Err("no such label"));
        check("text", &[json!({"text": ["a", "b"]})], Err("it holds 2 texts"));
        check("stars", &[json!({"rating": 4})], Err("from 1 to 3"));
        check("count", &[json!({"number": 2})], Err("in steps of 2"));
        check("when", &[json!({"datetime": "2024-03-05"})], Err("cannot be told"));
        check("pair", &[json!({"selected": "none"})], Err("expected `left` or `right`"));
        check("rank", &[json!({"ranker": {"rank": ["b", "a"]}})], Err("lacks `c`"));
        check("sort", &[json!({"ranker": {"good": ["b"]}})], Err("cannot be told"));
    }

    /// Returns an answer that fits a schema of the common subset; lists without doubles, and of ids complete ones.
    fn instance(schema: &Value, rng: &mut Rng) -> Value {
        if let Some(values) = schema["enum"].as_array() {
            return rng.choice(values).cloned().unwrap_or_default();
        }
        if let Some(any) = schema["anyOf"].as_array() {
            return rng.choice(any).map(|schema| instance(schema, rng)).unwrap_or_default();
        }
        match schema["type"].as_str() {
            Some("object") => {
                let fields = schema["properties"].as_object().into_iter().flatten();
                fields
                    .map(|(name, schema)| (name.clone(), instance(schema, rng)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            Some("array") => match schema["items"]["enum"].as_array() {
                Some(values) => {
                    let mut values = values.clone();
                    rng.shuffle(&mut values);
                    if values[0].as_str().is_some_and(|id| !["a", "b", "c"].contains(&id)) {
                        values.truncate(rng.usize(0..3));
                    }
                    values.into()
                }
                None => (0..rng.usize(0..4)).map(|_| instance(&schema["items"], rng)).collect(),
            },
            Some("number") => json!(f64::from(rng.u8(2..100)) / 2.0),
            Some("string") => json!(["05.03.2024", "two\nlines", "[\"x\"]"][rng.usize(0..3)]),
            _ => Value::Null,
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_told_as_it_was_answered(seed in any::<u64>()) {
            let mut rng = Rng::with_seed(seed);
            for control in controls() {
                let schema = control.schema(&task()).expect("a schema");
                let answer = instance(&schema, &mut rng);
                let reading = control.read(&answer, &task());
                let values: Vec<Value> = reading.drafts.into_iter().map(|draft| draft.value).collect();
                if values.is_empty() {
                    continue;
                }
                let regions: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
                let told = control.answer(&regions, &task());
                prop_assert!(told.is_ok(), "{answer}: {told:?}");
                let again = control.read(&told.unwrap_or_default(), &task());
                let again: Vec<Value> = again.drafts.into_iter().map(|draft| draft.value).collect();
                prop_assert_eq!(&again, &values, "{}", answer);
                let agreement = control.agreement(&values, &again);
                prop_assert!((agreement - 1.0).abs() < 1e-9, "{} agrees with itself by {agreement}", answer);
                prop_assert_eq!(control.agreement(&values, &[]).to_bits(), 0.0_f64.to_bits());
            }
        }
    }
}
