//! Every labeling config that Label Studio ships as a template: how much of it is filled, and that Label Studio takes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use ls_autolabel::label::config::{ConfigError, LabelConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::llm::Llm;
use crate::support::program::Program;
use crate::support::sdk;
use crate::support::servers::servers;
use crate::support::studio::Project;

/// A template, as `tests/servers/label-studio/templates.py` prints it.
#[derive(Debug, Deserialize)]
struct Template {
    name: String,
    group: String,
    config: String,
    controls: Vec<String>,
    objects: Vec<String>,
    task: Value,
}

/// How much of a template is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    /// All its controls, and the model sees all that it shows.
    Whole,
    /// Some of its controls, or without seeing all that it shows.
    Part,
    Nothing,
}

/// Where the README keeps the counts.
const MARKS: [&str; 2] = ["<!-- templates: begin -->", "<!-- templates: end -->"];

/// How many tasks each template gets.
const TASKS: usize = 3;

/// Words that the SDK's sample texts, dialogues and pages have.
const QUOTES: [&str; 3] = ["faith", "Hello", "Heartex"];

#[test]
fn the_readme_counts_the_templates_that_are_filled() {
    let mut groups: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for template in templates() {
        let counts = groups.entry(template.group.clone()).or_default();
        counts[share(&template) as usize] += 1;
    }
    let total = groups.values().fold([0; 3], |sum, counts| [0, 1, 2].map(|at| sum[at] + counts[at]));
    let row = |(name, [whole, part, nothing]): (&str, &[usize; 3])| {
        format!("| {name} | {whole} | {part} | {nothing} |\n")
    };
    let rows: String = groups.iter().map(|(name, counts)| row((name, counts))).collect();
    let table =
        format!("| Templates | filled | in part | not |\n|---|---|---|---|\n{rows}{}", row(("All", &total)));
    expect_in_readme(&table);
}

#[test]
fn what_is_filled_of_a_template_is_stored_as_it_was_sent() {
    let mut labeled = 0;
    for template in templates() {
        let Ok(config) = LabelConfig::parse(&template.config) else { continue };
        let kinds: Vec<&str> = config.controls.iter().map(|control| control.head().kind).collect();
        check(&template, &kinds);
        labeled += 1;
    }
    assert!(20 < labeled, "{labeled} templates");
}

/// Labels tasks of a template twice from one set of answers, into a file and into Label Studio, and compares.
fn check(template: &Template, kinds: &[&str]) {
    let project = Project::new("Template", &template.config, &tasks(template));
    let model = quoting();
    let marks = kinds.iter().any(|kind| kind.ends_with("labels"));
    let program = if kinds.contains(&"textarea") && !marks {
        Program::new().with_litellm("schema-echo")
    } else {
        Program::new().with_model(&model)
    };
    let prompt = program.file("prompt.txt", "Label what you see.");
    let file = program.path("sent.jsonl");
    let arguments = ["--project", &project.argument(), "--prompt", &prompt];
    program.label(&[&arguments[..], &["--output", &file]].concat(), 0);
    let summary = program.label(&arguments, 0);
    assert_eq!(summary.delivered(), TASKS as u64, "{}", template.name);
    let stored = project.predictions();
    // The SDK knows no paths of nested choices.
    if !template.config.to_lowercase().contains("allownested=\"true\"") {
        sdk::expect_valid(&template.config, &stored);
    }
    let (mut stored, mut sent) = (results(&stored), sent(&program));
    // Label Studio makes its sample series anew each time they are fetched, and the ids follow from what is asked.
    if template.config.contains("<TimeSeries") {
        stored.values_mut().chain(sent.values_mut()).for_each(forget_ids);
    }
    assert_eq!(stored, sent, "{}", template.name);
}

/// Returns the regions of each task, by its id.
fn results(predictions: &[Value]) -> BTreeMap<u64, Value> {
    let pair = |prediction: &Value| {
        (prediction["task"].as_u64().expect("a task's id"), prediction["result"].clone())
    };
    predictions.iter().map(pair).collect()
}

fn forget_ids(regions: &mut Value) {
    for region in regions.as_array_mut().into_iter().flatten() {
        region["id"] = json!(null);
    }
}

