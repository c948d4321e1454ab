//! `--profile llm-interactive`: the requests and the regions of Label Studio's example backend.

use serde_json::{Value, json};

use crate::support::story::{Story, model};
use crate::support::studio::Studio;

const CONFIG: &str = r#"<View><Text name="input" value="$text"/><TextArea name="prompt" toName="input"/>
    <TextArea name="reply" toName="input"/><Rating name="stars" toName="input"/><Choices name="topic" toName="input">
    <Choice value="sports"/><Choice value="politics"/><Choice value="technology"/></Choices></View>"#;

const WRAPPED: &str = "**Source Text**:\n\n\"{text}\"\n\n**Task Directive**:\n\n\"{prompt}\"";

/// Returns a project with one task, whose prompt and answer are these.
fn story(prompt: &str, answer: &'static str) -> Story {
    let llm = model();
    llm.answer(move |_| answer.to_owned());
    let task = json!({"text": "OpenAI's new chip", "tags": ["a", "it's"], "n": 1.0});
    let story = Story::with(Studio::start(), llm, (CONFIG, &[task]));
    story.program(|program| {
        program.env("DEFAULT_PROMPT", prompt).env("LS_AUTOLABEL_PROFILE", "llm-interactive")
    })
}

/// Returns what was asked, and the values of the regions in their order.
fn label(story: &Story) -> (Value, Vec<Value>) {
    story.command("run", &[]).assert_code(0);
    let request = story.llm.requests()[0].json();
    let predictions = story.studio.all_predictions(story.project);
    let regions = predictions[0]["result"].as_array().expect("regions").iter();
    (request, regions.map(|region| region["value"].clone()).collect())
}

#[test]
fn requests_and_regions_are_those_of_the_example() {
    let story = story("Which topic?", "tech");
    let (request, regions) = label(&story);
    let text = WRAPPED.replace("{text}", "OpenAI's new chip").replace("{prompt}", "Which topic?");
    assert_eq!(request["messages"], json!([{"role": "user", "content": text}]));
    assert_eq!((&request["temperature"], &request["response_format"]), (&json!(0.7), &Value::Null));
    let expect =
        [json!({"choices": ["technology"]}), json!({"text": ["tech"]}), json!({"text": ["Which topic?"]})];
    assert_eq!(regions, expect);
}

#[test]
fn a_prompt_of_its_own_is_a_format_string_of_python() {
    let prompt = "{{{text}}}: {labels}, {tags[1]!r} {n}?";
    let story = story(prompt, "Not sure.\npolitics");
    let story = story.program(|program| program.env("USE_INTERNAL_PROMPT_TEMPLATE", "0"));
    let (request, regions) = label(&story);
    let expect = "{OpenAI's new chip}: ['sports', 'politics', 'technology'], \"it's\" 1.0?";
    assert_eq!(request["messages"][0]["content"], expect);
    assert_eq!(
        regions[0],
        json!({"choices": ["sports", "politics"]}),
        "each line is a label, however unlike"
    );
    assert_eq!(regions[2], json!({"text": [prompt]}), "the prompt is stored as it was written");
}

#[test]
fn several_responses_fill_the_text_area_and_the_first_one_the_labels() {
    let story = story("Which topic?", "politics");
    let story = story.program(|program| program.env("NUM_RESPONSES", "3").env("TEMPERATURE", "0.2"));
    let (request, regions) = label(&story);
    assert_eq!((&request["n"], &request["temperature"]), (&json!(3), &json!(0.2)));
    assert_eq!(regions[0], json!({"choices": ["politics"]}));
    assert_eq!(regions[1], json!({"text": ["politics", "politics", "politics"]}));
}

#[test]
fn what_the_example_has_no_words_for_is_told_before_anything_is_asked() {
    let check = |prompt: &str, arguments: &[&str], part: &str| {
        let story = story(prompt, "politics");
        let story = story.program(|program| program.env("USE_INTERNAL_PROMPT_TEMPLATE", "0"));
        story.command("run", arguments).assert_code(3).assert_tells(part);
        assert_eq!(story.llm.count(), 0);
    };
    check(
        "{text} {nope}?",
        &[],
        "DEFAULT_PROMPT:1:8: there is no field `nope`; there are `text`, `tags`, `n`, `labels`",
    );
    check("Answer {\"label\": 1}: {text}", &[], "begins a format specification");
    check("{text}?", &["--answer", "schema"], "`--answer` does not go with `--profile llm-interactive`");
    check("{text}?", &["--controls", "topic"], "`--controls` does not go with");
}
