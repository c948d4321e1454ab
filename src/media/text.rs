//! Bytes that are a text, in whatever letters their server says.

use encoding_rs::{Encoding, UTF_8};

/// Decodes a text: by its byte order mark, else as its server says, else as UTF-8.
pub(super) fn decoded(bytes: &[u8], content_type: Option<&str>) -> Result<String, String> {
    let named = content_type.and_then(charset);
    let encoding = named.and_then(|name| Encoding::for_label(name.as_bytes())).unwrap_or(UTF_8);
    let (text, encoding, has_errors) = encoding.decode(bytes);
    if has_errors {
        return Err(format!(
            "it is no text in {}; save it as UTF-8, or let its server name the charset in `Content-Type`",
            encoding.name()
        ));
    }
    Ok(text.into_owned())
}

/// Returns the charset out of a `Content-Type`.
fn charset(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.next().map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_decoded_by_its_mark_its_server_or_as_utf_8() {
        let check = |bytes: &[u8], content_type: Option<&str>, expect: Result<&str, &str>| match (
            decoded(bytes, content_type),
            expect,
        ) {
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
            (found, expect) => assert_eq!(found, expect.map(str::to_owned).map_err(str::to_owned)),
        };
        check("café".as_bytes(), None, Ok("café"));
        check("café".as_bytes(), Some("text/plain"), Ok("café"));
        check(b"caf\xe9", Some("text/plain; Charset=\"ISO-8859-1\""), Ok("café"));
        check(b"\xef\xbb\xbfcaf\xc3\xa9", Some("text/plain; charset=latin1"), Ok("café"));
        check(b"\xff\xfeh\0i\0", None, Ok("hi"));
        check(b"caf\xc3\xa9", Some("text/plain; charset=nonsense"), Ok("café"));
        check(b"caf\xe9", None, Err("it is no text in UTF-8"));
        check(b"\x89PNG\r\n\x1a\n\0\xff", Some("image/png"), Err("it is no text"));
    }
}
