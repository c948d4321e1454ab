//! Other ways to reach a model, and answers in plain text.

use serde_json::Value;

use crate::support::program::{Program, Summary};
use crate::support::servers::servers;
use crate::support::studio::Project;
use crate::support::{fixture, fixture_json, fixture_text, sdk};

#[test]
fn the_azure_route_takes_deployment_and_key() {
    let servers = servers();
    let program = Program::new()
        .with("OPENAI_PROVIDER", "azure")
        .with("AZURE_RESOURCE_ENDPOINT", &servers.litellm)
        .with("AZURE_DEPLOYMENT_NAME", "azure-echo")
        .with("OPENAI_API_KEY", &servers.litellm_key);
    let (project, summary) = label_sarcasm(&program, &[]);
    assert_eq!((summary.delivered(), summary.partial()), (18, 0));
    sdk::expect_valid(project.config(), &project.predictions());
}

#[test]
fn a_wrong_key_on_the_azure_route_stops_the_run() {
    let program = Program::new()
        .with("AZURE_RESOURCE_ENDPOINT", &servers().litellm)
        .with("AZURE_DEPLOYMENT_NAME", "azure-echo")
        .with("OPENAI_API_KEY", "not-a-key-of-this-proxy");
    let (tasks, config, prompt) =
        (fixture("sarcasm/tasks.json"), fixture("sarcasm/config.xml"), fixture("sarcasm/prompt.txt"));
    let input = ["--tasks", &tasks, "--label-config", &config, "--prompt", &prompt];
    let finished =
        program.command(&[&["run", "--provider", "azure", "--output", "out.jsonl"], &input[..]].concat());
    finished.expect_code(6);
    finished.expect_said(&["error:", "hint:"]);
}

#[test]
fn a_schema_answer_fills_the_text_and_the_choice() {
    let (project, summary) = label_sarcasm(&Program::new().with_litellm("schema-echo"), &[]);
    assert_eq!((summary.delivered(), summary.partial()), (18, 0));
    assert!(0 < summary.prompt_tokens());
    let predictions = project.predictions();
    sdk::expect_valid(project.config(), &predictions);
    for prediction in &predictions {
        assert!(text_of(prediction, "response").is_some_and(|text| !text.is_empty()), "{prediction}");
        assert!(region(prediction, "tone").is_some(), "{prediction}");
    }
}

/// The label stands inside a sentence, and `Sarcastic` also stands inside `Not Sarcastic`.
#[test]
fn a_text_answer_fills_the_response_and_is_matched_to_a_label() {
    let (project, summary) =
        label_sarcasm(&Program::new().with_litellm("says-sarcastic"), &["--answer", "text"]);
    assert_eq!(summary.delivered(), 18);
    let predictions = project.predictions();
    sdk::expect_valid(project.config(), &predictions);
    for prediction in &predictions {
        assert_eq!(text_of(prediction, "response").as_deref(), Some("I would call this one Sarcastic."));
        let tone = region(prediction, "tone").expect("the reply names a label");
        assert_eq!(tone.pointer("/value/choices/0"), Some(&Value::from("Sarcastic")));
    }
}

#[test]
fn a_proxy_in_front_of_llama_passes_the_schema_on() {
    let (project, summary) =
        label_sarcasm(&Program::new().with_litellm("tiny-llama"), &["--controls", "tone"]);
    assert_eq!((summary.delivered(), summary.partial()), (18, 0));
    sdk::expect_valid(project.config(), &project.predictions());
}

/// llama.cpp serves Anthropic's interface too, but passes over a schema there; a text control takes whatever it says.
#[test]
fn anthropics_interface_of_llama_answers_in_text() {
    let program = anthropic(&servers().llama).with("ANTHROPIC_API_KEY", "unused");
    let (project, summary) = label_sarcasm(&program, &["--model", "tiny", "--answer", "text"]);
    assert_eq!(summary.delivered(), 18);
    assert!(0 < summary.prompt_tokens());
    let predictions = project.predictions();
    sdk::expect_valid(project.config(), &predictions);
    for prediction in &predictions {
        assert!(text_of(prediction, "response").is_some_and(|text| !text.is_empty()), "{prediction}");
    }
}

/// The proxy passes the schema on to models that are not Anthropic's.
#[test]
fn anthropics_interface_of_a_proxy_takes_a_schema_and_its_own_key_header() {
    let servers = servers();
    let program = anthropic(&servers.litellm_base()).with("ANTHROPIC_API_KEY", &servers.litellm_key);
    let (project, summary) = label_sarcasm(&program, &["--model", "schema-echo"]);
    assert_eq!((summary.delivered(), summary.partial()), (18, 0));
    assert!(0 < summary.prompt_tokens());
    let predictions = project.predictions();
    sdk::expect_valid(project.config(), &predictions);
    for prediction in &predictions {
        assert!(region(prediction, "tone").is_some(), "{prediction}");
    }
}

#[test]
fn anthropics_interface_of_a_proxy_names_a_wrong_key_and_a_wrong_model() {
    let check = |key: &str, model: &str, said: &str| {
        let program = anthropic(&servers().litellm).with("ANTHROPIC_API_KEY", key);
        let (tasks, config, prompt) =
            (fixture("sarcasm/tasks.json"), fixture("sarcasm/config.xml"), fixture("sarcasm/prompt.txt"));
        let input = ["--tasks", &tasks, "--label-config", &config, "--prompt", &prompt];
        let finished =
            program.command(&[&["run", "--output", "out.jsonl", "--model", model], &input[..]].concat());
        finished.expect_code(6);
        finished.expect_said(&["error:", "hint:", said]);
    };
    check("not-a-key-of-this-proxy", "schema-echo", "access denied");
    check(&servers().litellm_key, "nope", "no such model");
}

#[test]
fn the_prompt_control_shows_the_prompt_as_it_was_written() {
    let (project, _) = label_sarcasm(&Program::new().with_litellm("schema-echo"), &[]);
    for prediction in project.predictions() {
        let shown = text_of(&prediction, "prompt").expect("the prompt control is filled");
        assert_eq!(shown.trim(), fixture_text("sarcasm/prompt.txt").trim());
        let last =
            prediction["result"].as_array().and_then(|regions| regions.last()).expect("there are regions");
        assert_eq!(last["from_name"], "prompt", "the prompt comes last");
    }
}

/// Returns the program with Anthropic's interface at this address.
fn anthropic(base: &str) -> Program {
    Program::new().with("OPENAI_PROVIDER", "anthropic").with("ANTHROPIC_BASE_URL", base)
}

fn label_sarcasm(program: &Program, more: &[&str]) -> (Project, Summary) {
    let project =
        Project::new("Providers", &fixture_text("sarcasm/config.xml"), &fixture_json("sarcasm/tasks.json"));
    let arguments = ["--project", &project.argument(), "--prompt", &fixture("sarcasm/prompt.txt")];
    let summary = program.label(&[&arguments, more].concat(), 0);
    assert_eq!(project.predicted_tasks(), project.tasks);
    (project, summary)
}

fn region<'a>(prediction: &'a Value, control: &str) -> Option<&'a Value> {
    prediction["result"].as_array()?.iter().find(|region| region["from_name"] == control)
}

fn text_of(prediction: &Value, control: &str) -> Option<String> {
    Some(region(prediction, control)?.pointer("/value/text/0")?.as_str()?.to_owned())
}
