//! What the real editor counted, page by page.
//!
//! `pages.json` was read from the elements of Label Studio 1.23.2 in a browser: the text nodes of the frame's body
//! (`framed`), or of the element the page was put into (`inline`, where it differs), with a line feed for each `<br>`.

use serde_json::Value;

use super::*;

/// What is not shown may be any text of the same length.
#[track_caller]
fn check(html: &str, place: Place, expect: &str) {
    let found = counted(html, place);
    assert_eq!(found.chars().count(), expect.chars().count(), "{place:?}: {html}");
    let unveiled = found.chars().zip(expect.chars());
    let unveiled = unveiled.map(|(found, expect)| if found == UNSEEN { expect } else { found });
    assert_eq!(unveiled.collect::<String>(), expect, "{place:?}: {html}");
}

fn counted(html: &str, place: Place) -> String {
    text_of(html, place).expect(html).parts.concat()
}

#[track_caller]
fn check_seen(html: &str, expect: &str) {
    assert_eq!(text_of(html, Place::Frame).unwrap().seen, expect, "{html}");
}

#[test]
fn texts_are_those_that_the_editor_counts() {
    let pages: Value = serde_json::from_str(include_str!("pages.json")).unwrap();
    let pages = pages.as_array().unwrap();
    assert!(70 < pages.len());
    for page in pages {
        let html = page["html"].as_str().unwrap();
        let framed = page["framed"].as_str().unwrap();
        check(html, Place::Frame, framed);
        check(html, Place::Inline, page["inline"].as_str().unwrap_or(framed));
    }
}

/// Looked for among all open elements they would take minutes.
#[test]
fn end_tags_of_nothing_cost_little_in_a_deep_page() {
    let count = 100_000;
    let page = cleaned::cleaned(&["<b>".repeat(count), "</i>".repeat(count)].concat());
    assert_eq!(page.len(), "<b></b>".len() * count);
}

/// Read to their end they would take minutes.
#[test]
fn pages_that_browsers_put_in_another_order_are_refused() {
    let check = |page: &str, expect: Option<usize>| {
        let lengths = [Place::Frame, Place::Inline].map(|place| {
            let page = text_of(page, place).ok()?;
            Some(page.parts.concat().len())
        });
        assert_eq!(lengths, [expect; 2], "{} bytes", page.len());
    };
    let nested = |count: usize| ["<div>a".repeat(count), "b</div>".repeat(count)].concat();
    check(&nested(510), Some(2 * 510));
    check(&nested(513), None);
    check(&nested(50_000), None);
    for tag in ["<font>", "<table><tr><td>", "<b><div>", "<svg>"] {
        check(&tag.repeat(50_000), None);
    }
    check(&["<table>", &"<b>".repeat(50_000)].concat(), None);
    check(&"<p><i>é</i><li>".repeat(20_000), Some(20_000 * "é".len()));
    let crossed = "<b>a<p>b</b>c</p>";
    check(&crossed.repeat(5_000), Some(3 * 5_000));
}

#[test]
fn a_reader_sees_lines_and_cells() {
    check_seen("<h1>A</h1><p>b\n  <i>c</i>d &amp; <b> e</b></p>\n<p></p>f<br><br>g", "A\nb cd & e\nf\ng");
    check_seen("<table><tr><th>A</th><td>B <p>C</p></td></tr><tr><td>D</td></tr></table>", "A\tB\nC\nD");
    check_seen("<ul><li>A</li><li>B</li></ul>", "A\nB");
    check_seen("<pre><b>let</b> <b>x</b></pre>", "let x");
    check_seen("<pre>\n  a\n\n  b</pre>c\u{a0} d", "  a\n  b\nc\u{a0} d");
    check_seen(
        "<p>A<style>p{}</style>B<span hidden='hidden'>C</span><span style='Display: none'>D<br></span><span hidden>E</span></p>",
        "ABE",
    );
    check_seen("", "");
}

#[test]
fn parts_are_apart_where_a_reader_sees_a_gap() {
    let check = |html: &str, place: Place, expect: &[&str]| {
        assert_eq!(text_of(html, place).unwrap().parts, expect, "{html}");
    };
    check(
        "<p>A<b>B</b>C<br>D</p><style>xy</style><td>E<td>F",
        Place::Frame,
        &["ABC\nD", "\u{FFF0}\u{FFF0}EF"],
    );
    check("<table><tr><td>E</td><td>F</td></tr></table>", Place::Inline, &["E", "F"]);
    let hidden = "<div>A<i hidden='hidden'>x<div>y</div><br></i>B <i style='display:none'>z</i> C</div>";
    check(hidden, Place::Inline, &["A\u{FFF0}\u{FFF0}\u{FFF0}B \u{FFF0} C"]);
}

proptest::proptest! {
    #[test]
    fn any_text_has_a_text(html in "(<[!/a-z]{0,3}|[a-z <>&;/=\"'\\[\\]\\-\n\r\u{0}é😀]|<script|<svg/|<!\\[CDATA\\[|]]>){0,40}") {
        for place in [Place::Frame, Place::Inline] {
            proptest::prop_assert!(counted(&html, place).len() <= 3 * html.len());
        }
    }
}
