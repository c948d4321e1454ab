//! Which hosts a task may make this program reach: whoever writes a task's data writes the address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Which hosts may be reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hosts {
    /// Those of the public internet alone, by the addresses that their names stand for.
    #[default]
    Public,
    Any,
}

/// See <https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16>.
const AZURE_HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// A host that may not be reached, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{host}` is an address of this machine or of a private network ({address}), which a task may not make this \
     program reach; `--allow-private-addresses` allows it"
)]
pub struct Forbidden {
    /// A name, or the address itself.
    host: String,
    address: IpAddr,
}

/// Looks names up and gives none of their addresses away where one of them may not be reached.
///
/// The very addresses that are checked are connected to, so a name that changes in between gains nothing.
#[derive(Debug)]
pub(super) struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str();
            // The port is put in later.
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            for address in &addresses {
                check(host, address.ip())?;
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Fails where a URL names an address that may not be reached; names are checked when they are looked up.
pub fn check_host(url: &Url, hosts: Hosts) -> Result<(), Forbidden> {
    let address = match (hosts, url.host()) {
        (Hosts::Public, Some(Host::Ipv4(address))) => IpAddr::V4(address),
        (Hosts::Public, Some(Host::Ipv6(address))) => IpAddr::V6(address),
        (Hosts::Public, Some(Host::Domain(_)) | None) | (Hosts::Any, _) => return Ok(()),
    };
    check(&address.to_string(), address)
}

fn check(host: &str, address: IpAddr) -> Result<(), Forbidden> {
    let is_public = match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    };
    if is_public { Ok(()) } else { Err(Forbidden { host: host.to_owned(), address }) }
}

/// By the registry of special addresses (<https://www.iana.org/assignments/iana-ipv4-special-registry>).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = match (first, second, third) {
        // This network; shared by a provider's customers; for protocols; for benchmarks; reserved.
        (0 | 240.., ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _) => true,
        // Looks public, but within Azure it is the host of the virtual machine, which gives away its settings.
        _ => address == AZURE_HOST || address.is_documentation(),
    };
    !(is_special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast())
}

/// By the registry of special addresses (<https://www.iana.org/assignments/iana-ipv6-special-registry>); addresses
/// that hold one of the other family are as public as that.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        // An end of a tunnel (RFC 5214), in whatever network it is.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] if !v4(high, low) => false,
        // Tunnels whose ends cannot be told, and documentation.
        [0x2001, 0 | 0xdb8, ..] | [0x64, 0xff9b, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All that was ever given out.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_and_of_private_networks_are_not_public() {
        let check = |url: &str, is_public: bool| {
            let url = Url::parse(url).unwrap();
            assert_eq!(check_host(&url, Hosts::Public).is_ok(), is_public, "{url}");
            assert_eq!(check_host(&url, Hosts::Any), Ok(()));
        };
        for url in
            ["http://93.184.216.34/", "http://[2606:4700::1]/", "http://name.example/", "http://192.1.0.1/"]
        {
            check(url, true);
        }
        let forbidden = [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "127.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "127.0.0.1.",
            "①②⑦.0.0.1",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::7f00:1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd12::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[64:ff9b::10.0.0.1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[::ffff:0:127.0.0.1]",
            "[64:ff9b:1::7f00:1]",
            "[3fff::1]",
            "[2606:4700::5efe:10.0.0.1]",
            "[fe80::5efe:8.8.8.8]",
            "[2606:4700::200:5efe:10.0.0.1]",
        ];
        for host in forbidden {
            check(&format!("http://{host}:8080/a.png"), false);
        }
        check("http://[64:ff9b::8.8.8.8]/", true);
        check("http://[2606:4700::5efe:8.8.8.8]/", true);
    }

    #[tokio::test]
    async fn a_name_is_judged_by_the_addresses_it_stands_for() {
        let error = PublicResolver.resolve("localhost".parse().unwrap()).await.err().unwrap();
        let told = error.downcast_ref::<Forbidden>().unwrap().to_string();
        assert!(
            told.starts_with("`localhost` is an address of this machine")
                && told.contains("`--allow-private-addresses`"),
            "{told}"
        );
    }
}
