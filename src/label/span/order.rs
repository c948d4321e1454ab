//! Which quote means which place, where a text holds the same words more than once.

use std::collections::HashMap;
use std::ops::Range;

/// A quote, and where it can stand.
pub(super) struct Wish<'a> {
    /// In bytes, in order.
    pub(super) places: &'a [Range<usize>],
    pub(super) label: &'a str,
}

/// The last link of a chain of wishes whose places are in the order of the wishes.
#[derive(Clone)]
struct Link<'a> {
    wish: usize,
    place: &'a Range<usize>,
    /// The link before, in the list of all links.
    previous: Option<usize>,
}

/// The labels of every place that was given away.
#[derive(Default)]
struct Taken<'a>(HashMap<(usize, usize), Vec<&'a str>>);

impl<'a> Taken<'a> {
    fn labels(&self, place: &Range<usize>) -> &[&'a str] {
        self.0.get(&(place.start, place.end)).map_or(&[], Vec::as_slice)
    }

    fn is_free(&self, place: &Range<usize>) -> bool {
        self.labels(place).is_empty()
    }

    fn give(&mut self, place: &Range<usize>, label: &'a str) {
        self.0.entry((place.start, place.end)).or_default().push(label);
    }
}

/// Returns a place for each wish, in the order of the wishes; no place twice for the same label.
///
/// Models list what they quote in the order of the text, mostly. So the places chosen are those of a longest chain: as
/// many wishes as possible get places of which none starts before that of the wish before. In a chain each gets the first
/// place behind all words that were given before, and if that would break the chain the first that does not. Wishes
/// outside of the chain get the first place behind the wish before them that is free, or any free place, and share one
/// with another label only if none is free. Who has but one place is served before all others.
pub(super) fn assign(wishes: &[Wish<'_>]) -> Vec<Option<Range<usize>>> {
    let mut taken = Taken::default();
    let mut given: Vec<Option<Range<usize>>> = vec![None; wishes.len()];
    for (wish, given) in wishes.iter().zip(&mut given) {
        if let [only] = wish.places
            && !taken.labels(only).contains(&wish.label)
        {
            taken.give(only, wish.label);
            *given = Some(only.clone());
        }
    }
    follow(wishes, &mut given, &mut taken);
    let mut before = 0;
    for (wish, given) in wishes.iter().zip(&mut given) {
        if given.is_none()
            && let Some(place) = spare(wish, before, &taken)
        {
            taken.give(place, wish.label);
            *given = Some(place.clone());
        }
        before = given.as_ref().map_or(before, |place| place.start);
    }
    sort_equal(wishes, &mut given);
    given
}

/// Gives places to the wishes of a longest chain that have a choice.
fn follow<'a>(wishes: &[Wish<'a>], given: &mut [Option<Range<usize>>], taken: &mut Taken<'a>) {
    let chain = longest_chain(wishes);
    let latest = latest_starts(wishes, &chain);
    // Where the place before starts, and where all places so far end.
    let (mut before, mut covered) = (0, 0);
    for (&at, latest) in chain.iter().zip(latest) {
        let wish = &wishes[at];
        if given[at].is_none() && wish.places.len() != 1 {
            let first = |from: usize| {
                let places = &wish.places[wish.places.partition_point(|place| place.start < from)..];
                places.iter().take_while(|place| place.start <= latest).find(|place| taken.is_free(place))
            };
            if let Some(place) = first(covered).or_else(|| first(before)) {
                taken.give(place, wish.label);
                given[at] = Some(place.clone());
            }
        }
        if let Some(place) = &given[at] {
            before = place.start;
            covered = covered.max(place.end);
        }
    }
}

/// Returns the wishes of a longest chain, ascending.
///
/// It is the longest non-decreasing subsequence, with a choice of places: `tails` holds, for each length, the chain whose
/// last place starts first, which any wish can continue that can continue another of this length.
fn longest_chain(wishes: &[Wish<'_>]) -> Vec<usize> {
    let mut links: Vec<Link<'_>> = Vec::new();
    let mut tails: Vec<usize> = Vec::new();
    for (wish, Wish { places, .. }) in wishes.iter().enumerate() {
        // The longest first: a wish must not continue itself.
        for length in (0..=tails.len()).rev() {
            let previous = length.checked_sub(1).map(|at| tails[at]);
            let place = match previous {
                Some(link) => next(places, links[link].place),
                None => places.first(),
            };
            let Some(place) = place else { continue };
            let link = links.len();
            match tails.get_mut(length) {
                Some(tail) if links[*tail].place.start <= place.start => continue,
                Some(tail) => *tail = link,
                None => tails.push(link),
            }
            links.push(Link { wish, place, previous });
        }
    }
    let last = tails.last().map(|&link| &links[link]);
    let backwards = std::iter::successors(last, |link| link.previous.map(|previous| &links[previous]));
    let mut chain: Vec<usize> = backwards.map(|link| link.wish).collect();
    chain.reverse();
    chain
}

/// Returns the first place that can follow another: it does not start before it, and is not the same.
fn next<'a>(places: &'a [Range<usize>], place: &Range<usize>) -> Option<&'a Range<usize>> {
    let from = places.partition_point(|other| other.start < place.start);
    places[from..].iter().find(|other| *other != place)
}

/// Returns, for each wish of a chain, where its place may start at the latest so that all behind it still have one.
fn latest_starts(wishes: &[Wish<'_>], chain: &[usize]) -> Vec<usize> {
    let mut behind: Option<&Range<usize>> = None;
    let mut latest = Vec::with_capacity(chain.len());
    for &at in chain.iter().rev() {
        let limit = behind.map_or(usize::MAX, |place| place.start);
        let places = &wishes[at].places;
        let fitting = &places[..places.partition_point(|place| place.start <= limit)];
        let last = fitting.iter().rfind(|place| Some(*place) != behind);
        latest.push(last.map_or(limit, |place| place.start));
        behind = last.or(behind);
    }
    latest.reverse();
    latest
}

/// Sorts the places of equal wishes that follow one another; no chain gets shorter by it, as none held two of them that
/// change places.
fn sort_equal(wishes: &[Wish<'_>], given: &mut [Option<Range<usize>>]) {
    let mut rest = given;
    for run in wishes.chunk_by(|left, right| std::ptr::eq(left.places, right.places)) {
        let (given, behind) = rest.split_at_mut(run.len());
        rest = behind;
        let mut places: Vec<Range<usize>> = given.iter().flatten().cloned().collect();
        places.sort_by_key(|place| (place.start, place.end));
        places.dedup();
        // Where some share a place, or have none, their labels decide who has which.
        if places.len() == given.len() {
            given.iter_mut().zip(places).for_each(|(given, place)| *given = Some(place));
        }
    }
}

/// Returns a place for a wish that does not fit into the order of the others.
fn spare<'a>(wish: &Wish<'a>, before: usize, taken: &Taken<'_>) -> Option<&'a Range<usize>> {
    let behind = &wish.places[wish.places.partition_point(|place| place.start < before)..];
    let is_free = |place: &&Range<usize>| taken.is_free(place);
    let is_other = |place: &&Range<usize>| !taken.labels(place).contains(&wish.label);
    let free = behind.iter().find(is_free).or_else(|| wish.places.iter().find(is_free));
    free.or_else(|| behind.iter().find(is_other)).or_else(|| wish.places.iter().find(is_other))
}
