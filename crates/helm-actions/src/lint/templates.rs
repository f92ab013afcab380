//! Rules for templates: they render, and what they render to is sound.

use std::collections::HashMap;

use govalue::strconv;
use helm_chart::{Chart, Compat, dependencies, values};
use helm_render::{Capabilities, KubeVersion, Mode, ReleaseInfo, RenderInput, Rendered};

use super::documents::{self, Head};
use super::{Linter, Severity, names};

const FOLDER: &str = "templates/";

/// Deprecated APIs: since which minor version of Kubernetes 1, group and version, kind, and what to say.
const DEPRECATED: &str = include_str!("deprecated_apis.tsv");

pub(super) fn check(linter: &mut Linter<'_>) {
    if !has_folder(linter) {
        return;
    }
    let chart = match linter.load() {
        Ok(chart) => chart,
        Err(e) => {
            linter.rule(Severity::Error, FOLDER, Err(e));
            return;
        }
    };
    let Some(rendered) = render(linter, &chart) else { return };
    let kube_version = linter.request.kube_version.clone().unwrap_or_else(KubeVersion::default_version);
    let texts: HashMap<&str, &str> =
        rendered.files.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect();
    for template in &chart.templates {
        linter.rule(Severity::Error, &template.name, extension(&template.name));
        if linter.request.compat == Compat::V3 {
            check_legacy(linter, &template.name, &template.data.to_str());
        }
        let is_yaml = is_yaml(&template.name, linter.request.compat);
        let text =
            texts.get(format!("{}/{}", chart.name(), template.name).as_str()).copied().unwrap_or_default();
        if is_yaml && !text.trim().is_empty() && !check_text(linter, &template.name, text, &kube_version) {
            return;
        }
    }
}

/// Helm 3 is content with no folder at all.
fn has_folder(linter: &mut Linter<'_>) -> bool {
    let dir = linter.dir.join("templates");
    let folder = if dir.is_dir() { Ok(()) } else { Err("not a directory") };
    if linter.request.compat == Compat::V3 {
        return linter.rule(Severity::Warning, FOLDER, if dir.exists() { folder } else { Ok(()) });
    }
    let exists = if dir.exists() { Ok(()) } else { Err("directory does not exist") };
    linter.rule(Severity::Warning, FOLDER, exists) && linter.rule(Severity::Error, FOLDER, folder)
}

/// Helm 3 looks at `.yaml` only.
fn is_yaml(name: &str, compat: Compat) -> bool {
    match compat {
        Compat::V3 => name.ends_with(".yaml"),
        Compat::V4 => [".yaml", ".yml"].iter().any(|e| name.to_lowercase().ends_with(e)),
    }
}

/// What Helm 3 says to charts for Helm 2.
fn check_legacy(linter: &mut Linter<'_>, name: &str, template: &str) {
    let hook = template.match_indices("helm.sh/hook").any(|(at, found)| {
        let value = &template[at + found.len()..];
        let value = value.strip_prefix('"').unwrap_or(value);
        value.strip_prefix(':').is_some_and(|v| {
            let trimmed = v.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
            trimmed.len() < v.len() && trimmed.starts_with("crd-install")
        })
    });
    let hook = if hook {
        Err(
            "manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs should also exist the \
             crds/ directory at the top level of the chart",
        )
    } else {
        Ok(())
    };
    linter.rule(Severity::Warning, name, hook);
    let time = if template.contains(".Release.Time") {
        Err(".Release.Time has been removed in v3, please replace with the `now` function in your templates")
    } else {
        Ok(())
    };
    linter.rule(Severity::Error, name, time);
}

/// Renders as `helm lint` does; what fails in a way that Helm passes over ends the check silently.
fn render(linter: &mut Linter<'_>, chart: &Chart) -> Option<Rendered> {
    let request = linter.request;
    let warnings = &mut linter.linted.warnings;
    let chart = dependencies::process(chart, request.values, request.compat, warnings).ok()?;
    let coalesced = values::coalesce(&chart, request.values, request.compat, warnings).ok()?;
    let mut capabilities = Capabilities::offline();
    if let Some(version) = &request.kube_version {
        capabilities.kube_version = version.clone();
    }
    let release = ReleaseInfo {
        revision: 0,
        is_install: false,
        ..ReleaseInfo::install("test-release", request.namespace)
    };
    let mut input = RenderInput::new(&chart, &coalesced, &capabilities, release);
    input.compat = request.compat;
    input.mode = Mode::Lint;
    input.schema = request.schema.clone();
    let values = helm_render::values(&input, warnings);
    let world = request.world.clone();
    let notes = &mut linter.linted.notes;
    match values.and_then(|values| helm_render::render_noting(&input, values, world, notes)) {
        Ok(rendered) => Some(rendered),
        Err(e) => {
            linter.rule(Severity::Error, FOLDER, Err(e));
            None
        }
    }
}

