//! How many tokens a request has, before anybody counts them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::chat::{ChatRequest, Document, Image, Part};
use super::refusal::TOKEN_LIMITS;
use crate::label::prediction::Usage;

/// Bytes of a token. True of English; of other scripts a character has more bytes and more tokens alike.
const TOKEN_BYTES: usize = 4;

/// Tokens that a chat format adds, to each message and to the whole.
const MESSAGE_TOKENS: u64 = 4;
const REQUEST_TOKENS: u64 = 3;

/// Width and height taken for an image that is not at hand.
const USUAL_SIZE: (u64, u64) = (1_024, 1_024);

/// What the largest image counts with Anthropic, which scales down what is larger
/// (<https://platform.claude.com/docs/en/build-with-claude/vision>).
const MOST_CLAUDE: u64 = 4_784;

/// What a page of a document is taken for, in tokens: its text and a picture of it. A guess, like its size in base64.
const PAGE_TOKENS: u64 = 1_500;
const PAGE_LENGTH: usize = 100_000;

/// Most pages that a model takes in one document.
const MOST_PAGES: u64 = 100;

/// Characters of base64 in which the size of an image stands; in a photo it comes after a preview.
const HEAD: usize = 96 << 10;

/// Returns about how many tokens the prompt of a request has, its schema and images included.
pub fn estimate_tokens(request: &ChatRequest) -> u64 {
    let part_tokens = |part: &Part| match part {
        Part::Text(text) => text_tokens(text),
        Part::Image(image) => {
            image_tokens(&request.model, fitted(size(image), request.parameters.image_size))
        }
        Part::Document(document) => document_tokens(document),
    };
    let messages = request.messages.iter().map(|message| {
        let parts: u64 = message.parts.iter().map(part_tokens).sum();
        MESSAGE_TOKENS + parts
    });
    let schema = request.schema.as_ref().map(|schema| text_tokens(&schema.to_string())).unwrap_or_default();
    REQUEST_TOKENS + messages.sum::<u64>() + schema
}

/// Returns about how many tokens a text has.
pub fn text_tokens(text: &str) -> u64 {
    text.len().div_ceil(TOKEN_BYTES) as u64
}

/// Returns the most that one attempt can use: `body` is what is sent, `bytes` its length.
///
/// A token of text has at least one byte, and the JSON around the messages more than a chat format adds to them. An
/// image counts as the largest one does, and a document as pages of such images besides. Nothing is taken to be cached. A body without a token limit has no worst case.
pub fn worst_case(request: &ChatRequest, body: &Value, bytes: usize) -> Usage {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let (mut text, mut images) = (bytes, 0);
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Image(image) => {
                if let Image::Inline { base64, .. } = image {
                    text = text.saturating_sub(base64.len());
                }
                images += 1;
            }
            Part::Document(_) => images += MOST_PAGES,
        }
    }
    let limits = TOKEN_LIMITS.iter().flat_map(|name| [&body[*name], &body["options"][*name]]);
    let limit = limits.filter_map(Value::as_u64).max().unwrap_or(u64::MAX);
    Usage {
        requests: 1,
        prompt_tokens: text as u64 + images * most_image_tokens(&request.model),
        completion_tokens: limit.saturating_mul(body["n"].as_u64().unwrap_or(1)),
        ..Usage::default()
    }
}

/// Returns a request that can be estimated like this one by any dialect: what is not at hand is put in without content.
#[must_use]
pub fn with_usual_files(request: &ChatRequest) -> ChatRequest {
    let mut usual = request.clone();
    for part in usual.messages.iter_mut().flat_map(|message| &mut message.parts) {
        match part {
            Part::Image(image @ (Image::Url(_) | Image::Stored(_))) => {
                *image = Image::Inline { media_type: "image/png".to_owned(), base64: String::new() };
            }
            Part::Document(document @ Document::Stored(_)) => {
                *document = Document::Inline { name: String::new(), base64: String::new() };
            }
            Part::Text(_) | Part::Image(Image::Inline { .. }) | Part::Document(Document::Inline { .. }) => {}
        }
    }
    usual
}

fn document_tokens(document: &Document) -> u64 {
    let length = match document {
        Document::Stored(_) => 0,
        Document::Inline { base64, .. } => base64.len(),
    };
    PAGE_TOKENS * (1 + length / PAGE_LENGTH) as u64
}

/// Returns width and height after scaling down to this longest side, if to any.
fn fitted((width, height): (u64, u64), longest: Option<u32>) -> (u64, u64) {
    let (side, limit) = (width.max(height), longest.map_or(u64::MAX, u64::from));
    if side <= limit { (width, height) } else { (width * limit / side, height * limit / side) }
}

