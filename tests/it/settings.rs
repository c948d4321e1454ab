//! Flags over environment over file, and the variables of Label Studio's `llm_interactive` example.

use serde_json::{Value, json};

use crate::support::host::Record;
use crate::support::llm::Llm;
use crate::support::program::Program;
use crate::support::story::{MOODS, Story, model, texts};
use crate::support::studio::Studio;

fn model_of(story: &Story) -> Value {
    story.llm.requests().last().expect("the model was asked").json()["model"].clone()
}

#[test]
fn a_flag_beats_the_environment_and_that_the_file() {
    let story = Story::many(1);
    let file = "model = \"from the file\"\nprompt = \"prompt.txt\"\nmodel_version = \"v1\"\nonly = \"all\"\n";
    let story = story.program(|program| program.file("ls-autolabel.toml", file));
    let story = story.program(|program| program.env("OPENAI_MODEL", ""));
    story.command("run", &[]).assert_code(0);
    assert_eq!(model_of(&story), "from the file", "and an empty variable is none");
    let story = story.program(|program| program.env("OPENAI_MODEL", "from the environment"));
    story.command("run", &[]).assert_code(0);
    assert_eq!(model_of(&story), "from the environment");
    let story = story.program(|program| program.env("LS_AUTOLABEL_MODEL", "from our own variable"));
    story.command("run", &[]).assert_code(0);
    assert_eq!(model_of(&story), "from our own variable");
    story.command("run", &["--model", "from the flag"]).assert_code(0);
    assert_eq!(model_of(&story), "from the flag");
    assert_eq!(story.predicted().len(), 1);
}

#[test]
fn another_settings_file_is_named_by_flag_or_variable() {
    let story = Story::many(1).program(|program| {
        program
            .file("ls-autolabel.toml", "modle = 1")
            .file("other.toml", "model = \"other\"\nonly = \"all\"\n")
    });
    let outcome = story.run(&[]);
    outcome.assert_code(3).assert_tells("unknown key `modle`").assert_tells("did you mean `model`?");
    story.run(&["--config", "other.toml"]).assert_code(0);
    story.program.forget_paid();
    let story = story.program(|program| program.env("LS_AUTOLABEL_CONFIG", "other.toml"));
    story.run(&[]).assert_code(0);
    assert_eq!((model_of(&story), story.llm.count()), (json!("other"), 2));
}

#[test]
fn switches_and_lists_are_set_anywhere() {
    let story = Story::many(3);
    let file = "dry_run = true\nparam = [\"top_p=0.5\", \"seed=1\"]\nlimit = 1\n";
    let story = story.program(|program| program.file("ls-autolabel.toml", file));
    let outcome = story.run(&[]);
    outcome.assert_code(0);
    assert_eq!((outcome.stdout.lines().count(), story.studio.bulk_calls()), (1, 0));
    let body = story.llm.requests()[0].json();
    assert_eq!((&body["top_p"], &body["seed"]), (&json!(0.5), &json!(1)));
    story.run(&["--dry-run=false"]).assert_code(0);
    assert_eq!(story.studio.bulk_calls(), 1, "a flag takes back what the file says");
    let story =
        story.program(|program| program.env("LS_AUTOLABEL_DRY_RUN", "false").env("LS_AUTOLABEL_LIMIT", "2"));
    story.run(&["--only", "all"]).assert_code(0);
    assert_eq!(story.studio.all_predictions(story.project).len(), 2);
}

const EXAMPLE: &str = r#"<View><Text name="text" value="$text"/><TextArea name="my_prompt" toName="text"/>
    <TextArea name="llm_response" toName="text"/><Choices name="mood" toName="text">
    <Choice value="positive"/><Choice value="negative"/></Choices></View>"#;

/// Returns a story with the example's labeling config, whose model is told by these variables.
fn example(variables: &[(&str, &str)]) -> Story {
    let llm = model();
    llm.answer(|_| json!({"llm_response": "so so", "mood": "negative", "my_prompt": "?"}).to_string());
    let story = Story::with(Studio::start(), llm, (EXAMPLE, &texts(1)));
    story.program(|program| variables.iter().fold(program, |program, (name, value)| program.env(name, value)))
}

fn asked(story: &Story) -> String {
    let request: &Record = &story.llm.requests()[0];
    request.json()["messages"][0]["content"].as_str().expect("one text").to_owned()
}

