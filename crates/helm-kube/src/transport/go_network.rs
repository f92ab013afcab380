//! The words of Go's network packages for what went wrong below HTTP.

use std::error::Error as StdError;
use std::io;

/// Why a request got no answer. `base` is the server's URL, for errors that name the address.
pub(super) fn cause(error: &(dyn StdError + 'static), base: &str) -> String {
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
    let address = address(base);
    let text = match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("dial tcp {address}: connect: connection refused"),
        io::ErrorKind::HostUnreachable => format!("dial tcp {address}: connect: no route to host"),
        io::ErrorKind::NetworkUnreachable => format!("dial tcp {address}: connect: network is unreachable"),
        io::ErrorKind::TimedOut => format!("dial tcp {address}: i/o timeout"),
        io::ErrorKind::ConnectionReset => format!("read tcp {address}: read: connection reset by peer"),
        io::ErrorKind::UnexpectedEof => "EOF".to_owned(),
        _ if error.to_string().contains("failed to lookup address") => lookup_failure(base),
        _ => return None,
    };
    Some(text)
}

/// Go's `crypto/tls` and `crypto/x509` on certificates; rustls says it in the text of its errors.
fn tls_cause(text: &str) -> Option<String> {
    let reason = text.strip_prefix("invalid peer certificate: ")?;
    let words = if reason.starts_with("UnknownIssuer") {
        "x509: certificate signed by unknown authority".to_owned()
    } else if reason.starts_with("Expired") || reason.starts_with("certificate expired") {
        "x509: certificate has expired or is not yet valid".to_owned()
    } else {
        format!("x509: {reason}")
    };
    Some(format!("tls: failed to verify certificate: {words}"))
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
pub(crate) fn system_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}

/// `host:port` of a URL.
fn address(base: &str) -> String {
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    let authority = rest.split('/').next().unwrap_or_default();
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:{}", if scheme == "https" { 443 } else { 80 })
    }
}
