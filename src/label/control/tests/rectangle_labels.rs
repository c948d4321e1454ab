//! Boxes: what is believed, merged and posted.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::label::config::LabelConfig;
use crate::label::control::{Control, Draft};
use crate::label::task::{Task, TaskId};

fn control(attributes: &str) -> Arc<dyn Control> {
    let xml = format!(
        "<View><Image name='i' value='$i'/><RectangleLabels name='r' toName='i' {attributes}>\
         <Label value='Car' alias='c' hint='on wheels'/><Label value='Man' maxUsages='1'/></RectangleLabels></View>"
    );
    LabelConfig::parse(&xml).expect("a config").controls.remove(0)
}

fn task(images: &Value) -> Task {
    let data = json!({ "i": images }).as_object().cloned().unwrap_or_default();
    Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

fn car(sides: [f64; 4]) -> Value {
    json!({"label": "Car", "x": sides[0], "y": sides[1], "width": sides[2], "height": sides[3]})
}

/// `expect` is what is drawn, such as `c 10 20 30 40`, then what the problems contain.
#[track_caller]
fn check(answers: &[Value], expect: &[&str], problems: &[&str]) {
    let control = control("");
    let readings = answers.iter().map(|answer| control.read(answer, &task(&json!("x.png"))));
    let reading = control.combine(readings.collect());
    let drawn = |draft: &Draft| {
        let sides = ["x", "y", "width", "height"]
            .map(|key| draft.value[key].as_f64().unwrap_or(f64::NAN).to_string());
        format!("{} {}", draft.value["rectanglelabels"][0].as_str().unwrap_or_default(), sides.join(" "))
    };
    let drawn: Vec<String> = reading.drafts.iter().map(drawn).collect();
    assert_eq!(drawn, expect, "{answers:?}: {:?}", reading.problems);
    assert_eq!(reading.problems.len(), problems.len(), "{:?}", reading.problems);
    for (problem, part) in reading.problems.iter().zip(problems) {
        assert!(problem.contains(part), "{problem}");
    }
}

#[test]
fn boxes_are_read_in_percent() {
    let plain = car([10.0, 20.0, 30.0, 40.5]);
    check(&[json!([plain])], &["c 10 20 30 40.5"], &[]);
    check(std::slice::from_ref(&plain), &["c 10 20 30 40.5"], &[]);
    check(&[json!({"r": {"boxes": [plain]}})], &["c 10 20 30 40.5"], &[]);
    let studio = json!({"x": "10%", "y": "20", "width": 30, "height": 40.5, "rectanglelabels": ["c"]});
    check(&[json!([studio])], &["c 10 20 30 40.5"], &[]);
    check(&[json!([])], &[], &[]);
    check(&[json!([car([-0.2, 60.0, 50.0, 40.3])])], &["c 0 60 49.8 40"], &[]);
}

#[test]
fn what_is_no_box_on_the_image_is_left_out() {
    let good = car([10.0, 20.0, 30.0, 40.0]);
    check(&[json!([good, car([80.0, 10.0, 30.0, 10.0])])], &["c 10 20 30 40"], &["over the edge"]);
    check(&[json!([car([10.0, 10.0, 0.0, 10.0])])], &[], &["is empty"]);
    check(&[json!([car([10.0, 10.0, -5.0, 10.0])])], &[], &["is empty"]);
    check(&[json!([{"label": "Car", "x": 1}])], &[], &["`y` of a box is null"]);
    let mut bus = good.clone();
    bus["label"] = json!("Bus");
    check(&[json!([good, bus, bus])], &["c 10 20 30 40"], &["no such label: `Bus`"]);
    check(&[json!([[10, 20, 30, 40]])], &[], &["`x` of a box is null"]);
    check(&[json!("no cars")], &[], &["expected a list of boxes"]);
    check(&[json!(vec![car([0.0, 0.0, 0.0, 5.0]); 30])], &[], &["is empty", "20 more boxes"]);
}

#[test]
fn other_units_than_percent_are_not_guessed_at() {
    let good = car([10.0, 20.0, 30.0, 40.0]);
    check(&[json!([good, car([250.0, 20.0, 300.0, 40.0])])], &[], &["pixels or thousandths"]);
    for fractions in [[0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.95, 0.5], [-0.001, 0.2, 0.3, 1.002]] {
        check(&[json!([good, car(fractions)])], &[], &["is in fractions"]);
    }
    check(&[json!([good, car([0.0; 4])])], &["c 10 20 30 40"], &["is empty"]);
}

#[test]
fn labels_are_used_as_often_as_allowed() {
    let man = json!({"label": "Man", "x": 1, "y": 2, "width": 30, "height": 40});
    check(&[json!([man])], &["Man 1 2 30 40"], &[]);
    check(
        &[json!([man, car([10.0, 20.0, 30.0, 40.0]), man])],
        &["Man 1 2 30 40", "c 10 20 30 40"],
        &["the box at 1, 2 of 30 by 40: a task may have no more than 1 of `Man`"],
    );
}

#[test]
fn boxes_of_several_responses_are_matched() {
    let first = json!([car([10.0, 10.0, 20.0, 20.0]), car([60.0, 60.0, 20.0, 20.0])]);
    let second = json!([car([11.0, 10.0, 20.0, 22.0])]);
    let third = json!([car([12.0, 12.0, 20.0, 20.0]), car([0.0, 60.0, 20.0, 20.0])]);
    check(&[first.clone(), second.clone(), third.clone()], &["c 11 10 20 20"], &[]);
    check(
        &[first.clone(), json!([car([30.0, 60.0, 9.0, 9.0])])],
        &[],
        &["no box is in more than half of the 2"],
    );
    check(&[json!([]), json!([])], &[], &[]);
    let control = control("");
    let score = |answers: &[&Value]| {
        let readings = answers.iter().map(|answer| control.read(answer, &task(&json!("x.png"))));
        control.combine(readings.collect()).drafts[0].score
    };
    assert_eq!(score(&[&first, &second, &third]), Some(1.0));
    assert_eq!(score(&[&first]), None);
}

/// With each comparison read anew they would take minutes.
#[test]
fn many_boxes_are_compared_at_once() {
    let sides = |at: u32| [f64::from(at % 40) * 2.0, f64::from(at / 40) * 2.0, 2.0, 2.0];
    let answer = Value::from((0..1_600).map(|at| car(sides(at))).collect::<Vec<_>>());
    let control = control("");
    let reading = control.read(&answer, &task(&json!("x.png")));
    let merged = control.combine(vec![reading; 5]);
    let values: Vec<Value> = merged.drafts.into_iter().map(|draft| draft.value).collect();
    assert_eq!(values.len(), 1_600);
    assert!((control.agreement(&values, &values) - 1.0).abs() < 1e-9);
}

#[test]
fn the_answer_tells_where_each_box_and_its_label_stand() {
    let reading = control("").read(&json!({"r": [car([10.0, 20.0, 30.0, 40.0])]}), &task(&json!("x.png")));
    assert_eq!(reading.drafts[0].entry.as_deref(), Some("/r/0"));
    assert_eq!(reading.drafts[0].labels_at, ["/r/0/label"]);
}

#[test]
fn the_schema_is_of_one_image() {
    let schema = control("").schema(&task(&json!("x.png"))).expect("a schema");
    assert_eq!(schema["items"]["properties"]["label"]["enum"], json!(["Car", "Man"]));
    assert!(
        schema["description"].as_str().is_some_and(|text| text.ends_with("\nCar: on wheels")),
        "{schema}"
    );
    assert!(
        control("")
            .schema(&task(&json!(["x.png", "y.png"])))
            .is_err_and(|reason| reason.contains("2 images"))
    );
}

#[test]
fn reviewed_boxes_may_be_rotated_but_not_be_of_another_kind() {
    let value = |label: &str, x: f64| json!({"x": x, "y": 1, "width": 2, "height": 3, "rotation": 45, "rectanglelabels": [label]});
    let verify = |value: &Value| control("").verify(value, &task(&json!("x.png")));
    assert_eq!(verify(&value("c", 1.0)), Ok(()));
    assert!(verify(&value("Car", 1.0)).is_err(), "the alias is stored");
    assert!(verify(&value("c", 101.0)).is_err_and(|reason| reason.contains("from 0 to 100")));
    assert!(verify(&json!({"rectanglelabels": ["c"]})).is_err());
    let region = json!({ "value": value("c", 1.0) });
    assert!(
        control("").answer(&[region], &task(&json!("x.png"))).is_err_and(|reason| reason.contains("rotated"))
    );
}

#[test]
fn agreement_is_the_f1_score_of_the_boxes() {
    let of = |sides: [f64; 4]| {
        control("").read(&json!([car(sides)]), &task(&json!("x.png"))).drafts[0].value.clone()
    };
    let (left, right, far) =
        (of([0.0, 0.0, 10.0, 10.0]), of([0.0, 2.0, 10.0, 10.0]), of([50.0, 50.0, 10.0, 10.0]));
    let check = |gold: &[&Value], predicted: &[&Value], expect: f64| {
        let own = |values: &[&Value]| values.iter().map(|&value| value.clone()).collect::<Vec<_>>();
        let found = control("").agreement(&own(gold), &own(predicted));
        assert!((found - expect).abs() < 1e-9, "{found}");
    };
    check(&[&left], &[&left], 1.0);
    check(&[&left], &[&right], 80.0 / 120.0);
    check(&[&left, &far], &[&left], 2.0 / 3.0);
    check(&[&left], &[&far], 0.0);
    check(&[], &[], 1.0);
    check(&[&left], &[], 0.0);
}
