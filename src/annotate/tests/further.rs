//! Further questions: which answers are asked about again, how, and how often.

use super::*;
use crate::llm::budget::{Budget, Limits};

#[tokio::test]
async fn a_refusal_is_asked_about_once_more_as_it_is() {
    let mut stage = Stage::new([refuses()]).await;
    stage.parameters.seed = Some(7);
    stage.check(("good asked, 2 0.5", 2)).await;
    let bodies = stage.bodies().await;
    assert_eq!(bodies[0]["messages"], bodies[1]["messages"]);
    assert_eq!((&bodies[0]["seed"], &bodies[1]["seed"]), (&json!(7), &json!(8)));
    stage.check(("good reused, 0 0.0", 2)).await;
    let answer = &records(&stage.journal())[0]["answer"];
    assert_eq!((answer["replies"].as_array().unwrap().len(), &answer["usage"]["requests"]), (1, &json!(2)));
}

#[tokio::test]
async fn a_bad_answer_is_sent_back_with_what_is_wrong() {
    let stage = Stage::new([says(r#"{"mood": "fine"}"#)]).await;
    stage.check(("good asked, 2 0.5", 2)).await;
    let bodies = stage.bodies().await;
    let messages = bodies[1]["messages"].as_array().unwrap();
    assert_eq!(messages[..1], bodies[0]["messages"].as_array().unwrap()[..]);
    assert_eq!(messages[1], json!({"role": "assistant", "content": r#"{"mood":"fine"}"#}));
    let words = messages[2]["content"].as_str().unwrap();
    assert!(words.starts_with("That answer cannot be used: `mood`:") && words.contains("`fine`"), "{words}");
    assert!(words.contains(r#"`mood` (of "good", "bad")"#), "{words}");
}

#[tokio::test]
async fn an_empty_answer_is_asked_for_again_with_a_word_about_it() {
    let stage = Stage::new([says("")]).await;
    stage.check(("good asked, 2 0.5", 2)).await;
    let bodies = stage.bodies().await;
    let words = bodies[1]["messages"][0]["content"].as_str().unwrap();
    assert!(words.starts_with("Hi?\n\nThe last answer was empty."), "{words}");
}

#[tokio::test]
async fn a_reply_that_is_no_json_is_asked_for_again_now_and_by_the_next_run() {
    let empty = || ResponseTemplate::new(200);
    let stage = Stage::new([says(GOOD), empty(), empty()]).await;
    let annotator = stage.annotator();
    assert_eq!(shown(&annotator.annotate(task(2, "Ho")).await), "good asked, 1 0.25");
    let outcome = shown(&annotator.annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with("Unreachable, 2 0.0: ") && outcome.contains("an empty body"), "{outcome}");
    assert_eq!(records(&stage.journal())[1]["failure"]["replies"].as_array().map(Vec::len), Some(2));
    drop(annotator);
    stage.check(("good asked, 1 0.25", 4)).await;
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_with_a_larger_limit() {
    let mut stage = Stage::new([cut()]).await;
    stage.check(("good asked, 2 0.5", 2)).await;
    let limits =
        |bodies: Vec<Value>| bodies.iter().map(|body| body["max_tokens"].clone()).collect::<Vec<_>>();
    assert_eq!(limits(stage.bodies().await), [Value::Null, json!(16_384)]);
    std::fs::remove_file(stage.journal()).unwrap();
    stage.parameters.max_tokens = Some(50);
    stage.script([cut(), cut()]).await;
    let annotator = stage.annotator();
    let first = shown(&annotator.annotate(task(1, "Hi")).await);
    assert!(first.starts_with("Truncated, 2 0.5: the answer was cut off"), "{first}");
    assert_eq!(limits(stage.bodies().await), [json!(50), json!(200)]);
    drop(annotator);
    let again = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(again.starts_with("Truncated, 0 0.0"), "{again}");
    stage.parameters.max_tokens = Some(51);
    stage.check(("good asked, 1 0.25", 3)).await;
}

#[tokio::test]
async fn a_larger_limit_is_not_tried_in_vain() {
    let mut stage = Stage::new([cut()]).await;
    stage.parameters.extra.insert("max_tokens".to_owned(), json!(9));
    assert!(shown(&stage.annotator().annotate(task(1, "Hi")).await).starts_with("Truncated, 1 "));
    stage.parameters.extra.clear();
    stage.script([cut()]).await;
    let ollama = Annotator { provider: "ollama".to_owned(), ..stage.annotator() };
    assert!(shown(&ollama.annotate(task(1, "Hi")).await).starts_with("Truncated, 1 "));
}

#[tokio::test]
async fn a_larger_limit_that_is_too_dear_costs_its_task_alone() {
    let mut stage = Stage::new([cut()]).await;
    stage.parameters.max_tokens = Some(10_000);
    let mut annotator = stage.annotator();
    let Answerer::Model(client) = annotator.answerer else { panic!("there is a model") };
    let limits = Limits { tokens: Some(25_000), cost: None };
    annotator.answerer = Answerer::Model(Box::new(client.within(Budget::new(limits, None))));
    let first = shown(&annotator.annotate(task(1, "Hi")).await);
    let words = "the next question got no answer: the budget of 25000 tokens";
    assert!(first.starts_with("Truncated, 1 0.25: ") && first.contains(words), "{first}");
    assert_eq!(shown(&annotator.annotate(task(2, "Ho")).await), "good asked, 1 0.25");
    let third = shown(&annotator.annotate(task(3, "Ha")).await);
    assert!(
        third.starts_with("fatal, 0: the budget of 25000 tokens does not cover the next request"),
        "{third}"
    );
}

#[tokio::test]
async fn at_most_two_further_questions_are_asked_and_each_remedy_once() {
    let stage = Stage::new([says("{}"), refuses(), cut(), says(GOOD)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with("Truncated, 3 0.75: ") && outcome.ends_with("(asked 3 times)"), "{outcome}");
    let stage = Stage::new([says("{}"), says("{}"), says(GOOD)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with("Unusable, 2 0.5: ") && outcome.ends_with("(asked 2 times)"), "{outcome}");
}

#[tokio::test]
async fn what_one_good_response_of_several_says_is_enough() {
    let mut stage = Stage::new([]).await;
    stage.parameters.responses = 2;
    let choices = json!([{"message": {"refusal": "no"}}, {"message": {"content": GOOD}}]);
    stage.script([ResponseTemplate::new(200).set_body_json(json!({"choices": choices}))]).await;
    stage.check(("good asked, 1 0.0", 1)).await;
}

#[tokio::test]
async fn a_further_question_that_fails_leaves_the_first_answers_trouble() {
    let stage = Stage::new([refuses(), fails(400)]).await;
    let words = "Refused, 1 0.25: the model refused: I must not; the next question got no answer: ";
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with(words), "{outcome}");
    let again = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(again.starts_with("Refused, 0 0.0"), "the server said no for good: {again}");
    let stage = Stage::new([refuses(), fails(503)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with(words), "{outcome}");
    stage.check(("good asked, 1 0.25", 3)).await;
    let stage = Stage::new([refuses(), fails(401)]).await;
    let outcome = shown(&stage.annotator().annotate(task(1, "Hi")).await);
    assert!(outcome.starts_with("fatal, 1: "), "what was paid is counted: {outcome}");
    assert_eq!(records(&stage.journal())[0]["failure"]["permanent"], false);
}

#[tokio::test]
async fn nothing_more_is_asked_once_stopping_was_asked_for() {
    let (stopper, stop) = stop::channel();
    let mut stage = Stage::new([refuses().set_delay(Duration::from_millis(100))]).await;
    stage.stop = stop;
    let annotator = stage.annotator();
    let stopping = async {
        while stage.bodies().await.is_empty() {
            tokio::task::yield_now().await;
        }
        stopper.stop();
    };
    let (outcome, ()) = futures::join!(annotator.annotate(task(1, "Hi")), stopping);
    assert_eq!(shown(&outcome), "Refused, 1 0.25: the model refused: I must not");
    assert_eq!(shown(&annotator.annotate(task(2, "Ho")).await), "stopped, 0");
    drop(annotator);
    stage.stop = Stop::never();
    stage.check(("good asked, 1 0.25", 2)).await;
}
