//! Values of options that clap does not know how to read.

use std::ffi::OsStr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use crate::llm::provider::{KEYWORD, PROVIDERS};

/// `--only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnlyArg {
    /// No prediction of this model version yet, or edited since
    Unpredicted,
    /// No annotation yet
    Unlabeled,
    /// Every task
    All,
}

/// `--answer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerArg {
    /// A JSON schema where the endpoint takes one, else the next best way
    Auto,
    /// One JSON object with every control
    Schema,
    /// The reply's text fills the response TextArea and the first Choices
    Text,
}

/// `--examples-by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExamplesArg {
    /// The same for all tasks, those of the lowest ids: prompt caches can keep them
    Fixed,
    /// Others for each task; --seed chooses otherwise
    Random,
    /// Those that have most words in common with the task
    Nearest,
}

/// `--score`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScoreArg {
    /// From token probabilities and votes, as far as there are any
    Auto,
    /// From the probabilities of the tokens of a label; a model that does not tell them ends the run
    Logprobs,
    /// From the share of the responses that agree, with --num-responses
    Votes,
    /// No scores, and nothing is asked for their sake
    None,
}

/// `--profile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// The `llm_interactive` example of Label Studio
    LlmInteractive,
}

/// `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressArg {
    /// A bar on a terminal, lines elsewhere
    Auto,
    /// A bar
    Bar,
    /// A line now and then
    Lines,
    /// Nothing
    None,
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `--ids 1,5-9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdsArg(pub Vec<RangeInclusive<u64>>);

impl FromStr for IdsArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(range).collect::<Result<_, _>>().map(Self)
    }
}

/// `NAME=VALUE`, for `--param` and `--header`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub name: String,
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err("expected a name and a value with a `=` between them".to_owned()),
        }
    }
}

/// `--provider`: help and completions name those that there are; which other name was typed is judged with advice later.
#[derive(Debug, Clone)]
pub(super) struct ProviderParser;

impl TypedValueParser for ProviderParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let models = PROVIDERS.iter().map(|row| (row.name, row.about));
        let all = models.chain([KEYWORD]);
        Some(Box::new(all.map(|(name, about)| PossibleValue::new(name).help(about))))
    }
}

/// Returns a parser of whole numbers within a range; clap's own words for anything else are a programmer's.
pub(super) fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.trim().parse::<u64>().ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            match (*range.start(), *range.end()) {
                (0, u64::MAX) => "expected a whole number".to_owned(),
                (least, u64::MAX) => format!("expected a whole number, {least} or more"),
                (least, most) => format!("expected a whole number from {least} to {most}"),
            }
        })
    }
}

/// Returns a parser of numbers within a range.
pub(super) fn number(
    range: RangeInclusive<f64>,
) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.trim().parse::<f64>().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected a number from {} to {}", range.start(), range.end()))
    }
}

/// Reads a switch; variables hold `1` as often as `true`.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    let is_any = |names: &[&str]| names.iter().any(|name| text.trim().eq_ignore_ascii_case(name));
    match text {
        _ if is_any(&["true", "yes", "on", "1"]) => Ok(true),
        _ if is_any(&["false", "no", "off", "0"]) => Ok(false),
        _ => Err("expected `true` or `false`".to_owned()),
    }
}

fn range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let expected = || format!("expected task ids such as `1,5-9`, found `{}`", text.trim());
    let number = |part: &str| part.trim().parse::<u64>().map_err(|_| expected());
    match text.split_once('-') {
        None => number(text).map(|id| id..=id),
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return Err(format!("the range `{}` ends before it begins", text.trim()));
            }
            Ok(first..=last)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Display;

    use super::*;

    #[test]
    fn ids_are_numbers_and_ranges() {
        let check = |text: &str, expect: Result<Vec<RangeInclusive<u64>>, &str>| {
            let found = text.parse::<IdsArg>().map(|ids| ids.0);
            assert_eq!(found, expect.map_err(str::to_owned), "{text}");
        };
        check("7", Ok(vec![7..=7]));
        check("1, 5-9", Ok(vec![1..=1, 5..=9]));
        check("9-5", Err("the range `9-5` ends before it begins"));
        check("1,,2", Err("expected task ids such as `1,5-9`, found ``"));
        check("x", Err("expected task ids such as `1,5-9`, found `x`"));
        check("-3", Err("expected task ids such as `1,5-9`, found `-3`"));
    }

    #[test]
    fn numbers_say_what_was_expected() {
        fn check<T: Display, E: Display>(found: Result<T, E>, expect: &str) {
            assert_eq!(found.map_or_else(|error| error.to_string(), |value| value.to_string()), expect);
        }
        check(whole::<u32>(1..=1024)(" 16 "), "16");
        check(whole::<u32>(1..=1024)("0"), "expected a whole number from 1 to 1024");
        check(whole::<u32>(1..=u64::MAX)("5000000000"), "expected a whole number, 1 or more");
        check(whole::<u64>(0..=u64::MAX)("1.5"), "expected a whole number");
        check(number(0.0..=2.0)("0.7"), "0.7");
        check(number(0.0..=2.0)("NaN"), "expected a number from 0 to 2");
        check(switch("YES"), "true");
        check(switch("0"), "false");
        check(switch("maybe"), "expected `true` or `false`");
    }

    #[test]
    fn assignments_have_a_name() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            let found = text.parse::<Assignment>().ok();
            assert_eq!(found.as_ref().map(|a| (a.name.as_str(), a.value.as_str())), expect, "{text}");
        };
        check("top_p=0.5", Some(("top_p", "0.5")));
        check("stop=[\"a=b\"]", Some(("stop", "[\"a=b\"]")));
        check("=1", None);
        check("top_p", None);
    }
}
