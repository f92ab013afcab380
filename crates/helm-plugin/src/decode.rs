//! Reading `plugin.yaml` into [`Metadata`]: go-yaml v3 for Helm 4, `sigs.k8s.io/yaml` for Helm 3, and both Helms'
//! checks in their words.

use std::collections::BTreeMap;

use gosemver::Version;
use govalue::Value;
use govalue::strconv::{is_print, quote};
use govalue::yaml::node::{Document, Node, NodeKind, Style, Text};
use govalue::yaml::{Dialect, v3};
use helm_chart::Compat;

use crate::command::PlatformCommand;
use crate::metadata::{
    CliConfig, Config, Extism, Metadata, MetadataError, ProtocolCommand, Runtime, Subprocess,
};

type Read<T> = Result<T, MetadataError>;

fn fail<T>(text: impl Into<String>) -> Read<T> {
    Err(MetadataError(text.into()))
}

/// Fills structs from nodes and collects what does not fit.
struct Decoder {
    compat: Compat,
    /// Whether a field that the struct does not have is a fault.
    strict: bool,
    problems: Vec<String>,
}

impl Decoder {
    fn new(compat: Compat, strict: bool) -> Decoder {
        Decoder { compat, strict, problems: Vec::new() }
    }

    fn finish<T>(self, value: T) -> Read<T> {
        match (self.problems.is_empty(), self.compat) {
            (true, _) => Ok(value),
            (false, Compat::V4) => fail(format!("yaml: unmarshal errors:\n  {}", self.problems.join("\n  "))),
            (false, Compat::V3) => {
                fail(format!("error unmarshaling JSON: while decoding JSON: {}", self.problems[0]))
            }
        }
    }

    fn mismatch(&mut self, node: Node<'_, '_>, wanted: &str) {
        let node = node.target();
        self.problems.push(match self.compat {
            Compat::V4 => {
                let found = match node.kind() {
                    NodeKind::Mapping => "!!map".to_owned(),
                    NodeKind::Sequence => "!!seq".to_owned(),
                    _ => {
                        let short: String = node.value().chars().take(10).collect();
                        let dots = if short.len() < node.value().len() { "..." } else { "" };
                        format!("!!str `{short}{dots}`")
                    }
                };
                format!("line {}: cannot unmarshal {found} into {wanted}", node.line())
            }
            Compat::V3 => {
                let found = match node.kind() {
                    NodeKind::Mapping => "object",
                    NodeKind::Sequence => "array",
                    _ => "string",
                };
                format!("json: cannot unmarshal {found} into Go value of type {wanted}")
            }
        });
    }

    /// Hands every field of a struct to `each`, which answers whether it knows the name.
    fn fields<'d, 'a>(
        &mut self,
        node: Node<'d, 'a>,
        owner: &str,
        mut each: impl FnMut(&mut Decoder, &str, Node<'d, 'a>) -> bool,
    ) {
        let node = node.target();
        if is_null(node) {
            return;
        }
        if node.kind() != NodeKind::Mapping {
            return self.mismatch(node, owner);
        }
        for (key, value) in node.entries() {
            let (name, value) = (key.target().value(), value.target());
            // JSON's fields match without regard to case.
            let known = match self.compat {
                Compat::V4 => each(self, name, value),
                Compat::V3 => each(self, &name.to_lowercase(), value),
            };
            if !known && self.strict {
                self.problems.push(match self.compat {
                    Compat::V4 => format!("line {}: field {name} not found in type {owner}", key.line()),
                    Compat::V3 => format!("json: unknown field {}", quote(name.as_bytes())),
                });
            }
        }
    }

    fn string(&mut self, node: Node<'_, '_>) -> String {
        match node.kind() {
            NodeKind::Scalar if is_null(node) => String::new(),
            NodeKind::Scalar => node.value().to_owned(),
            _ => {
                self.mismatch(node, "string");
                String::new()
            }
        }
    }

