//! `--examples` and `--as-turns`: what people answered, and what they said, as turns of the chat.

use serde_json::{Value, json};

use crate::support::llm::reply::Said;
use crate::support::story::{MOODS, Story, model};
use crate::support::studio::Studio;

const TEXTS: [&str; 5] = ["fine day", "dull day", "fine film", "dull film", "odd film"];

fn mood(label: &str) -> Value {
    json!([{"id": "x", "from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [label]}}])
}

/// Returns a story whose first four tasks people have answered: two well, one by skipping, one with a label that is gone.
fn story() -> Story {
    let story = Story::new(&TEXTS);
    story.studio.annotate(story.tasks[0], &mood("positive"));
    story.studio.annotate(story.tasks[1], &mood("negative"));
    story.studio.skip(story.tasks[2]);
    story.studio.annotate(story.tasks[3], &mood("mixed"));
    story
}

/// Returns the messages of a request as `role: text`.
fn messages(body: &Value) -> Vec<String> {
    let messages = body["messages"].as_array().expect("a request has messages").iter();
    messages
        .map(|message| {
            let text = |name: &str| message[name].as_str().expect("these messages are plain text").to_owned();
            format!("{}: {}", text("role"), text("content"))
        })
        .collect()
}

/// Returns the messages of all requests, in the order of the tasks' texts.
fn asked(story: &Story) -> Vec<Vec<String>> {
    let mut asked: Vec<_> = story.llm.requests().iter().map(|request| messages(&request.json())).collect();
    let place = |messages: &Vec<String>| {
        let last = messages.last().expect("a request has messages");
        TEXTS.iter().position(|text| last.contains(text))
    };
    asked.sort_by_key(place);
    asked
}

#[test]
fn what_people_answered_is_shown_before_the_question() {
    let story = story();
    let run = story.run(&["--examples", "2", "--concurrency", "1"]);
    run.assert_code(0);
    run.assert_tells(&format!(
        "1 of 3 annotated tasks cannot be shown as examples, the first for this: task {}: `mood`: no such label: `mixed`",
        story.tasks[3]
    ));
    let fine = ["user: Positive? fine day", r#"assistant: {"mood":"positive"}"#];
    let dull = ["user: Positive? dull day", r#"assistant: {"mood":"negative"}"#];
    let expect = |examples: &[[&str; 2]], question: &str| {
        let examples = examples.iter().flatten().map(|line| (*line).to_owned());
        examples.chain([format!("user: Positive? {question}")]).collect::<Vec<_>>()
    };
    let asked = asked(&story);
    assert_eq!(asked[0], expect(&[dull], "fine day"), "a task is no example for itself");
    assert_eq!(asked[1], expect(&[fine], "dull day"));
    assert_eq!(asked[2], expect(&[dull, fine], "fine film"), "the nearest comes last");
    assert_eq!(asked[3], expect(&[fine, dull], "dull film"));
    assert_eq!(
        asked[4],
        expect(&[dull, fine], "odd film"),
        "of equally near ones the one of the lowest id counts as the nearest"
    );
}

#[test]
fn a_task_is_not_asked_again_because_others_were_annotated() {
    let story = story();
    for way in ["nearest", "fixed", "random"] {
        let args = ["--examples", "2", "--examples-by", way];
        story.run(&args).assert_code(0);
        let before = story.llm.count();
        story.studio.annotate(story.tasks[4], &mood("positive"));
        story.studio.annotate(story.tasks[2], &mood("positive"));
        story.run(&args).assert_code(0).assert_tells("nothing new for 2 tasks:");
        assert_eq!(story.llm.count(), before, "{way}");
        story.studio.edit_task(story.tasks[4], &json!({"text": format!("odd film, {way}")}));
        story.run(&args).assert_code(0);
        assert_eq!(story.llm.count(), before + 1, "{way}: what was edited is asked");
    }
}

const NAMES: &str = r#"<View><Text name="text" value="$text"/><Labels name="who" toName="text">
    <Label value="P"/></Labels></View>"#;

/// Returns the span of a name that begins a text.
fn ann() -> Value {
    let value = json!({"start": 0, "end": 3, "text": "Ann", "labels": ["P"]});
    json!([{"id": "x", "from_name": "who", "to_name": "text", "type": "labels", "value": value}])
}

/// Returns a story of names whose first task is annotated; its model finds none, and refuses to look at what is rude.
fn names() -> Story {
    let tasks = ["Ann came.", "Nobody.", "Rude.", "Ann left."].map(|text| json!({ "text": text }));
    let llm = model();
    llm.say(|asked| {
        let refusal = asked.text.contains("Rude").then(|| "I must not".to_owned());
        Said { refusal, ..Said::text(asked, r#"{"who": []}"#) }
    });
    let story = Story::with(Studio::start(), llm, (NAMES, &tasks));
    story.studio.annotate(story.tasks[0], &ann());
    story
}

#[test]
fn nothing_to_mark_and_a_failure_are_not_asked_about_again_because_others_were_annotated() {
    let story = names();
    let args = ["--examples", "2", "--examples-by", "fixed"];
    story.run(&args).assert_code(4);
    let before = story.llm.count();
    story.studio.annotate(story.tasks[1], &json!([]));
    story.studio.annotate(story.tasks[3], &ann());
    let again = story.run(&args);
    again.assert_code(4).assert_tells("already there 2").assert_tells("was not asked again");
    assert_eq!(story.llm.count(), before, "{}", again.stderr);
    story.run(&[&args[..], &["--retry-failed"]].concat()).assert_code(4);
    assert_eq!(story.llm.count(), before + 2, "who refuses is asked twice");
    story.run(&[&args[..], &["--only", "all", "--ids", &story.tasks[1].to_string()]].concat()).assert_code(0);
    assert_eq!(story.llm.count(), before + 3, "who wants all asks with the examples of today");
    let asked = messages(&story.llm.requests()[before + 2].json());
    assert_eq!(asked.len(), 5, "{asked:?}");
}

#[test]
fn that_there_is_nothing_to_mark_is_an_example_too() {
    let story = names();
    story.studio.annotate(story.tasks[1], &json!([]));
    let task = story.tasks[3].to_string();
    story.run(&["--examples", "2", "--examples-by", "fixed", "--ids", &task]).assert_code(0);
    let asked = messages(&story.llm.requests()[0].json());
    let answers: Vec<&String> = asked.iter().filter(|line| line.starts_with("assistant")).collect();
    let ann = r#"assistant: {"who":[{"text":"Ann","label":"P","occurrence":null}]}"#;
    assert_eq!(answers, [ann, r#"assistant: {"who":[]}"#]);
}

#[test]
fn an_answer_in_a_file_is_not_paid_for_again_because_others_were_annotated() {
    let story = names();
    let args = ["--examples", "2", "--output", "out.jsonl"];
    story.run(&args).assert_code(4);
    let (before, output) = (story.llm.count(), story.program.read("out.jsonl"));
    story.studio.annotate(story.tasks[3], &ann());
    story.run(&args).assert_code(4);
    assert_eq!((story.llm.count(), story.program.read("out.jsonl")), (before, output));
}

#[test]
fn each_choice_of_examples_is_a_version_of_its_own() {
    let story = story();
    let version = |args: &[&str]| {
        story.run(&[&["--limit", "1"], args].concat()).assert_code(0);
        story.studio.model_version(story.project)
    };
    let versions = [
        version(&[]),
        version(&["--examples", "1"]),
        version(&["--examples", "2"]),
        version(&["--examples", "2", "--examples-by", "fixed"]),
        version(&["--examples", "2", "--examples-by", "random"]),
        version(&["--examples", "2", "--examples-by", "random", "--seed", "1"]),
    ];
    for (index, version_name) in versions.iter().enumerate() {
        assert!(!versions[..index].contains(version_name), "{versions:?}");
    }
    assert_eq!(version(&["--examples", "0", "--only", "all"]), versions[0]);
}

#[test]
fn fixed_examples_are_the_same_for_all_others() {
    let story = story();
    story.run(&["--examples", "2", "--examples-by", "fixed", "--answer", "text"]).assert_code(0);
    let asked = asked(&story);
    let expect = [
        "user: Positive? fine day",
        "assistant: positive",
        "user: Positive? dull day",
        "assistant: negative",
    ];
    for messages in &asked[2..] {
        assert_eq!(messages[..4], expect);
    }
    assert_eq!(asked[1].len(), 3);
}

#[test]
fn who_gets_no_examples_is_told() {
    let story = Story::new(&["so so", "so so", "fine"]);
    story.studio.annotate(story.tasks[0], &mood("negative"));
    let words = "2 tasks got no examples: all there are show the same input";
    story.run(&["--examples", "1"]).assert_code(0).assert_tells(words);
    let shown = story.llm.requests().iter().filter(|request| messages(&request.json()).len() == 3).count();
    assert_eq!(shown, 1);
    let config = MOODS
        .replace("</View>", r#"<Text name="ask" value="Which mood?"/></View>"#)
        .replace(r#"toName="text""#, r#"toName="ask""#);
    let tasks = ["so so", "fine"].map(|text| json!({ "text": text }));
    let story = Story::with(Studio::start(), model(), (&config, &tasks));
    story.studio.annotate(story.tasks[0], &mood("negative"));
    let run = story.run(&["--examples", "1", "--ids", &story.tasks[1].to_string()]);
    assert!(!run.assert_code(0).stderr.contains("got no examples"), "{}", run.stderr);
    let expect = ["user: Positive? so so", r#"assistant: {"mood":"negative"}"#, "user: Positive? fine"];
    assert_eq!(asked(&story), [expect], "a text of the labeling config makes no tasks alike");
}

#[test]
fn examples_come_from_a_file_too() {
    let task =
        |text: &str, label: &str| json!({"data": {"text": text}, "annotations": [{"result": mood(label)}]});
    let file = json!([task("so so", "negative"), {"data": {"text": "not annotated"}}]).to_string();
    let story = Story::new(&["fine"]).program(|program| program.file("gold.json", &file));
    let args = ["--examples", "3", "--examples-from", "gold.json"];
    story.run(&args).assert_code(0).assert_tells("1 example can be shown where 3 were asked for");
    let expect = ["user: Positive? so so", r#"assistant: {"mood":"negative"}"#, "user: Positive? fine"];
    assert_eq!(asked(&story)[0], expect);
    story.run(&args).assert_code(0).assert_tells("nothing to do");
    let story =
        story.program(|program| program.file("gold.json", &json!([task("bad", "negative")]).to_string()));
    story.run(&args).assert_code(0).assert_tells("delivered 1");
    assert_eq!(story.llm.count(), 2, "another file asks another question, as another prompt does");
}

#[test]
fn a_file_of_tasks_brings_its_own_examples() {
    let tasks = json!([
        {"id": 7, "data": {"text": "so so"}, "annotations": [{"result": mood("negative")}]},
        {"id": 8, "data": {"text": "fine"}},
    ]);
    let story = Story::new(&[])
        .program(|program| program.file("tasks.json", &tasks.to_string()).file("config.xml", MOODS));
    let files = ["--tasks", "tasks.json", "--label-config", "config.xml", "--dry-run"];
    story.run(&[&files[..], &["--examples", "1", "--ids", "8"]].concat()).assert_code(0);
    let expect = ["user: Positive? so so", r#"assistant: {"mood":"negative"}"#, "user: Positive? fine"];
    assert_eq!(asked(&story), [expect.map(str::to_owned)]);
    let out = [&files[..4], &["--examples", "1", "--examples-from", "tasks.json", "--output", "tasks.json"]]
        .concat();
    story.run(&out).assert_code(3).assert_tells("is the file of examples, which would be written over");
}

#[test]
fn of_several_annotations_the_ground_truth_is_shown_else_the_newest() {
    let annotation =
        |id: u64, label: &str, truth: bool| json!({"id": id, "ground_truth": truth, "result": mood(label)});
    let check = |truth: bool, expect: &str| {
        let annotations = [annotation(4, "positive", truth), annotation(5, "negative", false)];
        let file = json!([{"data": {"text": "so so"}, "annotations": annotations}]).to_string();
        let story = Story::new(&["fine"]).program(|program| program.file("gold.json", &file));
        story.run(&["--examples", "1", "--examples-from", "gold.json"]).assert_code(0);
        assert_eq!(asked(&story)[0][1], format!(r#"assistant: {{"mood":"{expect}"}}"#));
    };
    check(true, "positive");
    check(false, "negative");
    let story = Story::new(&["fine", "so so"]);
    story.studio.annotate(story.tasks[1], &mood("positive"));
    story.studio.annotate(story.tasks[1], &mood("negative"));
    story.run(&["--examples", "1"]).assert_code(0);
    assert_eq!(asked(&story)[0][1], r#"assistant: {"mood":"negative"}"#);
}

#[test]
fn nothing_is_asked_where_there_are_no_examples() {
    let story = Story::new(&["fine"]);
    let run = story.run(&["--examples", "2"]);
    run.assert_code(3).assert_tells("there are no examples: no task of the project is annotated");
    run.assert_tells("annotate some tasks first");
    story.studio.annotate(story.tasks[0], &mood("mixed"));
    let run = story.run(&["--examples", "2"]);
    run.assert_code(3).assert_tells("none of 1 annotated task of the project can be shown");
    assert_eq!(story.llm.count(), 0);
    story
        .run(&["--examples", "2", "--provider", "keyword", "--dry-run"])
        .assert_tells("`--examples` is left out");
}

#[test]
fn a_text_that_is_split_is_no_example() {
    let tasks = [json!({"text": "Ann came. ".repeat(40)}), json!({"text": "Ann left."})];
    let story = Story::answering(NAMES, &tasks, &json!({"who": []}));
    story.tasks.iter().for_each(|task| story.studio.annotate(*task, &ann()));
    let run = story.run(&["--examples", "2", "--split", "200"]);
    run.assert_code(0).assert_tells("longer than `--split` allows");
    let shown =
        |request: &Value| messages(request).iter().filter(|line| line.starts_with("assistant")).count();
    let shown: Vec<usize> = story.llm.requests().iter().map(|request| shown(&request.json())).collect();
    assert!(2 < shown.len() && shown.iter().all(|count| *count < 2), "{shown:?}");
}

#[test]
fn an_export_without_its_regions_gives_no_examples() {
    let row = json!([{"id": 1, "text": "fine", "mood": "positive", "annotator": 1, "annotation_id": 2, "lead_time": 1}]);
    let story = story().program(|program| program.file("min.json", &row.to_string()));
    let run = story.run(&["--examples", "1", "--examples-from", "min.json"]);
    run.assert_code(3).assert_tells("export it as JSON");
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn nothing_is_fetched_for_no_examples() {
    let story = story();
    let fetched = || {
        let requests = story.studio.host().requests();
        requests.iter().filter(|request| request.query.contains("annotations,")).count()
    };
    story.run(&[]).assert_code(0);
    story.run(&["--examples", "0", "--only", "all"]).assert_code(0);
    assert_eq!(fetched(), 0);
    story.run(&["--examples", "1"]).assert_code(0);
    assert_eq!(fetched(), 1);
}

#[test]
fn preview_and_check_tell_of_the_examples() {
    let story = story();
    let common = ["--prompt", "prompt.txt", "--examples", "2"];
    let preview = story.command("preview", &common);
    preview.assert_code(0);
    assert!(preview.stdout.contains("Positive? dull day"), "{}", preview.stdout);
    let tokens = |text: &str| {
        let line = text.lines().find(|line| line.contains("input tokens")).expect("an estimate");
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<u64>().expect("a number")
    };
    let bare = story.command("preview", &common[..2]);
    assert!(tokens(&bare.stdout) + 40 < tokens(&preview.stdout), "examples are paid for with each task");
    let check = story.command("check", &[&common[..], &["--no-ask"]].concat());
    check.assert_code(0);
    assert!(check.stdout.contains("2 to choose from, 2 wanted for each task"), "{}", check.stdout);
    assert!(check.stdout.contains("no such label: `mixed`"), "{}", check.stdout);
    assert_eq!(story.llm.count(), 0);
}

const DIALOGUES: &str = r#"<View><Paragraphs name="talk" value="$talk" layout="dialogue"/>
    <Choices name="mood" toName="talk"><Choice value="positive"/><Choice value="negative"/></Choices></View>"#;

#[test]
fn a_dialogue_is_sent_as_turns() {
    let turn = |author: &str, text: &str| json!({"author": author, "text": text});
    let talk = json!({"talk": [turn("Ann", "Help!"), turn("Bot", "With what?"), turn("Ann", "All"), turn("Bot", "Bye")]});
    let story = Story::with(Studio::start(), model(), (DIALOGUES, &[talk]));
    let story = story.program(|program| program.file("prompt.txt", "Is the bot kind in {talk}?"));
    story.run(&["--as-turns"]).assert_code(0);
    let expect = [
        "user: Help!",
        "assistant: With what?",
        "user: All",
        "assistant: Bye",
        "user: Is the bot kind in (see the conversation above)?",
    ];
    assert_eq!(messages(&story.llm.requests()[0].json()), expect);
    story.run(&[]).assert_code(0);
    let expect = "user: Is the bot kind in Ann: Help!\nBot: With what?\nAnn: All\nBot: Bye?";
    assert_eq!(messages(&story.llm.requests()[1].json()), [expect]);
    let story = Story::with(Studio::start(), model(), (MOODS, &[json!({"text": "fine"})]));
    story.run(&["--as-turns"]).assert_code(0).assert_tells("`--as-turns` changes nothing");
}

const PICTURES: &str = r#"<View><Image name="picture" value="$picture"/><Choices name="mood" toName="picture">
    <Choice value="positive"/><Choice value="negative"/></Choices></View>"#;

#[test]
fn a_picture_that_is_none_is_no_example() {
    let picture = |base64: &str| json!({"picture": format!("data:image/png;base64,{base64}")});
    let pictures = [picture("PGh0bWw+"), picture("iVBORw0KGgo="), picture("iVBORw0KGgoK")];
    let story = Story::with(Studio::start(), model(), (PICTURES, &pictures));
    let mood = json!([{"id": "x", "from_name": "mood", "to_name": "picture", "type": "choices",
                       "value": {"choices": ["negative"]}}]);
    for task in &story.tasks[..2] {
        story.studio.annotate(*task, &mood);
    }
    let run = story.run(&["--examples", "2", "--ids", &story.tasks[2].to_string()]);
    run.assert_code(0).assert_tells("1 of 2 annotated tasks cannot be shown as examples");
    let request = story.llm.requests()[0].json();
    assert_eq!(request["messages"].as_array().map(Vec::len), Some(3), "one example");
}
