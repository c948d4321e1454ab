//! How many replies are read, and that none is misread, over 77 labels of which many hold each other.

use super::super::{Names, one};

const INTENTS: &str = include_str!("intents.txt");

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

/// How many of the replies that mean a label are read: 24 of each of the 77 labels.
const READ: usize = 24 * 77;

fn written(phrase: &str, label: &str, other: &str) -> String {
    phrase.replace("{}", label).replace("[]", &label.replace('_', " ")).replace("<>", other)
}

#[test]
fn every_label_is_read_in_many_phrasings_and_never_another() {
    let intents: Vec<&str> = INTENTS.lines().collect();
    let labels = Names::new(intents.iter().map(|&intent| (intent, None)));
    let mut read = 0;
    let mut unread = Vec::new();
    for (at, label) in intents.iter().enumerate() {
        for phrase in MEANT {
            let reply = written(phrase, label, "");
            match one(&reply, &labels) {
                Some(found) => {
                    assert_eq!(found, at, "{reply:?} is read as {}", intents[found]);
                    read += 1;
                }
                None => unread.push(reply),
            }
        }
    }
    assert_eq!((intents.len(), read), (77, READ), "{unread:#?}");
}

#[test]
fn no_label_is_read_where_it_is_denied_doubted_or_one_of_two() {
    let intents: Vec<&str> = INTENTS.lines().collect();
    let labels = Names::new(intents.iter().map(|&intent| (intent, None)));
    for (at, label) in intents.iter().enumerate() {
        for phrase in NOT_MEANT {
            for step in [1, 5] {
                let reply = written(phrase, label, intents[(at + step) % intents.len()]);
                let found = one(&reply, &labels).map(|found| intents[found]);
                assert_eq!(found, None, "{reply:?}");
            }
        }
    }
}
