//! What `.Capabilities` says: Kubernetes version, API versions, the version of Helm itself.

use std::sync::Arc;

use govalue::{Kind, List, Method, MethodSet, NamedType, Object, Signature, StructField, Type, Value};
use helm_chart::Compat;

use crate::chart_value::as_map;

/// The API versions that Helm's own Kubernetes client knows: what `helm template` offers without a cluster.
const KNOWN_API_VERSIONS: &str = include_str!("api_versions.txt");

/// The minor version of Kubernetes that both Helm 3.22.0 and Helm 4.3.1 assume without a cluster.
const DEFAULT_KUBE_MINOR: u64 = 37;

/// A Kubernetes version as `.Capabilities.KubeVersion` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// The whole version (`v1.33.4-gke.1245000`).
    pub version: String,
    /// Without vendor suffixes, for checking constraints (`v1.33.4`).
    pub normalized: String,
    /// Major number.
    pub major: String,
    /// Minor number; some vendors add a `+`.
    pub minor: String,
}

impl KubeVersion {
    /// The version that is assumed without a cluster.
    pub fn default_version() -> KubeVersion {
        let version = format!("v1.{DEFAULT_KUBE_MINOR}.0");
        KubeVersion {
            normalized: version.clone(),
            version,
            major: "1".to_owned(),
            minor: DEFAULT_KUBE_MINOR.to_string(),
        }
    }

    /// Reads a version as `--kube-version` does: dotted numbers, two at least, after an optional `v`; what
    /// follows them is kept in `version` only.
    pub fn parse(text: &str, compat: Compat) -> Result<KubeVersion, String> {
        let version = parse_generic(text)?;
        match compat {
            // Helm 3 keeps the numbers only.
            Compat::V3 => Ok(KubeVersion { version: version.normalized.clone(), ..version }),
            Compat::V4 => Ok(version),
        }
    }

    /// The version against which a chart's `kubeVersion` constraint is checked.
    pub fn for_constraints(&self) -> &str {
        if self.normalized.is_empty() { &self.version } else { &self.normalized }
    }
}

/// Reads as Kubernetes does: numbers first, anything after them.
fn parse_generic(text: &str) -> Result<KubeVersion, String> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix('v').unwrap_or(trimmed);
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    let (numbers, _rest) = digits.split_at(end);
    let numbers = numbers.strip_suffix('.').unwrap_or(numbers);
    let quoted = || govalue::strconv::quote(text.as_bytes());
    let bad = || format!("could not parse {} as version", quoted());
    let parts: Vec<&str> = numbers.split('.').collect();
    if parts.iter().any(|p| p.is_empty()) {
        return Err(bad());
    }
    if parts.len() < 2 {
        return Err(format!("illegal version string {}", quoted()));
    }
    let mut components = Vec::with_capacity(parts.len());
    for part in &parts {
        if part.len() > 1 && part.starts_with('0') {
            return Err(format!(
                "illegal zero-prefixed version component {} in {}",
                govalue::strconv::quote(part.as_bytes()),
                quoted()
            ));
        }
        components.push(part.parse::<u64>().map_err(|_| bad())?);
    }
    let normalized: Vec<String> = components.iter().map(u64::to_string).collect();
    Ok(KubeVersion {
        version: if text.starts_with('v') { text.to_owned() } else { format!("v{text}") },
        normalized: format!("v{}", normalized.join(".")),
        major: components[0].to_string(),
        minor: components[1].to_string(),
    })
}

/// Capabilities of the cluster that a chart is rendered for.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Version of Kubernetes.
    pub kube_version: KubeVersion,
    /// `group/version` and, from a live cluster, `group/version/Kind`.
    pub api_versions: Arc<[String]>,
}

impl Capabilities {
    /// Capabilities without a cluster.
    pub fn offline() -> Capabilities {
        Capabilities {
            kube_version: KubeVersion::default_version(),
            api_versions: KNOWN_API_VERSIONS.lines().map(str::to_owned).collect(),
        }
    }

    /// Adds API versions, as `--api-versions` does.
    pub fn with_api_versions(mut self, more: &[String]) -> Capabilities {
        if !more.is_empty() {
            self.api_versions = self.api_versions.iter().chain(more).cloned().collect();
        }
        self
    }

    /// The value of `.Capabilities`.
    pub(crate) fn to_value(&self, compat: Compat) -> Value {
        let names = Names::of(compat);
        let versions = List::with_type(
            Type::Named(Arc::new(NamedType {
                name: names.version_set,
                underlying: Type::slice(Type::STRING),
                methods: Some(&VersionSetMethods),
            })),
            self.api_versions.iter().map(|v| Value::str(v.as_str())).collect(),
        );
        Value::Object(Arc::new(CapabilitiesObject {
            kube_version: Value::Object(Arc::new(KubeVersionObject {
                version: self.kube_version.clone(),
                compat,
            })),
            api_versions: Value::List(versions),
            helm_version: Value::Object(Arc::new(BuildInfo { compat })),
            compat,
            pointer: true,
        }))
    }
}

/// The version of Helm that is imitated, as `.Capabilities.HelmVersion.Version` gives it.
pub fn helm_version(compat: Compat) -> &'static str {
    match compat {
        Compat::V3 => "v3.22.0",
        Compat::V4 => "v4.3.1",
    }
}

/// The Go version that the imitated Helm reports.
pub const GO_VERSION: &str = "go1.26.8";

/// The Kubernetes client version that Helm 4.3.1 reports.
pub const KUBE_CLIENT_VERSION: &str = "v1.37";

/// Go type names, which differ between the two Helms.
struct Names {
    capabilities: &'static str,
    kube_version: &'static str,
    version_set: &'static str,
}

