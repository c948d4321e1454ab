//! How many replies are read, and that none is misread, over 77 labels of which many hold each other.

use super::super::{Names, one};

const INTENTS: &str = include_str!("intents.txt");

/// Further replies that mean a label, one a line; `\n` is a line feed.
const MEANT_TOO: &str = include_str!("meant.txt");

/// Further replies that leave a label in doubt, one a line.
const DOUBTED: &str = include_str!("doubted.txt");

/// Replies that mean a label, and ones that leave it in doubt, by somebody who did not know the rules: they are for
/// measuring, and no rule is to be made for one of them.
const UNSEEN: [&str; 2] = [include_str!("unseen_meant.txt"), include_str!("unseen_doubted.txt")];

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

/// Returns what is found in each phrasing, for every so-many-th label and others beside it: its place, and the right one.
fn readings<'a>(phrases: &[&'a str], step: usize) -> Vec<(&'a str, Option<usize>, usize)> {
    let intents: Vec<&str> = INTENTS.lines().collect();
    let labels = Names::new(intents.iter().map(|&intent| (intent, None)));
    assert_eq!(intents.len(), 77);
    let mut readings = Vec::new();
    for (at, label) in intents.iter().enumerate().step_by(step) {
        for &phrase in phrases {
            // Where another label takes part: a near one and a far one.
            let distances: &[usize] = if phrase.contains("<>") { &[1, 5] } else { &[1] };
            for distance in distances {
                let reply = written(phrase, label, intents[(at + distance) % intents.len()]);
                readings.push((phrase, one(&reply, &labels), at));
            }
        }
    }
    readings
}

/// Expects that every one of these phrasings means the label it names.
#[track_caller]
fn check_meant(phrases: &[&str], step: usize) {
    let readings = readings(phrases, step);
    let faults: Vec<_> = readings.iter().filter(|&&(_, found, meant)| found != Some(meant)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Expects that none of these phrasings means a label.
#[track_caller]
fn check_not_meant(phrases: &[&str], step: usize) {
    let readings = readings(phrases, step);
    let faults: Vec<_> = readings.iter().filter(|(_, found, _)| found.is_some()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_label_is_read_in_many_phrasings_and_never_another() {
    check_meant(&MEANT, 1);
    check_meant(&MEANT_TOO.lines().collect::<Vec<_>>(), 11);
}

#[test]
fn no_label_is_read_where_it_is_denied_doubted_or_one_of_two() {
    check_not_meant(&NOT_MEANT, 1);
    check_not_meant(&DOUBTED.lines().collect::<Vec<_>>(), 19);
}

/// The README tells these shares.
#[test]
fn most_unseen_replies_are_read_and_few_that_are_in_doubt() {
    let [meant, doubted] = UNSEEN.map(|replies| readings(&replies.lines().collect::<Vec<_>>(), 7));
    let count = |readings: &[(&str, Option<usize>, usize)], is_counted: fn(Option<usize>, usize) -> bool| {
        readings.iter().filter(|&&(_, found, label)| is_counted(found, label)).count()
    };
    let right = count(&meant, |found, label| found == Some(label));
    let wrong = count(&meant, |found, label| found.is_some_and(|found| found != label));
    let stored = count(&doubted, |found, _| found.is_some());
    assert!(84 * meant.len() <= 100 * right, "{right} of {} are read", meant.len());
    assert_eq!(wrong, 0);
    assert!(100 * stored <= 3 * doubted.len(), "{stored} of {} are stored", doubted.len());
}
