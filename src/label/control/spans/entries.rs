//! What a model marked, in whichever form it said so: quotes and their labels, before they are looked for in the text.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::passages::number;
use crate::label::control::wrapper;
use crate::label::text;

/// One quote.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// The quoted words.
    pub(super) text: String,
    /// What it is labeled with, as written, and where that stands; none where the answer does not say.
    pub(super) labels: Vec<(String, Option<String>)>,
    /// Which of several equal ones, from 1.
    pub(super) occurrence: Option<u64>,
    /// Where the model believes it stands, in code points; believed only where the words stand there.
    pub(super) hint: Option<[usize; 2]>,
    /// Where the answer speaks of it; `None` where it has no object of its own.
    pub(super) at: Option<String>,
}

/// All quotes of an answer.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) found: Vec<Entry>,
    pub(super) problems: Vec<String>,
}

/// What is known about the control that was asked.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Name and region type, which models wrap their answers in.
    pub(super) names: [&'a str; 2],
    pub(super) is_label: &'a dyn Fn(&str) -> bool,
}

/// Keys of the quoted words, the likeliest first.
const TEXT_KEYS: &[&str] =
    &["text", "quote", "span", "word", "words", "mention", "phrase", "value", "entity", "name", "content"];

/// Keys of the label, the likeliest first.
const LABEL_KEYS: &[&str] = &[
    "label",
    "labels",
    "type",
    "category",
    "tag",
    "class",
    "entity_type",
    "entity_group",
    "entity_label",
    "kind",
    "entity",
];

/// Keys of lists of entries.
const LIST_KEYS: &[&str] = &[
    "entities",
    "spans",
    "annotations",
    "labels",
    "items",
    "regions",
    "mentions",
    "extractions",
    "results",
    "result",
    "answer",
    "value",
];

/// How many objects are taken off an answer at most.
const DEEPEST: usize = 3;

/// Reads an answer: a list of objects, of pairs or of quotes, a single object, or a list of quotes under each label.
pub(super) fn read(answer: &Value, asked: Asked<'_>) -> Entries {
    let mut entries = Entries::default();
    // Some models write the list as text once more; pointers do not lead into it.
    let inner = answer.as_str().and_then(|written| serde_json::from_str::<Value>(written).ok());
    match inner.filter(|inner| inner.is_array() || inner.is_object()) {
        Some(inner) => {
            entries.add(&inner, "", asked);
            entries.found.iter_mut().for_each(Entry::forget_places);
        }
        None => entries.add(answer, "", asked),
    }
    entries
}

impl Entries {
    fn add(&mut self, answer: &Value, base: &str, asked: Asked<'_>) {
        let mut answer = answer;
        let mut base = Cow::Borrowed(base);
        for _ in 0..DEEPEST {
            let Value::Object(fields) = answer else { break };
            if is_entry(fields) || is_by_label(fields, asked) {
                break;
            }
            let named = asked.names.iter().chain(LIST_KEYS).find_map(|key| fields.get_key_value(*key));
            match named.or_else(|| fields.iter().next().filter(|_| fields.len() == 1)) {
                Some((key, inner)) => {
                    base = Cow::Owned(child(&base, key));
                    answer = inner;
                }
                None => break,
            }
        }
        match answer {
            blank if wrapper::is_blank(blank) => {}
            Value::Array(listed) => {
                for (index, entry) in listed.iter().enumerate() {
                    self.add_entry(entry, format!("{base}/{index}"), asked);
                }
            }
            Value::Object(fields) if is_by_label(fields, asked) => {
                for (label, quotes) in fields {
                    self.add_labeled(label, quotes, &child(&base, label));
                }
            }
            Value::Object(fields) if is_entry(fields) => self.add_entry(answer, base.into_owned(), asked),
            other => self.problems.push(expected(other)),
        }
    }

