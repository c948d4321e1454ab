//! Where texts and dialogues are cut, by hand and for any.

use proptest::prelude::*;
use serde_json::json;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

/// Expects the pieces of a text.
#[track_caller]
fn check(text: &str, most: usize, expect: &[&str]) {
    let pieces = of_text(text, most);
    let found: Vec<&str> = pieces.iter().filter_map(|piece| piece.value.as_str()).collect();
    assert_eq!(found, expect);
}

#[test]
fn a_text_ends_with_a_paragraph_else_a_sentence_else_a_word() {
    check("Short.", 6, &["Short."]);
    check("", 6, &[""]);
    // Better is a border further back, but never less than half a piece.
    check(
        "One two.\n\nThree. Four five six.",
        20,
        &["One two.\n\nThree. ", "Three. Four five ", "five six."],
    );
    check("One. Two three four five. Six.", 28, &["One. Two three four five. ", "five. Six."]);
    check("aaa bbb ccc ddd", 10, &["aaa bbb ", "bbb ccc ", "ccc ddd"]);
    check("aaaaaaaaaaaaaaa", 10, &["aaaaaaaaaa", "aaaaaa"]);
}

#[test]
fn nothing_is_cut_within_a_character() {
    let family = "👩\u{200D}👩\u{200D}👧";
    check(&format!("{family}{family}{family}"), 6, &[family, family, family]);
    check(&family.repeat(2), 3, &[family, family]);
    check("e\u{301}e\u{301}e\u{301}", 3, &["e\u{301}", "e\u{301}", "e\u{301}"]);
}

#[test]
fn a_dialogue_is_cut_between_turns() {
    let lines = |lengths: &[usize]| -> (Vec<Value>, Vec<Turn>) {
        let texts = lengths.iter().map(|length| "x".repeat(*length));
        let turn = |text: String| (json!({"text": text}), Turn { speaker: String::new(), text });
        texts.map(turn).unzip()
    };
    let check = |lengths: &[usize], most: usize, expect: &[(usize, usize)]| {
        let (entries, turns) = lines(lengths);
        let pieces = of_turns(&entries, &turns, most);
        let found: Vec<(usize, usize)> = pieces
            .iter()
            .map(|piece| (piece.begin.0, piece.begin.0 + piece.value.as_array().map_or(0, Vec::len)))
            .collect();
        assert_eq!(found, expect, "{lengths:?}");
        for piece in pieces {
            let entries = &entries[piece.begin.0..];
            assert!(entries.starts_with(piece.value.as_array().expect("a list")));
        }
    };
    check(&[9, 9, 9], 30, &[(0, 3)]);
    check(&[9, 9, 9, 9, 9], 30, &[(0, 3), (2, 5)]);
    check(&[1, 1, 1, 1, 1, 1], 6, &[(0, 3), (2, 5), (4, 6)]);
    // A turn that is too long stays whole and alone.
    check(&[9, 99, 9, 9], 30, &[(0, 1), (1, 2), (2, 4)]);
    check(&[99], 30, &[(0, 1)]);
}

#[test]
fn a_place_at_a_cut_may_go_on_beyond() {
    let pieces = of_text("Ann met Bob. He left for Rome.", 20);
    let [first, second, _] = pieces.as_slice() else { panic!("three pieces: {pieces:?}") };
    assert_eq!((&first.value, &second.value), (&json!("Ann met Bob. "), &json!("Bob. He left for ")));
    let check = |piece: &Piece, (start, end): (usize, usize), expect: (bool, bool)| {
        assert_eq!(piece.is_open(&((0, start)..(0, end))), expect, "{start}..{end} of {piece:?}");
    };
    check(first, (0, 3), (false, false));
    check(first, (8, 11), (false, false));
    check(first, (8, 12), (false, true));
    check(second, (8, 11), (true, false));
    check(second, (16, 20), (false, false));
    check(second, (21, 24), (false, true));
}

/// What texts are made of that make it hard to cut them.
fn any_text() -> impl Strategy<Value = String> {
    let parts = vec![
        "Ann",
        "met",
        "2.5",
        "don't",
        " ",
        " ",
        " ",
        ". ",
        "! ",
        "\n",
        "\n\n",
        "\r\n\r\n",
        "é",
        "e\u{301}",
        "東京",
        "ไทย",
        "👩\u{200D}👧",
        "🇫🇷",
        "🏽",
        "\u{200D}",
        "\u{301}",
        "क्षि",
        "가",
        "\u{1100}",
        "\u{1161}",
        ",",
        "_",
        "-",
        "\t",
        "\u{2029}",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..120).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn pieces_cover_a_text_overlap_and_cut_no_character(text in any_text(), most in 1..60_usize) {
        let sides = sides(&text, most);
        let ranges: Vec<Range<usize>> = sides.iter().map(|(start, end)| start.byte..end.byte).collect();
        for (start, _) in &sides {
            prop_assert_eq!(start.point, text[..start.byte].chars().count());
        }
        let points = |range: &Range<usize>| text[range.clone()].chars().count();
        let borders: Vec<usize> =
            text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let longest = text.graphemes(true).map(|character| character.chars().count()).max().unwrap_or_default();
        prop_assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, text.len()));
        for range in &ranges {
            prop_assert!(borders.contains(&range.start) && borders.contains(&range.end));
            prop_assert!(points(range) <= most.max(most / LEAST_OVERLAP + 2 * longest), "{:?}", range);
        }
        for (before, after) in ranges.iter().zip(&ranges[1..]) {
            prop_assert!(before.start < after.start && before.end < after.end && after.start <= before.end);
            let overlap = points(&(after.start..before.end));
            if longest == 1 {
                prop_assert!(most / LEAST_OVERLAP <= overlap && overlap <= most / LEAST_PIECE);
            }
        }
    }

    #[test]
    fn pieces_cover_a_dialogue(lengths in prop::collection::vec(0..40_usize, 1..40), most in 1..100_usize) {
        let runs = runs(&lengths, most);
        prop_assert_eq!((runs[0].start, runs[runs.len() - 1].end), (0, lengths.len()));
        for run in &runs {
            let sum: usize = lengths[run.clone()].iter().sum();
            prop_assert!(sum <= most || run.len() == 1, "{:?}", run);
        }
        for (before, after) in runs.iter().zip(&runs[1..]) {
            prop_assert!(before.start < after.start && before.end < after.end && after.start <= before.end);
        }
    }
}
