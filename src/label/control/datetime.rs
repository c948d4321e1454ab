//! `DateTime`: a date, a time of day, or both, in the tag's own format.

use std::sync::Arc;

use jiff::civil::{Date, DateTime as Moment, Time};
use roxmltree::Node;
use serde_json::{Value, json};

use super::strftime::{Format, read_iso};
use super::{Control, Head, Reading, compare, example, wrapper};
use crate::label::task::Task;
use crate::label::{tag, text};

/// What the editor writes where the tag names no format; a time alone is never in another one.
const DATE_AND_TIME: &str = "%Y-%m-%dT%H:%M";
const DATE_ALONE: &str = "%Y-%m-%d";
const TIME_ALONE: &str = "%H:%M";

/// The moment that examples show.
const EXAMPLE: Moment = Moment::constant(2024, 3, 5, 14, 30, 0, 0);

#[derive(Debug)]
struct DateTime {
    head: Head,
    parts: Parts,
    format: Format,
    /// The format as the config writes it, for descriptions.
    written: String,
    /// Bounds of the date, compared as text like in the editor.
    minimum: Option<String>,
    maximum: Option<String>,
}

/// What the tag asks for (`only`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    DateAndTime,
    Date,
    Time,
}

pub(super) fn parse(node: &Node<'_, '_>, head: Head) -> Result<Arc<dyn Control>, String> {
    let parts = parts(tag::filled(node, "only").unwrap_or_default())?;
    let written = match (parts, tag::filled(node, "format")) {
        (Parts::Time, _) => TIME_ALONE,
        (_, Some(format)) => format,
        (Parts::Date, None) => DATE_ALONE,
        (Parts::DateAndTime, None) => DATE_AND_TIME,
    };
    let format = Format::parse(written).map_err(|reason| format!("its format `{written}` {reason}"))?;
    let bound = |name| {
        let is_dated = |bound: &&str| bound.starts_with(|first: char| first.is_ascii_digit());
        tag::filled(node, name).filter(is_dated).map(str::to_owned)
    };
    Ok(Arc::new(DateTime {
        head,
        parts,
        format,
        written: written.to_owned(),
        minimum: bound("min"),
        maximum: bound("max"),
    }))
}

/// Reads the comma-separated list of what the tag shows.
fn parts(only: &str) -> Result<Parts, String> {
    let has = |part| only.split(',').any(|listed| listed.trim() == part);
    match (has("date"), has("time")) {
        (true, true) => Ok(Parts::DateAndTime),
        (true, false) => Ok(Parts::Date),
        (false, true) if only.trim() == "time" => Ok(Parts::Time),
        (false, false) if only.is_empty() => Ok(Parts::DateAndTime),
        // The editor does not show a year or month that a prediction brings (seen in Label Studio 1.23).
        _ => Err(format!("`only=\"{only}\"` is not supported; `date`, `time` and `date,time` are")),
    }
}

impl DateTime {
    /// Reads the tag's own format first, since `03/04/2024` means what the tag says.
    fn moment(&self, written: &str) -> Option<(Option<Date>, Option<Time>)> {
        let own = || self.format.read(written).map(|moment| (Some(moment.date()), Some(moment.time())));
        let iso = || read_iso(written).map(|iso| (iso.date, iso.time));
        if self.parts == Parts::Time { iso() } else { own().or_else(iso) }
    }

    fn stored(&self, written: &str) -> Result<String, String> {
        let found = self.moment(written);
        let moment = match (self.parts, found) {
            (Parts::Time, Some((_, Some(time)))) => EXAMPLE.date().to_datetime(time),
            // The editor, too, takes a date without a time for its midnight.
            (Parts::Date | Parts::DateAndTime, Some((Some(date), time))) => {
                date.to_datetime(time.unwrap_or(Time::midnight()))
            }
            _ => return Err(format!("expected {}, found `{}`", self.describe(), text::shorten(written))),
        };
        let day = moment.date().to_string();
        if self.parts != Parts::Time {
            if let Some(minimum) = self.minimum.as_ref().filter(|minimum| day < **minimum) {
                return Err(format!("`{day}` is before the first date allowed, `{minimum}`"));
            }
            if let Some(maximum) = self.maximum.as_ref().filter(|maximum| **maximum < day) {
                return Err(format!("`{day}` is after the last date allowed, `{maximum}`"));
            }
        }
        self.format.write(moment)
    }

    fn describe(&self) -> String {
        let what = match self.parts {
            Parts::DateAndTime => "a date and time",
            Parts::Date => "a date",
            Parts::Time => "a time of day",
        };
        let example = self.format.write(EXAMPLE).unwrap_or_default();
        format!("{what} as `{}`, such as `{example}`", self.written)
    }
}

impl Control for DateTime {
    fn head(&self) -> &Head {
        &self.head
    }

    fn schema(&self, _task: &Task) -> Result<Value, String> {
        let first = self.minimum.iter().map(|minimum| format!("; not before {minimum}"));
        let last = self.maximum.iter().map(|maximum| format!("; not after {maximum}"));
        let description: String = std::iter::once(self.describe()).chain(first).chain(last).collect();
        Ok(wrapper::optional("string", &description, &self.head))
    }

    fn read(&self, answer: &Value, _task: &Task) -> Reading {
        let inner = wrapper::single(wrapper::unwrap(answer, &self.head));
        let stored = match inner {
            _ if wrapper::is_blank(inner) => return wrapper::blank(&self.head),
            Value::String(written) => self.stored(written.trim()),
            // A format such as `%Y` makes models answer with a number.
            Value::Number(number) => self.stored(&number.to_string()),
            other => Err(format!("expected {}, found {}", self.describe(), text::describe(other))),
        };
        match stored {
            Ok(stored) => Reading::value(json!({"datetime": stored})),
            Err(problem) => Reading::problem(problem),
        }
    }

    fn answer(&self, regions: &[Value], task: &Task) -> Result<Value, String> {
        match example::content(regions, "datetime") {
            None => example::empty(&self.head, Value::Null),
            Some(stored) => example::confirmed(self, stored.clone(), stored, task),
        }
    }

    /// Dates agree where they are stored alike.
    fn agreement(&self, gold: &[Value], predicted: &[Value]) -> f64 {
        compare::last(gold, predicted, |gold, predicted| {
            compare::same(&gold["datetime"], &predicted["datetime"])
        })
    }

    fn canonical(&self) -> String {
        let parts = format!("{:?}", self.parts);
        self.head.canonical(&json!([parts, self.written, self.minimum, self.maximum]))
    }
}
