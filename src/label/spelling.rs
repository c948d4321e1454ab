//! What is misspelled: names of fields, controls, options and files by people, words by models.

use strsim::damerau_levenshtein;

/// Shorter words, in letters, are never taken for misspelled: `dog` is as close to `dig` as to `fog`.
const SHORTEST: usize = 5;

/// Longer words, in bytes, are no words, and would take long to compare.
const LONGEST: usize = 100;

/// How many letters at its start a misspelled word must have right: prefixes make other words, as in `averse`, `adverse`.
const SAME_START: usize = 3;

/// Returns the known name that was most likely meant, if any is near enough; of equally near ones the first.
///
/// Case does not count. A quarter of a name may be wrong, and one letter more, but never all of it.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .map(|known| (damerau_levenshtein(&name, &known.to_lowercase()), known))
        .filter(|(distance, known)| {
            let letters = known.chars().count();
            *distance <= 1 + letters / 4 && *distance < letters
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Returns whether one word is another with one letter wrong, missing, too many or swapped, and not at its start.
pub(super) fn is_slip(left: &str, right: &str) -> bool {
    // What is cheap to see comes first, as most words differ in it.
    let start = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count();
    SAME_START <= start && [left, right].into_iter().all(is_word) && damerau_levenshtein(left, right) == 1
}

/// Returns whether a word is of a length in which it may be misspelled.
pub(super) fn is_word(word: &str) -> bool {
    word.len() <= LONGEST && SHORTEST <= word.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_letter_is_a_slip_and_another_word_is_none() {
        let check = |left: &str, right: &str, expect: bool| {
            assert_eq!([is_slip(left, right), is_slip(right, left)], [expect; 2], "{left} {right}");
        };
        for slip in ["comittee", "committtee", "comnittee", "commitete"] {
            check(slip, "committee", true);
        }
        check("größer", "größte", false);
        check("committee", "committee", false);
        check("averse", "adverse", false);
        check("atypical", "typical", false);
        check("rome", "roma", false);
        check(&"a".repeat(101), &"a".repeat(100), false);
    }

    #[test]
    fn a_name_that_is_nearly_right_is_found_and_another_is_not() {
        let check = |name: &str, known: &[&str], expect: Option<&str>| {
            assert_eq!(nearest(name, known.iter().copied()), expect, "{name}");
        };
        check("rmp", &["tpm", "rpm"], Some("rpm"));
        check("Sentimnet", &["rating", "sentiment"], Some("sentiment"));
        check("text!r", &["title", "text"], Some("text"));
        check("ab", &["cb", "ac"], Some("cb"));
        check("größe", &["grösse"], Some("grösse"));
        check("a", &["b", "id"], None);
        check("model", &["prompt", "url"], None);
        check("x", &[], None);
    }
}
