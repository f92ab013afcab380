//! Flags as data: what the parser accepts and what help shows come from the same tables.

use helm_chart::Compat;

/// What a flag takes, in the words of Go's pflag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Takes {
    /// Nothing, or `=true` and the like.
    Bool { default: bool },
    /// One value; of several the last counts.
    Text { default: &'static str },
    /// One value a time; all count, commas included (`stringArray`).
    Array,
    /// Values separated by commas; all count (`strings`).
    Slice,
    /// `key=value` pairs separated by commas (`stringToString`).
    Pairs,
    /// A whole number.
    Int { default: i64 },
    /// A whole number that is not negative.
    Uint { default: u64 },
    /// A number.
    Float,
    /// A Go duration (`5m0s`).
    Duration { default: &'static str },
    /// A value after `=`, or none, which stands for `bare`.
    Optional { default: &'static str, bare: &'static str },
    /// A format of output: `table`, `json` or `yaml`.
    Format,
    /// A way to wait, `watcher` where none is named.
    Wait { default: &'static str },
    /// A flag of Kubernetes' logging library.
    Klog(Klog),
}

/// What a flag of Kubernetes' logging library takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Klog {
    Bool,
    Level,
    Severity,
    Size,
    Text,
}

impl Takes {
    /// The name of the value in help texts.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Takes::Bool { .. } => "",
            Takes::Text { .. } | Takes::Optional { .. } | Takes::Klog(_) => "string",
            Takes::Format => "format",
            Takes::Wait { .. } => "WaitStrategy",
            Takes::Array => "stringArray",
            Takes::Slice => "strings",
            Takes::Pairs => "stringToString",
            Takes::Int { .. } => "int",
            Takes::Uint { .. } => "uint",
            Takes::Float => "float32",
            Takes::Duration { .. } => "duration",
        }
    }
}

/// One flag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    pub(crate) takes: Takes,
    pub(crate) help: &'static str,
    /// What to use instead; the flag works, is not shown in help and warns.
    pub(crate) deprecated: Option<&'static str>,
    pub(crate) hidden: bool,
    /// The only Helm that has it.
    pub(crate) only: Option<Compat>,
}

impl Flag {
    const fn new(long: &'static str, takes: Takes, help: &'static str) -> Flag {
        Flag { long, short: None, takes, help, deprecated: None, hidden: false, only: None }
    }

    pub(crate) const fn switch(long: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Bool { default: false }, help)
    }

    pub(crate) const fn switch_on(long: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Bool { default: true }, help)
    }

    const fn klog(long: &'static str, kind: Klog) -> Flag {
        Flag { hidden: true, ..Flag::new(long, Takes::Klog(kind), "") }
    }

    /// What the flag means without a value, if it may stand without one (pflag's `NoOptDefVal`).
    pub(crate) fn bare(&self) -> Option<&'static str> {
        match self.takes {
            Takes::Bool { .. } | Takes::Klog(Klog::Bool) => Some("true"),
            Takes::Optional { bare, .. } => Some(bare),
            Takes::Wait { .. } => Some("watcher"),
            _ => None,
        }
    }

    pub(crate) const fn text(long: &'static str, default: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Text { default }, help)
    }

    pub(crate) const fn array(long: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Array, help)
    }

    pub(crate) const fn slice(long: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Slice, help)
    }

    pub(crate) const fn pairs(long: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Pairs, help)
    }

    pub(crate) const fn int(long: &'static str, default: i64, help: &'static str) -> Flag {
        Flag::new(long, Takes::Int { default }, help)
    }

    pub(crate) const fn uint(long: &'static str, default: u64, help: &'static str) -> Flag {
        Flag::new(long, Takes::Uint { default }, help)
    }

    pub(crate) const fn float(long: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Float, help)
    }

    pub(crate) const fn duration(long: &'static str, default: &'static str, help: &'static str) -> Flag {
        Flag::new(long, Takes::Duration { default }, help)
    }

    pub(crate) const fn optional(
        long: &'static str,
        default: &'static str,
        bare: &'static str,
        help: &'static str,
    ) -> Flag {
        Flag::new(long, Takes::Optional { default, bare }, help)
    }

    pub(crate) const fn short(self, short: char) -> Flag {
        Flag { short: Some(short), ..self }
    }

    /// A flag that Helm 4 does not know any more.
    pub(crate) const fn only3(self) -> Flag {
        Flag { only: Some(Compat::V3), ..self }
    }

    /// A flag that Helm 3 does not know.
    pub(crate) const fn since4(self) -> Flag {
        Flag { only: Some(Compat::V4), ..self }
    }

    /// Whether the Helm that is imitated has it.
    pub(crate) fn exists(&self, compat: Compat) -> bool {
        self.only.is_none_or(|only| only == compat)
    }

    /// A flag that help does not show.
    pub(crate) const fn hide(self) -> Flag {
        Flag { hidden: true, ..self }
    }

    /// A flag that Helm 4 deprecates; what Helm 3 has under the name is another entry.
    pub(crate) const fn deprecated(self, instead: &'static str) -> Flag {
        Flag { deprecated: Some(instead), hidden: true, only: Some(Compat::V4), ..self }
    }

    /// A flag that Helm 3 deprecates and Helm 4 does not know.
    pub(crate) const fn only3_deprecated(self, instead: &'static str) -> Flag {
        Flag { only: Some(Compat::V3), ..self.deprecated(instead) }
    }
}

