//! Answers of every kind in known shares, on texts whose labels are known: what is counted and stored is what was planned.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::support::llm::asked::Asked;
use crate::support::llm::reply::Said;
use crate::support::story::{Story, model};
use crate::support::studio::Studio;

mod spans;

const ARGS: [&str; 4] = ["--model-version", "v1", "--summary", "s.json"];

/// Texts, the control that takes one of some labels, and the control that takes any text.
struct Fixture {
    config: &'static str,
    tasks: &'static str,
    gold: &'static str,
    choices: &'static str,
    text: &'static str,
}

const SARCASM: Fixture = Fixture {
    config: include_str!("../../../fixtures/sarcasm/config.xml"),
    tasks: include_str!("../../../fixtures/sarcasm/tasks.json"),
    gold: include_str!("../../../fixtures/sarcasm/gold.json"),
    choices: "tone",
    text: "response",
};

const DIALOGUES: Fixture = Fixture {
    config: include_str!("../../../fixtures/dialogues/config.xml"),
    tasks: include_str!("../../../fixtures/dialogues/tasks.json"),
    gold: include_str!("../../../fixtures/dialogues/gold.json"),
    choices: "intent",
    text: "response",
};

const RECEIPTS: Fixture = Fixture {
    config: include_str!("../../../fixtures/receipts/config.xml"),
    tasks: include_str!("../../../fixtures/receipts/tasks.json"),
    gold: include_str!("../../../fixtures/receipts/gold.json"),
    choices: "category",
    text: "summary",
};

