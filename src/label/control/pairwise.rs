//! `Pairwise`: which of two objects is meant.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Value, json};

use super::{Control, Draft, Head, Label, Reading, compare, example, vote, wrapper};
use crate::label::matching::{self, Names};
use crate::label::object::Object;
use crate::label::task::Task;
use crate::label::{tag, text};

/// What Label Studio calls the two: the first `toName` is left.
const SIDES: [&str; 2] = ["left", "right"];

/// What else models call the first and the second, alone or after one of [`NOUNS`].
const PLACES: [[&str; 4]; 2] = [["a", "1", "first", "one"], ["b", "2", "second", "two"]];

/// What models call either of the two.
const NOUNS: &[&str] = &[
    "answer",
    "candidate",
    "choice",
    "completion",
    "image",
    "item",
    "object",
    "option",
    "output",
    "response",
    "sample",
    "summary",
    "text",
];

/// Keys that models use for the answer, beside those that every control takes.
const ANSWER_KEYS: &[&str] = &["selected", "winner", "preferred", "preference", "better"];

#[derive(Debug)]
struct Pairwise {
    head: Head,
    /// The sides, by the names of their objects as well.
    sides: Names,
}

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    let names: Vec<&str> = head.objects().map(|object| object.name()).collect();
    let sides = match names.as_slice() {
        [left, right] if left != right => {
            // An object that is called as the other side would say the contrary.
            Names::new(
                SIDES
                    .into_iter()
                    .zip([*left, *right])
                    .map(|(side, name)| (side, Some(name).filter(|name| !SIDES.contains(name)))),
            )
        }
        _ => {
            let written = tag::attribute(node, "toName").unwrap_or_default();
            return Err(format!("it compares two objects, and its `toName` is `{written}`"));
        }
    };
    Ok(Arc::new(Pairwise { head, sides }))
}

impl Pairwise {
    /// Returns the side that a word names: a side, an object, or a place such as `A` and `option 2`.
    fn named(&self, written: &str) -> Option<usize> {
        matching::name(written, &self.sides).or_else(|| place(written))
    }

    fn reading(side: Option<usize>, answer: &Value) -> Reading {
        match side {
            Some(side) => Reading::value(json!({"selected": SIDES[side]})),
            None => Reading::problem(format!("expected `left` or `right`, found {}", text::describe(answer))),
        }
    }

    /// Returns what each side is, in the words of the schema.
    fn described(&self) -> String {
        let sides = SIDES.iter().zip(self.head.objects());
        let sides: Vec<String> =
            sides.map(|(side, object)| format!("`{side}` is {}", object.name())).collect();
        sides.join(", ")
    }
}

impl Control for Pairwise {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, task: &Task) -> Result<Value, String> {
        // A comparison with nothing would be made up.
        self.head.objects().try_for_each(|object| object.content(task).map(drop))?;
        let description = format!("The one of the two that is meant: {}.", self.described());
        Ok(json!({"type": "string", "enum": SIDES, "description": description}))
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        let keyed = ANSWER_KEYS.iter().find_map(|key| answer.get(key)).unwrap_or(answer);
        let inner = wrapper::single(wrapper::unwrap(keyed, &self.head));
        match inner {
            _ if wrapper::is_blank(inner) && self.head.conditions.is_empty() => {
                Reading::problem("the answer leaves it empty")
            }
            _ if wrapper::is_blank(inner) => wrapper::blank(&self.head),
            Value::String(written) => {
                let side = self.named(written).or_else(|| matching::one(written, &self.sides));
                let mut reading = Self::reading(side, inner);
                let is_exact = std::ptr::eq(inner, answer) && SIDES.contains(&written.as_str());
                reading.drafts.iter_mut().filter(|_| is_exact).for_each(mark_label);
                reading
            }
            _ => Self::reading(None, inner),
        }
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn read_text(&self, reply: &str, _task: &Task) -> Reading {
        let side = self.named(reply).or_else(|| matching::one(reply, &self.sides));
        Self::reading(side, &json!(reply))
    }

    fn labels(&self, _task: &Task) -> Vec<Label> {
        let label = |(side, object): (&&str, &Arc<dyn Object>)| Label {
            value: (*side).to_owned(),
            alias: None,
            hint: Some(object.name().to_owned()),
        };
        SIDES.iter().zip(self.head.objects()).map(label).collect()
    }

    fn combine(&self, readings: Vec<Reading>) -> Reading {
        vote::plurality(readings)
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        match example::content(regions, "selected") {
            None => example::hidden(&self.head),
            Some(stored) => example::confirmed(self, stored.clone(), stored, task),
        }
    }

    fn verify(&self, value: &Value, _task: &Task) -> Result<(), String> {
        match value["selected"].as_str() {
            Some(side) if SIDES.contains(&side) => Ok(()),
            _ => Err(format!("expected `left` or `right`, found {}", text::describe(&value["selected"]))),
        }
    }

    /// The same side agrees, the other does not.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        compare::last(gold, predicted, |gold, predicted| {
            compare::same(&gold["selected"], &predicted["selected"])
        })
    }

    fn canonical(&self) -> String {
        self.head.canonical(&Value::Null)
    }
}

