//! From a reference to an archive: which repository it belongs to, where it is, whether it is the right one.

use std::path::{Path, PathBuf};

use gonet::Url;

use crate::http::{Access, CHART_LIMIT, Fetch, Fetched, INDEX_LIMIT, Validators};
use crate::provenance::{Verification, verify_archive};
use crate::repositories::{Entry, File};
use crate::{ContentCache, Index, IndexError, SourceError, Sources, content, files, index, oci, parse};

/// `Accept` of requests for archives, as Helm sends it.
pub(crate) const ARCHIVES: &str = "application/gzip,application/octet-stream";

/// What flags say of the chart that is meant.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Version, range, or empty for the newest stable one.
    pub version: String,
    /// Repository to look in (`--repo`), or empty.
    pub repository: String,
    /// How servers are spoken to.
    pub access: Access,
    /// What happens with the provenance file.
    pub verify: Verify,
    /// The keys to verify with.
    pub keyring: PathBuf,
}

/// What happens with a chart's provenance file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Nothing.
    #[default]
    Never,
    /// It is fetched and checked where there is one; a missing one is remarked.
    IfPossible,
    /// It is fetched and must be good.
    Always,
    /// It is fetched where there is one, and not looked at.
    Later,
}

/// Where an archive is.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The archive.
    pub url: Url,
    /// The repository that credentials belong to.
    pub owner: Url,
    /// How its server is spoken to.
    pub access: Access,
    /// SHA-256 of the archive in hexadecimal, where the index has it.
    pub digest: Option<String>,
}

/// A chart in a folder.
#[derive(Clone, Debug)]
pub struct Downloaded {
    /// The archive.
    pub path: PathBuf,
    /// What its signature says, where it was checked.
    pub verification: Option<Verification>,
    /// Lines for the user: a signature that is missing.
    pub messages: Vec<String>,
    /// `oci://…` with the tag that was taken, for charts out of registries.
    pub registry_url: Option<String>,
}

/// An archive with its name, and its provenance file where that was asked for.
struct Archive {
    name: String,
    data: Vec<u8>,
    provenance: Option<Vec<u8>>,
    messages: Vec<String>,
    registry_url: Option<String>,
    /// Where Helm 4 looks for the chart in the content cache when it was asked for by the digest of its manifest.
    second_key: Option<oci::Digest>,
}

/// Finds where the archive of a reference is: a URL, `repository/name`, or a name in the repository of the query.
pub async fn resolve(sources: &Sources, reference: &str, query: &Query) -> Result<Resolved, SourceError> {
    if !query.repository.is_empty() {
        return resolve_in(sources, &query.repository, reference, query).await;
    }
    let url = Url::parse(reference).map_err(|_| SourceError::InvalidUrl(gonet::mask_password(reference)))?;
    let known = File::load_or_default(&sources.places.repository_config)?;
    if url.is_absolute() && !url.host.is_empty() && !url.path.is_empty() {
        return resolve_url(sources, url, &known, query);
    }
    let path = url.decoded_path();
    let Some((repository, chart)) = path.split_once('/') else {
        return Err(SourceError::BareName(url.to_string()));
    };
    let entry = known.get(repository).ok_or_else(|| SourceError::UnknownRepository(repository.to_owned()))?;
    if entry.url.is_empty() {
        return Err(SourceError::NoUrl(repository.to_owned()));
    }
    let base = repository_url(sources, &entry.url)?;
    let index = index::cached(sources, repository).map_err(SourceError::NoCachedIndex)?;
    let found = select(sources, &index, chart, &query.version).map_err(|reason| SourceError::NotInIndex {
        chart: chart.to_owned(),
        version: query.version.clone(),
        repository: repository.to_owned(),
        reason,
    })?;
    let Some(first) = found.urls().next() else {
        return Err(SourceError::NoDownload(format!("chart {}", crate::quoted(reference))));
    };
    let url =
        in_repository(&base, first).map_err(|_| SourceError::InvalidUrl(gonet::mask_password(reference)))?;
    Ok(Resolved {
        url,
        owner: base,
        access: access_of(entry, &query.access),
        digest: digest(found.digest(), sources)?,
    })
}

