//! From rendered files to sorted manifests and hooks.

use std::cmp::Ordering;

use helm_chart::Compat;
use k8s_object::order::{self, Order};
use k8s_object::ownership::{KEEP_POLICY, RESOURCE_POLICY_ANNOTATION};
use serde_json::Value;

use crate::{DeletePolicy, Hook, HookEvent, OutputLogPolicy};

mod head;
mod split;

pub use head::{Head, HeadError};
pub use split::split;

/// The annotation that makes an object a hook.
pub const HOOK_ANNOTATION: &str = "helm.sh/hook";
/// The annotation with a hook's weight.
pub const HOOK_WEIGHT_ANNOTATION: &str = "helm.sh/hook-weight";
/// The annotation that says when a hook's objects are deleted.
pub const HOOK_DELETE_ANNOTATION: &str = "helm.sh/hook-delete-policy";
/// The annotation that says when the logs of a hook's pods are shown.
pub const HOOK_OUTPUT_LOG_ANNOTATION: &str = "helm.sh/hook-output-log-policy";

/// One document of a rendered file, or of a stored manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The file that it comes from.
    pub path: String,
    /// The text.
    pub content: String,
    /// What it is sorted by.
    pub head: Head,
    /// The whole document; `null` when there is nothing but comments, and after [`sort_texts`].
    pub document: Value,
}

impl Manifest {
    /// Whether the object is to stay when its release goes (`helm.sh/resource-policy: keep`, in any case).
    pub fn policy(&self) -> ResourcePolicy {
        match self.head.annotation(RESOURCE_POLICY_ANNOTATION).map(|word| word.trim().to_lowercase()) {
            None => ResourcePolicy::Delete,
            Some(word) if word == KEEP_POLICY => ResourcePolicy::Keep,
            Some(_) => ResourcePolicy::Ignore,
        }
    }
}

/// What becomes of an object when its release is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourcePolicy {
    /// No policy is given: it is deleted.
    Delete,
    /// It is kept, and the user is told so.
    Keep,
    /// An unknown policy is given: Helm neither deletes it nor mentions it.
    Ignore,
}

/// What a chart renders to: objects in install order and hooks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifests {
    /// The objects, by kind; within a kind by file name and place in the file.
    pub objects: Vec<Manifest>,
    /// The hooks, ordered in the same way.
    pub hooks: Vec<Hook>,
    /// The `helm.sh/hook` annotations that name no event; their objects are left out.
    pub unknown_hooks: Vec<String>,
}

/// A rendered file that cannot be sorted.
#[derive(Debug, thiserror::Error)]
#[error("YAML parse error on {path}: {source}")]
pub struct SortError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub source: DocumentError,
}

/// A document that is no head of a Kubernetes object.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not YAML.
    #[error("{0}")]
    Yaml(#[from] govalue::yaml::YamlError),
    /// A field is of a wrong type.
    #[error("{0}")]
    Head(#[from] HeadError),
}

/// Splits and sorts rendered files (Helm's `SortManifests`). Partials, whose file names begin with `_`, and files
/// of white space are left out.
pub fn sort<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    order: Order,
    compat: Compat,
) -> Result<Manifests, SortError> {
    sort_with(files, order, compat, read)
}

/// The same for whoever needs the texts only: documents are read, for what is wrong with them, but not kept. Trees take
/// many times the memory of their texts.
pub fn sort_texts<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    order: Order,
    compat: Compat,
) -> Result<Manifests, SortError> {
    sort_with(files, order, compat, read_head)
}

fn sort_with<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    order: Order,
    compat: Compat,
    read: fn(&str, &str, Compat) -> Result<Manifest, DocumentError>,
) -> Result<Manifests, SortError> {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_unstable_by_key(|(path, _)| *path);
    let mut sorted = Manifests::default();
    for (path, text) in files {
        if path.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
            continue;
        }
        for content in split(text, compat) {
            let manifest =
                read(path, content, compat).map_err(|source| SortError { path: path.to_owned(), source })?;
            sorted.add(manifest);
        }
    }
    sorted.objects.sort_by(|a, b| compare_kinds(order, compat, &a.head.kind, &b.head.kind));
    sorted.hooks.sort_by(|a, b| compare_kinds(order, compat, &a.kind, &b.kind));
    Ok(sorted)
}

