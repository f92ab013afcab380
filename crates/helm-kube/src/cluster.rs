use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use http::{Method, Request, Response, StatusCode};
use k8s_object::Object;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{OnceCell, RwLock};
use tower::{BoxError, Service};

use crate::discovery::Cache;
use crate::manifest_check;
use crate::transport::{Call, Transport, WarningSink};
use crate::{Applied, Body, ConnectOptions, Discovery, Error, ResourceType, ServerVersion};

/// Asks for the metadata of objects alone; a server that cannot sends all.
const METADATA_ONLY: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// A cluster to talk to. Cloning is cheap and shares the connection and what has been discovered.
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    options: ConnectOptions,
    transport: OnceCell<Transport>,
    discovery: RwLock<Option<Arc<Discovery>>>,
    warnings: OnceLock<WarningSink>,
}

/// Which objects to list.
#[derive(Clone, Debug, Default)]
pub struct ListOptions<'a> {
    /// A label selector; all objects when empty.
    pub label_selector: &'a str,
    /// A field selector; all objects when empty.
    pub field_selector: &'a str,
    /// How many objects to ask for at once; the server's choice when zero. All pages are read in any case.
    pub page_size: u32,
}

/// How a write is to be done.
#[derive(Clone, Debug, Default)]
pub struct WriteOptions<'a> {
    /// Who owns the fields written; for server-side apply it must be given.
    pub field_manager: &'a str,
    /// Whether the server is only to say what it would do.
    pub dry_run: bool,
    /// `Ignore`, `Warn` or `Strict`; the server's choice when empty.
    pub field_validation: &'a str,
    /// For server-side apply: take fields over from their owners.
    pub force: bool,
}

/// A change to one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Patch {
    /// JSON patch (RFC 6902): a list of operations.
    Json(Value),
    /// JSON merge patch (RFC 7396).
    Merge(Value),
    /// Strategic merge patch; only for kinds built into the server.
    Strategic(Value),
    /// Server-side apply of a whole object.
    Apply(Value),
}

/// What becomes of what an object owns when the object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// Owned objects are deleted afterwards.
    Background,
    /// Owned objects are deleted first.
    Foreground,
    /// Owned objects stay.
    Orphan,
}

impl Propagation {
    fn as_str(self) -> &'static str {
        match self {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        }
    }
}

impl Cluster {
    /// A cluster found by kubeconfig, flags or the pod's environment. Reads nothing yet: the first request does.
    pub fn connect(options: ConnectOptions) -> Cluster {
        Cluster::with_transport(options, OnceCell::new())
    }