    fn bool(&mut self, node: Node<'_, '_>) -> bool {
        match node.value() {
            "true" | "True" | "TRUE" => true,
            "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" if node.style() == Style::Plain => true,
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" | "" => {
                false
            }
            _ if is_null(node) => false,
            _ => {
                self.mismatch(node, "bool");
                false
            }
        }
    }

    fn number<T: std::str::FromStr + Default>(&mut self, node: Node<'_, '_>, ty: &str) -> T {
        if is_null(node) {
            return T::default();
        }
        node.value().parse().unwrap_or_else(|_| {
            self.mismatch(node, ty);
            T::default()
        })
    }

    fn list<T>(
        &mut self,
        node: Node<'_, '_>,
        ty: &str,
        mut each: impl FnMut(&mut Decoder, Node<'_, '_>) -> T,
    ) -> Vec<T> {
        match node.kind() {
            NodeKind::Sequence => node.items().map(|item| each(self, item.target())).collect(),
            _ if is_null(node) => Vec::new(),
            _ => {
                self.mismatch(node, ty);
                Vec::new()
            }
        }
    }

    fn strings(&mut self, node: Node<'_, '_>) -> Vec<String> {
        self.list(node, "[]string", Decoder::string)
    }

    fn map<T>(
        &mut self,
        node: Node<'_, '_>,
        ty: &str,
        mut each: impl FnMut(&mut Decoder, Node<'_, '_>) -> T,
    ) -> BTreeMap<String, T> {
        match node.kind() {
            NodeKind::Mapping => {
                node.entries().map(|(k, v)| (k.target().value().to_owned(), each(self, v.target()))).collect()
            }
            _ if is_null(node) => BTreeMap::new(),
            _ => {
                self.mismatch(node, ty);
                BTreeMap::new()
            }
        }
    }

    fn commands(&mut self, node: Node<'_, '_>) -> Vec<PlatformCommand> {
        self.list(node, "[]plugin.PlatformCommand", |d, item| {
            let mut command = PlatformCommand::default();
            d.fields(item, "plugin.PlatformCommand", |d, name, value| {
                match name {
                    "os" => command.os = d.string(value),
                    "arch" => command.arch = d.string(value),
                    "command" => command.command = d.string(value),
                    "args" => command.args = d.strings(value),
                    _ => return false,
                }
                true
            });
            command
        })
    }
}

fn is_null(node: Node<'_, '_>) -> bool {
    node.kind() == NodeKind::Scalar
        && node.is_implicit()
        && matches!(node.value(), "" | "~" | "null" | "Null" | "NULL")
}

