//! Getting one file: credentials for its repository only, conditional, resumed when it breaks off.

use std::io::{self, Write};

use flate2::write::GzDecoder;
use gonet::Url;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG,
    HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use http::{Method, StatusCode};
use tokio::time::Instant;

use super::{Access, Client, Getter, HttpError, Request, Response, Secret, retry};

/// The largest chart archive that is accepted, in bytes.
pub const CHART_LIMIT: u64 = 100 << 20;

/// The largest index that is accepted, in bytes.
pub const INDEX_LIMIT: u64 = 512 << 20;

/// How often a download that makes progress may break off.
const RESUMPTIONS: u32 = 16;

/// What to get and from whom.
#[derive(Clone, Copy, Debug)]
pub struct Fetch<'a> {
    /// The file.
    pub url: &'a Url,
    /// The repository that the credentials belong to; another scheme, host or port does not get them.
    pub owner: &'a Url,
    /// How servers are spoken to.
    pub access: &'a Access,
    /// `Accept`; empty for none.
    pub accept: &'a str,
    /// What is known of the file already.
    pub known: Option<&'a Validators>,
    /// Whether the server may compress it on the way. Archives are compressed as they are.
    pub compressed: bool,
    /// The most bytes to take.
    pub limit: u64,
}

/// What a server gave with a file, to ask later whether it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    /// `ETag`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub etag: String,
    /// `Last-Modified`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_modified: String,
}

/// How a download ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The file is the one that is known.
    NotModified,
    /// The file is in the sink.
    Whole(Validators),
}

/// Where a file goes. Bytes come in order; after a restart they come from the beginning again.
pub trait Sink: Send {
    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Forgets everything taken so far.
    fn restart(&mut self) -> io::Result<()>;
}

impl Sink for Vec<u8> {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn restart(&mut self) -> io::Result<()> {
        self.clear();
        Ok(())
    }
}

impl Validators {
    fn of(response: &Response) -> Validators {
        let text = |name: &HeaderName| response.header(name).unwrap_or_default().to_owned();
        Validators { etag: text(&ETAG), last_modified: text(&LAST_MODIFIED) }
    }

    /// Whether there is nothing to ask with.
    pub fn is_empty(&self) -> bool {
        self.etag.is_empty() && self.last_modified.is_empty()
    }

    /// What makes sure that two parts are of one file: a strong tag, or the date.
    fn strong(&self) -> Option<&str> {
        if !self.etag.is_empty() && !self.etag.starts_with("W/") {
            return Some(&self.etag);
        }
        Some(self.last_modified.as_str()).filter(|date| !date.is_empty())
    }
}

