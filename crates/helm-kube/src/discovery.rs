//! What a server serves: one pair of requests where it has aggregated discovery, one a group version elsewhere.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use futures::{StreamExt, TryStreamExt};
use http::StatusCode;
use http::header::ETAG;
use k8s_object::GroupVersionKind;
use serde::Deserialize;

use crate::transport::{Call, Transport, WarningSink};
use crate::{Error, ResourceType};

mod cache;

pub(crate) use cache::Cache;

/// Asks for the aggregated form first; a server without it answers in the plain one.
const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// How many requests of the plain form run at once.
const CONCURRENT_REQUESTS: usize = 16;

/// The version of a server, as `/version` gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerVersion {
    /// The major number.
    pub major: String,
    /// The minor number; providers append a `+`.
    pub minor: String,
    /// The whole version, such as `v1.36.0`.
    pub git_version: String,
}

/// The kinds a server serves.
#[derive(Debug, Default)]
pub struct Discovery {
    types: HashMap<GroupVersionKind, ResourceType>,
    /// Group versions in the order the server prefers them, per group.
    versions: HashMap<String, Vec<String>>,
    api_versions: BTreeSet<String>,
    failed: Vec<String>,
}

impl Discovery {
    /// How the server serves a kind in exactly this version.
    pub fn resource_type(&self, kind: &GroupVersionKind) -> Option<&ResourceType> {
        self.types.get(kind)
    }

    /// How the server serves a kind in the version it prefers.
    pub fn preferred(&self, group: &str, kind: &str) -> Option<&ResourceType> {
        let versions = self.versions.get(group)?;
        versions.iter().find_map(|version| {
            self.types.get(&GroupVersionKind {
                group: group.to_owned(),
                version: version.clone(),
                kind: kind.to_owned(),
            })
        })
    }

    /// `group/version` and `group/version/Kind` of everything served, sorted: Helm's `.Capabilities.APIVersions`.
    pub fn api_versions(&self) -> impl Iterator<Item = &str> {
        self.api_versions.iter().map(String::as_str)
    }

    /// Group versions that are registered but do not answer (an orphaned API service), sorted.
    pub fn failed_group_versions(&self) -> &[String] {
        &self.failed
    }

    pub(crate) async fn read(
        transport: &Transport,
        warnings: &OnceLock<WarningSink>,
        cache: Option<&Cache>,
    ) -> Result<Discovery, Error> {
        let (core, groups) = futures::try_join!(
            root(transport, warnings, cache, "/api"),
            root(transport, warnings, cache, "/apis"),
        )?;
        let mut discovery = Discovery::default();
        let mut plain = Vec::new();
        for root in [core, groups] {
            match root {
                Root::Aggregated { items } => items.into_iter().for_each(|group| discovery.add_group(group)),
                Root::Core { versions } => {
                    plain.extend(versions.into_iter().map(|version| (String::new(), version)));
                }
                Root::Groups { groups } => {
                    for group in groups {
                        plain.extend(group.versions.into_iter().map(|v| (group.name.clone(), v.version)));
                    }
                }
            }
        }
        discovery.read_plain(transport, warnings, plain).await?;
        discovery.failed.sort_unstable();
        Ok(discovery)
    }

    /// Reads the resource lists of group versions, one request each.
    async fn read_plain(
        &mut self,
        transport: &Transport,
        warnings: &OnceLock<WarningSink>,
        versions: Vec<(String, String)>,
    ) -> Result<(), Error> {
        let mut lists = futures::stream::iter(versions)
            .map(|(group, version)| async move {
                let path = if group.is_empty() {
                    format!("/api/{version}")
                } else {
                    format!("/apis/{group}/{version}")
                };
                match transport.json::<ResourceList>(Call::get(path), warnings).await {
                    Ok(list) => Ok((group, version, Some(list))),
                    // One API service that is down must not take the others with it.
                    Err(Error::Api(_)) => Ok((group, version, None)),
                    Err(error) => Err(error),
                }
            })
            .buffered(CONCURRENT_REQUESTS);
        while let Some((group, version, list)) = lists.try_next().await? {
            self.add_version(&group, &version);
            let Some(list) = list else {
                self.failed.push(join(&group, &version));
                continue;
            };
            for resource in list.resources {
                self.add_kind_name(&group, &version, &resource.kind);
                if !resource.name.contains('/') {
                    self.add_type(&group, &version, resource.kind, resource.name, resource.namespaced);
                }
            }
        }
        Ok(())
    }

    fn add_group(&mut self, group: AggregatedGroup) {
        let name = group.metadata.name;
        // What an API service that is down once served is `Stale`; to client-go's cached discovery, and so to Helm, such
        // a version is not there, and not a failure either.
        for version in group.versions.into_iter().filter(|v| v.freshness != "Stale") {
            self.add_version(&name, &version.version);
            for resource in version.resources {
                for sub in &resource.subresources {
                    if let Some(kind) = &sub.response_kind {
                        self.add_kind_name(&name, &version.version, &kind.kind);
                    }
                }
                let Some(kind) = resource.response_kind.map(|k| k.kind).filter(|kind| !kind.is_empty())
                else {
                    continue;
                };
                self.add_kind_name(&name, &version.version, &kind);
                let namespaced = resource.scope == "Namespaced";
                self.add_type(&name, &version.version, kind, resource.resource, namespaced);
            }
        }
    }

