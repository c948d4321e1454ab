//! What a reader sees of a page: its lines, and the cells of its tables.
//!
//! By the style sheet that browsers begin with (<https://html.spec.whatwg.org/multipage/rendering.html>, 15.3); styles of
//! the page itself count only where an element has `display: none` as its own.

use scraper::node::Element;

/// What an element does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// It stands on lines of its own.
    Line,
    /// It is a cell of a row.
    Cell,
    /// It stands on lines of its own, and its white space is kept.
    Kept,
    /// It is not shown.
    Hidden,
}

/// What is between two words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Cell,
    Line,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub text: String,
    /// What comes before the next word.
    gap: Gap,
}

/// Elements on lines of their own.
const LINES: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Elements that keep their white space.
const KEPT: &[&str] = &["listing", "plaintext", "pre", "textarea", "xmp"];

/// Elements that are not shown. `<noscript>` is among them, for the editor needs scripts itself.
const HIDDEN: &[&str] = &[
    "area", "base", "basefont", "datalist", "head", "link", "meta", "noembed", "noframes", "noscript",
    "param", "rp", "script", "style", "template", "title",
];

/// Returns what an element does to the text around it; `None` for one within a line.
pub(super) fn layout(element: &Element) -> Option<Layout> {
    let name = element.name();
    let style = || element.attr("style").unwrap_or_default().replace(char::is_whitespace, "").to_lowercase();
    if HIDDEN.contains(&name) || element.attr("hidden").is_some() || style().contains("display:none") {
        return Some(Layout::Hidden);
    }
    match name {
        "td" | "th" => Some(Layout::Cell),
        _ if LINES.contains(&name) => Some(Layout::Line),
        _ if KEPT.contains(&name) => Some(Layout::Kept),
        _ => None,
    }
}

impl Seen {
    /// Takes note of where an element begins or ends that is shown.
    pub(super) fn border(&mut self, layout: Layout) {
        self.widen(match layout {
            Layout::Line | Layout::Kept => Gap::Line,
            Layout::Cell => Gap::Cell,
            Layout::Hidden => Gap::None,
        });
    }

    /// Adds text whose white space only separates words.
    pub(super) fn write(&mut self, text: &str) {
        let blank = |character: char| character.is_ascii_whitespace();
        if text.starts_with(blank) {
            self.widen(Gap::Space);
        }
        for word in text.split(blank).filter(|word| !word.is_empty()) {
            self.push(word);
            self.widen(Gap::Space);
        }
        if !text.ends_with(blank) {
            self.gap = Gap::None;
        }
    }

    /// Adds text whose lines are kept.
    pub(super) fn write_lines(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if 0 < number {
                self.widen(Gap::Line);
            }
            if !line.trim().is_empty() {
                self.push(line);
            } else if !line.is_empty() {
                self.widen(Gap::Space);
            }
        }
    }

    fn widen(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn push(&mut self, text: &str) {
        match std::mem::take(&mut self.gap) {
            _ if self.text.is_empty() => {}
            Gap::None => {}
            Gap::Space => self.text.push(' '),
            Gap::Cell => self.text.push('\t'),
            Gap::Line => self.text.push('\n'),
        }
        self.text.push_str(text);
    }
}