    /// A cluster behind a service that answers API requests. To be called from within an async runtime.
    pub fn from_service<S, B>(service: S) -> Cluster
    where
        S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let transport = Transport::new(kube::Client::new(service, "default"), "", None);
        Cluster::with_transport(ConnectOptions::default(), OnceCell::new_with(Some(transport)))
    }

    fn with_transport(options: ConnectOptions, transport: OnceCell<Transport>) -> Cluster {
        let inner = Inner { options, transport, discovery: RwLock::new(None), warnings: OnceLock::new() };
        Cluster { inner: Arc::new(inner) }
    }

    /// Calls `sink` with each warning the server sends along. Only the first sink set counts.
    pub fn on_warning(&self, sink: impl Fn(&str) + Send + Sync + 'static) {
        let _ = self.inner.warnings.set(Arc::new(sink));
    }

    /// The namespace of the chosen context, or `default`.
    pub fn default_namespace(&self) -> String {
        self.inner.options.default_namespace()
    }

    /// Fails, in Helm's words, unless the server answers.
    pub async fn check_reachable(&self) -> Result<(), Error> {
        self.version().await.map(drop).map_err(|e| Error::Unreachable(Box::new(e)))
    }

    /// The server's version.
    pub async fn version(&self) -> Result<ServerVersion, Error> {
        self.json(Call::get("/version").raw()).await
    }

    /// What the server serves; asked for once, then kept.
    pub async fn discovery(&self) -> Result<Arc<Discovery>, Error> {
        if let Some(known) = self.inner.discovery.read().await.as_ref() {
            return Ok(Arc::clone(known));
        }
        let mut slot = self.inner.discovery.write().await;
        if let Some(known) = slot.as_ref() {
            return Ok(Arc::clone(known));
        }
        let transport = self.transport().await?;
        let cache = self.inner.options.cache_folder.as_deref();
        let cache = cache.map(|folder| Cache::of_server(folder, transport.base()));
        let discovery = Discovery::read(transport, &self.inner.warnings, cache.as_ref()).await?;
        let discovery = Arc::new(discovery);
        *slot = Some(Arc::clone(&discovery));
        Ok(discovery)
    }

    /// Forgets what the server serves, because custom resource definitions have changed.
    pub async fn forget_discovery(&self) {
        *self.inner.discovery.write().await = None;
    }

    /// Reads one object.
    pub async fn get(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        name: &str,
    ) -> Result<Object, Error> {
        self.json(object_call(Method::GET, resource_type, namespace, name)?).await
    }

    /// Reads one object; none when there is none.
    pub async fn find(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Object>, Error> {
        match self.get(resource_type, namespace, name).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lists the objects of a type in a namespace, or in all of them when it is empty.
    pub async fn list(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        options: &ListOptions<'_>,
    ) -> Result<Vec<Object>, Error> {
        Ok(self.list_with_version(resource_type, namespace, options).await?.0)
    }

    /// Lists objects, and the resource version to watch from.
    pub(crate) async fn list_with_version(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        options: &ListOptions<'_>,
    ) -> Result<(Vec<Object>, String), Error> {
        let (mut objects, mut token) = (Vec::new(), String::new());
        loop {
            let limit = if options.page_size == 0 { String::new() } else { options.page_size.to_string() };
            let call = Call::get(resource_type.collection_path(namespace))
                .about(&resource_type.group_resource(), "")
                .query_if("labelSelector", options.label_selector)
                .query_if("fieldSelector", options.field_selector)
                .query_if("limit", &limit)
                .query_if("continue", &token);
            let page: ListPage = self.json(call).await?;
            objects.extend(page.items);
            token = page.metadata.next;
            if token.is_empty() {
                break add_type(resource_type, objects, page.metadata.resource_version);
            }
        }
    }

    /// The names of all objects of a type in the whole cluster. Of the objects the server sends only the metadata.
    pub async fn list_names(&self, resource_type: &ResourceType) -> Result<HashSet<String>, Error> {
        let (mut names, mut token) = (HashSet::new(), String::new());
        loop {
            let call = Call::get(resource_type.collection_path(""))
                .about(&resource_type.group_resource(), "")
                .accept(METADATA_ONLY)
                .query_if("continue", &token);
            let page: ListPage = self.json(call).await?;
            names.extend(page.items.iter().map(|object| object.name().to_owned()));
            token = page.metadata.next;
            if token.is_empty() {
                return Ok(names);
            }
        }
    }

    /// Creates an object; an empty name in it lets the server generate one.
    pub async fn create(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        object: &Object,
        options: &WriteOptions<'_>,
    ) -> Result<Object, Error> {
        let call = Call::new(Method::POST, resource_type.collection_path(namespace))
            .about(&resource_type.group_resource(), "");
        let body = encode(object.as_value())?;
        self.json(with_write_options(call, options).body("application/json", body)).await
    }

    /// Replaces an object; with a `resourceVersion` in it only if it is still that one.
    pub async fn replace(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        name: &str,
        object: &Object,
        options: &WriteOptions<'_>,
    ) -> Result<Object, Error> {
        let call = object_call(Method::PUT, resource_type, namespace, name)?;
        let body = encode(object.as_value())?;
        self.json(with_write_options(call, options).body("application/json", body)).await
    }

    /// Patches an object.
    pub async fn patch(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        name: &str,
        patch: &Patch,
        options: &WriteOptions<'_>,
    ) -> Result<Object, Error> {
        Ok(self.patch_with_outcome(resource_type, namespace, name, patch, options).await?.1)
    }

    /// Patches an object, and says whether server-side apply made it.
    pub(crate) async fn patch_with_outcome(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        name: &str,
        patch: &Patch,
        options: &WriteOptions<'_>,
    ) -> Result<(Applied, Object), Error> {
        let (content_type, value) = match patch {
            Patch::Json(value) => ("application/json-patch+json", value),
            Patch::Merge(value) => ("application/merge-patch+json", value),
            Patch::Strategic(value) => ("application/strategic-merge-patch+json", value),
            Patch::Apply(value) => ("application/apply-patch+yaml", value),
        };
        let mut call = object_call(Method::PATCH, resource_type, namespace, name)?;
        call = with_write_options(call, options);
        if matches!(patch, Patch::Apply(_)) {
            call = call.query("force", if options.force { "true" } else { "false" });
        }
        let response = self.send(call.body(content_type, encode(value)?)).await?;
        let applied =
            if response.status() == StatusCode::CREATED { Applied::Created } else { Applied::Updated };
        let bytes = response.into_body().collect_bytes().await;
        let bytes = bytes.map_err(|e| Error::decode("reading the server's answer", e))?;
        let object =
            serde_json::from_slice(&bytes).map_err(|e| Error::decode("reading the server's answer", e))?;
        Ok((applied, object))
    }

    /// Deletes an object.
    pub async fn delete(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        name: &str,
        propagation: Option<Propagation>,
    ) -> Result<(), Error> {
        let mut body = json!({ "kind": "DeleteOptions", "apiVersion": "v1" });
        if let Some(propagation) = propagation {
            body["propagationPolicy"] = propagation.as_str().into();
        }
        let call = object_call(Method::DELETE, resource_type, namespace, name)?
            .body("application/json", encode(&body)?);
        self.transport().await?.bytes(call, &self.inner.warnings).await.map(drop)
    }

    pub(crate) async fn transport(&self) -> Result<&Transport, Error> {
        self.inner.transport.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Transport, Error> {
        let config = self.inner.options.config().await?;
        let base = config.cluster_url.to_string();
        Ok(Transport::new(crate::connection::open(config)?, &base, self.inner.options.rate_limit))
    }

    pub(crate) async fn json<T: serde::de::DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        self.transport().await?.json(call, &self.inner.warnings).await
    }

    pub(crate) async fn send(&self, call: Call) -> Result<Response<Body>, Error> {
        self.transport().await?.send(call, &self.inner.warnings).await
    }
}

/// A call about one object, which has to have a name that can stand in a path.
fn object_call(
    method: Method,
    resource_type: &ResourceType,
    namespace: &str,
    name: &str,
) -> Result<Call, Error> {
    manifest_check::check_name(name)?;
    let call = Call::new(method, resource_type.object_path(namespace, name));
    Ok(call.about(&resource_type.group_resource(), name))
}

fn with_write_options(call: Call, options: &WriteOptions<'_>) -> Call {
    call.query_if("fieldManager", options.field_manager)
        .query_if("fieldValidation", options.field_validation)
        .query_if("dryRun", if options.dry_run { "All" } else { "" })
}

fn encode(value: &Value) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|e| Error::decode("writing an object", e))
}

/// Items of a list come without `apiVersion` and `kind`; puts them back.
fn add_type(
    resource_type: &ResourceType,
    mut objects: Vec<Object>,
    version: String,
) -> Result<(Vec<Object>, String), Error> {
    let api_version = resource_type.api_version();
    for object in &mut objects {
        let map = object.as_map_mut();
        map.entry("apiVersion").or_insert_with(|| api_version.as_str().into());
        map.entry("kind").or_insert_with(|| resource_type.kind.as_ref().into());
    }
    Ok((objects, version))
}

#[derive(Deserialize)]
struct ListPage {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(default)]
    items: Vec<Object>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListMetadata {
    #[serde(rename = "continue")]
    next: String,
    resource_version: String,
}