/// Compares kinds by an order. Helm 3 has no place for admission webhooks: they come last, by name, like all kinds
/// that it does not know.
fn compare_kinds(order: Order, compat: Compat, a: &str, b: &str) -> Ordering {
    let late = |kind: &str| {
        compat == Compat::V3
            && matches!(kind, "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration")
    };
    let known = |kind: &str| !late(kind) && order::INSTALL.contains(&kind);
    match (known(a), known(b)) {
        (true, true) => order.compare(a, b),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

/// The documents of a stored manifest in their order, hooks not told apart.
pub fn read_stored(manifest: &str, compat: Compat) -> Result<Vec<Manifest>, SortError> {
    split(manifest, compat)
        .into_iter()
        .enumerate()
        .map(|(at, content)| {
            let path = format!("manifest-{at}");
            read(&path, content, compat).map_err(|source| SortError { path: path.clone(), source })
        })
        .collect()
}

/// Sorts a stored manifest anew, as Helm does before it removes the objects of a release.
pub fn sort_stored(manifest: &str, order: Order, compat: Compat) -> Result<Manifests, SortError> {
    let files: Vec<_> = split(manifest, compat)
        .into_iter()
        .enumerate()
        .map(|(at, content)| (format!("manifest-{at}"), content))
        .collect();
    sort(files.iter().map(|(path, content)| (path.as_str(), *content)), order, compat)
}

fn read(path: &str, content: &str, compat: Compat) -> Result<Manifest, DocumentError> {
    let mut document = govalue::yaml::sigs::to_json_value(content.as_bytes())?;
    let head = Head::read(&document, compat)?;
    // Helm makes the object from the text of the manifest, where each document has one line break more.
    if ends_in_block(content) {
        document = govalue::yaml::sigs::to_json_value(format!("{content}\n").as_bytes())?;
    }
    govalue::yaml::sigs::settle_numbers(&mut document);
    Ok(Manifest { path: path.to_owned(), content: content.to_owned(), head, document })
}

fn read_head(path: &str, content: &str, compat: Compat) -> Result<Manifest, DocumentError> {
    let head = Head::read(&govalue::yaml::sigs::to_json_value(content.as_bytes())?, compat)?;
    Ok(Manifest { path: path.to_owned(), content: content.to_owned(), head, document: Value::Null })
}

/// Whether the last value may be a block scalar (`|`, `>`), to which line breaks at the end belong: whether one of the
/// lines that the last one is indented beneath ends as the head of such a scalar does.
fn ends_in_block(content: &str) -> bool {
    let mut inner = usize::MAX;
    for line in content.lines().rev().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if indent >= inner {
            continue;
        }
        let head = line.split(" #").next().unwrap_or(line).trim_end();
        let style = head.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
        if style.ends_with(['|', '>']) {
            return true;
        }
        if indent == 0 {
            return false;
        }
        inner = indent;
    }
    false
}

impl Manifests {
    fn add(&mut self, manifest: Manifest) {
        let Some(events) = manifest.head.annotation(HOOK_ANNOTATION) else {
            return self.objects.push(manifest);
        };
        let named: Option<Vec<_>> = words(events).map(|word| HookEvent::from_annotation(&word)).collect();
        let Some(events) = named else {
            return self.unknown_hooks.push(events.to_owned());
        };
        let annotation = |key| manifest.head.annotation(key);
        let hook = Hook {
            events,
            weight: annotation(HOOK_WEIGHT_ANNOTATION).and_then(parse_weight).unwrap_or(0),
            delete_policies: annotation(HOOK_DELETE_ANNOTATION)
                .map_or_else(Vec::new, |text| words(text).map(|word| DeletePolicy::from(&*word)).collect()),
            output_log_policies: annotation(HOOK_OUTPUT_LOG_ANNOTATION).map_or_else(Vec::new, |text| {
                words(text).map(|word| OutputLogPolicy::from(&*word)).collect()
            }),
            name: manifest.head.name,
            kind: manifest.head.kind,
            path: manifest.path,
            manifest: manifest.content,
            ..Hook::default()
        };
        self.hooks.push(hook);
    }

    /// The objects as one text, the form in which a record stores them. `hide_secrets` leaves out the content of
    /// Secrets, which only a dry run may do.
    pub fn to_text(&self, hide_secrets: bool) -> String {
        let size = self.objects.iter().map(|m| m.path.len() + m.content.len() + 16).sum();
        let mut text = String::with_capacity(size);
        for manifest in &self.objects {
            text.push_str("---\n# Source: ");
            text.push_str(&manifest.path);
            text.push('\n');
            let secret = manifest.head.kind == "Secret" && manifest.head.api_version == "v1";
            if hide_secrets && secret {
                text.push_str("# HIDDEN: The Secret output has been suppressed\n");
            } else {
                text.push_str(&manifest.content);
                text.push('\n');
            }
        }
        text
    }
}

/// The words of a comma-separated annotation.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(|word| word.trim().to_lowercase())
}

/// What `strconv.Atoi` accepts: decimal digits after one sign at most.
fn parse_weight(text: &str) -> Option<i64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the only object holds under `data.a`.
    fn data(text: &str, compat: Compat) -> Value {
        let sorted = sort([("c/templates/a.yaml", text)], Order::Install, compat).expect("sorted");
        sorted.objects[0].document["data"]["a"].clone()
    }

    #[test]
    fn documents_end_with_a_line_break() {
        let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\ndata:\n";
        for compat in [Compat::V3, Compat::V4] {
            for (value, expected) in [
                ("  a: |\n    x\n      y", "x\n  y\n"),
                ("  a: |\n    x\n\n    y\n", "x\n\ny\n"),
                ("  a: > # folded\n    x\n    y", "x y\n"),
                ("  a: |-\n    x", "x"),
                ("  a: |2\n    x", "x\n"),
                ("  a: x", "x"),
                ("  a: |\n    x\n  b: y", "x\n"),
            ] {
                assert_eq!(data(&format!("{head}{value}"), compat), expected, "{compat:?}: {value}");
            }
        }
    }
}
