//! An image's address in a task to the image part of a message.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use url::Url;

use crate::llm::chat::Image;

/// Most bytes an image in a data URL may have; providers take no more in one request.
const MOST_BYTES: usize = 20 * 1024 * 1024;

/// Padding is often lost where data URLs are made by hand.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads an address; the error says what was found and what would do.
pub(super) fn read(address: &str) -> Result<Image, String> {
    let address = address.trim();
    if let Some(content) = without_scheme(address, "data:") {
        return inline(content).map_err(|problem| format!("the image's data URL {problem}"));
    }
    match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Image::Url(address.to_owned())),
        _ if address.is_empty() => Err("the image's address is empty".to_owned()),
        _ => Err(format!(
            "the image `{}` is no http(s) or data URL; files inside Label Studio and its storages are not supported \
             yet, so give the task an address that the model's server can open",
            shortened(address)
        )),
    }
}

/// Reads what stands behind `data:`.
fn inline(content: &str) -> Result<Image, String> {
    let (header, body) = content.split_once(',').ok_or("has no `,` before the content")?;
    let mut attributes = header.split(';').map(str::trim);
    let media_type = attributes.next().unwrap_or_default().to_ascii_lowercase();
    let is_image = media_type.strip_prefix("image/").is_some_and(|subtype| {
        !subtype.is_empty()
            && subtype.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    if !is_image {
        return Err(format!("is of type `{}`; expected one such as `image/png`", shortened(&media_type)));
    }
    if !attributes.any(|attribute| attribute.eq_ignore_ascii_case("base64")) {
        return Err("is not in base64: expected `;base64,` before the content".to_owned());
    }
    let digits: String = body.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    if MOST_BYTES / 3 * 4 + 4 < digits.len() {
        return Err(format!("holds more than {} MB; make the image smaller", MOST_BYTES / 1024 / 1024));
    }
    let bytes = LENIENT.decode(&digits).map_err(|error| format!("holds no valid base64: {error}"))?;
    if bytes.is_empty() {
        return Err("holds no image".to_owned());
    }
    // The registered name; some providers know no other.
    let media_type = if media_type == "image/jpg" { "image/jpeg".to_owned() } else { media_type };
    Ok(Image::Inline { media_type, base64: STANDARD.encode(bytes) })
}

fn without_scheme<'a>(address: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Returns the beginning of an address, without a query: it may hold a signature.
fn shortened(address: &str) -> String {
    const MOST_LETTERS: usize = 80;
    let path = address.split('?').next().unwrap_or_default();
    match path.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expect: Result<(&str, &str), &str>) {
        match (read(address), expect) {
            (Ok(Image::Url(url)), expect) => assert_eq!(Ok(("url", url.as_str())), expect),
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
        check("data:image/png;base64,", Err("holds no image"));
        check(&format!("data:image/png;base64,{}", "A".repeat(MOST_BYTES * 2)), Err("more than 20 MB"));
    }

    #[test]
    fn files_inside_label_studio_are_refused_without_their_query() {
        check("/data/upload/1/a.png", Err("`/data/upload/1/a.png` is no http(s) or data URL"));
        check("/data/local-files/?d=a.png", Err("`/data/local-files/` is no"));
        check("s3://bucket/a.png?X-Amz-Signature=abc", Err("`s3://bucket/a.png` is no"));
        check("file:///etc/passwd", Err("is no http(s)"));
        check("", Err("is empty"));
    }
}
