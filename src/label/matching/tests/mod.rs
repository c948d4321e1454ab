//! Replies as models write them, and the label each one names or does not name.

mod cases;
mod properties;
mod recall;

use super::*;

/// Names written `value` or `value=alias`.
fn labels(names: &[&'static str]) -> Names {
    Names::new(names.iter().map(|name| match name.split_once('=') {
        Some((value, alias)) => (value, Some(alias)),
        None => (*name, None),
    }))
}

const SARCASM: &[&str] = &["Sarcastic", "Not Sarcastic"];
const MOOD: &[&str] = &["Positive", "Negative", "Neutral"];
const TOPICS: &[&str] = &["politics", "sports", "Food, drink", "R&D", "technology=tech"];
const YES_NO: &[&str] = &["Yes", "No"];
const GRADES: &[&str] = &["A", "B", "C"];
const LANGUAGES: &[&str] = &["C", "C++", "C#", "Rust"];

/// `expect` is the label a reply means; empty for none.
#[track_caller]
fn check(names: &[&'static str], reply: &str, expect: &str) {
    let labels = labels(names);
    let found = one(reply, &labels).map(|at| labels.labels[at].value.written.as_str()).unwrap_or_default();
    assert_eq!(found, expect, "{reply:?}");
}

#[test]
fn a_bare_label_is_found_in_any_dress() {
    for reply in [
        "Sarcastic",
        " sarcastic\n",
        "SARCASTIC",
        "**Sarcastic**",
        "__Sarcastic__",
        "`Sarcastic`",
        "\"Sarcastic\"",
        "“Sarcastic”",
        "'Sarcastic'.",
        "Sarcastic.",
        "Sarcastic!",
        "- Sarcastic",
        "* **Sarcastic**",
        "1. Sarcastic",
        "1) Sarcastic",
        "[Sarcastic]",
        "(sarcastic)",
        "### Sarcastic",
        "> Sarcastic",
        "Ｓａｒｃａｓｔｉｃ",
        "Sarcastic\u{a0}",
        "Label: Sarcastic",
        "**Label:** Sarcastic",
        "Answer: \"Sarcastic\"",
        "Final answer: **Sarcastic**.",
        "The label is: sarcastic",
        "```\nSarcastic\n```",
        "```json\n[\"Sarcastic\"]\n```",
        "[\"Sarcastic\"]",
        "{\"label\": \"Sarcastic\"}",
        "{\"label\": \"Sarcastic\", \"confidence\": 0.9}",
        "<think>Is it? Not Sarcastic at first sight.</think>\nSarcastic",
        "Not Sarcastic, or is it …</think>Sarcastic",
        "Sarcastci",
    ] {
        check(SARCASM, reply, "Sarcastic");
    }
}

#[test]
fn the_longer_of_two_labels_wins() {
    for reply in [
        "Not Sarcastic",
        "not sarcastic",
        "not_sarcastic",
        "Not-Sarcastic",
        "NotSarcastic",
        "The text is not sarcastic.",
        "This is Not Sarcastic, since the author means it.",
    ] {
        check(SARCASM, reply, "Not Sarcastic");
    }
}

#[test]
fn a_label_inside_a_sentence_counts_once() {
    check(MOOD, "The text is positive.", "Positive");
    check(MOOD, "I would call this positive; the author is happy.", "Positive");
    check(MOOD, "Sentiment: positive", "Positive");
    check(MOOD, "Clearly neutral in tone.", "Neutral");
    check(MOOD, "{\"label\": \"The text is positive\"}", "Positive");
    check(SARCASM, "The text is sarcastic.", "Sarcastic");
    check(TOPICS, "The text is about politics.", "politics");
    check(TOPICS, "It is all about tech", "technology");
    check(TOPICS, "It comes from R&D.", "R&D");
    check(LANGUAGES, "This is written in C++.", "C++");
    check(LANGUAGES, "This is written in Rust.", "Rust");
    check(LANGUAGES, "C++", "C++");
    check(LANGUAGES, "c#", "C#");
    check(LANGUAGES, "**c#**.", "C#");
    check(&["A", "A*"], "a*.", "A*");
    check(&[".NET", "NET"], ".net", ".NET");
}

#[test]
fn two_labels_in_a_sentence_are_none() {
    check(MOOD, "The text is positive, not negative.", "");
    check(MOOD, "Either positive or negative.", "");
    check(MOOD, "positive/negative", "");
    check(MOOD, "Positive\nNegative", "");
    check(MOOD, "[\"Positive\", \"Negative\"]", "");
}

#[test]
fn a_negated_label_is_none() {
    for reply in [
        "The text isn't positive.",
        "The text isn’t really positive.",
        "This is not a positive text.",
        "not positive",
        "non positive",
        "It is anything but positive.",
        "It is far from positive.",
        "Something rather than positive",
        "instead of positive",
        "It is never positive.",
        "Hardly positive.",
        "Positive? No.",
        "Positive: no",
        "Is it positive?",
        "It is no longer positive.",
        "The text lacks any positive tone.",
        "Positive is not the right label",
        "Positive would be wrong here",
        "the opposite of positive",
    ] {
        check(MOOD, reply, "");
    }
}

#[test]
fn refusals_and_doubts_are_none() {
    for reply in [
        "I cannot help with that.",
        "I can't say whether this is positive.",
        "It could be positive.",
        "As an AI I find this positive",
        "Maybe positive?",
        "It might be positive.",
        "I'm not sure, positive perhaps",
        "",
        "   ",
        "...",
        "null",
        "42",
        "the text",
        "<think>Positive",
    ] {
        check(MOOD, reply, "");
    }
}

#[test]
fn a_line_of_its_own_beats_an_explanation() {
    check(MOOD, "Positive\n\nExplanation: the author is not negative about it.", "Positive");
    check(MOOD, "The words are negative, the tone is neutral.\nAnswer: Positive", "Positive");
    check(MOOD, "Options:\n- Positive\n- Negative\nAnswer: Negative", "Negative");
    check(MOOD, "Answer: Positive\nAnswer: Negative", "");
}

#[test]
fn everyday_words_count_only_where_they_stand_out() {
    check(YES_NO, "No", "No");
    check(YES_NO, "yes.", "Yes");
    check(YES_NO, "No, he means it seriously.", "No");
    check(YES_NO, "Yes - clearly", "");
    check(YES_NO, "Yes, there is no doubt.", "Yes");
    check(YES_NO, "There is no doubt that it is sarcastic.", "");
    check(YES_NO, "My answer would go to \"Yes\".", "Yes");
    check(GRADES, "A", "A");
    check(GRADES, "b)", "B");
    check(GRADES, "B) the second one", "B");
    check(GRADES, "A good text.", "");
    check(GRADES, "The answer is: C", "C");
    check(&["1", "2", "3"], "2.", "2");
    check(&["1", "2", "3"], "I count 3 people and 4 dogs", "");
}

#[test]
fn misspelled_labels_need_a_clear_winner() {
    check(MOOD, "Possitive", "Positive");
    check(MOOD, "Neutrall", "Neutral");
    check(&["typical"], "atypical", "");
    check(&["hypothyroidism"], "hyperthyroidism", "");
    check(&["adduction"], "abduction", "");
    check(&["Strongly agree"], "Strongly disagree", "");
    check(&["comprehensible"], "incomprehensible", "");
    check(&["Level 10000", "Other"], "Level 10001", "");
    check(&["Grade A student", "Other"], "Grade B student", "");
    check(&["cat", "dog"], "cta", "");
    check(&["winter", "winner"], "winser", "");
}

#[test]
fn case_and_alias_do_not_make_up_labels() {
    check(&["us", "US"], "US", "US");
    check(&["us", "US"], "Us", "");
    check(&["one=1", "two=2"], "2", "two");
    check(&["a=b", "b=c"], "b", "b");
    check(&["straße", "gasse"], "STRASSE", "straße");
    check(&["积极", "消极"], "积极。", "积极");
    check(&["-1", "1"], "-1", "-1");
}

#[track_caller]
fn check_several(reply: &str, expect: &[&str], unknown: &[&str]) {
    let labels = labels(TOPICS);
    let matches = several(reply, &labels);
    let found: Vec<&str> = matches.found.iter().map(|&at| labels.labels[at].value.written.as_str()).collect();
    assert_eq!(found, expect, "{reply:?}");
    assert_eq!(matches.unknown, unknown, "{reply:?}");
}

#[test]
fn lists_give_all_their_labels_in_the_order_of_the_config() {
    check_several("sports, politics", &["politics", "sports"], &[]);
    check_several("[\"sports\", \"politics\", \"sports\"]", &["politics", "sports"], &[]);
    check_several("{\"labels\": [\"tech\"]}", &["technology"], &[]);
    check_several("- sports\n- politics", &["politics", "sports"], &[]);
    check_several("1. Sports\n2. R&D", &["sports", "R&D"], &[]);
    check_several("Labels: sports and politics", &["politics", "sports"], &[]);
    check_several("politics, Food, drink, sports", &["politics", "sports", "Food, drink"], &[]);
    check_several("sports; Food, drink | tech", &["sports", "Food, drink", "technology"], &[]);
    check_several("sports; tech", &["sports", "technology"], &[]);
    check_several("sports", &["sports"], &[]);
    check_several("The text is about politics.", &["politics"], &[]);
}

#[test]
fn lists_tell_what_is_no_label() {
    check_several("[\"sports\", \"weather\"]", &["sports"], &["weather"]);
    check_several("sports, weather", &["sports"], &["weather"]);
    check_several("It is about politics rather than sports.", &[], &[]);
    check_several("[]", &[], &[]);
}

#[test]
fn a_reply_that_repeats_itself_takes_no_longer_than_it_is_long() {
    check_several(
        &"sports, Food, drink, weather, ".repeat(2_000),
        &["sports", "Food, drink"],
        &vec!["weather"; 2_000],
    );
}

/// Looked through once for each of their words they would take minutes.
#[test]
fn long_replies_are_read_at_once() {
    let check = |start: &str, piece: &str, expect: &str| {
        let reply = [start, &piece.repeat(5_000 / piece.split_whitespace().count())].concat();
        let labels = labels(MOOD);
        let found = one(&reply, &labels).map(|at| labels.labels[at].value.written.as_str());
        assert_eq!(found.unwrap_or_default(), expect, "{start:?} {piece:?}");
        assert_eq!(
            several(&reply, &labels).found.len(),
            usize::from(!expect.is_empty()),
            "{start:?} {piece:?}"
        );
    };
    check("Positive. ", "The author likes the warm words. ", "Positive");
    check("Positive. ", "the author likes the warm words ", "Positive");
    check("Label: positive\n", "warm words\n", "Positive");
    check("", "The label is positive. ", "Positive");
    check("", "the label is positive ", "");
    check("", "positive (", "");
    check("", "I am sure ", "");
    check("", "label: ", "");
}
