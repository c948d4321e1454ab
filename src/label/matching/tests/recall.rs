//! How many replies are read, and that none is misread, over 77 labels of which many hold each other.

use super::super::{Names, one};

const INTENTS: &str = include_str!("intents.txt");

/// Further replies that mean a label, one a line; `\n` is a line feed.
const MEANT_TOO: &str = include_str!("meant.txt");

/// Further replies that leave a label in doubt, one a line.
const DOUBTED: &str = include_str!("doubted.txt");

/// Replies that mean a label: `{}` is the label as written, `[]` its words.
const MEANT: [&str; 24] = [
    "{}",
    "[]",
    "[].",
    "**{}**",
    "`{}`",
    "\"[]\".",
    "- {}",
    "1. {}",
    "Label: {}",
    "**Answer:** []",
    "The final answer is: \"{}\"",
    "The label is {}.",
    "The text is about [].",
    "I would label this as **{}**.",
    "{\"label\": \"{}\", \"confidence\": 0.9}",
    "Here it is: {\"intent\": \"[]\", \"reason\": \"the words say so\"}",
    "```\n{}\n```",
    "<answer>[]</answer>",
    "$\\boxed{\\text{{}}}$",
    "<think>Maybe another one?</think>\n\n{}",
    "{}\n\nExplanation: the customer asks for it in so many words.",
    "The customer writes in anger.\n\n{}",
    "The best label is `{}` because the customer says so.",
    "{}<|im_end|>\n<|im_start|>user\nThank you!",
];

/// Replies that mean none, or not this one: `<>` is another label.
const NOT_MEANT: [&str; 26] = [
    "not {}",
    "It isn't about [].",
    "I don't think that the text is about [].",
    "neither {} nor <>",
    "{} or <>",
    "Either [] or <>.",
    "{}, <>",
    "{}\n<>",
    "- {}\n- <>",
    "{} → <>",
    "{}... wait, no, <>",
    "{}\n\nActually, no: <>",
    "Answer: {}\nAnswer: <>",
    "{\"label\": \"{}\"} or {\"label\": \"<>\"}",
    "It could be [].",
    "Probably {}",
    "Maybe {}?",
    "I lean towards {}",
    "I am not sure whether it is [].",
    "I'm sorry, but I can't label this as {}.",
    "The label `{}` does not apply.",
    "The label `{}` would be wrong.",
    "Everything but [].",
    "~~{}~~",
    "{}: 0.5, <>: 0.5",
    "<think>{}",
];

fn written(phrase: &str, label: &str, other: &str) -> String {
    let phrase = phrase.replace("\\n", "\n");
    phrase.replace("{}", label).replace("[]", &label.replace('_', " ")).replace("<>", other)
}

/// Expects that each of these replies means the label it names, for every so-many-th label.
#[track_caller]
fn check_meant<'a>(phrases: &(impl Iterator<Item = &'a str> + Clone), step: usize) {
    let intents: Vec<&str> = INTENTS.lines().collect();
    let labels = Names::new(intents.iter().map(|&intent| (intent, None)));
    assert_eq!(intents.len(), 77);
    for (at, label) in intents.iter().enumerate().step_by(step) {
        for phrase in phrases.clone() {
            let reply = written(phrase, label, "");
            assert_eq!(one(&reply, &labels).map(|found| intents[found]), Some(intents[at]), "{reply:?}");
        }
    }
}

/// Expects that none of these replies means a label, for every so-many-th label.
#[track_caller]
fn check_not_meant<'a>(phrases: &(impl Iterator<Item = &'a str> + Clone), step: usize) {
    let intents: Vec<&str> = INTENTS.lines().collect();
    let labels = Names::new(intents.iter().map(|&intent| (intent, None)));
    for (at, label) in intents.iter().enumerate().step_by(step) {
        for phrase in phrases.clone() {
            for distance in [1, 5] {
                let reply = written(phrase, label, intents[(at + distance) % intents.len()]);
                let found = one(&reply, &labels).map(|found| intents[found]);
                assert_eq!(found, None, "{reply:?}");
            }
        }
    }
}

#[test]
fn every_label_is_read_in_many_phrasings_and_never_another() {
    check_meant(&MEANT.into_iter(), 1);
    check_meant(&MEANT_TOO.lines(), 11);
}

#[test]
fn no_label_is_read_where_it_is_denied_doubted_or_one_of_two() {
    check_not_meant(&NOT_MEANT.into_iter(), 1);
    check_not_meant(&DOUBTED.lines(), 19);
}
