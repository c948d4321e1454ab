//! The address of a Label Studio: a scheme, a host and perhaps a path prefix.

use std::fmt;

use url::Url;

use super::error::StudioError;

/// Where Label Studio is; its path always ends in a slash, and it holds no user name, query or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads the address a person gave; the error says what is wrong and, where it can be guessed, what was meant.
    pub fn parse(text: &str) -> Result<Self, StudioError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(StudioError::Address(
                "the address of Label Studio is empty; give one such as `http://localhost:8080`".to_owned(),
            ));
        }
        if !text.contains("://") {
            let shown = shown(text);
            return Err(StudioError::Address(format!(
                "the address of Label Studio `{shown}` names no scheme; write `http://{shown}` or `https://{shown}`"
            )));
        }
        let mut url = Url::parse(text).map_err(|error| {
            let shown = shown(text);
            StudioError::Address(format!("the address of Label Studio `{shown}` cannot be read: {error}"))
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(StudioError::Address(format!(
                "the address of Label Studio begins with `{}://`; expected `http://` or `https://`",
                url.scheme()
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(StudioError::Address(
                "the address of Label Studio holds a user name or password; leave it out and set the variable \
                 `LABEL_STUDIO_API_KEY`"
                    .to_owned(),
            ));
        }
        url.set_query(None);
        url.set_fragment(None);
        if let Some(error) = route_error(&url) {
            return Err(error);
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Returns the URL of a route below the address: `path` begins without a slash and may carry an encoded query.
    pub fn route(&self, path: &str) -> Url {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path()));
        url.set_query(query);
        url
    }

    /// Returns whether the address has a path prefix, which is where most wrong addresses are wrong.
    pub fn has_prefix(&self) -> bool {
        self.0.path() != "/"
    }

    /// Returns the same host without the path prefix.
    #[must_use]
    pub fn host(&self) -> Self {
        let mut url = self.0.clone();
        url.set_path("/");
        Self(url)
    }

    /// Returns the address as a URL, to resolve the relative file links of tasks against.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Returns the part of a text that surely holds no user name, password or query.
fn shown(text: &str) -> &str {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}

/// Returns what to say to somebody who pasted the address of a page.
fn route_error(url: &Url) -> Option<StudioError> {
    let segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let next = |position: usize| segments.get(position + 1).copied();
    // An installation may well live below a folder of the same name, so what follows has to fit too.
    let route = (0..segments.len()).find(|position| match (segments[*position], next(*position)) {
        ("projects", following) => following.is_none_or(is_number),
        ("user", following) => matches!(following, Some("login" | "account" | "signup")),
        ("api", _) => true,
        _ => false,
    })?;
    let project = match (segments[route], next(route)) {
        ("projects", Some(id)) => format!(" and `--project {id}`"),
        _ => String::new(),
    };
    let mut base = url.clone();
    base.set_path(&segments[..route].join("/"));
    let base = base.as_str().trim_end_matches('/');
    Some(StudioError::Address(format!(
        "`{url}` is a page of Label Studio, not its address; give `--url {base}`{project}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: &str) {
        let found = match Address::parse(input) {
            Ok(address) => address.route("api/tasks?query=%257B").to_string(),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expect), "{input}: {found}");
    }

    #[test]
    fn a_path_prefix_is_kept_with_and_without_a_slash() {
        check("http://localhost:8080", "http://localhost:8080/api/tasks?query=%257B");
        check(" http://localhost:8080/ \n", "http://localhost:8080/api/tasks?query=%257B");
        check("https://h/ls", "https://h/ls/api/tasks?query=%257B");
        check("https://h/a/ls//?tab=3#x", "https://h/a/ls/api/tasks?query=%257B");
    }

    #[test]
    fn the_address_of_a_page_is_explained() {
        check("http://h/ls/projects/12/data?tab=3", "give `--url http://h/ls` and `--project 12`");
        check("http://h:8080/projects", "give `--url http://h:8080`");
        check("http://h/user/login/", "give `--url http://h`");
        check("http://h/api", "give `--url http://h`");
        check("http://h/projects/label-studio", "http://h/projects/label-studio/api/tasks");
    }

    #[test]
    fn a_wrong_address_is_an_error_that_shows_no_secret() {
        check("", "is empty");
        check("localhost:8080", "write `http://localhost:8080`");
        check("ftp://h", "begins with `ftp://`");
        check("http://", "cannot be read");
        for input in
            ["http://ann:secret@h/", "ann:secret@h", "http://ann:secret@h:x/", "http://h:x/?token=secret"]
        {
            let error = Address::parse(input).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_host_is_the_address_without_the_prefix() {
        let address = Address::parse("http://h/ls").unwrap();
        assert!(address.has_prefix());
        assert_eq!(address.to_string(), "http://h/ls");
        assert_eq!(address.host().to_string(), "http://h");
        assert!(!address.host().has_prefix());
    }
}
