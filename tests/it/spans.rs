//! Spans, labels of single regions and relations: quoted by the model, stored by their places, and nothing guessed.

use serde_json::{Value, json};

use crate::support::story::Story;

const NER: &str = r#"<View><Text name="text" value="$text"/><Labels name="ner" toName="text">
    <Label value="Person" alias="PER"/><Label value="Place"/></Labels></View>"#;

/// Adds tags to [`NER`].
fn with(tags: &str) -> String {
    NER.replace("</View>", &format!("{tags}</View>"))
}

const TEXT: &str = "Ann 😀 met Bob in Rome. Ann left.";

fn entry(text: &str, label: &str) -> Value {
    json!({"text": text, "label": label, "occurrence": null})
}

fn story(config: &str, answer: &Value) -> Story {
    Story::answering(config, &[json!({"text": TEXT})], answer)
}

/// Returns the regions of the only prediction of the first task, each id as its position among all.
fn stored(story: &Story) -> Value {
    let predictions = story.studio.predictions(story.tasks[0]);
    assert_eq!(predictions.len(), 1, "{predictions:?}");
    let mut regions = predictions[0]["result"].to_string();
    let mut ids: Vec<String> = Vec::new();
    for region in predictions[0]["result"].as_array().expect("a list") {
        let id = region["id"].as_str().unwrap_or_default().to_owned();
        if !id.is_empty() && !ids.contains(&id) {
            regions = regions.replace(&id, &format!("#{}", ids.len()));
            ids.push(id);
        }
    }
    serde_json::from_str(&regions).expect("it was JSON before")
}

fn span(id: &str, (start, end): (u64, u64), text: &str, label: &str) -> Value {
    let value = json!({"start": start, "end": end, "text": text, "labels": [label]});
    json!({"id": id, "from_name": "ner", "to_name": "text", "type": "labels", "value": value})
}

#[test]
fn quotes_are_stored_by_their_places_and_known_again() {
    let answer = json!({"ner": [entry("Ann", "Person"), entry("Rome", "Place"), entry("Ann", "Person")]});
    let story = story(NER, &answer);
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("delivered 1");
    let expect = [
        span("#0", (0, 3), "Ann", "PER"),
        span("#1", (17, 21), "Rome", "Place"),
        span("#2", (23, 26), "Ann", "PER"),
    ];
    assert_eq!(stored(&story), json!(expect));
    story.run(&["--model-version", "v1", "--only", "all"]).assert_code(0);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 1));
    let schema = story.llm.requests()[0].json()["response_format"]["json_schema"]["schema"].clone();
    let items = &schema["properties"]["ner"]["items"];
    assert_eq!(items["required"], json!(["text", "label", "occurrence"]));
    assert_eq!(items["properties"]["label"]["enum"], json!(["Person", "Place"]));
}

#[test]
fn what_is_not_there_is_listed_with_its_reason() {
    let answer = json!({"ner": [entry("Ann", "Person"), entry("Napoleon Bonaparte", "Person"), entry("Rome", "Animal")]});
    let story = story(NER, &answer);
    let outcome = story.run(&["--model-version", "v1", "--summary", "s.json"]);
    outcome.assert_code(0).assert_tells("Napoleon Bonaparte").assert_tells("no such label: `Animal`");
    assert_eq!(stored(&story), json!([span("#0", (0, 3), "Ann", "PER")]));
}

#[test]
fn quotes_of_which_none_is_there_are_asked_for_again() {
    let story = story(NER, &json!({"ner": [entry("Napoleon Bonaparte", "Person")]}));
    story.llm.answer(|asked| {
        let quote = if asked.text.contains("cannot be used") { "Bob" } else { "Napoleon Bonaparte" };
        json!({"ner": [entry(quote, "Person")]}).to_string()
    });
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: ner=PER"]);
    assert_eq!(story.llm.count(), 2);
}

#[test]
fn that_there_is_nothing_to_mark_is_an_answer_and_paid_for_once() {
    let story = story(NER, &json!({"ner": []}));
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("delivered 1");
    assert_eq!(stored(&story), json!([]));
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("nothing to do");
    story
        .run(&["--model-version", "v1", "--only", "all"])
        .assert_code(0)
        .assert_tells("nothing new for 1 task:");
    story.run(&["--model-version", "v1", "--only", "all", "--output", "out.json"]).assert_code(0);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 1));
    let written: Value = serde_json::from_str(&story.program.read("out.json")).expect("an array");
    assert_eq!(written[0]["predictions"][0]["result"], json!([]));
    // On a machine that paid nothing, too.
    story.run_elsewhere(&["--model-version", "v1"]).assert_code(0).assert_tells("nothing to do");
    // What is marked after an edit takes the place of nothing.
    story.studio.edit_task(story.tasks[0], &json!({"text": "Bob, too."}));
    story.llm.answer(|_| json!({"ner": [entry("Bob", "Person")]}).to_string());
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(stored(&story), json!([span("#0", (0, 3), "Bob", "PER")]));
}

