//! What each object tag gives to a prompt.

use serde_json::{Value, json};

use super::*;
use crate::label::task::TaskId;

/// What the first tag of a config shows for a task, or a part of the error.
#[track_caller]
fn check(xml: &str, fields: &Value, expect: Result<Content, &str>) {
    let task = task(fields);
    same(xml, object(xml).and_then(|object| object.content(&task)), expect);
}

/// The texts the first tag of a config shows to be marked, or a part of the error.
#[track_caller]
fn check_passages(xml: &str, fields: &Value, expect: Result<&[&str], &str>) {
    let task = task(fields);
    let passages = object(xml).and_then(|object| object.passages(&task));
    let passage = |text: &&str| Passage { text: (*text).to_owned() };
    same(xml, passages, expect.map(|texts| texts.iter().map(passage).collect()));
}

#[track_caller]
fn same<T: Debug + PartialEq>(xml: &str, found: Result<T, String>, expect: Result<T, &str>) {
    match (found, expect) {
        (Err(error), Err(part)) => assert!(error.contains(part), "{xml}: {error}"),
        (found, Ok(shown)) => assert_eq!(found, Ok(shown), "{xml}"),
        (found, Err(_)) => panic!("{xml}: {found:?}"),
    }
}

fn object(xml: &str) -> Result<Arc<dyn Object>, String> {
    let document = roxmltree::Document::parse(xml).expect("well-formed");
    let node = document.root_element();
    let kind = KINDS.iter().find(|kind| crate::label::tag::is(&node, kind.tag)).expect("an object tag");
    (kind.parse)(&node, "o")
}

fn task(fields: &Value) -> Task {
    let data = fields.as_object().cloned().expect("an object");
    Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

#[expect(clippy::unnecessary_wraps, reason = "it reads as what is expected")]
fn text<'a>(text: &str) -> Result<Content, &'a str> {
    Ok(Content::Text(text.to_owned()))
}

#[expect(clippy::unnecessary_wraps, reason = "it reads as what is expected")]
fn turns<'a>(turns: &[(&str, &str)]) -> Result<Content, &'a str> {
    let turn = |&(speaker, text): &(&str, &str)| Turn { speaker: speaker.to_owned(), text: text.to_owned() };
    Ok(Content::Turns(turns.iter().map(turn).collect()))
}

#[test]
fn texts_are_fields_of_the_task() {
    check("<Text value='$t'/>", &json!({"t": "a\nb"}), text("a\nb"));
    check("<Text value='$t'/>", &json!({"t": ["a", "b"]}), text("a\nb"));
    check("<Text value='$t'/>", &json!({"t": 12}), text("12"));
    check("<Text value='$a.b[1]'/>", &json!({"a": {"b": ["x", "y"]}}), text("y"));
    check("<Text value='Title: $t'/>", &json!({"t": "x"}), text("Title: x"));
    check("<Text value='Read this'/>", &json!({}), text("Read this"));
    check("<Text value='$t'/>", &json!({"$undefined$": "a line"}), text("a line"));
    check("<HyperText value='$t'/>", &json!({"t": "<b>x</b>"}), text("<b>x</b>"));
    check("<HyperText><h1>A &amp; B</h1></HyperText>", &json!({}), text("<h1>A &amp; B</h1>"));
    check("<Text value='$t'/>", &json!({"u": "x"}), Err("there is no field `t`; the task has `u`"));
    check("<Text value='$t'/>", &json!({}), Err("there is no field `t`; the task has no data at all"));
    check("<Text value='$t'/>", &json!({"t": null}), Err("field `t` is null"));
    // What is at the address was put in its place.
    check("<Text value='$t' valueType='url'/>", &json!({"t": "fetched"}), text("fetched"));
    check("<Text value='see $t' valueType='url'/>", &json!({"t": "x"}), Err("of more than one field"));
    check("<Text value='$t' resolver='csv'/>", &json!({"t": "x"}), Err("resolvers are not supported"));
    check("<Text/>", &json!({}), Err("has no `value`"));
    check("<HyperText/>", &json!({}), Err("neither a `value` nor anything inside"));
}

#[test]
fn dialogues_are_turns() {
    let said =
        json!({"d": [{"author": "A", "text": "hi"}, {"text": "ho"}, "bare", {"author": 7, "text": null}]});
    check("<Paragraphs value='$d'/>", &said, turns(&[("A", "hi"), ("", "ho"), ("", "bare"), ("7", "")]));
    let renamed = json!({"d": [{"who": "A", "said": "hi"}]});
    check("<Paragraphs value='$d' nameKey='who' textKey='said'/>", &renamed, turns(&[("A", "hi")]));
    check(
        "<Paragraphs value='$d'/>",
        &renamed,
        Err("field `d`[0] has no `text` (it has `who`, `said`); see `textKey`"),
    );
    let in_csv = json!({"d": "[{\"author\": \"A\", \"text\": \"hi\"}]"});
    check("<Paragraphs value='$d'/>", &in_csv, turns(&[("A", "hi")]));
    check(
        "<Paragraphs value='$d'/>",
        &json!({"d": "hello"}),
        Err("field `d` is text `hello`; expected a list of objects"),
    );
    check("<Paragraphs value='$d'/>", &json!({"d": "https://x/y"}), Err("field `d` is an address"));
    check("<Paragraphs value='$d'/>", &json!({"d": []}), Err("field `d` is an empty list"));
    check("<Paragraphs value='$d'/>", &json!({"d": [1]}), Err("field `d`[0] is `1`"));
    check("<Paragraphs value='$d'/>", &json!({"d": "[1"}), Err("expected a list of objects"));
    let chat = json!({"c": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]});
    check("<Chat value='$c'/>", &chat, turns(&[("user", "hi"), ("assistant", "ho")]));
    check("<Chat value='$c'/>", &json!({"c": [{"role": "user"}]}), Err("has no `content`"));
}

