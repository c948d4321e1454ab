//! The address of an image or a document in a task to a part of a message; what must be fetched stays an address.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use url::Url;

use crate::label::text::shorten;
use crate::llm::chat::{Document, Image};

/// Most bytes a file in a data URL may have; providers take no more in one request.
const MOST_BYTES: usize = 20 * 1024 * 1024;

/// Padding is often lost where data URLs are made by hand.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The name of a document that has none.
const DOCUMENT_NAME: &str = "document.pdf";

/// Reads the address of an image; the error says what was found and what would do.
pub(super) fn image(address: &str) -> Result<Image, String> {
    let address = address.trim();
    if let Some(content) = without_scheme(address, "data:") {
        let is_image = |media_type: &str| {
            media_type.strip_prefix("image/").is_some_and(|subtype| {
                !subtype.is_empty()
                    && subtype.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            })
        };
        let (media_type, base64) = inline(content, is_image, "image/png")
            .map_err(|problem| format!("the image's data URL {problem}"))?;
        // The registered name; some providers know no other.
        let media_type = if media_type == "image/jpg" { "image/jpeg".to_owned() } else { media_type };
        return Ok(Image::Inline { media_type, base64 });
    }
    match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Image::Url(address.to_owned())),
        _ if address.is_empty() => Err("the image's address is empty".to_owned()),
        _ => Ok(Image::Stored(address.to_owned())),
    }
}

/// Reads the address of a PDF file; the error says what was found and what would do.
pub(super) fn document(address: &str) -> Result<Document, String> {
    let address = address.trim();
    let Some(content) = without_scheme(address, "data:") else {
        return match address {
            "" => Err("the document's address is empty".to_owned()),
            _ => Ok(Document::Stored(address.to_owned())),
        };
    };
    let is_pdf = |media_type: &str| media_type == "application/pdf";
    let (_, base64) = inline(content, is_pdf, "application/pdf")
        .map_err(|problem| format!("the document's data URL {problem}"))?;
    Ok(Document::Inline { name: DOCUMENT_NAME.to_owned(), base64 })
}

/// Reads what stands behind `data:`; returns the media type and the content in base64.
fn inline(
    content: &str,
    is_expected: impl Fn(&str) -> bool,
    example: &str,
) -> Result<(String, String), String> {
    let (header, body) = content.split_once(',').ok_or("has no `,` before the content")?;
    let mut attributes = header.split(';').map(str::trim);
    let media_type = attributes.next().unwrap_or_default().to_ascii_lowercase();
    if !is_expected(&media_type) {
        return Err(format!("is of type `{}`; expected `{example}` or the like", shorten(&media_type)));
    }
    if !attributes.any(|attribute| attribute.eq_ignore_ascii_case("base64")) {
        return Err("is not in base64: expected `;base64,` before the content".to_owned());
    }
    let digits: String = body.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    if MOST_BYTES / 3 * 4 + 4 < digits.len() {
        return Err(format!("holds more than {} MB; make it smaller", MOST_BYTES / 1024 / 1024));
    }
    let bytes = LENIENT.decode(&digits).map_err(|error| format!("holds no valid base64: {error}"))?;
    if bytes.is_empty() {
        return Err("is empty".to_owned());
    }
    Ok((media_type, STANDARD.encode(bytes)))
}

fn without_scheme<'a>(address: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expect: Result<(&str, &str), &str>) {
        match (image(address), expect) {
            (Ok(Image::Url(url)), expect) => assert_eq!(Ok(("url", url.as_str())), expect),
            (Ok(Image::Stored(address)), expect) => assert_eq!(Ok(("stored", address.as_str())), expect),
            (Ok(Image::Inline { media_type, base64 }), expect) => {
                assert_eq!(Ok((media_type.as_str(), base64.as_str())), expect, "{address}");
            }
            (Err(message), Err(part)) => assert!(message.contains(part), "{address}: {message}"),
            (Err(message), Ok(_)) => panic!("{address}: {message}"),
        }
    }

    #[test]
    fn web_addresses_are_passed_on() {
        check("https://example.com/a.png?x=1", Ok(("url", "https://example.com/a.png?x=1")));
        check(" HTTP://example.com/a ", Ok(("url", "HTTP://example.com/a")));
    }

    #[test]
    fn data_urls_are_checked_and_normalised() {
        check("data:image/png;base64,AAEC", Ok(("image/png", "AAEC")));
        check("DATA:Image/PNG;charset=utf-8;BASE64,AA\nEC", Ok(("image/png", "AAEC")));
        check("data:image/png;base64,AAE", Ok(("image/png", "AAE=")));
        check("data:image/jpg;base64,AAEC", Ok(("image/jpeg", "AAEC")));
    }

    #[test]
    fn bad_data_urls_say_what_is_wrong() {
        check("data:image/png;base64", Err("has no `,`"));
        check("data:text/plain;base64,AAEC", Err("is of type `text/plain`"));
        check("data:image/;base64,AAEC", Err("is of type `image/`"));
        check("data:,x", Err("is of type ``"));
        check("data:image/svg+xml,<svg/>", Err("is not in base64"));
        check("data:image/png;base64,A*==", Err("no valid base64"));
        check("data:image/png;base64,", Err("data URL is empty"));
        check(&format!("data:image/png;base64,{}", "A".repeat(MOST_BYTES * 2)), Err("more than 20 MB"));
    }

    #[test]
    fn whatever_else_is_an_address_stays_one() {
        check("/data/local-files/?d=a.png", Ok(("stored", "/data/local-files/?d=a.png")));
        check("s3://bucket/a.png", Ok(("stored", "s3://bucket/a.png")));
        check(" a.png ", Ok(("stored", "a.png")));
        check("", Err("is empty"));
    }

    #[test]
    fn documents_are_addresses_or_pdf_files_in_base64() {
        let check = |address: &str, expect: Result<Document, &str>| match (document(address), expect) {
            (Err(message), Err(part)) => assert!(message.contains(part), "{address}: {message}"),
            (found, expect) => assert_eq!(found, expect.map_err(str::to_owned), "{address}"),
        };
        let stored = |address: &str| Ok(Document::Stored(address.to_owned()));
        check(" https://x.org/a.pdf ", stored("https://x.org/a.pdf"));
        check("s3://bucket/a.pdf", stored("s3://bucket/a.pdf"));
        let inline = Document::Inline { name: "document.pdf".to_owned(), base64: "AAEC".to_owned() };
        check("data:application/pdf;base64,AAEC", Ok(inline));
        check("data:image/png;base64,AAEC", Err("expected `application/pdf`"));
        check("", Err("the document's address is empty"));
    }
}
