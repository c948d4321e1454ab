//! Every control is filled as Label Studio itself stores it; what cannot be filled is named.

use serde_json::{Value, json};

use crate::support::story::{Story, texts};

/// Wraps controls of one text.
fn config(controls: &str) -> String {
    format!("<View><Text name=\"text\" value=\"$text\"/>{controls}</View>")
}

/// Runs one task; expects these regions without their ids, which all differ.
fn check(controls: &str, answer: &Value, expect: &[Value]) {
    check_task(controls, &json!({"text": "fine"}), answer, expect);
}

fn check_task(controls: &str, task: &Value, answer: &Value, expect: &[Value]) {
    let story = Story::answering(&config(controls), std::slice::from_ref(task), answer);
    let outcome = story.run(&["--model-version", "v1"]);
    outcome.assert_code(0);
    let mut regions =
        story.studio.predictions(story.tasks[0])[0]["result"].as_array().expect("a list").clone();
    let mut ids = Vec::new();
    for region in &mut regions {
        let fields = region.as_object_mut().expect("a region is an object");
        ids.push(fields.remove("id").expect("every region has an id"));
    }
    assert_eq!(regions, expect, "{}", outcome.stderr);
    ids.dedup();
    assert_eq!(ids.len(), regions.len());
    // What was posted is known again.
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("nothing to do");
}

fn region(name: &str, kind: &str, value: &Value) -> Value {
    json!({"from_name": name, "to_name": "text", "type": kind, "value": value})
}

#[test]
fn choices_store_their_aliases() {
    let controls = r#"<Choices name="c" toName="text" choice="multiple"><Choice value="Good" alias="g"/>
        <Choice value="Bad" hint="not good"/><Choice value="Ugly"/></Choices>"#;
    let expect = [region("c", "choices", &json!({"choices": ["g", "Ugly"]}))];
    check(controls, &json!({"c": ["Good", "Ugly"]}), &expect);
}

#[test]
fn nested_choices_store_paths_and_go_singly() {
    let controls = r#"<Choices name="c" toName="text" allowNested="true"><Choice value="Animal"><Choice value="Cat"/>
        <Choice value="Dog"/></Choice><Choice value="Plant"/></Choices>"#;
    let story = Story::answering(&config(controls), &texts(2), &json!({"c": "Animal / Dog"}));
    story.run(&["--model-version", "v1"]).assert_code(0);
    for task in &story.tasks {
        let stored = story.studio.predictions(*task);
        assert_eq!(
            (stored.len(), &stored[0]["result"][0]["value"]),
            (1, &json!({"choices": [["Animal", "Dog"]]}))
        );
    }
    let posts = ["POST /api/predictions", "POST /api/projects/{id}/import/predictions"];
    assert_eq!(posts.map(|route| story.studio.host().count(route)), [2, 0]);
    assert_eq!(story.studio.model_version(story.project), "v1");
}

#[test]
fn dynamic_choices_come_from_the_task() {
    let controls = r#"<Choices name="c" toName="text" value="$options"/>"#;
    let task = json!({"text": "fine", "options": [{"value": "x"}, {"value": "y", "alias": "why"}]});
    check_task(controls, &task, &json!({"c": "x"}), &[region("c", "choices", &json!({"choices": ["x"]}))]);
    let story = Story::answering(&config(controls), &[task], &json!({"c": "z"}));
    story.run(&[]).assert_code(4).assert_tells("`z`");
    let schema = story.llm.requests()[0].json()["response_format"].to_string();
    assert!(schema.contains("\"x\"") && schema.contains("\"y\""), "{schema}");
}

#[test]
fn hidden_controls_stay_empty() {
    let controls = r#"<Choices name="a" toName="text"><Choice value="yes"/><Choice value="no"/></Choices>
        <Choices name="why" toName="text" visibleWhen="choice-selected" whenTagName="a" whenChoiceValue="yes">
        <Choice value="because"/></Choices>"#;
    let both = json!({"a": "yes", "why": "because"});
    let yes = region("a", "choices", &json!({"choices": ["yes"]}));
    check(controls, &both, &[yes, region("why", "choices", &json!({"choices": ["because"]}))]);
    let no = region("a", "choices", &json!({"choices": ["no"]}));
    check(controls, &json!({"a": "no", "why": "because"}), &[no]);
}

#[test]
fn every_other_control_is_stored_in_its_own_way() {
    let taxonomy = r#"<Taxonomy name="t" toName="text"><Choice value="Food"><Choice value="Pie"/></Choice>
        <Choice value="Drink"/></Taxonomy>"#;
    let paths = json!({"taxonomy": [["Food", "Pie"], ["Drink"]]});
    check(taxonomy, &json!({"t": ["Food / Pie", "Drink"]}), &[region("t", "taxonomy", &paths)]);
    let rating = r#"<Rating name="r" toName="text" maxRating="5"/>"#;
    check(rating, &json!({"r": 4}), &[region("r", "rating", &json!({"rating": 4}))]);
    let number = r#"<Number name="n" toName="text" min="0" max="10"/>"#;
    check(number, &json!({"n": 2.5}), &[region("n", "number", &json!({"number": 2.5}))]);
    let date = r#"<DateTime name="d" toName="text" only="date" format="%d.%m.%Y"/>"#;
    check(date, &json!({"d": "05.03.2024"}), &[region("d", "datetime", &json!({"datetime": "05.03.2024"}))]);
    let area = r#"<TextArea name="s" toName="text"/>"#;
    check(area, &json!({"s": "a summary"}), &[region("s", "textarea", &json!({"text": ["a summary"]}))]);
}

