//! What span controls ask, check, quote and compare; what they read is in `tests/it/regions.json`.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::label::config::LabelConfig;
use crate::label::control::Draft;
use crate::label::task::TaskId;

const TEXT: &str = "Ann met Bob in Rome. Ann left Rome.";

/// Every tag on an object of its own, all with the same labels.
const CONFIG: &str = r#"<View><Text name="t" value="$t"/><HyperText name="h" value="$h"/>
    <Paragraphs name="p" value="$p"/><Labels name="labels" toName="t" LABELS</Labels>
    <HyperTextLabels name="page" toName="h" LABELS</HyperTextLabels>
    <ParagraphLabels name="talk" toName="p" LABELS</ParagraphLabels></View>"#;

fn control(name: &str) -> Arc<dyn Control> {
    let labels = r#"><Label value="Person" alias="PER" hint="a human"/><Label value="Place"/>"#;
    let config = LabelConfig::parse(&CONFIG.replace("LABELS", labels)).expect("a config");
    config.controls.into_iter().find(|control| control.head().name == name).expect("a control")
}

fn task() -> Task {
    let turns = json!([{"author": "A", "text": "😀 Ann?"}, {"author": "B", "text": "Ann left."}]);
    let data = json!({"t": TEXT, "h": "<p>Ann &amp;<br>Bob</p>", "p": turns});
    let data = data.as_object().cloned().expect("an object");
    Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

/// Whether a value is what Label Studio would show, or a part of the reason why not.
#[track_caller]
fn check_verified(name: &str, value: &Value, expect: Result<(), &str>) {
    match (control(name).verify(value, &task()), expect) {
        (Err(reason), Err(part)) => assert!(reason.contains(part), "{value}: {reason}"),
        (found, expect) => assert_eq!(found, expect.map_err(str::to_owned), "{value}"),
    }
}

#[test]
fn a_reviewed_span_must_stand_where_it_says() {
    let span = |start: Value, end: Value, text: &str| json!({"start": start, "end": end, "text": text, "labels": ["PER"]});
    check_verified("labels", &span(json!(8), json!(11), "Bob"), Ok(()));
    check_verified("labels", &span(json!(8.0), json!("11"), "Bob"), Ok(()));
    check_verified("labels", &json!({"start": 8, "end": 11, "labels": ["Place", "PER"]}), Ok(()));
    check_verified(
        "labels",
        &span(json!(8), json!(11), "Ann"),
        Err("its text is `Ann`, but at its place stands `Bob`"),
    );
    check_verified("labels", &span(json!(8), json!(8), ""), Err("it ends before it begins"));
    check_verified("labels", &span(json!(11), json!(8), ""), Err("it ends before it begins"));
    check_verified(
        "labels",
        &span(json!(8), json!(99), ""),
        Err("it ends at 99, but the text has 35 characters"),
    );
    check_verified(
        "labels",
        &span(json!(-8), json!(11), ""),
        Err("expected a whole number as `start`, found `-8`"),
    );
    check_verified("labels", &span(json!(0.5), json!(11), ""), Err("found `0.5`"));
    check_verified(
        "labels",
        &json!({"start": 8, "end": 11, "labels": ["Person"]}),
        Err("no such label: `Person`; there is `PER`, `Place`"),
    );
    check_verified("labels", &json!({"start": 8, "end": 11, "labels": []}), Err("a span has no `labels`"));
}

#[test]
fn a_reviewed_page_or_dialogue_is_checked_in_its_own_way() {
    let page = |place: Value| {
        let mut value = json!({"text": "Bob", "hypertextlabels": ["Place"]});
        value.as_object_mut().expect("an object").extend(place.as_object().expect("an object").clone());
        value
    };
    check_verified(
        "page",
        &page(json!({"globalOffsets": {"start": 6, "end": 9}, "start": "", "end": ""})),
        Ok(()),
    );
    check_verified("page", &page(json!({"start": 6, "end": 9})), Ok(()));
    check_verified("page", &page(json!({"start": "/p[1]/text()[2]", "end": "/p[1]/text()[2]"})), Ok(()));
    check_verified("page", &page(json!({"start": 0, "end": 3})), Err("at its place stands `Ann`"));
    let turn = |first: &str, start: u64, last: &str, end: u64| json!({"start": first, "startOffset": start, "end": last, "endOffset": end, "text": "?", "paragraphlabels": ["PER"]});
    check_verified("talk", &turn("0", 3, "0", 6), Ok(()));
    check_verified("talk", &turn("0", 3, "1", 3), Ok(()));
    check_verified("talk", &turn("0", 1, "0", 6), Err("turn 0 has no place 1 (in UTF-16 units)"));
    check_verified("talk", &turn("0", 3, "0", 60), Err("turn 0 has no place 60"));
    check_verified("talk", &turn("0", 3, "7", 6), Err("there is no turn 7"));
    check_verified("talk", &turn("1", 3, "0", 6), Err("it ends before it begins"));
}

/// Between the cells no character is counted, and nobody reads the style.
#[test]
fn quotes_of_a_page_are_found_in_its_lines_and_cells() {
    let html = "<p>John <b>Smith</b></p><p>left</p><style>.Rome{}</style><table><tr><td>😀Ann</td><td>Rome</td></tr></table>\
                <p>New <i hidden='hidden'>Amsterdam </i>Yo<i style='display:none'>r</i>rk</p>";
    let mut task = task();
    task.data.insert("h".to_owned(), json!(html));
    let check = |quote: &str, expect: Result<(u64, u64, &str), &str>| {
        let reading = control("page").read(&json!([{"text": quote, "label": "Place"}]), &task);
        let places = reading.drafts.iter().map(|Draft { value, .. }| {
            assert_eq!(control("page").verify(value, &task), Ok(()), "{value}");
            let region = json!({"value": value});
            let answer = control("page").answer(std::slice::from_ref(&region), &task);
            assert_eq!(answer.map(|answer| answer[0]["text"] == value["text"]), Ok(true), "{value}");
            let offsets = &value["globalOffsets"];
            (
                offsets["start"].as_u64().unwrap(),
                offsets["end"].as_u64().unwrap(),
                value["text"].as_str().unwrap(),
            )
        });
        match (places.collect::<Vec<_>>().as_slice(), expect) {
            ([], Err(part)) => assert!(reading.problems[0].contains(part), "{:?}", reading.problems),
            (found, expect) => assert_eq!(found, expect.map(|place| [place]).unwrap(), "{quote}"),
        }
    };
    check("John Smith", Ok((0, 10, "John Smith")));
    check("Smith left", Ok((5, 14, "Smith\nleft")));
    check("left", Ok((10, 14, "left")));
    check("Rome", Ok((25, 29, "Rome")));
    check("Ann\tRome", Ok((22, 29, "Ann\nRome")));
    check("New York", Ok((29, 48, "New York")));
    check("York", Ok((43, 48, "York")));
    for quote in ["Smithleft", "Amsterdam"] {
        check(quote, Err("is not in the text"));
    }
    let page = |start: u64, end: u64| json!({"start": start, "end": end, "hypertextlabels": ["PER"]});
    assert_eq!(control("page").verify(&page(10, 14), &task), Ok(()));
    let beyond = control("page").verify(&page(25, 51), &task);
    assert_eq!(beyond, Err("it ends at 51, but the text has 48 characters".to_owned()));
    assert_eq!(control("page").verify(&page(3, 3), &task), Err("it ends before it begins".to_owned()));
}

#[test]
fn stored_spans_are_quoted_as_they_would_be_read() {
    let region = |start: u64, end: u64, labels: &[&str]| json!({"value": {"start": start, "end": end, "labels": labels}});
    let stored = [region(30, 34, &["Place"]), region(0, 3, &["PER", "Place"]), region(8, 11, &["PER"])];
    let labels = control("labels");
    let answer = labels.answer(&stored, &task()).expect("an answer");
    let entry = |text: &str, label: &str, occurrence: Option<u64>| json!({"text": text, "label": label, "occurrence": occurrence});
    let expect = [
        entry("Ann", "Person", Some(1)),
        entry("Ann", "Place", Some(1)),
        entry("Bob", "Person", None),
        entry("Rome", "Place", Some(2)),
    ];
    assert_eq!(answer, json!(expect));
    let read: Vec<Value> =
        labels.read(&answer, &task()).drafts.into_iter().map(|draft| draft.value).collect();
    let values = |regions: &[Value]| regions.iter().map(|region| region["value"].clone()).collect::<Vec<_>>();
    assert!((labels.agreement(&values(&stored), &read) - 1.0).abs() < f64::EPSILON);
    assert_eq!(labels.answer(&[], &task()), Ok(json!([])));
    let moved = json!({"value": {"start": 1, "end": 4, "text": "Ann", "labels": ["PER"]}});
    assert!(labels.answer(&[moved], &task()).is_err());
    assert!(labels.answer(&[region(0, 3, &["Animal"])], &task()).is_err());
}

#[test]
fn two_sets_agree_as_far_as_place_and_label_are_the_same() {
    let span = |start: u64, labels: &[&str]| json!({"start": start, "end": start + 3, "labels": labels});
    let check = |gold: &[Value], predicted: &[Value], expect: f64| {
        for (left, right) in [(gold, predicted), (predicted, gold)] {
            let found = control("labels").agreement(left, right);
            assert!((found - expect).abs() < 1e-9, "{left:?} {right:?}: {found}");
        }
    };
    check(&[], &[], 1.0);
    check(&[span(0, &["PER"])], &[], 0.0);
    check(&[span(0, &["PER"])], &[span(0, &["PER"])], 1.0);
    check(&[span(0, &["PER"])], &[span(0, &["Place"])], 0.0);
    check(&[span(0, &["PER"])], &[span(1, &["PER"])], 0.0);
    check(&[span(0, &["PER"]), span(8, &["PER"])], &[span(0, &["PER"])], 2.0 / 3.0);
    check(&[span(0, &["PER", "Place"])], &[span(0, &["PER"]), span(0, &["Place"])], 1.0);
    let page = |path: &str| json!({"start": path, "end": path, "startOffset": 0, "endOffset": 3, "hypertextlabels": ["PER"]});
    let agreement = |left: Value, right: Value| control("page").agreement(&[left], &[right]);
    assert!((agreement(page("/a"), page("/a")) - 1.0).abs() < f64::EPSILON);
    assert!(agreement(page("/a"), page("/b")) < f64::EPSILON);
}

#[test]
fn a_span_tells_where_the_answer_speaks_of_it() {
    let places = |answer: Value| {
        let drafts = control("labels").read(&answer, &task()).drafts;
        drafts
            .into_iter()
            .map(|draft| (draft.entry.unwrap_or_default(), draft.labels_at.join(" ")))
            .collect::<Vec<_>>()
    };
    let expect = |entry: &str, label: &str| (entry.to_owned(), label.to_owned());
    let ann = json!({"text": "Ann", "label": "Person"});
    assert_eq!(places(json!([{"text": "Zoe", "label": "Person"}, ann])), [expect("/1", "/1/label")]);
    assert_eq!(places(json!({"a/b": [ann]})), [expect("/a~1b/0", "/a~1b/0/label")]);
    assert_eq!(places(ann.clone()), [expect("", "/label")]);
    assert_eq!(places(json!([["Ann", "Person"]])), [expect("", "/0/1")]);
    assert_eq!(places(json!({"Person": [{"text": "Ann"}]})), [expect("/Person/0", "")]);
    assert_eq!(places(json!([ann]).to_string().into()), [expect("", "")]);
    assert_eq!(places(json!([{"text": "Ann", "labels": ["Person"]}])), [expect("/0", "/0/labels/0")]);
}

#[test]
fn the_share_of_the_responses_is_the_score() {
    let labels = control("labels");
    let reading = |quotes: &[&str]| {
        let entries: Vec<Value> =
            quotes.iter().map(|quote| json!({"text": quote, "label": "Person"})).collect();
        labels.read(&json!(entries), &task())
    };
    let scores = |readings: Vec<Reading>| {
        let drafts = labels.combine(readings).drafts.into_iter();
        drafts.map(|draft| draft.score).collect::<Vec<_>>()
    };
    assert_eq!(scores(vec![reading(&["Ann"])]), [None]);
    assert_eq!(scores(vec![reading(&["Ann", "Bob"]), reading(&["Ann"])]), [Some(1.0)]);
    let most =
        vec![reading(&["Ann", "Bob"]), reading(&["Bob"]), reading(&["Ann", "Bob", "Ann"]), reading(&["Ann"])];
    assert_eq!(scores(most), [Some(0.75), Some(0.75)]);
}

/// Any JSON a model might answer with, built from keys and words that mean something here.
fn any_answer() -> impl Strategy<Value = Value> {
    let words = vec![
        "Ann",
        "Rome",
        "Person",
        "PER",
        "Place",
        "ann met",
        "🙂",
        "",
        "null",
        "[\"Ann\"]",
        "Ann… Rome",
        "é",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        (0..40_u64).prop_map(Value::from),
        prop::sample::select(words).prop_map(Value::from),
    ];
    let keys = vec![
        "text",
        "label",
        "labels",
        "occurrence",
        "start",
        "end",
        "entities",
        "Person",
        "PER",
        "entity",
        "a/b~",
    ];
    let key = prop::sample::select(keys);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let field = (key.clone().prop_map(str::to_owned), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            prop::collection::vec(field, 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_yields_a_span_that_is_not_there(answer in any_answer()) {
        for name in ["labels", "page", "talk"] {
            let (control, task) = (control(name), task());
            for draft in control.read(&answer, &task).drafts {
                prop_assert_eq!(control.verify(&draft.value, &task), Ok(()), "{}", draft.value);
                let entry = draft.entry.as_deref().unwrap_or_default();
                prop_assert!(answer.is_string() || answer.pointer(entry).is_some(), "{}", entry);
                let labels = draft.labels_at.iter().filter_map(|at| answer.pointer(at));
                prop_assert_eq!(labels.count(), draft.labels_at.len());
            }
        }
    }
}

/// Compared each with each they would take minutes.
#[test]
fn many_spans_of_several_responses_are_merged_at_once() {
    let value = |start: usize| json!({"start": start, "end": start + 1, "text": "x", "labels": ["PER"]});
    let reading = |step: usize| {
        let drafts = (0..20_000).map(|at| Draft::new(value(at * step))).collect();
        Reading { drafts, problems: Vec::new() }
    };
    let merged = control("labels").combine(vec![reading(1), reading(2), reading(1)]);
    assert_eq!(merged.drafts.len(), 20_000);
    assert_eq!(merged.drafts[19_999].value, value(19_999));
}
