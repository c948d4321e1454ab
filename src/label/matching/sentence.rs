//! Labels inside sentences: which one occurs, and whether the sentence takes it back.

use super::clean;
use super::names::Names;

/// Words that turn the label after them into its opposite, as does what ends in `n't`.
const NEGATIONS: &str = "absence arent barely cannot cant devoid didnt doesnt dont except excluding fails hardly \
                         isnt lack lacking lacks neither never no non none nor not opposite wasnt werent without \
                         wont zero";

/// Words that turn the label before them into its opposite.
const REJECTIONS: &str = "inaccurate inapplicable incorrect not wrong";

/// Expressions that turn the label after them into its opposite.
const CONTRASTS: &[&str] =
    &["rather than", "instead", "other than", "anything but", "far from", "as opposed", "less"];

/// Words that may stand between a negation and the label it negates.
const FILLERS: &str = "a actually all an any appear as at be been being called category class classified clearly \
                       completely considered described entirely especially even exactly explicitly fully in is it \
                       just label labeled labelled longer mainly mostly much necessarily of only overly \
                       particularly predominantly primarily purely quite really seem simply so sound strictly such \
                       that the this to too totally truly very";

/// Words that may stand between a label and what rejects it.
const LINKS: &str = "are category class do does here is label seems sentiment text tone was would";

/// Expressions of a reply that does not commit itself, separated by commas.
const HEDGES: &str = "as an ai,can be either,can't be,can't determine,can't say,can't tell,cannot be,\
                      cannot determine,cannot say,cannot tell,could also,could be,depends,difficult to,\
                      do not know,don't know,either,hard to,i am not able,i am sorry,i can not,i can't,i cannot,\
                      i won't,i'm not able,i'm sorry,impossible to,insufficient,it is unclear,it's unclear,may be,\
                      maybe,might also,might be,neither,no clear,none of,not clear,not enough,not possible,\
                      not sure,perhaps,possibly,unable to,uncertain,undecided,unsure,would be,would have";

/// Labels so common that they occur in sentences without being meant.
const EVERYDAY: &str = "both either false good more most neither none other same some that this true unclear unknown \
                        very well with";

/// Labels with fewer letters than this are everyday words, too.
const SHORTEST_IN_SENTENCE: usize = 4;

/// Where a label stands in the words of a text.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    label: usize,
    start: usize,
    end: usize,
}

/// Returns the only label that occurs in a text, unless the text negates it or is in doubt.
pub(super) fn only_label(text: &str, labels: &Names) -> Option<usize> {
    let words = words(text);
    let is_meant = |occurrence: &Occurrence| {
        !is_everyday(&words[occurrence.start..occurrence.end]) || is_singled_out(&words, occurrence)
    };
    let occurrences: Vec<Occurrence> = occurrences(&words, labels).into_iter().filter(is_meant).collect();
    let first = occurrences.first()?.label;
    if occurrences.iter().any(|occurrence| occurrence.label != first) {
        return None;
    }
    let is_denied = occurrences.iter().any(|occurrence| is_taken_back(&words, occurrence));
    (!is_denied && !is_hedged(&words, &occurrences)).then_some(first)
}

/// A word of a text with what stood around it.
#[derive(Debug)]
struct Word {
    /// Folded, without punctuation around it.
    text: String,
    before: String,
    after: String,
}

fn words(text: &str) -> Vec<Word> {
    let edge =
        |character: char| !(character.is_alphanumeric() || matches!(character, '+' | '#' | '%' | '&' | '$'));
    clean::fold(text)
        .replace(['—', '–', '/'], " ")
        .split_whitespace()
        .map(|token| {
            let start = token.find(|character| !edge(character)).unwrap_or(token.len());
            let end = token.trim_end_matches(edge).len().max(start);
            Word {
                text: token[start..end].to_owned(),
                before: token[..start].to_owned(),
                after: token[end..].to_owned(),
            }
        })
        .collect()
}

/// Returns the words of a text without what stands around them.
pub(super) fn plain_words(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.text).collect()
}

