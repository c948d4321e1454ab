//! Tasks that are too long for one question: asked piece by piece, and put together again.

mod found;
#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use self::found::{Found, Loss};
use super::relations::{self, Joined};
use super::{Filled, Form, Relation};
use crate::label::control::{Control, Draft, Scope};
use crate::label::path::Path;
use crate::label::pieces::Piece;
use crate::label::prediction::Unfilled;
use crate::label::task::Task;
use crate::label::text;

/// How tasks that are too long are asked.
#[derive(Debug, Clone)]
pub struct Splitting {
    /// The most code points of a piece.
    most: usize,
    /// What is asked of a piece.
    form: Arc<Form>,
    /// Where the text is.
    field: Path,
}

impl Splitting {
    /// Returns what is asked of a piece.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Returns the pieces of a task as tasks of their own; none for a task that is asked as one, as is a text of white
    /// space alone.
    pub fn pieces(&self, task: &Task) -> Result<Vec<(Piece, Task)>, String> {
        let pieces = self.form.input.pieces(task, self.most)?;
        if pieces.len() < 2 {
            return Ok(Vec::new());
        }
        let mut rest = task.data.clone();
        // A long text is not to be copied with every piece of it.
        self.put(Value::Null, &mut rest);
        let mut asked: Vec<(Piece, Task)> = Vec::new();
        let mut is_behind_blank = false;
        for mut piece in pieces {
            let mut data = rest.clone();
            self.put(piece.value.clone(), &mut data);
            let shown = Task { id: task.id, data, annotations: Vec::new(), predictions: Vec::new() };
            let is_blank = self.is_blank(&shown)?;
            // Nothing goes on beyond so much white space.
            if let Some((before, _)) = asked.last_mut().filter(|_| is_blank) {
                before.cuts.1 = None;
            }
            if is_behind_blank {
                piece.cuts.0 = None;
            }
            is_behind_blank = is_blank;
            if !is_blank {
                asked.push((piece, shown));
            }
        }
        Ok(asked)
    }

    fn is_blank(&self, task: &Task) -> Result<bool, String> {
        let passages = self.form.input.passages(task)?;
        Ok(passages.iter().all(|passage| passage.text.trim().is_empty()))
    }

    fn put(&self, value: Value, data: &mut Map<String, Value>) {
        if let Some(place) = self.field.place(data) {
            *place = value;
        }
    }

    /// Returns how it is split, for the model version.
    pub fn canonical(&self) -> String {
        format!("split {}", self.most)
    }
}

impl Form {
    /// Splits texts of more code points from now on; where that cannot be done, says why in the notices.
    pub(super) fn split(mut self, most: Option<usize>) -> Self {
        let Some(most) = most else { return self };
        match self.splitting(most) {
            Ok(splitting) => self.splitting = Some(splitting),
            Err(reason) => self.notices.push(format!("nothing is split into pieces: {reason}")),
        }
        self
    }

    fn splitting(&self, most: usize) -> Result<Splitting, String> {
        let whole = self.asked().filter(|control| control.piecewise().is_none());
        let whole: Vec<&str> = whole.map(|control| control.head().name.as_str()).collect();
        if !whole.is_empty() {
            let object = self.input.tag();
            return Err(format!("{} can only be filled from the whole `{object}`", text::quoted(whole)));
        }
        let object = match self.labeled().as_slice() {
            [only] => Arc::clone(*only),
            several => {
                let names = several.iter().map(|object| object.name());
                return Err(format!("what is labeled are several objects, {}", text::quoted(names)));
            }
        };
        let field = object.field().ok_or_else(|| {
            format!("the `value` of `{}` is more than one field of the data", object.name())
        })?;
        let of_piece = |control: &Arc<dyn Control>| {
            control.piecewise().map_or_else(|| Arc::clone(control), |piecewise| piecewise.of_piece())
        };
        let controls = self.controls.iter().map(of_piece).collect();
        let form = Self { controls, splitting: None, notices: Vec::new(), ..self.clone() };
        Ok(Splitting { most, field: Path::parse(field)?, form: Arc::new(form) })
    }