/// An address that is given whole. Helm looks through all indexes for a repository that lists it, whose credentials
/// and certificates it then takes.
fn resolve_url(sources: &Sources, url: Url, known: &File, query: &Query) -> Result<Resolved, SourceError> {
    for entry in &known.repositories {
        let index = index::cached(sources, &entry.name).map_err(SourceError::NoCachedIndex)?;
        let listed = index.charts().flat_map(|c| c.versions()).any(|v| v.urls().any(|u| same(&url, u)));
        if listed {
            let owner = repository_url(sources, &entry.url)?;
            return Ok(Resolved { url, owner, access: access_of(entry, &query.access), digest: None });
        }
    }
    Ok(Resolved { owner: url.clone(), url, access: query.access.clone(), digest: None })
}

/// Helm's `urlutil.Equal`.
fn same(url: &Url, listed: &str) -> bool {
    let cleaned = |url: &Url| {
        let path = if url.path.is_empty() { "/" } else { &url.path };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        Url { path: format!("/{}", parts.join("/")), ..url.clone() }
    };
    // Most are told apart by their ends, without being taken to pieces.
    let end = url.path.rsplit('/').next().unwrap_or_default();
    listed.contains(end) && Url::parse(listed).is_ok_and(|listed| cleaned(&listed) == cleaned(url))
}

/// A chart in the repository of `--repo`, whose index is fetched for the purpose.
async fn resolve_in(
    sources: &Sources,
    repository: &str,
    chart: &str,
    query: &Query,
) -> Result<Resolved, SourceError> {
    let base = repository_url(sources, repository)?;
    let index = index_at(sources, &base, &query.access)
        .await
        .map_err(|source| unreachable_repository(&base, source))?;
    index::remark(sources, &index, &base.without_password());
    let mut wanted = format!("chart {}", crate::quoted(chart));
    if !query.version.is_empty() {
        wanted += &format!(" version {}", crate::quoted(&query.version));
    }
    let found = select(sources, &index, chart, &query.version).map_err(|_| SourceError::NotInRepository {
        chart: wanted.clone(),
        repository: base.without_password(),
    })?;
    let first = found.urls().next().ok_or(SourceError::NoDownload(wanted))?;
    let url = in_repository(&base, first)?;
    let digest = digest(found.digest(), sources)?;
    let known = File::load_or_default(&sources.places.repository_config)?;
    let mut resolved = resolve_url(sources, url, &known, query)?;
    if resolved.owner == resolved.url {
        resolved.owner = base;
    }
    Ok(Resolved { digest, ..resolved })
}

/// The index of a repository that is known by its address only. One whose server can tell whether it changed is kept.
async fn index_at(sources: &Sources, base: &Url, access: &Access) -> Result<Index, SourceError> {
    let cache = &sources.places.repository_cache;
    let kept = index::at_address(cache, base);
    let known = kept.as_ref().map(Index::validators);
    match (fetch_index(sources, base, access, known.as_ref()).await?, kept) {
        (None, Some(index)) => Ok(index),
        (None, None) => Err(SourceError::Index(IndexError::Empty)),
        (Some((data, validators)), _) => {
            let index = parse(&data, &validators, sources.compat)?;
            if !validators.is_empty() {
                // A cache that cannot be written to costs time only.
                let _ = index::keep_address(cache, base, &index);
            }
            Ok(index)
        }
    }
}

/// What is said of a repository whose index cannot be had.
pub(crate) fn unreachable_repository(url: &Url, source: SourceError) -> SourceError {
    SourceError::Repository { url: url.without_password(), source: Box::new(source) }
}

/// Gets the index of a repository; `None` when it is the one that is known.
pub(crate) async fn fetch_index(
    sources: &Sources,
    base: &Url,
    access: &Access,
    known: Option<&Validators>,
) -> Result<Option<(Vec<u8>, Validators)>, SourceError> {
    let url = in_repository(base, "index.yaml")?;
    let mut data = Vec::new();
    let fetch =
        Fetch { url: &url, owner: base, access, accept: "", known, compressed: true, limit: INDEX_LIMIT };
    match sources.client.fetch(fetch, &mut data).await? {
        Fetched::NotModified => Ok(None),
        Fetched::Whole(validators) => Ok(Some((data, validators))),
    }
}