fn extension(name: &str) -> Result<(), String> {
    let base = name.rsplit('/').next().unwrap_or_default();
    let extension = base.rfind('.').map_or("", |at| &base[at..]);
    match extension {
        ".yaml" | ".yml" | ".tpl" | ".txt" => Ok(()),
        _ => Err(format!(
            "file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"
        )),
    }
}

/// Checks what one template gave. `false` ends the check: what cannot be parsed here cannot be further down.
fn check_text(linter: &mut Linter<'_>, name: &str, text: &str, kube_version: &KubeVersion) -> bool {
    linter.rule(Severity::Warning, name, top_indent(text));
    for document in documents::read(text, linter.request.compat) {
        let head = match document {
            Ok(Some(head)) => head,
            Ok(None) => continue,
            Err(e) => {
                linter.rule(Severity::Error, name, Err(format!("unable to parse YAML: {e}")));
                return false;
            }
        };
        linter.rule(Severity::Warning, name, object_name(&head));
        linter.rule(Severity::Warning, name, deprecation(&head, kube_version));
        linter.rule(Severity::Error, name, selector(&head, text));
        let lost = if head.kind == "List" { policy(text, linter.request.compat) } else { Ok(()) };
        linter.rule(Severity::Error, name, lost);
    }
    true
}

/// Helm does not look at what an item of a List says of how to keep it.
fn policy(text: &str, compat: Compat) -> Result<(), String> {
    let first = if compat == Compat::V3 { 'A' } else { 'a' };
    match documents::list_item_has_policy(text) {
        Ok(false) => Ok(()),
        Ok(true) => {
            Err(format!("{first}nnotation 'helm.sh/resource-policy' within List objects are ignored"))
        }
        Err(e) => Err(format!("unable to parse YAML: {e}")),
    }
}

fn top_indent(text: &str) -> Result<(), String> {
    match text.lines().find(|l| !l.trim().is_empty()) {
        Some(line) if line.starts_with([' ', '\t']) => Err(format!(
            "document starts with an illegal indent: {}, which may cause parsing problems",
            strconv::quote(line.as_bytes())
        )),
        _ => Ok(()),
    }
}

fn object_name(head: &Head) -> Result<(), String> {
    let quoted = strconv::quote(head.name.as_bytes());
    let problems: Vec<String> = names::problems(&head.kind, &head.name)
        .into_iter()
        .map(|p| format!("metadata.name: Invalid value: {quoted}: {p}"))
        .collect();
    let all = match problems.len() {
        0 => return Ok(()),
        1 => problems.concat(),
        _ => format!("[{}]", problems.join(", ")),
    };
    Err(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {all}"))
}

fn deprecation(head: &Head, kube_version: &KubeVersion) -> Result<(), String> {
    let number = |text: &str| text.trim_end_matches('+').parse::<u64>().unwrap_or(0);
    let now = (number(&kube_version.major), number(&kube_version.minor));
    for line in DEPRECATED.lines() {
        let mut fields = line.split('\t');
        let (Some(since), Some(group), Some(kind), Some(text)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        if group == head.api_version && kind == head.kind {
            let (major, minor) = since.split_once('.').unwrap_or((since, "0"));
            return if now >= (number(major), number(minor)) { Err(text.to_owned()) } else { Ok(()) };
        }
    }
    Ok(())
}

fn selector(head: &Head, text: &str) -> Result<(), String> {
    let needs = matches!(head.kind.as_str(), "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
    if needs && !text.contains("matchLabels") && !text.contains("matchExpressions") {
        return Err(format!(
            "a {} must contain matchLabels or matchExpressions, and {} does not",
            head.kind,
            strconv::quote(head.name.as_bytes())
        ));
    }
    Ok(())
}