/// Returns where labels occur as whole words; of overlapping ones the longest counts.
fn occurrences(words: &[Word], labels: &Names) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for (label, names) in labels.labels.iter().enumerate() {
        for name in names.forms().map(|form| &form.words) {
            if name.iter().all(String::is_empty) {
                continue;
            }
            let starts = 0..(words.len() + 1).saturating_sub(name.len());
            found.extend(starts.filter(|&start| begins(&words[start..], name)).map(|start| Occurrence {
                label,
                start,
                end: start + name.len(),
            }));
        }
    }
    found.sort_by_key(|occurrence| (occurrence.start, std::cmp::Reverse(occurrence.end)));
    let longer = |inner: &Occurrence| {
        found.iter().any(|outer| {
            let covers = outer.start <= inner.start && inner.end <= outer.end;
            covers && inner.end - inner.start < outer.end - outer.start
        })
    };
    found.iter().copied().filter(|occurrence| !longer(occurrence)).collect()
}

fn begins(words: &[Word], name: &[String]) -> bool {
    name.iter().zip(words).all(|(part, word)| *part == word.text)
}

/// Returns whether a sentence denies the label it names, or only asks about it.
fn is_taken_back(words: &[Word], occurrence: &Occurrence) -> bool {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let (before, after) = (&texts[..occurrence.start], &texts[occurrence.end..]);
    let fillers = before.iter().rev().take_while(|word| has(FILLERS, word)).count();
    let lead = &before[..before.len() - fillers];
    let lead_text = format!(" {}", lead.join(" "));
    let next = after.iter().find(|word| !has(LINKS, word));
    match words[occurrence.end - 1].after.as_str() {
        _ if lead.last().is_some_and(|word| has(NEGATIONS, word) || word.ends_with("n't")) => true,
        _ if CONTRASTS.iter().any(|contrast| lead_text.ends_with(&format!(" {contrast}"))) => true,
        question if question.starts_with('?') => true,
        colon if colon.contains(':') => after.first().is_some_and(|word| has("no false 0", word)),
        // Without a mark between them, what follows is said of the label.
        "" => next.is_some_and(|word| has(REJECTIONS, word) || word.ends_with("n't")),
        _ => false,
    }
}

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// Returns whether a reply refuses or hesitates, outside the labels themselves.
fn is_hedged(words: &[Word], occurrences: &[Occurrence]) -> bool {
    let is_label = |at: usize| occurrences.iter().any(|found| found.start <= at && at < found.end);
    let rest: Vec<&str> = words
        .iter()
        .enumerate()
        .map(|(at, word)| if is_label(at) { "\u{0}" } else { word.text.as_str() })
        .collect();
    let rest = format!(" {} ", rest.join(" "));
    HEDGES.split(',').any(|hedge| rest.contains(&format!(" {hedge} ")))
}

fn is_everyday(words: &[Word]) -> bool {
    let letters: usize = words.iter().map(|word| word.text.chars().count()).sum();
    if words.iter().any(|word| word.text.contains(|character: char| !character.is_alphanumeric())) {
        // `R&D` and `C++` are short, but no words of a sentence.
        return false;
    }
    letters < SHORTEST_IN_SENTENCE || matches!(words, [word] if has(EVERYDAY, &word.text))
}

/// Returns whether a label stands apart: at the start before a comma or stop, after a colon, in quotes or emphasis.
fn is_singled_out(words: &[Word], occurrence: &Occurrence) -> bool {
    let (first, last) = (&words[occurrence.start], &words[occurrence.end - 1]);
    let marks = ['"', '\'', '*', '`', '“', '”', '«', '»', '['];
    let leads = occurrence.start == 0 && last.after.starts_with([',', '.', ':', ';', '!', ')']);
    let marked = first.before.ends_with(marks)
        && last.after.starts_with(['"', '\'', '*', '`', '“', '”', '«', '»', ']']);
    let announced = occurrence.end == words.len()
        && occurrence
            .start
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .is_some_and(|word| word.after.ends_with(':'));
    leads || marked || announced
}