/// The version in an index that is meant, with Helm's remark when that is not quite the one asked for.
fn select<'a>(
    sources: &Sources,
    index: &'a Index,
    chart: &str,
    version: &str,
) -> Result<crate::Version<'a>, String> {
    let found = index.get(chart, version).map_err(|e| e.to_string())?;
    if !version.is_empty() && found.version() != version && sources.compat == helm_chart::Compat::V4 {
        if is_range(version) {
            let fields = [("chart", chart), ("constraint", version), ("selected", found.version())];
            sources.debug("selected version matching constraint", &fields);
        } else {
            sources.warn(
                "unable to find exact version requested; falling back to closest available version",
                &[("chart", chart), ("requested", version), ("selected", found.version())],
                String::new(),
            );
        }
    }
    Ok(found)
}

/// Whether a version is a range on purpose; `1.2` is one by accident.
fn is_range(version: &str) -> bool {
    version.contains(['^', '~', '<', '>', '=', '!', '*'])
        || version.contains("||")
        || version.contains(" - ")
        || version.split(['-', '+']).next().is_some_and(|core| core.contains(['x', 'X']))
}

/// The address of a repository, if there is a getter for its protocol.
pub(crate) fn repository_url(sources: &Sources, url: &str) -> Result<Url, SourceError> {
    let parsed = Url::parse(url).map_err(|_| SourceError::InvalidUrl(gonet::mask_password(url)))?;
    match sources.client.speaks(&parsed.scheme) {
        true => Ok(parsed),
        false => Err(SourceError::RepositoryScheme(parsed.scheme)),
    }
}

/// What an index says of a place, beside the repository; the repository's query (a token, mostly) goes along.
pub(crate) fn in_repository(base: &Url, reference: &str) -> Result<Url, gonet::ParseError> {
    let reference = Url::parse(reference)?;
    if reference.is_absolute() {
        return Ok(reference);
    }
    let folder = Url { path: format!("{}/", base.path.trim_end_matches('/')), ..base.clone() };
    Ok(Url { query: base.query.clone(), ..folder.resolve(&reference) })
}

/// A repository's own access over what flags say.
fn access_of(entry: &Entry, flags: &Access) -> Access {
    let mut access = flags.clone();
    if !(entry.cert_file.is_empty() && entry.key_file.is_empty() && entry.ca_file.is_empty()) {
        access.cert_file.clone_from(&entry.cert_file);
        access.key_file.clone_from(&entry.key_file);
        access.ca_file.clone_from(&entry.ca_file);
    }
    if !entry.username.is_empty() && !entry.password.is_empty() {
        access.username.clone_from(&entry.username);
        access.password.clone_from(&entry.password);
        access.pass_credentials = entry.pass_credentials_all;
    }
    access.insecure_skip_tls_verify |= entry.insecure_skip_tls_verify;
    access
}

/// The digest of an index without its algorithm; Helm 3 does not look at it, so what is none is left alone there.
fn digest(text: &str, sources: &Sources) -> Result<Option<String>, SourceError> {
    let digest = text.split_once(':').map_or(text, |(_, digest)| digest);
    if digest.is_empty() {
        return Ok(None);
    }
    let digest = digest.to_ascii_lowercase();
    let bad = digest.chars().find(|c| !c.is_ascii_hexdigit());
    let problem = match bad {
        Some(c) => format!("encoding/hex: invalid byte: U+{:04X}{}", u32::from(c), go_character(c)),
        None if digest.len() % 2 == 1 => "encoding/hex: odd length hex string".to_owned(),
        None if digest.len() != 64 => {
            let length = digest.len() / 2;
            return match sources.compat {
                helm_chart::Compat::V3 => Ok(None),
                helm_chart::Compat::V4 => Err(SourceError::File(format!("invalid digest length: {length}"))),
            };
        }
        None => return Ok(Some(digest)),
    };
    match sources.compat {
        helm_chart::Compat::V3 => Ok(None),
        helm_chart::Compat::V4 => Err(SourceError::Digest(problem)),
    }
}

