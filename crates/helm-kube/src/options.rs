use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};

use crate::Error;

mod entries;
mod kubeconfig_file;

use entries::Entries;

/// How to find and reach a cluster: what Helm's `--kube…` flags and environment say.
#[derive(Clone, Debug, Default)]
pub struct ConnectOptions {
    /// Kubeconfig files, first wins: the one of `--kubeconfig`, else those of `KUBECONFIG`, else `~/.kube/config`.
    pub kubeconfig: Vec<PathBuf>,
    /// Whether the file has to be there: so for `--kubeconfig`; others are passed over when they are not.
    pub kubeconfig_required: bool,
    /// The context to use instead of the current one.
    pub context: Option<String>,
    /// The namespace to use instead of the context's.
    pub namespace: Option<String>,
    /// The API server's URL, over the one of the context.
    pub server: Option<String>,
    /// A bearer token.
    pub token: Option<String>,
    /// A user to impersonate.
    pub as_user: Option<String>,
    /// Groups to impersonate.
    pub as_groups: Vec<String>,
    /// A file with the certificate authority of the API server.
    pub ca_file: Option<PathBuf>,
    /// The name to check the server's certificate against.
    pub tls_server_name: Option<String>,
    /// Leaves the server's certificate unchecked.
    pub insecure_skip_tls_verify: bool,
    /// A limit on the rate of requests; none by default.
    pub rate_limit: Option<RateLimit>,
    /// Where what servers serve is kept from one run to the next; nowhere when absent.
    pub cache_folder: Option<PathBuf>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
}

/// A limit on the rate of requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Requests per second, in the long run.
    pub per_second: f64,
    /// Requests at once, before the rate is limited.
    pub burst: u32,
}

impl ConnectOptions {
    /// The namespace of the chosen context, or `default`; reads the kubeconfig, opens no connection.
    ///
    /// As in Helm, a kubeconfig that cannot be read leaves `default` here; the error shows on connecting.
    pub fn default_namespace(&self) -> String {
        if let Some(namespace) = self.namespace.as_ref().filter(|namespace| !namespace.is_empty()) {
            return namespace.clone();
        }
        let from_context = self.read_kubeconfig().ok().flatten().and_then(|kubeconfig| {
            let name = self.context.as_ref().or(kubeconfig.current_context.as_ref())?;
            let context = kubeconfig.contexts.iter().find(|context| &context.name == name)?;
            context.context.as_ref()?.namespace.clone()
        });
        from_context
            .or_else(in_cluster_namespace)
            .filter(|namespace| !namespace.is_empty())
            .unwrap_or_else(|| "default".to_owned())
    }

    /// The contexts of the kubeconfig files with their clusters, sorted by name; none when a file cannot be read.
    pub fn contexts(&self) -> Vec<(String, String)> {
        let kubeconfig = self.read_kubeconfig().ok().flatten().unwrap_or_default();
        let cluster = |c: kube::config::NamedContext| (c.name, c.context.unwrap_or_default().cluster);
        let mut contexts: Vec<(String, String)> = kubeconfig.contexts.into_iter().map(cluster).collect();
        contexts.sort();
        contexts
    }

    /// All kubeconfig files merged; none when there is not one.
    fn read_kubeconfig(&self) -> Result<Option<Kubeconfig>, Error> {
        let mut merged: Option<Kubeconfig> = None;
        for path in &self.kubeconfig {
            if !path.exists() {
                if self.kubeconfig_required {
                    return Err(Error::Config(format!("stat {}: no such file or directory", path.display())));
                }
                continue;
            }
            let next = kubeconfig_file::read(path).map_err(|cause| load_error(path, &cause))?;
            merged = Some(match merged {
                None => next,
                Some(before) => before.merge(next).map_err(|e| load_error(path, &e.to_string()))?,
            });
        }
        Ok(merged)
    }

    /// Everything needed to connect.
    pub(crate) async fn config(&self) -> Result<Config, Error> {
        let says_something =
            |k: &Kubeconfig| !(k.clusters.is_empty() && k.contexts.is_empty() && k.auth_infos.is_empty());
        let mut config = match self.read_kubeconfig()?.filter(says_something) {
            None if self.server.is_none()
                && let Ok(config) = Config::incluster_env() =>
            {
                config
            }
            kubeconfig => {
                let entries = Entries::choose(self, kubeconfig.unwrap_or_default())?;
                let options = KubeConfigOptions::default();
                let config = Config::from_custom_kubeconfig(entries.into_kubeconfig(), &options).await;
                config.map_err(|e| Error::Config(format!("invalid configuration: {e}")))?
            }
        };
        if let Some(user) = &self.as_user {
            config.auth_info.impersonate = Some(user.clone());
        }
        if !self.as_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(self.as_groups.clone());
        }
        if let Some(agent) = &self.user_agent {
            let value = http::HeaderValue::from_str(agent).map_err(|e| Error::Config(e.to_string()))?;
            config.headers.push((http::header::USER_AGENT, value));
        }
        // Its own retries hold a failing command up for minutes.
        config.default_retry = false;
        Ok(config)
    }
}

/// The namespace a pod runs in, from its service account.
fn in_cluster_namespace() -> Option<String> {
    let text = std::fs::read_to_string("/var/run/secrets/kubernetes.io/serviceaccount/namespace").ok()?;
    Some(text.trim().to_owned())
}

fn load_error(path: &Path, cause: &str) -> Error {
    Error::Config(format!("error loading config file \"{}\": {cause}", path.display()))
}
