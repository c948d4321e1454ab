//! Objects that are compared, lists that are ranked, boxes that are drawn: all that is labeled reaches the model.

use serde_json::{Value, json};

use crate::support::story::Story;

/// What one task gets: regions without their ids, and what the model was sent.
struct Labeled {
    regions: Vec<Value>,
    messages: Value,
    schema: Value,
}

/// Labels one task with a prompt that names nothing, twice: the second run finds it done.
#[track_caller]
fn label(config: &str, task: &Value, answer: &Value) -> Labeled {
    let story = Story::answering(config, std::slice::from_ref(task), answer);
    let story = story.program(|program| program.file("prompt.txt", "Judge it."));
    story.run(&["--model-version", "v1"]).assert_code(0);
    story.run(&["--model-version", "v1"]).assert_code(0).assert_tells("nothing to do");
    let mut regions =
        story.studio.predictions(story.tasks[0])[0]["result"].as_array().expect("a list").clone();
    for region in &mut regions {
        region.as_object_mut().expect("a region is an object").shift_remove("id");
    }
    let request = story.llm.requests()[0].json();
    Labeled { regions, messages: request["messages"].clone(), schema: request["response_format"].clone() }
}

const PAIR: &str = r#"<View><Text name="old" value="$a"/><Text name="new" value="$b"/>
    <Pairwise name="better" toName="old,new"/></View>"#;

#[test]
fn both_sides_of_a_comparison_reach_the_model() {
    let labeled = label(PAIR, &json!({"a": "slow words", "b": "quick words"}), &json!({"better": "right"}));
    let expect =
        json!({"from_name": "better", "to_name": "old", "type": "pairwise", "value": {"selected": "right"}});
    assert_eq!(labeled.regions, [expect]);
    let expect = "Source Text: old: slow words\n\nnew: quick words\n\nTask Directive: Judge it.";
    assert_eq!(labeled.messages[0]["content"], expect);
    assert!(labeled.schema.to_string().contains("`left` is old, `right` is new"), "{}", labeled.schema);
}

#[test]
fn a_comparison_takes_a_text_answer_and_no_tie() {
    let tasks = [json!({"a": "x", "b": "y"})];
    let check = |reply: &str, code: i32, expect: Option<&str>| {
        let story = Story::answering(PAIR, &tasks, &json!(null));
        let reply = reply.to_owned();
        story.llm.answer(move |_| reply.clone());
        story.run(&["--answer", "text", "--model-version", "v1"]).assert_code(code);
        let predictions = story.studio.predictions(story.tasks[0]);
        let side =
            predictions.first().and_then(|prediction| prediction["result"][0]["value"]["selected"].as_str());
        assert_eq!(side, expect);
    };
    check("Left.", 0, Some("left"));
    check("Both are fine, it is a tie.", 4, None);
}

#[test]
fn a_side_that_a_task_lacks_is_not_compared() {
    let story =
        Story::answering(PAIR, &[json!({"a": "x"}), json!({"a": "x", "b": "y"})], &json!({"better": "left"}));
    story.run(&["--model-version", "v1"]).assert_code(4).assert_tells("no field `b`");
    assert_eq!(story.llm.count(), 1);
}

#[test]
fn a_list_is_ranked_by_the_ids_that_the_model_sees() {
    let config = r#"<View><List name="hits" value="$hits"/><Ranker name="rank" toName="hits"/></View>"#;
    let task = json!({"hits": [{"id": "m", "title": "Mill"}, {"id": 7, "title": "Barn", "body": "red"}]});
    let labeled = label(config, &task, &json!({"rank": [7, "m"]}));
    let value = json!({"ranker": {"rank": ["7", "m"]}});
    assert_eq!(
        labeled.regions,
        [json!({"from_name": "rank", "to_name": "hits", "type": "ranker", "value": value})]
    );
    let text = labeled.messages.to_string();
    assert!(text.contains(r"[m] Mill\n[7] Barn: red"), "{text}");
    let story = Story::answering(config, &[task], &json!({"rank": ["7"]}));
    story.run(&[]).assert_code(4).assert_tells("the ranking lacks `m`");
}

#[test]
fn a_ranking_takes_a_text_answer_and_buckets_do_not() {
    let task = json!({"hits": [{"id": "m", "title": "Mill"}, {"id": "b", "title": "Barn"}]});
    let check = |buckets: &str, code: i32, expect: &[Value]| {
        let ranker = format!(r#"<Ranker name="rank" toName="hits">{buckets}</Ranker>"#);
        let config = format!(r#"<View><List name="hits" value="$hits"/>{ranker}</View>"#);
        let story = Story::answering(&config, std::slice::from_ref(&task), &json!(null));
        story.llm.answer(|_| "Barn, Mill".to_owned());
        story.run(&["--answer", "text", "--model-version", "v1"]).assert_code(code);
        let predictions = story.studio.predictions(story.tasks[0]);
        let values = predictions.iter().map(|prediction| prediction["result"][0]["value"].clone());
        assert_eq!(values.collect::<Vec<_>>(), expect);
        assert_eq!(story.llm.count(), expect.len());
    };
    check("", 0, &[json!({"ranker": {"rank": ["b", "m"]}})]);
    check(r#"<Bucket name="best"/>"#, 3, &[]);
}

#[test]
fn boxes_are_stored_in_percent_and_their_picture_is_sent() {
    let config = r#"<View><Image name="photo" value="$url"/><RectangleLabels name="things" toName="photo">
        <Label value="Car"/><Label value="Man"/></RectangleLabels></View>"#;
    let picture = "data:image/png;base64,iVBORw0KGgo=";
    let task = json!({"url": picture});
    let entry = |x: u8| json!({"label": "Car", "x": x, "y": 20, "width": 30, "height": 40});
    let labeled = label(config, &task, &json!({"things": [entry(10), entry(50)]}));
    let value = |x: f64| json!({"x": x, "y": 20.0, "width": 30.0, "height": 40.0, "rotation": 0, "rectanglelabels": ["Car"]});
    let region =
        |x| json!({"from_name": "things", "to_name": "photo", "type": "rectanglelabels", "value": value(x)});
    assert_eq!(labeled.regions, [region(10.0), region(50.0)]);
    assert!(labeled.messages.to_string().contains(picture));
    let story = Story::answering(config, &[task], &json!({"things": [entry(120)]}));
    story.run(&[]).assert_code(4).assert_tells("percent of the image were asked");
}
