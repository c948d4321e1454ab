//! Long documents are asked about in pieces, and get what they would get in one.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::llm::asked::Asked;
use crate::support::llm::reply::{Said, token};
use crate::support::story::{Story, model};
use crate::support::studio::Studio;

const NER: &str = r#"<View><Text name="text" value="$text"/><Labels name="ner" toName="text">
    <Label value="Person"/></Labels></View>"#;

const TALK: &str = r#"<View><Paragraphs name="talk" value="$talk"/><ParagraphLabels name="ner" toName="talk">
    <Label value="Person"/></ParagraphLabels></View>"#;

const SPLIT: [&str; 4] = ["--model-version", "v1", "--split", "2000"];

/// Returns a text of about so many characters in which every name is another one.
fn long(characters: usize) -> String {
    let mut text = String::new();
    for number in 1.. {
        if characters <= text.len() {
            break;
        }
        let sentence = write!(text, "Then 😀 Name{number} came and spoke of this and that. ");
        sentence.expect("a string takes any text");
        if number % 9 == 0 {
            text.push_str("\n\n");
        }
    }
    text
}

/// Quotes the names of what is asked about, in their order.
fn names(asked: &Asked) -> String {
    let words = asked.text.split(|letter: char| !letter.is_alphanumeric());
    let quoted = words
        .filter(|word| word.starts_with("Name"))
        .map(|word| json!({"text": word, "label": "Person", "occurrence": null}));
    json!({"ner": quoted.collect::<Vec<_>>()}).to_string()
}

fn story(config: &str, data: &Value) -> Story {
    let llm = model();
    llm.answer(names);
    Story::with(Studio::start(), llm, (config, std::slice::from_ref(data)))
}

fn result(story: &Story) -> Value {
    let predictions = story.studio.predictions(story.tasks[0]);
    assert_eq!(predictions.len(), 1, "{predictions:?}");
    predictions[0]["result"].clone()
}

fn values(story: &Story) -> Vec<Value> {
    result(story).as_array().expect("a list").iter().map(|region| region["value"].clone()).collect()
}

#[test]
fn a_long_text_gets_the_spans_it_would_get_in_one() {
    let data = json!({"text": long(20_000)});
    let (whole, split) = (story(NER, &data), story(NER, &data));
    whole.run(&["--model-version", "v1"]).assert_code(0);
    split.run(&[&SPLIT[..], &["--summary", "s.json"]].concat()).assert_code(0).assert_tells("delivered 1");
    assert_eq!(result(&split), result(&whole), "with the same ids");
    assert_eq!(whole.llm.count(), 1);
    let requests = split.llm.count();
    assert!((10..=16).contains(&requests), "{requests}");
    for request in split.llm.requests() {
        let prompt = request.json()["messages"][0]["content"].as_str().expect("a text").chars().count();
        assert!(prompt <= 2_000 + "Positive? ".len(), "{prompt}");
    }
    let summary = split.summary("s.json");
    assert_eq!(
        (&summary["tasks"]["delivered"], &summary["requests"]["answered"]),
        (&json!(1), &json!(requests))
    );
    split.run(&[&SPLIT[..], &["--only", "all"]].concat()).assert_code(0).assert_tells("nothing new");
    assert_eq!((split.llm.count(), split.studio.bulk_calls()), (requests, 1));
}

#[test]
fn a_long_dialogue_is_split_between_turns() {
    let turns: Vec<Value> =
        (1..=60).map(|number| json!({"author": "x", "text": format!("😀 Name{number} says so and so, and more than that")})).collect();
    let data = json!({"talk": turns});
    let (whole, split) = (story(TALK, &data), story(TALK, &data));
    let prompt = |story: Story| story.program(|program| program.file("prompt.txt", "Who? {talk}"));
    let (whole, split) = (prompt(whole), prompt(split));
    whole.run(&["--model-version", "v1"]).assert_code(0);
    split.run(&["--model-version", "v1", "--split", "500"]).assert_code(0);
    assert_eq!(values(&split), values(&whole));
    assert_eq!(values(&split).len(), 60);
    assert!(4 < split.llm.count(), "{}", split.llm.count());
}

