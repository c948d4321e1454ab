//! Hard cases as data: what real models do to the words they quote.

mod properties;

use serde::Deserialize;
use serde_json::Value;

use super::*;

/// A text, what a model quotes of it (words, label and perhaps occurrence), and what is expected of each quote: the words
/// of the text `at` where they are in code points, or the kind of reason.
#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    quotes: Vec<Vec<Value>>,
    expect: Vec<String>,
}

/// Returns a result as the cases write it, counted without the functions under test.
fn told(text: &str, result: &Result<Range<usize>, Unfound>) -> String {
    match result {
        Ok(place) => {
            let count = |end: usize| text.char_indices().filter(|(at, _)| *at < end).count();
            format!("{} at {}..{}", &text[place.clone()], count(place.start), count(place.end))
        }
        Err(Unfound::Empty) => "empty".to_owned(),
        Err(Unfound::NotThere { .. }) => "not there".to_owned(),
        Err(Unfound::InsideWord { .. }) => "inside word".to_owned(),
        Err(Unfound::TooOften { .. }) => "too often".to_owned(),
        Err(Unfound::SeveralPlaces { .. }) => "several places".to_owned(),
    }
}

impl Case {
    fn quotes(&self) -> Vec<Quote<'_>> {
        let quotes = self.quotes.iter().map(|parts| Quote {
            text: parts[0].as_str().expect("the words"),
            label: parts[1].as_str().expect("a label"),
            occurrence: parts.get(2).map(|occurrence| occurrence.as_u64().expect("a number")),
        });
        quotes.collect()
    }
}

#[track_caller]
fn check(case: &Case) {
    let results = locate(&case.text, &case.quotes());
    let found: Vec<String> = results.iter().map(|result| told(&case.text, result)).collect();
    assert_eq!(found, case.expect, "{}: {:?} in {:?}", case.name, case.quotes, case.text);
}

#[test]
fn hard_cases_are_found_where_they_are_and_nowhere_else() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../cases.json")).expect("a list of cases");
    assert!(200 < cases.len(), "the cases are there");
    cases.iter().for_each(check);
}

#[test]
fn reasons_quote_the_start_of_the_words() {
    let check = |text: &str, words: &str, expect: &str| {
        let quote = Quote { text: words, label: "X", occurrence: None };
        let reasons: Vec<String> = locate(text, &[quote, quote])
            .into_iter()
            .filter_map(|result| Some(result.err()?.to_string()))
            .collect();
        assert_eq!(reasons.last().map(String::as_str), Some(expect));
    };
    check("a", " ", "a quote without words has no place");
    check("a", "b\nb", "`b b` is not in the text");
    check("bb", "b", "`b` is in the text only as a part of longer words");
    check("a b", "b", "`b` is named more often than it is in the text (1)");
    check(
        "The committee decided; some decided.",
        "The committee … decided",
        "`The committee … decided` is not in the text, and several places are equally near to it",
    );
    check("a", &"long ".repeat(20), &format!("`{}…` is not in the text", "long ".repeat(12)));
}

#[test]
fn offsets_are_counted_in_code_points_and_in_utf16_units() {
    let check = |text: &str, words: &str, points: Range<usize>, units: Range<usize>| {
        let start = text.find(words).expect("the words are there");
        let place = start..start + words.len();
        assert_eq!((code_points(text, &place), utf16_units(text, &place)), (points, units), "{text}");
    };
    check("a b", "b", 2..3, 2..3);
    check("a😀b café", "b", 2..3, 3..4);
    check("a😀b café", "😀", 1..2, 1..3);
    check("a😀b cafe\u{301}!", "!", 9..10, 10..11);
    check("x\r\ny 日本", "日本", 5..7, 5..7);
    check("", "", 0..0, 0..0);
}

/// Counted from the start of the text each time they would take minutes.
#[test]
fn many_places_in_a_long_text_are_counted_at_once() {
    let text = "Größe 😀 日本\n".repeat(200_000);
    let ruler = Ruler::new(&text);
    let (points, units, bytes) = (11, 12, 20);
    assert_eq!(text.len(), 200_000 * bytes);
    for line in (0..200_000).step_by(20) {
        for (unit, length) in [(Unit::CodePoint, points), (Unit::Utf16, units)] {
            assert_eq!(ruler.count(&text, unit, line * bytes), line * length);
            assert_eq!(ruler.byte(&text, unit, line * length), Some(line * bytes));
        }
    }
    // The second half of what is two units of UTF-16 begins nowhere.
    assert_eq!(ruler.byte(&text, Unit::Utf16, 7), None);
    assert_eq!(ruler.byte(&text, Unit::CodePoint, 200_000 * points + 1), None);
}

#[test]
fn a_long_text_with_many_quotes_is_searched_at_once() {
    let sentence = |number: usize| format!("Person{number} met the committee of report {number}, and left. ");
    let text: String = (0..18_000).map(sentence).collect();
    assert!(1_000_000 < text.len());
    let words: Vec<String> = (0..100).map(|number| format!("Person{}", number * 180)).collect();
    let found = locate(
        &text,
        &words.iter().map(|words| Quote { text: words, label: "X", occurrence: None }).collect::<Vec<_>>(),
    );
    let found: Vec<&str> = found.into_iter().map(|place| &text[place.expect("it is there")]).collect();
    assert_eq!(found, words);
}
