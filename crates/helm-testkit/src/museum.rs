//! A chart repository that can be written to, with the interface of ChartMuseum: upload, delete, list, index.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use crate::files::content;
use crate::http::{Request, Response, Server};

/// Archives and provenance files by their names.
type Stored = BTreeMap<String, Vec<u8>>;

/// Starts an empty repository. `POST /api/charts` and `/api/prov` take an archive or a provenance file as the body,
/// `DELETE /api/charts/NAME/VERSION` removes, `GET /index.yaml` and `/charts/FILE` are what Helm reads.
pub fn serve() -> Server {
    let stored: Arc<Mutex<Stored>> = Arc::default();
    Server::start(move |request| {
        let mut stored = stored.lock().expect("no thread panicked");
        answer(&mut stored, request)
    })
}

fn answer(stored: &mut Stored, request: &Request) -> Response {
    let parts: Vec<&str> = request.path.split('/').filter(|p| !p.is_empty()).collect();
    match (request.method.as_str(), &parts[..]) {
        ("GET" | "HEAD", ["index.yaml"]) => {
            content(index(stored).into_bytes(), request).header("Content-Type", "application/x-yaml")
        }
        ("GET" | "HEAD", ["charts", file]) => match stored.get(*file) {
            Some(data) => content(data.clone(), request),
            None => Response::not_found(),
        },
        ("POST", ["api", "charts"]) => match chart_file(&request.body) {
            Some((name, version, _)) => put(stored, request, &format!("{name}-{version}.tgz")),
            None => Response::new("400 Bad Request", "{\"error\":\"no chart\"}"),
        },
        ("POST", ["api", "prov"]) => match provenance_name(&request.body) {
            Some(name) => put(stored, request, &name),
            None => Response::new("400 Bad Request", "{\"error\":\"no provenance file\"}"),
        },
        ("DELETE", ["api", "charts", name, version]) => {
            let file = format!("{name}-{version}.tgz");
            stored.remove(&format!("{file}.prov"));
            match stored.remove(&file) {
                Some(_) => Response::ok("{\"deleted\":true}"),
                None => Response::not_found(),
            }
        }
        ("GET", ["health"]) => Response::ok("{\"healthy\":true}"),
        _ => Response::not_found(),
    }
}

fn put(stored: &mut Stored, request: &Request, name: &str) -> Response {
    let force = request.query.split('&').any(|q| q == "force" || q == "force=true");
    if stored.contains_key(name) && !force {
        return Response::new("409 Conflict", format!("{{\"error\":\"{name} already exists\"}}"));
    }
    stored.insert(name.to_owned(), request.body.clone());
    Response::new("201 Created", "{\"saved\":true}")
}

/// Name, version and `Chart.yaml` of an archive.
fn chart_file(archive: &[u8]) -> Option<(String, String, String)> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let path = entry.path().ok()?.into_owned();
        if path.ends_with("Chart.yaml") && path.components().count() == 2 {
            let mut text = String::new();
            entry.read_to_string(&mut text).ok()?;
            let field = |name: &str| {
                let value = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(':'))?;
                Some(value.trim().trim_matches('"').to_owned())
            };
            return Some((field("name")?, field("version")?, text));
        }
    }
    None
}

/// The archive that a provenance file speaks of, with `.prov`.
fn provenance_name(data: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(data);
    let line = text.lines().find(|l| l.contains(".tgz: sha256:"))?;
    Some(format!("{}.prov", line.split(':').next()?.trim()))
}

fn index(stored: &Stored) -> String {
    let mut charts: BTreeMap<String, String> = BTreeMap::new();
    for (file, data) in stored.iter().filter(|(file, _)| file.ends_with(".tgz")) {
        let Some((name, _, chart)) = chart_file(data) else { continue };
        let digest: String = Sha256::digest(data).iter().map(|b| format!("{b:02x}")).collect();
        let entry = charts.entry(name).or_default();
        *entry += &format!("  - urls: [charts/{file}]\n    digest: {digest}\n");
        *entry += "    created: \"2026-01-02T03:04:05.678Z\"\n";
        for line in chart.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
            *entry += &format!("    {line}\n");
        }
    }
    let mut text = "apiVersion: v1\ngenerated: \"2026-01-02T03:04:05Z\"\nserverInfo: {}\n".to_owned();
    text += if charts.is_empty() { "entries: {}\n" } else { "entries:\n" };
    for (name, versions) in charts {
        text += &format!("  {name}:\n{versions}");
    }
    text
}
