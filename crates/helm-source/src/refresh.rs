//! Fetching the indexes of repositories into the cache.

use std::io::{self, Read, Seek, Write};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use helm_chart::Compat;
use tempfile::NamedTempFile;

use crate::fetch::{in_repository, repository_url};
use crate::http::{Fetch, Fetched, INDEX_LIMIT, Sink, Validators};
use crate::repositories::Entry;
use crate::{Index, SourceError, Sources, files, index, parse};

/// A download on its way into a file.
struct FileSink(NamedTempFile);

impl Sink for FileSink {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.0.as_file().set_len(0)?;
        self.0.rewind()
    }
}

/// Fetches the index of a repository into the cache. One that did not change since is not sent again, if its server
/// can tell. Nothing is written before the index was read and found good.
pub async fn refresh(sources: &Sources, entry: &Entry, timeout: Option<Duration>) -> Result<(), SourceError> {
    let base = repository_url(sources, &entry.url)?;
    let url = in_repository(&base, "index.yaml")?;
    let mut access = entry.access();
    access.timeout = timeout;
    let cache = &sources.places.repository_cache;
    let failed = |e: io::Error| SourceError::File(files::path_error("open", cache, &e));
    files::make_dir(cache).map_err(failed)?;
    let known = index::fresh(cache, &entry.name);
    let validators = known.as_ref().map(Index::validators).filter(|v| !v.is_empty());
    let mut sink = FileSink(files::temporary(&cache.join("index.yaml")).map_err(failed)?);
    let fetch = Fetch {
        url: &url,
        owner: &base,
        access: &access,
        accept: "",
        known: validators.as_ref(),
        compressed: true,
        limit: INDEX_LIMIT,
    };
    let source = base.without_password();
    let fetched = match sources.client.fetch(fetch, &mut sink).await? {
        Fetched::NotModified => {
            if let Some(known) = &known {
                index::remark(sources, known, &source);
            }
            return Ok(());
        }
        Fetched::Whole(validators) => validators,
    };
    drop(known);
    let (folder, name, compat) = (cache.clone(), entry.name.clone(), sources.compat);
    // Reading takes a while: other downloads go on meanwhile.
    let work = move || store(sink.0, &fetched, &folder, &name, compat);
    let index = tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| SourceError::File(format!("reading the index: {e}")))??;
    index::remark(sources, &index, &source);
    Ok(())
}

/// Reads a fetched index and puts it into the cache.
fn store(
    mut file: NamedTempFile,
    validators: &Validators,
    cache: &std::path::Path,
    name: &str,
    compat: Compat,
) -> Result<Index, SourceError> {
    let failed = |e: io::Error| SourceError::File(gonet::system_reason(&e));
    file.rewind().map_err(failed)?;
    let size = file.as_file().metadata().map_err(failed)?.len();
    let mut data = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.read_to_end(&mut data).map_err(failed)?;
    let index = parse(&data, validators, compat)?;
    drop(data);
    index::keep(cache, name, file, &index).map_err(failed)?;
    Ok(index)
}

/// Fetches the indexes of several repositories at once and tells of each one as it ends.
pub async fn refresh_all(
    sources: &Sources,
    entries: &[Entry],
    timeout: Option<Duration>,
    mut ended: impl FnMut(&Entry, Result<(), SourceError>),
) {
    let mut running: FuturesUnordered<_> =
        entries.iter().map(|entry| async move { (entry, refresh(sources, entry, timeout).await) }).collect();
    while let Some((entry, outcome)) = running.next().await {
        ended(entry, outcome);
    }
}
