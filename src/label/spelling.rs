//! Names that people misspell: fields, controls, options, files.

/// Returns the known name that was most likely meant, if any is near enough; of equally near ones the first.
///
/// Case does not count. A quarter of a name may be wrong, and one letter more, but never all of it.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .map(|known| (strsim::damerau_levenshtein(&name, &known.to_lowercase()), known))
        .filter(|(distance, known)| {
            let letters = known.chars().count();
            *distance <= 1 + letters / 4 && *distance < letters
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

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
