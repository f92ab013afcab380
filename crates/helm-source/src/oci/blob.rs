//! Blobs: fetched and verified as they come, uploaded only where they are missing.

use bytes::Bytes;
use gonet::{Url, query_escape};
use govalue::strconv::quote;
use http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE};
use http::{Method, StatusCode};

use super::error::OciError;
use super::manifest::Descriptor;
use super::repository::{Answered, Repository, too_large};
use super::session::refusal;
use crate::http::{Body, HttpError, Request, Response, Sink, retry};

/// How often a download that makes progress may break off.
const RESUMPTIONS: u32 = 16;

impl Repository<'_> {
    /// Fetches a blob into a sink. What does not have the size and the digest of its descriptor is an error.
    pub(crate) async fn blob(&self, blob: &Descriptor, sink: &mut dyn Sink) -> Result<(), OciError> {
        let mut download = Download { blob, taken: 0, verifier: blob.digest.verifier() };
        let (mut attempt, mut resumptions) = (0, 0);
        loop {
            let before = download.taken;
            match download.proceed(self, sink).await {
                Ok(()) => break,
                Err(OciError::Http(error)) if error.closed() && resumptions < RESUMPTIONS => {
                    attempt = if download.taken > before { 0 } else { attempt + 1 };
                    let Some(pause) = retry::pause(attempt, None) else { return Err(download.broken(error)) };
                    tokio::time::sleep(pause).await;
                    resumptions += 1;
                }
                Err(OciError::Http(error @ HttpError::Body { .. })) => return Err(download.broken(error)),
                Err(error) => return Err(error),
            }
        }
        match download.verifier.matches() {
            true => Ok(()),
            false => Err(OciError::MismatchedDigest),
        }
    }

    /// Fetches a small blob into memory.
    pub(crate) async fn small_blob(
        &self,
        blob: &Descriptor,
        what: &'static str,
        limit: u64,
    ) -> Result<Vec<u8>, OciError> {
        if blob.size > limit {
            return Err(too_large(what, blob.size, limit));
        }
        let mut content = Vec::new();
        self.blob(blob, &mut content).await?;
        Ok(content)
    }

    /// Whether the registry has a blob or, by its digest, a manifest.
    pub(crate) async fn has(&self, kind: &str, content: &Descriptor) -> Result<bool, OciError> {
        let mut request = Request::new(Method::HEAD, self.url(&format!("{kind}/{}", content.digest))?);
        if kind == "manifests" {
            request = request.header(http::header::ACCEPT, super::manifest::ACCEPT)?;
        }
        let asked = request.url.clone();
        let response = self.write(request).await?;
        match response.status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(refusal("HEAD", &asked, response).await),
        }
    }

    /// Uploads a blob. A connection that breaks is made again, after a look at what the registry has by then.
    pub(crate) async fn upload(&self, blob: &Descriptor, content: Bytes) -> Result<(), OciError> {
        let mut attempt = 0;
        loop {
            match self.upload_once(blob, content.clone()).await {
                Err(error) if error.is_temporary() => {
                    let Some(pause) = retry::pause(attempt, None) else { return Err(error) };
                    tokio::time::sleep(pause).await;
                    attempt += 1;
                    if matches!(self.has("blobs", blob).await, Ok(true)) {
                        return Ok(());
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// Opens an upload and sends all of it in one request.
    async fn upload_once(&self, blob: &Descriptor, content: Bytes) -> Result<(), OciError> {
        let mut open = Request::new(Method::POST, self.url("blobs/uploads/")?);
        open.repeatable = true;
        let opened_at = open.url.clone();
        let response = self.write(open).await?;
        if response.status != StatusCode::ACCEPTED {
            return Err(refusal("POST", &opened_at, response).await);
        }
        let mut location = upload_location(&opened_at, &response)?;
        let digest = format!("digest={}", query_escape(&blob.digest.to_string()));
        location.query = Some(match location.query.take() {
            Some(query) if !query.is_empty() => format!("{query}&{digest}"),
            _ => digest,
        });
        let mut put =
            Request::new(Method::PUT, location.clone()).header(CONTENT_TYPE, "application/octet-stream")?;
        put.body = Body::Bytes(content);
        let response = self.write(put).await?;
        match response.status {
            StatusCode::CREATED => Ok(()),
            _ => Err(refusal("PUT", &location, response).await),
        }
    }

    /// Stores a manifest under a tag.
    pub(crate) async fn put_manifest(
        &self,
        tag: &str,
        manifest: &Descriptor,
        content: Bytes,
    ) -> Result<(), OciError> {
        let url = self.url(&format!("manifests/{tag}"))?;
        let mut put = Request::new(Method::PUT, url.clone()).header(CONTENT_TYPE, &manifest.media_type)?;
        put.body = Body::Bytes(content);
        // Storing the same content twice is storing it once.
        put.repeatable = true;
        let response = self.write(put).await?;
        if response.status != StatusCode::CREATED {
            return Err(refusal("PUT", &url, response).await);
        }
        Answered::new("PUT", &url, &response).digest(Some(&manifest.digest)).map(drop)
    }
}

/// Where an upload goes: to the registry itself, or credentials would go elsewhere with it.
fn upload_location(asked: &Url, response: &Response) -> Result<Url, OciError> {
    let text = response.header(&LOCATION).unwrap_or_default();
    if text.is_empty() {
        return Err(OciError::Other("http: no Location header in response".to_owned()));
    }
    let mut location = asked.resolve(&Url::parse(text)?);
    // Some registries leave the port out that they were asked at.
    if location.port().is_none() && asked.port() == Some("443") && location.hostname() == asked.hostname() {
        location.host.clone_from(&asked.host);
    }
    let port = |url: &Url| {
        let default = if url.scheme == "https" { "443" } else { "80" };
        url.port().unwrap_or(default).to_owned()
    };
    let shown = quote(location.host.as_bytes());
    if location.hostname() != asked.hostname() || port(&location) != port(asked) {
        let registry = quote(asked.host.as_bytes());
        return Err(OciError::Other(format!(
            "blob upload Location {shown} is on a different host than the registry {registry}"
        )));
    }
    if asked.scheme == "https" && location.scheme != "https" {
        return Err(OciError::Other(format!("blob upload Location {shown} downgrades scheme from https")));
    }
    Ok(location)
}

/// A blob on its way.
struct Download<'d> {
    blob: &'d Descriptor,
    /// Bytes in the sink.
    taken: u64,
    verifier: super::digest::Verifier<'d>,
}

impl Download<'_> {
    /// Asks for what is missing and takes what comes. That the parts fit together is for the digest to say.
    async fn proceed(&mut self, repository: &Repository<'_>, sink: &mut dyn Sink) -> Result<(), OciError> {
        let mut request = Request::new(Method::GET, repository.url(&format!("blobs/{}", self.blob.digest))?);
        if self.taken > 0 {
            request = request.header(RANGE, &format!("bytes={}-", self.taken))?;
        }
        let asked = request.url.clone();
        let mut response = repository.read(request).await?;
        let answer = Answered::new("GET", &asked, &response);
        match response.status {
            StatusCode::PARTIAL_CONTENT if self.continues(&response) => {}
            StatusCode::OK => {
                if answer.length().is_some_and(|length| length != self.blob.size) {
                    return Err(answer.wrong("mismatch Content-Length".to_owned()));
                }
                answer.digest(Some(&self.blob.digest))?;
                self.restart(sink)?;
            }
            StatusCode::NOT_FOUND => return Err(OciError::NotFound(self.blob.digest.to_string())),
            _ => return Err(refusal("GET", &asked, response).await),
        }
        let resumable = response.header(&ACCEPT_RANGES).is_some_and(|r| r == "bytes") || self.taken > 0;
        let outcome = self.receive(&mut response, sink).await;
        if outcome.is_err() && !resumable {
            self.restart(sink)?;
        }
        outcome
    }

    async fn receive(&mut self, response: &mut Response, sink: &mut dyn Sink) -> Result<(), OciError> {
        while let Some(chunk) = response.chunk().await? {
            if self.taken + chunk.len() as u64 > self.blob.size {
                return Err(OciError::TrailingData);
            }
            sink.take(&chunk).map_err(stored)?;
            self.verifier.update(&chunk);
            self.taken += chunk.len() as u64;
        }
        match self.taken == self.blob.size {
            true => Ok(()),
            false => Err(self.short()),
        }
    }

    fn restart(&mut self, sink: &mut dyn Sink) -> Result<(), OciError> {
        sink.restart().map_err(stored)?;
        self.taken = 0;
        self.verifier = self.blob.digest.verifier();
        Ok(())
    }

    /// Whether a partial answer begins where the last one ended.
    fn continues(&self, response: &Response) -> bool {
        let start = response
            .header(&CONTENT_RANGE)
            .and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse::<u64>().ok());
        self.taken > 0 && start == Some(self.taken)
    }

    fn short(&self) -> OciError {
        OciError::Short { expected: self.blob.size, got: self.taken, digest: self.blob.digest.clone() }
    }

    /// An answer that broke off, in the words for content that is too short.
    fn broken(&self, error: HttpError) -> OciError {
        match error {
            HttpError::Body { cause, .. } if cause == "unexpected EOF" => self.short(),
            HttpError::Body { cause, .. } => OciError::Other(format!("read failed: {cause}")),
            other => OciError::Http(other),
        }
    }
}

fn stored(error: std::io::Error) -> OciError {
    OciError::Http(HttpError::Sink(gonet::system_reason(&error)))
}