#[test]
fn nothing_to_mark_shows_the_prompt_all_the_same() {
    let story = story(&with(r#"<TextArea name="prompt" toName="text"/>"#), &json!({"ner": []}));
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: prompt=Positive? {text}"]);
    story.run(&["--model-version", "v1", "--only", "all"]).assert_code(0);
    assert_eq!(story.llm.count(), 1);
}

#[test]
fn a_required_control_must_mark_something() {
    let story = story(&NER.replace("<Labels ", "<Labels required=\"true\" "), &json!({"ner": []}));
    story.run(&[]).assert_code(4).assert_tells("leaves it empty, but it is required");
    assert_eq!(story.studio.bulk_calls(), 0);
}

#[test]
fn labels_of_single_regions_follow_their_region() {
    let tags = r#"<Choices name="mood" toName="text" perRegion="true"><Choice value="good"/><Choice value="bad"/></Choices>
        <TextArea name="note" toName="text" perRegion="true" whenLabelValue="PER"/>"#;
    let of = |mut entry: Value, mood: Value, note: Value| {
        entry["mood"] = mood;
        entry["note"] = note;
        entry
    };
    let answer = json!({"ner": [
        of(entry("Bob", "Person"), json!("good"), json!("a friend")),
        of(entry("Rome", "Place"), json!("bad"), json!("hidden")),
        of(entry("Ann", "Person"), json!("so so"), json!(null)),
    ]});
    let story = story(&with(tags), &answer);
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("`Ann`: no such label: `so so`");
    let child = |id: &str, name: &str, kind: &str, value: Value| json!({"id": id, "from_name": name, "to_name": "text", "type": kind, "value": value});
    let expect = [
        span("#0", (10, 13), "Bob", "PER"),
        child("#0", "mood", "choices", json!({"choices": ["good"]})),
        child("#0", "note", "textarea", json!({"text": ["a friend"]})),
        span("#1", (17, 21), "Rome", "Place"),
        child("#1", "mood", "choices", json!({"choices": ["bad"]})),
        span("#2", (23, 26), "Ann", "PER"),
    ];
    assert_eq!(stored(&story), json!(expect));
    story.run(&["--model-version", "v1", "--only", "all"]).assert_code(0);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 1));
    let schema = story.llm.requests()[0].json()["response_format"]["json_schema"]["schema"].clone();
    let keys = &schema["properties"]["ner"]["items"]["properties"];
    assert_eq!(schema["required"], json!(["ner"]));
    assert_eq!(keys["mood"]["enum"], json!(["good", "bad"]));
    let note = keys["note"]["description"].as_str().expect("a description");
    assert!(note.contains("`PER`") && note.contains("null otherwise"), "{note}");
    let alone = story.run(&["--controls", "mood"]);
    alone.assert_code(3).assert_tells("`mood` labels single regions").assert_tells("name `ner` as well");
}

#[test]
fn relations_join_the_regions_that_were_found() {
    let config = NER.replace("<Text", r#"<Relations><Relation value="knows"/></Relations><Text"#);
    let named = |id: &str, mut entry: Value| {
        entry["id"] = json!(id);
        entry
    };
    let relation = |from: &str, to: &str| json!({"from": from, "to": to, "label": "knows"});
    let answer = json!({
        "ner": [named("a", entry("Bob", "Person")), named("b", entry("Ann", "Person")), named("c", entry("Napoleon Bonaparte", "Person"))],
        "relations": [relation("b", "a"), relation("a", "c")],
    });
    let story = story(&config, &answer);
    let outcome = story.run(&["--model-version", "v1"]);
    outcome
        .assert_code(0)
        .assert_tells("`relations`")
        .assert_tells("no region that was found has the `id` `c`");
    let expect = json!([
        span("#0", (10, 13), "Bob", "PER"),
        span("#1", (23, 26), "Ann", "PER"),
        {"type": "relation", "from_id": "#1", "to_id": "#0", "direction": "right", "labels": ["knows"]},
    ]);
    assert_eq!(stored(&story), expect);
    story.run(&["--model-version", "v1", "--only", "all"]).assert_code(0);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 1));
    let schema = story.llm.requests()[0].json()["response_format"]["json_schema"]["schema"].clone();
    assert_eq!(schema["required"], json!(["ner", "relations"]));
    story.run(&["--controls", "ner", "--only", "all"]).assert_code(0);
    let schema = story.llm.requests()[1].json()["response_format"]["json_schema"]["schema"].clone();
    assert_eq!(schema["required"], json!(["ner"]), "who names the controls wants no relations");
}

