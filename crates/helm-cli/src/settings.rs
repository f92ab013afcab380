//! The environment: `HELM_*` variables, folders, what the global flags change in them.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use gonet::Proxies;
use helm_chart::Compat;

use crate::error::CliError;
use crate::flag::Flag;
use crate::parse::Args;

/// Everything that the process was told from outside the command's own flags.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) compat: Compat,
    pub(crate) debug: bool,
    /// Namespace from the flag or the environment; the kubeconfig decides when absent.
    pub(crate) namespace: Option<String>,
    /// The file of `--kubeconfig`.
    pub(crate) kubeconfig: Option<String>,
    /// The list of files in `KUBECONFIG`.
    pub(crate) kubeconfig_list: Option<String>,
    /// Where clients of Kubernetes keep what they learned of servers.
    pub(crate) kube_cache: PathBuf,
    /// The home folder.
    pub(crate) home: PathBuf,
    pub(crate) kube_context: Option<String>,
    pub(crate) kube_token: Option<String>,
    pub(crate) kube_as_user: Option<String>,
    pub(crate) kube_as_groups: Vec<String>,
    pub(crate) kube_apiserver: Option<String>,
    pub(crate) kube_ca_file: Option<String>,
    pub(crate) kube_tls_server_name: Option<String>,
    pub(crate) kube_insecure: bool,
    pub(crate) burst_limit: i64,
    pub(crate) qps: f32,
    /// How long another writer of the same release is waited for.
    pub(crate) lock_timeout: Duration,
    pub(crate) max_history: i64,
    pub(crate) driver: String,
    pub(crate) cache_home: PathBuf,
    pub(crate) config_home: PathBuf,
    pub(crate) data_home: PathBuf,
    pub(crate) content_cache: String,
    pub(crate) registry_config: String,
    /// Docker's `config.json`.
    pub(crate) docker_config: PathBuf,
    /// `PATH`.
    pub(crate) search_path: Option<OsString>,
    pub(crate) repository_cache: String,
    pub(crate) repository_config: String,
    pub(crate) plugins: String,
    default_paths: DefaultPaths,
    pub(crate) proxies: Proxies,
    pub(crate) color: ColorMode,
    /// Whether the terminal or the user wants no colours, short of saying so with `--color`.
    pub(crate) dumb_terminal: bool,
}

/// Where files are unless flags say otherwise.
#[derive(Clone, Debug)]
struct DefaultPaths {
    content_cache: String,
    registry_config: String,
    repository_cache: String,
    repository_config: String,
}

impl DefaultPaths {
    fn read(cache: &Path, config: &Path) -> DefaultPaths {
        let path = |name: &str, default: PathBuf| {
            variable(name).unwrap_or_else(|| default.to_string_lossy().into_owned())
        };
        DefaultPaths {
            content_cache: path("HELM_CONTENT_CACHE", cache.join("content")),
            registry_config: path("HELM_REGISTRY_CONFIG", config.join("registry/config.json")),
            repository_cache: path("HELM_REPOSITORY_CACHE", cache.join("repository")),
            repository_config: path("HELM_REPOSITORY_CONFIG", config.join("repositories.yaml")),
        }
    }
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColorMode {
    Never,
    Always,
    Auto,
}

/// GnuPG's keyring: the old one, or for Helm 4 the keybox that GnuPG has had since 2.1 where only that is there.
pub(crate) fn default_keyring(compat: Compat) -> PathBuf {
    let home = match env::var_os("GNUPGHOME") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(variable("HOME").unwrap_or_default()).join(".gnupg"),
    };
    let old = home.join("pubring.gpg");
    let keybox = home.join("pubring.kbx");
    let is_there = |path: &Path| !matches!(path.try_exists(), Ok(false));
    if compat == Compat::V4 && !is_there(&old) && is_there(&keybox) { keybox } else { old }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|v| !v.is_empty())
}

