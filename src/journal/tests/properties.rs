//! What holds for any records, any bytes and any place at which a file is cut off.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::super::lines::{Content, HEADER, content};
use super::super::record::{Outline, Record};
use super::{Place, answer, failure, line, said};

fn record() -> impl Strategy<Value = Record> {
    let text = "[a-z\\n\"\\\\\u{0}é]{0,12}";
    prop_oneof![
        (0..6_u8, text).prop_map(|(number, text)| answer(number, &text)),
        (0..6_u8, text).prop_map(|(number, text)| failure(number, &text)),
        (0..6_u8, any::<u64>()).prop_map(|(number, task)| super::also(number, task)),
    ]
}

/// What a journal should say: the last answer, and the last failure after it.
#[derive(Debug, Default)]
struct Said(BTreeMap<u8, (Option<String>, Option<String>)>);

impl Said {
    fn by(records: &[Record]) -> Self {
        let mut said = Self::default();
        for record in records {
            match record {
                Record::Answer(answer) => {
                    let text = answer.replies[0].body["text"].as_str().unwrap().to_owned();
                    said.0.insert(answer.key.0[0], (Some(text), None));
                }
                Record::Failure(failure) => {
                    said.0.entry(failure.key.0[0]).or_default().1 = Some(failure.reason.clone());
                }
                _ => {}
            }
        }
        said
    }

    fn assert_of(&self, journal: &super::Journal) {
        for number in 0..6 {
            assert_eq!(said(journal, number), self.0.get(&number).cloned().unwrap_or_default());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_that_is_cut_anywhere_holds_the_records_before_and_takes_further_ones(
        records in vec(record(), 0..8),
        cut in any::<prop::sample::Index>(),
        further in vec(record(), 0..3),
    ) {
        let lines: Vec<String> = records.iter().map(line).collect();
        let text = format!("{HEADER}{}", lines.concat());
        let cut = cut.index(text.len() + 1);
        let place = Place::new();
        std::fs::write(place.path(), &text.as_bytes()[..cut]).unwrap();
        // A line is whole without the newline that ends it, too.
        let mut end = HEADER.len();
        let whole = lines.iter().take_while(|line| { end += line.len(); end - 1 <= cut }).count();
        let journal = place.open();
        Said::by(&records[..whole]).assert_of(&journal);
        for record in &further {
            journal.keep(record.clone());
        }
        let all = [&records[..whole], &further].concat();
        Said::by(&all).assert_of(&journal);
        drop(journal);
        let journal = place.open();
        Said::by(&all).assert_of(&journal);
        prop_assert!(journal.notices().is_empty());
        journal.rewrite(|_| false).unwrap();
        Said::by(&all).assert_of(&place.open());
    }

    #[test]
    fn a_record_on_a_line_of_its_own_is_found_among_any_bytes(
        pieces in vec((vec(any::<u8>(), 0..40), record()), 0..6),
        last in vec(any::<u8>(), 0..40),
    ) {
        let place = Place::new();
        let mut bytes = HEADER.as_bytes().to_vec();
        for (garbage, record) in &pieces {
            bytes.extend(garbage);
            bytes.push(b'\n');
            bytes.extend(line(record).as_bytes());
        }
        bytes.extend(last);
        std::fs::write(place.path(), bytes).unwrap();
        let records: Vec<Record> = pieces.into_iter().map(|(_, record)| record).collect();
        Said::by(&records).assert_of(&place.open());
        place.open().rewrite(|_| false).unwrap();
        let journal = place.open();
        Said::by(&records).assert_of(&journal);
        prop_assert!(journal.notices().is_empty());
    }

    #[test]
    fn any_bytes_are_a_journal_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let place = Place::new();
        std::fs::write(place.path(), &bytes).unwrap();
        if super::Journal::open(&place.path(), "me").is_err() {
            prop_assert_eq!(std::fs::read(place.path()).unwrap(), bytes);
        }
    }

    #[test]
    fn what_passes_over_the_replies_takes_the_same_lines_for_records(
        record in record(),
        at in any::<prop::sample::Index>(),
        byte in proptest::option::of(any::<u8>()),
    ) {
        let mut bytes = serde_json::to_vec(&record).unwrap();
        let at = at.index(bytes.len());
        match byte {
            Some(byte) => bytes[at] = byte,
            None => drop(bytes.remove(at)),
        }
        let whole = serde_json::from_slice::<Record>(&bytes).ok();
        match (content(&bytes), whole) {
            (Content::Record(outline), Some(record)) => {
                prop_assert_eq!((outline.key(), outline.task()), (record.key(), record.task()));
            }
            (Content::Record(outline), None) => prop_assert!(false, "{outline:?}"),
            (_, whole) => prop_assert_eq!(whole, None),
        }
    }
}

#[test]
fn an_outline_wants_every_part_of_a_record() {
    let records = [answer(1, "a"), failure(2, "b"), super::also(3, 4)];
    for record in records {
        let value = serde_json::to_value(&record).unwrap();
        let (kind, parts) = value.as_object().unwrap().iter().next().unwrap();
        for name in parts.as_object().unwrap().keys() {
            for other in [None, Some(Value::from(true)), Some(Value::Null)] {
                let mut value = value.clone();
                match other {
                    Some(other) => value[kind][name] = other,
                    None => drop(value[kind].as_object_mut().unwrap().remove(name)),
                }
                let (outline, whole) = (
                    Outline::deserialize(&value).is_ok(),
                    serde_json::from_value::<Record>(value.clone()).is_ok(),
                );
                assert_eq!(outline, whole, "{value}");
            }
        }
    }
}