/// Go's `%#U` of a character, without its number.
fn go_character(c: char) -> String {
    if govalue::strconv::is_print(c) { format!(" '{c}'") } else { String::new() }
}

/// Gets the archive of a chart, out of the content cache where it is there, and makes sure that it is the one of the
/// index.
pub async fn fetch_chart(sources: &Sources, resolved: &Resolved) -> Result<Vec<u8>, SourceError> {
    let cache = ContentCache::new(&sources.places.content_cache);
    if let Some(digest) = &resolved.digest
        && let Some(data) = cache.chart(digest)
    {
        return Ok(data);
    }
    let data = get(sources, resolved, &resolved.url).await?;
    if let Some(wanted) = &resolved.digest {
        let found = content::sha256(&data);
        if found != *wanted {
            let url = resolved.url.without_password();
            return Err(SourceError::WrongDigest { url, wanted: wanted.clone(), found });
        }
    }
    Ok(data)
}

async fn get(sources: &Sources, resolved: &Resolved, url: &Url) -> Result<Vec<u8>, SourceError> {
    if !sources.client.speaks(&url.scheme) {
        return Err(SourceError::Scheme(url.scheme.clone()));
    }
    let fetch = Fetch {
        url,
        owner: &resolved.owner,
        access: &resolved.access,
        accept: ARCHIVES,
        known: None,
        compressed: false,
        limit: CHART_LIMIT,
    };
    Ok(sources.client.fetch_bytes(fetch).await?)
}

/// Gets a chart, and its provenance file where that is wanted.
async fn archive(sources: &Sources, reference: &str, query: &Query) -> Result<Archive, SourceError> {
    if query.repository.is_empty() && oci::is_oci(reference) {
        let wanted = query.verify != Verify::Never;
        let pulled = oci::pull(sources, reference, &query.version, &query.access, wanted).await?;
        let mut messages = Vec::new();
        if wanted && pulled.provenance.is_none() {
            let error = oci::missing_layer(oci::PROVENANCE_LAYER);
            missing_provenance(query, reference, &format!("{}.prov", pulled.url), &error, &mut messages)?;
        }
        return Ok(Archive {
            name: pulled.file_name,
            data: pulled.archive,
            provenance: pulled.provenance,
            messages,
            registry_url: Some(pulled.url),
            second_key: pulled.cache_key,
        });
    }
    // Helm makes a client for registries before it looks at the reference.
    let registry = query.access.for_registry();
    if !registry.ca_file.is_empty() || !registry.cert_file.is_empty() {
        sources.client.check(&registry).map_err(oci::OciError::NoClient)?;
    }
    let resolved = resolve(sources, reference, query).await?;
    let data = fetch_chart(sources, &resolved).await?;
    let name = file_name(&resolved.url);
    let mut messages = Vec::new();
    let mut provenance = None;
    if query.verify != Verify::Never {
        let cache = ContentCache::new(&sources.places.content_cache);
        provenance = resolved.digest.as_deref().and_then(|digest| cache.provenance(digest));
        if provenance.is_none() {
            let url = Url { path: format!("{}.prov", resolved.url.path), ..resolved.url.clone() };
            match get(sources, &resolved, &url).await {
                Ok(data) => provenance = Some(data),
                Err(error) => {
                    let url = url.without_password();
                    // A name in the repository of `--repo` is an address by now.
                    let address = resolved.url.to_string();
                    let shown = if query.repository.is_empty() { reference } else { &address };
                    missing_provenance(query, shown, &url, &error.to_string(), &mut messages)?;
                }
            }
        }
    }
    Ok(Archive { name, data, provenance, messages, registry_url: None, second_key: None })
}

