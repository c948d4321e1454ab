//! Scores of a real server's tokens, and what Label Studio keeps of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::program::Program;
use crate::support::studio::Project;
use crate::support::{fixture, sdk};

/// Fills the tone of all eighteen comments; returns the predictions that Label Studio has.
fn label(project: &Project, program: &Program, more: &[&str]) -> Vec<Value> {
    let project_id = project.argument();
    let prompt = fixture("sarcasm/prompt.txt");
    let arguments = ["--project", &project_id, "--prompt", &prompt, "--controls", "tone"];
    let summary = program.label(&[&arguments, more].concat(), 0);
    assert_eq!((summary.delivered(), summary.failures().len()), (18, 0));
    let predictions = project.predictions();
    sdk::expect_valid(project.config(), &predictions);
    predictions
}

/// Returns the score of a prediction, and of the region that has a label.
fn scores(prediction: &Value) -> (Option<f64>, Option<f64>) {
    (prediction["score"].as_f64(), prediction["result"][0]["score"].as_f64())
}

/// The probabilities after the grammar's mask, as llama.cpp tells them where it is asked to, are of legal labels alone.
#[test]
fn each_label_has_the_probability_that_the_model_gave_it() {
    let project = Project::sarcasm("Scores");
    let program = Program::new().with_llama();
    let param = ["--score", "logprobs", "--param", "post_sampling_probs=true"];
    let mut different = BTreeSet::new();
    for prediction in label(&project, &program, &param) {
        let (score, region) = scores(&prediction);
        let score = score.expect("everything is told");
        assert!(0.0 < score && score < 1.0, "{prediction}");
        assert_eq!(region, Some(score), "{prediction}");
        different.insert(score.to_bits());
    }
    assert!(9 < different.len(), "tasks differ: {different:?}");
    let stored: BTreeSet<u64> = project
        .predictions()
        .iter()
        .filter_map(|prediction| Some(prediction["score"].as_f64()?.to_bits()))
        .collect();
    assert_eq!(stored, different);
    let out = program.path("out.jsonl");
    let (project_id, prompt) = (project.argument(), fixture("sarcasm/prompt.txt"));
    let arguments = ["--project", &project_id, "--prompt", &prompt, "--controls", "tone", "--only", "all"];
    let summary = program.label(&[&arguments, &param[..], &["--output", &out]].concat(), 0);
    assert_eq!((summary.delivered(), summary.requests()), (18, 0), "the answers are in the journal");
    let written: BTreeSet<u64> = program
        .read("out.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"))
        .filter_map(|task| Some(task["predictions"][0]["score"].as_f64()?.to_bits()))
        .collect();
    assert_eq!(written, stored, "Label Studio has what was written");
}

/// Before the mask, this model's list rarely holds a label: there is no score then, and never one that was made up.
#[test]
fn a_model_that_did_not_think_of_a_label_has_no_score() {
    let project = Project::sarcasm("Raw scores");
    let scores: Vec<_> = label(&project, &Program::new().with_llama(), &[]).iter().map(scores).collect();
    assert!(scores.iter().all(|(prediction, region)| prediction == region), "{scores:?}");
    assert!(scores.iter().any(|(score, _)| score.is_none()), "{scores:?}");
    assert!(
        scores.iter().filter_map(|(score, _)| *score).all(|score| 0.0 < score && score <= 1.0),
        "{scores:?}"
    );
}

#[test]
fn a_proxy_passes_probabilities_on_or_none_and_no_task_fails() {
    for model in ["tiny-llama", "schema-echo"] {
        let project = Project::sarcasm("Scores by a proxy");
        let predictions =
            label(&project, &Program::new().with_litellm(model), &["--param", "top_logprobs=20"]);
        let scores = predictions.iter().filter_map(|prediction| scores(prediction).0);
        let count = scores.inspect(|score| assert!(0.0 < *score && *score <= 1.0)).count();
        assert_eq!(0 < count, model == "tiny-llama", "{model}: {count}");
    }
}
