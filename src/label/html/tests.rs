//! What the real editor counted, page by page.
//!
//! `pages.json` was read from the elements of Label Studio 1.23.2 in a browser: the text nodes of the frame's body
//! (`framed`), or of the element the page was put into (`inline`, where it differs), with a line feed for each `<br>`.

use serde_json::Value;

use super::*;

#[track_caller]
fn check(html: &str, place: Place, expect: &str) {
    assert_eq!(text_of(html, place), expect, "{place:?}: {html}");
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

proptest::proptest! {
    #[test]
    fn any_text_has_a_text(html in "(<[!/a-z]{0,3}|[a-z <>&;/=\"'\\[\\]\\-\n\r\u{0}é😀]|<script|<svg/|<!\\[CDATA\\[|]]>){0,40}") {
        for place in [Place::Frame, Place::Inline] {
            proptest::prop_assert!(text_of(&html, place).len() <= 3 * html.len());
        }
    }
}