/// Without its provenance file a chart that must be verified is refused, another one is remarked upon.
fn missing_provenance(
    query: &Query,
    reference: &str,
    url: &str,
    error: &str,
    messages: &mut Vec<String>,
) -> Result<(), SourceError> {
    if query.verify == Verify::Always {
        return Err(SourceError::NoProvenance(url.to_owned()));
    }
    let reference = gonet::mask_password(reference);
    messages.push(format!("WARNING: Verification not found for {reference}: {error}"));
    Ok(())
}

/// The last part of a URL's path, which Helm names files after.
fn file_name(url: &Url) -> String {
    let path = url.decoded_path();
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match name {
        "" | "." | ".." => "chart.tgz".to_owned(),
        name => name.to_owned(),
    }
}

impl Archive {
    fn verified(
        &self,
        query: &Query,
        compat: helm_chart::Compat,
    ) -> Result<Option<Verification>, SourceError> {
        match (&self.provenance, query.verify) {
            (Some(provenance), Verify::Always | Verify::IfPossible) => {
                Ok(Some(verify_archive(&self.data, provenance, &self.name, &query.keyring, compat)?))
            }
            _ => Ok(None),
        }
    }
}

/// Puts a chart, and its provenance file where that is wanted, into a folder. Nothing is written before everything is
/// there and good.
pub async fn download(
    sources: &Sources,
    reference: &str,
    query: &Query,
    folder: &Path,
) -> Result<Downloaded, SourceError> {
    let archive = archive(sources, reference, query).await?;
    let verification = archive.verified(query, sources.compat)?;
    let path = folder.join(&archive.name);
    write(&path, &archive.data)?;
    if let Some(provenance) = &archive.provenance {
        let mut name = path.clone().into_os_string();
        name.push(".prov");
        write(Path::new(&name), provenance)?;
    }
    Ok(Downloaded { path, verification, messages: archive.messages, registry_url: archive.registry_url })
}

/// Puts a chart into the content cache and answers its path there.
pub(crate) async fn download_to_cache(
    sources: &Sources,
    reference: &str,
    query: &Query,
) -> Result<Downloaded, SourceError> {
    let archive = archive(sources, reference, query).await.map_err(|e| match e {
        SourceError::Digest(problem) => SourceError::Digest(format!("unable to decode digest: {problem}")),
        other => other,
    })?;
    let verification = archive.verified(query, sources.compat)?;
    let cache = ContentCache::new(&sources.places.content_cache);
    let digest = content::sha256(&archive.data);
    let path = match cache.chart(&digest) {
        Some(_) => cache.path(&digest, "chart"),
        None => cache.put(&digest, "chart", &archive.data)?,
    };
    if let Some(key) = archive.second_key.as_ref().filter(|key| key.is_sha256()) {
        cache.put(key.hex(), "chart", &archive.data)?;
    }
    if let Some(provenance) = &archive.provenance {
        cache.put(&digest, "prov", provenance)?;
    }
    Ok(Downloaded { path, verification, messages: archive.messages, registry_url: archive.registry_url })
}

fn write(path: &Path, data: &[u8]) -> Result<(), SourceError> {
    files::write_atomic(path, data, 0o644).map_err(|e| SourceError::File(files::path_error("open", path, &e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_beside_the_repository() {
        let place = |base: &str, reference: &str| {
            let base = Url::parse(base).expect("a URL");
            in_repository(&base, reference).expect("a URL").to_string()
        };
        assert_eq!(place("http://h/charts", "x-1.tgz"), "http://h/charts/x-1.tgz");
        assert_eq!(place("http://h/charts/", "index.yaml"), "http://h/charts/index.yaml");
        assert_eq!(place("http://h/charts?token=1", "x.tgz"), "http://h/charts/x.tgz?token=1");
        assert_eq!(place("http://h/charts", "https://o/x.tgz"), "https://o/x.tgz");
        assert_eq!(place("http://h/charts", "/x.tgz"), "http://h/x.tgz");
    }

    #[test]
    fn ranges_are_told_from_versions() {
        assert!(is_range("^1") && is_range("1.x") && is_range("1 - 2") && is_range(">0.0.0-0"));
        assert!(!is_range("1.2") && !is_range("1.2.3-next") && !is_range("v1"));
    }
}
