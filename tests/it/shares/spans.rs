//! Quotes of every kind in known shares: each span stands where its words are, and the rest is told.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ARGS, Counts, SARCASM, Stored, This, left_out};
use crate::support::story::{Story, model};
use crate::support::studio::Studio;

const CONFIG: &str = r#"<View><Text name="text" value="$text"/><Labels name="parts" toName="text">
    <Label value="Opening"/><Label value="Ending"/></Labels></View>"#;

/// The first words of a text and its last, which is all there is to mark.
struct Parts<'a> {
    text: &'a str,
    opening: &'a str,
    ending: &'a str,
}

/// What a model quotes.
#[derive(Clone, Copy)]
enum Quotes {
    Right,
    OtherCase,
    OtherTypography,
    /// The opening in other words, the ending as it is.
    Paraphrased,
    /// Words of its own between the two.
    Invented,
    /// The opening once more than it is there.
    Repeated,
    /// A label that does not exist for the ending.
    Mislabeled,
    Nothing,
    /// No words of the text at all.
    AllInvented,
}

const PLANS: [Quotes; 9] = [
    Quotes::Right,
    Quotes::OtherCase,
    Quotes::OtherTypography,
    Quotes::Paraphrased,
    Quotes::Invented,
    Quotes::Repeated,
    Quotes::Mislabeled,
    Quotes::Nothing,
    Quotes::AllInvented,
];

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let third_space = text.match_indices(' ').nth(2).expect("it has words").0;
        let last_space = text.rfind(' ').expect("it has words");
        let parts = Self { text, opening: &text[..third_space], ending: &text[last_space + 1..] };
        assert_eq!([text.matches(parts.opening).count(), text.matches(parts.ending).count()], [1, 1]);
        parts
    }

    /// Returns what a model says.
    fn answer(&self, quotes: Quotes) -> String {
        let quote = |text: &str, label: &str| json!({"text": text, "label": label});
        let [opening, ending] = [quote(self.opening, "Opening"), quote(self.ending, "Ending")];
        let both = |change: &dyn Fn(&str) -> String| {
            vec![quote(&change(self.opening), "Opening"), quote(&change(self.ending), "Ending")]
        };
        let list = match quotes {
            Quotes::Right => vec![opening, ending],
            Quotes::OtherCase => both(&|text| text.to_uppercase()),
            Quotes::OtherTypography => {
                both(&|text| format!("“{}”", text.replace(' ', "\u{a0}").replace('\'', "’")))
            }
            Quotes::Paraphrased => vec![quote("How it all began", "Opening"), ending],
            Quotes::Invented => vec![opening, quote("a green unicorn", "Ending"), ending],
            Quotes::Repeated => vec![opening.clone(), opening, ending],
            Quotes::Mislabeled => vec![opening, quote(self.ending, "Middle")],
            Quotes::Nothing => Vec::new(),
            Quotes::AllInvented => vec![quote("a green unicorn", "Ending")],
        };
        json!({ "parts": list }).to_string()
    }

    /// Returns what is stored: start, end and label, in code points.
    fn spans(&self, quotes: Quotes) -> Vec<Value> {
        let length = |text: &str| text.chars().count();
        let opening = json!([0, length(self.opening), self.opening, "Opening"]);
        let start = length(self.text) - length(self.ending);
        let ending = json!([start, length(self.text), self.ending, "Ending"]);
        match quotes {
            Quotes::Paraphrased => vec![ending],
            Quotes::Mislabeled => vec![opening],
            Quotes::Nothing | Quotes::AllInvented => Vec::new(),
            _ => vec![opening, ending],
        }
    }

    /// Returns why something is left out, if anything is.
    fn reason(&self, quotes: Quotes) -> Option<String> {
        match quotes {
            Quotes::Paraphrased => Some("`How it all began` is not in the text".to_owned()),
            Quotes::Invented => Some("`a green unicorn` is not in the text".to_owned()),
            Quotes::Repeated => {
                Some(format!("`{}` is named more often than it is in the text (1)", self.opening))
            }
            Quotes::Mislabeled => Some(format!("`{}`: no such label: `Middle`", self.ending)),
            _ => None,
        }
    }
}

#[test]
fn spans_stand_where_their_words_are_and_what_has_no_place_is_told() {
    let tasks = SARCASM.tasks();
    let texts: Vec<String> =
        tasks.iter().map(|task| task["text"].as_str().expect("a text").to_owned()).collect();
    let planned: Vec<(Parts<'_>, Quotes)> =
        texts.iter().map(|text| Parts::of(text)).zip(PLANS.into_iter().cycle()).collect();
    let answers: BTreeMap<String, String> =
        planned.iter().map(|(parts, quotes)| (parts.text.to_owned(), parts.answer(*quotes))).collect();
    let llm = model();
    llm.answer(move |asked| {
        let answer = answers.iter().find(|(text, _)| asked.text.contains(*text));
        answer.expect("the task is told").1.clone()
    });
    let story = Story::with(Studio::start(), llm, (CONFIG, &tasks));
    story.run(&ARGS).assert_code(4);

    let summary = story.summary("s.json");
    let stored = planned.iter().map(|(parts, quotes)| match quotes {
        Quotes::AllInvented => Stored::Nothing("unusable"),
        quotes if parts.reason(*quotes).is_some() => Stored::TextAlone,
        _ => Stored::Gold,
    });
    let expect = Counts::of(&stored.map(|stored| (&[This("")][..], stored)).collect::<Vec<_>>());
    let blank = planned.iter().filter(|(_, quotes)| matches!(quotes, Quotes::Nothing)).count();
    let expect = Counts { blank, ..expect };
    assert_eq!((expect.failed(), expect.partial, expect.blank, expect.questions), (2, 8, 2, 20));
    assert_eq!((&summary["tasks"], &summary["unfilled"]), (&expect.tasks(), &json!({ "parts": 8 })));
    assert_eq!(summary["failures_by_kind"], json!({ "unusable": 2 }));
    assert_eq!((story.llm.count(), &summary["requests"]["answered"]), (20, &json!(20)));
    let mut told = left_out(&summary);
    told.sort_unstable();
    let reasons = planned.iter().zip(&story.tasks);
    let reasons =
        reasons.filter_map(|((parts, quotes), task)| parts.reason(*quotes).map(|reason| (*task, reason)));
    assert_eq!(told, reasons.collect::<Vec<_>>());
    for ((parts, quotes), task) in planned.iter().zip(&story.tasks) {
        let predictions = story.studio.predictions(*task);
        let regions = predictions.iter().filter_map(|prediction| prediction["result"].as_array()).flatten();
        let spans = regions.map(|region| &region["value"]);
        let spans =
            spans.map(|value| json!([value["start"], value["end"], value["text"], value["labels"][0]]));
        assert_eq!(spans.collect::<Vec<_>>(), parts.spans(*quotes), "{}", parts.text);
    }
}
