//! A page as a browser reads it, unless it is too deep.

use std::cell::Cell;

use html5ever::driver::{self, ParseOpts, Parser};
use html5ever::interface::Tracer;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::{TreeBuilderOpts, TreeSink};
use html5ever::{LocalName, QualName, ns};
use scraper::{Html, HtmlTreeSink};

use super::DEEPEST;

/// How much is read between two looks at the depth, in bytes.
const STRIDE: usize = 4096;

/// What a parser has in its hands at most: the open elements, those of formatting that it would open again, and a few more.
const MOST_HELD: usize = 2 * DEEPEST + 8;

/// Returns a page with a head and a body; `None` where it is deeper than [`DEEPEST`] by far.
pub(super) fn document(html: &str) -> Option<Html> {
    let tree_builder = TreeBuilderOpts { iframe_srcdoc: true, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    read(driver::parse_document(HtmlTreeSink::new(Html::new_document()), options), html)
}

/// Returns what stands inside an element; `None` where it is deeper than [`DEEPEST`] by far.
pub(super) fn fragment(html: &str) -> Option<Html> {
    let tokenizer = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let options = ParseOpts { tokenizer, ..ParseOpts::default() };
    let context = QualName::new(None, ns!(html), LocalName::from("div"));
    let sink = HtmlTreeSink::new(Html::new_fragment());
    read(driver::parse_fragment(sink, options, context, Vec::new(), true), html)
}

/// Gives a page to a parser. With each tag it looks through all that are open, which takes minutes in a deep page.
fn read(mut parser: Parser<HtmlTreeSink>, html: &str) -> Option<Html> {
    let mut rest = html;
    while !rest.is_empty() {
        let end = (STRIDE..rest.len()).find(|&end| rest.is_char_boundary(end)).unwrap_or(rest.len());
        let (stride, after) = rest.split_at(end);
        parser.process(StrTendril::from_slice(stride));
        let held = Held::default();
        parser.tokenizer.sink.trace_handles(&held);
        if MOST_HELD < held.0.get() {
            return None;
        }
        rest = after;
    }
    Some(parser.finish())
}

/// Counts what a parser has in its hands.
#[derive(Default)]
struct Held(Cell<usize>);

impl Tracer for Held {
    type Handle = <HtmlTreeSink as TreeSink>::Handle;

    fn trace_handle(&self, _node: &Self::Handle) {
        self.0.set(self.0.get() + 1);
    }
}