/// The Helm to imitate: `HELM_COMPAT`, or Helm 3 for a program that is called `helm3`.
pub(crate) fn compat(program: Option<&OsStr>) -> Result<Compat, CliError> {
    match env::var("HELM_COMPAT").unwrap_or_default().as_str() {
        "" if program.and_then(|p| Path::new(p).file_stem()).is_some_and(|name| name == "helm3") => {
            Ok(Compat::V3)
        }
        "" | "4" => Ok(Compat::V4),
        "3" => Ok(Compat::V3),
        other => Err(CliError::usage(format!(
            "invalid HELM_COMPAT {}: must be 3 (behave as Helm 3.22) or 4 (behave as Helm 4.3, the default)",
            crate::text::quote(other)
        ))),
    }
}

/// A folder of Helm's: its own variable, the XDG one, or the default in the home folder.
fn home(helm: &str, xdg: &str, default: &str) -> PathBuf {
    if let Some(dir) = variable(helm) {
        return PathBuf::from(dir);
    }
    match variable(xdg) {
        Some(dir) => PathBuf::from(dir).join("helm"),
        None => PathBuf::from(variable("HOME").unwrap_or_default()).join(default).join("helm"),
    }
}

impl Settings {
    /// Reads the environment and the global flags over it.
    pub(crate) fn read(compat: Compat, args: &Args) -> Result<Settings, CliError> {
        let cache_home = home("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache");
        let config_home = home("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config");
        let data_home = home("HELM_DATA_HOME", "XDG_DATA_HOME", ".local/share");
        let text =
            |flag: &str, name: &str| args.text_if_given(flag).map(str::to_owned).or_else(|| variable(name));
        let truth = |flag: &str, name: &str| {
            if args.given(flag) { args.on(flag) } else { variable(name).is_some_and(|v| is_true(&v)) }
        };
        let default_paths = DefaultPaths::read(&cache_home, &config_home);
        let path = |flag: &str, default: &str| args.text_if_given(flag).unwrap_or(default).to_owned();
        let groups = args.all("kube-as-group");
        Ok(Settings {
            compat,
            debug: truth("debug", "HELM_DEBUG"),
            namespace: text("namespace", "HELM_NAMESPACE"),
            kubeconfig: args.text_if_given("kubeconfig").map(str::to_owned),
            kubeconfig_list: variable("KUBECONFIG"),
            kube_cache: match variable("KUBECACHEDIR") {
                Some(folder) => PathBuf::from(folder),
                None => PathBuf::from(variable("HOME").unwrap_or_default()).join(".kube/cache"),
            },
            home: PathBuf::from(variable("HOME").unwrap_or_default()),
            kube_context: text("kube-context", "HELM_KUBECONTEXT"),
            kube_token: text("kube-token", "HELM_KUBETOKEN"),
            kube_as_user: text("kube-as-user", "HELM_KUBEASUSER"),
            kube_as_groups: match groups.is_empty() {
                true => variable("HELM_KUBEASGROUPS").map_or_else(Vec::new, |v| {
                    v.split(',').map(|g| g.trim().to_owned()).filter(|g| !g.is_empty()).collect()
                }),
                false => groups,
            },
            kube_apiserver: text("kube-apiserver", "HELM_KUBEAPISERVER"),
            kube_ca_file: text("kube-ca-file", "HELM_KUBECAFILE"),
            kube_tls_server_name: text("kube-tls-server-name", "HELM_KUBETLS_SERVER_NAME"),
            kube_insecure: truth("kube-insecure-skip-tls-verify", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY"),
            lock_timeout: crate::conduct::duration(args, "lock-timeout"),
            burst_limit: match args.given("burst-limit") {
                true => args.int("burst-limit"),
                false => number("HELM_BURST_LIMIT", 100),
            },
            qps: text("qps", "HELM_QPS").and_then(|v| v.parse().ok()).unwrap_or(0.0),
            max_history: number("HELM_MAX_HISTORY", 10),
            driver: variable("HELM_DRIVER").unwrap_or_default(),
            content_cache: path("content-cache", &default_paths.content_cache),
            registry_config: path("registry-config", &default_paths.registry_config),
            repository_cache: path("repository-cache", &default_paths.repository_cache),
            repository_config: path("repository-config", &default_paths.repository_config),
            default_paths,
            // Helm takes an empty one as it is.
            plugins: env::var("HELM_PLUGINS")
                .ok()
                .unwrap_or_else(|| data_home.join("plugins").to_string_lossy().into_owned()),
            docker_config: docker_config(),
            search_path: env::var_os("PATH"),
            proxies: proxies(),
            color: color(args)?,
            dumb_terminal: variable("NO_COLOR").is_some() || variable("TERM").is_some_and(|t| t == "dumb"),
            cache_home,
            config_home,
            data_home,
        })
    }

    /// The default of a flag whose default is not the same everywhere, as help shows it.
    pub(crate) fn default_of(&self, flag: &Flag) -> Option<String> {
        let from = |name: &str| variable(name).unwrap_or_default();
        Some(match flag.long {
            "burst-limit" => number("HELM_BURST_LIMIT", 100).to_string(),
            "color" | "colour" => color_word(None),
            "content-cache" => self.default_paths.content_cache.clone(),
            "debug" => variable("HELM_DEBUG").is_some_and(|v| is_true(&v)).to_string(),
            "history-max" => self.max_history.to_string(),
            "keyring" => default_keyring(self.compat).to_string_lossy().into_owned(),
            "kube-apiserver" => from("HELM_KUBEAPISERVER"),
            "kube-as-group" => match from("HELM_KUBEASGROUPS").as_str() {
                "" => String::new(),
                groups => format!("[{groups}]"),
            },
            "kube-as-user" => from("HELM_KUBEASUSER"),
            "kube-ca-file" => from("HELM_KUBECAFILE"),
            "kube-context" => from("HELM_KUBECONTEXT"),
            "kube-insecure-skip-tls-verify" => {
                variable("HELM_KUBEINSECURE_SKIP_TLS_VERIFY").is_some_and(|v| is_true(&v)).to_string()
            }
            "kube-tls-server-name" => from("HELM_KUBETLS_SERVER_NAME"),
            "namespace" => from("HELM_NAMESPACE"),
            "qps" => variable("HELM_QPS").unwrap_or_default(),
            "registry-config" => self.default_paths.registry_config.clone(),
            "repository-cache" => self.default_paths.repository_cache.clone(),
            "repository-config" => self.default_paths.repository_config.clone(),
            _ => return None,
        })
    }

    /// The namespace that is meant: a flag, the environment, or the kubeconfig's context.
    pub(crate) fn namespace(&self) -> String {
        match &self.namespace {
            Some(namespace) => namespace.clone(),
            None => crate::connect::connect_options(self).default_namespace(),
        }
    }
}

/// Where Docker keeps credentials.
fn docker_config() -> PathBuf {
    let folder = match variable("DOCKER_CONFIG") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(variable("HOME").unwrap_or_default()).join(".docker"),
    };
    folder.join("config.json")
}