/// Every command has it.
pub(crate) const HELP: Flag = Flag::switch("help", "show this help").short('h');

/// Flags of Kubernetes' logging library, which Helm takes without showing them. They are read and checked; there is
/// no such log here.
pub(crate) const KLOG: &[Flag] = &[
    Flag::klog("add-dir-header", Klog::Bool),
    Flag::klog("alsologtostderr", Klog::Bool),
    Flag::klog("alsologtostderrthreshold", Klog::Severity),
    Flag::klog("legacy-stderr-threshold-behavior", Klog::Bool),
    Flag::klog("log-backtrace-at", Klog::Text),
    Flag::klog("log-dir", Klog::Text),
    Flag::klog("log-file", Klog::Text),
    Flag::klog("log-file-max-size", Klog::Size),
    Flag::klog("logtostderr", Klog::Bool),
    Flag::klog("one-output", Klog::Bool),
    Flag::klog("skip-headers", Klog::Bool),
    Flag::klog("skip-log-headers", Klog::Bool),
    Flag::klog("stderrthreshold", Klog::Severity),
    Flag::klog("v", Klog::Level).short('v'),
    Flag::klog("vmodule", Klog::Text),
];

/// Flags that every command takes.
pub(crate) const GLOBAL: &[Flag] = &[
    Flag::int(
        "burst-limit",
        100,
        "requests that may be sent to the API server at once before throttling starts",
    ),
    Flag::text("color", "auto", "when to colour output: never, auto or always").since4(),
    Flag::text("colour", "auto", "the same as --color").since4(),
    Flag::text("content-cache", "", "folder that keeps downloaded charts by their digest").since4(),
    Flag::switch("debug", "tell more about what is being done"),
    Flag::text("kube-apiserver", "", "address of the Kubernetes API server"),
    Flag::array("kube-as-group", "group to act as on the cluster; may be repeated"),
    Flag::text("kube-as-user", "", "user to act as on the cluster"),
    Flag::text("kube-ca-file", "", "file with the certificate authority of the API server"),
    Flag::text("kube-context", "", "context of the kubeconfig file to use"),
    Flag::switch(
        "kube-insecure-skip-tls-verify",
        "do not check the API server's certificate; this is insecure",
    ),
    Flag::text(
        "kube-tls-server-name",
        "",
        "name that the API server's certificate must have, if not its host name",
    ),
    Flag::text("kube-token", "", "bearer token for the API server"),
    Flag::text("kubeconfig", "", "kubeconfig file to use"),
    Flag::text("namespace", "", "namespace of the request").short('n'),
    // Of ours; not shown, because Helm's help does not have it.
    Flag::duration("lock-timeout", "30s", "how long to wait for another operation on the same release")
        .hide(),
    Flag::float("qps", "requests a second to the API server, bursts aside"),
    Flag::text("registry-config", "", "file with the credentials for registries"),
    Flag::text("repository-cache", "", "folder that keeps the indexes of repositories"),
    Flag::text("repository-config", "", "file with the names and addresses of repositories"),
];

