//! `visibleWhen` and its companions: when an annotator gets to see a control at all.

use roxmltree::Node;

use super::tag;

/// A control is shown only where another control has, or has not, a certain label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The control that decides; `None` for any.
    pub control: Option<String>,
    /// Labels, by value or alias, one of which must be chosen; empty for any.
    pub labels: Vec<String>,
    pub shown_when: Shown,
}

/// Which way a [`Condition`] decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// `choice-selected`
    Chosen,
    /// `choice-unselected`
    NotChosen,
}

/// Returns the conditions of a control and of the elements around it.
///
/// Fails with the reason where the control only shows beside a selected region, which a fresh task has none of.
/// Tags and values are those of the editor's visibility mixin; an unknown `visibleWhen` hides nothing there.
pub fn conditions(node: &Node<'_, '_>) -> Result<Vec<Condition>, String> {
    node.ancestors().filter(Node::is_element).filter_map(|element| condition(&element).transpose()).collect()
}

fn condition(element: &Node<'_, '_>) -> Result<Option<Condition>, String> {
    let shown_when = match tag::filled(element, "visibleWhen") {
        Some("region-selected") => {
            return Err("it shows only while a region is selected (`visibleWhen=\"region-selected\"`), \
                        and predictions of single regions are not supported yet"
                .to_owned());
        }
        Some("choice-selected") => Shown::Chosen,
        Some("choice-unselected") => Shown::NotChosen,
        None if tag::filled(element, "whenChoiceValue").is_some() => Shown::Chosen,
        _ => return Ok(None),
    };
    let labels = tag::filled(element, "whenChoiceValue").unwrap_or_default();
    Ok(Some(Condition {
        control: tag::filled(element, "whenTagName").map(str::to_owned),
        labels: labels.split(',').filter(|label| !label.is_empty()).map(str::to_owned).collect(),
        shown_when,
    }))
}

impl Condition {
    /// Returns the condition in words, to follow "only where".
    pub fn describe(&self) -> String {
        let control = match &self.control {
            Some(name) => format!("`{name}`"),
            None => "another control".to_owned(),
        };
        let labels: Vec<String> = self.labels.iter().map(|label| format!("`{label}`")).collect();
        match (self.shown_when, labels.is_empty()) {
            (Shown::Chosen, true) => format!("{control} is filled"),
            (Shown::NotChosen, true) => format!("{control} is empty"),
            (Shown::Chosen, false) => format!("{control} is {}", labels.join(" or ")),
            (Shown::NotChosen, false) => format!("{control} is not {}", labels.join(" or ")),
        }
    }

    /// Returns whether the control is shown, given the labels that the deciding control got.
    pub fn allows(&self, chosen: &[String]) -> bool {
        let any = match self.labels.as_slice() {
            [] => !chosen.is_empty(),
            labels => labels.iter().any(|label| chosen.contains(label)),
        };
        match self.shown_when {
            Shown::Chosen => any,
            Shown::NotChosen => !any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attributes: &str, expect: Result<&str, &str>) {
        let xml = format!("<View {attributes}><Choices name='c' toName='t'/></View>");
        let document = roxmltree::Document::parse(&xml).expect("well-formed");
        let node = document.descendants().find(|node| tag::is(node, "Choices")).expect("a control");
        let found = conditions(&node)
            .map(|found| found.iter().map(Condition::describe).collect::<Vec<_>>().join(" and "));
        match (found, expect) {
            (Ok(found), Ok(expect)) => assert_eq!(found, expect),
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
            (found, _) => panic!("{attributes}: {found:?}"),
        }
    }

    #[test]
    fn conditions_are_read_from_the_elements_around_a_control() {
        check("", Ok(""));
        check("visibleWhen='no-region-selected'", Ok(""));
        check("visibleWhen='nonsense'", Ok(""));
        check("visibleWhen='choice-selected' whenTagName='a' whenChoiceValue='x,y'", Ok("`a` is `x` or `y`"));
        check("visiblewhen='choice-unselected' whentagname='a' whenchoicevalue='x'", Ok("`a` is not `x`"));
        check("visibleWhen='choice-selected'", Ok("another control is filled"));
        check("visibleWhen='choice-unselected' whenTagName='a'", Ok("`a` is empty"));
        check("whenChoiceValue='x'", Ok("another control is `x`"));
        check("visibleWhen='region-selected'", Err("region"));
    }

    #[test]
    fn a_condition_looks_at_what_was_chosen() {
        let chosen = |labels: &[&str]| labels.iter().map(|&label| label.to_owned()).collect::<Vec<_>>();
        let mut condition =
            Condition { control: None, labels: chosen(&["x", "y"]), shown_when: Shown::Chosen };
        assert!(condition.allows(&chosen(&["y", "z"])));
        assert!(!condition.allows(&chosen(&["z"])));
        condition.shown_when = Shown::NotChosen;
        assert!(condition.allows(&chosen(&["z"])));
        condition.labels.clear();
        assert!(condition.allows(&[]));
        assert!(!condition.allows(&chosen(&["z"])));
    }
}