#[test]
fn a_piece_that_fails_is_named_and_asked_alone_by_the_next_run() {
    let story = story(NER, &json!({"text": long(6_000)}));
    story.llm.answer(|asked| if asked.text.contains("Name70 ") { String::new() } else { names(asked) });
    let outcome = story.run(&[&SPLIT[..], &["--summary", "s.json"]].concat());
    outcome.assert_code(4);
    let failure = story.summary("s.json")["failures"][0].clone();
    assert_eq!(failure["reason"], "piece 3 of 4: the reply is empty (asked 2 times)");
    assert_eq!(story.studio.bulk_calls(), 0);
    let before = story.llm.count();
    assert_eq!((before, &story.summary("s.json")["requests"]["answered"]), (5, &json!(5)));
    story.run(&SPLIT).assert_code(4).assert_tells("piece 3 of 4").assert_tells("was not asked again");
    assert_eq!(story.llm.count(), before);
    story.llm.answer(names);
    story.run(&[&SPLIT[..], &["--retry-failed"]].concat()).assert_code(0);
    assert_eq!(story.llm.count(), before + 1);
    assert_eq!(values(&story).len(), long(6_000).matches("Name").count());
}

#[test]
fn a_piece_of_which_nothing_is_found_leaves_the_others_what_they_have() {
    let story = story(NER, &json!({"text": long(6_000)}));
    let lost = json!({"ner": [{"text": "Nobody", "label": "Person", "occurrence": null}]}).to_string();
    story.llm.answer(move |asked| if asked.text.contains("Name70 ") { lost.clone() } else { names(asked) });
    let problems = |file: &str| {
        let summary = story.summary(file);
        (summary["tasks"]["partial"].clone(), summary["unfilled"].clone())
    };
    let expect = (json!(1), json!({"ner": 1}));
    let outcome = story.run(&[&SPLIT[..], &["--summary", "s.json", "-v"]].concat());
    outcome.assert_code(0).assert_tells("`Nobody` is not in the text");
    assert_eq!((problems("s.json"), story.llm.count()), (expect.clone(), 5), "asked again once");
    let most = values(&story).len();
    assert!(20 < most && most < long(6_000).matches("Name").count());
    let again = ["--model-version", "v2", "--split", "2000", "--summary", "s.json"];
    story.run(&again).assert_code(0);
    assert_eq!((problems("s.json"), story.llm.count()), (expect, 5), "nor paid for again");
    story.llm.answer(names);
    let args = ["--model-version", "v3", "--split", "2000", "--retry-failed"];
    story.run(&args).assert_code(0);
    assert_eq!(story.llm.count(), 6);
}

#[test]
fn a_text_of_which_nothing_at_all_is_found_fails_as_one_question_does() {
    let story = story(NER, &json!({"text": long(6_000)}));
    let lost = json!({"ner": [{"text": "Nobody", "label": "Person", "occurrence": null}]}).to_string();
    story.llm.answer(move |asked| {
        if asked.text.contains("Name70 ") { lost.clone() } else { json!({"ner": []}).to_string() }
    });
    let words = "piece 3 of 4: `ner`: `Nobody` is not in the text (asked 2 times)";
    story.run(&SPLIT).assert_code(4).assert_tells(words);
    story.run(&SPLIT).assert_code(4).assert_tells("was not asked again");
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (5, 0));
}

