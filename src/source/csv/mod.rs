//! Tasks in CSV and TSV: a header, then one task a row; every value is a string.

mod quotes;

use std::collections::HashMap;
use std::io::BufRead;

use ::csv::{ErrorKind, ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use self::quotes::Quotes;
use super::format::{Each, Format, Trouble};
use super::shape::Shapes;

/// Values between commas; or between semicolons or tabs, if the header has no comma.
pub(super) const CSV: Format = Format { extensions: &["csv"], read: read_csv };

/// Values between tabs.
pub(super) const TSV: Format = Format { extensions: &["tsv", "tab"], read: read_tsv };

/// The records of a file, one at a time.
struct Records<'a> {
    reader: ::csv::Reader<Quotes<'a>>,
    record: StringRecord,
}

fn read_csv(input: &mut dyn BufRead, each: &mut Each<'_>) -> Result<(), Trouble> {
    let start = input.fill_buf().map_err(|error| Trouble::whole(error.to_string()))?;
    let header = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // Spreadsheets write semicolons where the decimal sign is a comma; Label Studio reads them, too.
    let delimiter = *b",;\t".iter().find(|delimiter| header.contains(delimiter)).unwrap_or(&b',');
    read(input, delimiter, each)
}

fn read_tsv(input: &mut dyn BufRead, each: &mut Each<'_>) -> Result<(), Trouble> {
    read(input, b'\t', each)
}

fn read(input: &mut dyn BufRead, delimiter: u8, each: &mut Each<'_>) -> Result<(), Trouble> {
    let mut records = Records::new(input, delimiter);
    let Some(line) = records.advance()? else {
        return Err(Trouble::whole("it is empty; expected a first line with the names of the columns"));
    };
    let names = column_names(&records.record, line)?;
    let mut shapes = Shapes::default();
    while let Some(line) = records.advance()? {
        if records.record.len() != names.len() {
            return Err(Trouble::at_line(line, wrong_width(&names, &records.record)));
        }
        let values = records.record.iter().map(Value::from);
        let fields: Map<_, _> = names.iter().cloned().zip(values).collect();
        let found = shapes.task(Value::Object(fields)).map_err(|reason| Trouble::at_line(line, reason))?;
        if found.is_some_and(|found| each(found).is_break()) {
            break;
        }
    }
    Ok(())
}

impl<'a> Records<'a> {
    fn new(input: &'a mut dyn BufRead, delimiter: u8) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter).has_headers(false).flexible(true);
        Self { reader: builder.from_reader(Quotes::new(input, delimiter)), record: StringRecord::new() }
    }

    /// Reads the next record and returns the line it begins on; `None` at the end.
    fn advance(&mut self) -> Result<Option<u64>, Trouble> {
        if !self.reader.read_record(&mut self.record).map_err(trouble)? {
            return Ok(None);
        }
        // The library's own position of a record is before the blank lines that it skips.
        let inside = self.record.as_slice().matches('\n').count() as u64;
        Ok(Some(self.reader.position().line() - 1 - inside))
    }
}

/// Returns what our own reader found wrong, or else the library's words.
fn trouble(error: ::csv::Error) -> Trouble {
    let text = error.to_string();
    match error.into_kind() {
        ErrorKind::Io(error) => {
            error.downcast().unwrap_or_else(|error: std::io::Error| Trouble::whole(error.to_string()))
        }
        _ => Trouble::whole(text),
    }
}

/// Checks the header: a value without a name, or two of one name, could not be told apart later.
fn column_names(header: &StringRecord, line: u64) -> Result<Vec<String>, Trouble> {
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let mut columns = HashMap::new();
    for (column, name) in (1..).zip(&names) {
        if name.is_empty() {
            let reason = format!(
                "column {column} has no name in the header; name it or remove it (pandas leaves out its index with \
                 `index=False`)"
            );
            return Err(Trouble::at_line(line, reason));
        }
        if let Some(first) = columns.insert(name.as_str(), column) {
            let reason = format!("columns {first} and {column} are both named `{name}`; rename one of them");
            return Err(Trouble::at_line(line, reason));
        }
    }
    Ok(names)
}