impl Names {
    fn of(compat: Compat) -> Names {
        match compat {
            Compat::V3 => Names {
                capabilities: "chartutil.Capabilities",
                kube_version: "chartutil.KubeVersion",
                version_set: "chartutil.VersionSet",
            },
            Compat::V4 => Names {
                capabilities: "common.Capabilities",
                kube_version: "common.KubeVersion",
                version_set: "common.VersionSet",
            },
        }
    }
}

pub(crate) fn struct_type(name: &'static str) -> Type {
    Type::named(name, Type::Struct(Arc::from("struct {}")))
}

fn string_field(name: &'static str, value: &str) -> StructField {
    StructField { name, value: Value::str(value), ty: Type::STRING }
}

struct VersionSetMethods;

impl MethodSet for VersionSetMethods {
    fn method(&self, receiver: &Value, name: &str) -> Option<Method> {
        let (Value::List(versions), "Has") = (receiver, name) else { return None };
        let versions = versions.clone();
        Some(Method {
            signature: Signature {
                params: vec![Type::STRING],
                variadic: false,
                result: Type::BOOL,
                fallible: false,
            },
            body: Box::new(move |args| Ok(Value::Bool(versions.items().iter().any(|v| *v == args[0])))),
        })
    }
}

#[derive(Clone)]
struct CapabilitiesObject {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
    compat: Compat,
    pointer: bool,
}

impl Object for CapabilitiesObject {
    fn type_of(&self) -> Type {
        let ty = struct_type(Names::of(self.compat).capabilities);
        if self.pointer { Type::pointer(ty) } else { ty }
    }

    fn kind(&self) -> Kind {
        if self.pointer { Kind::Pointer } else { Kind::Struct }
    }

    fn deref(&self) -> Option<Value> {
        self.pointer.then(|| Value::Object(Arc::new(CapabilitiesObject { pointer: false, ..self.clone() })))
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "KubeVersion" => Some(self.kube_version.clone()),
            "APIVersions" => Some(self.api_versions.clone()),
            "HelmVersion" => Some(self.helm_version.clone()),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<StructField> {
        let field = |name, value: &Value| StructField {
            name,
            value: value.clone(),
            ty: value.type_of().unwrap_or(Type::Any),
        };
        vec![
            field("KubeVersion", &self.kube_version),
            field("APIVersions", &self.api_versions),
            field("HelmVersion", &self.helm_version),
        ]
    }

    fn json_fields(&self) -> Option<Vec<(String, Value)>> {
        Some(exported(self))
    }

    fn to_json(&self) -> Option<Value> {
        self.json_fields().map(as_map)
    }
}

struct KubeVersionObject {
    version: KubeVersion,
    compat: Compat,
}

impl KubeVersionObject {
    fn string_method(&self, text: &str) -> Method {
        let text = Value::str(text);
        Method {
            signature: Signature {
                params: Vec::new(),
                variadic: false,
                result: Type::STRING,
                fallible: false,
            },
            body: Box::new(move |_| Ok(text.clone())),
        }
    }
}

impl Object for KubeVersionObject {
    fn type_of(&self) -> Type {
        struct_type(Names::of(self.compat).kube_version)
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::str(match name {
            "Version" => self.version.version.as_str(),
            "Major" => &self.version.major,
            "Minor" => &self.version.minor,
            _ => return None,
        }))
    }

    fn fields(&self) -> Vec<StructField> {
        let mut fields = vec![string_field("Version", &self.version.version)];
        if self.compat == Compat::V4 {
            // Not exported, but `%v` shows it.
            fields.push(string_field("normalizedVersion", &self.version.normalized));
        }
        fields.push(string_field("Major", &self.version.major));
        fields.push(string_field("Minor", &self.version.minor));
        fields
    }

    fn method(&self, name: &str) -> Option<Method> {
        match name {
            "String" => Some(self.string_method(self.version.for_constraints())),
            "GitVersion" => Some(self.string_method(&self.version.version)),
            _ => None,
        }
    }

    fn pointer_text(&self) -> Option<String> {
        Some(self.version.for_constraints().to_owned())
    }

    fn json_fields(&self) -> Option<Vec<(String, Value)>> {
        Some(exported(self))
    }

    fn to_json(&self) -> Option<Value> {
        self.json_fields().map(as_map)
    }
}

/// `version.BuildInfo`: what Helm knows of its own build.
struct BuildInfo {
    compat: Compat,
}

impl Object for BuildInfo {
    fn type_of(&self) -> Type {
        struct_type("version.BuildInfo")
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<StructField> {
        let mut fields = vec![
            string_field("Version", helm_version(self.compat)),
            string_field("GitCommit", ""),
            string_field("GitTreeState", ""),
            string_field("GoVersion", GO_VERSION),
        ];
        if self.compat == Compat::V4 {
            fields.push(string_field("KubeClientVersion", KUBE_CLIENT_VERSION));
        }
        fields
    }

    fn json_fields(&self) -> Option<Vec<(String, Value)>> {
        let mut members = vec![("version", helm_version(self.compat)), ("go_version", GO_VERSION)];
        if self.compat == Compat::V4 {
            members.push(("kube_client_version", KUBE_CLIENT_VERSION));
        }
        Some(members.into_iter().map(|(name, text)| (name.to_owned(), Value::str(text))).collect())
    }

    fn to_json(&self) -> Option<Value> {
        self.json_fields().map(as_map)
    }
}

/// The exported fields of a struct without tags.
fn exported(object: &dyn Object) -> Vec<(String, Value)> {
    let fields = object.fields().into_iter().filter(|f| f.name.starts_with(char::is_uppercase));
    fields.map(|f| (f.name.to_owned(), f.value)).collect()
}
