//! When a request goes through a proxy: the rules of Go's `golang.org/x/net/http/httpproxy`.

use std::net::IpAddr;

use crate::Url;

/// The proxies that the environment names, and the hosts that are reached without them.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    direct: Vec<Direct>,
}

/// An entry of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq)]
enum Direct {
    All,
    Network(IpAddr, u32),
    Address(IpAddr, Option<String>),
    /// A domain with a leading dot, whether the bare name counts too, and the port.
    Domain(String, bool, Option<String>),
}

impl Proxies {
    /// Takes the values of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; what cannot be read is left out, as Go does.
    pub fn new(http: &str, https: &str, no_proxy: &str) -> Proxies {
        Proxies {
            http: proxy_url(http),
            https: proxy_url(https),
            direct: no_proxy.split(',').filter_map(direct).collect(),
        }
    }

    /// Whether no proxy is ever used.
    pub fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none()
    }

    /// The proxy for a request to a server. The machine itself is never asked for through one.
    pub fn for_server(&self, scheme: &str, host: &str, port: &str) -> Option<&Url> {
        let proxy = match scheme {
            "http" => self.http.as_ref()?,
            "https" => self.https.as_ref()?,
            _ => return None,
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        if host == "localhost" || address.is_some_and(|a| a.is_loopback()) {
            return None;
        }
        let is_direct = self.direct.iter().any(|entry| entry.matches(&host, address, port));
        (!is_direct).then_some(proxy)
    }
}

impl Direct {
    fn matches(&self, host: &str, address: Option<IpAddr>, port: &str) -> bool {
        let same_port = |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == port);
        match (self, address) {
            (Direct::All, _) => true,
            (Direct::Network(network, bits), Some(address)) => {
                prefix(*network, *bits) == prefix(address, *bits)
            }
            (Direct::Address(wanted, port), Some(address)) => *wanted == address && same_port(port),
            (Direct::Domain(domain, bare, port), None) => {
                (host.ends_with(domain.as_str()) || (*bare && host == &domain[1..])) && same_port(port)
            }
            _ => false,
        }
    }
}

/// Family and leading bits of an address.
fn prefix(address: IpAddr, bits: u32) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (true, u128::from(v4.to_bits().checked_shr(32 - bits.min(32)).unwrap_or(0))),
        IpAddr::V6(v6) => (false, v6.to_bits().checked_shr(128 - bits.min(128)).unwrap_or(0)),
    }
}

/// A URL, or `host:port`, which means an HTTP proxy.
fn proxy_url(text: &str) -> Option<Url> {
    if text.is_empty() {
        return None;
    }
    match Url::parse(text) {
        Ok(url) if url.is_absolute() && !url.host.is_empty() => Some(url),
        _ => Url::parse(&format!("http://{text}")).ok(),
    }
}

fn direct(entry: &str) -> Option<Direct> {
    let entry = entry.trim().to_ascii_lowercase();
    if entry == "*" {
        return Some(Direct::All);
    }
    if let Some((network, bits)) = entry.split_once('/')
        && let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>())
        && bits <= if network.is_ipv4() { 32 } else { 128 }
    {
        return Some(Direct::Network(network, bits));
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) if host.starts_with('[') || !host.contains(':') => (host, Some(port.to_owned())),
        _ => (entry.as_str(), None),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(Direct::Address(address, port));
    }
    let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
    match host {
        "" => None,
        _ if host.starts_with('.') => Some(Direct::Domain(host.to_owned(), false, port)),
        _ => Some(Direct::Domain(format!(".{host}"), true, port)),
    }
}

#[cfg(test)]
mod tests {
    use super::Proxies;

    #[test]
    fn no_proxy_is_read_as_go_reads_it() {
        let direct = |list: &str, host: &str, port: &str| {
            Proxies::new("p:3128", "", list).for_server("http", host, port).is_none()
        };
        assert!(direct("", "localhost", "80") && direct("", "127.0.0.2", "80") && direct("", "[::1]", "80"));
        assert!(!direct("", "example.com", "80"));
        assert!(direct("*", "example.com", "80"));
        assert!(
            direct("a, Example.com", "x.example.com", "80") && direct("example.com", "example.com", "80")
        );
        assert!(
            !direct(".example.com", "example.com", "80") && direct("*.example.com", "a.example.com", "80")
        );
        assert!(!direct("example.com", "anexample.com", "80"));
        assert!(
            direct("example.com:81", "example.com", "81") && !direct("example.com:81", "example.com", "80")
        );
        assert!(direct("10.0.0.0/8", "10.1.2.3", "80") && !direct("10.0.0.0/8", "11.1.2.3", "80"));
        assert!(direct("0.0.0.0/0", "11.1.2.3", "80") && direct("fd00::/8", "[fd12::1]", "80"));
        assert!(direct("1.2.3.4", "1.2.3.4", "80") && !direct("1.2.3.4:81", "1.2.3.4", "80"));
    }

    #[test]
    fn schemes_have_their_own_proxy() {
        let proxies = Proxies::new("one:1", "socks5://two:2", "");
        let proxy = |scheme: &str| proxies.for_server(scheme, "example.com", "1").map(ToString::to_string);
        assert_eq!(proxy("http").as_deref(), Some("http://one:1"));
        assert_eq!(proxy("https").as_deref(), Some("socks5://two:2"));
        assert_eq!(proxy("oci"), None);
    }
}
