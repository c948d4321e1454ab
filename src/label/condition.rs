//! `visibleWhen` and its companions: when an annotator gets to see a control at all.

use roxmltree::Node;

use super::tag;

/// A control is shown only where another control has, or has not, a certain label, or only beside certain regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The control that decides, or that marks the region; `None` for any.
    pub control: Option<String>,
    /// Labels, one of which must be chosen, by value or alias, or be that of the region, as it is stored; empty for any.
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
    /// `region-selected`
    BesideRegion,
}

/// Returns the conditions of a control and of the elements around it.
///
/// Tags and values are those of the editor's mixins for visibility and for controls of single regions; an unknown
/// `visibleWhen` hides nothing there.
pub fn conditions(control: &Node<'_, '_>) -> Vec<Condition> {
    let around = control.ancestors().filter(Node::is_element).filter_map(|element| condition(&element));
    // Outside of `visibleWhen` only a control of single regions looks at their labels.
    let is_of_regions =
        tag::is_set(control, "perRegion") && tag::filled(control, "visibleWhen") != Some("region-selected");
    let of_region = tag::filled(control, "whenLabelValue").filter(|_| is_of_regions).map(|labels| {
        Condition { control: None, labels: region_labels(labels), shown_when: Shown::BesideRegion }
    });
    of_region.into_iter().chain(around).collect()
}

fn condition(element: &Node<'_, '_>) -> Option<Condition> {
    let shown_when = match tag::filled(element, "visibleWhen") {
        Some("region-selected") => Shown::BesideRegion,
        Some("choice-selected") => Shown::Chosen,
        Some("choice-unselected") => Shown::NotChosen,
        None if tag::filled(element, "whenChoiceValue").is_some() => Shown::Chosen,
        _ => return None,
    };
    let labels = match shown_when {
        Shown::BesideRegion => region_labels(tag::filled(element, "whenLabelValue").unwrap_or_default()),
        Shown::Chosen | Shown::NotChosen => {
            split(tag::filled(element, "whenChoiceValue").unwrap_or_default()).collect()
        }
    };
    Some(Condition { control: tag::filled(element, "whenTagName").map(str::to_owned), labels, shown_when })
}

fn split(labels: &str) -> impl Iterator<Item = String> {
    labels.split(',').filter(|label| !label.is_empty()).map(str::to_owned)
}

/// Returns the labels of regions that a text names; a label may itself hold a comma.
fn region_labels(labels: &str) -> Vec<String> {
    let whole = labels.contains(',').then(|| labels.to_owned());
    split(labels).chain(whole).collect()
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
            (Shown::BesideRegion, _) => {
                let labeled = labels.iter().filter(|label| !label.contains(','));
                let labeled = labeled.map(String::as_str).collect::<Vec<_>>().join(" or ");
                let label = if labels.is_empty() { String::new() } else { format!(" labeled {labeled}") };
                let marker = self.control.as_ref().map_or_else(String::new, |name| format!(" of `{name}`"));
                format!("a region{marker}{label} is there")
            }
        }
    }

    /// Returns whether it can hold for regions that a control of this name marks.
    pub fn may_allow(&self, marker: &str) -> bool {
        self.shown_when != Shown::BesideRegion || self.control.as_deref().is_none_or(|name| name == marker)
    }

    /// Returns whether the control is shown beside a region that a control of this name marks with these labels.
    pub fn allows_region(&self, marker: &str, labels: &[String]) -> bool {
        let is_labeled = self.labels.is_empty() || self.labels.iter().any(|label| labels.contains(label));
        self.may_allow(marker) && is_labeled
    }

    /// Returns whether the control is shown, given the labels that the deciding control got; it must not look at regions.
    pub fn allows(&self, chosen: &[String]) -> bool {
        let any = match self.labels.as_slice() {
            [] => !chosen.is_empty(),
            labels => labels.iter().any(|label| chosen.contains(label)),
        };
        match self.shown_when {
            Shown::Chosen => any,
            Shown::NotChosen => !any,
            Shown::BesideRegion => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(around: &str, control: &str, expect: &str) {
        let xml = format!("<View {around}><Choices name='c' toName='t' {control}/></View>");
        let document = roxmltree::Document::parse(&xml).expect("well-formed");
        let node = document.descendants().find(|node| tag::is(node, "Choices")).expect("a control");
        let found = conditions(&node);
        assert_eq!(found.iter().map(Condition::describe).collect::<Vec<_>>().join(" and "), expect, "{xml}");
    }

    #[test]
    fn conditions_are_read_from_the_elements_around_a_control() {
        check("", "", "");
        check("visibleWhen='no-region-selected'", "", "");
        check("visibleWhen='nonsense'", "", "");
        check("visibleWhen='choice-selected' whenTagName='a' whenChoiceValue='x,y'", "", "`a` is `x` or `y`");
        check("visiblewhen='choice-unselected' whentagname='a' whenchoicevalue='x'", "", "`a` is not `x`");
        check("visibleWhen='choice-selected'", "", "another control is filled");
        check("visibleWhen='choice-unselected' whenTagName='a'", "", "`a` is empty");
        check("whenChoiceValue='x'", "", "another control is `x`");
    }

    #[test]
    fn a_control_may_show_beside_some_regions_only() {
        check("visibleWhen='region-selected'", "", "a region is there");
        check("", "visibleWhen='region-selected' whenTagName='ner'", "a region of `ner` is there");
        check(
            "visibleWhen='region-selected' whenLabelValue='A,B'",
            "",
            "a region labeled `A` or `B` is there",
        );
        check("", "perRegion='true' whenLabelValue='A'", "a region labeled `A` is there");
        let beside = "visibleWhen='region-selected' whenTagName='ner' whenLabelValue='A'";
        check("", &format!("perRegion='true' {beside}"), "a region of `ner` labeled `A` is there");
        check("", "whenLabelValue='A'", "");
        let labels = |labels: &[&str]| labels.iter().map(|&label| label.to_owned()).collect::<Vec<_>>();
        let condition = Condition {
            control: Some("ner".to_owned()),
            labels: region_labels("A,B"),
            shown_when: Shown::BesideRegion,
        };
        assert!(condition.allows_region("ner", &labels(&["B"])));
        assert!(condition.allows_region("ner", &labels(&["A,B"])));
        assert!(!condition.allows_region("ner", &labels(&["C"])));
        assert!(!condition.allows_region("other", &labels(&["A"])));
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
