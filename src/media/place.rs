//! Where an address of a task leads, by its form alone.

use std::path::{Path, PathBuf};

use url::Url;

use super::folder;
use crate::studio::address::Address;
use crate::studio::files::is_route;

/// Where something is, checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At a route of Label Studio.
    Studio(String),
    Web(Url),
    /// In the folder whose files tasks may name.
    Disk(PathBuf),
}

/// What an address names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    Place(Place),
    /// A file in some Label Studio, while none is known.
    InStudio,
    /// An object of a storage, by its URI.
    InStorage(String),
}

/// Reads an address; the error says what would do. `root` is the folder whose files may be named.
///
/// A file that is in that folder goes first: the folder's path may begin like Label Studio's routes do, as `/data/…`.
pub(super) fn of(address: &str, studio: Option<&Address>, root: Option<&Path>) -> Result<Named, String> {
    let address = address.trim();
    let is_in_root = root.is_some_and(|root| Path::new(address).starts_with(root));
    if is_in_root && let Ok(path) = folder::inside(Path::new(address), root) {
        return Ok(Named::Place(Place::Disk(path)));
    }
    if let Some(route) = studio.and_then(|studio| studio.file_route(address)) {
        return Ok(Named::Place(Place::Studio(route)));
    }
    if !is_in_root && is_route(address) {
        return Ok(Named::InStudio);
    }
    match address.split_once(':') {
        _ if address.is_empty() => Err("it is empty; expected an address".to_owned()),
        Some((scheme, _)) if is_any(scheme, &["http", "https"]) => match Url::parse(address) {
            Ok(url) => Ok(Named::Place(Place::Web(url))),
            Err(error) => Err(format!("it is no address: {error}")),
        },
        Some((scheme, _)) if is_any(scheme, &["data"]) => {
            Err("it is a data URL, which is read for images and PDF files only".to_owned())
        }
        Some((scheme, _)) if is_any(scheme, &["file"]) => {
            let path = Url::parse(address).ok().and_then(|url| url.to_file_path().ok());
            let path = path.ok_or("it names no file of this machine")?;
            folder::inside(&path, root).map(Place::Disk).map(Named::Place)
        }
        Some((scheme, rest)) if rest.starts_with("//") && is_scheme(scheme) => {
            Ok(Named::InStorage(address.to_owned()))
        }
        _ => folder::inside(Path::new(address), root).map(Place::Disk).map(Named::Place),
    }
}

fn is_any(scheme: &str, schemes: &[&str]) -> bool {
    schemes.iter().any(|name| scheme.eq_ignore_ascii_case(name))
}

/// As in RFC 3986, with the `_` of Label Studio's own besides.
fn is_scheme(scheme: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+-._".contains(letter);
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && scheme.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expect: Result<Named, &str>) {
        let studio = Address::parse("http://h/ls").unwrap();
        match (of(address, Some(&studio), None), expect) {
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{address}: {reason}"),
            (found, expect) => assert_eq!(found, expect.map_err(str::to_owned), "{address}"),
        }
    }

    #[test]
    fn an_address_says_where_it_leads() {
        let studio = |route: &str| Ok(Named::Place(Place::Studio(route.to_owned())));
        let web = |url: &str| Ok(Named::Place(Place::Web(Url::parse(url).unwrap())));
        check("/data/upload/1/a.png", studio("data/upload/1/a.png"));
        check("http://h/ls/data/upload/1/a.png", studio("data/upload/1/a.png"));
        check("http://h/data/upload/1/a.png", web("http://h/data/upload/1/a.png"));
        check(" HTTPS://x.org/a.png?b ", web("https://x.org/a.png?b"));
        for uri in ["s3://b/a.png", "gs://b/a:1.png", "azure-blob://c/a.png", "azure_spi://c/a.png"] {
            check(uri, Ok(Named::InStorage(uri.to_owned())));
        }
        check("http://", Err("it is no address: empty host"));
        check("data:text/plain,x", Err("it is a data URL"));
        check("file://other-host/a.png", Err("names no file of this machine"));
        check("", Err("it is empty"));
        for path in ["a.png", "./a.png", "/home/a.png", "file:///home/a.png", "a: b.png"] {
            check(path, Err("`--media-root DIR`"));
        }
    }

    #[test]
    fn a_file_of_no_known_label_studio_is_told_from_one_of_this_machine() {
        assert_eq!(of("/data/upload/1/a.png", None, None), Ok(Named::InStudio));
        assert!(of("/home/a.png", None, None).is_err());
    }

    #[test]
    fn a_file_in_the_folder_goes_before_a_route_of_label_studio() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("data/upload")).unwrap();
        std::fs::write(root.join("data/upload/a.png"), "x").unwrap();
        // With such a prefix, its routes begin like the folder's path.
        let studio = Address::parse(&format!("http://h{}", root.display())).unwrap();
        let check = |name: &str, expect: Place| {
            let address = root.join(name).display().to_string();
            let found = of(&address, Some(&studio), Some(&root));
            assert_eq!(found, Ok(Named::Place(expect)));
        };
        check("data/upload/a.png", Place::Disk(root.join("data/upload/a.png")));
        check("data/upload/b.png", Place::Studio("data/upload/b.png".to_owned()));
        // It belongs to nobody else, so the file is missing.
        let missing = of("/samples/b.png", None, Some(Path::new("/samples"))).unwrap_err();
        assert!(missing.starts_with("`/samples"), "{missing}");
        assert_eq!(of("/data/upload/a.png", None, Some(&root)), Ok(Named::InStudio));
    }
}