/// Proxies as Go reads them. `HTTP_PROXY` may come from a request's `Proxy` header where a web server runs this as a
/// CGI program, and is left alone then.
fn proxies() -> Proxies {
    let either = |upper: &str, lower: &str| variable(upper).or_else(|| variable(lower)).unwrap_or_default();
    let http =
        if variable("REQUEST_METHOD").is_some() { String::new() } else { either("HTTP_PROXY", "http_proxy") };
    Proxies::new(&http, &either("HTTPS_PROXY", "https_proxy"), &either("NO_PROXY", "no_proxy"))
}

/// A number from the environment; what is none counts as absent.
fn number(name: &str, default: i64) -> i64 {
    variable(name).and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True")
}

fn color_word(typed: Option<String>) -> String {
    match typed.or_else(|| variable("HELM_COLOR")) {
        Some(mode) => mode,
        None if variable("NO_COLOR").is_some() => "never".to_owned(),
        None => "auto".to_owned(),
    }
}

fn color(args: &Args) -> Result<ColorMode, CliError> {
    let typed = args.text_if_given("color").or_else(|| args.text_if_given("colour")).map(str::to_owned);
    let mode = color_word(typed);
    match mode.as_str() {
        "never" => Ok(ColorMode::Never),
        "always" => Ok(ColorMode::Always),
        "auto" => Ok(ColorMode::Auto),
        other => Err(CliError::usage(format!(
            "invalid color mode {}: must be one of: never, auto, always",
            crate::text::quote(other)
        ))),
    }
}
