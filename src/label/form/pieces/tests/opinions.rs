//! What several pieces say of the same words.

use std::ops::Range;

use serde_json::json;

use super::*;

/// Marks places of a text of 80 letters, which is shown in pieces 0..40, 30..60 and 50..80; each mark is piece, place in
/// the whole and label. Expects the spans, and what is told.
#[track_caller]
fn check(config: &str, marks: &[(usize, Range<usize>, &str)], expect: (&[&str], &[&str])) {
    let sides = [(0, None, Some(40)), (30, Some(30), Some(60)), (50, Some(50), None)];
    let piece = |(number, (begin, start, end)): (usize, (usize, Option<usize>, Option<usize>))| {
        let cuts = (start.map(|start| (0, start)), end.map(|end| (0, end)));
        let of_piece = marks.iter().filter(|(piece, _, _)| *piece == number);
        let draft = |(_, Range { start, end }, label): &(usize, Range<usize>, &str)| {
            let text = format!("t{start}-{end}");
            let value = json!({"start": start - begin, "end": end - begin, "text": text, "labels": [label]});
            (0, Draft::new(value))
        };
        let drafts: Vec<_> = of_piece.map(draft).collect();
        let filled = Filled { is_blank: drafts.is_empty(), drafts, ..Filled::default() };
        (Piece { value: Value::Null, begin: (0, begin), cuts }, filled)
    };
    let filled = form(config, 30).merge(sides.into_iter().enumerate().map(piece).collect());
    let label = |value: &Value| format!("{} {}", value["text"], value["labels"][0]).replace('"', "");
    assert_eq!(
        (values(&filled).iter().map(label).collect::<Vec<_>>(), told(&filled)),
        (expect.0.iter().map(ToString::to_string).collect(), expect.1.to_vec())
    );
}

#[test]
fn a_part_gives_way_to_the_whole_of_it_and_else_is_told_once() {
    check(NER, &[(0, 35..40, "Place"), (1, 35..45, "Place")], (&["t35-45 Place"], &[]));
    check(
        NER,
        &[(0, 25..40, "Place"), (1, 30..45, "Place")],
        (&[], &["`t25-40` reaches over the end of a piece; raise `--split`"]),
    );
    check(NER, &[(0, 30..40, "Place"), (1, 30..40, "Place")], (&["t30-40 Place"], &[]));
    check(
        NER,
        &[(0, 25..40, "Place"), (1, 30..60, "Place"), (2, 50..70, "Place")],
        (&[], &["`t25-40` reaches over the end of a piece; raise `--split`"]),
    );
    check(
        NER,
        &[(0, 20..40, "Place")],
        (&[], &["`t20-40` reaches over the end of a piece; raise `--split`"]),
    );
    check(
        NER,
        &[(0, 20..40, "Place"), (0, 32..35, "Place")],
        (&["t32-35 Place"], &["`t20-40` reaches over the end of a piece; raise `--split`"]),
    );
    let alone = "`t35-40` is marked as `Place` at the end of a piece, but not in the one that shows more";
    check(NER, &[(0, 35..40, "Place")], (&[], &[alone]));
    check(NER, &[(0, 35..40, "Place"), (1, 35..45, "Person")], (&["t35-45 Person"], &[alone]));
    check(NER, &[(0, 35..40, "Place"), (1, 37..45, "Place")], (&["t37-45 Place"], &[alone]));
    check(
        NER,
        &[(0, 35..40, "Place"), (1, 30..38, "Place")],
        (&[], &["`t30-38` is marked as `Place` at the end of a piece, but not in the one that shows more"]),
    );
}

#[test]
fn of_two_labels_of_a_place_the_one_that_was_given_with_more_around_it_counts() {
    let outvoted =
        "`t32-34` is marked as `Place` in one piece, and as `Person` in one that shows more around it";
    let two = [(0, 32..34, "Person"), (1, 32..34, "Place")];
    check(NER, &two, (&["t32-34 Person"], &[outvoted]));
    let later =
        "`t36-38` is marked as `Place` in one piece, and as `Person` in one that shows more around it";
    check(NER, &[(0, 36..38, "Place"), (1, 36..38, "Person")], (&["t36-38 Person"], &[later]));
    let one = [(0, 32..34, "Person"), (0, 32..34, "Place"), (1, 32..34, "Place")];
    check(NER, &one, (&["t32-34 Person", "t32-34 Place"], &[]));
    let multiple = NER.replace("<Labels ", r#"<Labels choice="multiple" "#);
    check(&multiple, &two, (&["t32-34 Person", "t32-34 Place"], &[]));
}

#[test]
fn a_relation_goes_with_the_whole_of_its_region_and_is_told_without_it() {
    let form = form(&NER.replace("</View>", "<Relations/></View>"), 30);
    let place = |(start, end): (usize, usize)| {
        (0, Draft::new(json!({"start": start, "end": end, "text": "x", "labels": ["Place"]})))
    };
    let to = |to| Relation { from: 0, to, labels: Vec::new(), direction: "right" };
    let first = Filled {
        drafts: vec![place((0, 5)), place((35, 40)), place((20, 40))],
        relations: vec![to(1), to(2)],
        ..Filled::default()
    };
    let second = Filled { drafts: vec![place((5, 15))], ..Filled::default() };
    let piece = |begin: usize, start: Option<usize>, end: Option<usize>| {
        let cut = |side: Option<usize>| side.map(|side| (0, side));
        Piece { value: Value::Null, begin: (0, begin), cuts: (cut(start), cut(end)) }
    };
    let merged = form.merge(vec![(piece(0, None, Some(40)), first), (piece(30, Some(30), None), second)]);
    assert_eq!(merged.relations, [to(1)]);
    let words = "relations of regions that were left out, which are left out as well: 1";
    assert_eq!(told(&merged), ["`x` reaches over the end of a piece; raise `--split`", words]);
}