fn with_document<T>(text: &[u8], dialect: Dialect, read: impl FnOnce(&Document<'_>) -> Read<T>) -> Read<T> {
    let text = Text::new(text);
    match text.first_document(dialect) {
        Ok(Some(document)) => read(&document),
        // A decoder at the end of its stream.
        Ok(None) if dialect == Dialect::V3 => fail("EOF"),
        Ok(None) => with_document(b"null", dialect, read),
        Err(error) if dialect == Dialect::V2 => fail(format!("error converting YAML to JSON: {error}")),
        Err(error) => fail(error.to_string()),
    }
}

/// Helm 3's form, field by field.
#[derive(Default)]
struct Legacy {
    name: String,
    version: String,
    usage: String,
    description: String,
    commands: Vec<PlatformCommand>,
    command: String,
    ignore_flags: bool,
    platform_hooks: BTreeMap<String, Vec<PlatformCommand>>,
    hooks: BTreeMap<String, String>,
    downloaders: Vec<(Vec<String>, String)>,
}

fn legacy(d: &mut Decoder, root: Node<'_, '_>) -> Legacy {
    let owner = if d.compat == Compat::V3 { "plugin.Metadata" } else { "plugin.MetadataLegacy" };
    let mut m = Legacy::default();
    d.fields(root, owner, |d, name, value| {
        match name {
            "name" => m.name = d.string(value),
            "version" => m.version = d.string(value),
            "usage" => m.usage = d.string(value),
            "description" => m.description = d.string(value),
            "platformCommand" | "platformcommand" => m.commands = d.commands(value),
            "command" => m.command = d.string(value),
            "ignoreFlags" | "ignoreflags" => m.ignore_flags = d.bool(value),
            "platformHooks" | "platformhooks" => {
                m.platform_hooks = d.map(value, "plugin.PlatformHooks", Decoder::commands);
            }
            "hooks" => m.hooks = d.map(value, "plugin.Hooks", Decoder::string),
            "downloaders" => {
                m.downloaders = d.list(value, "[]plugin.Downloaders", |d, item| {
                    let mut downloader = (Vec::new(), String::new());
                    d.fields(item, "plugin.Downloaders", |d, name, value| {
                        match name {
                            "protocols" => downloader.0 = d.strings(value),
                            "command" => downloader.1 = d.string(value),
                            _ => return false,
                        }
                        true
                    });
                    downloader
                });
            }
            // A relic of Helm 2.
            "usetunnel" => _ = d.bool(value),
            _ => return false,
        }
        true
    });
    m.usage = sanitize(&m.usage);
    m
}

/// Spaces for blanks of all kinds, and only what can be printed.
fn sanitize(text: &str) -> String {
    let clean = |c: char| match c {
        c if c.is_whitespace() => Some(' '),
        c if is_print(c) => Some(c),
        _ => None,
    };
    text.chars().filter_map(clean).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_version(text: &str) -> bool {
    Version::parse_strict(text).is_ok()
}

/// As Helm 3 reads it.
pub(crate) fn old(text: &[u8], file: &str) -> Read<(Metadata, Vec<String>)> {
    let file = quote(file.as_bytes());
    let m = with_document(text, Dialect::V2, |document| {
        let mut decoder = Decoder::new(Compat::V3, true);
        let m = legacy(&mut decoder, document.root());
        decoder.finish(m)
    });
    let m = m.map_err(|e| MetadataError(format!("failed to load plugin at {file}: {e}")))?;
    if !is_name(&m.name) {
        return fail(format!("invalid plugin name at {file}"));
    }
    let both = |new: &str, old: &str| {
        format!(
            "WARNING: both '{new}' and '{old}' are set in {file} (this will become an error in a future Helm \
             version)"
        )
    };
    let mut remarks = Vec::new();
    if !m.commands.is_empty() && !m.command.is_empty() {
        remarks.push(both("platformCommand", "command"));
    }
    if !m.platform_hooks.is_empty() && !m.hooks.is_empty() {
        remarks.push(both("platformHooks", "hooks"));
    }
    Ok((from_legacy(m, Compat::V3), remarks))
}

/// As Helm 4 reads it.
pub(crate) fn new(text: &[u8]) -> Read<Metadata> {
    let version = with_document(text, Dialect::V3, |document| {
        let mut decoder = Decoder::new(Compat::V4, false);
        let mut version = String::new();
        decoder.fields(document.root(), "plugin.apiVersion", |d, name, value| {
            if name == "apiVersion" {
                version = d.string(value);
            }
            true
        });
        decoder.finish(version)
    });
    let version =
        version.map_err(|e| MetadataError(format!("failed to peek plugin.yaml API version: {e}")))?;
    match version.as_str() {
        "" => {
            let m = with_document(text, Dialect::V3, |document| {
                let mut decoder = Decoder::new(Compat::V4, false);
                let m = legacy(&mut decoder, document.root());
                decoder.finish(m)
            })?;
            check_legacy(&m)?;
            Ok(from_legacy(m, Compat::V4))
        }
        "v1" => with_document(text, Dialect::V3, |document| v1(document.root(), text)),
        other => fail(format!("invalid plugin apiVersion: {}", quote(other.as_bytes()))),
    }
}

fn check_legacy(m: &Legacy) -> Read<()> {
    if !is_name(&m.name) {
        return fail(format!(
            "invalid plugin name {}: must contain only a-z, A-Z, 0-9, _ and -",
            quote(m.name.as_bytes())
        ));
    }
    if !m.version.is_empty() && !is_version(&m.version) {
        return fail(format!("invalid plugin version {}: must be valid semver", quote(m.version.as_bytes())));
    }
    if !m.commands.is_empty() && !m.command.is_empty() {
        return fail("both platformCommand and command are set");
    }
    if !m.platform_hooks.is_empty() && !m.hooks.is_empty() {
        return fail("both platformHooks and hooks are set");
    }
    for (i, (protocols, command)) in m.downloaders.iter().enumerate() {
        if command.is_empty() {
            return fail(format!("downloader {i} has empty command"));
        }
        if protocols.is_empty() {
            return fail(format!("downloader {i} has no protocols"));
        }
        if let Some(j) = protocols.iter().position(String::is_empty) {
            return fail(format!("downloader {i} has empty protocol at index {j}"));
        }
    }
    Ok(())
}

fn from_legacy(m: Legacy, compat: Compat) -> Metadata {
    let one = |command: String| vec![PlatformCommand { command, ..PlatformCommand::default() }];
    let commands = match m.commands.is_empty() && !m.command.is_empty() {
        true => one(m.command),
        false => m.commands,
    };
    // Helm 3 looks for each event in the new hooks, then in the old ones.
    let mut hooks = m.platform_hooks;
    let expand_hook_args = m.hooks.is_empty() || (compat == Compat::V4 && !hooks.is_empty());
    for (event, script) in m.hooks {
        if !script.is_empty() || compat == Compat::V4 {
            hooks.entry(event).or_insert_with(|| {
                vec![PlatformCommand {
                    command: "sh".to_owned(),
                    args: vec!["-c".to_owned(), script],
                    ..PlatformCommand::default()
                }]
            });
        }
    }
    let protocols: Vec<ProtocolCommand> = m
        .downloaders
        .into_iter()
        .map(|(protocols, command)| ProtocolCommand { protocols, commands: one(command) })
        .collect();
    // A plugin of Helm 3 is a command, whatever else it is; for Helm 4 one that fetches is nothing else.
    let fetches = !protocols.is_empty() && compat == Compat::V4;
    Metadata {
        api_version: "legacy".to_owned(),
        name: m.name,
        kind: if fetches { "getter/v1" } else { "cli/v1" }.to_owned(),
        version: m.version,
        source_url: String::new(),
        config: match fetches {
            true => Config::Getter {
                protocols: protocols.iter().flat_map(|p| p.protocols.iter().cloned()).collect(),
            },
            false => Config::Cli(CliConfig {
                usage: String::new(),
                short: m.usage,
                long: m.description,
                ignore_flags: m.ignore_flags,
            }),
        },
        runtime: Runtime::Subprocess(Subprocess { commands, hooks, expand_hook_args, protocols }),
    }
}

fn v1(root: Node<'_, '_>, text: &[u8]) -> Read<Metadata> {
    let mut d = Decoder::new(Compat::V4, true);
    let mut m = Metadata::default();
    let (mut runtime, mut api_version) = (String::new(), String::new());
    d.fields(root, "plugin.MetadataV1", |d, name, value| {
        match name {
            "apiVersion" => api_version = d.string(value),
            "name" => m.name = d.string(value),
            "type" => m.kind = d.string(value),
            "runtime" => runtime = d.string(value),
            "version" => m.version = d.string(value),
            "sourceURL" => m.source_url = d.string(value),
            "config" | "runtimeConfig" => {
                if value.kind() != NodeKind::Mapping && !is_null(value) {
                    d.mismatch(value, "map[string]interface {}");
                }
            }
            _ => return false,
        }
        true
    });
    d.finish(())?;
    m.api_version = api_version;
    if !is_name(&m.name) {
        return fail("invalid plugin `name`");
    }
    if m.version.is_empty() {
        return fail("plugin `version` is required");
    }
    if !is_version(&m.version) {
        return fail(format!(
            "invalid plugin `version` {}: must be valid semver",
            quote(m.version.as_bytes())
        ));
    }
    if m.kind.is_empty() {
        return fail("`type` missing");
    }
    if runtime.is_empty() {
        return fail("`runtime` missing");
    }
    let converted =
        |e: MetadataError| MetadataError(format!("failed to convert MetadataV1 to Metadata: {e}"));
    m.config = config(&m.kind, text).map_err(converted)?;
    m.runtime = runtime_config(&runtime, text).map_err(converted)?;
    if let Config::Getter { protocols } = &m.config {
        if protocols.is_empty() {
            return fail("config validation failed: getter has no protocols");
        }
        if let Some(i) = protocols.iter().position(String::is_empty) {
            return fail(format!("config validation failed: getter has empty protocol at index {i}"));
        }
    }
    Ok(m)
}

/// One field of the document, written out and read again as Helm does, so that lines count from its start.
fn section<T>(text: &[u8], name: &str, read: impl FnOnce(&Document<'_>) -> Read<T>) -> Read<T> {
    let whole = v3::decode(text).map_err(|e| MetadataError(e.to_string()))?;
    let part = match &whole {
        Value::Map(map) => map.get(name),
        _ => None,
    };
    let part = part.filter(|p| !matches!(p, Value::Nil));
    let text = match part {
        Some(part) => v3::encode(&part, 0).map_err(|e| MetadataError(e.to_string()))?,
        None => b"{}\n".to_vec(),
    };
    with_document(&text, Dialect::V3, read)
}

fn config(kind: &str, text: &[u8]) -> Read<Config> {
    let mut cli = CliConfig::default();
    let mut protocols = Vec::new();
    let owner = match kind {
        "cli/v1" => "schema.ConfigCLIV1",
        "getter/v1" => "schema.ConfigGetterV1",
        "postrenderer/v1" => "schema.ConfigPostRendererV1",
        "test/v1" => "schema.ConfigTestV1",
        other => return fail(format!("unknown plugin type {}", quote(other.as_bytes()))),
    };
    section(text, "config", |document| {
        let mut d = Decoder::new(Compat::V4, true);
        d.fields(document.root(), owner, |d, name, value| {
            match (kind, name) {
                ("cli/v1", "usage") => cli.usage = d.string(value),
                ("cli/v1", "shortHelp") => cli.short = d.string(value),
                ("cli/v1", "longHelp") => cli.long = d.string(value),
                ("cli/v1", "ignoreFlags") => cli.ignore_flags = d.bool(value),
                ("getter/v1", "protocols") => protocols = d.strings(value),
                _ => return false,
            }
            true
        });
        d.finish(())
    })?;
    Ok(match kind {
        "cli/v1" => Config::Cli(cli),
        "getter/v1" => Config::Getter { protocols },
        _ => Config::None,
    })
}

fn runtime_config(runtime: &str, text: &[u8]) -> Read<Runtime> {
    let wrap = |e: MetadataError| {
        MetadataError(format!("failed to unmarshal runtimeConfig for {runtime} runtime: {e}"))
    };
    match runtime {
        "subprocess" => section(text, "runtimeConfig", subprocess).map(Runtime::Subprocess).map_err(wrap),
        "extism/v1" => section(text, "runtimeConfig", extism).map(Runtime::Extism).map_err(wrap),
        other => fail(format!("unsupported plugin runtime type: {}", quote(other.as_bytes()))),
    }
}

fn subprocess(document: &Document<'_>) -> Read<Subprocess> {
    let mut d = Decoder::new(Compat::V4, false);
    let mut m = Subprocess::default();
    d.fields(document.root(), "plugin.RuntimeConfigSubprocess", |d, name, value| {
        match name {
            "platformCommand" => m.commands = d.commands(value),
            "platformHooks" => m.hooks = d.map(value, "plugin.PlatformHooks", Decoder::commands),
            "protocolCommands" => {
                m.protocols = d.list(value, "[]plugin.SubprocessProtocolCommand", |d, item| {
                    let mut command = ProtocolCommand::default();
                    d.fields(item, "plugin.SubprocessProtocolCommand", |d, name, value| {
                        match name {
                            "protocols" => command.protocols = d.strings(value),
                            "platformCommand" => command.commands = d.commands(value),
                            _ => return false,
                        }
                        true
                    });
                    command
                });
            }
            _ => return false,
        }
        true
    });
    d.finish(m)
}

fn extism(document: &Document<'_>) -> Read<Extism> {
    let mut d = Decoder::new(Compat::V4, false);
    let mut m = Extism::default();
    d.fields(document.root(), "plugin.RuntimeConfigExtismV1", |d, name, value| {
        match name {
            "memory" => d.fields(value, "plugin.RuntimeConfigExtismV1Memory", |d, name, value| {
                match name {
                    "maxPages" => m.max_pages = d.number(value, "uint32"),
                    "maxHttpResponseBytes" => m.max_http_response_bytes = d.number(value, "int64"),
                    "maxVarBytes" => m.max_var_bytes = d.number(value, "int64"),
                    _ => return false,
                }
                true
            }),
            "config" => m.config = d.map(value, "map[string]string", Decoder::string),
            "allowedHosts" => m.allowed_hosts = d.strings(value),
            "fileSystem" => d.fields(value, "plugin.RuntimeConfigExtismV1FileSystem", |d, name, value| {
                if name == "createTempDir" {
                    m.create_temp_dir = d.bool(value);
                }
                true
            }),
            "timeout" => m.timeout = d.number(value, "uint64"),
            "hostFunctions" => m.host_functions = d.strings(value),
            "entryFuncName" => m.entry = d.string(value),
            _ => return false,
        }
        true
    });
    d.finish(m)
}