#[test]
fn the_variables_of_the_example_backend_mean_what_they_mean_there() {
    let check = |variables: &[(&str, &str)], text: &str, predicted: &str| {
        let story = example(variables);
        let story = story.program(|program| program.file("a prompt.txt", "Is it good?\n"));
        story.command("run", &["--model-version", "v1"]).assert_code(0);
        assert_eq!(
            (asked(&story).as_str(), story.predicted()),
            (text, vec![predicted.to_owned()]),
            "{variables:?}"
        );
    };
    let prompt = ("DEFAULT_PROMPT", "Is it good?");
    let wrapped = "Source Text: text 1\n\nTask Directive: Is it good?";
    let all = "v1: my_prompt=? llm_response=so so mood=negative";
    check(&[prompt], wrapped, all);
    let with_prompt = "v1: llm_response=so so mood=negative my_prompt=Is it good?";
    check(&[prompt, ("PROMPT_PREFIX", "my")], wrapped, with_prompt);
    check(&[("DEFAULT_PROMPT", "a prompt.txt"), ("PROMPT_PREFIX", "my")], wrapped, with_prompt);
    let template = ("PROMPT_TEMPLATE", "{prompt} -- {text}");
    check(&[prompt, ("PROMPT_PREFIX", "my"), template], "Is it good? -- text 1", with_prompt);
    check(&[prompt, ("PROMPT_PREFIX", "my"), ("PROMPT_TEMPLATE", "")], wrapped, with_prompt);
    let own = ("DEFAULT_PROMPT", "Good or bad: {text}?");
    let always = ("USE_INTERNAL_PROMPT_TEMPLATE", "1");
    let with_own = "v1: llm_response=so so mood=negative my_prompt=Good or bad: {text}?";
    check(&[own, ("PROMPT_PREFIX", "my")], "Good or bad: text 1?", with_own);
    check(
        &[own, ("PROMPT_PREFIX", "my"), ("USE_INTERNAL_PROMPT_TEMPLATE", "0")],
        "Good or bad: text 1?",
        with_own,
    );
    let both = "Source Text: text 1\n\nTask Directive: Good or bad: text 1?";
    check(&[own, ("PROMPT_PREFIX", "my"), always], both, with_own);
}

#[test]
fn a_prompt_that_may_not_be_wrapped_must_name_the_task() {
    let story = example(&[("DEFAULT_PROMPT", "Is it good?"), ("USE_INTERNAL_PROMPT_TEMPLATE", "0")]);
    let outcome = story.command("run", &[]);
    outcome.assert_code(3).assert_tells("the model would never see the task").assert_tells("fields: `text`");
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn parameters_of_the_example_backend_are_sent() {
    let story = example(&[
        ("DEFAULT_PROMPT", "Is it good?"),
        ("TEMPERATURE", "0.7"),
        ("NUM_RESPONSES", "2"),
        ("OPENAI_MODEL", "gpt-4.1-mini"),
        ("RESPONSE_PREFIX", "llm_"),
        ("PROMPT_PREFIX", "my"),
    ]);
    story.command("run", &["--model-version", "v1"]).assert_code(0);
    let body = story.llm.requests()[0].json();
    assert_eq!(
        (&body["temperature"], &body["n"], &body["model"]),
        (&json!(0.7), &json!(2), &json!("gpt-4.1-mini"))
    );
    assert_eq!(
        story.predicted(),
        [r#"v1: llm_response=["so so","so so"] mood=negative my_prompt=Is it good?"#]
    );
}

#[test]
fn a_text_answer_goes_where_the_variable_says() {
    let story =
        example(&[("DEFAULT_PROMPT", "Is it good?"), ("RESPONSE_PREFIX", "llm"), ("PROMPT_PREFIX", "")]);
    story.llm.answer(|_| "It is positive".to_owned());
    story.command("run", &["--model-version", "v1", "--answer", "text"]).assert_code(0);
    let predicted = story.predicted();
    assert!(
        predicted[0].contains("llm_response=It is positive") && predicted[0].contains("mood=positive"),
        "{predicted:?}"
    );
}

#[test]
fn only_the_chosen_providers_variables_count() {
    let llm = Llm::start();
    let program = Program::new().file("config.xml", MOODS).file("t.json", r#"{"text": "fine"}"#);
    let program =
        program.env("OPENAI_PROVIDER", "ollama").env("OLLAMA_ENDPOINT", &format!("{}/v1/", llm.url()));
    let program = program.env("OPENAI_MODEL", "llama3.2").env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    let program =
        program.env("OPENAI_API_KEY", "sk-not-for-ollama-00").env("AZURE_RESOURCE_ENDPOINT", "nonsense");
    let program = program.env("DEFAULT_PROMPT", "Positive?");
    let args = ["run", "--tasks", "t.json", "--label-config", "config.xml", "--output", "-"];
    program.run_with(args).assert_code(0);
    assert_eq!((llm.count(), llm.host().keys_seen().len()), (1, 0));
    assert_eq!(llm.requests()[0].path, "/api/chat");
}
