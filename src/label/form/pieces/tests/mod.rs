//! Pieces put together again: what a model says of them, and what they say against each other.

mod any;
mod opinions;

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::label::config::LabelConfig;
use crate::label::form::Wanted;
use crate::label::task::TaskId;

const NER: &str = r#"<View><Text name="text" value="$text"/><Labels name="ner" toName="text">
    <Label value="Person"/><Label value="Place"/></Labels></View>"#;

const TALK: &str = r#"<View><Paragraphs name="talk" value="$talk"/><ParagraphLabels name="ner" toName="talk">
    <Label value="Person"/><Label value="Place"/></ParagraphLabels></View>"#;

fn task(data: Value) -> Task {
    let Value::Object(data) = data else { panic!("data are an object") };
    Task { id: TaskId::Row(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

fn form(config: &str, most: usize) -> Form {
    let wanted = Wanted { most: Some(most), ..Wanted::default() };
    Form::new(&LabelConfig::parse(config).unwrap(), &wanted).unwrap()
}

/// Answers each piece, and puts the pieces together.
fn filled(form: &Form, task: &Task, answer: impl Fn(&Task) -> Value) -> Filled {
    let splitting = form.splitting.as_ref().expect("it can be split");
    let pieces = splitting.pieces(task).unwrap().into_iter().map(|(piece, part)| {
        let readings = splitting.form().read(&answer(&part), &part);
        (piece, splitting.form().combine(vec![readings], &part))
    });
    form.merge(pieces.collect())
}

/// Answers at once.
fn at_once(form: &Form, task: &Task, answer: impl Fn(&Task) -> Value) -> Filled {
    form.combine(vec![form.read(&answer(task), task)], task)
}

fn told(filled: &Filled) -> Vec<&str> {
    filled.unfilled.iter().map(|unfilled| unfilled.reason.as_str()).collect()
}

fn shown(filled: &Filled) -> Vec<String> {
    filled
        .drafts
        .iter()
        .map(|(_, draft)| {
            let value = &draft.value;
            format!("{}-{} {}", value["start"], value["end"], value["text"].as_str().unwrap_or_default())
        })
        .collect()
}

fn values(filled: &Filled) -> Vec<Value> {
    filled.drafts.iter().map(|(_, draft)| draft.value.clone()).collect()
}

/// Quotes every word with a capital letter, in the order of the text.
fn capitals(task: &Task) -> Value {
    let turns = task.data.get("talk").and_then(Value::as_array).into_iter().flatten();
    let texts = task.data.get("text").into_iter().chain(turns.map(|turn| &turn["text"]));
    let text = texts.filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| word.starts_with(char::is_uppercase));
    json!({"ner": words.map(|word| json!({"text": word, "label": "Person"})).collect::<Vec<_>>()})
}

const STORY: &str =
    "Ann 😀 met Bob in Rome. Then Bob left for Paris, where Cleo lives.\n\nShe knew Ann. Dora did not.";

#[test]
fn places_are_those_of_the_whole_and_each_region_is_there_once() {
    let task = task(json!({"text": STORY}));
    for most in [20, 30, 45, 80] {
        let form = form(NER, most);
        let found = filled(&form, &task, capitals);
        assert_eq!(values(&found), values(&at_once(&form, &task, capitals)), "{most}");
        for (_, draft) in found.drafts {
            assert_eq!(form.controls[0].verify(&draft.value, &task), Ok(()));
        }
    }
}

#[test]
fn turns_are_numbered_as_in_the_whole() {
    let turns = ["Ann 😀 said hi", "and Bob did", "then Cleo", "went to Rome", "with Dora", ""];
    let turns: Vec<Value> = turns.iter().map(|text| json!({"author": "x", "text": text})).collect();
    let written = serde_json::to_string(&turns).unwrap();
    for talk in [json!(turns), json!(written)] {
        let form = form(TALK, 30);
        let (whole, task) = (task(json!({"talk": turns})), task(json!({"talk": talk})));
        let found = filled(&form, &task, capitals);
        assert_eq!(values(&found), values(&at_once(&form, &whole, capitals)));
        assert_eq!(found.drafts.len(), 5);
    }
}

#[test]
fn a_piece_stands_where_the_whole_stood_and_has_no_copy_of_it() {
    let check = |value: &str, data: &Value, at: &str| {
        let form = form(&NER.replace("$text", value), 30);
        let task = task(data.clone());
        let pieces = form.splitting.as_ref().unwrap().pieces(&task).unwrap();
        assert!(3 < pieces.len());
        let rest = data.to_string().chars().count() - json!(STORY).to_string().chars().count();
        for (piece, part) in pieces {
            let data = Value::Object(part.data);
            assert_eq!(data.pointer(at), Some(&piece.value));
            assert_eq!(data.to_string().chars().count(), rest + piece.value.to_string().chars().count());
        }
    };
    check("$text", &json!({"text": STORY, "n": 1}), "/text");
    check(
        "$doc.parts[1].body",
        &json!({"doc": {"parts": [0, {"body": STORY}], "title": "Life"}}),
        "/doc/parts/1/body",
    );
    check("$text", &json!({"$undefined$": STORY}), "/$undefined$");
}

#[test]
fn white_space_is_not_asked_about() {
    let check = |config: &str, data: &Value, expect: &[&str]| {
        let (form, task) = (form(config, 20), task(data.clone()));
        let pieces = form.splitting.as_ref().unwrap().pieces(&task).unwrap();
        let shown = pieces.iter().map(|(_, part)| Value::Object(part.data.clone()).to_string());
        let shown: Vec<String> = shown.map(|text| text.replace([' ', '"'], "").replace("\\n", "")).collect();
        assert_eq!(shown, expect);
        let found = filled(&form, &task, capitals);
        assert_eq!((values(&found), told(&found)), (values(&at_once(&form, &task, capitals)), Vec::new()));
    };
    let gap = " \n".repeat(50);
    let parts = ["{text:AnnmetBob}", "{text:Cleoleft}"];
    check(NER, &json!({"text": format!("Ann met Bob{gap}Cleo left{gap}")}), &parts);
    check(NER, &json!({"text": gap}), &[]);
    let turns = ["Ann met", "Bob", &gap, &gap, "Cleo left", &gap].map(|text| json!({"text": text}));
    check(TALK, &json!({"talk": turns}), &["{talk:[{text:Annmet},{text:Bob}]}", "{talk:[{text:Cleoleft}]}"]);
}

#[test]
fn whole_turns_are_no_parts() {
    let long = "x".repeat(99);
    let turns: Vec<Value> = ["Ann said hi", "and Bob did", &long, "then", "Cleo went to Rome", "with Dora"]
        .iter()
        .map(|text| json!({"text": text}))
        .collect();
    let (form, task) = (form(TALK, 30), task(json!({"talk": turns})));
    let found = filled(&form, &task, |task| {
        let turns = task.data["talk"].as_array().into_iter().flatten();
        json!({"ner": turns.map(|turn| json!({"text": turn["text"], "label": "Person"})).collect::<Vec<_>>()})
    });
    assert_eq!((found.drafts.len(), told(&found)), (turns.len(), Vec::new()));
}

#[test]
fn what_is_cut_gives_way_to_the_whole_of_it() {
    let text =
        "Ann and the whole of her long family finally saw New York and then Rome, and so on to the very end";
    let cut = "Ann and the whole of her long family finally saw New ";
    let form = form(NER, cut.len());
    let task = task(json!({"text": text}));
    let quotes = |task: &Task| {
        let text = task.data["text"].as_str().unwrap_or_default();
        let known = ["Ann", "New York", "New", "Rome"].into_iter().filter(|quote| text.contains(quote));
        let known: Vec<&str> = if text.contains("New York") {
            known.filter(|quote| *quote != "New").collect()
        } else {
            known.collect()
        };
        json!({"ner": known.iter().map(|quote| json!({"text": quote, "label": "Place"})).collect::<Vec<_>>()})
    };
    let pieces = form.splitting.as_ref().unwrap().pieces(&task).unwrap();
    assert_eq!(pieces[0].1.data["text"], cut);
    assert_eq!(shown(&filled(&form, &task, quotes)), ["0-3 Ann", "49-57 New York", "67-71 Rome"]);
}

#[test]
fn labels_of_regions_and_relations_go_with_them() {
    let tags = r#"<Relations><Relation value="knows"/></Relations><Choices name="mood" toName="text" perRegion="true">
        <Choice value="good"/><Choice value="bad"/></Choices></View>"#;
    let form = form(&NER.replace("</View>", tags), 30);
    let task = task(json!({"text": STORY}));
    let answer = |task: &Task| {
        let mut answer = capitals(task);
        let mut names = Vec::new();
        for (number, entry) in answer["ner"].as_array_mut().into_iter().flatten().enumerate() {
            entry["id"] = json!(format!("n{number}"));
            entry["mood"] = json!(if entry["text"] == "Bob" { "good" } else { "bad" });
            names.push((format!("n{number}"), entry["text"].clone()));
        }
        // Each knows the next one.
        let relations: Vec<Value> = names
            .iter()
            .zip(names.iter().skip(1))
            .map(|((from, _), (to, _))| json!({"from": from, "to": to, "label": "knows"}))
            .collect();
        answer["relations"] = json!(relations);
        answer
    };
    let (found, expect) = (filled(&form, &task, answer), at_once(&form, &task, answer));
    assert_eq!(values(&found), values(&expect));
    for ((_, draft), (_, other)) in found.drafts.iter().zip(&expect.drafts) {
        let children =
            |draft: &Draft| draft.children.iter().map(|(_, child)| child.value.clone()).collect::<Vec<_>>();
        assert_eq!((children(draft), draft.children.len()), (children(other), 1));
    }
    let ends = |filled: &Filled| {
        filled.relations.iter().map(|relation| (relation.from, relation.to)).collect::<BTreeSet<_>>()
    };
    // A relation between two pieces cannot be seen.
    assert!(ends(&found).is_subset(&ends(&expect)) && 4 < ends(&found).len(), "{:?}", found.relations);
}

#[test]
fn what_the_whole_asks_for_is_not_asked_of_a_piece() {
    let required = form(&NER.replace("<Labels ", r#"<Labels required="true" maxUsages="3" "#), 30);
    let task = task(json!({"text": STORY}));
    let schema = required.splitting.as_ref().unwrap().form().schema(&task).unwrap();
    assert!(schema["properties"]["ner"]["description"].as_str().unwrap().contains("An empty list"));
    let found = filled(&required, &task, capitals);
    assert_eq!(shown(&found), ["0-3 Ann", "10-13 Bob", "17-21 Rome"]);
    assert_eq!(found.unfilled[0].reason, "`Then`: a task may have no more than 3 of `Person`");
    let nothing = filled(&required, &task, |_| json!({"ner": []}));
    assert_eq!(nothing.unfilled[0].reason, "the answer leaves it empty, but it is required");
    assert!(!nothing.is_blank);
    let optional = filled(&form(NER, 30), &task, |_| json!({"ner": []}));
    assert_eq!(optional, Filled { is_blank: true, ..Filled::default() });
}

#[test]
fn what_is_longer_than_pieces_behind_a_gap_is_told_as_such() {
    let check = |config: &str, data: Value| {
        let found = filled(&form(config, 30), &task(data), |task| {
            let turns = task.data.get("talk").and_then(Value::as_array).into_iter().flatten();
            let texts = task.data.get("text").into_iter().chain(turns.map(|turn| &turn["text"]));
            let text = texts.filter_map(Value::as_str).collect::<Vec<_>>().join("\n");
            json!({"ner": [{"text": text.trim(), "label": "Place"}]})
        });
        assert_eq!(found.drafts.len(), 1);
        let reasons = told(&found);
        assert!(reasons.len() == 1 && reasons[0].ends_with("raise `--split`"), "{reasons:?}");
    };
    let long = "the house behind the river at the end of the valley";
    check(NER, json!({"text": format!("Rome{}{long}", " \n".repeat(50))}));
    let turns = [
        "x".repeat(40),
        "then we".to_owned(),
        "went to".to_owned(),
        "that big".to_owned(),
        "house".to_owned(),
    ];
    check(TALK, json!({"talk": turns.map(|text| json!({ "text": text }))}));
}

#[test]
fn what_cannot_be_split_is_told() {
    let check = |config: &str, expect: &str| {
        let form = form(config, 30);
        assert!(form.splitting.is_none());
        assert_eq!(form.notices.last().map(String::as_str), Some(expect));
    };
    let choices =
        r#"<Choices name="mood" toName="text"><Choice value="good"/><Choice value="bad"/></Choices></View>"#;
    check(
        &NER.replace("</View>", choices),
        "nothing is split into pieces: `mood` can only be filled from the whole `Text`",
    );
    check(
        r#"<View><HyperText name="page" value="$page"/><HyperTextLabels name="ner" toName="page"><Label value="a"/>
            </HyperTextLabels></View>"#,
        "nothing is split into pieces: `ner` can only be filled from the whole `HyperText`",
    );
    check(
        &NER.replace("$text", "$title: $text"),
        "nothing is split into pieces: the `value` of `text` is more than one field of the data",
    );
    let other = r#"<Text name="other" value="$other"/><Labels name="too" toName="other"><Label value="a"/></Labels></View>"#;
    check(
        &NER.replace("</View>", other),
        "nothing is split into pieces: what is labeled are several objects, `text`, `other`",
    );
    let whole = form(NER, 30);
    let short = task(json!({"text": "Ann met Bob."}));
    assert_eq!(whole.splitting.as_ref().unwrap().pieces(&short).unwrap(), []);
    let plain = Form::new(&LabelConfig::parse(NER).unwrap(), &Wanted::default()).unwrap();
    assert_eq!(whole.canonical(), format!("{}\nsplit 30", plain.canonical()));
}
