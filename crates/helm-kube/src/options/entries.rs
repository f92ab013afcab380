//! Which entries of a kubeconfig count, and what the command line puts over them: client-go's rules.

use govalue::strconv::quote;
use kube::config::{AuthInfo, Cluster, Context, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext};

use super::ConnectOptions;
use crate::Error;
use crate::transport::system_reason;

/// The server client-go asks when nothing says otherwise.
const DEFAULT_SERVER: &str = "http://localhost:8080";

/// The cluster and user entries to connect with, under the names they had.
pub(super) struct Entries {
    context: Context,
    cluster: Cluster,
    user: AuthInfo,
}

impl Entries {
    /// Picks the entries of the chosen context and applies the options to them. As in client-go, a context may
    /// name entries that do not exist: they are as good as empty ones.
    pub fn choose(options: &ConnectOptions, kubeconfig: Kubeconfig) -> Result<Entries, Error> {
        let Kubeconfig { contexts, clusters, auth_infos, current_context, .. } = kubeconfig;
        let find = |name: &str| {
            let context = contexts.iter().find(|context| context.name == name)?;
            Some(context.context.clone().unwrap_or_default())
        };
        let is_named = |name: &String| !name.is_empty();
        let context = match (&options.context, current_context) {
            (Some(name), _) if is_named(name) => {
                find(name).ok_or_else(|| Error::Config(format!("context {} does not exist", quote(name))))?
            }
            (_, Some(name)) if is_named(&name) => find(&name).ok_or_else(|| {
                let text = "invalid configuration: context was not found for specified context";
                Error::Config(format!("{text}: {name}"))
            })?,
            _ => Context::default(),
        };
        let cluster =
            clusters.into_iter().find(|entry| entry.name == context.cluster).and_then(|e| e.cluster);
        let user_name = context.user.clone().unwrap_or_default();
        let user = auth_infos.into_iter().find(|entry| entry.name == user_name).and_then(|e| e.auth_info);
        let mut entries =
            Entries { context, cluster: cluster.unwrap_or_default(), user: user.unwrap_or_default() };
        entries.apply(options);
        entries.check()?;
        entries.check_server()?;
        Ok(entries)
    }

    fn apply(&mut self, options: &ConnectOptions) {
        let Entries { cluster, user, .. } = self;
        if options.server.is_some() || options.tls_server_name.is_some() {
            // A name to check the certificate against belongs to a server.
            cluster.tls_server_name.clone_from(&options.tls_server_name);
        }
        if let Some(server) = &options.server {
            cluster.server = Some(server.clone());
        }
        if options.insecure_skip_tls_verify || options.ca_file.is_some() {
            cluster.insecure_skip_tls_verify = Some(options.insecure_skip_tls_verify);
            cluster.certificate_authority =
                options.ca_file.as_ref().map(|file| file.to_string_lossy().into_owned());
            cluster.certificate_authority_data = None;
        }
        if let Some(token) = &options.token {
            user.token = Some(token.clone().into());
            (user.token_file, user.exec, user.auth_provider) = (None, None, None);
        }
        let server = cluster.server.as_deref().filter(|server| !server.is_empty()).unwrap_or(DEFAULT_SERVER);
        let with_scheme = if server.contains("://") && !server.contains(' ') {
            server.to_owned()
        } else {
            format!("http://{server}")
        };
        cluster.server = Some(with_scheme);
    }

    /// Checks what client-go checks of a configuration, all of it at once.
    fn check(&self) -> Result<(), Error> {
        let Entries { context, cluster, user } = self;
        let user_name = context.user.as_deref().unwrap_or_default();
        let mut mistakes = Vec::new();
        if user.token.is_some() && user.username.is_some() {
            mistakes.push(format!(
                "more than one authentication method found for {user_name}; found [token basicAuth], only one is \
                 allowed"
            ));
        }
        let mut check_file = |what: &str, file: &Option<String>, has_data: bool, of: &str| {
            if let Some(path) = file.as_deref().filter(|path| !path.is_empty() && !has_data)
                && let Err(error) = std::fs::File::open(path)
            {
                let reason = system_reason(&error);
                mistakes.push(format!("unable to read {what} {path} for {of} due to open {path}: {reason}"));
            }
        };
        let (certificate, key) = (&user.client_certificate, &user.client_key);
        check_file("client-cert", certificate, user.client_certificate_data.is_some(), user_name);
        check_file("client-key", key, user.client_key_data.is_some(), user_name);
        let authority = &cluster.certificate_authority;
        check_file(
            "certificate-authority",
            authority,
            cluster.certificate_authority_data.is_some(),
            &context.cluster,
        );
        match mistakes.as_slice() {
            [] => {}
            [mistake] => return Err(Error::Config(format!("invalid configuration: {mistake}"))),
            _ => return Err(Error::Config(format!("invalid configuration: [{}]", mistakes.join(", ")))),
        }
        let has_authority = authority.is_some() || cluster.certificate_authority_data.is_some();
        if has_authority && cluster.insecure_skip_tls_verify == Some(true) {
            let text = "specifying a root certificates file with the insecure flag is not allowed";
            return Err(Error::Config(text.to_owned()));
        }
        let file = authority.as_deref().filter(|_| cluster.certificate_authority_data.is_none());
        if let Some(text) = file.and_then(|file| std::fs::read(file).ok())
            && pem::parse_many(text).unwrap_or_default().is_empty()
        {
            let text = "unable to load root certificates: unable to parse bytes as PEM block";
            return Err(Error::Config(text.to_owned()));
        }
        Ok(())
    }

    /// Checks that the server's URL is one.
    fn check_server(&self) -> Result<(), Error> {
        let server = self.cluster.server.as_deref().unwrap_or(DEFAULT_SERVER);
        let host =
            server.split_once("://").map_or(server, |(_, rest)| rest).split('/').next().unwrap_or_default();
        let text = match host.chars().find(|c| c.is_whitespace() || c.is_control()) {
            Some(character) => {
                let character = quote(character.to_string());
                format!("parse {}: invalid character {character} in host name", quote(server))
            }
            None if host.is_empty() => format!("host must be a URL or a host:port pair: {}", quote(server)),
            None => match server.parse::<http::Uri>() {
                Ok(_) => return Ok(()),
                Err(error) => format!("parse {}: {error}", quote(server)),
            },
        };
        Err(Error::Config(text))
    }

    /// A kubeconfig of nothing but these entries.
    pub fn into_kubeconfig(self) -> Kubeconfig {
        let name = || "chosen".to_owned();
        let Entries { context, cluster, user } = self;
        let context = Context { cluster: name(), user: Some(name()), ..context };
        Kubeconfig {
            current_context: Some(name()),
            contexts: vec![NamedContext { name: name(), context: Some(context), ..NamedContext::default() }],
            clusters: vec![NamedCluster { name: name(), cluster: Some(cluster), ..NamedCluster::default() }],
            auth_infos: vec![NamedAuthInfo {
                name: name(),
                auth_info: Some(user),
                ..NamedAuthInfo::default()
            }],
            ..Kubeconfig::default()
        }
    }
}
