//! What becomes of what a model says: several responses, plain text, labels that do not exist.

use serde_json::json;

use crate::support::llm::asked::Asked;
use crate::support::llm::reply::Said;
use crate::support::story::{MOODS, Story, model, texts};
use crate::support::studio::Studio;

const CHATS: &str = r#"<View><Text name="text" value="$text"/>
    <TextArea name="prompt" toName="text"/><TextArea name="response" toName="text"/>
    <Choices name="mood" toName="text"><Choice value="sarcastic"/><Choice value="not sarcastic"/></Choices>
    <Rating name="stars" toName="text" maxRating="3"/></View>"#;

/// Returns a story of so many tasks whose model says these texts, by task.
fn story(config: &str, says: &'static [&'static [&'static str]]) -> Story {
    let llm = model();
    llm.say(move |asked: &Asked| {
        let number = (1..=says.len()).rev().find(|number| asked.text.contains(&format!("text {number}")));
        let texts = says[number.expect("a text is in the prompt") - 1];
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        Said { texts, ..Said::text(asked, "") }
    });
    Story::with(Studio::start(), llm, (config, &texts(says.len())))
}

#[test]
fn several_responses_are_counted_and_all_texts_kept() {
    let story = story(
        CHATS,
        &[
            &[
                r#"{"response": "one", "mood": "sarcastic", "stars": 2}"#,
                r#"{"response": "two", "mood": "not sarcastic", "stars": 2}"#,
                r#"{"response": "three", "mood": "sarcastic", "stars": 1}"#,
            ],
            &[
                r#"{"response": "one", "mood": "sarcastic", "stars": 1}"#,
                r#"{"response": "two", "mood": "not sarcastic", "stars": 3}"#,
                r#"{"response": "", "mood": "maybe", "stars": 2}"#,
            ],
        ],
    );
    let outcome = story.run(&["--num-responses", "3", "--model-version", "v1", "--summary", "s.json"]);
    outcome.assert_code(0).assert_tells("1 partial; left out: ");
    assert_eq!(
        story.predicted(),
        [
            r#"v1: response=["one","two","three"] mood=sarcastic stars=2 prompt=Positive? {text}"#,
            r#"v1: response=["one","two"] prompt=Positive? {text}"#,
        ]
    );
    assert!(story.llm.requests().iter().all(|request| request.json()["n"] == 3));
    assert_eq!(story.llm.count(), 2);
    let summary = story.summary("s.json");
    assert_eq!(summary["tasks"]["partial"], 1);
    assert_eq!(summary["unfilled"], json!({"mood": 1, "stars": 1}));
}

#[test]
fn a_plain_text_fills_the_response_and_the_first_choices() {
    let story = story(CHATS, &[&["Sarcastic."], &["It is not sarcastic"], &["Who knows?"]]);
    let outcome = story.run(&["--answer", "text", "--model-version", "v1", "--summary", "s.json"]);
    outcome.assert_code(0);
    assert_eq!(
        story.predicted(),
        [
            "v1: response=Sarcastic. mood=sarcastic prompt=Positive? {text}",
            "v1: response=It is not sarcastic mood=not sarcastic prompt=Positive? {text}",
            "v1: response=Who knows? prompt=Positive? {text}",
        ]
    );
    assert!(story.llm.requests().iter().all(|request| request.json().get("response_format").is_none()));
    let summary = story.summary("s.json");
    assert_eq!((&summary["tasks"]["partial"], &summary["unfilled"]["mood"]), (&json!(1), &json!(1)));
}

#[test]
fn a_label_that_does_not_exist_is_never_posted() {
    let story =
        story(MOODS, &[&[r#"{"mood": "mixed"}"#], &[r#"{"mood": "Positive"}"#], &[r#"{"mood": ""}"#]]);
    let outcome = story.run(&["--model-version", "v1"]);
    outcome.assert_code(4).assert_tells("unusable answer").assert_tells("mixed");
    assert_eq!(story.predicted(), ["", "v1: mood=positive", ""]);
    for request in story.studio.bulk_requests() {
        assert!(!request.json().to_string().contains("mixed"));
    }
}

#[test]
fn a_text_without_a_label_is_no_prediction_where_labels_are_all_there_is() {
    let story = story(MOODS, &[&["positive"], &["I would call it mixed."], &["positive or negative"]]);
    story.run(&["--answer", "text", "--model-version", "v1"]).assert_code(4);
    assert_eq!(story.predicted(), ["v1: mood=positive", "", ""]);
}

#[test]
fn chatter_thoughts_and_fences_around_the_answer_do_not_matter() {
    let story = story(
        MOODS,
        &[
            &["<think>{\"mood\": \"positive\"}?</think>{\"mood\": \"negative\"}"],
            &["Here it is:\n```json\n{\"mood\": \"negative\"}\n```\nBye!"],
            &["{'mood': 'negative',}"],
            &["{\"mood\": \"negative\"} or {\"mood\": \"positive\"}"],
        ],
    );
    story.run(&["--model-version", "v1"]).assert_code(4).assert_tells("several that differ");
    let negative = "v1: mood=negative";
    assert_eq!(story.predicted(), [negative, negative, negative, ""]);
}

#[test]
fn refusals_and_cut_answers_are_told_apart() {
    let llm = model();
    llm.say(|asked| {
        let text = |finish_reason: &str, refusal: Option<&str>| Said {
            texts: vec![r#"{"mood": "#.to_owned()],
            finish_reason: finish_reason.to_owned(),
            refusal: refusal.map(str::to_owned),
            usage: None,
            tokens: Vec::new(),
        };
        if asked.text.contains("text 1") {
            text("stop", Some("I cannot help with that"))
        } else {
            text("length", None)
        }
    });
    let story = Story::with(Studio::start(), llm, (MOODS, &texts(2)));
    let outcome = story.run(&["--summary", "s.json"]);
    outcome.assert_code(4).assert_tells("the model refused: I cannot help with that");
    outcome.assert_tells("cut off at the token limit; allow more with `--max-tokens`");
    assert_eq!(story.summary("s.json")["failures_by_kind"], json!({"refused": 1, "truncated": 1}));
}
