//! Reading the elements of a labeling config the way Label Studio's editor does.

use roxmltree::Node;

/// Returns an attribute. The editor lower-cases the names of attributes, so case does not count.
pub fn attribute<'a>(node: &Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attribute(name).or_else(|| {
        node.attributes()
            .find(|attribute| attribute.name().eq_ignore_ascii_case(name))
            .map(|found| found.value())
    })
}

/// Returns an attribute that is neither missing nor blank.
pub fn filled<'a>(node: &Node<'a, '_>, name: &str) -> Option<&'a str> {
    attribute(node, name).filter(|value| !value.trim().is_empty())
}

/// Returns whether an attribute is `true`.
pub fn is_set(node: &Node<'_, '_>, name: &str) -> bool {
    attribute(node, name) == Some("true")
}

/// Returns whether an element is of this tag. The editor lower-cases the names of tags, so case does not count.
pub fn is(node: &Node<'_, '_>, tag: &str) -> bool {
    node.is_element() && node.tag_name().name().eq_ignore_ascii_case(tag)
}

/// Returns the elements that a control's `toName` names, in its order; names of nobody are passed over.
pub fn targets<'a, 'input>(control: &Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
    let named =
        |name: &str| control.document().descendants().find(|node| attribute(node, "name") == Some(name));
    attribute(control, "toName").unwrap_or_default().split(',').filter_map(named).collect()
}

/// Returns the line an element starts on, from 1.
pub fn line(node: &Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}
