//! The distribution specification's requests.

use sha2::{Digest, Sha256};

use super::wire::{Answer, Request};
use super::{Content, State, lock};

pub(super) fn digest(content: &[u8]) -> String {
    let digits: String = Sha256::digest(content).iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{digits}")
}

impl Content {
    pub(super) fn put(&mut self, repository: &str, tag: &str, media_type: &str, content: &[u8]) {
        for key in [tag, &digest(content)] {
            let key = (repository.to_owned(), key.to_owned());
            self.manifests.insert(key, (media_type.to_owned(), content.to_vec()));
        }
    }
}

impl State {
    pub(super) fn answer(&self, request: &Request) -> Answer {
        if request.path() == "/token" {
            return self.token(request);
        }
        let Some(path) = request.path().strip_prefix("/v2/") else { return Answer::new(404) };
        let parts: Vec<&str> = path.split('/').collect();
        let action = if matches!(request.method.as_str(), "GET" | "HEAD") { "pull" } else { "push" };
        let (repository, rest) = match parts.iter().position(|p| matches!(*p, "tags" | "manifests" | "blobs"))
        {
            Some(at) => (parts[..at].join("/"), &parts[at..]),
            None => (String::new(), &parts[..0]),
        };
        let scope = (!repository.is_empty()).then_some((repository.as_str(), action));
        if let Some(refusal) = self.refuse(request, scope) {
            return refusal;
        }
        let mut content = lock(&self.content);
        match (request.method.as_str(), rest) {
            ("GET", []) if path.is_empty() => Answer::new(200).body("application/json", b"{}".to_vec()),
            ("GET", ["tags", "list"]) => content.tags(request, &repository),
            ("GET" | "HEAD", ["manifests", key]) => content.manifest(&repository, key),
            ("PUT", ["manifests", key]) => {
                let media_type = request.header("content-type");
                content.put(&repository, key, media_type, &request.body);
                Answer::new(201).header("Docker-Content-Digest", digest(&request.body))
            }
            ("GET" | "HEAD", ["blobs", key]) => content.blob(request, key),
            ("POST", ["blobs", "uploads", ""]) => {
                content.uploads += 1;
                let at = format!("/v2/{repository}/blobs/uploads/{}?_state=x", content.uploads);
                Answer::new(202).header("Location", at)
            }
            ("PUT", ["blobs", "uploads", _]) => {
                let found = digest(&request.body);
                if request.query("digest") != [found.as_str()] {
                    return Answer::error(
                        400,
                        "DIGEST_INVALID",
                        "provided digest did not match uploaded content",
                    );
                }
                content.blobs.insert(found, request.body.clone());
                Answer::new(201)
            }
            _ => Answer::new(404),
        }
    }
}

impl Content {
    fn tags(&self, request: &Request, repository: &str) -> Answer {
        let all = self.manifests.keys().filter(|(name, key)| name == repository && !key.contains(':'));
        let last = request.query("last").pop().unwrap_or_default();
        let tags: Vec<&str> = all.map(|(_, key)| key.as_str()).filter(|key| *key > last.as_str()).collect();
        if tags.is_empty() && last.is_empty() {
            return Answer::error(404, "NAME_UNKNOWN", "repository name not known to registry");
        }
        let size = if self.page == 0 { tags.len() } else { self.page.min(tags.len()) };
        let list: Vec<String> = tags[..size].iter().map(|t| format!("\"{t}\"")).collect();
        let body = format!(r#"{{"name":"{repository}","tags":[{}]}}"#, list.join(","));
        let answer = Answer::new(200).body("application/json", body.into_bytes());
        match (tags.len() > size).then(|| tags[size - 1]) {
            Some(last) => answer
                .header("Link", format!("</v2/{repository}/tags/list?last={last}&n={size}>; rel=\"next\"")),
            None => answer,
        }
    }

    fn manifest(&self, repository: &str, key: &str) -> Answer {
        match self.manifests.get(&(repository.to_owned(), key.to_owned())) {
            Some((media_type, content)) => Answer::new(200)
                .header("Docker-Content-Digest", digest(content))
                .body(media_type, content.clone()),
            None => Answer::error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
        }
    }

    fn blob(&self, request: &Request, key: &str) -> Answer {
        let Some(content) = self.blobs.get(key) else {
            return Answer::error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        };
        let range = request.header("range").strip_prefix("bytes=").and_then(|r| r.strip_suffix('-'));
        let start: Option<usize> = range.and_then(|start| start.parse().ok());
        let answer = |status| {
            Answer::new(status).header("Docker-Content-Digest", key).header("Accept-Ranges", "bytes")
        };
        match start {
            Some(start) if start < content.len() => answer(206)
                .header("Content-Range", format!("bytes {start}-{}/{}", content.len() - 1, content.len()))
                .body("application/octet-stream", content[start..].to_vec()),
            _ => answer(200).body("application/octet-stream", content.clone()),
        }
    }
}
