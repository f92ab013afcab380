//! `lookup` while a chart renders: templates run on a thread of their own and ask the task over a channel.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use govalue::{Map, Value};
use helm_kube::{Cluster, ListOptions};
use helm_render::{LookupError, World};
use k8s_object::GroupVersionKind;
use tokio::sync::mpsc as async_mpsc;

/// One question of a template.
pub(crate) struct Question {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
    answer: mpsc::Sender<Result<Value, LookupError>>,
}

/// The world as templates see it while the task is there to answer.
pub(crate) struct ClusterWorld {
    host: Arc<dyn sprig::Host>,
    questions: Mutex<async_mpsc::UnboundedSender<Question>>,
}

impl ClusterWorld {
    /// A world, and where its questions come out.
    pub(crate) fn new(host: Arc<dyn sprig::Host>) -> (ClusterWorld, async_mpsc::UnboundedReceiver<Question>) {
        let (sender, receiver) = async_mpsc::unbounded_channel();
        (ClusterWorld { host, questions: Mutex::new(sender) }, receiver)
    }
}

impl sprig::Host for ClusterWorld {
    fn now(&self) -> govalue::time::Time {
        self.host.now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.host.fill_random(bytes);
    }

    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String> {
        self.host.lookup_host(name)
    }

    fn held_bytes(&self) -> Option<usize> {
        self.host.held_bytes()
    }
}

impl World for ClusterWorld {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Value, LookupError> {
        let (answer, answered) = mpsc::channel();
        let question = Question {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            answer,
        };
        let gone = || LookupError("context canceled".to_owned());
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).send(question).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?
    }
}

/// Answers a question: an object, a list, or an empty map where there is none.
pub(crate) async fn answer(cluster: &Cluster, question: Question) {
    let found = look_up(cluster, &question).await;
    // A template that no longer waits has failed otherwise.
    let _ = question.answer.send(found);
}

async fn look_up(cluster: &Cluster, question: &Question) -> Result<Value, LookupError> {
    let failed = |e: helm_kube::Error| LookupError(e.to_string());
    let wanted = GroupVersionKind::from_api_version(&question.api_version, &question.kind);
    let discovery = cluster.discovery().await.map_err(failed)?;
    let Some(resource_type) = discovery.resource_type(&wanted) else {
        let served = discovery.api_versions().any(|version| version == question.api_version);
        // Helm finds no resource in a group that is served and asks for what is not there: an answer of nothing.
        return match served {
            true => Ok(Value::Map(Map::new())),
            false => Err(LookupError(format!(
                "unable to get apiresource from unstructured: {wanted}: the server could not find the requested resource"
            ))),
        };
    };
    let namespace = if resource_type.namespaced { question.namespace.as_str() } else { "" };
    let value = if question.name.is_empty() {
        let items = cluster.list(resource_type, namespace, &ListOptions::default()).await.map_err(failed)?;
        serde_json::json!({
            "apiVersion": resource_type.api_version(),
            "kind": format!("{}List", resource_type.kind),
            "metadata": { "resourceVersion": "" },
            "items": items,
        })
    } else {
        match cluster.find(resource_type, namespace, &question.name).await.map_err(failed)? {
            Some(object) => object.into_value(),
            None => return Ok(Value::Map(Map::new())),
        }
    };
    Ok(from_kubernetes(&value))
}

/// An object as Go's Kubernetes client decodes it: whole numbers are `int64`, others `float64`.
fn from_kubernetes(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::Number(n) => match n.as_i64() {
            Some(i) => Value::int64(i),
            None => Value::Float(n.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(s) => Value::str(s.as_str()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(from_kubernetes).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.as_str(), from_kubernetes(value))).collect())
        }
    }
}
