//! Rankings and buckets: what is believed, merged and posted.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::label::config::LabelConfig;
use crate::label::control::Control;
use crate::label::task::{Task, TaskId};

const SORTED: &str = "<Bucket name='best' title='The best'/><Bucket name='ads'/>";
const DEFAULT: &str = "<Bucket name='best'/><Bucket name='rest' default='true'/>";

fn control(buckets: &str) -> Arc<dyn Control> {
    let xml = format!(
        "<View><List name='l' value='$l'/><Ranker name='r' toName='l' required='true'>{buckets}</Ranker></View>"
    );
    LabelConfig::parse(&xml).expect("a config").controls.remove(0)
}

fn task() -> Task {
    let list = json!({"l": [{"id": "a", "title": "Apples"}, {"id": "b", "title": "Pears"}, {"id": 3}]});
    let data = list.as_object().cloned().unwrap_or_default();
    Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

/// `expect` is what `ranker` holds, or a part of the only problem.
#[track_caller]
fn check(buckets: &str, answers: &[Value], expect: Result<Value, &str>) {
    let control = control(buckets);
    let reading = control.combine(answers.iter().map(|answer| control.read(answer, &task())).collect());
    match (reading.drafts.as_slice(), reading.problems.as_slice(), expect) {
        ([draft], [], Ok(ranking)) => assert_eq!(draft.value, json!({"ranker": ranking}), "{answers:?}"),
        ([], [problem], Err(part)) => assert!(problem.contains(part), "{answers:?}: {problem}"),
        _ => panic!("{answers:?}: {reading:?}"),
    }
}

#[test]
fn a_ranking_holds_everything_once() {
    for answer in [
        json!(["b", "3", "a"]),
        json!(["b", 3, "a"]),
        json!(["[b]", "3", "Apples"]),
        json!([{"id": "b"}, {"id": 3}, {"id": "a"}]),
        json!({"r": ["b", "3", "a"]}),
        json!({"ranker": {"r": ["b", "3", "a"]}}),
        json!("b > 3 > a"),
        json!("b\n3\na\n"),
        json!("b, 3, a"),
    ] {
        check("", &[answer], Ok(json!({"r": ["b", "3", "a"]})));
    }
    check("", &[json!(["b", "a"])], Err("the ranking lacks `3`"));
    check("", &[json!(["b", "a", "b", "3"])], Err("it has `b` more than once"));
    check("", &[json!(["b", "a", "3", "d"])], Err("no such id: `d`"));
    check("", &[json!("b is the best")], Err("expected a list of ids"));
    check("", &[json!([])], Err("required"));
    check("", &[json!(true)], Err("found `true`"));
}

#[test]
fn buckets_hold_what_is_put_into_them() {
    check(SORTED, &[json!({"best": ["b"], "ads": ["a"]})], Ok(json!({"best": ["b"], "ads": ["a"]})));
    check(SORTED, &[json!({"The Best": ["b", 3]})], Ok(json!({"best": ["b", "3"], "ads": []})));
    check(SORTED, &[json!({"r": {"ads": ["3"], "_": ["a"]}})], Ok(json!({"best": [], "ads": ["3"]})));
    check(SORTED, &[json!({"best": ["b"], "ads": ["b"]})], Err("it has `b` more than once"));
    check(
        SORTED,
        &[json!({"best": ["b"], "worst": ["a"]})],
        Err("no such bucket: `worst`; there is `best`, `ads`"),
    );
    check(SORTED, &[json!(["b"])], Err("expected an object with lists of ids under `best`, `ads`"));
    check(SORTED, &[json!({"best": [], "ads": []})], Err("required"));
    check(DEFAULT, &[json!({"best": ["3"], "rest": ["b"]})], Ok(json!({"best": ["3"], "rest": ["b", "a"]})));
}

#[test]
fn several_responses_are_merged() {
    let three = [json!(["a", "b", "3"]), json!(["b", "a", "3"]), json!(["b", "3", "a"])];
    check("", &three, Ok(json!({"r": ["b", "a", "3"]})));
    check("", &[json!("?"), json!(["3", "b", "a"])], Ok(json!({"r": ["3", "b", "a"]})));
    check("", &[json!("?"), json!("?")], Err("expected a list of ids"));
    let split = [json!({"best": ["a", "b"], "ads": []}), json!({"best": ["b"], "ads": ["a"]})];
    check(SORTED, &split, Ok(json!({"best": ["b"], "ads": []})));
    let apart = [json!({"best": ["a"], "rest": []}), json!({"best": ["b"], "rest": []})];
    check(DEFAULT, &apart, Ok(json!({"best": [], "rest": ["3", "a", "b"]})));
    let control = control("");
    let readings = three.iter().map(|answer| control.read(answer, &task())).collect();
    let score = control.combine(readings).drafts[0].score.expect("several responses give a score");
    assert!((score - 7.0 / 9.0).abs() < 1e-9, "{score}");
}

#[test]
fn a_reviewed_ranking_has_to_be_one_that_label_studio_shows() {
    let check = |buckets: &str, ranking: Value, expect: Result<(), &str>| {
        let found = control(buckets).verify(&json!({ "ranker": ranking }), &task());
        match (found, expect) {
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
            (found, expect) => assert_eq!(found.is_ok(), expect.is_ok(), "{ranking}: {found:?}"),
        }
    };
    check("", json!({"r": ["3", "b", "a"]}), Ok(()));
    check("", json!({"r": ["3", "b"]}), Err("lacks `a`"));
    check("", json!({}), Err("lacks `a`, `b`, `3`"));
    check("", json!({"r": ["3", "b", "Apples"]}), Err("no such id: text `Apples`"));
    check("", json!(["3"]), Err("found a list"));
    check(SORTED, json!({"best": ["a"], "_": ["b", "3"]}), Ok(()));
    check(SORTED, json!({"worst": ["a"]}), Err("no such list: `worst`"));
    check(DEFAULT, json!({"best": ["a"], "rest": ["3"]}), Err("`b` is in no bucket"));
}

#[test]
fn the_schema_lists_the_ids_of_the_task() {
    let schema = control("").schema(&task()).expect("a schema");
    assert_eq!(schema["items"]["enum"], json!(["a", "b", "3"]));
    let schema = control(SORTED).schema(&task()).expect("a schema");
    assert_eq!(schema["required"], json!(["best", "ads"]));
    assert_eq!(schema["properties"]["best"]["description"], "The best");
    let mut empty = task();
    empty.data.clear();
    assert!(control("").schema(&empty).is_err());
}

#[test]
fn it_needs_a_list() {
    let xml =
        "<View><Text name='t' value='$t'/><Rating name='s' toName='t'/><Ranker name='r' toName='t'/></View>";
    let config = LabelConfig::parse(xml).expect("a config");
    assert_eq!(config.skipped[0].reason, "it puts a `List` in order, and `t` is a `Text`");
}
