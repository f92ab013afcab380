use std::path::{Path, PathBuf};

use govalue::strconv::quote;
use kube::Config;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::Error;
use crate::transport::system_reason;

mod kubeconfig_file;

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

    /// The name of the cluster entry that the chosen context points to.
    fn cluster_name(&self, kubeconfig: &Kubeconfig) -> Option<String> {
        let name = self.context.as_ref().or(kubeconfig.current_context.as_ref())?;
        let context = kubeconfig.contexts.iter().find(|context| &context.name == name)?;
        Some(context.context.as_ref()?.cluster.clone())
    }

    /// Everything needed to connect.
    pub(crate) async fn config(&self) -> Result<Config, Error> {
        let kubeconfig = self.read_kubeconfig()?;
        let cluster_name = kubeconfig.as_ref().and_then(|k| self.cluster_name(k)).unwrap_or_default();
        let mut config = match kubeconfig {
            Some(kubeconfig) if !is_empty(&kubeconfig) => self.with_kubeconfig(kubeconfig).await?,
            _ => self.without_kubeconfig()?,
        };
        if let Some(server) = &self.server {
            config.cluster_url = parse_server(server)?;
        }
        if let Some(token) = &self.token {
            // client-go lets a token given on the command line stand alone: whatever else the user entry of the
            // kubeconfig says about authentication is dropped, client certificates stay.
            let kept = std::mem::take(&mut config.auth_info);
            config.auth_info = AuthInfo {
                client_certificate: kept.client_certificate,
                client_certificate_data: kept.client_certificate_data,
                client_key: kept.client_key,
                client_key_data: kept.client_key_data,
                token: Some(token.clone().into()),
                ..AuthInfo::default()
            };
        }
        if let Some(user) = &self.as_user {
            config.auth_info.impersonate = Some(user.clone());
        }
        if !self.as_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(self.as_groups.clone());
        }
        if let Some(file) = &self.ca_file {
            config.root_cert = Some(read_certificates(file, &cluster_name)?);
        }
        if let Some(name) = &self.tls_server_name {
            config.tls_server_name = Some(name.clone());
        }
        if self.insecure_skip_tls_verify {
            config.accept_invalid_certs = true;
        }
        if let Some(agent) = &self.user_agent {
            let value = http::HeaderValue::from_str(agent).map_err(|e| Error::Config(e.to_string()))?;
            config.headers.push((http::header::USER_AGENT, value));
        }
        // Its own retries hold a failing command up for minutes.
        config.default_retry = false;
        config.default_namespace = self.default_namespace();
        Ok(config)
    }

    async fn with_kubeconfig(&self, mut kubeconfig: Kubeconfig) -> Result<Config, Error> {
        if let Some(server) = &self.server {
            // The cluster entry may lack a server when one is given on the command line.
            for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
                cluster.server.get_or_insert_with(|| server.clone());
            }
        }
        let context = self.context.clone().or_else(|| kubeconfig.current_context.clone());
        if let Some(wanted) = &self.context
            && !kubeconfig.contexts.iter().any(|context| &context.name == wanted)
        {
            return Err(Error::Config(format!("context {} does not exist", quote(wanted))));
        }
        if context.as_deref().unwrap_or_default().is_empty() {
            return self.without_kubeconfig();
        }
        let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
        Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|e| config_error(&e))
    }

    /// In a pod, the pod's service account; elsewhere whatever the options say, or client-go's `localhost:8080`.
    fn without_kubeconfig(&self) -> Result<Config, Error> {
        if self.server.is_none()
            && let Ok(config) = Config::incluster_env()
        {
            return Ok(config);
        }
        let server = self.server.as_deref().unwrap_or("http://localhost:8080");
        Ok(Config::new(parse_server(server)?))
    }
}

/// Whether a kubeconfig says nothing at all.
fn is_empty(kubeconfig: &Kubeconfig) -> bool {
    kubeconfig.clusters.is_empty() && kubeconfig.contexts.is_empty() && kubeconfig.auth_infos.is_empty()
}

/// The namespace a pod runs in, from its service account.
fn in_cluster_namespace() -> Option<String> {
    let text = std::fs::read_to_string("/var/run/secrets/kubernetes.io/serviceaccount/namespace").ok()?;
    Some(text.trim().to_owned())
}

fn parse_server(server: &str) -> Result<http::Uri, Error> {
    let url = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
    url.parse().map_err(|e: http::uri::InvalidUri| {
        let host = url
            .split_once("://")
            .map_or(url.as_str(), |(_, rest)| rest.split('/').next().unwrap_or_default());
        let cause = match host.chars().find(|c| c.is_whitespace() || c.is_control()) {
            Some(character) => format!("invalid character {} in host name", quote(character.to_string())),
            None => e.to_string(),
        };
        Error::Config(format!("parse {}: {cause}", quote(&url)))
    })
}

fn read_certificates(file: &Path, cluster: &str) -> Result<Vec<Vec<u8>>, Error> {
    let text = std::fs::read(file).map_err(|e| {
        Error::Config(format!(
            "invalid configuration: unable to read certificate-authority {path} for {cluster} due to open {path}: {}",
            system_reason(&e),
            path = file.display()
        ))
    })?;
    let blocks = pem::parse_many(text).unwrap_or_default();
    if blocks.is_empty() {
        let text = "unable to load root certificates: unable to parse bytes as PEM block";
        return Err(Error::Config(text.to_owned()));
    }
    Ok(blocks.into_iter().map(pem::Pem::into_contents).collect())
}

fn load_error(path: &Path, cause: &str) -> Error {
    Error::Config(format!("error loading config file \"{}\": {cause}", path.display()))
}

/// The kubeconfig's own faults in client-go's words.
fn config_error(error: &KubeconfigError) -> Error {
    Error::Config(match error {
        KubeconfigError::LoadContext(name) => format!("context {} does not exist", quote(name)),
        KubeconfigError::LoadClusterOfContext(name) => {
            format!("invalid configuration: cluster {} does not exist", quote(name))
        }
        other => format!("invalid configuration: {other}"),
    })
}