    /// Puts together what the pieces of a task were filled with: places in the whole, and each region once.
    ///
    /// What is not known to be whole is left out, and so is one of two opinions; both are told.
    pub fn merge(&self, pieces: Vec<(Piece, Filled)>) -> Filled {
        let (pieces, parts): (Vec<Piece>, Vec<Filled>) = pieces.into_iter().unzip();
        let mut filled = Filled::default();
        let mut related = Vec::new();
        let mut all: Vec<Found> = Vec::new();
        let mut known: HashMap<(usize, String), usize> = HashMap::new();
        let is_blank = parts.iter().all(|part| part.is_blank);
        for (number, part) in parts.into_iter().enumerate() {
            for (index, (control, draft)) in part.drafts.into_iter().enumerate() {
                let found = self.found((number, index), (control, draft), &pieces[number]);
                match known.entry((control, found.draft.value.to_string())) {
                    Entry::Occupied(at) => all[*at.get()].join(found),
                    Entry::Vacant(place) => {
                        place.insert(all.len());
                        all.push(found);
                    }
                }
            }
            related.extend(part.relations.into_iter().map(|relation| (number, relation)));
            let new = part.unfilled.into_iter().filter(|new| !filled.unfilled.contains(new));
            filled.unfilled.extend(new.collect::<Vec<_>>());
        }
        let is_single = |at: usize| self.controls[at].piecewise().is_some_and(|control| control.is_single());
        let (whole, cut) = found::whole(all, &pieces);
        let (kept, outvoted) = found::settled(whole, is_single);
        let unfilled =
            |(at, reason): Loss| Unfilled { control: self.controls[at].head().name.clone(), reason };
        filled.unfilled.extend(cut.into_iter().chain(outvoted).map(unfilled));
        let mut kept = in_order(kept);
        self.limit(&mut kept, &mut filled.unfilled);
        filled.relations = self.relate(&related, &kept, &mut filled.unfilled);
        filled.is_blank = is_blank && filled.unfilled.is_empty();
        filled.drafts = kept.into_iter().map(|found| (found.control, found.draft)).collect();
        filled
    }

    fn found(&self, origin: (usize, usize), (control, mut draft): (usize, Draft), piece: &Piece) -> Found {
        let mut place = None;
        let mut label = String::new();
        if let Some(piecewise) = self.controls[control].piecewise() {
            draft.value = piecewise.moved(std::mem::take(&mut draft.value), piece.begin);
            place = piecewise.position(&draft.value);
            piecewise.label(&draft.value).clone_into(&mut label);
        }
        let is_open = place.as_ref().map_or((false, false), |place| piece.is_open(place));
        let room = place.as_ref().map_or_else(Default::default, |place| piece.room(place));
        Found { control, draft, label, place, origins: vec![origin], is_open, room }
    }

    /// Leaves out what is too much in all, and tells what is missing in all.
    fn limit(&self, kept: &mut Vec<Found>, unfilled: &mut Vec<Unfilled>) {
        for (at, control) in self.controls.iter().enumerate() {
            let Some(piecewise) = control.piecewise().filter(|_| control.head().scope == Scope::Task) else {
                continue;
            };
            let indices: Vec<usize> = (0..kept.len()).filter(|index| kept[*index].control == at).collect();
            let values: Vec<&Value> = indices.iter().map(|index| &kept[*index].draft.value).collect();
            let excess = piecewise.excess(&values);
            let name = || control.head().name.clone();
            unfilled.extend(excess.problems.into_iter().map(|reason| Unfilled { control: name(), reason }));
            for surplus in excess.surplus.into_iter().rev() {
                kept.remove(indices[surplus]);
            }
        }
    }

    /// Returns the relations of all pieces whose two regions were kept.
    fn relate(
        &self,
        related: &[(usize, Relation)],
        kept: &[Found],
        unfilled: &mut Vec<Unfilled>,
    ) -> Vec<Relation> {
        let Some(relations) = &self.relations else { return Vec::new() };
        let origins = kept.iter().enumerate();
        let origins = origins.flat_map(|(at, found)| found.origins.iter().map(move |origin| (*origin, at)));
        let places: BTreeMap<(usize, usize), usize> = origins.collect();
        let mut joined: Joined = BTreeMap::new();
        let mut lost = 0;
        for (number, relation) in related {
            let end = |index| places.get(&(*number, index)).copied();
            match (end(relation.from), end(relation.to)) {
                // Two parts of one region.
                (Some(from), Some(to)) if from == to && relation.from != relation.to => {}
                (Some(from), Some(to)) => {
                    joined.entry((from, to)).or_default().extend(relation.labels.iter().cloned());
                }
                _ => lost += 1,
            }
        }
        let (relations, mut problems) = relations::settled(relations, joined);
        if 0 < lost {
            problems
                .push(format!("relations of regions that were left out, which are left out as well: {lost}"));
        }
        let control = relations::key(self);
        unfilled.extend(problems.into_iter().map(|reason| Unfilled { control: control.clone(), reason }));
        relations
    }
}

/// Sorts as the controls stand in the form, and then as the regions stand in the text.
fn in_order(mut kept: Vec<Found>) -> Vec<Found> {
    kept.sort_by_key(|found| {
        (found.control, found.place.as_ref().map(|place| (place.start, place.end)), found.origins[0])
    });
    kept
}