#[test]
fn a_span_that_no_piece_shows_as_a_whole_is_left_out_and_told() {
    let story = story(NER, &json!({"text": long(6_000)}));
    story.llm.answer(|asked| {
        let mut answer: Value = serde_json::from_str(&names(asked)).expect("it is JSON");
        let text = asked.text.trim_end();
        // Longer than what the next piece repeats.
        let (start, _) =
            text.char_indices().rev().filter(|(_, letter)| *letter == ' ').nth(150).expect("a space");
        let last = json!({"text": text[start..].trim_start(), "label": "Person", "occurrence": null});
        answer["ner"].as_array_mut().expect("a list").push(last);
        answer.to_string()
    });
    let outcome = story.run(&[&SPLIT[..], &["--summary", "s.json", "-v"]].concat());
    outcome.assert_code(0).assert_tells("reaches over the end of a piece; raise `--split`");
    assert_eq!(story.llm.count(), 4);
    assert_eq!(story.summary("s.json")["unfilled"], json!({"ner": 3}), "what ends with the text is whole");
    assert_eq!(values(&story).len(), long(6_000).matches("Name").count() + 1);
}

#[test]
fn white_space_is_not_asked_about_unless_it_is_all_there_is() {
    let story =
        story(NER, &json!({"text": format!("{}{}{}", long(2_900), " \n".repeat(4_000), long(1_000))}));
    story.run(&SPLIT).assert_code(0);
    assert_eq!(story.llm.count(), 3);
    assert_eq!(values(&story).len(), (long(2_900) + &long(1_000)).matches("Name").count());
    for config in [NER.to_owned(), NER.replace("<Labels ", r#"<Labels required="true" "#)] {
        let blank = json!({"text": " \n".repeat(4_000)});
        let (whole, split) = (self::story(&config, &blank), self::story(&config, &blank));
        for count in [1, 2] {
            let whole = (whole.run(&["--model-version", "v1"]).code, whole.llm.count());
            let split = (split.run(&SPLIT).code, split.llm.count());
            assert_eq!(split, whole, "run {count} of {config}");
        }
    }
}

#[test]
fn a_text_without_what_is_required_is_not_paid_for_again() {
    let required = NER.replace("<Labels ", r#"<Labels required="true" "#);
    let story = story(&required, &json!({"text": long(6_000)}));
    story.llm.answer(|_| json!({"ner": []}).to_string());
    story.run(&SPLIT).assert_code(4).assert_tells("`ner`: the answer leaves it empty, but it is required");
    story.run(&SPLIT).assert_code(4).assert_tells("answered before and were not asked again");
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (4, 0));
}

#[test]
fn a_run_that_was_killed_pays_only_for_the_missing_pieces() {
    let (story, gate) = (story(NER, &json!({"text": long(6_000)})), Gate::new());
    story.llm.script(3, Canned::json(200, &json!({})).held(&gate));
    let running = story.start(&SPLIT);
    gate.wait_for_arrivals(1);
    running.signal("KILL");
    story.wait(running);
    gate.open();
    assert_eq!(story.llm.count(), 3);
    story.run(&SPLIT).assert_code(0);
    assert_eq!(story.llm.count(), 5, "the third is asked again, and the fourth");
    assert_eq!(values(&story).len(), long(6_000).matches("Name").count());
}

#[test]
fn a_run_that_is_stopped_asks_for_no_further_piece() {
    let (story, gate) = (story(NER, &json!({"text": long(6_000)})), Gate::new());
    let answer = json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{\"ner\": []}"}}]});
    story.llm.script(2, Canned::json(200, &answer).held(&gate));
    let mut running = story.start(&SPLIT);
    gate.wait_for_arrivals(1);
    running.signal("INT");
    running.wait_until_it_tells("stopping");
    gate.open();
    story.wait(running).assert_code(130);
    assert_eq!((story.llm.count(), story.studio.bulk_calls()), (2, 0));
    story.run(&SPLIT).assert_code(0);
    assert_eq!(story.llm.count(), 4);
}

