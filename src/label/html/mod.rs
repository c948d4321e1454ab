//! The text of a web page, character for character as Label Studio's editor counts it.
//!
//! The editor cleans a page ([`cleaned`]), lets the browser parse it, and counts the code points of all text nodes of
//! the body, shown or not, and one more for each `<br>`: `RichText/domManager.ts` of its source. A reader sees lines where
//! that text has no break, and does not see all of it ([`seen`]).

mod cleaned;
mod parsed;
mod seen;
#[cfg(test)]
mod tests;

use scraper::Node;

use self::seen::{Layout, Seen, layout};

/// Where the editor puts a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a frame: a document of its own, whose head is not counted.
    Frame,
    /// Among its own elements (`inline="true"`): a fragment, all of which is counted.
    Inline,
}

/// The text of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// All that is counted, in parts between which a reader sees a gap, though no character may stand there; none is
    /// empty.
    pub parts: Vec<String>,
    /// What a reader sees: blocks are lines, the cells of a row have tabs between them, white space is single.
    pub seen: String,
}

/// Stands for each character that is counted, but not shown, such as those of a style. It is no white space, so a word goes
/// on behind it, and no page has it: Unicode reserves it for what cannot be seen.
pub(super) const UNSEEN: char = '\u{FFF0}';

/// How many elements may be around another, or around a text: those that are deeper Chromium moves, and what follows them
/// stands before them then (`kMaximumHTMLParserDOMTreeDepth` of its source).
const DEEPEST: usize = 512;

/// A step of a walk through a page.
enum Step<T> {
    /// With the number of elements around it.
    Enter(T, usize),
    Leave(Layout),
}

/// Returns the text of a page; a `<br>` is a line feed. Fails where browsers would change its order.
pub(super) fn text_of(html: &str, place: Place) -> Result<Page, String> {
    let too_deep = || {
        format!("holds elements nested more than {DEEPEST} deep, whose text browsers put in another order")
    };
    let cleaned = cleaned::cleaned(html);
    let (page, root) = match place {
        Place::Frame => (parsed::document(&cleaned), "body"),
        Place::Inline => (parsed::fragment(&cleaned), "html"),
    };
    let page = page.ok_or_else(too_deep)?;
    let mut writer = Writer::default();
    let mut open = vec![Step::Enter(page.tree.root(), 0)];
    let mut is_inside = false;
    while let Some(step) = open.pop() {
        let (node, around) = match step {
            Step::Enter(_, around) if DEEPEST < around => return Err(too_deep()),
            Step::Enter(node, around) => (node, around),
            Step::Leave(layout) => {
                writer.leave(layout);
                continue;
            }
        };
        match node.value() {
            Node::Text(part) if is_inside => writer.write(part),
            Node::Element(element) if is_inside && element.name() == "br" => writer.end_line(),
            Node::Element(element) if is_inside => {
                if let Some(layout) = layout(element) {
                    writer.enter(layout);
                    open.push(Step::Leave(layout));
                }
            }
            // The body is the last child of its document, so all that follows is inside.
            Node::Element(element) if element.name() == root => is_inside = true,
            // What a template holds is no part of the document.
            Node::Fragment if is_inside => continue,
            _ => {}
        }
        let around = around + usize::from(node.value().is_element());
        open.extend(node.children().rev().map(|child| Step::Enter(child, around)));
    }
    Ok(Page { parts: writer.parts, seen: writer.seen.text })
}

/// Writes a page down, part by part.
#[derive(Default)]
struct Writer {
    parts: Vec<String>,
    seen: Seen,
    /// Whether the next text begins a part.
    is_apart: bool,
    /// How many elements are open that show nothing, and that keep their white space.
    hidden: usize,
    kept: usize,
}

impl Writer {
    fn enter(&mut self, layout: Layout) {
        self.border(layout);
        match layout {
            Layout::Hidden => self.hidden += 1,
            Layout::Kept => self.kept += 1,
            Layout::Line | Layout::Cell => {}
        }
    }

    fn leave(&mut self, layout: Layout) {
        self.border(layout);
        match layout {
            Layout::Hidden => self.hidden -= 1,
            Layout::Kept => self.kept -= 1,
            Layout::Line | Layout::Cell => {}
        }
    }

    /// What is not shown leaves no gap: a word may go on behind it.
    fn border(&mut self, layout: Layout) {
        if self.hidden == 0 && layout != Layout::Hidden {
            self.is_apart = true;
            self.seen.border(layout);
        }
    }

    fn write(&mut self, text: &str) {
        // A carriage return that was written as a reference has become a plain one before the browser parsed the page.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match (self.hidden, self.kept) {
            (0, 0) => self.seen.write(&text),
            (0, _) => self.seen.write_lines(&text),
            _ => {}
        }
        self.count(text);
    }

    fn end_line(&mut self) {
        if self.hidden == 0 {
            self.seen.border(Layout::Line);
        }
        self.count("\n".to_owned());
    }

    fn count(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        let text = if self.hidden == 0 { text } else { text.chars().map(|_| UNSEEN).collect() };
        match self.parts.last_mut() {
            Some(part) if !self.is_apart => part.push_str(&text),
            _ => self.parts.push(text),
        }
        self.is_apart = false;
    }
}
