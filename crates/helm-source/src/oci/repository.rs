//! One repository of a registry: the requests of the OCI distribution specification.

use gonet::Url;
use govalue::strconv::quote;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LINK};
use http::{Method, StatusCode};
use serde::Deserialize;

use super::digest::Digest;
use super::error::OciError;
use super::manifest::{ACCEPT as MANIFESTS, Descriptor};
use super::reference::Reference;
use super::session::{Session, refusal};
use crate::http::{HttpError, Request, Response};

/// The most that a manifest or a page of tags may have, as in oras-go.
pub(crate) const METADATA_LIMIT: u64 = 4 << 20;
/// How many pages of tags are read.
const PAGES: usize = 10_000;

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// A repository, and the connections to its registry.
#[derive(Clone, Copy)]
pub(crate) struct Repository<'s> {
    pub(crate) session: &'s Session,
    pub(crate) reference: &'s Reference,
}

/// A manifest's bytes, with their type and digest.
pub(crate) struct Found {
    pub(crate) descriptor: Descriptor,
    pub(crate) content: Vec<u8>,
}

impl Repository<'_> {
    pub(crate) fn url(&self, path: &str) -> Result<Url, OciError> {
        self.session.url(self.reference, &format!("{}/{path}", self.reference.repository))
    }

    /// Sends a request that needs the right to read.
    pub(crate) async fn read(&self, request: Request) -> Result<Response, OciError> {
        self.session.send(request, &[&format!("repository:{}:pull", self.reference.repository)]).await
    }

    /// Sends a request that needs the right to write, which registries understand to be that to read as well.
    pub(crate) async fn write(&self, request: Request) -> Result<Response, OciError> {
        self.session.send(request, &[&format!("repository:{}:pull,push", self.reference.repository)]).await
    }

    fn manifest_request(&self, method: Method, version: &str) -> Result<Request, OciError> {
        let request = Request::new(method, self.url(&format!("manifests/{version}"))?);
        Ok(request.header(ACCEPT, MANIFESTS)?)
    }

    /// Fetches the manifest that the reference names.
    pub(crate) async fn manifest(&self) -> Result<Found, OciError> {
        let version = self.version()?;
        let request = self.manifest_request(Method::GET, &version)?;
        let asked = request.url.clone();
        let response = self.read(request).await?;
        match response.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(OciError::NotFound(self.reference.to_string())),
            _ => return Err(refusal("GET", &asked, response).await),
        }
        let answer = Answered::new("GET", &asked, &response);
        let media_type = answer.media_type()?;
        let announced = answer.digest(self.reference.digest.as_ref())?;
        if answer.length().is_some_and(|length| length > METADATA_LIMIT) {
            return Err(too_large("a manifest", answer.length().unwrap_or(0), METADATA_LIMIT));
        }
        let content = response.bytes(METADATA_LIMIT).await?;
        let digest = self.reference.digest.clone().or(announced).unwrap_or_else(|| Digest::of(&content));
        let mut verifier = digest.verifier();
        verifier.update(&content);
        if !verifier.matches() {
            return Err(OciError::MismatchedDigest);
        }
        Ok(Found { descriptor: Descriptor { media_type, digest, size: content.len() as u64 }, content })
    }

    /// Asks for the digest of the manifest that the reference names.
    pub(crate) async fn resolve(&self) -> Result<Digest, OciError> {
        let version = self.version()?;
        let request = self.manifest_request(Method::HEAD, &version)?;
        let asked = request.url.clone();
        let response = self.read(request).await?;
        match response.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(OciError::NotFound(self.reference.to_string())),
            _ => return Err(refusal("HEAD", &asked, response).await),
        }
        let answer = Answered::new("HEAD", &asked, &response);
        answer.media_type()?;
        let announced = answer.digest(self.reference.digest.as_ref())?;
        announced.or_else(|| self.reference.digest.clone()).ok_or_else(|| {
            OciError::Other("HTTP HEAD request missing required header \"Docker-Content-Digest\"".to_owned())
        })
    }

    fn version(&self) -> Result<String, OciError> {
        self.reference.version().ok_or_else(|| OciError::Other("invalid reference".to_owned()))
    }

    /// All tags, page by page.
    pub(crate) async fn tags(&self) -> Result<Vec<String>, OciError> {
        let mut tags = Vec::new();
        let mut next = Some(self.url("tags/list")?);
        for _ in 0..PAGES {
            let Some(url) = next else { return Ok(tags) };
            let response = self.read(Request::new(Method::GET, url.clone())).await?;
            if response.status != StatusCode::OK {
                return Err(refusal("GET", &url, response).await);
            }
            next = next_page(&url, &response)?;
            let body = response.bytes(METADATA_LIMIT).await?;
            let page: Page = serde_json::from_slice(&body).map_err(|e| OciError::Answer {
                method: "GET".to_owned(),
                url: url.without_password(),
                what: format!("failed to decode response: {}", json_error(&body, &e)),
            })?;
            // A page that links to itself would never end.
            if next.as_ref() == Some(&url) {
                next = None;
            }
            tags.extend(page.tags.unwrap_or_default());
        }
        Err(OciError::Other(format!("tag listing exceeded {PAGES} pages")))
    }
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// Where the `Link` header says that the list goes on. A registry cannot send the client to other servers by it.
fn next_page(asked: &Url, response: &Response) -> Result<Option<Url>, OciError> {
    let Some(link) = response.header(&LINK).filter(|l| !l.is_empty()) else { return Ok(None) };
    let bad =
        |what: &str| Err(OciError::Other(format!("invalid next link {}: {what}", quote(link.as_bytes()))));
    let Some(rest) = link.strip_prefix('<') else { return bad("missing '<'") };
    let Some((target, _)) = rest.split_once('>') else { return bad("missing '>'") };
    let target = Url::parse(target).map_err(|e| OciError::Http(e.into()))?;
    let next = asked.resolve(&target);
    if !next.same_server(asked) {
        return bad(&format!("not the same origin as {}", quote(asked.without_password().as_bytes())));
    }
    Ok(Some(next))
}

