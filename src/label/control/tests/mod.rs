//! What each control tag asks, reads and votes on.

mod ranker;
mod rectangle_labels;

use serde_json::json;

use super::*;
use crate::label::config::LabelConfig;
use crate::label::task::TaskId;

fn control(tag: &str) -> Arc<dyn Control> {
    let xml =
        format!("<View><Text name='t' value='$t'/>{}</View>", tag.replacen(' ', " name='c' toName='t' ", 1));
    let mut config = LabelConfig::parse(&xml).expect("a config");
    config.controls.remove(0)
}

fn task(fields: &Value) -> Task {
    let data = fields.as_object().cloned().unwrap_or_default();
    Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

/// `expect` is what the value object holds, or a part of the only problem.
#[track_caller]
fn check(tag: &str, answer: &Value, expect: Result<Value, &str>) {
    let reading = control(tag).read(answer, &task(&json!({})));
    match (reading.drafts.as_slice(), reading.problems.as_slice(), expect) {
        ([draft], [], Ok(expect)) => {
            let inner = draft.value.as_object().and_then(|fields| fields.values().next());
            assert_eq!(inner, Some(&expect), "{tag} {answer}");
        }
        ([], [problem], Err(part)) => assert!(problem.contains(part), "{tag} {answer}: {problem}"),
        _ => panic!("{tag} {answer}: {reading:?}"),
    }
}

#[test]
fn a_label_may_be_called_null_and_unknown_ones_are_told_once() {
    let moods = "<Choices ><Choice value='null'/><Choice value='good'/></Choices>";
    check(moods, &json!("null"), Ok(json!(["null"])));
    check(moods, &json!(null), Err("the answer leaves it empty"));
    check(moods, &json!(["a", "b"]), Err("no such label: `a`, `b`"));
    check(moods, &json!({"c": {"x": 1, "y": 2}}), Err("no such label"));
}

#[test]
fn formats_of_dates_are_those_of_the_editor() {
    for (format, answer, stored) in [
        ("%d/%m/%Y", "03/04/2024", "03/04/2024"),
        ("%d/%m/%Y", "2024-04-03", "03/04/2024"),
        ("%m/%d/%y", "2024-04-03", "04/03/24"),
        ("%B %-d, %Y", "2024-04-03", "April 3, 2024"),
        ("%B %-d, %Y", "April 3, 2024", "April 3, 2024"),
        ("%a %e %b", "2024-04-03", "Wed  3 Apr"),
        ("%Y-%m-%d %H:%M:%S", "2024-04-03T05:06:07Z", "2024-04-03 05:06:07"),
        ("%I:%M %p", "2024-04-03T17:06", "05:06 PM"),
        ("%x", "2024-04-03", "4/3/2024"),
        ("%c", "2024-04-03T17:06:07", "4/3/2024, 5:06:07 PM"),
        ("%H:%M:%S.%L", "2024-04-03T17:06:07.25", "17:06:07.250"),
        ("%Y", "2024-04-03", "2024"),
        ("week %V of %G", "2024-04-03", "week 14 of 2024"),
        ("100%%", "2024-04-03", "100%"),
        ("%Y", "2024", "2024"),
        ("%B %Y", "april 2024", "April 2024"),
        ("%m/%y", "04/24", "04/24"),
        ("%H:%M", "17:06", "17:06"),
        ("%I:%M %p", "05:06 PM", "05:06 PM"),
    ] {
        check(&format!("<DateTime format='{format}'/>"), &json!(answer), Ok(json!(stored)));
    }
}

#[test]
fn a_year_may_be_a_number() {
    check("<DateTime format='%Y'/>", &json!(2024), Ok(json!("2024")));
    check("<DateTime format='%Y' min='2024-01-01'/>", &json!(2023), Err("before the first date allowed"));
}

#[test]
fn what_is_no_date_is_none() {
    for (only, answer) in [
        ("date", "2024-02-30"),
        ("date", "yesterday"),
        ("date", "14:30"),
        ("date", "20240"),
        ("time", "2024-02-03"),
        ("time", "25:00"),
        ("time", "half past two"),
        ("date,time", "2024-13-01T00:00"),
    ] {
        check(&format!("<DateTime only='{only}'/>"), &json!(answer), Err("expected a "));
    }
    check("<DateTime required='true'/>", &json!(null), Err("required"));
    check("<DateTime />", &json!({"a": 1, "b": 2}), Err("found an object"));
    check(
        "<DateTime only='date' max='2024-01-01'/>",
        &json!("2024-01-02"),
        Err("after the last date allowed"),
    );
    check("<DateTime only='time'/>", &json!("2024-02-03T04:05:06+02:00"), Ok(json!("04:05")));
    check("<DateTime only='date'/>", &json!("2024-02-03T23:05:06Z"), Ok(json!("2024-02-03")));
}

#[test]
fn numbers_stay_within_their_bounds() {
    check("<Number />", &json!(3), Ok(json!(3)));
    check("<Number />", &json!("-2.5"), Ok(json!(-2.5)));
    check("<Number />", &json!({"value": "1e3"}), Ok(json!(1000.0)));
    check("<Number />", &json!([7]), Ok(json!(7)));
    check("<Number />", &json!("1,500"), Err("expected a number, found text `1,500`"));
    check("<Number />", &json!("five"), Err("expected a number"));
    check("<Number />", &json!("1e999"), Err("expected a number"));
    check("<Number />", &json!(true), Err("found `true`"));
    check("<Number step='0.1'/>", &json!(0.3), Ok(json!(0.3)));
    check("<Number step='0.1'/>", &json!(0.35), Err("in steps of 0.1"));
    check("<Number min='1' step='2'/>", &json!(2), Err("a number of at least 1 in steps of 2 from 1"));
    check("<Number min='x' step='0'/>", &json!(2.2), Ok(json!(2.2)));
    check("<Number max='5'/>", &json!(5.1), Err("a number of at most 5"));
}

#[test]
fn ratings_are_whole_stars() {
    for answer in [
        json!(4),
        json!(4.0),
        json!("4"),
        json!("4/5"),
        json!("4 / 5"),
        json!("4 out of 5"),
        json!("4 stars"),
    ] {
        check("<Rating />", &answer, Ok(json!(4)));
    }
    for answer in
        [json!(0), json!(6), json!(-1), json!(4.5), json!("4/10"), json!("4-5"), json!("four"), json!("45")]
    {
        check("<Rating />", &answer, Err("expected a whole number from 1 to 5"));
    }
}

#[test]
fn a_path_is_found_by_any_of_its_forms() {
    let tag = "<Taxonomy ><Choice value='A'><Choice value='x'/><Choice value='y' alias='Y1'/></Choice>\
               <Choice value='B'><Choice value='x'/></Choice><Choice value='Cats, dogs'/></Taxonomy>";
    check(tag, &json!("A / x"), Ok(json!([["A", "x"]])));
    check(tag, &json!(["a/X", "B > x"]), Ok(json!([["A", "x"], ["B", "x"]])));
    check(tag, &json!(["A", "x"]), Ok(json!([["A", "x"]])));
    check(tag, &json!([["A", "Y1"], "Cats, dogs"]), Ok(json!([["A", "Y1"], ["Cats, dogs"]])));
    check(tag, &json!([{"path": "B"}]), Ok(json!([["B"]])));
    check(tag, &json!("y"), Ok(json!([["A", "Y1"]])));
    check(tag, &json!("It is a matter of Cats, dogs."), Ok(json!([["Cats, dogs"]])));
    let both = tag.replace("value='Cats, dogs'", "value='y'");
    check(&both, &json!(["A", "y"]), Ok(json!([["A"], ["y"]])));
    check(tag, &json!("B / y"), Err("no such label: `B / y`"));
    check(tag, &json!("It is B > y"), Err("no such label"));
    check(tag, &json!("x"), Err("no such label: `x`"));
    let partly = control(tag).read(&json!(["x", "A"]), &task(&json!({})));
    let second = Draft { labels_at: vec!["/1".to_owned()], ..Draft::new(json!({"taxonomy": [["A"]]})) };
    assert_eq!(partly.drafts, [second]);
    assert_eq!(partly.problems, ["no such label: `x`"]);
}

#[test]
fn labels_are_found_where_an_answer_writes_them_as_texts() {
    let check = |tag: &str, answer: Value, expect: &[&str]| {
        let reading = control(tag).read(&answer, &task(&json!({})));
        assert_eq!(reading.drafts[0].labels_at, expect, "{tag} {answer}");
    };
    let moods = "<Choices ><Choice value='good'/><Choice value='bad'/></Choices>";
    check(moods, json!("good"), &[""]);
    check(moods, json!(["good"]), &["/0"]);
    check(moods, json!({"label": "good"}), &[]);
    check(moods, json!({"good": true, "bad": false}), &[]);
    let several = moods.replace("<Choices ", "<Choices choice='multiple' ");
    check(&several, json!(["dull", "bad", null, "good"]), &["/1", "/3"]);
    check(&several, json!(["bad", {"label": "good"}]), &[]);
    let tree = "<Taxonomy ><Choice value='A'><Choice value='x'/></Choice><Choice value='B'/></Taxonomy>";
    check(tree, json!(["A / x", "B"]), &["/0", "/1"]);
    check(tree, json!(["A", "x"]), &[]);
    check("<Rating />", json!(4), &[""]);
    check("<Rating />", json!({"rating": 4}), &[]);
    check("<TextArea />", json!("good"), &[]);
    assert_eq!(control("<Rating maxRating='3'/>").alternatives(&task(&json!({}))), ["1", "2", "3"]);
    assert_eq!(control("<TextArea />").alternatives(&task(&json!({}))), [""; 0]);
}

#[test]
fn choices_may_come_from_the_task() {
    let tag = "<Choices value='$o' choice='multiple'><Choice value='fixed'/></Choices>";
    let labels = |tag: &str, fields: Value| -> Vec<String> {
        control(tag).labels(&task(&fields)).into_iter().map(|label| label.value).collect()
    };
    assert_eq!(labels(tag, json!({"o": [{"value": "more"}]})), ["fixed", "more"]);
    assert_eq!(labels(tag, json!({"o": [{"value": "fixed"}, {"value": "more"}]})), ["fixed", "more"]);
    assert_eq!(labels(tag, json!({})), ["fixed"]);
    assert_eq!(labels(tag, json!({"o": []})), ["fixed"]);
    let nested = "<Choices value='$o' allowNested='true'/>";
    let tree = json!({"o": [{"value": "a", "children": [{"value": "b"}, {"value": "c"}]}, {"value": "d"}]});
    assert_eq!(labels(nested, tree.clone()), ["a / b", "a / c", "d"]);
    assert_eq!(labels("<Taxonomy value='$o'/>", tree.clone()), ["a", "a / b", "a / c", "d"]);
    assert_eq!(labels("<Taxonomy value='$o' leafsOnly='true'/>", tree), ["a / b", "a / c", "d"]);
    let bare = control("<Choices value='$o'/>");
    for (fields, part) in [
        (json!({}), "there is no field `o`"),
        (
            json!({"o": ["yes", "no"]}),
            "field `o` holds text `yes`, which Label Studio does not show as a choice",
        ),
        (json!({"o": "yes"}), "field `o` is text `yes`; expected a list of objects such as"),
        (json!({"o": []}), "field `o` is an empty list"),
    ] {
        let problem = bare.schema(&task(&fields)).expect_err("no choices");
        assert!(problem.contains(part), "{problem}");
        assert_eq!(bare.read(&json!("yes"), &task(&fields)).drafts, []);
    }
}

#[test]
fn unknown_labels_are_named_once_and_not_without_end() {
    let tag = "<Choices choice='multiple'><Choice value='a'/></Choices>";
    check(tag, &json!(["x", "y", "x"]), Err("no such label: `x`, `y`"));
    let many: Vec<String> = (0..2_000).map(|at| format!("x{at}")).collect();
    let problems = control(tag).read(&json!(many), &task(&json!({}))).problems;
    assert_eq!(
        problems,
        ["no such label: `x0`, `x1`, `x2`, `x3`, `x4`, `x5`, `x6`, `x7`, `x8`, `x9` and 1990 more"]
    );
}

#[test]
fn an_optional_text_may_be_left_empty() {
    for empty in [json!(""), json!(" \n"), json!([""]), json!(null)] {
        assert_eq!(control("<TextArea />").read(&empty, &task(&json!({}))), Reading::default(), "{empty}");
        check("<TextArea required='true'/>", &empty, Err("leaves it empty, but it is required"));
    }
}

#[test]
fn equal_labels_are_asked_for_once() {
    let control =
        control("<Choices ><Choice value='a'/><View><Choice value='a'/><Choice value='b'/></View></Choices>");
    let schema = control.schema(&task(&Value::Object(Map::new()))).expect("a schema");
    assert_eq!(schema["enum"], json!(["a", "b"]));
}
