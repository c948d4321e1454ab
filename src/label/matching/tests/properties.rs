//! What holds for every reply and all labels.

use proptest::prelude::*;

use super::super::{Names, clean, name, one, several};

/// Replies made of what means something here.
fn any_reply() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "good",
        "Bad",
        "not",
        "isn't",
        "or",
        " ",
        "\n",
        "\n\n",
        ", ",
        ": ",
        ". ",
        "Answer: ",
        "```",
        "```json\n",
        "{\"label\": \"",
        "\"}",
        "[\"",
        "\\boxed{",
        "}",
        "<answer>",
        "</answer>",
        "<think>",
        "</think>",
        "[THINK]",
        "<|im_end|>",
        "<s>",
        "</s>",
        "~~",
        "**",
        "- ",
        "1. ",
        "(",
        ")",
        "0.9",
        "90%",
        "maybe",
        "wait",
        "because",
        "İ",
        "积极",
        "，",
        "👩‍⚕️",
        "\u{200b}",
        "e\u{301}",
        "a_b",
        "a-b",
        "analysis",
        "assistantfinal",
        "",
        "\0",
    ]);
    prop_oneof![prop::collection::vec(words, 0..12).prop_map(|words| words.concat()), any::<String>()]
}

/// Lists of labels, alias or none, some of which are hard to tell apart.
fn any_labels() -> impl Strategy<Value = Vec<(String, Option<String>)>> {
    let known = prop::sample::select(vec![
        "good",
        "not good",
        "bad",
        "no",
        "A",
        "a-b",
        "a b",
        "-1",
        "1",
        "C++",
        "<s>",
        "**",
        "积极",
        "👩‍⚕️",
        "İyi",
        "ß",
    ]);
    let label = prop_oneof![known.prop_map(str::to_owned), "\\PC{1,8}"];
    prop::collection::vec((label.clone(), prop::option::of(label)), 1..6)
}

fn names(labels: &[(String, Option<String>)]) -> Names {
    Names::new(labels.iter().map(|(value, alias)| (value.as_str(), alias.as_deref())))
}

proptest! {
    #[test]
    fn any_reply_means_labels_that_are_there(reply in any_reply(), labels in any_labels()) {
        let names = names(&labels);
        let several = several(&reply, &names).found;
        prop_assert!(several.iter().chain(&one(&reply, &names)).all(|&found| found < labels.len()));
        prop_assert!(several.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn a_reply_that_is_a_label_in_any_case_means_it(labels in any_labels(), at in any::<prop::sample::Index>()) {
        let at = at.index(labels.len());
        let value = &labels[at].0;
        let forms = || labels.iter().flat_map(|(value, alias)| std::iter::once(value).chain(alias));
        let is_alike = |other: &&String| clean::fold(other) == clean::fold(value);
        prop_assume!(forms().filter(is_alike).count() == 1);
        for reply in [value.clone(), value.to_uppercase(), value.to_lowercase(), format!(" {value}\n")] {
            prop_assert_eq!(name(&reply, &names(&labels)), Some(at), "{:?}", reply);
        }
    }
}
