//! Fetching from hosts that tasks name: no keys, a few redirects, each hop checked.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use url::Url;

use super::error::{MediaError, too_long};
use super::{Fetched, Media, last_part};
use crate::http::judge::Judge;
use crate::http::retry::{Verdict, retry_after};
use crate::http::transport::{Call, Repeat, Reply, SendError};
use crate::http::{address, check_host};
use crate::studio::files::is_route;

/// Most redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// Judges replies of hosts of which nothing is known.
struct Stranger {
    /// In bytes.
    longest: usize,
}

impl Judge for Stranger {
    fn verdict(&self, reply: &Reply) -> Verdict {
        match reply.status.as_u16() {
            408 | 425 | 429 | 500 | 502..=504 => Verdict::Retry {
                after: retry_after(&reply.headers, std::time::SystemTime::now()),
                // Another host may well be able.
                limited: false,
                message: format!("it answers {}", reply.status),
            },
            _ => Verdict::Done,
        }
    }

    fn longest(&self) -> usize {
        self.longest
    }
}

impl Media {
    /// Fetches a URL; what it redirects to is checked like the URL itself.
    pub(super) async fn web(&self, mut url: Url) -> Result<Fetched, MediaError> {
        for _ in 0..=MOST_REDIRECTS {
            if !matches!(url.scheme(), "http" | "https") {
                return Err(MediaError::Unusable(format!("it redirects to a `{}:` address", url.scheme())));
            }
            let reply = self.ask(&url).await?;
            if !reply.status.is_redirection() {
                return answer(reply, &url);
            }
            let location = reply.headers.get(LOCATION).and_then(|location| location.to_str().ok());
            url = location.and_then(|location| url.join(location).ok()).ok_or_else(|| {
                let status = reply.status.as_u16();
                MediaError::Unusable(format!("{} redirects ({status}) to nowhere", address(&url)))
            })?;
        }
        Err(MediaError::Unusable(format!("it redirects more than {MOST_REDIRECTS} times")))
    }

    async fn ask(&self, url: &Url) -> Result<Reply, MediaError> {
        check_host(url, self.options.hosts).map_err(|error| MediaError::Unusable(error.to_string()))?;
        let Some(transport) = &self.web else {
            return Err(MediaError::Unusable("nothing is fetched from the web here".to_owned()));
        };
        let call = Call {
            method: Method::GET,
            url: url.clone(),
            headers: HeaderMap::new(),
            body: None,
            tokens: 0,
            timeout: self.options.timeout,
            repeat: Repeat::Always,
        };
        let longest = self.options.longest;
        transport.send(&call, &Stranger { longest }).await.map_err(|error| match error {
            // No reply is judged so, so it is the limit.
            SendError::Rejected { .. } => too_long(longest),
            SendError::Stopped => MediaError::Stopped,
            SendError::Unreachable { message, .. } if message.contains("--allow-private-addresses") => {
                MediaError::Unusable(message)
            }
            error => MediaError::Unreachable(error.to_string()),
        })
    }
}

/// Returns the file that a reply holds, or says why it holds none.
fn answer(reply: Reply, url: &Url) -> Result<Fetched, MediaError> {
    if reply.status.is_success() {
        return Ok(Fetched::new(reply, url.path()));
    }
    let advice = match reply.status.as_u16() {
        401 | 403 if is_route(url.path()) => {
            "; where that is your Label Studio, name it so: `--url` must have the same scheme, host and port"
        }
        // The names that the storages of Amazon, Google and Azure give it.
        403 if url.query_pairs().any(|(name, _)| name.ends_with("Signature") || name == "sig") => {
            "; the signature in the address has run out or is not right: have a new address made, or name the file by \
             its storage, as `s3://bucket/a.png`, with that storage connected in Label Studio"
        }
        401 | 403 => {
            "; it is not public, or for that host's own pages only: download it, name it by its path and the folder \
             with `--media-root DIR`; or name it by its storage, as `s3://bucket/a.png`, with that storage connected in \
             Label Studio"
        }
        404 | 410 => "; correct the address in the task",
        _ => "",
    };
    Err(MediaError::Unusable(format!("{} answers {}{advice}", address(url), reply.status)))
}

impl Fetched {
    /// Takes over a reply; `path` is that of its address.
    pub(super) fn new(reply: Reply, path: &str) -> Self {
        let content_type = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self { content_type: content_type.map(str::to_owned), bytes: reply.body, name: last_part(path) }
    }
}