#[test]
fn images_are_addresses() {
    let images =
        |list: &[&str]| Ok(Content::Images(list.iter().map(|&address| address.to_owned()).collect()));
    check("<Image value='$i'/>", &json!({"i": " http://x/y.png "}), images(&["http://x/y.png"]));
    check(
        "<Image value='$i'/>",
        &json!({"i": "data:image/png;base64,AA"}),
        images(&["data:image/png;base64,AA"]),
    );
    check("<Image valueList='$i'/>", &json!({"i": ["a", "b"]}), images(&["a", "b"]));
    check("<Image valueList='$i'/>", &json!({"i": []}), Err("field `i` is an empty list"));
    check(
        "<Image value='$i'/>",
        &json!({"i": ""}),
        Err("field `i` is empty; expected the address of an image"),
    );
    check("<Image value='$i'/>", &json!({"i": 3}), Err("field `i` holds `3`"));
    check("<Image value='$i'/>", &json!({}), Err("no field `i`"));
}

/// What a list shows that a `Ranker` ranks, or a part of the error.
#[track_caller]
fn check_ranked(fields: &Value, expect: Result<&str, &str>) {
    let xml = "<View><List name='l' value='$l'/><Ranker name='r' toName='l'/></View>";
    let config = crate::label::config::LabelConfig::parse(xml).expect("a config");
    let data = fields.as_object().cloned().expect("an object");
    let task = Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() };
    match (config.objects[0].content(&task), expect) {
        (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
        (found, expect) => {
            assert_eq!(found, expect.map(|shown| Content::Text(shown.to_owned())).map_err(str::to_owned));
        }
    }
}

#[test]
fn documents_are_addresses() {
    let document = |address: &str| Ok(Content::Document(address.to_owned()));
    check("<Pdf value='$d'/>", &json!({"d": "/data/upload/1/a.pdf"}), document("/data/upload/1/a.pdf"));
    check(
        "<Pdf value='$d'/>",
        &json!({"d": [1]}),
        Err("field `d` holds a list; expected the address of a PDF file"),
    );
}

#[test]
fn time_series_are_tables_of_their_channels() {
    let tag = "<TimeSeries value='$s' timeColumn='t'><Channel column='v'/></TimeSeries>";
    check(tag, &json!({"s": {"t": [1, 2], "x": [0, 0], "v": [0.5, null]}}), text("t, v\n1, 0.5\n2, "));
    check(tag, &json!({"s": "t,x,v\n1,0,0.5\n2,0,0.7\n"}), text("t, v\n1, 0.5\n2, 0.7"));
    check(tag, &json!({"s": "{\"t\": [1], \"v\": [2]}"}), text("t, v\n1, 2"));
    check(tag, &json!({"s": "a,b\n1,2"}), text("a, b\n1, 2"));
    check("<TimeSeries value='$s' sep='\\t'/>", &json!({"s": "a\tb\n1\t2"}), text("a, b\n1, 2"));
    check("<TimeSeries value='$s' sep='ab'/>", &json!({}), Err("expected a single ASCII character"));
    check(tag, &json!({"s": "t,v\n"}), Err("field `s` is no time series: it has no rows"));
    check(tag, &json!({"s": {"t": 1}}), Err("expected an object of lists"));
    check(tag, &json!({"s": 3}), Err("expected CSV or an object of lists"));
}

