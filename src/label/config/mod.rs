//! The labeling config: Label Studio's XML, parsed once into tags that can be used without checking again.

mod known;
mod malformed;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use roxmltree::{Document, Node};

use super::condition::{self, Shown as ShownWhen};
use super::control::{self, Control, Head, Scope};
use super::object::{self, Object};
use super::relations::Relations;
use super::{tag, text};

/// A parsed labeling config.
#[derive(Debug, Clone)]
pub struct LabelConfig {
    /// The object tags that give something to a prompt, in document order.
    pub objects: Vec<Arc<dyn Object>>,
    /// The control tags this tool can fill, in document order; each labels one of `objects`; never empty. Where one
    /// labels single regions, another marks them.
    pub controls: Vec<Arc<dyn Control>>,
    /// What the regions that `controls` mark may have to do with each other.
    pub relations: Option<Relations>,
    /// Control tags it leaves empty, in document order.
    pub skipped: Vec<SkippedTag>,
}

/// A control tag that cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedTag {
    /// The tag as written, such as `BrushLabels`.
    pub tag: String,
    /// Empty where the tag has none.
    pub name: String,
    /// To follow "because" or a colon.
    pub reason: String,
}

/// What is wrong with a labeling config.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The text is no XML.
    #[error("{0}")]
    Xml(String),
    /// A tag lacks something or contradicts the rest.
    #[error("line {line}: {message}")]
    Tag { line: u32, message: String },
    /// The config as a whole cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// It can be used, but what was chosen of it is not there.
    #[error("{0}")]
    Choice(String),
}

/// Tags that Label Studio itself refuses without a `name`, and as controls without a `toName`.
const REFUSED_UNNAMED: &[&str] = &["Choices", "HyperText", "Image", "Labels", "Number", "Text", "TextArea"];

/// Control tags that label single regions where they say so; the editor looks at the attribute of no others.
const PER_REGION: &[&str] = &["Choices", "DateTime", "Number", "Rating", "Taxonomy", "TextArea"];

/// The tag of relations, which has neither name nor object.
const RELATIONS: &str = "Relations";

/// What a control tag comes to.
enum Read {
    /// The control, and its tag as written.
    Control(Arc<dyn Control>, String),
    Relations(Relations),
    Skipped(SkippedTag),
}

/// What the names of a config stand for.
type Shown = HashMap<String, Result<Arc<dyn Object>, String>>;

impl LabelConfig {
    /// Parses the XML of a labeling config.
    ///
    /// It takes what Label Studio takes: case of tags and attributes does not count, unknown tags are passed over.
    pub fn parse(xml: &str) -> Result<Self, ConfigError> {
        if xml.trim().is_empty() {
            return Err(ConfigError::Unusable("it is empty".to_owned()));
        }
        let xml = without_declaration(xml);
        let document =
            Document::parse(&xml).map_err(|error| ConfigError::Xml(malformed::explain(&error, &xml)))?;
        check_names(&document)?;
        let (objects, shown) = read_objects(&document)?;
        let nodes = document.descendants().filter(is_control);
        let read: Vec<Read> = nodes.map(|node| read_control(&node, &shown)).collect::<Result<_, _>>()?;
        let config = Self::of(objects, read);
        if config.controls.is_empty() {
            return Err(ConfigError::Unusable(config.nothing_to_fill()));
        }
        Ok(config)
    }

    /// Returns a text that is the same for configs that ask the same, whatever their layout.
    ///
    /// It goes into the model version, so that a reformatted XML is no new version.
    pub fn canonical(&self) -> String {
        let objects = self.objects.iter().map(|object| object.canonical());
        let controls = self.controls.iter().map(|control| control.canonical());
        let relations = self.relations.iter().map(Relations::canonical);
        objects.chain(controls).chain(relations).collect::<Vec<_>>().join("\n")
    }

