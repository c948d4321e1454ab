//! Text that is known to be UTF-8: a reader that checks what passes through it.

use std::io::{BufRead, Error, ErrorKind, Read, Result};
use std::str;

const CHUNK: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Passes on valid UTF-8, without a byte order mark; fails at the first byte that is anything else.
#[derive(Debug)]
pub(super) struct Utf8Reader<R> {
    inner: R,
    buffer: Vec<u8>,
    /// Where in the buffer the part begins that was checked and not yet consumed.
    start: usize,
    /// Where it ends.
    checked: usize,
    /// Bytes of the file before the buffer.
    offset: u64,
    /// Line feeds before the buffer.
    lines: u64,
}

impl<R: Read> Utf8Reader<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, buffer: Vec::new(), start: 0, checked: 0, offset: 0, lines: 0 }
    }

    /// Replaces what was consumed by what comes next; at the end of the file nothing is left to consume.
    fn refill(&mut self) -> Result<()> {
        self.lines += line_feeds(&self.buffer[..self.checked]);
        self.offset += self.checked as u64;
        self.buffer.drain(..self.checked);
        (self.start, self.checked) = (0, 0);
        loop {
            let read = self.inner.by_ref().take(CHUNK as u64).read_to_end(&mut self.buffer)?;
            if self.offset == 0 && self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.start = BYTE_ORDER_MARK.len();
            }
            match str::from_utf8(&self.buffer) {
                Ok(_) => self.checked = self.buffer.len(),
                Err(error) => {
                    self.checked = error.valid_up_to();
                    if self.checked == 0 && (error.error_len().is_some() || read == 0) {
                        return Err(self.refusal());
                    }
                }
            }
            // A buffer that holds nothing but the mark says nothing about the end.
            if self.start < self.checked || read == 0 {
                return Ok(());
            }
        }
    }

    fn refusal(&self) -> Error {
        let (byte, position, line) = (self.buffer[0], self.offset, self.lines + 1);
        let reason = format!(
            "byte 0x{byte:02X} at byte position {position} (line {line}) is not UTF-8; save the file as UTF-8"
        );
        Error::new(ErrorKind::InvalidData, reason)
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize> {
        let read = self.fill_buf()?.read(target)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.start == self.checked {
            self.refill()?;
        }
        Ok(&self.buffer[self.start..self.checked])
    }

    fn consume(&mut self, amount: usize) {
        self.start += amount;
    }
}

fn line_feeds(text: &[u8]) -> u64 {
    text.split(|byte| *byte == b'\n').count() as u64 - 1
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Gives one byte at a time, as a slow pipe does.
    struct Drops(Cursor<Vec<u8>>);

    impl Read for Drops {
        fn read(&mut self, target: &mut [u8]) -> Result<usize> {
            let one = target.len().min(1);
            self.0.read(&mut target[..one])
        }
    }

    fn check(input: &[u8], expect: std::result::Result<&str, &str>) {
        let mut text = String::new();
        let read = Utf8Reader::new(Drops(Cursor::new(input.to_vec()))).read_to_string(&mut text);
        assert_eq!(
            read.map(|_| text.as_str()).map_err(|error| error.to_string()),
            expect.map_err(str::to_owned)
        );
    }

    #[test]
    fn a_byte_order_mark_is_left_out_once_and_only_at_the_beginning() {
        check(b"\xef\xbb\xbfab", Ok("ab"));
        check(b"\xef\xbb\xbf", Ok(""));
        check(b"\xef\xbb\xbf\xef\xbb\xbfa", Ok("\u{feff}a"));
        check("a\u{feff}".as_bytes(), Ok("a\u{feff}"));
    }

    #[test]
    fn a_wrong_byte_is_named_with_its_position_and_line() {
        let refusal = |byte, position, line| {
            format!(
                "byte 0x{byte} at byte position {position} (line {line}) is not UTF-8; save the file as UTF-8"
            )
        };
        check(b"ab\nc\xe9d", Err(&refusal("E9", 4, 2)));
        check(b"\xff\xfea\0", Err(&refusal("FF", 0, 1)));
        check("é".as_bytes().split_last().unwrap().1, Err(&refusal("C3", 0, 1)));
    }

    #[test]
    fn characters_across_chunks_are_read() {
        let text = "aé€😀".repeat(CHUNK);
        let mut read = String::new();
        Utf8Reader::new(Cursor::new(text.as_bytes())).read_to_string(&mut read).unwrap();
        assert!(read == text);
    }

    proptest! {
        #[test]
        fn whatever_passes_is_what_was_there(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut read = Vec::new();
            let result = Utf8Reader::new(Cursor::new(&bytes)).read_to_end(&mut read);
            prop_assert_eq!(result.is_ok(), str::from_utf8(&bytes).is_ok());
            prop_assert!(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes).starts_with(&read));
        }
    }
}
