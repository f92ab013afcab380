//! Indexes of the repositories that a chart needs: fetched once each, at the same time, and only those.

use std::collections::HashMap;

use futures::StreamExt;

use super::event::{Event, Observer};
use super::{DependencyError, PARALLEL};
use crate::repositories::Entry;
use crate::{Index, Sources, cached, cached_file, fetch, refresh};

/// A repository whose index is needed.
#[derive(Clone, Debug)]
pub(super) struct Needed {
    pub(super) entry: Entry,
    /// Whether the user added it; others go by their addresses.
    pub(super) configured: bool,
    /// Other names of the same address, under which the index is looked for as well.
    pub(super) also: Vec<String>,
}

impl Needed {
    /// A repository that the user added.
    pub(super) fn configured(entry: Entry) -> Needed {
        Needed { entry, configured: true, also: Vec::new() }
    }

    /// A repository that only the chart knows, with the name that its index is cached under.
    pub(super) fn unmanaged(name: String, url: String) -> Needed {
        Needed { entry: Entry { name, url, ..Entry::default() }, configured: false, also: Vec::new() }
    }
}

/// The indexes of a run by the names they are cached under.
pub(super) struct Indexes<'a> {
    sources: &'a Sources,
    read: HashMap<String, Result<Index, String>>,
    /// Names that share the index of another name, which was fetched for both.
    shared: HashMap<String, String>,
}

impl<'a> Indexes<'a> {
    pub(super) fn new(sources: &'a Sources) -> Indexes<'a> {
        Indexes { sources, read: HashMap::new(), shared: HashMap::new() }
    }

    /// Brings indexes up to date. One that cannot be fetched is told, and the cached one serves on.
    pub(super) async fn refresh(
        &mut self,
        needed: &[Needed],
        observer: &mut Observer<'_>,
    ) -> Result<(), DependencyError> {
        let sources = self.sources;
        for Needed { entry, .. } in needed {
            fetch::repository_url(sources, &entry.url)
                .map_err(|e| DependencyError::Repositories(e.to_string()))?;
        }
        let mut refreshed = futures::stream::iter(needed)
            .map(|needed| async move { (needed, refresh(sources, &needed.entry, None).await) })
            .buffered(PARALLEL);
        while let Some((Needed { entry, configured, also }, outcome)) = refreshed.next().await {
            let shown = if *configured { &entry.name } else { &entry.url };
            match outcome {
                Ok(()) => {
                    observer(Event::Refreshed { repository: shown });
                    // What is left out of the index was told by refreshing.
                    if let Ok(kept) = cached_file(sources, &entry.name) {
                        self.read.insert(entry.name.clone(), Ok(kept.index));
                        let names = also.iter().map(|other| (other.clone(), entry.name.clone()));
                        self.shared.extend(names);
                    }
                }
                Err(error) => observer(Event::NotRefreshed {
                    repository: shown,
                    url: configured.then_some(&entry.url),
                    reason: &error.to_string(),
                }),
            }
        }
        Ok(())
    }

    /// The index of a repository: the one that was fetched, or the one in the cache.
    pub(super) fn get(&mut self, name: &str) -> Result<&Index, &str> {
        let name = self.shared.get(name).map_or(name, String::as_str);
        if !self.read.contains_key(name) {
            let index = cached(self.sources, name).map_err(|e| e.to_string());
            self.read.insert(name.to_owned(), index);
        }
        match self.read.get(name) {
            Some(Ok(index)) => Ok(index),
            Some(Err(reason)) => Err(reason),
            None => Err(""),
        }
    }

    /// What [`Self::get`] found before.
    pub(super) fn known(&self, name: &str) -> Option<&Result<Index, String>> {
        self.read.get(self.shared.get(name).map_or(name, String::as_str))
    }

    /// Whether there is an index under this very name.
    pub(super) fn has_own(&self, name: &str) -> bool {
        matches!(self.read.get(name), Some(Ok(_)))
    }
}