    /// Leaves out, for this reason, what marks regions, labels single ones or relates them; fails where that is all.
    pub fn without_regions(mut self, reason: &str) -> Result<Self, ConfigError> {
        let is_of_regions = |head: &Head| head.marks_regions() || without_region(head, &[]).is_some();
        let (left_out, kept) = self.controls.into_iter().partition(|control| is_of_regions(control.head()));
        let left_out: Vec<Arc<dyn Control>> = left_out;
        let skipped = |control: &Arc<dyn Control>| {
            let Head { name, kind, .. } = control.head();
            let tag = control::KINDS.iter().find(|row| row.region_type == *kind).map_or(*kind, |row| row.tag);
            SkippedTag { tag: tag.to_owned(), name: name.clone(), reason: reason.to_owned() }
        };
        self.skipped.extend(left_out.iter().map(skipped));
        self.controls = kept;
        self.relations = None;
        if self.controls.is_empty() { Err(ConfigError::Unusable(self.nothing_to_fill())) } else { Ok(self) }
    }

    /// Returns the object tag of this name.
    pub fn object(&self, name: &str) -> Option<&Arc<dyn Object>> {
        self.objects.iter().find(|object| object.name() == name)
    }

    /// Keeps what can be filled: a control of single regions only beside one that marks them.
    fn of(objects: Vec<Arc<dyn Object>>, read: Vec<Read>) -> Self {
        let control = |read: &Read| match read {
            Read::Control(control, _) => Some(Arc::clone(control)),
            Read::Relations(_) | Read::Skipped(_) => None,
        };
        let markers: Vec<_> =
            read.iter().filter_map(control).filter(|control| control.head().marks_regions()).collect();
        let mut config = Self { objects, controls: Vec::new(), relations: None, skipped: Vec::new() };
        for read in read {
            match read {
                Read::Control(control, tag) => match without_region(control.head(), &markers) {
                    None => config.controls.push(control),
                    Some(reason) => {
                        let name = control.head().name.clone();
                        config.skipped.push(SkippedTag { tag, name, reason });
                    }
                },
                Read::Relations(relations) if !markers.is_empty() => config.relations = Some(relations),
                Read::Relations(_) => {
                    let reason =
                        "it relates regions, and no control that this tool fills marks any".to_owned();
                    config.skipped.push(SkippedTag {
                        tag: "Relations".to_owned(),
                        name: String::new(),
                        reason,
                    });
                }
                Read::Skipped(skipped) => config.skipped.push(skipped),
            }
        }
        config
    }

    fn nothing_to_fill(&self) -> String {
        let fillable = text::quoted(control::KINDS.iter().map(|kind| kind.tag));
        if self.skipped.is_empty() {
            return format!("it has no control tag to fill; add one of {fillable}");
        }
        let reasons: Vec<String> = self.skipped.iter().map(ToString::to_string).collect();
        let fault = format!("it has nothing this tool can fill ({})", reasons.join("; "));
        // Where there is such a tag, another one of them would be left empty for the same reason.
        let is_fillable = |skipped: &SkippedTag| control::KINDS.iter().any(|kind| kind.tag == skipped.tag);
        if self.skipped.iter().any(is_fillable) { fault } else { format!("{fault}; add one of {fillable}") }
    }
}

impl std::fmt::Display for SkippedTag {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { tag, name, reason } = self;
        match name.as_str() {
            "" => write!(formatter, "a `{tag}` is left empty: {reason}"),
            _ => write!(formatter, "`{name}` ({tag}) is left empty: {reason}"),
        }
    }
}

/// Blanks a byte order mark and an XML declaration out; Label Studio takes them after white space, too.
///
/// Lines stay where they are, for the errors.
fn without_declaration(xml: &str) -> Cow<'_, str> {
    let xml = xml.trim_start_matches('\u{feff}');
    let start = xml.len() - xml.trim_start().len();
    match xml[start..].find("?>") {
        Some(length) if xml[start..].starts_with("<?xml ") => {
            let end = start + length + "?>".len();
            let blank = xml[..end].replace(|character| character != '\n', " ");
            Cow::Owned(blank + &xml[end..])
        }
        _ => Cow::Borrowed(xml),
    }
}