/// Returns what the largest image counts in the most detail: 2500 patches at the factor of the smallest models, and as
/// many tiles as there can be with gpt-4o-mini, more than any other model takes, for one that is not known.
fn most_image_tokens(model: &str) -> u64 {
    if is_claude(model) {
        return MOST_CLAUDE;
    }
    let is_known = ["gpt-", "o1", "o3", "o4"].iter().any(|family| model.starts_with(family));
    if is_known && !model.contains("gpt-4o-mini") { 6_150 } else { 2_833 + 5_667 * tiles(2_048, 768) }
}

fn is_claude(model: &str) -> bool {
    model.starts_with("claude-")
}

/// Counts as `OpenAI` documents it: newer and small models in patches of 32 pixels, the family of gpt-4o in tiles of 512
/// after scaling; Anthropic's models count 750 pixels as a token. Other providers are of the same order.
fn image_tokens(model: &str, (width, height): (u64, u64)) -> u64 {
    let is_any = |names: &[&str]| names.iter().any(|name| model.contains(name));
    if is_claude(model) {
        return (width * height).div_ceil(750).min(MOST_CLAUDE);
    }
    if is_any(&["gpt-4o-mini"]) {
        return 2_833 + 5_667 * tiles(width, height);
    }
    let small = is_any(&["mini", "nano"]);
    if is_any(&["gpt-4o", "gpt-4.1", "gpt-5.1", "o1", "o3"]) && !small {
        return 85 + 170 * tiles(width, height);
    }
    let hundredths = if is_any(&["nano"]) { 246 } else { 162 };
    let patches = (width.div_ceil(32) * height.div_ceil(32)).min(1_536);
    (patches * hundredths).div_ceil(100)
}

/// Fits into 2048 pixels square, then to 768 at the shorter side, and counts tiles of 512.
fn tiles(width: u64, height: u64) -> u64 {
    let scale = |(width, height): (u64, u64), now: u64, limit: u64| {
        if now <= limit { (width, height) } else { (width * limit / now, height * limit / now) }
    };
    let fit = scale((width, height), width.max(height), 2_048);
    let (width, height) = scale(fit, fit.0.min(fit.1), 768);
    width.div_ceil(512) * height.div_ceil(512)
}

fn size(image: &Image) -> (u64, u64) {
    let Image::Inline { base64, .. } = image else { return USUAL_SIZE };
    let head = &base64.as_bytes()[..base64.len().min(HEAD) / 4 * 4];
    STANDARD
        .decode(head)
        .ok()
        .and_then(|bytes| png(&bytes).or_else(|| gif(&bytes)).or_else(|| jpeg(&bytes)))
        .unwrap_or(USUAL_SIZE)
}

fn png(bytes: &[u8]) -> Option<(u64, u64)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..16)?;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    // A broken header must not make the numbers overflow later.
    let (width, height) = (number(&header[..4]), number(&header[4..]));
    (width.max(height) <= 1 << 20).then_some((width, height))
}

fn gif(bytes: &[u8]) -> Option<(u64, u64)> {
    let header = bytes.strip_prefix(b"GIF8")?.get(2..6)?;
    let number = |low: u8, high: u8| u64::from(u16::from_le_bytes([low, high]));
    Some((number(header[0], header[1]), number(header[2], header[3])))
}

