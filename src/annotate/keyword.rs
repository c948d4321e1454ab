//! Labels without a model: counts the words of labels and hints in the task's text. A floor to beat.

use std::collections::HashMap;

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::label::control::{Control, Label};
use crate::label::form::Form;
use crate::label::object::Content;
use crate::label::task::Task;
use crate::llm::provider::KEYWORD;

/// The name users type after `--provider`.
pub const NAME: &str = KEYWORD.0;

/// Why controls that mark regions stay empty, to follow a colon.
pub const WITHOUT_REGIONS: &str = "label words are counted, and that marks no places (`--provider keyword`)";

/// How much more a word of the label itself counts than one of its hint.
const LABEL_WEIGHT: usize = 3;

/// Shorter words of a hint say nothing, unless they are of another script than ours.
const SHORTEST_HINT: usize = 3;

/// Words that hints are written with and that tell nothing about a text.
const COMMON: [&str; 24] = [
    "about", "and", "any", "are", "but", "for", "from", "has", "have", "into", "its", "not", "other", "such",
    "that", "the", "this", "was", "what", "when", "which", "with", "you", "your",
];

/// Longest extract for a text area, in characters.
const LONGEST_EXTRACT: usize = 200;

/// Returns an answer as a model would give it: control names and values, of the controls that words tell about.
///
/// A tie, or no word at all, gives no label.
pub(super) fn answer(form: &Form, task: &Task) -> Value {
    let text = readable_text(form, task);
    let values = form.controls.iter().filter_map(|control| {
        let value = match control.head().kind {
            "choices" | "taxonomy" => chosen(control.as_ref(), &text, task),
            "textarea" => first_sentence(&text).map(Value::from),
            _ => None,
        };
        value.map(|value| (control.head().name.clone(), value))
    });
    Value::Object(values.collect::<Map<_, _>>())
}

/// Returns the text to count in: what the input object shows, or, where that is no text, the task's other texts.
pub(super) fn readable_text(form: &Form, task: &Task) -> String {
    match form.input.content(task) {
        Ok(Content::Text(text)) => text,
        Ok(Content::Turns(turns)) => turns.into_iter().map(|turn| turn.text).collect::<Vec<_>>().join("\n"),
        Ok(Content::Images(_) | Content::Document(_)) | Err(_) => {
            let texts = task.data.values().filter_map(Value::as_str).filter(|text| !is_address(text));
            texts.collect::<Vec<_>>().join("\n")
        }
    }
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    });
    text.starts_with("data:")
        || text.starts_with("/data/")
        || has_scheme && !text.contains(char::is_whitespace)
}

/// Returns the value for a control with labels.
fn chosen(control: &dyn Control, text: &str, task: &Task) -> Option<Value> {
    let labels = control.labels(task);
    let scores = scores(&labels, text);
    let takes_many = control.schema(task).is_ok_and(|schema| schema["type"] == "array");
    if takes_many && control.head().kind == "choices" {
        let hit = labels.into_iter().zip(scores).filter(|(_, score)| 0 < *score);
        let values: Vec<_> = hit.map(|(label, _)| Value::from(label.value)).collect();
        return (!values.is_empty()).then(|| Value::from(values));
    }
    let best = *scores.iter().max()?;
    let mut winners = labels.into_iter().zip(scores).filter(|(_, score)| *score == best);
    let (winner, score) = winners.next()?;
    if score == 0 || winners.next().is_some() {
        return None;
    }
    let value = Value::from(winner.value);
    Some(if takes_many { Value::from(vec![value]) } else { value })
}

/// Counts for each label: whole occurrences of it, and words that it shares with no other label.
fn scores(labels: &[Label], text: &str) -> Vec<usize> {
    let text = words(text);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in &text {
        *counts.entry(word).or_default() += 1;
    }
    let vocabularies: Vec<_> = labels.iter().map(vocabulary).collect();
    let mut owners: HashMap<&str, usize> = HashMap::new();
    for word in vocabularies.iter().flat_map(HashMap::keys) {
        *owners.entry(word).or_default() += 1;
    }
    let score = |(label, vocabulary): (&Label, &HashMap<String, usize>)| {
        let phrase = words(&label.value);
        let own = vocabulary.iter().filter(|(word, _)| owners[word.as_str()] == 1);
        let of_words: usize =
            own.map(|(word, weight)| weight * counts.get(word.as_str()).copied().unwrap_or(0)).sum();
        let occurrences = match phrase.len() {
            0 => 0,
            length => text.windows(length).filter(|window| *window == phrase).count(),
        };
        of_words + LABEL_WEIGHT * phrase.len() * occurrences
    };
    labels.iter().zip(&vocabularies).map(score).collect()
}

/// Returns the words of a label and its hint, each with its weight.
fn vocabulary(label: &Label) -> HashMap<String, usize> {
    let hint = words(label.hint.as_deref().unwrap_or_default());
    let telling = hint
        .into_iter()
        .filter(|word| !word.is_ascii() || SHORTEST_HINT <= word.len() && !COMMON.contains(&word.as_str()));
    let mut vocabulary: HashMap<String, usize> = telling.map(|word| (word, 1)).collect();
    vocabulary.extend(words(&label.value).into_iter().map(|word| (word, LABEL_WEIGHT)));
    vocabulary
}

