//! Splits text into records, with the line each begins on.
//!
//! The `csv` library accepts a quote that is never closed, which silently swallows the rest of a file, and counts lines
//! wrongly after `\r\n`; both are what people most need to be told.

use std::io::BufRead;
use std::mem::take;

use super::super::format::Trouble;

/// Reads records, blank lines left out.
pub(super) struct Records<'a> {
    input: &'a mut dyn BufRead,
    delimiter: u8,
    /// The line of the next byte, counted from 1.
    line: u64,
    /// Whether the byte before was a `\r` that ended a record, so that a `\n` belongs to it.
    after_return: bool,
    partial: Partial,
}

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line it begins on.
    pub(super) line: u64,
    pub(super) fields: Vec<String>,
}

/// The record being read.
#[derive(Debug, Default)]
struct Partial {
    line: u64,
    fields: Vec<String>,
    field: Vec<u8>,
    state: State,
    /// The line of the last opening quote.
    quote_line: u64,
}

/// Where in a field the reader is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Bare,
    Quoted,
    /// After a quote within quotes: it ended the field, or is the first of two that stand for one.
    Quote,
}

impl<'a> Records<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, delimiter: u8) -> Self {
        Self { input, delimiter, line: 1, after_return: false, partial: Partial::default() }
    }

    pub(super) fn next_record(&mut self) -> Result<Option<Record>, Trouble> {
        loop {
            let chunk = self.input.fill_buf().map_err(|error| Trouble::whole(error.to_string()))?;
            if chunk.is_empty() {
                return self.last_record();
            }
            let mut used = 0;
            let mut record = None;
            while used < chunk.len() && record.is_none() {
                let byte = chunk[used];
                used += 1;
                if take(&mut self.after_return) && byte == b'\n' {
                    continue;
                }
                if matches!(byte, b'\n' | b'\r') && self.partial.state != State::Quoted {
                    self.after_return = byte == b'\r';
                    record = self.partial.finish()?;
                    self.line += 1;
                } else {
                    self.partial.push(byte, self.delimiter, self.line)?;
                    self.line += u64::from(byte == b'\n');
                }
            }
            self.input.consume(used);
            if record.is_some() {
                return Ok(record);
            }
        }
    }

    fn last_record(&mut self) -> Result<Option<Record>, Trouble> {
        if self.partial.state == State::Quoted {
            let reason = "the double quote that opens a value here is never closed; close it, or write `\"\"` for a \
                          quote that is part of a quoted value";
            return Err(Trouble::at_line(self.partial.quote_line, reason));
        }
        self.partial.finish()
    }
}

impl Partial {
    fn push(&mut self, byte: u8, delimiter: u8, line: u64) -> Result<(), Trouble> {
        if self.is_blank() {
            self.line = line;
        }
        match (self.state, byte) {
            (State::Start, b'"') => {
                self.state = State::Quoted;
                self.quote_line = line;
            }
            (State::Quoted, b'"') => self.state = State::Quote,
            (State::Start | State::Bare | State::Quote, _) if byte == delimiter => self.end_field()?,
            (State::Quote, b'"') | (State::Quoted, _) => {
                self.field.push(byte);
                self.state = State::Quoted;
            }
            (State::Quote, _) => {
                let reason = "text follows the closing double quote of a value; write `\"\"` for a quote that is part \
                              of the value";
                return Err(Trouble::at_line(line, reason));
            }
            (State::Start | State::Bare, _) => {
                self.field.push(byte);
                self.state = State::Bare;
            }
        }
        Ok(())
    }

    fn is_blank(&self) -> bool {
        self.state == State::Start && self.fields.is_empty()
    }

    fn end_field(&mut self) -> Result<(), Trouble> {
        let field = String::from_utf8(take(&mut self.field))
            .map_err(|error| Trouble::at_line(self.line, error.to_string()))?;
        self.fields.push(field);
        self.state = State::Start;
        Ok(())
    }

    /// Ends the record at the end of a line; a blank line is none.
    fn finish(&mut self) -> Result<Option<Record>, Trouble> {
        if self.is_blank() {
            return Ok(None);
        }
        self.end_field()?;
        Ok(Some(Record { line: self.line, fields: take(&mut self.fields) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: &[(u64, &[&str])], trouble: Option<(u64, &str)>) {
        let mut input = input.as_bytes();
        let mut records = Records::new(&mut input, b',');
        let mut read = Vec::new();
        let end = loop {
            match records.next_record() {
                Ok(Some(record)) => read.push(record),
                Ok(None) => break None,
                Err(trouble) => break Some(trouble),
            }
        };
        let expect: Vec<_> = expect
            .iter()
            .map(|(line, fields)| Record {
                line: *line,
                fields: fields.iter().map(|field| (*field).into()).collect(),
            })
            .collect();
        assert_eq!(read, expect);
        let end = end.map(|trouble| (trouble.line.unwrap(), trouble.reason));
        assert_eq!(end.as_ref().map(|(line, reason)| (*line, reason.split(';').next().unwrap())), trouble);
    }

    #[test]
    fn lines_end_in_any_way_and_blank_ones_do_not_count() {
        for end in ["\n", "\r\n", "\r"] {
            let input = ["a,b", "", "c,d", "e,f"].join(end);
            check(&input, &[(1, &["a", "b"]), (3, &["c", "d"]), (4, &["e", "f"])], None);
            check(
                &format!("{input}{end}{end}"),
                &[(1, &["a", "b"]), (3, &["c", "d"]), (4, &["e", "f"])],
                None,
            );
        }
    }

    #[test]
    fn quoted_values_hold_anything() {
        check("\"a,\r\n\"\"b\"\"\",c\nd,\"\"\n", &[(1, &["a,\r\n\"b\"", "c"]), (3, &["d", ""])], None);
        check("\"\"\n", &[(1, &[""])], None);
        check(",\n", &[(1, &["", ""])], None);
        check("5\" disk,\"\"\"\"", &[(1, &["5\" disk", "\""])], None);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_by_its_line() {
        let reason = "the double quote that opens a value here is never closed";
        check("a,b\nc,\"d\ne,f\ng,h\n", &[(1, &["a", "b"])], Some((2, reason)));
        check("\"", &[], Some((1, reason)));
    }

    #[test]
    fn text_after_a_closing_quote_is_refused() {
        let reason = "text follows the closing double quote of a value";
        check("a\n\"He said \"hi\", then left\"\n", &[(1, &["a"])], Some((2, reason)));
    }
}
