//! The lines of a journal: the first, which says that it is one, and what the others hold.

use std::io::{self, BufRead, BufReader, Read};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::record::{Outline, Record};

/// The first line.
pub(super) const HEADER: &str = "{\"journal\":\"ls-autolabel\",\"format_version\":1}\n";

/// The newest version this program knows.
pub(super) const VERSION: u64 = 1;

/// A first line longer than this is no header.
const LONGEST_HEADER: u64 = 4096;

/// A longer line's memory is given back.
const USUAL: usize = 1 << 20;

/// The names of all records of this version.
const KNOWN: [&str; 5] = ["answer", "failure", "also", "posting", "posted"];

/// What the beginning of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// A header; records begin at this offset.
    Header(u64),
    /// Nothing, or a header that was cut off.
    Nothing,
    /// A journal of a newer version.
    Newer(u64),
    /// Something else entirely.
    Foreign,
}

/// Where a line stands, without what ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub offset: u64,
    pub length: u64,
}

/// What a line holds.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    Record(Box<Outline>),
    /// A record of a kind that a later program of this version writes.
    Unknown,
    /// The beginning of a record, as a killed process or a power cut leaves it.
    Cut,
    Garbage,
}

/// Reads line by line, however long they are.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    offset: u64,
    /// Whether the last line is not ended.
    pub is_open: bool,
}

#[derive(Deserialize)]
struct Header {
    journal: String,
    format_version: u64,
}

/// Looks at the beginning of a file.
pub(super) fn beginning(file: impl Read) -> io::Result<Beginning> {
    let mut bytes = Vec::new();
    file.take(LONGEST_HEADER).read_to_end(&mut bytes)?;
    let line = bytes.iter().position(|byte| *byte == b'\n').map(|end| &bytes[..end]);
    let Some(line) = line else {
        // Zeros stand where a power cut came between a file's new length and its content.
        let is_cut = HEADER.as_bytes().starts_with(without_zeros(&bytes)) && bytes.len() < 2 * HEADER.len();
        return Ok(if is_cut { Beginning::Nothing } else { Beginning::Foreign });
    };
    Ok(match serde_json::from_slice::<Header>(line) {
        Ok(header) if header.journal != "ls-autolabel" => Beginning::Foreign,
        Ok(header) if VERSION < header.format_version => Beginning::Newer(header.format_version),
        Ok(_) => Beginning::Header(line.len() as u64 + 1),
        Err(_) => Beginning::Foreign,
    })
}

/// Returns what a line holds.
pub(super) fn content(line: &[u8]) -> Content {
    let line = without_zeros(line);
    // The parser does not look at the letters of what it passes over.
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        // Cut off within a letter.
        Err(error) if error.error_len().is_none() => {
            let before = content(&line[..error.valid_up_to()]);
            return if before == Content::Cut { Content::Cut } else { Content::Garbage };
        }
        Err(_) => return Content::Garbage,
    };
    match serde_json::from_str::<Outline>(text) {
        Ok(record) => Content::Record(Box::new(record)),
        Err(error) if error.is_eof() => Content::Cut,
        Err(_) => match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(map) if map.len() == 1 && !map.keys().any(|name| KNOWN.contains(&name.as_str())) => {
                Content::Unknown
            }
            _ => Content::Garbage,
        },
    }
}

/// Returns the whole record of a line that holds one.
pub(super) fn whole(line: &[u8]) -> Result<Record, serde_json::Error> {
    serde_json::from_slice(without_zeros(line))
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

impl<R: Read> Lines<R> {
    /// Reads on from where the reader stands, which is at this offset of the file.
    pub(super) fn new(reader: R, offset: u64) -> Self {
        Self { reader: BufReader::new(reader), line: Vec::new(), offset, is_open: false }
    }

    /// Returns the next line.
    pub(super) fn next(&mut self) -> io::Result<Option<(Place, &[u8])>> {
        self.line.clear();
        self.line.shrink_to(USUAL);
        let read = self.reader.read_until(b'\n', &mut self.line)? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.is_open = self.line.pop_if(|last| *last == b'\n').is_none();
        let place = Place { offset: self.offset, length: self.line.len() as u64 };
        self.offset += read;
        Ok(Some((place, &self.line)))
    }

    /// Returns how much of the file was read.
    pub(super) fn end(&self) -> u64 {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_told_from_anything_else() {
        let check = |text: &str, expect: Beginning| {
            assert_eq!(beginning(text.as_bytes()).unwrap(), expect, "{text}");
        };
        let whole = || Beginning::Header(HEADER.len() as u64);
        check(HEADER, whole());
        check(&format!("{HEADER}{{"), whole());
        check("{\"format_version\": 1, \"journal\": \"ls-autolabel\"}\r\n", Beginning::Header(50));
        check("{\"journal\":\"ls-autolabel\",\"format_version\":2,\"more\":[]}\n", Beginning::Newer(2));
        check("{\"journal\":\"other\",\"format_version\":1}\n", Beginning::Foreign);
        check("id,text\n", Beginning::Foreign);
        check("id", Beginning::Foreign);
        check(&"\0".repeat(10_000), Beginning::Foreign);
        for length in 0..HEADER.len() {
            check(&HEADER[..length], Beginning::Nothing);
            check(&format!("{}\0\0", &HEADER[..length]), Beginning::Nothing);
        }
    }

    #[test]
    fn a_line_is_a_record_or_part_of_one_or_garbage() {
        let check = |line: &str, expect: Content| assert_eq!(content(line.as_bytes()), expect, "{line}");
        let posted = r#"{"posted":{"call":3}}"#;
        let record = || Content::Record(Box::new(Outline::Posted(super::super::record::Posted { call: 3 })));
        check(posted, record());
        check(&format!("{posted}\r"), record());
        check(&format!("{posted}\0\0"), record());
        for length in 0..posted.len() {
            check(&posted[..length], Content::Cut);
            check(&format!("{}\0", &posted[..length]), Content::Cut);
        }
        check(&format!("{}{posted}", &posted[..9]), Content::Garbage);
        check(&format!("\0{posted}"), Content::Garbage);
        check(r#"{"posted":{"call":"3"}}"#, Content::Garbage);
        check(r#"{"paused":{"call":"3"}}"#, Content::Unknown);
        check(r#"{"paused":1,"posted":{"call":3}}"#, Content::Garbage);
        check("[1]", Content::Garbage);
        check("7", Content::Garbage);
        assert_eq!(content(b"{\"paused\":\"\xff\"}"), Content::Garbage);
        assert_eq!(content(format!("{posted}é").as_bytes().split_last().unwrap().1), Content::Garbage);
        assert_eq!(content(b"{\"answer\":{\"model\":\"\xc3"), Content::Cut);
    }

    #[test]
    fn lines_are_read_with_where_they_stand() {
        let mut lines = Lines::new(&b"ab\n\nc"[..], 10);
        let mut found = Vec::new();
        while let Some((Place { offset, length }, line)) = lines.next().unwrap() {
            found.push((offset, length, String::from_utf8(line.to_vec()).unwrap()));
        }
        assert_eq!(found, [(10, 2, "ab".to_owned()), (13, 0, String::new()), (14, 1, "c".to_owned())]);
        assert!(lines.is_open && lines.end() == 15);
    }
}