/// What a model says, question by question, the last as often as it is asked: `{}` is the gold label, `<>` another.
#[derive(Clone, Copy)]
enum Says {
    This(&'static str),
    CutOff(&'static str),
    Refuses,
}

use Says::{CutOff, Refuses, This};

/// What is stored.
#[derive(Clone, Copy, PartialEq)]
enum Stored {
    Gold,
    Other,
    /// Nothing, after two questions; what kind of failure it is.
    Nothing(&'static str),
    /// No label, but the text beside it.
    TextAlone,
}

/// What a model says of a task, and what becomes of it.
type Plan = (&'static [Says], Stored);

const UNUSABLE: Stored = Stored::Nothing("unusable");

const SCHEMA: &[Plan] = &[
    (&[This(r#"{"<c>": "{}"}"#)], Stored::Gold),
    (&[This("Sure!\n```json\n{\"<c>\": \"{}\"}\n```\nIs it {fine}?")], Stored::Gold),
    (&[This(r#"{"<c>": "<>"}"#)], Stored::Other),
    (&[This(r#"<think>{"<c>": "<>"}?</think>{'<c>': ['{}'],}"#)], Stored::Gold),
    (&[This(r#"{"<c>": "It could be {}."}"#)], UNUSABLE),
    (&[This(r#"{"<c>": "I would rule out {}"}"#)], UNUSABLE),
    (&[This("I cannot decide that.")], UNUSABLE),
    (&[This(r#"{"<c>": "Astronomy"}"#)], UNUSABLE),
    (&[This(r#"{"<c>": "{}"} or {"<c>": "<>"}"#)], UNUSABLE),
    (&[This(r#"{"<c>": ["{}", "<>"]}"#)], UNUSABLE),
    (&[This(" \n")], UNUSABLE),
    (&[CutOff(r#"{"<c>": "{}"#)], Stored::Nothing("truncated")),
    (&[Refuses], Stored::Nothing("refused")),
    (&[This(r#"{"<c>": "unclear"}"#), This(r#"{"<c>": "{}"}"#)], Stored::Gold),
    (&[CutOff("{"), This("{}?"), This(r#"{"<c>": "{}"}"#)], Stored::Gold),
    (&[Refuses, This(r#"{"<c>": null}"#), This(r#"{"<c>": "<>"}"#)], Stored::Other),
];

const TEXT: &[Plan] = &[
    (&[This("{}")], Stored::Gold),
    (&[This("The most appropriate label would be **{}**.")], Stored::Gold),
    (&[This("<>")], Stored::Other),
    (&[This("{}\n\nThe words say so.")], Stored::Gold),
    (&[This("It could be {}.")], UNUSABLE),
    (&[This("I would rule out {}.")], UNUSABLE),
    (&[This("I am unable to choose {}.")], UNUSABLE),
    (&[This("Astronomy")], UNUSABLE),
    (&[This("{} or <>")], UNUSABLE),
    (&[This("{}. Actually, <>.")], UNUSABLE),
    (&[This(" \n")], UNUSABLE),
    (&[CutOff("{}")], Stored::Nothing("truncated")),
    (&[Refuses], Stored::Nothing("refused")),
    (&[This("It is tempting to say <>."), This("Label: {}")], Stored::Gold),
    (&[CutOff("{}"), This("{} (low confidence)"), This("{}")], Stored::Gold),
    (&[Refuses, This("Anything but <>."), This("<>!")], Stored::Other),
];

/// Replies that fill the control that takes any text, whatever they say of the label.
const BESIDE_SCHEMA: &[Plan] = &[
    (&[This(r#"{"<t>": "why", "<c>": "{}"}"#)], Stored::Gold),
    (&[This(r#"{"<t>": "why", "<c>": "<>"}"#)], Stored::Other),
    (&[This(r#"{"<t>": "why", "<c>": "hardly {}"}"#)], Stored::TextAlone),
    (&[This(r#"{"<t>": "why", "<c>": "Astronomy"}"#)], Stored::TextAlone),
    (&[This(r#"{"<t>": "why", "<c>": null}"#)], Stored::TextAlone),
];

const BESIDE_TEXT: &[Plan] = &[
    (&[This("This is {}.")], Stored::Gold),
    (&[This("<>, because the words say so.")], Stored::Other),
    (&[This("Perhaps {}.")], Stored::TextAlone),
    (&[This("Both {} and <> fit.")], Stored::TextAlone),
    (&[This("I'm sorry, but I can't say.")], Stored::TextAlone),
];

/// How many tasks and questions of each kind there are.
#[derive(Default)]
struct Counts {
    selected: usize,
    partial: usize,
    /// Tasks in which nothing is to be marked.
    blank: usize,
    kinds: BTreeMap<&'static str, usize>,
    questions: usize,
}

impl Counts {
    /// Adds up what is planned for each task.
    fn of(planned: &[Plan]) -> Self {
        let mut counts = Self { selected: planned.len(), ..Self::default() };
        for (says, stored) in planned {
            counts.questions += says.len();
            match stored {
                Stored::Gold | Stored::Other => {}
                Stored::Nothing(kind) => {
                    // The only answer was of no use, and is asked about once more.
                    counts.questions += 1;
                    *counts.kinds.entry(kind).or_default() += 1;
                }
                Stored::TextAlone => counts.partial += 1,
            }
        }
        counts
    }

    fn failed(&self) -> usize {
        self.kinds.values().sum()
    }

    /// Returns what a summary says of the tasks.
    fn tasks(&self) -> Value {
        json!({
            "selected": self.selected, "delivered": self.selected - self.failed(), "partial": self.partial,
            "nothing_to_mark": self.blank, "already_there": 0, "failed": self.failed(), "undelivered": 0, "stopped": 0,
        })
    }
}

impl Fixture {
    fn tasks(&self) -> Vec<Value> {
        let tasks: Vec<Value> = serde_json::from_str(self.tasks).expect("an array of tasks");
        tasks.into_iter().map(|mut task| task["data"].take()).collect()
    }

    /// Returns the gold label of a task and the next label that the config has.
    fn labels(&self, reference: &str) -> [String; 2] {
        let gold: BTreeMap<String, String> = serde_json::from_str(self.gold).expect("a label a task");
        let document = roxmltree::Document::parse(self.config).expect("the config is XML");
        let labels = document.descendants().filter(|node| node.has_tag_name("Choice"));
        let labels: Vec<&str> = labels.filter_map(|node| node.attribute("value")).collect();
        let at = labels.iter().position(|label| *label == gold[reference]).expect("it exists");
        [labels[at], labels[(at + 1) % labels.len()]].map(str::to_owned)
    }

    /// Returns a story whose model says of each task what the plans say, which the tasks have in turn.
    fn story(&self, plans: &'static [Plan]) -> Story {
        let tasks = self.tasks();
        let mut script: HashMap<String, (&'static [Says], [String; 2])> = HashMap::new();
        for (task, (says, _)) in tasks.iter().zip(plans.iter().cycle()) {
            let reference = reference(task);
            script.insert(format!("[{reference}]"), (says, self.labels(reference)));
        }
        let [choices, text] = [self.choices, self.text];
        let asked_before: Mutex<HashMap<String, usize>> = Mutex::default();
        let llm = model();
        llm.say(move |asked| {
            let (mark, (says, labels)) =
                script.iter().find(|(mark, _)| asked.text.contains(*mark)).expect("the task is told");
            let mut counts = asked_before.lock().expect("no holder of the lock panics");
            let count = counts.entry(mark.clone()).or_default();
            let say = says[(*count).min(says.len() - 1)];
            *count += 1;
            let written = |reply: &str| {
                let reply = reply.replace("<c>", choices).replace("<t>", text);
                reply.replace("{}", &labels[0]).replace("<>", &labels[1])
            };
            said(asked, say, written)
        });
        let story = Story::with(Studio::start(), llm, (self.config, &tasks));
        story.program(|program| program.file("prompt.txt", "[{ref}] {text} {labels}"))
    }

    /// Runs on all tasks, expects what the plans say, and returns how many tasks were left without a label.
    #[track_caller]
    fn check(&self, plans: &'static [Plan], args: &[&str]) -> usize {
        let story = self.story(plans);
        let tasks = self.tasks();
        let planned: Vec<Plan> = plans.iter().cycle().take(tasks.len()).copied().collect();
        let expect = Counts::of(&planned);
        story.run(&[&ARGS[..], args].concat()).assert_code(if expect.failed() == 0 { 0 } else { 4 });
        let summary = story.summary("s.json");
        let unfilled = if expect.partial == 0 { json!({}) } else { json!({ self.choices: expect.partial }) };
        assert_eq!((&summary["tasks"], &summary["unfilled"]), (&expect.tasks(), &unfilled));
        assert_eq!(summary["failures_by_kind"], json!(expect.kinds));
        let requests = &summary["requests"];
        let requests = [&requests["attempts"], &requests["answered"], &requests["retries"]];
        assert_eq!(requests, [expect.questions, expect.questions, 0]);
        assert_eq!(story.llm.count(), expect.questions);
        let mut left_out: Vec<u64> = left_out(&summary).into_iter().map(|(task, _)| task).collect();
        left_out.sort_unstable();
        let mut unlabeled = Vec::new();
        for ((task, id), (_, stored)) in tasks.iter().zip(&story.tasks).zip(&planned) {
            let [gold, other] = self.labels(reference(task));
            let expect = match stored {
                Stored::Gold => vec![gold],
                Stored::Other => vec![other],
                Stored::Nothing(..) => Vec::new(),
                Stored::TextAlone => {
                    unlabeled.push(*id);
                    Vec::new()
                }
            };
            assert_eq!(self.stored(&story, *id), expect, "{task}");
        }
        assert_eq!(left_out, unlabeled);
        expect.failed() + expect.partial
    }

    /// Returns the labels that a task was given.
    fn stored(&self, story: &Story, task: u64) -> Vec<String> {
        let predictions = story.studio.predictions(task);
        let regions = predictions.iter().filter_map(|prediction| prediction["result"].as_array()).flatten();
        let choices = regions.filter(|region| region["from_name"] == self.choices);
        let labels = choices.filter_map(|region| region["value"]["choices"].as_array()).flatten();
        labels.filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// Returns the task and the reason of everything that a summary says was left out.
fn left_out(summary: &Value) -> Vec<(u64, String)> {
    let listed = summary["left_out"].as_array().expect("a list").iter();
    let read = |left: &Value| (left["task"].as_u64(), left["reason"].as_str().map(str::to_owned));
    listed.map(read).map(|(task, reason)| (task.expect("an id"), reason.expect("words"))).collect()
}

fn reference(task: &Value) -> &str {
    task["ref"].as_str().expect("each task has a reference")
}

fn said(asked: &Asked, say: Says, written: impl Fn(&str) -> String) -> Said {
    match say {
        This(reply) => Said::text(asked, &written(reply)),
        CutOff(reply) => Said { finish_reason: "length".to_owned(), ..Said::text(asked, &written(reply)) },
        Refuses => Said { refusal: Some("I must not".to_owned()), ..Said::text(asked, "") },
    }
}

#[test]
fn of_labels_alone_only_what_was_said_for_certain_is_stored() {
    for (answer, plans) in [("schema", SCHEMA), ("text", TEXT)] {
        let check =
            |fixture: &Fixture| fixture.check(plans, &["--answer", answer, "--controls", fixture.choices]);
        assert_eq!([check(&SARCASM), check(&DIALOGUES), check(&RECEIPTS)], [9, 9, 9], "{answer}");
    }
}

#[test]
fn beside_a_text_a_doubtful_label_is_left_out_and_the_text_is_kept() {
    for (answer, plans) in [("schema", BESIDE_SCHEMA), ("text", BESIDE_TEXT)] {
        let check = |fixture: &Fixture| fixture.check(plans, &["--answer", answer]);
        assert_eq!([check(&SARCASM), check(&DIALOGUES), check(&RECEIPTS)], [10, 8, 8], "{answer}");
    }
}
