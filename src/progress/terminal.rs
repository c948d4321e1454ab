//! What the program says to a person: results on stdout, everything else on stderr.

use std::io::{self, IsTerminal, Write};

use super::text::harmless_lines;

/// Whether to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    Always,
    Never,
}

/// The way to stdout and stderr.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    color: bool,
    quiet: bool,
}

/// Colours, by what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Careful,
}

impl Terminal {
    /// A terminal that says everything.
    pub fn new(color: Color) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stderr().is_terminal() && io::stdout().is_terminal(),
        };
        Self { color, quiet: false }
    }

    /// The same terminal, which says nothing but errors.
    #[must_use]
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// Returns whether only errors are said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Says something in the middle of a run, in place of a bar that may be drawn; it is drawn again below.
    pub fn interject(&self, text: &str) {
        if io::stderr().is_terminal() {
            // The key itself is echoed, too: `^C`.
            self.say(&format!("\r\u{1b}[2K{text}"));
        } else {
            self.say(text);
        }
    }

    /// Says something also with `--quiet`.
    pub fn insist(&self, text: &str) {
        talk(text);
    }

    /// Says something that is not a result; nothing with `--quiet`.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            talk(text);
        }
    }

    /// Says something a person should know but need not act on.
    pub fn note(&self, text: &str) {
        self.say(&format!("{} {}", self.paint("note:", Tone::Careful), harmless_lines(text)));
    }

    /// Says what went wrong and what to do about it, also with `--quiet`.
    pub fn error(&self, message: &str, hint: Option<&str>) {
        talk(&format!("{} {}", self.paint("error:", Tone::Bad), harmless_lines(message)));
        if let Some(hint) = hint {
            talk(&format!("{} {}", self.paint("hint:", Tone::Good), harmless_lines(hint)));
        }
    }

    /// Writes a result.
    pub fn print(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.write_all(b"\n")?;
        stdout.flush()
    }

    /// Returns the text in the colour of what it means.
    pub fn paint(&self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Good => 32,
            Tone::Bad => 31,
            Tone::Careful => 33,
        };
        if self.color { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Writes to stderr; if nobody can read it there is nobody to tell.
fn talk(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_used_only_when_wanted() {
        let check = |color, expect: &str| {
            assert_eq!(Terminal::new(color).paint("ok", Tone::Good), expect);
        };
        check(Color::Always, "\u{1b}[1;32mok\u{1b}[0m");
        check(Color::Never, "ok");
    }
}
