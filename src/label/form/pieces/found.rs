//! What was found in the pieces of a text: which regions are known to be whole, and which of two opinions counts.

use std::cmp::Reverse;
use std::ops::Range;

use crate::label::control::Draft;
use crate::label::pieces::{Piece, Position};
use crate::label::text;

/// A region that was found in one piece or in several.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) control: usize,
    pub(super) draft: Draft,
    /// Empty where its control has no labels.
    pub(super) label: String,
    /// In the whole.
    pub(super) place: Option<Range<Position>>,
    /// The pieces it was found in, by their numbers, and its index in what was filled there.
    pub(super) origins: Vec<(usize, usize)>,
    /// Whether no piece it was found in shows what stands before it, and behind it.
    pub(super) is_open: (bool, bool),
    /// How much at most one of these pieces shows on either side of it.
    pub(super) room: Position,
}

/// Why a region is left out: the index of its control, and the words.
pub(super) type Loss = (usize, String);

impl Found {
    /// Adds what another piece says of the same region; of what is said of it, the piece counts in which it is whole.
    pub(super) fn join(&mut self, other: Self) {
        let is_better = self.is_cut() && !other.is_cut() || self.draft.children.is_empty();
        let score = [self.draft.score, other.draft.score].into_iter().flatten().max_by(f64::total_cmp);
        if is_better && !other.draft.children.is_empty() {
            self.draft = other.draft;
        }
        self.draft.score = score;
        self.origins.extend(other.origins);
        self.is_open = (self.is_open.0 && other.is_open.0, self.is_open.1 && other.is_open.1);
        self.room = self.room.max(other.room);
    }

    /// Returns whether it may go on beyond the pieces it was found in.
    fn is_cut(&self) -> bool {
        self.is_open.0 || self.is_open.1
    }

    /// Returns whether another region may be a part of this one that a piece shows.
    fn holds(&self, other: &Self) -> bool {
        let (Some(place), Some(part)) = (&self.place, &other.place) else { return false };
        self.is_alike(other) && place.start <= part.start && part.end <= place.end
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (Some(place), Some(there)) = (&self.place, &other.place) else { return false };
        self.is_alike(other) && place.start < there.end && there.start < place.end
    }

    fn is_alike(&self, other: &Self) -> bool {
        self.control == other.control && self.label == other.label
    }

    /// Returns whether no piece gives both this region and another.
    fn is_apart(&self, other: &Self) -> bool {
        self.origins.iter().all(|(piece, _)| other.origins.iter().all(|(there, _)| piece != there))
    }

    fn quote(&self) -> String {
        text::shorten(self.draft.value["text"].as_str().unwrap_or_default())
    }
}

/// Keeps the regions that are known to be whole, and says of the others why they are left out.
///
/// What reaches a side where its piece was cut is a part of what the next piece shows as a whole, or else of something
/// longer, or a mistake that the next piece does not repeat.
pub(super) fn whole(all: Vec<Found>, pieces: &[Piece]) -> (Vec<Found>, Vec<Loss>) {
    let (mut cut, mut kept): (Vec<Found>, Vec<Found>) = all.into_iter().partition(Found::is_cut);
    cut.retain_mut(|part| match kept.iter_mut().find(|found| found.holds(part)) {
        Some(found) => {
            found.origins.append(&mut part.origins);
            false
        }
        None => true,
    });
    cut.sort_by(|one, other| {
        let start = |found: &Found| found.place.as_ref().map(|place| place.start);
        (one.control, &one.label, start(one)).cmp(&(other.control, &other.label, start(other)))
    });
    let is_shown = |found: &Found| found.place.as_ref().is_some_and(|place| is_shown(place, pieces));
    let loss = |parts: &[Found]| {
        let (quote, label) = (parts[0].quote(), &parts[0].label);
        let reason = if parts.iter().all(is_shown) {
            format!(
                "`{quote}` is marked as `{label}` at the end of a piece, but not in the one that shows more"
            )
        } else {
            format!("`{quote}` reaches over the end of a piece; raise `--split`")
        };
        (parts[0].control, reason)
    };
    let losses = cut.chunk_by(Found::overlaps).map(loss).collect();
    (kept, losses)
}

/// Returns whether one of the pieces, which are in order, shows a place with more on either side of it.
fn is_shown(place: &Range<Position>, pieces: &[Piece]) -> bool {
    // On a side without a cut a piece ends before the next one begins.
    let next = pieces.iter().skip(1).map(|next| Some(next.begin)).chain([None]);
    pieces.iter().zip(next).any(|(piece, next)| {
        let is_behind = piece.cuts.1.is_none() && next.is_some_and(|next| next <= place.start);
        piece.begin <= place.start && !is_behind && piece.is_open(place) == (false, false)
    })
}

/// Leaves a single label to each place, where the control is `single`: a piece that shows more around it counts more.
///
/// One piece may give a place several labels, as one answer may.
pub(super) fn settled(mut all: Vec<Found>, single: impl Fn(usize) -> bool) -> (Vec<Found>, Vec<Loss>) {
    let place = |found: &Found| found.place.as_ref().map(|place| (place.start, place.end));
    all.sort_by_key(|found| (found.control, place(found), Reverse(found.room), found.origins[0]));
    let (mut kept, mut losses): (Vec<Found>, Vec<Loss>) = (Vec::new(), Vec::new());
    for found in all {
        let mut there = kept.iter().rev().take_while(|other| {
            found.place.is_some() && (other.control, &other.place) == (found.control, &found.place)
        });
        match there.find(|other| single(found.control) && found.is_apart(other)) {
            Some(other) => {
                let (quote, label, better) = (found.quote(), &found.label, &other.label);
                let reason = format!(
                    "`{quote}` is marked as `{label}` in one piece, and as `{better}` in one that shows more around it"
                );
                losses.push((found.control, reason));
            }
            None => kept.push(found),
        }
    }
    (kept, losses)
}
