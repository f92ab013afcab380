//! A folder as a web server shows it: with `ETag`, ranges and conditions.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::http::{Request, Response, Server};

/// Serves a folder.
pub fn serve(folder: &Path) -> Server {
    let folder = folder.to_path_buf();
    Server::start(move |request| answer(&folder, request))
}

/// Serves a folder to those who know user and password (basic authentication).
pub fn serve_to(folder: &Path, authorization: &str) -> Server {
    let (folder, authorization) = (folder.to_path_buf(), authorization.to_owned());
    Server::start(move |request| match request.header("authorization") {
        Some(given) if given == authorization => answer(&folder, request),
        _ => Response::new("401 Unauthorized", "who are you?\n")
            .header("WWW-Authenticate", "Basic realm=\"charts\""),
    })
}

/// What a folder answers to a request: conditions (`If-None-Match`) and ranges (`Range`, `If-Range`) are kept.
pub fn answer(folder: &Path, request: &Request) -> Response {
    let path: PathBuf =
        folder.join(request.path.split('/').filter(|p| !p.is_empty() && *p != "..").collect::<PathBuf>());
    match std::fs::read(&path) {
        Ok(data) => content(data, request),
        Err(_) => Response::not_found(),
    }
}

/// What a file answers to a request.
pub fn content(data: Vec<u8>, request: &Request) -> Response {
    let etag: String = Sha256::digest(&data).iter().take(8).map(|b| format!("{b:02x}")).collect();
    let etag = format!("\"{etag}\"");
    if request.header("if-none-match") == Some(&etag) {
        return Response::new("304 Not Modified", "").header("ETag", &etag);
    }
    let same = request.header("if-range").is_none_or(|tag| tag == etag);
    let start = request
        .header("range")
        .filter(|_| same)
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match start {
        Some(start) if start < data.len() => {
            let range = format!("bytes {start}-{}/{}", data.len() - 1, data.len());
            Response::new("206 Partial Content", &data[start..])
                .header("Content-Range", &range)
                .header("ETag", &etag)
        }
        _ => Response::ok(data).header("ETag", &etag),
    }
}
