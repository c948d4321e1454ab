//! Where Label Studio is and who we are there.

use url::Url;

use super::keys::{self, KeyPlaces};
use super::layers::Origins;
use super::{Places, SettingsError};
use crate::cli::{StudioArgs, names};
use crate::studio::address::Address;
use crate::studio::auth::Key;

/// Label Studio's own default address.
const DEFAULT_URL: &str = "http://localhost:8080";

/// What is wrong where none is named.
pub(super) const NO_PROJECT: &str = "no project given";

/// What to do about it.
pub(super) const NAME_ONE: &str = "name one with `--project ID` (the number in its address)";

/// Everything needed to reach a project.
#[derive(Debug, Clone)]
pub struct StudioSettings {
    pub address: Address,
    pub key: Key,
    pub project: u64,
    /// Where address and key were given, for somebody whose address or key is refused.
    pub advice: String,
}

/// An address and the right to use it.
pub(super) struct Access {
    pub(super) address: Address,
    pub(super) key: Key,
    /// Where both were given.
    pub(super) advice: String,
}

impl StudioSettings {
    /// Checks address, key and project number.
    pub fn resolve(args: &StudioArgs, origins: &Origins, places: &Places<'_>) -> Result<Self, SettingsError> {
        let project = args.project.ok_or_else(|| SettingsError::with_hint(NO_PROJECT, NAME_ONE))?;
        let Access { address, key, advice } = access(args, origins, places)?;
        Ok(Self { address, key, project, advice })
    }
}

/// Checks address and key.
pub(super) fn access(
    args: &StudioArgs,
    origins: &Origins,
    places: &Places<'_>,
) -> Result<Access, SettingsError> {
    let place = origins.of("url");
    let address = server(args.url.as_deref(), origins)?;
    let key = keys::find(
        &KeyPlaces {
            file: args.api_key_file.as_deref(),
            file_origin: origins.of("api-key-file").to_string(),
            variables: &[names::STUDIO_KEY],
            table: "label_studio",
        },
        places.environment,
        places.file,
    )?;
    let key = key.ok_or_else(|| {
        SettingsError::with_hint(
            format!("no key for Label Studio at {address}"),
            "copy your personal access token from Account & Settings in Label Studio and set \
                 `LABEL_STUDIO_API_KEY`, or name a file that holds it with `--api-key-file`",
        )
    })?;
    let advice = format!("the address is from {place}, the key from {}", key.origin);
    let key = Key::parse(&key.key)
        .map_err(|error| SettingsError { message: error.to_string(), hint: error.advice() })?;
    Ok(Access { address, key, advice })
}

/// Returns the address of Label Studio.
pub(super) fn server(url: Option<&str>, origins: &Origins) -> Result<Address, SettingsError> {
    Address::parse(url.unwrap_or(DEFAULT_URL))
        .map_err(|error| SettingsError::new(format!("{}: {error}", origins.of("url"))))
}

/// Reads an `http` or `https` address; `origin` says where it stands.
pub(super) fn address(text: &str, origin: &str) -> Result<Url, SettingsError> {
    let text = text.trim();
    let fault = |what: String| {
        SettingsError::with_hint(
            format!("{origin}: {what}"),
            "an address looks like `http://localhost:8080` or `https://example.com/path`",
        )
    };
    let mut url = Url::parse(text).map_err(|error| {
        if text.contains("://") {
            fault(format!("`{}` is no address: {error}", without_login(text)))
        } else {
            fault(format!("`{text}` is no address: `http://` or `https://` is missing"))
        }
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fault(format!(
            "`{}` is no address: `http://` or `https://` is missing",
            without_login(text)
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault(
            "the address holds a user name or password, which would show up in logs".to_owned(),
        ));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Returns the text without what stands before an `@`, which may be a password.
fn without_login(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_before_anything_is_sent() {
        let check = |text: &str, expect: Result<&str, &str>| match expect {
            Ok(url) => assert_eq!(address(text, "`--url`").unwrap().as_str(), url),
            Err(message) => assert_eq!(address(text, "`--url`").unwrap_err().to_string(), message),
        };
        check(" http://localhost:8080 ", Ok("http://localhost:8080/"));
        check("https://h/ls/?next=1#x", Ok("https://h/ls/"));
        check("localhost", Err("`--url`: `localhost` is no address: `http://` or `https://` is missing"));
        check(
            "localhost:8080",
            Err("`--url`: `localhost:8080` is no address: `http://` or `https://` is missing"),
        );
        check("http://", Err("`--url`: `http://` is no address: empty host"));
        check(
            "http://me:secret@h/",
            Err("`--url`: the address holds a user name or password, which would show up in logs"),
        );
        check("http://me:secret@h:x/", Err("`--url`: `h:x/` is no address: invalid port number"));
    }
}
