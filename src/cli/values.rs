//! Values of options that clap does not know how to read.

use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::ValueEnum;

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
            _ => Err("expected NAME=VALUE".to_owned()),
        }
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
