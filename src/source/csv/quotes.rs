//! Checks what the `csv` library takes without a word: a quote that is never closed, which swallows the rest of a file,
//! and text after a closing quote, which loses the quote.

use std::io::{self, BufRead, Read};
use std::mem::take;

use super::super::format::Trouble;

/// Passes CSV on, with every line end outside quotes as `\n`, also the last: only so the library counts lines rightly.
pub(super) struct Quotes<'a> {
    input: &'a mut dyn BufRead,
    delimiter: u8,
    state: State,
    /// The line of the next byte, counted from 1.
    line: u64,
    /// The line of the last opening quote.
    quote_line: u64,
    /// Whether the byte before was a `\r` that ended a line, so that a `\n` belongs to it.
    after_return: bool,
}

/// Where in a value the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Bare,
    Quoted,
    /// After a quote within quotes: it ended the value, or is the first of two that stand for one.
    Quote,
    /// The end was passed on.
    Ended,
}

impl<'a> Quotes<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, delimiter: u8) -> Self {
        Self { input, delimiter, state: State::Start, line: 1, quote_line: 1, after_return: false }
    }

    /// Returns what a byte is passed on as; nothing for the second half of a line end.
    fn pass(&mut self, byte: u8) -> Result<Option<u8>, Trouble> {
        if take(&mut self.after_return) && byte == b'\n' {
            return Ok(None);
        }
        let is_line_end = matches!(byte, b'\n' | b'\r');
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::Quote,
            (State::Quoted, _) | (State::Quote, b'"') => State::Quoted,
            (State::Start, b'"') => {
                self.quote_line = self.line;
                State::Quoted
            }
            (_, byte) if is_line_end || byte == self.delimiter => State::Start,
            (State::Quote, _) => {
                let reason = "text follows the closing double quote of a value; write `\"\"` for a quote that is part \
                              of the value";
                return Err(Trouble::at_line(self.line, reason));
            }
            _ => State::Bare,
        };
        let passed = if is_line_end && self.state != State::Quoted {
            self.after_return = byte == b'\r';
            b'\n'
        } else {
            byte
        };
        self.line += u64::from(passed == b'\n');
        Ok(Some(passed))
    }

    fn end(&mut self) -> Result<Option<u8>, Trouble> {
        match self.state {
            State::Quoted => {
                let reason = "the double quote that opens a value here is never closed; close it, or write `\"\"` for \
                              a quote that is part of a quoted value";
                Err(Trouble::at_line(self.quote_line, reason))
            }
            State::Ended => Ok(None),
            State::Start | State::Bare | State::Quote => {
                self.state = State::Ended;
                Ok(Some(b'\n'))
            }
        }
    }
}

impl Read for Quotes<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written == 0 && !target.is_empty() {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                let Some(end) = self.end().map_err(io::Error::other)? else { break };
                target[0] = end;
                return Ok(1);
            }
            let room = chunk.len().min(target.len());
            target[..room].copy_from_slice(&chunk[..room]);
            self.input.consume(room);
            for at in 0..room {
                if let Some(passed) = self.pass(target[at]).map_err(io::Error::other)? {
                    target[written] = passed;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}
