//! What a network error means: its cause in words, and whether the request can have reached the server.

use std::error::Error;
use std::io;
use std::time::Duration;

use url::Url;

use super::client::CONNECT_TIMEOUT;
use super::guard::Forbidden;

/// A request that got no whole answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reach: Reach,
    /// The cause and what to do next, without the address.
    pub(super) message: String,
}

/// How far the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// No further attempt can come further: a certificate, a URL that cannot be asked.
    Never,
    /// It surely did not reach the server.
    Unsent,
    /// Nobody knows.
    Unknown,
}

/// Returns scheme, host, port and path: what an error may name of a URL, whose rest may hold secrets.
pub fn address(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// Explains an error of the HTTP client; `timeout` is that of the attempt.
pub(super) fn explain(error: &reqwest::Error, timeout: Duration) -> Fault {
    let causes: Vec<&(dyn Error + 'static)> =
        std::iter::successors(error.source(), |cause| (*cause).source()).collect();
    // The top of the chain is left out: it prints the whole URL.
    let words =
        causes.last().map_or_else(|| "the request could not be built".to_owned(), ToString::to_string);
    let kind = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let reach = if error.is_connect() { Reach::Unsent } else { Reach::Unknown };
    let fault = |reach, message: String| Fault { reach, message };
    if error.is_builder() {
        return fault(Reach::Never, words);
    }
    if let Some(forbidden) = causes.iter().find_map(|cause| cause.downcast_ref::<Forbidden>()) {
        return fault(Reach::Never, forbidden.to_string());
    }
    if words.contains("certificate") {
        let advice = "for a private certificate authority set `SSL_CERT_FILE`";
        return fault(Reach::Never, format!("the server's certificate is not trusted ({words}); {advice}"));
    }
    if words.contains("InvalidContentType") {
        return fault(Reach::Never, "the server does not speak TLS; is it `http://` there?".to_owned());
    }
    if error.is_timeout() {
        return fault(reach, timed_out(reach, timeout));
    }
    let looked_up = causes.iter().any(|cause| cause.to_string().contains("dns error"));
    fault(
        reach,
        match kind {
            _ if looked_up => format!("the host's name is not known ({words}); is it spelled right?"),
            Some(io::ErrorKind::ConnectionRefused) => {
                "connection refused; is the server running, and are host and port right?".to_owned()
            }
            _ if reach == Reach::Unsent => format!("no connection ({words}); are host and port right?"),
            _ => format!("the connection was cut before the answer was whole ({words})"),
        },
    )
}

fn timed_out(reach: Reach, timeout: Duration) -> String {
    if reach == Reach::Unsent {
        let wait = CONNECT_TIMEOUT.min(timeout).as_secs_f64();
        return format!("no connection within {wait} s; are host and port right, and is a proxy needed?");
    }
    let wait = timeout.as_secs_f64();
    format!("timed out after {wait} s; lower `--concurrency`, or allow more with `--timeout`")
}
