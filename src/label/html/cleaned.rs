//! What Label Studio's editor makes of a page before the browser sees it.
//!
//! Its cleaning (`sanitizeHtml` in `utils/html.js` of its source) leaves out scripts, foreign frames, comments and event
//! handlers and writes the page anew, which counts where the browser takes markup for text, as inside `<noscript>`.

use std::cell::RefCell;
use std::collections::HashMap;

use html5ever::Attribute;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use url::Url;

/// Elements without an end tag.
const VOID: &[&str] = &[
    "area", "base", "basefont", "br", "col", "command", "embed", "frame", "hr", "img", "input", "isindex",
    "keygen", "link", "meta", "param", "source", "track", "wbr",
];

/// Void elements that are written with a slash; the others get an end tag.
const SLASHED: &[&str] = &["area", "base", "basefont", "br", "hr", "img", "input", "link", "meta"];

/// The hosts whose frames stay.
const FRAME_HOSTS: &[&str] =
    &["www.youtube.com", "youtube.com", "www.youtube-nocookie.com", "youtube-nocookie.com", "youtu.be"];

/// Returns the page as the editor hands it to the browser.
pub(super) fn cleaned(html: &str) -> String {
    let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let tokenizer = Tokenizer::new(Cleaner::default(), options);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // It pauses only where a sink asks for it, which this one never does.
    drop(tokenizer.feed(&input));
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

/// Takes the tokens of a page.
#[derive(Default)]
struct Cleaner(RefCell<Page>);

/// What was written of a page so far.
#[derive(Default)]
struct Page {
    written: String,
    open: Vec<Element>,
    /// How many elements of a name are open, so that an end tag of none is not looked for among all of them.
    counts: HashMap<String, usize>,
    /// How many drawings and formulas are open.
    foreign: usize,
    /// Whether the end of a section of character data is awaited.
    is_in_section: bool,
}

/// An element whose end has not been seen.
struct Element {
    name: String,
    /// Where its start tag was written, in bytes.
    start: usize,
    /// Whether it is left out with all it holds.
    is_left_out: bool,
}

impl TokenSink for Cleaner {
    type Handle = ();

    fn process_token(&self, token: Token, _line_number: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.text(&text),
            _ if page.is_in_section => {}
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => return page.start(&tag),
                TagKind::EndTag => page.end(&tag.name),
            },
            Token::NullCharacterToken => page.text("\0"),
            // A browser ends a section at the first bracket, the cleaning at its real end.
            Token::CommentToken(text) => {
                page.is_in_section = text.starts_with("[CDATA[") && !text.ends_with("]]");
            }
            Token::DoctypeToken(_) | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = tag.name.to_string();
        let start = self.written.len();
        self.put(&["<", &name]);
        for attribute in &tag.attrs {
            self.attribute(attribute);
        }
        if VOID.contains(&name.as_str()) {
            match SLASHED.iter().find(|slashed| **slashed == name) {
                Some(_) => self.put(&[" />"]),
                None => self.put(&["></", &name, ">"]),
            }
            return TokenSinkResult::Continue;
        }
        self.put(&[">"]);
        self.foreign += usize::from(is_foreign(&name));
        let next = match name.as_str() {
            "script" | "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" if self.foreign == 0 => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        };
        let is_left_out = name == "script" || (name == "iframe" && !is_known_frame(&tag.attrs));
        *self.counts.entry(name.clone()).or_default() += 1;
        self.open.push(Element { name, start, is_left_out });
        if tag.self_closing && self.foreign != 0 {
            self.close_last();
            return TokenSinkResult::Continue;
        }
        next
    }

    fn attribute(&mut self, attribute: &Attribute) {
        let (name, value) = (&*attribute.name.local, &*attribute.value);
        let is_event = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
        // It leaves out attributes that want a value and have none; of them only this one counts here.
        if is_event || name == "hidden" && value.is_empty() {
            return;
        }
        self.put(&[" ", name]);
        if !value.is_empty() {
            self.put(&["=\"", &escaped(value).replace('"', "&quot;"), "\""]);
        }
    }

    fn end(&mut self, name: &str) {
        if VOID.contains(&name) {
            if name == "br" {
                self.put(&["<br />"]);
            }
            return;
        }
        if self.counts.get(name).is_none_or(|count| *count == 0) {
            if name == "p" {
                self.put(&["<p></p>"]);
            }
            return;
        }
        let mut is_closed = false;
        while !is_closed {
            is_closed = self.open.last().is_none_or(|element| element.name == name);
            self.close_last();
        }
    }

    fn close_last(&mut self) {
        let Some(element) = self.open.pop() else { return };
        self.counts.entry(element.name.clone()).and_modify(|count| *count -= 1);
        self.foreign -= usize::from(is_foreign(&element.name));
        if element.is_left_out {
            self.written.truncate(element.start);
        } else {
            self.put(&["</", &element.name, ">"]);
        }
    }

    fn text(&mut self, mut text: &str) {
        if self.is_in_section {
            let Some((_, rest)) = text.split_once("]]>") else { return };
            self.is_in_section = false;
            text = rest;
        }
        match self.open.last().map(|element| element.name.as_str()) {
            Some("script" | "style") => self.put(&[text]),
            _ => self.put(&[&escaped(text)]),
        }
    }

    fn put(&mut self, parts: &[&str]) {
        self.written.extend(parts.iter().copied());
    }

    fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close_last();
        }
        self.written
    }
}

/// Returns whether tags inside an element may close themselves.
fn is_foreign(name: &str) -> bool {
    matches!(name, "svg" | "math")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Returns whether a frame shows a film of a host that the editor lets through.
fn is_known_frame(attributes: &[Attribute]) -> bool {
    let source = attributes.iter().find(|attribute| &*attribute.name.local == "src");
    let address = source.and_then(|source| Url::parse(&source.value).ok());
    address.is_some_and(|address| {
        address.scheme() == "https" && address.host_str().is_some_and(|host| FRAME_HOSTS.contains(&host))
    })
}
