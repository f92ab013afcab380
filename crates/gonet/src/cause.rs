//! The words of Go's network packages for what went wrong below HTTP.

use std::error::Error as StdError;
use std::io;

/// Why a request got no answer. `base` is the server's URL, for errors that name the address.
pub fn cause(error: &(dyn StdError + 'static), base: &str) -> String {
    let chain = Chain(Some(error));
    let mut innermost = String::new();
    for error in chain {
        innermost = error.to_string();
        if let Some(io) = error.downcast_ref::<io::Error>()
            && let Some(text) = io_cause(io, base)
        {
            return text;
        }
        if let Some(text) = tls_cause(&innermost) {
            return text;
        }
    }
    if innermost.contains("connection closed before message completed") {
        return "EOF".to_owned();
    }
    if innermost.contains("end of file before message length reached") {
        return "unexpected EOF".to_owned();
    }
    if innermost.contains("failed to lookup address") || innermost.contains("dns error") {
        return lookup_failure(base);
    }
    innermost
}

struct Chain<'a>(Option<&'a (dyn StdError + 'static)>);

impl<'a> Iterator for Chain<'a> {
    type Item = &'a (dyn StdError + 'static);

    fn next(&mut self) -> Option<Self::Item> {
        let error = self.0?;
        // An io::Error made from another error hides it from `source`.
        self.0 = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
        Some(error)
    }
}

fn io_cause(error: &io::Error, base: &str) -> Option<String> {
    let dial = |reason: &str| format!("dial tcp {}: {reason}", dialed(base));
    let text = match error.kind() {
        io::ErrorKind::ConnectionRefused => dial("connect: connection refused"),
        io::ErrorKind::HostUnreachable => dial("connect: no route to host"),
        io::ErrorKind::NetworkUnreachable => dial("connect: network is unreachable"),
        io::ErrorKind::TimedOut => dial("i/o timeout"),
        io::ErrorKind::ConnectionReset => {
            format!("read tcp {}: read: connection reset by peer", dialed(base))
        }
        io::ErrorKind::UnexpectedEof => "EOF".to_owned(),
        _ if error.to_string().contains("failed to lookup address") => lookup_failure(base),
        _ => return None,
    };
    Some(text)
}

/// Go's `crypto/tls` and `crypto/x509` on certificates; rustls says it in the text of its errors.
fn tls_cause(text: &str) -> Option<String> {
    if let Some(alert) = text.strip_prefix("received fatal alert: ") {
        return Some(format!("remote error: tls: {}", alert_words(alert)));
    }
    if text.starts_with("received corrupt message of type InvalidContentType") {
        return Some("http: server gave HTTP response to HTTPS client".to_owned());
    }
    let reason = text.strip_prefix("invalid peer certificate: ")?;
    let words = if reason.starts_with("UnknownIssuer") {
        "x509: certificate signed by unknown authority".to_owned()
    } else if reason.starts_with("Expired") || reason.starts_with("certificate expired") {
        "x509: certificate has expired or is not yet valid".to_owned()
    } else if let Some(words) = wrong_name(reason) {
        words
    } else {
        format!("x509: {reason}")
    };
    Some(format!("tls: failed to verify certificate: {words}"))
}

/// Go's names for what the other side complains of.
fn alert_words(alert: &str) -> String {
    match alert {
        "UnknownCA" => "unknown certificate authority".to_owned(),
        "UnrecognisedName" => "unrecognized name".to_owned(),
        "ProtocolVersion" => "protocol version not supported".to_owned(),
        "DecryptError" => "error decrypting message".to_owned(),
        "NoApplicationProtocol" => "no application protocol".to_owned(),
        _ => {
            let mut words = String::new();
            for c in alert.chars() {
                if c.is_ascii_uppercase() && !words.is_empty() {
                    words.push(' ');
                }
                words.push(c.to_ascii_lowercase());
            }
            words
        }
    }
}

/// Whether the other side closed the connection: what is safe to repeat may be tried again.
pub fn is_closed(error: &(dyn StdError + 'static)) -> bool {
    Chain(Some(error)).any(|error| {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        let text = error.to_string();
        matches!(
            kind,
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe)
        ) || text.contains("connection closed before message completed")
            || text.contains("end of file before message length reached")
    })
}

/// A certificate for other names: rustls names the one wanted, then those there are.
fn wrong_name(reason: &str) -> Option<String> {
    let (wanted, there) = reason.strip_prefix("certificate not valid for name \"")?.split_once('"')?;
    let all = |kind: &str| -> Vec<&str> {
        let names = there.split(kind).skip(1).filter_map(|rest| rest.split(')').next());
        let mut names: Vec<&str> = names.map(|name| name.trim_matches('"')).collect();
        names.dedup();
        names
    };
    let is_address = wanted.parse::<std::net::IpAddr>().is_ok();
    let names = if is_address { all("IpAddress(") } else { all("DnsName(") };
    Some(match names.as_slice() {
        [] if is_address => {
            format!("x509: cannot validate certificate for {wanted} because it doesn't contain any IP SANs")
        }
        [] => format!("x509: certificate is not valid for any names, but wanted to match {wanted}"),
        names => format!("x509: certificate is valid for {}, not {wanted}", names.join(", ")),
    })
}

fn lookup_failure(base: &str) -> String {
    let address = address(base);
    let host = address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host);
    match name_server() {
        Some(server) => format!("dial tcp: lookup {host} on {server}: no such host"),
        None => format!("dial tcp: lookup {host}: no such host"),
    }
}

