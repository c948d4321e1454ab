//! Label Studio's tags that this tool does not fill or cannot show, and what they are for.

/// Control tags and what they do, to follow "it".
///
/// From the tags documentation and the editor's registry of Label Studio 1.23.
const CONTROLS: &[(&str, &str)] = &[
    ("Bitmask", "paints pixel masks"),
    ("BitmaskLabels", "paints labeled pixel masks"),
    ("Brush", "paints pixel masks"),
    ("BrushLabels", "paints labeled pixel masks"),
    ("ChatMessage", "writes chat messages"),
    ("Ellipse", "draws ellipses"),
    ("EllipseLabels", "draws labeled ellipses"),
    ("KeyPoint", "sets points on an image"),
    ("KeyPointLabels", "sets labeled points on an image"),
    ("MagicWand", "selects pixels of like colour"),
    ("OcrLabels", "labels text found in an image"),
    ("Polygon", "draws polygons"),
    ("PolygonLabels", "draws labeled polygons"),
    ("ReactCode", "runs an interface of its own"),
    ("CustomInterface", "runs an interface of its own"),
    ("Rectangle", "draws boxes"),
    ("TimeSeriesLabels", "marks labeled stretches of a time series"),
    ("TimelineLabels", "marks labeled stretches of a video"),
    ("Vector", "draws paths"),
    ("VectorLabels", "draws labeled paths"),
    ("VideoRectangle", "draws boxes in a video"),
    ("VideoVector", "draws paths in a video"),
    ("VideoVectorLabels", "draws labeled paths in a video"),
];

/// Object tags that give nothing to a prompt, and what they show.
const OBJECTS: &[(&str, &str)] = &[("Audio", "sound"), ("AudioPlus", "sound"), ("Video", "a video")];

/// Tags that have a name or a target but are neither control nor object.
const NEITHER: &[&str] = &["Filter", "Header", "Markdown", "Relation", "Shortcut", "Style", "View"];

/// Returns what a control tag that this tool does not fill is for.
pub(super) fn control(tag: &str) -> Option<&'static str> {
    find(CONTROLS, tag)
}

/// Returns what an object tag that this tool cannot show holds.
pub(super) fn object(tag: &str) -> Option<&'static str> {
    find(OBJECTS, tag)
}

/// Returns whether a tag is for show and layout only.
pub(super) fn is_neither(tag: &str) -> bool {
    NEITHER.iter().any(|name| name.eq_ignore_ascii_case(tag))
}

fn find(table: &[(&str, &'static str)], tag: &str) -> Option<&'static str> {
    table.iter().find(|(name, _)| name.eq_ignore_ascii_case(tag)).map(|&(_, purpose)| purpose)
}