/// What Go says of JSON that it cannot read.
pub(crate) fn json_error(text: &[u8], error: &serde_json::Error) -> String {
    match govalue::json::decode(text) {
        Err(e) => e.to_string(),
        Ok(_) => error.to_string(),
    }
}

pub(crate) fn too_large(what: &'static str, size: u64, limit: u64) -> OciError {
    OciError::TooLarge { what, size, limit }
}

/// The headers of an answer, checked.
pub(crate) struct Answered<'a> {
    method: &'static str,
    asked: &'a Url,
    response: &'a Response,
}

impl<'a> Answered<'a> {
    pub(crate) fn new(method: &'static str, asked: &'a Url, response: &'a Response) -> Answered<'a> {
        Answered { method, asked, response }
    }

    pub(crate) fn wrong(&self, what: String) -> OciError {
        OciError::Answer { method: self.method.to_owned(), url: self.asked.without_password(), what }
    }

    /// The media type, without parameters.
    fn media_type(&self) -> Result<String, OciError> {
        let header = self.response.header(&CONTENT_TYPE).unwrap_or_default();
        let media_type = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.is_empty() {
            true => Err(self.wrong("invalid response `Content-Type` header; mime: no media type".to_owned())),
            false => Ok(media_type),
        }
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.response.header(&CONTENT_LENGTH)?.parse().ok()
    }

    /// The digest that the registry announces; one that is not the wanted one is an error.
    pub(crate) fn digest(&self, wanted: Option<&Digest>) -> Result<Option<Digest>, OciError> {
        let Some(text) = self.response.header(&CONTENT_DIGEST).filter(|t| !t.is_empty()) else {
            return Ok(None);
        };
        let digest: Digest = text.parse().map_err(|e| {
            self.wrong(format!("invalid response header value: `Docker-Content-Digest: {text}`; {e}"))
        })?;
        match wanted.filter(|wanted| **wanted != digest) {
            Some(wanted) => Err(self.wrong(format!(
                "invalid response; digest mismatch in Docker-Content-Digest: received \"{digest}\" when \
                 expecting \"{wanted}\""
            ))),
            None => Ok(Some(digest)),
        }
    }
}

impl From<gonet::ParseError> for OciError {
    fn from(error: gonet::ParseError) -> OciError {
        OciError::Http(HttpError::from(error))
    }
}
