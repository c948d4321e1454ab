//! Scores of several responses, and which of them are wanted.

use serde_json::json;

use super::*;

fn said(mood: &str) -> Response {
    Response::text(json!({"c": mood}).to_string())
}

fn sure(mood: &str, probability: f64) -> Response {
    let other = if mood == "negative" { "positive" } else { "negative" };
    response(&format!(r#"{{"c":" {mood}={probability}|{other}={} "}}"#, 1.0 - probability), None)
}

#[track_caller]
fn check_form(form: &Form, scoring: Scoring, responses: &[Response], expect: Option<f64>) {
    let found = scores(form, AnswerMode::Auto, responses, scoring)[0];
    let is_same = match (found, expect) {
        (Some(found), Some(expect)) => (found - expect).abs() < 1e-9,
        (found, expect) => found == expect,
    };
    assert!(is_same, "{scoring:?}: expected {expect:?}, found {found:?}");
}

#[track_caller]
fn check(scoring: Scoring, responses: &[Response], expect: Option<f64>) {
    check_form(&form(&choices("c", "single", MOODS)), scoring, responses, expect);
}

#[test]
fn one_response_has_the_probability_of_its_tokens_or_no_score() {
    let (known, unknown) = ([sure("negative", 0.6)], [said("negative")]);
    for (scoring, expect) in [
        (Scoring::Auto, Some(0.6)),
        (Scoring::Logprobs, Some(0.6)),
        (Scoring::Votes, None),
        (Scoring::None, None),
    ] {
        check(scoring, &known, expect);
        check(scoring, &unknown, None);
    }
}

#[test]
fn several_responses_have_the_share_of_those_that_agree() {
    let votes = [said("negative"), said("positive"), said("negative"), said("unheard of")];
    check(Scoring::Auto, &votes, Some(0.5));
    check(Scoring::Votes, &votes, Some(0.5));
    check(Scoring::Logprobs, &votes, None);
    check(Scoring::None, &votes, None);
    // A response that is no answer at all is none of them.
    let mut fewer = votes.to_vec();
    fewer.extend([Response::Refused("no".to_owned()), Response::text("what?")]);
    check(Scoring::Auto, &fewer, Some(0.5));
    check(Scoring::Auto, &[said("negative"), said("negative")], Some(1.0));
}

#[test]
fn probabilities_and_votes_make_a_mean() {
    let both = [sure("negative", 0.9), sure("positive", 0.8), sure("negative", 0.6)];
    check(Scoring::Auto, &both, Some(0.5));
    check(Scoring::Logprobs, &both, Some(0.5));
    check(Scoring::Votes, &both, Some(2.0 / 3.0));
    check(Scoring::None, &both, None);
    let mixed = [sure("negative", 0.9), said("negative"), said("positive")];
    check(Scoring::Auto, &mixed, Some(1.9 / 3.0));
    check(Scoring::Logprobs, &mixed, None);
}

#[test]
fn the_lowest_share_of_the_kept_labels_counts() {
    let several = form(&choices("c", "multiple", &["a", "b", "c"]));
    let say = |labels: &[&str]| Response::text(json!({"c": labels}).to_string());
    let votes = [say(&["a", "b"]), say(&["a"]), say(&["b", "a", "c"])];
    check_form(&several, Scoring::Auto, &votes, Some(2.0 / 3.0));
    check_form(&several, Scoring::None, &votes, None);
    let rated = form(r#"<Rating name="c"/>"#);
    let say = |stars: u8| Response::text(json!({"c": stars}).to_string());
    check_form(&rated, Scoring::Auto, &[say(3), say(3), say(4)], Some(2.0 / 3.0));
    let text = form(r#"<TextArea name="c"/>"#);
    check_form(&text, Scoring::Auto, &[said("a"), said("a")], None);
}

#[test]
fn labels_of_a_region_have_a_score_only_where_they_were_measured() {
    let moods = choices("c", "single", &["a", "b"]).replace("choice=", "perRegion='true' choice=");
    let form = form(&format!(r#"<Labels name="l"><Label value="PER"/><Label value="ORG"/></Labels>{moods}"#));
    let said = Response::text(json!({"l": [{"text": "x", "label": "PER", "c": "a"}]}).to_string());
    let check = |scoring: Scoring, expect: Option<f64>| {
        let filled = filled(&form, AnswerMode::Auto, &[said.clone(), said.clone()], scoring);
        let children: Vec<_> =
            filled.drafts[0].1.children.iter().map(|(control, child)| (*control, child.score)).collect();
        assert_eq!(children, [(1, expect)], "{scoring:?}");
    };
    check(Scoring::Votes, Some(1.0));
    check(Scoring::Logprobs, None);
}

#[test]
fn a_prediction_is_as_sure_as_the_least_sure_of_its_regions() {
    let region = |score| Region {
        id: String::new(),
        from_name: "c".to_owned(),
        to_name: "text".to_owned(),
        kind: "choices".to_owned(),
        value: json!({}),
        score,
        extra: serde_json::Map::new(),
    };
    let check = |scores: &[Option<f64>], expect| {
        let regions: Vec<Region> = scores.iter().copied().map(region).collect();
        assert_eq!(of_prediction(&regions), expect);
    };
    check(&[Some(0.9), None, Some(0.4)], Some(0.4));
    check(&[None], None);
    check(&[], None);
}

#[test]
fn probabilities_are_asked_for_where_they_are_of_use() {
    let (moods, text) = (choices("c", "single", MOODS), r#"<TextArea name="t"/>"#);
    let (both, stars) = (format!("{text}{moods}"), r#"<Rating name="r"/>"#);
    let check = |scoring: Scoring, tags: &str, mode, expect| {
        assert_eq!(scoring.logprobs(&form(tags), mode, &task(json!({}))), expect, "{scoring:?} {tags}");
    };
    check(Scoring::Auto, &both, AnswerMode::Auto, Logprobs::Welcome);
    check(Scoring::Auto, &both, AnswerMode::Text, Logprobs::Welcome);
    check(Scoring::Logprobs, stars, AnswerMode::Schema, Logprobs::Needed);
    check(Scoring::Auto, &format!("{text}{stars}"), AnswerMode::Text, Logprobs::Unasked);
    check(Scoring::Logprobs, text, AnswerMode::Auto, Logprobs::Unasked);
    check(Scoring::Votes, &both, AnswerMode::Auto, Logprobs::Unasked);
    check(Scoring::None, &both, AnswerMode::Auto, Logprobs::Unasked);
}

#[test]
fn where_scores_come_from_is_told() {
    let check = |scoring: Scoring, (responses, logprobs), is_asked: bool, expect: Result<&str, &str>| {
        let parameters = Parameters { responses, logprobs, ..Parameters::default() };
        let body = if is_asked { json!({"logprobs": true}) } else { json!({}) };
        assert_eq!(scoring.source(&parameters, &body), expect.map(str::to_owned));
    };
    let (welcome, unasked) = (Logprobs::Welcome, Logprobs::Unasked);
    check(Scoring::Auto, (1, welcome), true, Ok("token probabilities"));
    check(Scoring::Auto, (3, welcome), true, Ok("token probabilities and the agreement of 3 responses"));
    check(Scoring::Votes, (3, unasked), false, Ok("the agreement of 3 responses"));
    check(Scoring::None, (3, unasked), false, Err("`--score none`"));
    check(Scoring::Auto, (1, unasked), false, Err("nothing that is asked for can be measured"));
    let refused =
        "the model tells no token probabilities; `--num-responses` with 3 or more counts how many agree";
    check(Scoring::Auto, (1, welcome), false, Err(refused));
    let alone = "one response agrees with nobody; ask for more with `--num-responses`";
    check(Scoring::Votes, (1, unasked), false, Err(alone));
}