/// Goes from segment to segment to the start of a frame, which holds the size.
fn jpeg(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    let number = |high: u8, low: u8| u16::from_be_bytes([high, low]);
    loop {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            let size = rest.get(5..9)?;
            return Some((u64::from(number(size[2], size[3])), u64::from(number(size[0], size[1]))));
        }
        rest = rest.get(2 + usize::from(number(high, low))..)?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::chat::{Message, Parameters, Role};

    fn image(bytes: &[u8]) -> Image {
        Image::Inline { media_type: "image/x".to_owned(), base64: STANDARD.encode(bytes) }
    }

    #[test]
    fn text_schema_and_messages_are_counted() {
        let check = |texts: &[&str], schema, expect| {
            let messages = texts.iter().map(|text| Message::text(Role::User, *text)).collect();
            let parameters = Parameters::default();
            let request = ChatRequest { model: "m".to_owned(), messages, schema, parameters };
            assert_eq!(estimate_tokens(&request), expect, "{texts:?}");
        };
        check(&[""], None, 7);
        check(&["1234", "12345"], None, 14);
        check(&["12345678"], Some(json!({"type": "object"})), 14);
        check(&["Это сарказм?"], None, 13);
    }

    #[test]
    fn the_worst_case_is_every_byte_every_image_and_the_longest_answers() {
        let check = |model: &str, parts, body: Value, expect: (u64, u64)| {
            let messages = vec![Message { role: Role::User, parts }];
            let parameters = Parameters::default();
            let request = ChatRequest { model: model.to_owned(), messages, schema: None, parameters };
            let worst = worst_case(&request, &body, 1_000);
            assert_eq!((worst.prompt_tokens, worst.completion_tokens), expect, "{model} {body}");
        };
        let text = || vec![Part::Text("Sarcastic?".to_owned())];
        check("m", text(), json!({"max_tokens": 50}), (1_000, 50));
        check("m", text(), json!({"max_completion_tokens": 50, "n": 3}), (1_000, 150));
        check("m", text(), json!({"options": {"num_predict": 50}}), (1_000, 50));
        check("m", text(), json!({"max_tokens": u64::MAX, "n": 3}), (1_000, u64::MAX));
        check("m", text(), json!({"max_tokens": -1}), (1_000, u64::MAX));
        let inline = || vec![Part::Image(image(&[0; 300])), Part::Image(image(&[0; 30]))];
        check("gpt-4o", inline(), json!({"max_tokens": 50}), (560 + 2 * 6_150, 50));
        check("claude-haiku-5-5", inline(), json!({"max_tokens": 50}), (560 + 2 * 4_784, 50));
        let linked = vec![Part::Image(Image::Url("http://host/i.png".to_owned()))];
        check("llava", linked, json!({"max_tokens": 50}), (1_000 + 48_169, 50));
        let document = Document::Inline { name: "a.pdf".to_owned(), base64: "A".repeat(40) };
        check("gpt-4o", vec![Part::Document(document)], json!({"max_tokens": 50}), (616_000, 50));
        for model in
            ["gpt-4o-mini", "gpt-4o", "gpt-4.1-nano", "o1", "gpt-5.4-nano", "claude-haiku-5-5", "llava"]
        {
            for size in [(32, 32), (768, 768), (2_048, 2_048), (9_000, 9_000), (2_048, 32)] {
                assert!(image_tokens(model, size) <= most_image_tokens(model), "{model} {size:?}");
            }
        }
    }

    #[test]
    fn the_size_of_an_image_is_read_from_its_head() {
        let check = |bytes: &[u8], expect| assert_eq!(size(&image(bytes)), expect);
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0...", (640, 480));
        check(b"GIF89a\x80\x02\xe0\x01...", (640, 480));
        check(b"\xff\xd8\xff\xe0\0\x04..\xff\xc0\0\x11\x08\x01\xe0\x02\x80...", (640, 480));
        for broken in
            [&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0\0", b"\xff\xd8\xff\xe0\xff\xff", b"GIF8"]
        {
            check(broken, USUAL_SIZE);
        }
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff", USUAL_SIZE);
        assert_eq!(size(&Image::Url("http://host/i.png".to_owned())), USUAL_SIZE);
    }

    #[test]
    fn what_is_not_at_hand_counts_as_what_is_usual() {
        let check = |part: Part, image_size, expect| {
            let messages = vec![Message { role: Role::User, parts: vec![part] }];
            let parameters = Parameters { image_size, ..Parameters::default() };
            let request = ChatRequest { model: "gpt-4o".to_owned(), messages, schema: None, parameters };
            assert_eq!(estimate_tokens(&request) - 7, expect);
            assert_eq!(estimate_tokens(&with_usual_files(&request)) - 7, expect);
        };
        let stored = || Part::Image(Image::Stored("s3://b/i.png".to_owned()));
        check(stored(), None, 765);
        check(stored(), Some(512), 255);
        check(stored(), Some(4_000), 765);
        check(Part::Document(Document::Stored("s3://b/d.pdf".to_owned())), None, 1_500);
        let document = Document::Inline { name: String::new(), base64: "A".repeat(250_000) };
        check(Part::Document(document), Some(512), 4_500);
    }

    #[test]
    fn images_are_counted_in_patches_or_tiles() {
        let check =
            |model: &str, size, expect| assert_eq!(image_tokens(model, size), expect, "{model} {size:?}");
        check("gpt-4o", (1_024, 1_024), 765);
        check("gpt-4o", (2_048, 4_096), 1_105);
        check("gpt-4o-mini", (512, 512), 8_500);
        check("gpt-4.1-mini", (1_024, 1_024), 1_659);
        check("gpt-5.4-nano", (32, 32), 3);
        check("claude-haiku-5-5", (1_000, 1_000), 1_334);
        check("claude-haiku-5-5", (1 << 20, 1 << 20), 4_784);
        check("llava", (4_096, 4_096), 2_489);
    }
}