    fn add_version(&mut self, group: &str, version: &str) {
        self.api_versions.insert(join(group, version));
        self.versions.entry(group.to_owned()).or_default().push(version.to_owned());
    }

    fn add_kind_name(&mut self, group: &str, version: &str, kind: &str) {
        if !kind.is_empty() {
            self.api_versions.insert(format!("{}/{kind}", join(group, version)));
        }
    }

    fn add_type(&mut self, group: &str, version: &str, kind: String, plural: String, namespaced: bool) {
        let key =
            GroupVersionKind { group: group.to_owned(), version: version.to_owned(), kind: kind.clone() };
        self.types.entry(key).or_insert(ResourceType {
            group: group.to_owned().into(),
            version: version.to_owned().into(),
            kind: kind.into(),
            plural: plural.into(),
            namespaced,
        });
    }
}

/// Asks for a root of the API, and reads what was kept of it if the server says that this still holds.
async fn root(
    transport: &Transport,
    warnings: &OnceLock<WarningSink>,
    cache: Option<&Cache>,
    path: &str,
) -> Result<Root, Error> {
    let kept = cache.and_then(|cache| cache.read(path));
    let mut call = Call::get(path).accept(ACCEPT).raw();
    // What cannot be understood is asked for again.
    let kept = kept.and_then(|kept| Some((kept.etag, serde_json::from_slice::<Root>(&kept.body).ok()?)));
    if let Some((etag, _)) = &kept {
        call = call.unless_still(etag);
    }
    let response = transport.send(call, warnings).await?;
    if let Some((_, root)) = kept
        && response.status() == StatusCode::NOT_MODIFIED
    {
        return Ok(root);
    }
    let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let body = crate::transport::collect(response).await?;
    let root: Root =
        serde_json::from_slice(&body).map_err(|e| Error::decode("reading the server's answer", e))?;
    // A tag on anything but the aggregated form would not tell of changes inside of the groups.
    if let (Some(cache), Some(etag), Root::Aggregated { .. }) = (cache, etag, &root) {
        cache.write(path, &etag, &body);
    }
    Ok(root)
}

fn join(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Root {
    #[serde(rename = "APIGroupDiscoveryList")]
    Aggregated {
        #[serde(default)]
        items: Vec<AggregatedGroup>,
    },
    #[serde(rename = "APIVersions")]
    Core {
        #[serde(default)]
        versions: Vec<String>,
    },
    #[serde(rename = "APIGroupList")]
    Groups {
        #[serde(default)]
        groups: Vec<Group>,
    },
}

#[derive(Deserialize)]
struct AggregatedGroup {
    #[serde(default)]
    metadata: GroupMetadata,
    #[serde(default)]
    versions: Vec<AggregatedVersion>,
}

#[derive(Default, Deserialize)]
struct GroupMetadata {
    /// Absent for the core group.
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct AggregatedVersion {
    version: String,
    #[serde(default)]
    resources: Vec<AggregatedResource>,
    #[serde(default)]
    freshness: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    subresources: Vec<Subresource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subresource {
    response_kind: Option<ResponseKind>,
}

#[derive(Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    versions: Vec<GroupVersion>,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
}

#[derive(Deserialize)]
struct ResourceList {
    #[serde(default)]
    resources: Vec<PlainResource>,
}

#[derive(Deserialize)]
struct PlainResource {
    name: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    kind: String,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use http::header::IF_NONE_MATCH;
    use http::{Request, Response};

    use super::*;
    use crate::Body;

    /// A server that has one kind, sends its groups whole to who does not know them, and counts how often it does.
    fn server(kind: &'static str, sent: &Arc<AtomicUsize>) -> Transport {
        let sent = Arc::clone(sent);
        let service = tower::service_fn(move |request: Request<Body>| {
            let tag = format!("\"{kind}\"");
            let known = request.headers().get(IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
            let response = Response::builder().header(ETAG, tag);
            let response = if known {
                response.status(304).body(Body::empty())
            } else {
                sent.fetch_add(1, Ordering::Relaxed);
                let body = serde_json::json!({ "kind": "APIGroupDiscoveryList", "items": [{ "metadata": {},
                    "versions": [{ "version": "v1", "resources": [
                        { "resource": "things", "responseKind": { "kind": kind }, "scope": "Namespaced" },
                    ] }] }] });
                response.body(Body::from(body.to_string().into_bytes()))
            };
            async move { response }
        });
        Transport::new(kube::Client::new(service, "default"), "https://example.com", None)
    }

    #[tokio::test]
    async fn what_has_not_changed_is_not_sent_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::of_server(folder.path(), "https://example.com");
        let sent = Arc::new(AtomicUsize::new(0));
        // The third one has changed, which shows at once; the fourth finds a damaged file and asks anew.
        for (kind, expected) in [("Pod", 2), ("Pod", 2), ("Node", 4), ("Node", 5)] {
            if expected == 5 {
                std::fs::write(folder.path().join("example.com/api.discovery"), "\"Node\"\n{")
                    .expect("a file");
            }
            let discovery = Discovery::read(&server(kind, &sent), &OnceLock::new(), Some(&cache)).await;
            let discovery = discovery.expect("discovery");
            assert_eq!(discovery.api_versions().collect::<Vec<_>>(), ["v1", &format!("v1/{kind}")]);
            assert_eq!(sent.load(Ordering::Relaxed), expected);
        }
    }
}