impl Client {
    /// Gets a file as Helm's getter does: anything but `200 OK` is an error. A connection that breaks off is made
    /// again, and the rest asked for where the server can tell that the file is still the same.
    pub async fn fetch(&self, fetch: Fetch<'_>, sink: &mut dyn Sink) -> Result<Fetched, HttpError> {
        if let Some(getter) = self.getter(&fetch.url.scheme) {
            return get(getter, fetch, sink).await;
        }
        let deadline = fetch.access.timeout.map(|timeout| Instant::now() + timeout);
        let mut download = Download { fetch, taken: 0, validators: Validators::default() };
        let (mut attempt, mut resumptions, mut furthest) = (0, 0, 0);
        loop {
            let request = download.request()?;
            let response = self.request_until(request, fetch.access, deadline).await?;
            match download.receive(response, sink).await {
                Err(error) if error.closed() && resumptions < RESUMPTIONS => {
                    // Only what was never reached before is progress.
                    attempt = if download.taken > furthest { 0 } else { attempt + 1 };
                    furthest = furthest.max(download.taken);
                    let Some(pause) = retry::pause(attempt, None) else { return Err(error) };
                    tokio::time::sleep(pause).await;
                    resumptions += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Gets a file into memory.
    pub async fn fetch_bytes(&self, fetch: Fetch<'_>) -> Result<Vec<u8>, HttpError> {
        let mut bytes = Vec::new();
        self.fetch(fetch, &mut bytes).await?;
        Ok(bytes)
    }
}

/// Gets a file by a protocol of a plugin's.
async fn get(getter: &dyn Getter, fetch: Fetch<'_>, sink: &mut dyn Sink) -> Result<Fetched, HttpError> {
    let Fetch { url, owner, limit, .. } = fetch;
    let mut access = fetch.access.clone();
    if !access.pass_credentials && !url.same_server(owner) {
        access.username.clear();
        access.password = Secret::default();
    }
    let data = getter.get(url, &access).await.map_err(HttpError::Getter)?;
    if data.len() as u64 > limit {
        return Err(HttpError::TooLarge { url: url.without_password(), limit });
    }
    let stored = |e: io::Error| HttpError::Sink(gonet::system_reason(&e));
    sink.restart().map_err(stored)?;
    sink.take(&data).map_err(stored)?;
    Ok(Fetched::Whole(Validators::default()))
}

/// A download on its way.
struct Download<'a> {
    fetch: Fetch<'a>,
    /// Bytes in the sink.
    taken: u64,
    /// What the server said of the file that these bytes are of.
    validators: Validators,
}

impl Download<'_> {
    fn request(&self) -> Result<Request, HttpError> {
        let Fetch { url, owner, access, accept, known, compressed, .. } = self.fetch;
        let mut request = Request::new(Method::GET, url.clone());
        if !accept.is_empty() {
            request = request.header(ACCEPT, accept)?;
        }
        if let Some(authorization) = access.basic()
            && (access.pass_credentials || url.same_server(owner))
        {
            request = request.header(AUTHORIZATION, authorization.reveal())?;
        }
        if let Some(strong) = self.validators.strong().filter(|_| self.taken > 0) {
            let range = format!("bytes={}-", self.taken);
            return request.header(RANGE, &range)?.header(IF_RANGE, strong);
        }
        if compressed {
            request = request.header(ACCEPT_ENCODING, "gzip")?;
        }
        if let Some(known) = known {
            if !known.etag.is_empty() {
                request = request.header(IF_NONE_MATCH, &known.etag)?;
            }
            if !known.last_modified.is_empty() {
                request = request.header(IF_MODIFIED_SINCE, &known.last_modified)?;
            }
        }
        Ok(request)
    }

    async fn receive(&mut self, response: Response, sink: &mut dyn Sink) -> Result<Fetched, HttpError> {
        let stored = |e: io::Error| HttpError::Sink(gonet::system_reason(&e));
        let resumed = response.status == StatusCode::PARTIAL_CONTENT && self.continues(&response);
        match response.status {
            StatusCode::NOT_MODIFIED if self.fetch.known.is_some() && self.taken == 0 => {
                return Ok(Fetched::NotModified);
            }
            StatusCode::OK => {
                sink.restart().map_err(stored)?;
                self.taken = 0;
                self.validators = Validators::of(&response);
            }
            _ if resumed => {}
            _ => {
                return Err(HttpError::Status {
                    url: self.fetch.url.without_password(),
                    code: response.status.as_u16(),
                    status: response.status_text(),
                });
            }
        }
        let length = response.header(&CONTENT_LENGTH).and_then(|v| v.parse::<u64>().ok());
        if self.taken + length.unwrap_or(0) > self.fetch.limit {
            return Err(self.too_large());
        }
        let gzip = response.header(&CONTENT_ENCODING).is_some_and(|e| e.eq_ignore_ascii_case("gzip"));
        if self.fetch.compressed && gzip {
            return self.receive_compressed(response, sink).await;
        }
        let mut response = response;
        while let Some(chunk) = response.chunk().await? {
            if self.taken + chunk.len() as u64 > self.fetch.limit {
                return Err(self.too_large());
            }
            sink.take(&chunk).map_err(stored)?;
            self.taken += chunk.len() as u64;
        }
        Ok(Fetched::Whole(std::mem::take(&mut self.validators)))
    }

    /// A compressed answer cannot be resumed: it starts over when it breaks off.
    async fn receive_compressed(
        &mut self,
        mut response: Response,
        sink: &mut dyn Sink,
    ) -> Result<Fetched, HttpError> {
        let url = self.fetch.url.without_password();
        let limit = self.fetch.limit;
        let mut decoder = GzDecoder::new(Limited { sink, left: limit, exceeded: false });
        let validators = Validators::of(&response);
        self.validators = Validators::default();
        let failed = |decoder: &GzDecoder<Limited<'_>>, e: io::Error| match decoder.get_ref().exceeded {
            true => HttpError::TooLarge { url: url.clone(), limit },
            false => HttpError::Sink(format!("gzip: {}", gonet::system_reason(&e))),
        };
        while let Some(chunk) = response.chunk().await? {
            if let Err(e) = decoder.write_all(&chunk) {
                return Err(failed(&decoder, e));
            }
        }
        if let Err(e) = decoder.try_finish() {
            return Err(failed(&decoder, e));
        }
        Ok(Fetched::Whole(validators))
    }

    /// Whether a partial answer begins where the last one ended.
    fn continues(&self, response: &Response) -> bool {
        let start = response
            .header(&CONTENT_RANGE)
            .and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse::<u64>().ok());
        self.taken > 0 && start == Some(self.taken)
    }

    fn too_large(&self) -> HttpError {
        HttpError::TooLarge { url: self.fetch.url.without_password(), limit: self.fetch.limit }
    }
}

/// Writes into a sink up to a number of bytes.
struct Limited<'a> {
    sink: &'a mut dyn Sink,
    left: u64,
    exceeded: bool,
}

impl Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            self.exceeded = true;
            return Err(io::Error::other("too large"));
        }
        self.sink.take(bytes)?;
        self.left -= bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