/// Returns the regions of each task that were written to the file, by its id.
fn sent(program: &Program) -> BTreeMap<u64, Value> {
    let lines = program.read("sent.jsonl");
    let pair = |line: &str| {
        let task: Value = serde_json::from_str(line).expect("each line is JSON");
        (task["id"].as_u64().expect("a task's id"), task["predictions"][0]["result"].clone())
    };
    lines.lines().map(pair).collect()
}

/// Returns a model that marks a word of what it is shown, ranks things as they come, and gives the first legal answer to all
/// else.
fn quoting() -> Llm {
    let model = Llm::start();
    model.answer(|asked| {
        let quote = QUOTES.iter().find(|quote| asked.text.contains(*quote)).unwrap_or(&"nothing");
        let mut answer: Value = serde_json::from_str(&asked.legal_answer()).unwrap_or_default();
        mark(&mut answer, quote);
        let properties = asked.schema.as_ref().and_then(|schema| schema["properties"].as_object());
        for (name, property) in properties.into_iter().flatten() {
            if let Some(ranking) = ranking(property) {
                answer[name] = ranking;
            }
        }
        answer.to_string()
    });
    model
}

/// Puts the quote wherever a labeled text is wanted, and a box of some size wherever one is: the first legal numbers are a
/// box that nobody could mean in percent.
fn mark(answer: &mut Value, quote: &str) {
    match answer {
        Value::Object(fields) => {
            if fields.contains_key("label") && fields.contains_key("text") {
                fields.insert("text".to_owned(), json!(quote));
            }
            if fields.contains_key("width") {
                let sides = ["x", "y", "width", "height"].map(|side| (side.to_owned(), json!(20)));
                fields.extend(sides);
            }
            fields.values_mut().for_each(|value| mark(value, quote));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| mark(entry, quote)),
        _ => {}
    }
}

/// Returns all ids in their order, the first bucket with all of them; `None` where no ids are asked for.
fn ranking(property: &Value) -> Option<Value> {
    let is_ranking = property["description"].as_str()?.starts_with("The ids of ");
    let Some(buckets) = property["properties"].as_object() else {
        return is_ranking.then(|| property["items"]["enum"].clone());
    };
    let ids = |(at, (name, bucket)): (usize, (&String, &Value))| {
        let ids = if at == 0 { bucket["items"]["enum"].clone() } else { json!([]) };
        (name.clone(), ids)
    };
    is_ranking.then(|| buckets.iter().enumerate().map(ids).collect())
}

/// Returns tasks of a template that differ in a word of their own.
fn tasks(template: &Template) -> Value {
    // The SDK's pictures are where Label Studio listens by default.
    let sample = template.task.to_string().replace("http://localhost:8080", &servers().label_studio.url);
    let task = |number| {
        let mut task: Value = serde_json::from_str(&sample).expect("addresses need no escapes");
        task["number"] = json!(number);
        json!({ "data": task })
    };
    (0..TASKS).map(task).collect()
}

fn share(template: &Template) -> Share {
    let config = match LabelConfig::parse(&template.config) {
        Ok(config) => config,
        Err(ConfigError::Unusable(_)) => return Share::Nothing,
        Err(error) => panic!("{}: {error}", template.name),
    };
    let is_filled = |name: &String| config.controls.iter().any(|control| control.head().name == *name);
    let is_shown = |name: &String| config.object(name).is_some();
    let is_whole = config.skipped.is_empty()
        && template.controls.iter().all(is_filled)
        && template.objects.iter().all(is_shown);
    if is_whole { Share::Whole } else { Share::Part }
}

fn templates() -> Vec<Template> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/label-studio/templates.py");
    let output = Command::new(&servers().python).arg(script).output().expect("Label Studio's Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

/// Fails the test unless the README has this table; writes it there instead where `UPDATE_README` is set.
fn expect_in_readme(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("there is a README");
    let parts =
        readme.split_once(MARKS[0]).and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?)));
    let (before, (kept, after)) = parts.unwrap_or_else(|| panic!("no {MARKS:?} in README.md for\n{table}"));
    #[expect(clippy::disallowed_methods, reason = "it is no setting of the program")]
    let is_updated = env::var_os("UPDATE_README").is_some();
    if is_updated {
        fs::write(&path, format!("{before}{}\n{table}{}{after}", MARKS[0], MARKS[1]))
            .expect("the README is writable");
    } else {
        assert_eq!(kept.trim(), table.trim(), "README.md is out of date; run this test with UPDATE_README=1");
    }
}
