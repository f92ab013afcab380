//! A revision and its live objects.

use helm_kube::{Cluster, Error, ListOptions, Resource, ResourceType, Table};
use helm_release::{Raw, Release};
use k8s_object::{Object, selector};
use serde_json::{Map, Value};

use crate::{Context, Failure, Level, build, get};

/// A revision and its live objects.
#[derive(Clone, Debug)]
pub struct ReleaseStatus {
    /// The revision; the live objects are under `info.resources`, unless tables were asked for.
    pub release: Release,
    /// The live objects as the server would have them shown, by version and kind.
    pub tables: Vec<(String, Vec<Table>)>,
}

/// Answers a revision, 0 for the newest, with its live objects and their pods: as tables, or as they are.
pub async fn status(
    context: &Context,
    name: &str,
    revision: i64,
    tables: bool,
) -> Result<ReleaseStatus, Failure> {
    context.cluster().check_reachable().await?;
    let mut release = get::release(context, name, revision).await?;
    let resources = build::bind_text(context, &release.manifest, &release.namespace).await?;
    if tables {
        let tables = collect(context, &resources, read_table, list_tables).await;
        return Ok(ReleaseStatus { release, tables });
    }
    let objects = collect(context, &resources, read_object, list_objects).await;
    let groups: Map<String, Value> =
        objects.into_iter().map(|(group, objects)| (group, Value::Array(objects))).collect();
    release.info.resources = Some(Raw::of(&Value::Object(groups))?);
    Ok(ReleaseStatus { release, tables: Vec::new() })
}

async fn read_table(cluster: Cluster, resource: Resource) -> Result<Table, Error> {
    cluster.table(&resource).await
}

async fn list_tables(cluster: Cluster, namespace: String, selector: String) -> Result<Table, Error> {
    let options = ListOptions { label_selector: &selector, ..ListOptions::default() };
    cluster.list_table(&ResourceType::POD, &namespace, &options).await
}

async fn read_object(cluster: Cluster, resource: Resource) -> Result<Value, Error> {
    let object = cluster.get(&resource.resource_type, &resource.namespace, &resource.name).await?;
    Ok(object.into_value())
}

async fn list_objects(cluster: Cluster, namespace: String, selector: String) -> Result<Value, Error> {
    let options = ListOptions { label_selector: &selector, ..ListOptions::default() };
    let pods = cluster.list(&ResourceType::POD, &namespace, &options).await?;
    Ok(serde_json::json!({"apiVersion": "v1", "items": pods, "kind": "PodList", "metadata": {}}))
}

/// Reads all objects, and for those that select pods their pods once. Objects that cannot be read are left out.
async fn collect<T, R, L>(
    context: &Context,
    resources: &[Resource],
    read: impl Fn(Cluster, Resource) -> R,
    list_pods: impl Fn(Cluster, String, String) -> L,
) -> Vec<(String, Vec<T>)>
where
    R: Future<Output = Result<T, Error>>,
    L: Future<Output = Result<T, Error>>,
{
    let cluster = context.cluster();
    let reads = resources.iter().map(|resource| read(cluster.clone(), resource.clone()));
    let found = futures::future::join_all(reads).await;
    let mut groups: Vec<(String, Vec<T>)> = Vec::new();
    let mut add = |group: String, object: T| match groups.iter_mut().find(|(known, _)| *known == group) {
        Some((_, objects)) => objects.push(object),
        None => groups.push((group, vec![object])),
    };
    let mut selectors: Vec<String> = Vec::new();
    for (resource, object) in resources.iter().zip(found) {
        let Ok(object) = object else { continue };
        add(format!("{}/{}", resource.resource_type.version, resource.resource_type.kind), object);
        let Some(selector) = pod_selector(&resource.object).filter(|selector| !selectors.contains(selector))
        else {
            continue;
        };
        match list_pods(cluster.clone(), resource.namespace.clone(), selector.clone()).await {
            Ok(pods) => add("v1/Pod(related)".to_owned(), pods),
            Err(error) => {
                let error = error.to_string();
                context.log(Level::Warn, "get the relation pod is failed", &[("error", &error)]);
            }
        }
        selectors.push(selector);
    }
    groups
}

/// The selector by which an object finds its pods, if it has one.
fn pod_selector(object: &Object) -> Option<String> {
    let path: &[&str] = match object.kind() {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            &["spec", "selector", "matchLabels"]
        }
        "ReplicationController" => &["spec", "selector"],
        _ => return None,
    };
    selector::from_labels(object.field(path)?)
}
