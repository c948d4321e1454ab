//! Spans, labels of single regions and relations: what Label Studio stores of them is what was written.

use serde_json::{Value, json};

use crate::support::llm::Llm;
use crate::support::program::Program;
use crate::support::sdk;
use crate::support::studio::Project;

const CONFIG: &str = r#"<View>
  <Relations><Relation value="knows"/><Relation value="lives in"/></Relations>
  <Labels name="ner" toName="note" choice="multiple"><Label value="Person" alias="PER"/><Label value="Place"/></Labels>
  <Text name="note" value="$note"/>
  <Choices name="mood" toName="note" perRegion="true"><Choice value="calm"/><Choice value="cross"/></Choices>
  <View visibleWhen="region-selected" whenLabelValue="Place">
    <TextArea name="country" toName="note" perRegion="true"/><Rating name="size" toName="note" perRegion="true"/>
  </View>
  <HyperTextLabels name="parts" toName="page"><Label value="Name"/></HyperTextLabels>
  <HyperText name="page" value="$page"/>
  <ParagraphLabels name="talk" toName="dialogue"><Label value="Question"/></ParagraphLabels>
  <Paragraphs name="dialogue" value="$dialogue"/>
</View>"#;

const PROMPT: &str = "Mark persons and places in {note}, names in {page}, questions in {dialogue}.";

/// Returns a task whose texts differ from all others'.
fn task(number: usize) -> Value {
    let note = format!("{number}.\r\n😀 Ann met Bob in Rome; {number} years later Ann left Rome.");
    let page = format!("<p>Dear <b>Ann</b> &amp;<br>Bob,</p>\n<p>{number} greetings</p>");
    let said = |author: &str, text: &str| json!({"author": author, "text": text});
    let dialogue =
        [said("A", "👩‍👧 Hello."), said("B", "  Who is it? It is not"), said("A", &format!("{number}? Yes."))];
    json!({"data": {"note": note, "page": page, "dialogue": dialogue}})
}

/// What the model says of every task.
fn answer() -> Value {
    let place = |id: &str, text: &str, label: &str, occurrence: Value, mood: &str, size: Value| {
        let country = if size.is_null() { Value::Null } else { json!("Italy") };
        json!({
            "text": text, "label": label, "occurrence": occurrence, "id": id, "mood": mood, "country": country, "size": size,
        })
    };
    let words = |text: &str, label: &str| json!({"text": text, "label": label, "occurrence": null, "id": format!("{text}!")});
    let relation = |from: &str, to: &str, label: &str| json!({"from": from, "to": to, "label": label});
    json!({
        "ner": [
            place("1", "Ann", "Person", json!(null), "calm", json!(null)),
            place("2", "Bob", "Person", json!(null), "cross", json!(null)),
            place("3", "Rome", "Place", json!(2), "calm", json!(4)),
            place("4", "Rome", "Person", json!(2), "calm", json!(null)),
        ],
        "parts": [words("Ann", "Name"), words("Bob", "Name")],
        "talk": [words("Who is it?", "Question")],
        "relations": [relation("1", "2", "knows"), relation("1", "3", "lives in"), relation("Bob!", "2", "knows")],
    })
}

#[test]
fn every_region_is_stored_as_it_was_written() {
    let tasks: Value = (1..=6).map(task).collect();
    let project = Project::new("Spans", CONFIG, &tasks);
    let model = Llm::start();
    model.answer(|_| answer().to_string());
    let program = Program::new().with_model(&model);
    let (prompt, output) = (program.file("prompt.txt", PROMPT), program.path("out.json"));
    let place = project.argument();
    let args = ["--project", place.as_str(), "--prompt", &prompt];
    program.label(&[&args[..], &["--output", &output]].concat(), 0);
    let summary = program.label(&args, 0);
    assert_eq!(summary.delivered(), 6);
    let predictions = project.predictions();
    sdk::expect_valid(CONFIG, &predictions);
    let written: Value = serde_json::from_str(&program.read("out.json")).expect("an array");
    for (task, number) in project.tasks.iter().zip(1..) {
        let stored = predictions.iter().find(|stored| stored["task"] == *task).expect("a prediction");
        let written = written.as_array().into_iter().flatten().find(|written| written["id"] == *task);
        assert_eq!(stored["result"], written.expect("it was written")["predictions"][0]["result"]);
        check_places(&stored["result"], &self::task(number)["data"]);
    }
    assert_eq!(model.count(), 6, "what was paid for is not asked again");
    program.command(&[&["run"], &args[..]].concat()).expect_said(&["nothing to do"]);
}

/// Counts again, from the texts themselves.
fn check_places(regions: &Value, data: &Value) {
    let regions = regions.as_array().expect("a list");
    let of = |name: &str| regions.iter().filter(|region| region["from_name"] == name).collect::<Vec<_>>();
    let note: Vec<char> = data["note"].as_str().expect("a text").chars().collect();
    for region in of("ner") {
        let (start, end) = (number(&region["value"]["start"]), number(&region["value"]["end"]));
        assert_eq!(json!(note[start..end].iter().collect::<String>()), region["value"]["text"]);
    }
    let rome = of("ner")[2];
    assert!(number(&rome["value"]["end"]) == note.len() - 1, "the second of two: {rome}");
    let children: Vec<&Value> = regions.iter().filter(|region| region["id"] == rome["id"]).collect();
    let names: Vec<&Value> = children.iter().map(|child| &child["from_name"]).collect();
    assert_eq!(names, ["ner", "mood", "country", "size"]);
    assert_eq!((of("mood").len(), of("country").len(), of("size").len()), (4, 1, 1));
    // As the editor counts the page `Dear Ann &⏎Bob,`.
    let offsets: Vec<&Value> = of("parts").iter().map(|region| &region["value"]["globalOffsets"]).collect();
    assert_eq!(offsets, [&json!({"start": 5, "end": 8}), &json!({"start": 11, "end": 14})]);
    let question = of("talk")[0];
    let expect = json!({
        "start": "1", "end": "1", "startOffset": 2, "endOffset": 12, "text": "Who is it?",
        "paragraphlabels": ["Question"],
    });
    assert_eq!(question["value"], expect);
    let relations = regions.iter().filter(|region| region["type"] == "relation").count();
    assert_eq!(relations, 3);
}

#[test]
fn that_there_is_nothing_to_mark_is_stored_and_not_asked_again() {
    let config = r#"<View><Labels name="ner" toName="note"><Label value="Person"/></Labels><Text name="note" value="$note"/></View>"#;
    let tasks: Value =
        (0..5).map(|number| json!({"data": {"note": format!("Nobody, {number} times.")}})).collect();
    let project = Project::new("Nothing", config, &tasks);
    let model = Llm::start();
    model.answer(|_| r#"{"ner": []}"#.to_owned());
    let program = Program::new().with_model(&model);
    let prompt = program.file("prompt.txt", "Mark persons in {note}.");
    let place = project.argument();
    let args = ["--project", place.as_str(), "--prompt", &prompt];
    assert_eq!(program.label(&args, 0).delivered(), 5);
    let stored = project.predictions();
    assert!(stored.len() == 5 && stored.iter().all(|stored| stored["result"] == json!([])), "{stored:?}");
    program.command(&[&["run"], &args[..]].concat()).expect_said(&["nothing to do"]);
    program.label(&[&args[..], &["--only", "all"]].concat(), 0);
    assert_eq!((model.count(), project.predictions().len()), (5, 5));
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).expect("a whole number")
}
