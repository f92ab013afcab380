//! Rules for templates: they render, and what they render to is sound.

use std::collections::HashMap;

use govalue::strconv;
use helm_chart::{Chart, dependencies, values};
use helm_render::{Capabilities, KubeVersion, Mode, ReleaseInfo, RenderInput, Rendered, Schema};

use super::documents::{self, Head};
use super::{Linter, Severity, names};

const FOLDER: &str = "templates/";

/// Deprecated APIs: since which minor version of Kubernetes 1, group and version, kind, and what to say.
const DEPRECATED: &str = include_str!("deprecated_apis.tsv");

pub(super) fn check(linter: &mut Linter<'_>) {
    let dir = linter.dir.join("templates");
    let exists = if dir.exists() { Ok(()) } else { Err("directory does not exist") };
    if !linter.rule(Severity::Warning, FOLDER, exists) {
        return;
    }
    let folder = if dir.is_dir() { Ok(()) } else { Err("not a directory") };
    if !linter.rule(Severity::Error, FOLDER, folder) {
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
        let is_yaml = [".yaml", ".yml"].iter().any(|e| template.name.to_lowercase().ends_with(e));
        let text =
            texts.get(format!("{}/{}", chart.name(), template.name).as_str()).copied().unwrap_or_default();
        if is_yaml && !text.trim().is_empty() && !check_text(linter, &template.name, text, &kube_version) {
            return;
        }
    }
    linter.linted.notes.extend(rendered.notes);
}

/// Renders as `helm lint` does; what fails in a way that Helm passes over ends the check silently.
fn render(linter: &mut Linter<'_>, chart: &Chart) -> Option<Rendered> {
    let request = linter.request;
    let mut unheard = Vec::new();
    let chart = dependencies::process(chart, request.values, request.compat, &mut unheard).ok()?;
    let coalesced = values::coalesce(&chart, request.values, request.compat, &mut unheard).ok()?;
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
    if request.skip_schema_validation {
        input.schema = Schema::Skip;
    }
    match helm_render::render(&input, request.world.clone()) {
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
    for document in documents::read(text) {
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
        let lost = head.kind == "List" && documents::list_item_has_policy(text);
        let lost = if lost {
            Err("annotation 'helm.sh/resource-policy' within List objects are ignored")
        } else {
            Ok(())
        };
        linter.rule(Severity::Error, name, lost);
    }
    true
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
