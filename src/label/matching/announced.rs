//! Answers that a line announces: `Label: x`, `So the final answer is: x`, `Option B`.

use super::names::{Form, Names};
use super::{clean, sentence};

/// What an announcement may call the answer.
const NOUNS: &str = "answer category choice class classification conclusion decision label output prediction \
    response result tag topic verdict 答案 标签 分类 类别 回答 ラベル antwort kategorie réponse catégorie respuesta \
    categoría risposta categoria resposta ответ категория cevap etiket";

/// The same by what is judged.
const KINDS: &str = "emotion genre intent intention mood polarity sentiment stance theme tone";

/// The same for several at once, which may also be all there is to choose from.
const PLURALS: &str = "answers categories choices classes labels tags topics";

/// What may stand beside them.
const MODIFIERS: &str = "appropriate assigned best chosen correct final fitting hence here's is model's most my overall \
    predicted selected single so suitable the therefore this thus is";

/// What a label may be called before it, without a colon.
const TITLES: &str = "answer category choice class grade label level option rating score";

/// What stands in the announcements of a text.
#[derive(Debug, Default)]
pub(super) struct Announced<'a> {
    /// What each says, unless it says nothing itself and the next lines do.
    pub(super) answers: Vec<&'a str>,
    /// What stands before the first of them, and what follows the last.
    pub(super) around: (&'a str, &'a str),
}

impl<'a> Announced<'a> {
    /// Finds the announcements; those in the singular count before those in the plural.
    pub(super) fn new(text: &'a str) -> Self {
        [NOUNS, KINDS, PLURALS]
            .into_iter()
            .map(|nouns| Self::by(nouns, text))
            .find(|found| !found.answers.is_empty())
            .unwrap_or_default()
    }

    /// Returns whether what stands before them hesitates, or what follows takes them back.
    pub(super) fn is_in_doubt(&self, labels: &Names) -> bool {
        let (before, after) = self.around;
        sentence::is_in_doubt(before) || sentence::is_objection(after, labels)
    }

    fn by(nouns: &str, text: &'a str) -> Self {
        let mut found = Self::default();
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            let start = end;
            end += line.len();
            let announced = answers(line, nouns).into_iter().filter(|answer| !answer.is_empty());
            let announced: Vec<&str> = announced.collect();
            if !announced.is_empty() {
                let before = if found.answers.is_empty() { &text[..start] } else { found.around.0 };
                found.around = (before, &text[end..]);
            }
            found.answers.extend(announced);
        }
        found
    }
}

/// Returns what a line announces, in whatever number; `None` where it announces nothing.
pub(super) fn of_line(line: &str) -> Option<&str> {
    [NOUNS, KINDS, PLURALS].into_iter().find_map(|nouns| answers(line, nouns).pop())
}

/// Returns the label that a line names by its letter or number, as in `Option B` and `Class 3`.
pub(super) fn titled(line: &str, labels: &Names) -> Option<usize> {
    let (title, name) = clean::line(line).split_once(' ')?;
    if !has(TITLES, &clean::fold(title)) {
        return None;
    }
    let name = clean::fold(clean::line(name));
    super::only(labels, &|form: &Form| form.folded == name)
}

/// Returns what stands behind each colon of a line that one of these nouns is before, up to the next of them.
fn answers<'a>(line: &'a str, nouns: &str) -> Vec<&'a str> {
    let line = clean::line(line);
    let mut answers = Vec::new();
    let mut end = line.len();
    for (at, colon) in line.match_indices([':', '：']).collect::<Vec<_>>().into_iter().rev() {
        let before = &line[..at];
        let head =
            before.rsplit(['.', ';', '!', '?', '|', ',', '—', '(', '{', ':', '：']).next().unwrap_or(before);
        // What leads to it in its sentence may leave it in doubt: `in theory, label: x`.
        let lead = &before[..before.len() - head.len()];
        if is_announcement(head, nouns) && sentence::ends_in_frame(lead) {
            answers.push(clean::line(&line[at + colon.len()..end]));
            end = at - head.len();
        }
    }
    answers.reverse();
    answers
}

fn is_announcement(head: &str, nouns: &str) -> bool {
    let head = clean::fold(clean::line(head));
    let mut words = head.split(' ').filter(|word| !has(MODIFIERS, word));
    // Nothing but one noun beside the modifiers: `wrong label` announces none.
    words.next().is_some_and(|word| has(nouns, word)) && words.next().is_none()
}

fn has(list: &str, word: &str) -> bool {
    super::lexicon::has(list, word)
}
