//! Images wherever tasks keep them, seen by a llama.cpp server with a vision projector; dialogues on the way.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

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

#[test]
fn images_that_label_studio_keeps_are_seen_like_those_in_the_tasks() {
    let config = fixture_text("receipts/config.xml");
    let inline = fixture_json("receipts/tasks.json")[0].clone();
    let data = inline["data"]["image"].as_str().or(inline["image"].as_str()).expect("an image");
    let (_, digits) = data.split_once(',').expect("a data URL");
    let png = STANDARD.decode(digits).expect("base64");
    let mut project = Project::new("images", &config, &json!([{"image": data}]));
    project.upload("receipt one.png", &png);
    let address = project.keep_local("receipt.png", &png);
    project.import(&json!([{"image": address}]));

    let program = Program::new().with_llama();
    let prompt = fixture("receipts/prompt.txt");
    let common = ["--project", &project.argument(), "--prompt", &prompt];
    let tokens = |arguments: &[&str]| {
        let before = servers().llama_prompt_tokens();
        let summary = program.label(&[&common[..], arguments].concat(), 0);
        assert_eq!(summary.delivered(), 1);
        servers().llama_prompt_tokens() - before
    };
    let ids: Vec<String> = project.tasks.iter().map(u64::to_string).collect();
    let seen: Vec<u64> = ids.iter().map(|id| tokens(&["--ids", id])).collect();
    // The same picture weighs the same wherever it was; one without a picture would weigh less.
    assert_eq!((seen[1], seen[2]), (seen[0], seen[0]));
    assert!(0 < seen[0]);
    assert_eq!(project.predicted_tasks(), project.tasks);
}

#[test]
fn a_text_at_an_address_of_label_studio_is_read() {
    let config = r#"<View><Text name="text" value="$address" valueType="url"/><Choices name="mood" toName="text">
        <Choice value="good"/><Choice value="bad"/></Choices></View>"#;
    let missing = json!([{"address": "/data/local-files/?d=none.txt"}]);
    let mut project = Project::new("texts", config, &missing);
    let address = project.keep_local("note.txt", "Ça n'est pas … bad.".as_bytes());
    project.import(&json!([{"address": address}]));
    let program = Program::new().with_keyword();
    let summary = program.label(&["--project", &project.argument()], 4);
    assert_eq!((summary.selected(), summary.delivered()), (2, 1));
    let predictions = project.predictions();
    assert_eq!(project.predicted_tasks(), project.tasks[1..]);
    assert_eq!(predictions[0]["result"][0]["value"]["choices"], json!(["bad"]));
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