#[test]
fn a_long_time_series_is_thinned_and_says_so() {
    let csv: String =
        std::iter::once("t,v\n".to_owned()).chain((0..1_000).map(|row| format!("{row},{row}\n"))).collect();
    let document = roxmltree::Document::parse("<TimeSeries value='$s'/>").expect("well-formed");
    let object = timeseries::parse(&document.root_element(), "o").expect("a time series");
    let data = json!({"s": csv}).as_object().cloned().expect("an object");
    let task = Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() };
    let Ok(Content::Text(text)) = object.content(&task) else { panic!("it is a text") };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[1], lines[2], lines[200]), ("0, 0", "5, 5", "999, 999"));
    assert_eq!((lines.len(), lines[201]), (202, "(200 of 1000 rows, evenly spaced)"));
}

#[test]
fn tags_whose_data_is_an_address_say_so() {
    let check = |xml: &str, expect: Option<&str>| {
        let document = roxmltree::Document::parse(xml).expect("well-formed");
        let node = document.root_element();
        let kind = KINDS.iter().find(|kind| crate::label::tag::is(&node, kind.tag)).expect("an object tag");
        let object = (kind.parse)(&node, "o").expect("a tag");
        assert_eq!(object.address().map(Path::as_str), expect, "{xml}");
    };
    for tag in ["Text", "HyperText", "Paragraphs", "TimeSeries"] {
        check(&format!("<{tag} value='$a.b' valueType='url'/>"), Some("a.b"));
    }
    check("<Text value='$t'/>", None);
    check("<HyperText value='$t' valueType='text'/>", None);
    check("<TimeSeries value='$t'/>", Some("t"));
    check("<TimeSeries value='$t' valueType='json'/>", None);
    check("<Image value='$t'/>", None);
}

#[test]
fn lists_and_tables_are_lines() {
    let list = json!({"l": [{"id": 1, "title": "A", "body": "x"}, {"body": "y"}, "z"]});
    check("<List value='$l'/>", &list, text("1. A: x\n2. y\n3. z"));
    check("<List value='$l'/>", &json!({"l": "x"}), Err("field `l` is text `x`"));
    check("<List value='$l'/>", &json!({"l": []}), text(""));
    check_ranked(&list, Err("field `l`[1] has no `id`"));
    let entries = json!({"l": [{"id": "b", "title": "B"}, {"id": 2.0, "body": "x"}]});
    check_ranked(&entries, Ok("[b] B\n[2] x"));
    check_ranked(&json!({"l": [{"id": "b"}, {"id": "b"}]}), Err("field `l` has the id `b` twice"));
    check_ranked(&json!({"l": []}), Err("field `l` is an empty list"));
    check("<Table value='$t'/>", &json!({"t": {"name": "Ann", "age": 3}}), text("name: Ann\nage: 3"));
    check("<Table value='$t'/>", &json!({"t": [{"a": 1}]}), text("{\"a\":1}"));
}

#[test]
fn passages_are_the_texts_spans_are_counted_in() {
    check_passages("<Text value='$t'/>", &json!({"t": " a\r\nb "}), Ok(&[" a\r\nb "]));
    check_passages("<Text value='$t'/>", &json!({"t": "a\u{0}b"}), Ok(&["ab"]));
    check_passages("<Text value='Title: $t'/>", &json!({"t": "x"}), Ok(&["Title: x"]));
    check_passages("<Text value='$t'/>", &json!({}), Err("there is no field `t`"));
    check_passages("<Text value='$t' encoding='none'/>", &json!({"t": "x"}), Ok(&["x"]));
    check_passages(
        "<Text value='$t' encoding='base64'/>",
        &json!({"t": "eA=="}),
        Err("encoded texts are not"),
    );
    check_passages("<Text value='$t' resolver='x'/>", &json!({"t": "x"}), Err("resolver"));
    let page = json!({"h": "<title>T</title>\n<p>A &amp; <b>B</b><br>C</p>"});
    check_passages("<HyperText value='$h'/>", &page, Ok(&["A & B\nC"]));
    check_passages("<HyperText value='$h' inline='true'/>", &page, Ok(&["\u{FFF0}\n", "A & B\nC"]));
    check_passages("<HyperText value='$h'/>", &json!({"h": "<style>é</style>"}), Ok(&[""]));
    let said = json!({"d": [{"author": "A", "text": " hi\n"}, {"author": "B", "text": ""}]});
    check_passages("<Paragraphs value='$d'/>", &said, Ok(&[" hi\n", ""]));
    let timed = json!({"d": [{"text": "zero", "start": 0}, {"text": "late", "start": 5.5}, {"text": "long", "start": 2, "end": 4},
        {"text": "short", "start": 2, "duration": 1}, {"text": "never"}]});
    check_passages("<Paragraphs value='$d'/>", &timed, Ok(&["zero", "late", "long", "short", "never"]));
    let scrolled = "<Paragraphs value='$d' contextScroll='true'/>";
    check_passages(scrolled, &timed, Ok(&["short", "long", "late", "zero", "never"]));
    check_passages("<Image value='$i'/>", &json!({"i": "x.png"}), Err("`Image` has no text to mark"));
}