#[test]
fn the_prompt_control_shows_the_prompt() {
    let controls = r#"<TextArea name="Prompt" toName="text"/><TextArea name="s" toName="text"/>"#;
    let expect = [
        region("s", "textarea", &json!({"text": ["a summary"]})),
        region("Prompt", "textarea", &json!({"text": ["Positive? {text}"]})),
    ];
    check(controls, &json!({"s": "a summary"}), &expect);
}

#[test]
fn dialogues_are_told_as_they_were_said() {
    let config = r#"<View><Paragraphs name="talk" value="$talk" nameKey="who" textKey="what"/>
        <Choices name="c" toName="talk"><Choice value="calm"/></Choices></View>"#;
    let task = json!({"talk": [{"who": "Ann", "what": "Hello?"}, {"who": "Bob", "what": "Hi."}]});
    let story = Story::answering(config, &[task], &json!({"c": "calm"}));
    let story = story.program(|program| program.file("prompt.txt", "How is the tone?"));
    story.run(&["--model-version", "v1"]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: c=calm"]);
    let text = story.llm.requests()[0].json()["messages"].to_string();
    assert!(text.contains("Ann") && text.contains("Hello?") && text.contains("Bob"), "{text}");
}

#[test]
fn images_go_as_parts_of_the_message() {
    let config = r#"<View><Image name="picture" value="$image"/>
        <Choices name="c" toName="picture"><Choice value="cat"/></Choices></View>"#;
    let data = "data:image/png;base64,iVBORw0KGgo=";
    let tasks = [
        json!({"image": data}),
        json!({"image": "https://example.com/a.png"}),
        json!({"image": "/data/upload/1/a.png"}),
    ];
    let story = Story::answering(config, &tasks, &json!({"c": "cat"}));
    let story = story.program(|program| program.file("prompt.txt", "Which animal is it?"));
    let args = ["--model-version", "v1", "--concurrency", "1", "--image-urls"];
    story.run(&args).assert_code(4).assert_tells("1 of 3 tasks got no prediction");
    assert_eq!(story.predicted(), ["v1: c=cat", "v1: c=cat", ""]);
    for (request, url) in story.llm.requests().iter().zip([data, "https://example.com/a.png"]) {
        let body = request.json();
        let parts = body["messages"][0]["content"].as_array().expect("parts");
        let image = parts.iter().find(|part| part["type"] == "image_url").expect("an image");
        assert_eq!(image["image_url"]["url"], url);
    }
}

#[test]
fn what_cannot_be_filled_is_named_once_and_the_rest_is_filled() {
    let config = r#"<View><Text name="text" value="$text"/><Image name="picture" value="$picture"/>
        <Choices name="c" toName="text"><Choice value="yes"/></Choices><BrushLabels name="mask" toName="picture">
        <Label value="l"/></BrushLabels></View>"#;
    let tasks = vec![json!({"text": "fine", "picture": "https://example.com/a.png"}); 3];
    let story = Story::answering(config, &tasks, &json!({"c": "yes"}));
    let outcome = story.run(&["--model-version", "v1"]);
    outcome.assert_code(0).assert_tells("note: `mask` (BrushLabels) is left empty");
    assert_eq!(outcome.stderr.matches("`mask`").count(), 1, "{}", outcome.stderr);
    assert_eq!(story.predicted(), ["v1: c=yes"; 3]);
    let chosen = story.run(&["--controls", "c", "--only", "all"]);
    assert!(!chosen.stderr.contains("`mask`"), "who names the controls knows: {}", chosen.stderr);
    story.run(&["--controls", "mask"]).assert_code(3).assert_tells("`mask` (BrushLabels) cannot be filled");
}

#[test]
fn a_config_with_nothing_to_fill_is_an_error_that_says_why() {
    let config = r#"<View><Image name="picture" value="$picture"/><BrushLabels name="mask" toName="picture">
        <Label value="l"/></BrushLabels></View>"#;
    let tasks = [json!({"picture": "https://example.com/a.png"})];
    let story = Story::answering(config, &tasks, &json!({}));
    story.run(&[]).assert_code(3).assert_tells("`mask` (BrushLabels)");
    let only_prompt = "<View><Text name='text' value='$text'/><TextArea name='prompt' toName='text'/></View>";
    let story = Story::answering(only_prompt, &texts(1), &json!({}));
    let outcome = story.run(&[]);
    outcome.assert_code(3).assert_tells("nothing to fill beside `prompt`").assert_tells("--controls prompt");
    assert_eq!(story.llm.count(), 0);
}
