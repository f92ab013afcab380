//! `urlParse` and `urlJoin`: Go's package `net/url`.

mod address;
mod url;

use govalue::{Key, Kind, Map, Str, Value};

use crate::function::{Outcome, functions};
use crate::panics;
use url::{Url, UserInfo};

functions! { FUNCTIONS:
    "urlParse" (string) -> dict = parse;
    "urlJoin" (dict) -> string = join;
}

fn parse(text: &Str) -> Outcome<Map> {
    let url = Url::parse(text).map_err(|e| format!("unable to parse url: {e}"))?;
    let user = url.user.as_ref().map(UserInfo::to_bytes).unwrap_or_default();
    let hostname = url.hostname().to_vec();
    let parts: [(&str, Vec<u8>); 8] = [
        ("fragment", url.fragment),
        ("host", url.host),
        ("hostname", hostname),
        ("opaque", url.opaque),
        ("path", url.path),
        ("query", url.raw_query),
        ("scheme", url.scheme),
        ("userinfo", user),
    ];
    Ok(parts.into_iter().map(|(name, part)| (Key::from(name), Value::Str(part.into()))).collect())
}

fn join(parts: Map) -> Outcome<Str> {
    let part = |name: &str| text_part(&parts, name);
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        raw_query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        ..Url::default()
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let carrier = [b"proto://", &user[..], b"@host"].concat();
        url.user = Url::parse(&carrier).map_err(|e| format!("unable to parse userinfo in dict: {e}"))?.user;
    }
    Ok(url.to_bytes().into())
}

/// A text in the dictionary; empty when it is not there.
fn text_part(parts: &Map, name: &str) -> Outcome<Vec<u8>> {
    match parts.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Str(s)) => Ok(s.to_vec()),
        Some(Value::Nil) => Err(panics::nil_dereference()),
        Some(v) if v.kind() == Kind::String => match &v {
            Value::Object(o) => {
                Ok(o.underlying().and_then(|v| Some(v.as_str()?.to_vec())).unwrap_or_default())
            }
            _ => Ok(Vec::new()),
        },
        Some(v) => {
            Err(format!("unable to parse {name} key, must be of type string, but {} found", v.kind()).into())
        }
    }
}