/// The first name server of the system, which Go's own resolver asks and names.
fn name_server() -> Option<String> {
    let text = std::fs::read_to_string("/etc/resolv.conf").ok()?;
    let server =
        text.lines().find_map(|line| line.trim().strip_prefix("nameserver")?.split_whitespace().next())?;
    Some(if server.contains(':') { format!("[{server}]:53") } else { format!("{server}:53") })
}

/// The system's reason without the number Rust appends, in Go's lower case.
pub fn system_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}

/// `address:port` that a connection was tried to, the name resolved where there was one.
fn dialed(base: &str) -> String {
    use std::net::{SocketAddr, ToSocketAddrs};

    let address = address(base);
    let resolved: Vec<SocketAddr> = address.to_socket_addrs().map(Iterator::collect).unwrap_or_default();
    // Go tries addresses of both families and tells of the IPv4 one, where there is one.
    match resolved.iter().find(|resolved| resolved.is_ipv4()).or(resolved.first()) {
        Some(resolved) => resolved.to_string(),
        None => address,
    }
}

/// `host:port` of a URL.
fn address(base: &str) -> String {
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:{}", if scheme == "https" { 443 } else { 80 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_refused_in_words_of_go() {
        let refused =
            |reason: &str| tls_cause(&format!("invalid peer certificate: {reason}")).expect("a cause");
        let words = "tls: failed to verify certificate: x509: ";
        let names = "certificate is only valid for DnsName(\"a.b\"), DnsName(\"c\") or IpAddress(1.2.3.4)";
        assert_eq!(
            refused(&format!("certificate not valid for name \"x\"; {names}")),
            format!("{words}certificate is valid for a.b, c, not x")
        );
        assert_eq!(
            refused(&format!("certificate not valid for name \"5.6.7.8\"; {names}")),
            format!("{words}certificate is valid for 1.2.3.4, not 5.6.7.8")
        );
        assert_eq!(
            refused(
                "certificate not valid for name \"5.6.7.8\"; certificate is only valid for DnsName(\"c\")"
            ),
            format!("{words}cannot validate certificate for 5.6.7.8 because it doesn't contain any IP SANs")
        );
        assert_eq!(refused("UnknownIssuer"), format!("{words}certificate signed by unknown authority"));
        assert_eq!(tls_cause("something else"), None);
    }

    #[test]
    fn addresses_have_a_port() {
        assert_eq!(address("https://a.b"), "a.b:443");
        assert_eq!(address("http://a.b/x"), "a.b:80");
        assert_eq!(address("https://[::1]:6443"), "[::1]:6443");
        assert_eq!(address("https://[::1]"), "[::1]:443");
    }
}