fn error_at(node: &Node<'_, '_>, message: String) -> ConfigError {
    ConfigError::Tag { line: tag::line(node), message }
}

/// Refuses what Label Studio refuses: a name used twice, a `toName` that is nobody's name.
fn check_names(document: &Document<'_>) -> Result<(), ConfigError> {
    let mut lines: HashMap<&str, u32> = HashMap::new();
    for node in document.descendants() {
        if let Some(name) = tag::attribute(&node, "name")
            && let Some(first) = lines.insert(name, tag::line(&node))
        {
            let message = format!("the name `{name}` is already used on line {first}; names must differ");
            return Err(error_at(&node, message));
        }
    }
    for node in document.descendants() {
        let targets = tag::attribute(&node, "toName").unwrap_or_default();
        if let Some(missing) =
            targets.split(',').find(|target| !target.is_empty() && !lines.contains_key(target))
        {
            let tag = node.tag_name().name();
            let mut names: Vec<&str> = lines.keys().copied().collect();
            names.sort_unstable();
            let message =
                format!("`{tag}` has `toName=\"{missing}\"`, but the names are {}", text::quoted(names));
            return Err(error_at(&node, message));
        }
    }
    Ok(())
}

fn read_objects(document: &Document<'_>) -> Result<(Vec<Arc<dyn Object>>, Shown), ConfigError> {
    let mut objects = Vec::new();
    let mut shown = Shown::new();
    for node in document.descendants().filter(Node::is_element) {
        let tag = node.tag_name().name();
        let kind = object::KINDS.iter().find(|kind| tag::is(&node, kind.tag));
        let Some(name) = tag::filled(&node, "name") else {
            match kind.filter(|kind| REFUSED_UNNAMED.contains(&kind.tag)) {
                Some(_) => return Err(error_at(&node, format!("`{tag}` has no `name`"))),
                None => continue,
            }
        };
        let parsed = match kind {
            _ if in_repeater(&node) => {
                Err("stands in a `Repeater`, and that is not supported yet".to_owned())
            }
            Some(kind) => (kind.parse)(&node, name),
            None => Err(match known::object(tag) {
                Some(holds) => format!("holds {holds}, and this tool cannot show that to a model"),
                None => "is no object tag this tool knows".to_owned(),
            }),
        };
        let parsed = parsed.map_err(|reason| format!("`{name}` ({tag}), which {reason}"));
        if let Ok(object) = &parsed {
            objects.push(Arc::clone(object));
        }
        shown.insert(name.to_owned(), parsed);
    }
    Ok((objects, shown))
}

fn is_control(node: &Node<'_, '_>) -> bool {
    let tag = node.tag_name().name();
    let is_object = || object::KINDS.iter().any(|kind| tag::is(node, kind.tag));
    node.is_element()
        && !known::is_neither(tag)
        && !is_object()
        && (control::KINDS.iter().any(|kind| tag::is(node, kind.tag))
            || tag::is(node, RELATIONS)
            || known::control(tag).is_some()
            || tag::filled(node, "toName").is_some())
}