/// Flags that say which values a chart gets.
pub(crate) const VALUES: &[Flag] = &[
    Flag::array("set", "set values on the command line (key1=val1,key2=val2); may be repeated"),
    Flag::array("set-file", "set values from files (key1=path1,key2=path2); may be repeated"),
    Flag::array("set-json", "set values as JSON (key1=jsonval1, or a whole object); may be repeated"),
    Flag::array("set-literal", "set one value to the literal text after the first ="),
    Flag::array("set-string", "set values that stay strings (key1=val1,key2=val2); may be repeated"),
    Flag::slice("values", "file or URL with values; may be repeated, later ones win").short('f'),
];

/// Flags that say which chart is meant and how to get it.
pub(crate) const CHART_SOURCE: &[Flag] = &[
    CA_FILE,
    CERT_FILE,
    Flag::switch("devel", "take development versions too: the same as --version '>0.0.0-0'"),
    INSECURE_SKIP_TLS_VERIFY,
    KEY_FILE,
    KEYRING,
    PASS_CREDENTIALS,
    PASSWORD,
    PLAIN_HTTP,
    Flag::text("repo", "", "address of the repository to look for the chart in"),
    USERNAME,
    Flag::switch("verify", "check the chart's signature before using it"),
    Flag::text("version", "", "version or version range of the chart; a chart on disk is taken as it is"),
];

/// How a registry is reached.
pub(crate) const REGISTRY: &[Flag] = &[CA_FILE, CERT_FILE, KEY_FILE, PLAIN_HTTP];

/// No TLS.
pub(crate) const PLAIN_HTTP: Flag = Flag::switch("plain-http", "speak to registries without TLS");
/// Whose signatures are believed, or who signs.
pub(crate) const KEYRING: Flag = Flag::text("keyring", "", "file with OpenPGP keys; GnuPG's own when absent");
/// Authorities of servers.
pub(crate) const CA_FILE: Flag =
    Flag::text("ca-file", "", "file with the certificate authorities that servers are checked with");
/// The client's certificate.
pub(crate) const CERT_FILE: Flag = Flag::text("cert-file", "", "file with the client's certificate");
/// Its key.
pub(crate) const KEY_FILE: Flag = Flag::text("key-file", "", "file with the key of the client's certificate");
/// No check of servers.
pub(crate) const INSECURE_SKIP_TLS_VERIFY: Flag =
    Flag::switch("insecure-skip-tls-verify", "do not check servers' certificates; this is insecure");
/// Credentials for other hosts.
pub(crate) const PASS_CREDENTIALS: Flag =
    Flag::switch("pass-credentials", "send the credentials to other hosts than the repository's too");
/// A password.
pub(crate) const PASSWORD: Flag = Flag::text("password", "", "password for the repository");
/// A user.
pub(crate) const USERNAME: Flag = Flag::text("username", "", "user for the repository");

/// `-o`.
pub(crate) const OUTPUT: Flag =
    Flag::new("output", Takes::Format, "format of the output: table, json or yaml").short('o');

/// How to wait for objects in Helm 4.
pub(crate) const WAIT: Flag = Flag::new(
    "wait",
    Takes::Wait { default: "hookOnly" },
    "wait until all objects are ready: watcher, hookOnly or legacy; as long as --timeout allows",
)
.since4();

/// Whether to wait for objects in Helm 3.
pub(crate) const WAIT3: Flag =
    Flag::switch("wait", "wait until all objects are ready, as long as --timeout allows").only3();

/// How long one operation on the cluster may take.
pub(crate) const TIMEOUT: Flag =
    Flag::duration("timeout", "5m0s", "how long any single operation on the cluster may take");
