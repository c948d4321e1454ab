//! The text of a web page, character for character as Label Studio's editor counts it.
//!
//! The editor cleans a page ([`cleaned`]), lets the browser parse it, and counts the code points of all text nodes of
//! the body, shown or not, and one more for each `<br>`: `RichText/domManager.ts` of its source.

mod cleaned;
#[cfg(test)]
mod tests;

use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::TendrilSink;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{LocalName, QualName, ns};
use scraper::{Html, HtmlTreeSink, Node};

/// Where the editor puts a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a frame: a document of its own, whose head is not counted.
    Frame,
    /// Among its own elements (`inline="true"`): a fragment, all of which is counted.
    Inline,
}

/// Returns the text in which spans of a page are counted; a `<br>` is a line feed.
pub(super) fn text_of(html: &str, place: Place) -> String {
    let cleaned = cleaned::cleaned(html);
    let (page, root) = match place {
        Place::Frame => (document(&cleaned), "body"),
        Place::Inline => (fragment(&cleaned), "html"),
    };
    let mut text = String::new();
    let mut open = vec![page.tree.root()];
    let mut is_inside = false;
    while let Some(node) = open.pop() {
        match node.value() {
            Node::Text(part) if is_inside => text.push_str(part),
            Node::Element(element) if is_inside && element.name() == "br" => text.push('\n'),
            // The body is the last child of its document, so all that follows is inside.
            Node::Element(element) if element.name() == root => is_inside = true,
            // What a template holds is no part of the document.
            Node::Fragment if is_inside => continue,
            _ => {}
        }
        open.extend(node.children().rev());
    }
    // A carriage return that was written as a reference has become a plain one before the browser parsed the page.
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn document(html: &str) -> Html {
    let tree_builder = TreeBuilderOpts { iframe_srcdoc: true, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    driver::parse_document(HtmlTreeSink::new(Html::new_document()), options).one(html)
}

fn fragment(html: &str) -> Html {
    let tokenizer = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let options = ParseOpts { tokenizer, ..ParseOpts::default() };
    let context = QualName::new(None, ns!(html), LocalName::from("div"));
    driver::parse_fragment(HtmlTreeSink::new(Html::new_fragment()), options, context, Vec::new(), true)
        .one(html)
}