/// Parses a control tag, or says why it is left empty; an error is one that Label Studio makes as well.
fn read_control(node: &Node<'_, '_>, shown: &Shown) -> Result<Read, ConfigError> {
    let tag = node.tag_name().name();
    if tag::is(node, RELATIONS) {
        return Ok(Read::Relations(Relations::parse(node)));
    }
    let refused = REFUSED_UNNAMED.iter().any(|name| name.eq_ignore_ascii_case(tag));
    let skipped =
        |name: &str, reason| Read::Skipped(SkippedTag { tag: tag.to_owned(), name: name.to_owned(), reason });
    let Some(name) = tag::filled(node, "name") else {
        if refused {
            return Err(error_at(node, format!("`{tag}` has no `name`")));
        }
        return Ok(skipped("", "it has no `name`".to_owned()));
    };
    if refused && tag::filled(node, "toName").is_none() {
        let message = format!("`{tag}` named `{name}` has no `toName`: the name of the object it labels");
        return Err(error_at(node, message));
    }
    Ok(match fillable_control(node, name, shown) {
        Ok(control) => Read::Control(control, tag.to_owned()),
        Err(reason) => skipped(name, reason),
    })
}

/// Returns why a control has no region to be shown beside; `None` where it has, or needs none.
fn without_region(head: &Head, markers: &[Arc<dyn Control>]) -> Option<String> {
    let beside = |marker: &&Arc<dyn Control>| {
        head.conditions.iter().all(|condition| condition.may_allow(&marker.head().name))
    };
    match head.scope {
        Scope::Region => {
            let on_object =
                || markers.iter().filter(|marker| marker.head().to_name == head.to_name && marker.head().name != head.name);
            let reason = match (on_object().next(), on_object().find(beside)) {
                (_, Some(_)) => return None,
                (Some(_), None) => "of the control that its `whenTagName` names",
                (None, None) => "of its object",
            };
            Some(format!("it labels single regions (`perRegion`) {reason}, and nothing that this tool fills marks any"))
        }
        Scope::Task if needs_no_region(head) || markers.iter().any(|marker| beside(&marker)) => None,
        Scope::Task => Some(
            "it shows only while a region is selected (`visibleWhen=\"region-selected\"`), and nothing that this \
             tool fills marks such a region"
                .to_owned(),
        ),
    }
}

/// Returns whether no condition of a control looks at regions.
fn needs_no_region(head: &Head) -> bool {
    head.conditions.iter().all(|condition| condition.shown_when != ShownWhen::BesideRegion)
}

fn in_repeater(node: &Node<'_, '_>) -> bool {
    node.ancestors().any(|ancestor| tag::is(&ancestor, "Repeater"))
}

/// Parses a control, or says why it is left empty.
fn fillable_control(node: &Node<'_, '_>, name: &str, shown: &Shown) -> Result<Arc<dyn Control>, String> {
    let tag = node.tag_name().name();
    let Some(kind) = control::KINDS.iter().find(|kind| tag::is(node, kind.tag)) else {
        return Err(match known::control(tag) {
            Some(purpose) => format!("it {purpose}, which this tool does not do yet"),
            None => "no control tag that this tool knows".to_owned(),
        });
    };
    if in_repeater(node) {
        return Err("it stands in a `Repeater`, which is not supported yet".to_owned());
    }
    if tag::is_set(node, "perItem") {
        return Err("it labels single items of a list (`perItem`), which is not supported yet".to_owned());
    }
    let targets = tag::filled(node, "toName").ok_or("it has no `toName`, so it labels nothing")?;
    let object = |target: &str| match shown.get(target) {
        Some(Ok(object)) => Ok(Arc::clone(object)),
        Some(Err(reason)) => Err(format!("it labels {reason}")),
        None => Err(format!("it labels `{target}`, which is no object")),
    };
    let (target, further) = targets.split_once(',').unwrap_or((targets, ""));
    let is_of_regions = tag::is_set(node, "perRegion") && PER_REGION.contains(&kind.tag);
    let scope = if is_of_regions { Scope::Region } else { Scope::Task };
    let head = Head {
        name: name.to_owned(),
        to_name: target.to_owned(),
        object: object(target)?,
        further: further.split(',').filter(|name| !name.is_empty()).map(object).collect::<Result<_, _>>()?,
        scope,
        kind: kind.region_type,
        required: tag::is_set(node, "required"),
        conditions: condition::conditions(node),
    };
    (kind.parse)(node, head)
}
