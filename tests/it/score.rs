//! How sure a prediction is: measured where the model tells, counted where several responses are asked for, never made up.

use serde_json::{Value, json};

use crate::support::llm::asked::Asked;
use crate::support::llm::reply::{Said, token};
use crate::support::llm::{Llm, Setup};
use crate::support::story::{MODEL_KEY, MOODS, Story, model, texts};
use crate::support::studio::Studio;

/// Says that a text is negative, with a probability.
fn negative(asked: &Asked, probability: f64) -> Said {
    let tokens = json!([
        token(r#"{"mood": ""#, 1.0, None),
        token("neg", probability, Some(("pos", 1.0 - probability))),
        token("ative", 0.99, None),
        token("\"}", 1.0, None),
    ]);
    let tokens = vec![tokens; asked.responses];
    Said { tokens, ..Said::text(asked, r#"{"mood": "negative"}"#) }
}

/// A model that is the surer the higher the number of the text, as far as it is asked.
fn story(setup: Setup) -> Story {
    let story = Story::with(Studio::start(), Llm::with(setup), (MOODS, &texts(4)));
    story.llm.say(|asked| {
        let number = asked.text.chars().find_map(|letter| letter.to_digit(10)).unwrap_or_default();
        negative(asked, 0.5 + f64::from(number) / 10.0)
    });
    story
}

fn setup() -> Setup {
    Setup { key: Some(MODEL_KEY.to_owned()), ..Setup::default() }
}

/// Returns the scores of a task's prediction and of its regions, rounded.
fn scores_of(prediction: &Value) -> (Option<f64>, Vec<Option<f64>>) {
    let rounded = |score: &Value| score.as_f64().map(|score| (score * 1e6).round() / 1e6);
    let regions = prediction["result"].as_array().into_iter().flatten();
    (rounded(&prediction["score"]), regions.map(|region| rounded(&region["score"])).collect())
}

/// Expects these scores of the tasks, in Label Studio, and of their only regions.
#[track_caller]
fn check_posted(story: &Story, expect: &[Option<f64>]) {
    let found: Vec<_> =
        story.tasks.iter().map(|task| scores_of(&story.studio.predictions(*task)[0])).collect();
    let expect: Vec<_> = expect.iter().map(|score| (*score, vec![*score])).collect();
    assert_eq!(found, expect);
}

const MEASURED: [Option<f64>; 4] = [Some(0.6), Some(0.7), Some(0.8), Some(0.9)];

#[test]
fn scores_are_measured_and_arrive_wherever_predictions_go() {
    let story = story(setup());
    story.run(&[]).assert_code(0);
    check_posted(&story, &MEASURED);
    for request in story.llm.requests() {
        assert_eq!((&request.json()["logprobs"], &request.json()["top_logprobs"]), (&json!(true), &json!(5)));
    }
    // The answers are in the journal with all that was told.
    story.run(&["--only", "all", "--output", "out.jsonl"]).assert_code(0);
    let lines = story.program.read("out.jsonl");
    let written: Vec<Option<f64>> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"))
        .map(|task| scores_of(&task["predictions"][0]).0)
        .collect();
    assert_eq!(written, MEASURED);
    story.run(&["--only", "all", "--output", "out.csv"]).assert_code(0);
    let table = story.program.read("out.csv");
    assert!(table.lines().next().is_some_and(|head| head.ends_with(",score")), "{table}");
    assert!(table.lines().nth(1).is_some_and(|row| row.contains(",0.6")), "{table}");
    assert_eq!(story.llm.count(), 4);
}

#[test]
fn who_wants_no_scores_asks_for_nothing_and_gets_none() {
    let story = story(setup());
    story.run(&["--score", "none"]).assert_code(0);
    check_posted(&story, &[None; 4]);
    assert!(story.llm.requests().iter().all(|request| request.json().get("logprobs").is_none()));
}

#[test]
fn an_answer_stays_valid_whatever_is_wanted_of_its_score() {
    let story = story(setup());
    story.run(&["--score", "none", "--output", "first.jsonl"]).assert_code(0);
    story.run(&[]).assert_code(0);
    check_posted(&story, &[None; 4]);
    assert_eq!(story.llm.count(), 4, "what was paid for is not asked again for its score");
    let other = self::story(setup());
    other.run(&["--output", "first.jsonl"]).assert_code(0);
    other.run(&["--score", "none"]).assert_code(0);
    check_posted(&other, &[None; 4]);
    assert_eq!(other.llm.count(), 4);
}

#[test]
fn an_endpoint_that_refuses_is_asked_without_and_remembered() {
    for field in ["logprobs", "top_logprobs"] {
        let story = story(Setup { refused_field: Some(field.to_owned()), ..setup() });
        story.run(&["--model-version", "v1"]).assert_code(0);
        check_posted(&story, &[None; 4]);
        assert_eq!(story.llm.count(), 5, "{field}: one is refused");
        story.program.forget_paid();
        story.run(&["--model-version", "v2"]).assert_code(0);
        let again = &story.llm.requests()[5..];
        assert_eq!(again.len(), 4);
        assert!(again.iter().all(|request| request.json().get("logprobs").is_none()), "{field}");
    }
}

#[test]
fn who_needs_probabilities_is_told_at_once_that_there_are_none() {
    let story = story(Setup { refused_field: Some("logprobs".to_owned()), ..setup() });
    let outcome = story.run(&["--score", "logprobs"]);
    outcome
        .assert_code(6)
        .assert_tells("the model gives no token probabilities")
        .assert_tells("leave out `--score logprobs`");
    assert_eq!(story.llm.count(), 1);
    // Also where another run has found out.
    story.run(&["--limit", "1"]).assert_code(0);
    let before = story.llm.count();
    story.run(&["--score", "logprobs"]).assert_code(6).assert_tells("leave out `--score logprobs`");
    assert!(story.llm.requests()[before..].iter().all(|request| request.json()["logprobs"] == true));
}

#[test]
fn a_server_that_passes_over_the_need_ends_the_run_with_what_it_said() {
    let story = story(setup());
    story.llm.say(|asked| Said::text(asked, r#"{"mood": "negative"}"#));
    let outcome = story.run(&["--score", "logprobs", "--concurrency", "1"]);
    outcome.assert_code(6).assert_tells("the model gives no token probabilities");
    assert_eq!(story.llm.count(), 1);
    let posted: Vec<usize> = story.tasks.iter().map(|task| story.studio.predictions(*task).len()).collect();
    assert_eq!(posted, [1, 0, 0, 0], "what was paid for is delivered");
    story.run(&[]).assert_code(0);
    assert_eq!(story.llm.count(), 4);
}

#[test]
fn the_need_is_told_of_also_where_every_answer_was_under_way_already() {
    let story = story(setup());
    story.llm.say(|asked| Said::text(asked, r#"{"mood": "negative"}"#));
    let first = story.tasks[0].to_string();
    let outcome = story.run(&["--score", "logprobs", "--ids", &first]);
    outcome.assert_code(6).assert_tells("the model gives no token probabilities");
    // What the endpoint takes is known now, so nobody waits for anybody.
    let outcome = story.run(&["--score", "logprobs"]);
    outcome.assert_code(6).assert_tells("leave out `--score logprobs`");
    let outcome = story.command("check", &["--prompt", "prompt.txt", "--score", "logprobs", "--only", "all"]);
    outcome.assert_code(6);
    assert!(outcome.stdout.contains("the model gives no token probabilities"), "{}", outcome.stdout);
}

#[test]
fn who_hoped_for_scores_and_got_none_is_told_why() {
    const NOTE: &str = "no scores: no answer tells token probabilities that a label can be measured by; with llama.cpp \
                        add `--param post_sampling_probs=true`";
    let story = story(setup());
    story.llm.say(|asked| {
        let tokens = vec![json!([token("of another text", 0.9, None)]); asked.responses];
        Said { tokens, ..Said::text(asked, r#"{"mood": "negative"}"#) }
    });
    let is_told = |args: &[&str]| {
        let outcome = story.run(args);
        outcome.assert_code(0);
        outcome.stderr.contains("no scores") && outcome.assert_tells(NOTE).code == Some(0)
    };
    assert!(!is_told(&["--score", "none", "--output", "a.jsonl"]));
    assert!(is_told(&["--score", "logprobs", "--output", "a.jsonl"]));
    assert_eq!(story.llm.count(), 4, "nothing is asked again");
    assert!(is_told(&[]));
    assert!(!is_told(&["--only", "all"]), "they are there already");
}

#[test]
fn who_asks_for_texts_alone_is_told_nothing_of_scores() {
    let config = r#"<View><Text name="text" value="$text"/><TextArea name="why" toName="text"/></View>"#;
    let llm = model();
    llm.answer(|_| json!({"why": "so"}).to_string());
    let story = Story::with(Studio::start(), llm, (config, &[json!({"text": "Hi"})]));
    let outcome = story.run(&["--num-responses", "3"]);
    outcome.assert_code(0);
    assert!(!outcome.stderr.contains("no scores"), "{}", outcome.stderr);
}

#[test]
fn one_response_cannot_vote() {
    let story = story(setup());
    let outcome = story.run(&["--score", "votes"]);
    outcome.assert_code(3).assert_tells("one response agrees with nobody").assert_tells("--num-responses");
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn several_responses_vote() {
    let story = story(setup());
    let moods = |asked: &Asked| -> Vec<String> {
        let number = asked.text.chars().find_map(|letter| letter.to_digit(10)).unwrap_or_default();
        let mood = |at: u32| if at < number { "negative" } else { "positive" };
        (0..4).map(|at| json!({"mood": mood(at)}).to_string()).collect()
    };
    story.llm.say(move |asked| Said { texts: moods(asked), ..Said::text(asked, "") });
    story.run(&["--num-responses", "4", "--ids", &story.tasks[2].to_string()]).assert_code(0);
    let posted = |story: &Story, at: usize| scores_of(&story.studio.predictions(story.tasks[at])[0]);
    assert_eq!(posted(&story, 2), (Some(0.75), vec![Some(0.75)]));
    story
        .run(&["--num-responses", "4", "--score", "votes", "--ids", &story.tasks[3].to_string()])
        .assert_code(0);
    assert_eq!(posted(&story, 3), (Some(1.0), vec![Some(1.0)]));
    story
        .run(&["--num-responses", "4", "--score", "none", "--ids", &story.tasks[0].to_string()])
        .assert_code(0);
    assert_eq!(posted(&story, 0), (None, vec![None]));
}

#[test]
fn preview_and_check_say_whether_scores_will_come() {
    let story = story(setup());
    let check = |args: &[&str], words: &str| {
        let outcome = story.command("preview", &[&["--prompt", "prompt.txt"], args].concat());
        assert!(outcome.stdout.contains(words), "{args:?}: {}", outcome.stdout);
    };
    check(&[], "; scores from token probabilities\n");
    check(&["--num-responses", "3"], "; scores from token probabilities and the agreement of 3 responses\n");
    check(&["--score", "none"], "; no scores: `--score none`\n");
    check(&["--model", "o3"], "; no scores: the model tells no token probabilities;");
    assert_eq!(story.llm.count(), 0);
    let checked = |story: &Story, args: &[&str]| {
        let outcome = story.command("check", &[&["--prompt", "prompt.txt"], args].concat());
        outcome.assert_code(0);
        outcome.stdout.lines().last().unwrap_or_default().to_owned()
    };
    let line = checked(&story, &[]);
    assert!(line.contains("score") && line.contains("from token probabilities: 0.60 for task"), "{line}");
    let refusing = self::story(Setup { refused_field: Some("logprobs".to_owned()), ..setup() });
    let line = checked(&refusing, &[]);
    assert!(line.contains("none: the model tells no token probabilities"), "{line}");
}

#[test]
fn ollama_and_azure_tell_alike() {
    for (provider, variables) in [
        ("ollama", [("OLLAMA_ENDPOINT", "/"), ("OPENAI_MODEL", "m")]),
        ("azure", [("AZURE_RESOURCE_ENDPOINT", "/"), ("AZURE_DEPLOYMENT_NAME", "m")]),
    ] {
        let story = story(setup());
        let url = story.llm.url();
        let story = story.program(|program| {
            let program = program.env("OPENAI_BASE_URL", "").env("OLLAMA_API_KEY", MODEL_KEY);
            let value = |value: &str| if value == "/" { url.clone() } else { value.to_owned() };
            variables.iter().fold(program, |program, (name, of)| program.env(name, &value(of)))
        });
        story.run(&["--provider", provider]).assert_code(0);
        check_posted(&story, &MEASURED);
    }
}
