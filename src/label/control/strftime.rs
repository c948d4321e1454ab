//! Formats of date and time as Label Studio's editor reads them: the directives of `d3-time-format`.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::{self, BrokenDownTime};

/// A format in the words of the `jiff` library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    directives: String,
}

/// What the editor writes for `%c`, `%x` and `%X` in its only locale.
const LOCALE: &[(char, &str)] =
    &[('c', "%-m/%-d/%Y, %-I:%M:%S %p"), ('x', "%-m/%-d/%Y"), ('X', "%-I:%M:%S %p")];

/// Directives that mean the same to the editor and to us.
const SHARED: &str = "aAbBdeHIjmMpSuUVwWyYgG%";

impl Format {
    /// Translates a format; fails with the directive that depends on a time zone or that the editor does not know.
    pub(super) fn parse(written: &str) -> Result<Self, String> {
        let mut directives = String::new();
        let mut characters = written.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                directives.push(character);
                continue;
            }
            let mut padding = String::new();
            let mut directive = characters.next().ok_or("ends with a lone `%`")?;
            if matches!(directive, '-' | '_' | '0') {
                padding.push(directive);
                directive = characters.next().ok_or("ends with a lone `%`")?;
            }
            if let Some((_, meaning)) = LOCALE.iter().find(|(name, _)| *name == directive) {
                directives.push_str(meaning);
                continue;
            }
            let meaning = match directive {
                'L' => "3f".to_owned(),
                'f' => "6f".to_owned(),
                shared if SHARED.contains(shared) => format!("{padding}{shared}"),
                'Z' | 's' | 'Q' => return Err(format!("has `%{directive}`, which depends on a time zone")),
                other => return Err(format!("has `%{other}`, which is not supported")),
            };
            directives.push('%');
            directives.push_str(&meaning);
        }
        let format = Self { directives };
        format.write(DateTime::constant(2024, 3, 5, 14, 30, 0, 0)).map(|_| format)
    }

    /// Writes date and time in this format.
    pub(super) fn write(&self, moment: DateTime) -> Result<String, String> {
        strtime::format(&self.directives, moment).map_err(|error| format!("cannot be written: {error}"))
    }

    /// Reads a text in this format; a time that the format leaves out is the start of the day.
    pub(super) fn read(&self, text: &str) -> Option<DateTime> {
        let parts = BrokenDownTime::parse(&self.directives, text).ok()?;
        let date = parts.to_date().ok().or_else(|| self.started(&parts, text))?;
        Some(date.to_datetime(parts.to_time().unwrap_or(Time::midnight())))
    }

    /// Returns the first day of a year or month, or that of 1900 where there is no year, as the editor does.
    ///
    /// Only where this loses nothing of the text: a number of a week is no start of a year.
    fn started(&self, parts: &BrokenDownTime, text: &str) -> Option<Date> {
        let date =
            Date::new(parts.year().unwrap_or(1900), parts.month().unwrap_or(1), parts.day().unwrap_or(1));
        let moment = date.ok()?.to_datetime(parts.to_time().unwrap_or(Time::midnight()));
        let is_whole = self.write(moment).is_ok_and(|written| written.eq_ignore_ascii_case(text));
        is_whole.then_some(moment.date())
    }
}

/// What an ISO text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Iso {
    pub(super) date: Option<Date>,
    pub(super) time: Option<Time>,
}

/// Reads a date, a time, or both, in the forms of ISO 8601; a zone is left away, not counted in.
pub(super) fn read_iso(text: &str) -> Option<Iso> {
    if let Ok(pieces) = jiff::fmt::temporal::Pieces::parse(text) {
        return Some(Iso { date: Some(pieces.date()), time: pieces.time() });
    }
    let clock = text.trim_end_matches(['Z', 'z']);
    let time =
        ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"].iter().find_map(|format| Time::strptime(format, clock).ok());
    time.map(|time| Iso { date: None, time: Some(time) })
}
