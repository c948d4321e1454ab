//! The probability of a label, from the tokens that spell it.

use super::aligned::Aligned;
use super::places::{MARKS, Place, Style};
use super::spelling::Spelling;
use crate::llm::chat::{Alternative, Token};

/// A place at which the model could have gone on to another label, in parts of what it could have written there.
struct Fork {
    /// The part of the tokens after which only the written label is left.
    decided: f64,
    /// The part of the token that was written, where it leaves more than that label.
    open: f64,
}

/// Where a token goes on with a label.
struct Step<'a> {
    /// What of the label was written before, in bytes as they came.
    before: &'a [u8],
    /// What the token has before the label, such as its opening quote.
    lead: &'a [u8],
    style: Style,
}

/// Returns how probable the label at a place was, among the labels that could have stood there; `None` where that was not
/// measured.
///
/// At each token the probabilities of those that go on with some label are set in relation to each other, which makes
/// probabilities from before and after a grammar's mask alike. A token that leaves but one label counts for it, however
/// the model would have cut the rest; one that leaves several, and was not written, counts against the label. What the
/// list of alternatives does not hold is unknown and not counted.
pub(super) fn probability(aligned: &Aligned<'_>, place: &Place, spelling: &Spelling) -> Option<f64> {
    let at = aligned.spelled_at(&place.range);
    let label = spelling.written(aligned.bytes(at.clone()), place.style)?;
    let mut open = spelling.all();
    if open.len() < 2 {
        return None;
    }
    let mut forks = Vec::new();
    for (start, token) in aligned.tokens_from(at.start) {
        let end = start + token.chosen.bytes.len();
        if at.end < start || end <= at.start {
            break;
        }
        let step = Step {
            before: aligned.bytes(at.start..start.max(at.start)),
            lead: aligned.bytes(start.min(at.start)..at.start),
            style: place.style,
        };
        let left = step.leaves(&token.chosen, &open, spelling)?;
        forks.push(step.fork(token, &open, (&left, label), spelling)?);
        open = left;
        if open == [label] {
            let sure = forks.iter().rfold(1.0, |after, fork| fork.decided + fork.open * after);
            return Some(sure).filter(|sure| 0.0 < *sure).map(|sure| sure.min(1.0));
        }
    }
    // Another label may begin like this one, and where it ends was not told.
    None
}

impl Step<'_> {
    /// Returns which labels of some are left after a token; `None` where it does not go on with any label at all.
    fn leaves(&self, token: &Alternative, of: &[usize], spelling: &Spelling) -> Option<Vec<usize>> {
        let written = [self.before, self.without_lead(&token.bytes)?].concat();
        Some(spelling.open(of, &written, self.style))
    }

    /// Weighs the tokens that could have been written, where `left` is what the written one left of some labels, among
    /// them the one that was written in the end; `None` where the probabilities of the others were not told.
    fn fork(
        &self,
        token: &Token,
        of: &[usize],
        (left, label): (&[usize], usize),
        spelling: &Spelling,
    ) -> Option<Fork> {
        let Token { chosen, top } = token;
        let is_chosen = |other: &Alternative| other.bytes == chosen.bytes;
        let is_listed = top.iter().any(|other| is_chosen(other) || other.logprob < chosen.logprob);
        let unlisted = Some(chosen).filter(|_| !top.iter().any(is_chosen));
        let (mut decided, mut open, mut against) = (0.0, 0.0, 0.0);
        for other in top.iter().chain(unlisted) {
            let Some(left) = self.leaves(other, of, spelling) else { continue };
            let probability = other.logprob.exp();
            match left.as_slice() {
                [] => {}
                [only] if *only == label => decided += probability,
                _ if is_chosen(other) => open += probability,
                _ => against += probability,
            }
        }
        let all = decided + open + against;
        // Less probable than all that is listed, and no other label is: what the others had is anybody's guess.
        let is_alone = !is_listed && left.len() < of.len() && all <= chosen.logprob.exp();
        (!is_alone && 0.0 < all).then(|| Fork { decided: decided / all, open: open / all })
    }

    /// Returns what a token has of the label; `None` where it begins in another way than the written one.
    fn without_lead<'a>(&self, token: &'a [u8]) -> Option<&'a [u8]> {
        let is_within_quotes = self.style == Style::Quoted && self.lead.is_empty();
        if !self.before.is_empty() || is_within_quotes {
            return Some(token);
        }
        let (token, lead) = (self.trim(token), self.trim(self.lead));
        match token.strip_prefix(lead) {
            Some(rest) => Some(rest),
            // It could go on like the written one.
            None => lead.starts_with(token).then_some(&[]),
        }
    }

    /// Takes off what may stand before a label as well as not.
    fn trim<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let is_mark = |byte: &u8| self.style == Style::Bare && MARKS.contains(&char::from(*byte));
        let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && !is_mark(byte));
        &bytes[start.unwrap_or(bytes.len())..]
    }
}
