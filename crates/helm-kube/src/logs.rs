use bytes::Bytes;
use futures::stream::{Stream, StreamExt};
use http_body_util::BodyExt;

use crate::transport::Call;
use crate::{Cluster, Error, ResourceType};

/// Which part of a container's log to read.
#[derive(Clone, Debug, Default)]
pub struct LogOptions<'a> {
    /// The container; may be empty when the pod has but one.
    pub container: &'a str,
    /// Whether to go on until the container ends.
    pub follow: bool,
    /// How many lines from the end to start at; from the beginning when absent.
    pub tail_lines: Option<u32>,
}

impl Cluster {
    /// Reads the log of a container, piece by piece as it comes.
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        options: &LogOptions<'_>,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + use<>, Error> {
        let container = options.container.to_owned();
        let describe = |doing: &str| format!("failed to {doing} for pod: {pod}, container: {container}");
        let (opening, reading) = (describe("stream pod logs"), describe("copy IO from logs"));
        let tail = options.tail_lines.map(|lines| lines.to_string()).unwrap_or_default();
        let call = Call::get(format!("{}/log", ResourceType::POD.object_path(namespace, pod)))
            .about("pods", pod)
            .accept("*/*")
            .query_if("container", options.container)
            .query_if("follow", if options.follow { "true" } else { "" })
            .query_if("tailLines", &tail)
            .streaming();
        // As in Helm, the pod and container are named and the server's reason is not.
        let response = self.send(call).await.map_err(|_| Error::NotReady(opening))?;
        Ok(response
            .into_body()
            .into_data_stream()
            .map(move |piece| piece.map_err(|_| Error::NotReady(reading.clone()))))
    }
}
