//! What a line of a journal holds.

use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::label::prediction::{Unfilled, Usage};
use crate::label::task::TaskId;

/// By what an answer is found: the hash of its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub [u8; 32]);

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record<R = Vec<Reply>> {
    Answer(Answer<R>),
    Failure(Failure<R>),
    /// Another task was given the answer to the same question.
    Also(Also),
    Posting(Posting),
    Posted(Posted),
}

/// A record whose replies were passed over, which may be megabytes.
pub type Outline = Record<Unread>;

/// An answer that was paid for and could be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer<R = Vec<Reply>> {
    pub key: Key,
    /// By what it is found as well, whatever examples were shown with the question; `None` where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bare: Option<Key>,
    /// The task it was asked for first.
    #[serde(with = "task_id")]
    pub task: TaskId,
    /// Seconds since 1970.
    pub at: u64,
    pub model: String,
    /// The replies as they came, without keys.
    pub replies: R,
    pub usage: Usage,
    /// In US dollars, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// A reply of a model's server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The body: JSON where it is JSON, else a string.
    pub body: Value,
    /// Headers that say what it cost, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
}

/// Replies that are there, and were not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread;

/// Checks the form of a reply and keeps nothing of it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "what is not in its place is no reply")]
struct UnreadReply {
    body: IgnoredAny,
    #[serde(default)]
    headers: Vec<(String, String)>,
}

/// A question that got no usable answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure<R = Vec<Reply>> {
    pub key: Key,
    /// As with an [`Answer`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bare: Option<Key>,
    #[serde(with = "task_id")]
    pub task: TaskId,
    /// Seconds since 1970.
    pub at: u64,
    pub model: String,
    /// What kind of trouble, in one word.
    pub kind: String,
    pub reason: String,
    /// Whether the same question would fail again, so that it is not asked again unasked.
    pub permanent: bool,
    /// The token limit it failed with: a raised one is worth another try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// Why each control stayed empty, where the last answer could be read: it filled none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfilled: Vec<Unfilled>,
    pub replies: R,
    pub usage: Usage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// A further task with the question of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Also {
    pub key: Key,
    #[serde(with = "task_id")]
    pub task: TaskId,
}

/// Predictions that are about to be posted: written before the call, so that a run that is killed meanwhile leaves
/// word that they may have landed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Counts the calls of this journal.
    pub call: u64,
    /// Seconds since 1970.
    pub at: u64,
    /// The address of the Label Studio, for one journal may be used with many projects.
    pub server: String,
    pub project: u64,
    pub model_version: String,
    /// Label Studio's ids.
    pub tasks: Vec<u64>,
}

/// A call whose outcome is known: of each of its predictions it is certain whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub call: u64,
}

impl<R> Record<R> {
    /// Returns by what it is found, if it is about a question.
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Answer(Answer { key, .. })
            | Self::Failure(Failure { key, .. })
            | Self::Also(Also { key, .. }) => Some(*key),
            Self::Posting(_) | Self::Posted(_) => None,
        }
    }

    /// Returns the one task it is about, if it is about one.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::Answer(Answer { task, .. })
            | Self::Failure(Failure { task, .. })
            | Self::Also(Also { task, .. }) => Some(*task),
            Self::Posting(_) | Self::Posted(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<UnreadReply>::deserialize(deserializer).map(|_| Self)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl std::str::FromStr for Key {
    type Err = String;

    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("expected 64 hexadecimal digits, found `{text}`");
        let mut key = [0; 32];
        // A sign would be taken for a digit.
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(fault());
        }
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| fault())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| fault())?;
        }
        Ok(Self(key))
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A task's id as people write it: `task 12`, `row 3`.
mod task_id {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::label::task::TaskId;

    pub(super) fn serialize<S: Serializer>(id: &TaskId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TaskId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written_and_nothing_else_is_one() {
        let key = Key(std::array::from_fn(|index| u8::try_from(index * 7).unwrap_or_default()));
        assert_eq!(key.to_string().parse(), Ok(key));
        for text in [String::new(), "0".repeat(63), "+0".repeat(32), "é".repeat(32), "0g".repeat(32)] {
            assert_eq!(text.parse::<Key>(), Err(format!("expected 64 hexadecimal digits, found `{text}`")));
        }
    }
}