    fn add_entry(&mut self, entry: &Value, at: String, asked: Asked<'_>) {
        match entry {
            Value::Null => {}
            Value::Object(fields) => match object(fields, &at) {
                Ok(read) => self.found.push(Entry { at: Some(at), ..read }),
                Err(problem) => self.problems.push(problem),
            },
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(quote), Value::String(label)] if (asked.is_label)(label) => {
                    self.push(quote, (label, Some(format!("{at}/1"))));
                }
                [Value::String(label), Value::String(quote)] if (asked.is_label)(label) => {
                    self.push(quote, (label, Some(format!("{at}/0"))));
                }
                _ => self.problems.push(expected(entry)),
            },
            Value::String(quote) => self.found.push(Entry { text: quote.clone(), ..Entry::default() }),
            other => self.problems.push(expected(other)),
        }
    }

    /// Adds the quotes that stand under one label.
    fn add_labeled(&mut self, label: &str, quotes: &Value, base: &str) {
        let single = std::slice::from_ref(quotes);
        for (index, quote) in quotes.as_array().map_or(single, Vec::as_slice).iter().enumerate() {
            match quote {
                Value::String(quote) => self.push(quote, (label, None)),
                Value::Object(fields) => match object(fields, "") {
                    Ok(read) => {
                        let at = if quotes.is_array() { format!("{base}/{index}") } else { base.to_owned() };
                        self.found.push(Entry {
                            labels: vec![(label.to_owned(), None)],
                            at: Some(at),
                            ..read
                        });
                    }
                    Err(problem) => self.problems.push(problem),
                },
                Value::Null => {}
                other => self.problems.push(expected(other)),
            }
        }
    }

    fn push(&mut self, quote: &str, (label, at): (&str, Option<String>)) {
        self.found.push(Entry {
            text: quote.to_owned(),
            labels: vec![(label.to_owned(), at)],
            ..Entry::default()
        });
    }
}

impl Entry {
    fn forget_places(&mut self) {
        self.at = None;
        self.labels.iter_mut().for_each(|(_, at)| *at = None);
    }
}

/// Reads an object that quotes words.
fn object(fields: &Map<String, Value>, at: &str) -> Result<Entry, String> {
    let (text_key, quote) = field(fields, TEXT_KEYS, None).ok_or_else(|| {
        format!("an entry has no `text`, only {}", text::quoted(fields.keys().map(String::as_str)))
    })?;
    let text = match quote {
        Value::String(quote) => quote.clone(),
        Value::Number(number) => number.to_string(),
        other => {
            return Err(format!(
                "expected the quoted words as `{text_key}`, found {}",
                text::describe(other)
            ));
        }
    };
    let labels = match field(fields, LABEL_KEYS, Some(text_key)) {
        None | Some((_, Value::Null)) => Vec::new(),
        Some((key, Value::Array(labels))) => {
            let place = child(at, key);
            let numbered = labels.iter().enumerate();
            let named = numbered
                .filter_map(|(index, label)| Some((text::plain(label)?, Some(format!("{place}/{index}")))));
            named.collect()
        }
        Some((key, label)) => vec![(text::plain(label).unwrap_or_default(), Some(child(at, key)))],
    };
    let of = |key: &str| fields.get(key).and_then(number);
    let occurrence = of("occurrence").filter(|number| 0 < *number).map(|number| number as u64);
    Ok(Entry { text, labels, occurrence, hint: of("start").zip(of("end")).map(<[usize; 2]>::from), at: None })
}

/// Returns the first of these keys that is there, case aside, and what it holds.
fn field<'a>(
    fields: &'a Map<String, Value>,
    keys: &[&str],
    except: Option<&str>,
) -> Option<(&'a str, &'a Value)> {
    let named = |name: &&str| {
        fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name) && Some(key.as_str()) != except)
    };
    keys.iter().find_map(named).map(|(key, value)| (key.as_str(), value))
}

/// Returns whether an object quotes words itself.
fn is_entry(fields: &Map<String, Value>) -> bool {
    let is_quote = |value: &Value| value.is_string() || value.is_number();
    field(fields, TEXT_KEYS, None).is_some_and(|(_, quote)| is_quote(quote))
}

/// Returns whether an object holds lists of quotes, each under its label.
fn is_by_label(fields: &Map<String, Value>, asked: Asked<'_>) -> bool {
    !fields.is_empty() && fields.keys().all(|key| (asked.is_label)(key))
}

/// Returns the JSON Pointer of a key in an object.
fn child(base: &str, key: &str) -> String {
    format!("{base}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn expected(found: &Value) -> String {
    format!("expected a list of objects with `text` and `label`, found {}", text::describe(found))
}
