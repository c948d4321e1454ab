//! What the journal says of a question, and what it is told of one.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde_json::Value;

use super::answers::Trouble;
use super::fingerprint::Fingerprint;
use super::inquiry::{Ending, Upshot, reach};
use crate::engine::ports::FailureKind;
use crate::journal::record::{Answer, Failure, Record, Reply};
use crate::label::task::TaskId;
use crate::llm::chat::{Bill, ChatRequest};
use crate::llm::client::RawReply;

/// Who asked what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub fingerprint: Fingerprint,
    /// Stands for the same question whatever examples are shown; `None` where none are.
    pub bare: Option<Fingerprint>,
    pub task: TaskId,
    pub request: &'a ChatRequest,
}

/// Returns whether the same question would most likely fail in the same way again.
pub(super) fn is_permanent(kind: FailureKind) -> bool {
    match kind {
        FailureKind::Rejected | FailureKind::Refused | FailureKind::Truncated | FailureKind::Unusable => true,
        // The first and the last are no failures of a question, and are never asked about here.
        FailureKind::Data | FailureKind::Unreachable | FailureKind::Undeliverable => false,
    }
}

/// Returns the trouble for which a question is not asked again, and what to say of it; `None` where it is.
pub(super) fn refrain(failure: Failure, request: &ChatRequest) -> Option<Trouble> {
    // A word of a newer version is no reason that could be told.
    let word: StrDeserializer<'_, Error> = failure.kind.as_str().into_deserializer();
    let kind = FailureKind::deserialize(word).ok()?;
    let is_raised = kind == FailureKind::Truncated
        && failure.max_tokens.is_some_and(|tried| tried < reach(request.parameters.max_tokens));
    if !failure.permanent || is_raised {
        return None;
    }
    let when = i64::try_from(failure.at).ok().and_then(|at| Timestamp::from_second(at).ok());
    let when = when.map_or_else(String::new, |when| when.strftime(" on %Y-%m-%d").to_string());
    let reason =
        format!("{}; failed so{when} and was not asked again: `--retry-failed` asks", failure.reason);
    Some(Trouble { unfilled: failure.unfilled, ..Trouble::new(kind, reason) })
}

/// Returns what to keep of a question; nothing where nothing was asked, or all that came is that the run is ending.
pub(super) fn record(question: Question<'_>, upshot: &Upshot) -> Option<Record> {
    let Question { fingerprint, bare, task, request } = question;
    let (key, bare) = (fingerprint.key(), bare.map(Fingerprint::key));
    let (at, model) = (now(), request.model.clone());
    let Bill { usage, cost } = upshot.bill;
    let trouble = match &upshot.ending {
        Ending::Answered { replies, .. } => {
            let replies = replies.iter().map(reply).collect();
            return Some(Record::Answer(Answer { key, bare, task, at, model, replies, usage, cost }));
        }
        Ending::Failed { trouble, .. } if trouble.kind == FailureKind::Data => return None,
        Ending::Failed { trouble, .. } => trouble,
        Ending::Fatal { trouble, .. } => trouble.as_ref()?,
        Ending::Stopped => return None,
    };
    Some(Record::Failure(Failure {
        key,
        bare,
        task,
        at,
        model,
        kind: name(trouble.kind),
        reason: trouble.reason.clone(),
        permanent: matches!(upshot.ending, Ending::Failed { is_final: true, .. })
            && is_permanent(trouble.kind),
        max_tokens: (trouble.kind == FailureKind::Truncated).then(|| reach(request.parameters.max_tokens)),
        unfilled: trouble.unfilled.clone(),
        replies: upshot.useless.iter().map(reply).collect(),
        usage,
        cost,
    }))
}

/// Returns replies as they can be read again.
pub(super) fn raw(replies: Vec<Reply>) -> Vec<RawReply> {
    replies.into_iter().map(|Reply { body, headers }| RawReply { body, headers }).collect()
}

fn reply(raw: &RawReply) -> Reply {
    Reply { body: raw.body.clone(), headers: raw.headers.clone() }
}

/// Returns the one word for a kind.
fn name(kind: FailureKind) -> String {
    match serde_json::to_value(kind) {
        Ok(Value::String(name)) => name,
        other => unreachable!("a kind is written as a word: {other:?}"),
    }
}

/// Returns the seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::record::Key;
    use crate::label::prediction::{Unfilled, Usage};
    use crate::llm::chat::Parameters;

    fn failure(kind: &str, max_tokens: Option<u64>) -> Failure {
        Failure {
            key: Key([0; 32]),
            bare: None,
            task: TaskId::Id(7),
            at: 1_763_600_000,
            model: "m".to_owned(),
            kind: kind.to_owned(),
            reason: "no".to_owned(),
            permanent: true,
            max_tokens,
            unfilled: Vec::new(),
            replies: Vec::new(),
            usage: Usage::default(),
            cost: None,
        }
    }

    fn request(max_tokens: Option<u64>) -> ChatRequest {
        let parameters = Parameters { max_tokens, ..Parameters::default() };
        ChatRequest { model: "m".to_owned(), messages: Vec::new(), schema: None, parameters }
    }

    #[test]
    fn trouble_that_passes_is_not_permanent() {
        let permanent = [
            (FailureKind::Data, false),
            (FailureKind::Rejected, true),
            (FailureKind::Unreachable, false),
            (FailureKind::Refused, true),
            (FailureKind::Truncated, true),
            (FailureKind::Unusable, true),
            (FailureKind::Undeliverable, false),
        ];
        for (kind, expect) in permanent {
            assert_eq!(is_permanent(kind), expect, "{kind:?}");
        }
    }

    #[test]
    fn a_recorded_failure_is_told_with_its_day_and_what_asks_again() {
        let told = refrain(failure("refused", None), &request(None));
        let words = "no; failed so on 2025-11-20 and was not asked again: `--retry-failed` asks";
        assert_eq!(told, Some(Trouble::new(FailureKind::Refused, words.to_owned())));
        let unfilled =
            vec![Unfilled { control: "ner".to_owned(), reason: "`Bob` is not in the text".to_owned() }];
        let read = Failure { unfilled: unfilled.clone(), ..failure("unusable", None) };
        assert_eq!(refrain(read, &request(None)).unwrap().unfilled, unfilled);
        let passing = Failure { permanent: false, ..failure("refused", None) };
        assert_eq!(refrain(passing, &request(None)), None);
        assert_eq!(refrain(failure("of another version", None), &request(None)), None);
        let far = Failure { at: u64::MAX, ..failure("refused", None) };
        assert!(refrain(far, &request(None)).unwrap().reason.starts_with("no; failed so and"));
    }

    #[test]
    fn a_cut_answer_is_asked_for_again_with_a_higher_limit_alone() {
        let check = |tried: Option<u64>, now: Option<u64>, expect: bool| {
            let tried = tried.map(|tried| reach(Some(tried)));
            let refrained = refrain(failure("truncated", tried), &request(now));
            assert_eq!(refrained.is_none(), expect, "{tried:?} {now:?}");
        };
        check(Some(50), Some(50), false);
        check(Some(50), Some(49), false);
        check(Some(50), Some(51), true);
        check(Some(50), None, true);
        check(Some(1_000_000), None, false);
        check(None, Some(50), false);
    }

    #[test]
    fn a_kind_is_one_word() {
        assert_eq!(name(FailureKind::Unreachable), "unreachable");
    }
}
