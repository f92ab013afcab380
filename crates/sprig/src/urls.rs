//! `urlParse` and `urlJoin`: Go's package `net/url`.

use gourl::{Parts, UserInfo};
use govalue::{Key, Kind, Map, Str, Value};

use crate::function::{Outcome, functions};
use crate::panics;

functions! { FUNCTIONS:
    "urlParse" (string) -> dict = parse;
    "urlJoin" (dict) -> string = join;
}

fn parse(text: &Str) -> Outcome<Map> {
    let url = Parts::parse(text).map_err(|e| format!("unable to parse url: {e}"))?;
    let user = url.user.as_ref().map(UserInfo::escaped).unwrap_or_default();
    let parts: [(&str, &[u8]); 8] = [
        ("fragment", &url.fragment),
        ("host", &url.host),
        ("hostname", url.hostname()),
        ("opaque", &url.opaque),
        ("path", &url.path),
        ("query", url.raw_query.as_deref().unwrap_or_default()),
        ("scheme", &url.scheme),
        ("userinfo", user.as_bytes()),
    ];
    Ok(parts.into_iter().map(|(name, part)| (Key::from(name), Value::Str(part.into()))).collect())
}

fn join(parts: Map) -> Outcome<Str> {
    let part = |name: &str| text_part(&parts, name);
    let mut url = Parts {
        scheme: part("scheme")?.into(),
        host: part("host")?.into(),
        path: part("path")?.into(),
        raw_query: Some(part("query")?).filter(|query| !query.is_empty()).map(Into::into),
        opaque: part("opaque")?.into(),
        fragment: part("fragment")?.into(),
        ..Parts::default()
    };
    let user = part("userinfo")?;
    let carrier = [b"proto://", &user[..], b"@host"].concat();
    if !user.is_empty() {
        url.user = Parts::parse(&carrier).map_err(|e| format!("unable to parse userinfo in dict: {e}"))?.user;
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
