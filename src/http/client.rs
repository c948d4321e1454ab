//! The connection pool that all requests share.

use std::sync::Once;
use std::time::Duration;

use super::guard::{Hosts, PublicResolver};

/// How long connecting may take.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an unused connection is kept: shorter than the 60 s after which most proxies cut it, so that a request
/// seldom meets a connection that is just being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// Builds the HTTP client: no cookies, no redirects to another host with our keys, TLS by the system's certificates.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    builder().build()
}

/// Builds a client for hosts that tasks name, which nobody has vouched for.
///
/// Where only public ones may be reached it uses no proxy: which address a host has is the proxy's business then, and
/// could not be checked.
pub fn foreign_client(hosts: Hosts) -> Result<reqwest::Client, reqwest::Error> {
    match hosts {
        Hosts::Any => builder().build(),
        Hosts::Public => builder().no_proxy().dns_resolver(PublicResolver).build(),
    }
}

fn builder() -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only where the process has chosen a provider already, which serves as well.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
    reqwest::Client::builder()
        .user_agent(concat!("ls-autolabel/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
}