#[test]
fn reviewed_spans_are_held_against_the_text() {
    let story = story(NER, &json!({"ner": [entry("Bob", "Person")]}));
    story.run(&["--model-version", "v1", "--output", "out.json"]).assert_code(0);
    let written: Value = serde_json::from_str(&story.program.read("out.json")).expect("an array");
    let push = |change: fn(&mut Value)| {
        let mut changed = written.clone();
        change(&mut changed[0]["predictions"][0]["result"]);
        std::fs::write(story.program.path("out.json"), changed.to_string()).expect("the folder is writable");
        story.command("push", &["out.json"])
    };
    push(|result| result[0]["value"]["end"] = json!(99))
        .assert_code(4)
        .assert_tells("the text has 32 characters");
    push(|result| result[0]["value"]["start"] = json!(0)).assert_code(4).assert_tells("at its place stands");
    push(|result| result[0]["value"]["labels"] = json!(["Person"]))
        .assert_code(4)
        .assert_tells("no such label: `Person`");
    assert_eq!(story.studio.bulk_calls(), 0);
    push(|result| result[0]["value"] = json!({"start": 17, "end": 21, "text": "Rome", "labels": ["Place"]}))
        .assert_code(0);
    assert_eq!(story.predicted(), ["v1: ner=Place"]);
    // A person may find that there is nothing to mark.
    push(|result| *result = json!([])).assert_code(0);
}

/// It would quote tags and entities otherwise, which nobody sees.
#[test]
fn the_words_of_a_page_are_read_and_quoted_without_its_tags() {
    let config = NER.replace("<Text", "<HyperText");
    let html = "<p>Ann &amp; <b>Bob</b></p><table><tr><td>Rome</td><td>Oslo</td></tr></table>";
    let answer = json!({"ner": [entry("Ann & Bob", "Person"), entry("Oslo", "Place")]});
    let story = Story::answering(&config, &[json!({"text": html})], &answer);
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("delivered 1");
    let asked = story.llm.requests()[0].json()["messages"].to_string();
    assert!(asked.contains("Ann & Bob\\nRome\\tOslo"), "{asked}");
    let marked = |id: &str, (start, end): (u64, u64), text: &str, label: &str| {
        let value = json!({"start": "", "end": "", "startOffset": 0, "endOffset": 0,
            "globalOffsets": {"start": start, "end": end}, "text": text, "labels": [label]});
        json!({"id": id, "from_name": "ner", "to_name": "text", "type": "labels", "value": value})
    };
    let expect = [marked("#0", (0, 9), "Ann & Bob", "PER"), marked("#1", (13, 17), "Oslo", "Place")];
    assert_eq!(stored(&story), json!(expect));
    story.run(&["--model-version", "v1", "--only", "all"]).assert_code(0);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (1, 1));
}

#[test]
fn spans_want_a_json_answer_and_another_is_not_paid_for() {
    let story = story(NER, &json!({"ner": []}));
    let run = story.run(&["--answer", "text"]);
    run.assert_code(3)
        .assert_tells("`--answer text` fills a `TextArea`, `Choices`, `Taxonomy`, `Pairwise` or a `Ranker`");
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn counting_words_marks_nothing_and_says_so() {
    let alone = story(NER, &json!({}));
    let words = "`ner` (Labels) is left empty: label words are counted, and that marks no places";
    alone.run(&["--provider", "keyword"]).assert_code(3).assert_tells(words);
    let tags = r#"<Choices name="mood" toName="text"><Choice value="met"/><Choice value="lost"/></Choices>"#;
    let beside = story(&with(tags), &json!({}));
    beside.run(&["--provider", "keyword", "--model-version", "v1"]).assert_code(0).assert_tells(words);
    assert_eq!(beside.predicted(), ["v1: mood=met"]);
    let check = beside.command("check", &["--prompt", "prompt.txt", "--provider", "keyword"]);
    assert!(check.stdout.contains(words), "{}", check.stdout);
}
