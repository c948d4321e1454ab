//! Images as data URLs, seen by a llama.cpp server with a vision projector; dialogues on the way.

use crate::support::program::Program;
use crate::support::servers::servers;
use crate::support::studio::Project;
use crate::support::{fixture, fixture_json, fixture_text, sdk};

#[test]
fn receipts_are_categorised_by_their_images() {
    expect_labeled("receipts", 14);
}

#[test]
fn dialogues_get_an_intent_and_a_reply() {
    expect_labeled("dialogues", 14);
}

/// The model's text may be empty now and then, the chosen label may not.
fn expect_labeled(name: &str, count: u64) {
    let config = fixture_text(&format!("{name}/config.xml"));
    let project = Project::new(name, &config, &fixture_json(&format!("{name}/tasks.json")));
    let program = Program::new().with_llama();
    let asked = servers().llama_prompt_tokens();
    let prompt = fixture(&format!("{name}/prompt.txt"));
    let summary =
        program.label(&["--project", &project.argument(), "--prompt", &prompt, "--concurrency", "4"], 0);
    assert_eq!((summary.selected(), summary.delivered()), (count, count));
    assert!(asked < servers().llama_prompt_tokens());

    let predictions = project.predictions();
    assert_eq!(project.predicted_tasks(), project.tasks);
    sdk::expect_valid(project.config(), &predictions);
    for prediction in &predictions {
        let regions = prediction["result"].as_array().expect("a prediction has regions");
        assert!(regions.iter().any(|region| region["type"] == "choices"), "{prediction}");
    }
}
