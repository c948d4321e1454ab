//! Why something cannot be had, in words a person can act on.

use crate::studio::error::StudioError;

/// Why what a task refers to cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// It never will be, as things are.
    #[error("{0}")]
    Unusable(String),
    /// Attempts ran out; another time it may be there.
    #[error("{0}")]
    Unreachable(String),
    /// Label Studio itself is gone, or refuses the key: no other task would fare better.
    #[error("{0}")]
    Lost(StudioError),
    /// Stopping was asked for first.
    #[error("stopped before everything was fetched")]
    Stopped,
}

/// Puts before an error what it is about.
pub(super) fn about(what: &str, address: &str, error: MediaError) -> MediaError {
    let words = |reason: String| format!("the {what} `{}`: {reason}", shown(address));
    match error {
        MediaError::Unusable(reason) => MediaError::Unusable(words(reason)),
        MediaError::Unreachable(reason) => MediaError::Unreachable(words(reason)),
        error @ (MediaError::Lost(_) | MediaError::Stopped) => error,
    }
}

/// Says what is wrong where something is larger than so many bytes.
pub(super) fn too_long(longest: usize) -> MediaError {
    MediaError::Unusable(format!(
        "it has more than {} MB; make it smaller, or allow more with `--max-file-size`",
        longest >> 20
    ))
}

/// Tells why Label Studio gives no file.
pub(super) fn inside(error: StudioError, route: &str, longest: usize) -> MediaError {
    match error {
        StudioError::TooLong { .. } => too_long(longest),
        StudioError::Stopped => MediaError::Stopped,
        StudioError::Missing { .. } if is_object(route) => MediaError::Unusable(
            "Label Studio has no storage for it (404); connect one under Settings > Cloud Storage whose bucket and \
             prefix cover it"
                .to_owned(),
        ),
        StudioError::Missing { .. } if is_local(route) => MediaError::Unusable(
            "Label Studio has no local storage for it, or no such file (404); connect one under Settings > Cloud \
             Storage whose path covers it"
                .to_owned(),
        ),
        // So it answers for uploads that are gone.
        StudioError::Server { status, words, .. } if status.as_u16() == 500 => {
            MediaError::Unusable(format!("Label Studio has no such file any more, or cannot read it (500: {words})"))
        }
        StudioError::Missing { words, .. } => {
            MediaError::Unusable(format!("Label Studio has no such file (404: {words})"))
        }
        StudioError::Refused { status, words, .. } => {
            let status = status.as_u16();
            // Its own words send the reader to a page of the documentation.
            let advice = match status {
                403 if is_local(route) => "; its server needs `LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true`",
                _ => "",
            };
            MediaError::Unusable(format!("Label Studio does not give it ({status}): {words}{advice}"))
        }
        StudioError::Server { .. } | StudioError::Unknown { .. } | StudioError::Unexpected { .. } => {
            MediaError::Unreachable(error.to_string())
        }
        StudioError::Address(_)
        | StudioError::Unreachable { .. }
        | StudioError::WrongUrl { .. }
        | StudioError::Key { .. }
        | StudioError::Project(_)
        | StudioError::Selection(_)
        | StudioError::TooOld { .. } => MediaError::Lost(error),
    }
}

/// Returns whether a route leads to an object of a storage.
pub(super) fn is_object(route: &str) -> bool {
    let path = route.split('?').next().unwrap_or_default().trim_end_matches('/');
    path.ends_with("/resolve") || path.ends_with("/presign")
}

/// Returns whether a route leads to a file of Label Studio's own machine.
fn is_local(route: &str) -> bool {
    route.starts_with("data/local-files/")
}

/// Returns the beginning of an address without a login and without a query, which may hold a signature; the path of a
/// local file is a query.
fn shown(address: &str) -> String {
    const MOST_LETTERS: usize = 100;
    let path = match address.split_once(['?', '#']) {
        Some((path, query)) if path.ends_with("/data/local-files/") => format!("{path}?{query}"),
        Some((path, _)) => path.to_owned(),
        None => address.to_owned(),
    };
    let path = match path.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split('/').next().unwrap_or_default();
            let login = host.rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[login..])
        }
        None => path,
    };
    match path.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let check = |address: &str, expect: &str| assert_eq!(shown(address), expect);
        check("https://ann:pw@h/a.png?sig=1#x", "https://h/a.png");
        check("s3://b/@a/b.png", "s3://b/@a/b.png");
        check("/data/local-files/?d=a/b.png", "/data/local-files/?d=a/b.png");
        check("a.png", "a.png");
        check(&"é".repeat(101), &format!("{}…", "é".repeat(100)));
        check("://@", "://");
    }
}