fn wrong_width(names: &[String], record: &StringRecord) -> String {
    let (expected, found) = (names.len(), record.len());
    let plural = if expected == 1 { "" } else { "s" };
    let cure = if expected < found {
        "; put values that contain the separator in double quotes"
    } else {
        "; put values that contain a line break in double quotes, and a separator for each that is empty"
    };
    format!("expected {expected} value{plural} as in the header, found {found}{cure}")
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use proptest::prelude::*;

    use super::*;

    /// Returns the data of the tasks that were read, and the trouble that ended the reading.
    fn read_all(format: Format, input: &[u8]) -> (Vec<String>, Option<String>) {
        let mut tasks = Vec::new();
        let result = (format.read)(&mut &*input, &mut |found| {
            tasks.push(Value::Object(found.task.data).to_string());
            ControlFlow::Continue(())
        });
        (tasks, result.err().map(|trouble| trouble.to_string()))
    }

    fn check(input: &str, tasks: &[&str], trouble: Option<&str>) {
        let expect = (tasks.iter().map(|task| (*task).to_owned()).collect(), trouble.map(str::to_owned));
        assert_eq!(read_all(CSV, input.as_bytes()), expect, "{input:?}");
    }

    #[test]
    fn rows_are_tasks_of_strings() {
        check("b,a\n1,x\n,\"y, z\"\n", &[r#"{"b":"1","a":"x"}"#, r#"{"b":"","a":"y, z"}"#], None);
        check("text\r\na\r\n\r\nb", &[r#"{"text":"a"}"#, r#"{"text":"b"}"#], None);
        check("text\n", &[], None);
    }

    #[test]
    fn lines_end_in_any_way_and_blank_ones_do_not_count() {
        for end in ["\n", "\r\n", "\r"] {
            let input = ["a,b", "", "1,2", "", "", "3,4"].join(end);
            let tasks = [r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":"4"}"#];
            check(&input, &tasks, None);
            check(&format!("{end}{input}{end}{end}"), &tasks, None);
            let expect = ", line 7: expected 2 values as in the header, found 1; put values that contain a line break in \
                          double quotes, and a separator for each that is empty";
            check(&format!("{input}{end}5"), &tasks, Some(expect));
        }
    }

    #[test]
    fn quoted_values_hold_anything() {
        let task = |value: &str| serde_json::json!({ "text": value }).to_string();
        let values = [
            ("\"a,\r\n\"\"b\"\"\"", "a,\r\n\"b\""),
            ("\"\"", ""),
            ("5\" disk", "5\" disk"),
            ("\"\"\"\"", "\""),
        ];
        for (written, value) in values {
            check(&format!("text\n{written}\n"), &[&task(value)], None);
            check(&format!("text\n{written}"), &[&task(value)], None);
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_by_its_line() {
        let reason = "the double quote that opens a value here is never closed; close it, or write `\"\"` for a quote \
                      that is part of a quoted value";
        let task = r#"{"a":"1","b":"2"}"#;
        check("a,b\r\n1,2\r\nc,\"d\r\ne,f\r\n", &[task], Some(&format!(", line 3: {reason}")));
        check("\"", &[], Some(&format!(", line 1: {reason}")));
    }

    #[test]
    fn text_after_a_closing_quote_is_refused() {
        let expect = ", line 2: text follows the closing double quote of a value; write `\"\"` for a quote that is part \
                      of the value";
        check("a\n\"He said \"hi\", then left\"\n", &[], Some(expect));
    }

    #[test]
    fn semicolons_and_tabs_separate_where_the_header_has_no_comma() {
        let task = r#"{"a":"1","b":"2,5"}"#;
        check("a;b\n1;2,5\n", &[task], None);
        check("a\tb\n1\t2,5\n", &[task], None);
        check("a,b\n1,\"2,5\"\n", &[task], None);
        assert_eq!(read_all(TSV, b"a\tb\n1\t2,5\n"), (vec![task.to_owned()], None));
        assert_eq!(read_all(TSV, b"a,b\n1\n"), (vec![r#"{"a,b":"1"}"#.to_owned()], None));
    }

    #[test]
    fn a_row_of_another_width_is_named_by_its_line() {
        let fewer = ", line 5: expected 2 values as in the header, found 1; put values that contain a line break in \
            double quotes, and a separator for each that is empty";
        check("a,b\r\n1,\"2\r\n3\"\r\n\r\n4\r\n5,6\r\n", &[r#"{"a":"1","b":"2\r\n3"}"#], Some(fewer));
        let more = ", line 2: expected 1 value as in the header, found 2; put values that contain the separator in \
            double quotes";
        check("text\nHello, world\n", &[], Some(more));
    }

    #[test]
    fn a_header_must_name_each_column_once() {
        check("", &[], Some(": it is empty; expected a first line with the names of the columns"));
        let unnamed = ", line 1: column 1 has no name in the header; name it or remove it (pandas leaves out its \
            index with `index=False`)";
        check(",text\n0,a\n", &[], Some(unnamed));
        let twice = ", line 1: columns 1 and 3 are both named `a`; rename one of them";
        check("a,b, a\n", &[], Some(twice));
    }

    #[test]
    fn an_export_of_label_studio_keeps_its_ids() {
        let input = "annotation_id,annotator,created_at,id,lead_time,text\n1,1,x,7,0.5,a\n2,1,x,x7,0.5,b\n";
        let mut found = Vec::new();
        let result = (CSV.read)(&mut input.as_bytes(), &mut |one| {
            found.push((one.task.id.studio(), one.task.annotations.len()));
            ControlFlow::Continue(())
        });
        assert_eq!(found, [(Some(7), 1)]);
        assert!(result.unwrap_err().to_string().starts_with(", line 3: `id` is \"x7\", but"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (tasks, trouble) = read_all(CSV, &bytes);
            prop_assert!(tasks.len() < 1 + bytes.len());
            prop_assert!(trouble.is_none_or(|trouble| trouble.contains(": ")));
        }

        #[test]
        fn what_a_csv_library_writes_is_read_back(
            rows in proptest::collection::vec(proptest::collection::vec("[a,;\"'\r\n\té ]{0,6}", 3), 0..8)
        ) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(["x", "y", "z"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let expect: Vec<String> = rows
                .iter()
                .map(|row| serde_json::json!({"x": row[0], "y": row[1], "z": row[2]}).to_string())
                .collect();
            prop_assert_eq!(read_all(CSV, &writer.into_inner().unwrap()), (expect, None));
        }
    }
}
