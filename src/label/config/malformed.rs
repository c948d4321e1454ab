//! What is wrong with a text that is no XML, in words that say how to mend it.

use roxmltree::{Error, TextPos};

/// Longest piece of a text that is shown.
const SHOWN: usize = 30;

/// Explains why `xml` could not be parsed.
pub(super) fn explain(error: &Error, xml: &str) -> String {
    let start = xml.trim_start();
    if !start.starts_with('<') {
        let shown: String = start.lines().next().unwrap_or_default().chars().take(SHOWN).collect();
        return format!("expected XML that begins with `<View>`, found `{}`", shown.trim_end());
    }
    let at =
        |position: &TextPos, what: &str| format!("line {}, column {}: {what}", position.row, position.col);
    match error {
        Error::UnknownEntityReference(name, position) => at(
            position,
            &format!(
                "`&{name};` is no entity of XML; write the character itself, or `&amp;{name};` for the text"
            ),
        ),
        Error::MalformedEntityReference(position) => at(position, "a bare `&`; write `&amp;` for it"),
        Error::UnexpectedCloseTag(expected, found, position) => {
            at(position, &format!("expected `</{expected}>`, found `</{found}>`"))
        }
        Error::DuplicatedAttribute(name, position) => {
            at(position, &format!("`{name}` is given twice in one tag"))
        }
        Error::UnclosedRootNode => {
            "it ends before the last tag is closed; expected `</View>` at the end".to_owned()
        }
        Error::DtdDetected => {
            "it has a `<!DOCTYPE …>`, which Label Studio has no use for; remove it".to_owned()
        }
        other => {
            let (position, words) = (other.pos(), other.to_string());
            let words = words.strip_suffix(&format!(" at {position}")).unwrap_or(&words);
            at(&position, &format!("not well-formed XML: {words}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    #[test]
    fn common_faults_say_how_to_mend_them() {
        let check = |xml: &str, expect: &str| {
            let text = explain(&Document::parse(xml).unwrap_err(), xml);
            assert!(text.starts_with(expect), "{text}");
        };
        check(
            r#"{"labels": ["good"], "more": true, "and": "more"}"#,
            "expected XML that begins with `<View>`, found `{\"labels\"",
        );
        check(
            "<View>\n<Header value='a&nbsp;b'/></View>",
            "line 2, column 17: `&nbsp;` is no entity of XML; write",
        );
        check("<View a='b & c'/>", "line 1, column 12: a bare `&`; write `&amp;`");
        check("<View a='b < c'/>", "line 1, column 12: not well-formed XML: expected");
        check("<View></Veiw>", "line 1, column 7: expected `</View>`, found `</Veiw>`");
        check("<View a='1' a='2'/>", "line 1, column 13: `a` is given twice in one tag");
        check("<View>", "it ends before the last tag is closed");
        check("<!DOCTYPE v []><View/>", "it has a `<!DOCTYPE …>`");
        check("<View/", "line 1, column 1: not well-formed XML: ");
    }
}
