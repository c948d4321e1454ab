//! `TimeSeries`: measurements in rows, given to the model as a table.

use std::sync::Arc;

use roxmltree::Node;
use serde_json::{Map, Value};

use super::kept::Kept;
use super::{Content, Head, Object, Shows};
use crate::label::path::Path;
use crate::label::task::Task;
use crate::label::{tag, text};

/// Most rows of a table; of a longer one so many are shown, evenly spaced, as an editor draws it on a screen.
const MOST_ROWS: usize = 200;

#[derive(Debug)]
struct TimeSeries {
    head: Head,
    kept: Kept,
    /// Between the values of a line of CSV; one byte.
    separator: u8,
    /// The columns to show, that of the time first; empty where the tag names none.
    columns: Vec<String>,
    /// What of this is in [`Shows::details`].
    details: Vec<String>,
}

/// A header and rows of the same length.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(super) fn parse(node: &Node<'_, '_>, name: &str) -> Result<Arc<dyn Object>, String> {
    let head = Head::of("TimeSeries", node, name)?;
    // A series is at an address unless the tag says that it is in the task.
    let kept = match (Kept::of(node, &head.source), tag::attribute(node, "valueType"), head.source.field()) {
        (Kept::Here, None, Some(field)) => Kept::At(field.clone()),
        (kept, ..) => kept,
    };
    let separator = match tag::attribute(node, "sep") {
        None => b',',
        Some("\\t" | "tab") => b'\t',
        Some(text) => match text.as_bytes() {
            [separator] => *separator,
            _ => return Err(format!("has `sep=\"{text}\"`, expected a single ASCII character")),
        },
    };
    let channels =
        node.descendants().filter(|node| tag::is(node, "Channel") || tag::is(node, "MultiChannel"));
    let channels = channels.filter_map(|channel| tag::filled(&channel, "column"));
    let columns: Vec<String> =
        tag::filled(node, "timeColumn").into_iter().chain(channels).map(str::to_owned).collect();
    let details = [vec![char::from(separator).to_string()], columns.clone()].concat();
    Ok(Arc::new(TimeSeries { head, kept, separator, columns, details }))
}

impl Shows for TimeSeries {
    fn head(&self) -> &Head {
        &self.head
    }

    fn show(&self, task: &Task) -> Result<Content, String> {
        self.kept.check()?;
        let value = self.head.source.value(&task.data)?;
        let table = match value.as_ref() {
            Value::Object(columns) => Table::of_columns(columns),
            Value::String(written) if written.trim_start().starts_with('{') => {
                let columns = serde_json::from_str::<Map<String, Value>>(written);
                columns.map_err(|error| error.to_string()).and_then(|columns| Table::of_columns(&columns))
            }
            Value::String(csv) => Table::of_csv(csv, self.separator),
            other => {
                Err(format!("{}; expected CSV or an object of lists, one a column", text::describe(other)))
            }
        };
        let place = self.head.source.describe();
        let table = table.map_err(|reason| format!("{place} is no time series: {reason}"))?;
        Ok(Content::Text(table.only(&self.columns).text()))
    }

    fn address(&self) -> Option<&Path> {
        self.kept.address()
    }

    fn details(&self) -> Vec<&str> {
        self.details.iter().map(String::as_str).collect()
    }
}

impl Table {
    fn of_columns(columns: &Map<String, Value>) -> Result<Self, String> {
        let lists = columns.values().map(Value::as_array).collect::<Option<Vec<_>>>();
        let lists = lists.ok_or("expected an object of lists, one a column")?;
        let length = lists.iter().map(|list| list.len()).max().unwrap_or_default();
        let row = |index: usize| {
            lists.iter().map(|list| list.get(index).and_then(text::plain).unwrap_or_default()).collect()
        };
        Self { header: columns.keys().cloned().collect(), rows: (0..length).map(row).collect() }.checked()
    }

    fn of_csv(csv: &str, separator: u8) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(csv.as_bytes());
        let fields = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = reader.headers().map(fields).map_err(|error| error.to_string())?;
        let rows = reader.records().map(|record| record.map(|record| fields(&record)));
        Self { header, rows: rows.collect::<Result<_, _>>().map_err(|error| error.to_string())? }.checked()
    }

    fn checked(self) -> Result<Self, String> {
        if self.rows.is_empty() { Err("it has no rows below its header".to_owned()) } else { Ok(self) }
    }

    /// Leaves out other columns than these, where it has all of them.
    fn only(self, columns: &[String]) -> Self {
        let place = |column: &String| self.header.iter().position(|name| name == column);
        let Some(places) = columns.iter().map(place).collect::<Option<Vec<_>>>() else { return self };
        if places.is_empty() {
            return self;
        }
        let chosen = |row: &Vec<String>| {
            places.iter().map(|place| row.get(*place).cloned().unwrap_or_default()).collect::<Vec<_>>()
        };
        Self { header: chosen(&self.header), rows: self.rows.iter().map(chosen).collect() }
    }

    /// Returns it as lines; of a long one the first row, the last, and as many in between as may be.
    fn text(&self) -> String {
        let count = self.rows.len();
        let mut lines = vec![self.header.join(", ")];
        if count <= MOST_ROWS {
            lines.extend(self.rows.iter().map(|row| row.join(", ")));
        } else {
            let place = |number: usize| number * (count - 1) / (MOST_ROWS - 1);
            lines.extend((0..MOST_ROWS).map(|number| self.rows[place(number)].join(", ")));
            lines.push(format!("({MOST_ROWS} of {count} rows, evenly spaced)"));
        }
        lines.join("\n")
    }
}