#[test]
fn pieces_are_shown_and_counted_before_they_are_asked() {
    let story = story(NER, &json!({"text": long(6_000)}));
    let preview = story.command("preview", &[&["--prompt", "prompt.txt"], &SPLIT[..]].concat());
    preview.assert_code(0);
    for words in [", piece 1 of 4: POST ", ", piece 4 of 4: POST ", "estimate for 1 task", "requests       4"]
    {
        assert!(preview.stdout.contains(words), "{words}: {}", preview.stdout);
    }
    let tokens = |outcome: &str| {
        let line =
            outcome.lines().find(|line| line.contains("input tokens")).expect("an estimate").to_owned();
        line.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u64>().expect("a number")
    };
    let whole = story.command("preview", &["--prompt", "prompt.txt", "--model-version", "v1"]);
    assert!(tokens(&whole.stdout) < tokens(&preview.stdout));
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn several_responses_agree_piece_by_piece() {
    let story = story(NER, &json!({"text": long(6_000)}));
    story.run(&[&SPLIT[..], &["--num-responses", "3"]].concat()).assert_code(0);
    assert_eq!(story.llm.count(), 4);
    let result = result(&story);
    let regions = result.as_array().expect("a list");
    assert!(regions.iter().all(|region| region["score"] == 1.0), "{result}");
}

#[test]
fn scores_are_measured_in_all_pieces_or_in_none() {
    let check = |unmeasured: &'static str, expect: bool| {
        let two = NER.replace("</Labels>", r#"<Label value="City"/></Labels>"#);
        let story = story(&two, &json!({"text": long(6_000)}));
        story.llm.say(move |asked| {
            let answer = names(asked);
            // Tokens that are not those of the answer measure nothing.
            let written = if asked.text.contains(unmeasured) { "else" } else { answer.as_str() };
            let tokens = written.chars().map(|letter| token(&letter.to_string(), 0.99, None));
            let tokens = vec![tokens.collect::<Value>()];
            Said { tokens, ..Said::text(asked, &answer) }
        });
        story.run(&[&SPLIT[..], &["--score", "logprobs"]].concat()).assert_code(0);
        let result = result(&story);
        let regions = result.as_array().expect("a list");
        let scores: Vec<&Value> = regions.iter().map(|region| &region["score"]).collect();
        assert!(scores.iter().all(|score| score.is_number() == expect), "{scores:?}");
    };
    check("nothing that is there", true);
    check("Name70 ", false);
}

#[test]
fn a_text_with_other_controls_is_asked_as_one_and_a_person_is_told() {
    let choices = r#"<Choices name="mood" toName="text"><Choice value="good"/></Choices></View>"#;
    let story = story(&NER.replace("</View>", choices), &json!({"text": long(6_000)}));
    story.llm.answer(|_| json!({"ner": [], "mood": "good"}).to_string());
    let words = "nothing is split into pieces: `mood` can only be filled from the whole `Text`";
    story.run(&SPLIT).assert_code(0).assert_tells(words);
    assert_eq!((story.llm.count(), story.predicted()), (1, vec!["v1: mood=good".to_owned()]));
    let check = story.command("check", &[&["--prompt", "prompt.txt"], &SPLIT[..]].concat());
    assert!(check.stdout.contains(words), "{}", check.stdout);
}

#[test]
fn the_length_of_pieces_is_in_the_version_and_equal_pieces_are_shared() {
    let story = story(NER, &json!({"text": "Name1 came."}));
    story.run(&["--split", "2000"]).assert_code(0);
    story.run(&["--split", "3000"]).assert_code(0);
    let versions = |story: &Story| {
        let predictions = story.studio.predictions(story.tasks[0]);
        predictions.iter().map(|prediction| prediction["model_version"].to_string()).collect::<Vec<_>>()
    };
    let versions = versions(&story);
    assert!(versions.len() == 2 && versions[0] != versions[1], "{versions:?}");
    assert_eq!(story.llm.count(), 1, "the question is the same");
}