/// Splits a text into words, whatever their case and Unicode form.
fn words(text: &str) -> Vec<String> {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns the first sentence, cut at a word where it is too long.
fn first_sentence(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let line = text.lines().next()?;
    let is_end = |at: usize, letter: char| match letter {
        '.' | '!' | '?' | '…' => {
            line[at + letter.len_utf8()..].chars().next().is_none_or(char::is_whitespace)
        }
        '。' | '！' | '？' => true,
        _ => false,
    };
    let end = line.char_indices().find(|(at, letter)| is_end(*at, *letter));
    let sentence = end.map_or(line, |(at, letter)| &line[..at + letter.len_utf8()]);
    let sentence = match sentence.char_indices().nth(LONGEST_EXTRACT) {
        Some((most, _)) => {
            let whole_words = sentence[..most].rfind(char::is_whitespace).filter(|end| 0 < *end);
            &sentence[..whole_words.unwrap_or(most)]
        }
        None => sentence,
    };
    let sentence = sentence.trim_end();
    (!sentence.is_empty()).then_some(sentence)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::label::object::Turn;
    use crate::prompt::fake::{FakeControl, FakeObject, control, form, showing, task};

    fn check(labels: &[&str], text: &str, expect: Option<&str>) {
        let form = form(vec![control("choices", "c", labels)], "text");
        let answer = answer(&form, &task(json!({"text": text})));
        assert_eq!(answer.get("c").and_then(Value::as_str), expect, "{text}");
    }

    #[test]
    fn the_label_with_most_words_wins() {
        let labels = ["sports=ball, goal, match", "politics=vote, minister"];
        check(&labels, "The minister asked for a VOTE.", Some("politics"));
        check(&labels, "A goal! What a ball. But the minister left.", Some("sports"));
        check(&labels, "Politics of the ball and the goal", Some("politics"));
        check(&labels, "Sports", Some("sports"));
        check(&labels, "sportsmen vote", Some("politics"));
        check(&["größe=ÜBEL", "b"], "übel", Some("größe"));
        check(&["café", "b"], "Cafe\u{301}!", Some("café"));
    }

    #[test]
    fn a_tie_or_nothing_gives_no_label() {
        let labels = ["sports=ball", "politics=vote"];
        check(&labels, "a ball, a vote", None);
        check(&labels, "nothing here", None);
        check(&labels, "", None);
        check(&[], "ball", None);
        check(&["--", "!!"], "-- !!", None);
    }

    #[test]
    fn words_that_labels_share_decide_nothing() {
        let labels = ["Sarcastic=oh great, says the opposite", "Not Sarcastic=says what is meant"];
        check(&labels, "she says meant", Some("Not Sarcastic"));
        check(&labels, "he says", None);
        check(&labels, "that was sarcastic", Some("Sarcastic"));
        check(&labels, "that was not sarcastic", Some("Not Sarcastic"));
        check(&labels, "Oh great.", Some("Sarcastic"));
    }

    #[test]
    fn several_labels_are_chosen_where_the_control_takes_them() {
        let many = |kind| {
            let labels = ["ball", "vote", "rain"].map(|value| Label {
                value: value.to_owned(),
                alias: None,
                hint: None,
            });
            let head = control(kind, "c", &[]).head().clone();
            Arc::new(FakeControl { head, labels: labels.to_vec(), schema: json!({"type": "array"}) })
                as Arc<dyn Control>
        };
        let answer = |kind, text| answer(&form(vec![many(kind)], "text"), &task(json!({"text": text})));
        assert_eq!(answer("choices", "ball ball vote"), json!({"c": ["ball", "vote"]}));
        assert_eq!(answer("taxonomy", "ball ball vote"), json!({"c": ["ball"]}));
        assert_eq!(answer("choices", "snow"), json!({}));
    }

    #[test]
    fn text_areas_get_the_first_sentence() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(first_sentence(text), expect, "{text}");
        check(" One is 1.5. Two", Some("One is 1.5."));
        check("Title\nBody.", Some("Title"));
        check("\n\n Really?! Yes", Some("Really?!"));
        check("今日は。明日", Some("今日は。"));
        check("no end", Some("no end"));
        check("  \n", None);
        check("", None);
        check(&"word ".repeat(60), Some(["word"; 40].join(" ").as_str()));
        check(&"ü".repeat(300), Some("ü".repeat(200).as_str()));
    }

    #[test]
    fn other_controls_stay_empty() {
        let controls = ["rating", "number", "datetime", "textarea"].map(|kind| control(kind, kind, &[]));
        let answer = answer(&form(controls.to_vec(), "text"), &task(json!({"text": "Just 5."})));
        assert_eq!(answer, json!({"textarea": "Just 5."}));
    }

    #[test]
    fn conversations_and_what_stands_beside_images_are_read() {
        let turn = |text: &str| Turn { speaker: "vote".to_owned(), text: text.to_owned() };
        let check = |content: Content, data: Value, expect: &str| {
            let object = FakeObject { field: "x", content: Some(content) };
            assert_eq!(readable_text(&showing(vec![], object), &task(data)), expect);
        };
        check(Content::Turns(vec![turn("a"), turn("b")]), json!({}), "a\nb");
        check(
            Content::Images(vec![]),
            json!({"image": "data:image/png;base64,AA", "n": 1, "note": "see https://x.org now", "u": "s3://b/a.png",
                   "f": "/data/upload/1/a.png", "shop": "Bakery"}),
            "see https://x.org now\nBakery",
        );
    }
}