/// The answer is nothing but the label.
fn mark_label(draft: &mut Draft) {
    draft.labels_at = vec![String::new()];
}

/// Returns the side of `A`, `first`, `option 2`, `Response B` and the like.
///
/// A bare number says nothing: it may count from 0 as well.
fn place(written: &str) -> Option<usize> {
    let folded = matching::folded(written.trim_matches(|letter: char| !letter.is_alphanumeric()));
    let words: Vec<&str> = folded.split(' ').filter(|word| *word != "the").collect();
    let word = match words.as_slice() {
        ["a" | "b" | "first" | "second"] => &words[0],
        [noun, word] if NOUNS.contains(noun) => word,
        [word, noun] if NOUNS.contains(noun) || *noun == "one" => word,
        _ => return None,
    };
    PLACES.iter().position(|names| names.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::task::TaskId;

    fn control(targets: &str) -> Result<Arc<dyn Control>, String> {
        let xml = format!(
            "<View><Text name='b' value='$x'/><Text name='old_text' value='$y'/><Text name='c' value='$x'/>\
             <Rating name='r' toName='c'/><Pairwise name='p' toName='{targets}'/></View>"
        );
        let mut config = LabelConfig::parse(&xml).map_err(|error| error.to_string())?;
        match config.skipped.pop() {
            Some(skipped) => Err(skipped.reason),
            None => Ok(config.controls.remove(1)),
        }
    }

    fn task() -> Task {
        let data = json!({"x": "1", "y": "2"}).as_object().cloned().unwrap_or_default();
        Task { id: TaskId::Id(1), data, annotations: Vec::new(), predictions: Vec::new() }
    }

    /// `expect` is the side, or a part of the only problem; the left object is called `old_text`, the right one `b`.
    #[track_caller]
    fn check(answer: &Value, expect: Result<&str, &str>) {
        let reading = control("old_text,b").expect("a control").read(answer, &task());
        match (reading.drafts.as_slice(), reading.problems.as_slice(), expect) {
            ([draft], [], Ok(side)) => assert_eq!(draft.value, json!({"selected": side}), "{answer}"),
            ([], [problem], Err(part)) => assert!(problem.contains(part), "{answer}: {problem}"),
            _ => panic!("{answer}: {reading:?}"),
        }
    }

    #[test]
    fn a_side_is_read_where_it_is_unmistakable() {
        for left in [
            "left",
            "Left",
            "**left**.",
            "old_text",
            "Old Text",
            "A",
            "(A)",
            "first",
            "the first",
            "option 1",
            "Response A",
        ] {
            check(&json!(left), Ok("left"));
        }
        for right in
            ["right", "RIGHT", "second", "option B", "Answer 2", "the second one", "The right one is better."]
        {
            check(&json!(right), Ok("right"));
        }
        // It is the name of the right object before it is a letter.
        check(&json!("b"), Ok("right"));
        check(&json!({"selected": "right", "reason": "clearer"}), Ok("right"));
        check(&json!(["left"]), Ok("left"));
        check(&json!({"p": {"selected": "left"}}), Ok("left"));
    }

    #[test]
    fn what_prefers_neither_is_none() {
        for neither in [
            "tie",
            "both",
            "neither",
            "left or right",
            "one",
            "the one",
            "1",
            "0",
            "third",
            "At first glance, no.",
        ] {
            check(&json!(neither), Err("expected `left` or `right`, found text `"));
        }
        check(&json!(1), Err("found `1`"));
        check(&json!(null), Err("the answer leaves it empty"));
        check(&json!({"left": 0.4, "right": 0.6}), Err("found an object"));
    }

    #[test]
    fn the_schema_says_what_is_left_and_what_is_right() {
        let control = control("old_text,b").expect("a control");
        let schema = control.schema(&task()).expect("a schema");
        assert_eq!(schema["enum"], json!(["left", "right"]));
        assert_eq!(
            schema["description"],
            "The one of the two that is meant: `left` is old_text, `right` is b."
        );
        let mut without = task();
        without.data.shift_remove("x");
        assert!(control.schema(&without).is_err(), "there is nothing to compare with");
        let labels: Vec<_> =
            control.labels(&task()).into_iter().map(|label| (label.value, label.hint)).collect();
        assert_eq!(labels[1], ("right".to_owned(), Some("b".to_owned())));
    }

    #[test]
    fn a_text_answer_fills_it() {
        let control = control("old_text,b").expect("a control");
        let drafts = control.read_text("I prefer the right one.", &task()).drafts;
        assert_eq!(drafts, [Draft::new(json!({"selected": "right"}))]);
        assert_eq!(control.read(&json!("left"), &task()).drafts[0].labels_at, [""]);
    }

    #[test]
    fn it_compares_two_objects() {
        for targets in ["b", "b,b", "b,c,old_text"] {
            assert!(
                control(targets).is_err_and(|reason| reason.contains("compares two objects")),
                "{targets}"
            );
        }
        assert!(control("b,r").is_err_and(|reason| reason.contains("it labels `r` (Rating)")));
        let control = control("b,c").expect("a control");
        assert_eq!(control.verify(&json!({"selected": "right"}), &task()), Ok(()));
        assert!(control.verify(&json!({"selected": "none"}), &task()).is_err());
    }
}
