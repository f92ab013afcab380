//! The quick way through an index as Helm and its like write it: block style, one line after the other.
//!
//! Whatever is not surely understood ends the quick way, and the whole text is read the patient way: comments, flow
//! style, anchors, tags, keys that are not known or come twice, values that are not of their field's type.

use std::collections::HashSet;

use helm_chart::{Metadata, Time, ValidationError};

use super::lines::{Lines, Scalar};
use super::{Draft, Index, Listed};
use crate::http::Validators;

/// Reads an index; `None` when it has to be read the patient way.
pub(super) fn parse(data: &[u8], validators: &Validators) -> Option<Index> {
    let mut lines = Lines::new(data)?;
    let mut draft = Draft::default();
    let mut seen = Vec::new();
    let mut api_version = String::new();
    while let Some((key, value)) = lines.key(0)? {
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        match key {
            "apiVersion" => api_version = lines.string(value, 0)?,
            "generated" => time(lines.string(value, 0)?)?,
            "entries" if value == "{}" => {}
            "entries" if value.is_empty() => entries(&mut lines, &mut draft)?,
            "publicKeys" if value == "[]" => {}
            "serverInfo" | "annotations" if value == "{}" => {}
            _ => return None,
        }
    }
    if !lines.is_done() {
        return None;
    }
    // Without a version the index is refused, with words that the other way has.
    (!api_version.is_empty()).then(|| draft.finish(validators))
}

fn entries<'a>(lines: &mut Lines<'a>, draft: &mut Draft) -> Option<()> {
    let indent = lines.indent()?;
    if indent == 0 {
        // Nothing beneath `entries:`, which is null.
        return None;
    }
    let mut names = HashSet::new();
    let mut entry = Entry::default();
    while let Some((name, value)) = lines.key(indent)? {
        if !names.insert(name) {
            return None;
        }
        if value.is_empty() {
            let items = lines.item_indent(indent)?;
            while let Some((fields, first)) = lines.item(items)? {
                entry.clear();
                entry.read(lines, fields, first)?;
                entry.add_to(draft, name);
            }
        } else if value != "[]" {
            return None;
        }
        draft.chart(name);
    }
    Some(())
}

/// The fields of a version that count.
#[derive(Default)]
struct Entry {
    metadata: Metadata,
    digest: String,
    urls: Vec<String>,
    /// A bit for every field that was there.
    seen: u32,
}

/// Fields of a version, by their places in [`Entry::seen`].
const FIELDS: [&str; 24] = [
    "name",
    "version",
    "apiVersion",
    "appVersion",
    "description",
    "type",
    "digest",
    "urls",
    "keywords",
    "created",
    "home",
    "icon",
    "condition",
    "tags",
    "kubeVersion",
    "checksum",
    "engine",
    "tillerVersion",
    "url",
    "sources",
    "deprecated",
    "removed",
    "maintainers",
    "annotations",
];

impl Entry {
    fn clear(&mut self) {
        let m = &mut self.metadata;
        let texts = [
            &mut m.name,
            &mut m.version,
            &mut m.api_version,
            &mut m.app_version,
            &mut m.description,
            &mut m.chart_type,
            &mut self.digest,
        ];
        texts.into_iter().for_each(String::clear);
        m.keywords.clear();
        self.urls.clear();
        self.seen = 0;
    }

    /// Reads a mapping whose first line stands behind the dash of an item.
    fn read<'a>(&mut self, lines: &mut Lines<'a>, indent: usize, first: &'a str) -> Option<()> {
        let mut field = Some(lines.split_key(first)?);
        while let Some((key, value)) = field {
            let at =
                FIELDS.iter().position(|f| *f == key).or((key == "dependencies").then_some(FIELDS.len()))?;
            if self.seen & (1 << at) != 0 {
                return None;
            }
            self.seen |= 1 << at;
            self.field(lines, indent, key, value)?;
            field = lines.key(indent)?;
        }
        Some(())
    }

    fn field<'a>(&mut self, lines: &mut Lines<'a>, indent: usize, key: &str, value: &'a str) -> Option<()> {
        let m = &mut self.metadata;
        match key {
            "name" => m.name = lines.string(value, indent)?,
            "version" => m.version = lines.string(value, indent)?,
            "apiVersion" => m.api_version = lines.string(value, indent)?,
            "appVersion" => m.app_version = lines.string(value, indent)?,
            "description" => m.description = lines.string(value, indent)?,
            "type" => m.chart_type = lines.string(value, indent)?,
            "digest" => self.digest = lines.string(value, indent)?,
            "urls" => strings(lines, indent, value, |text| self.urls.push(text))?,
            "keywords" => strings(lines, indent, value, |text| m.keywords.push(text))?,
            "sources" => strings(lines, indent, value, drop)?,
            "created" => time(lines.string(value, indent)?)?,
            "deprecated" | "removed" => boolean(value)?,
            "maintainers" => maps(lines, indent, value, |lines, at, key, value| match key {
                "name" | "email" | "url" => lines.string(value, at).map(drop),
                _ => None,
            })?,
            "annotations" => texts(lines, indent, value)?,
            "dependencies" => maps(lines, indent, value, dependency)?,
            _ => drop(lines.string(value, indent)?),
        }
        Some(())
    }

    /// Checks as Helm does and puts the version, or what is wrong with it, into the draft.
    fn add_to(&mut self, draft: &mut Draft, chart: &str) {
        let m = &mut self.metadata;
        if m.api_version.is_empty() {
            m.api_version.push_str("v1");
        }
        match m.validate() {
            Ok(()) | Err(ValidationError::DuplicateDependency { .. }) => draft.version(
                Listed {
                    name: &m.name,
                    version: &m.version,
                    app_version: &m.app_version,
                    description: &m.description,
                    digest: &self.digest,
                },
                m.keywords.iter().map(String::as_str),
                self.urls.iter().map(String::as_str),
            ),
            Err(error) => draft.note(chart, &m.version, &error.to_string()),
        }
    }
}

fn dependency<'a>(lines: &mut Lines<'a>, at: usize, key: &str, value: &'a str) -> Option<()> {
    match key {
        "name" | "version" | "repository" | "condition" => lines.string(value, at).map(drop),
        "alias" => {
            let alias = lines.string(value, at)?;
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            alias.bytes().all(allowed).then_some(())
        }
        "tags" => strings(lines, at, value, drop),
        "enabled" => boolean(value),
        _ => None,
    }
}

fn boolean(value: &str) -> Option<()> {
    matches!(value, "true" | "false").then_some(())
}

fn time(text: String) -> Option<()> {
    text.parse::<Time>().ok().map(drop)
}

/// A list of texts.
fn strings<'a>(
    lines: &mut Lines<'a>,
    indent: usize,
    value: &'a str,
    mut take: impl FnMut(String),
) -> Option<()> {
    if value == "[]" {
        return Some(());
    }
    if !value.is_empty() {
        return None;
    }
    let items = lines.item_indent(indent)?;
    while let Some((_, text)) = lines.item(items)? {
        match lines.scalar(text, items)? {
            Scalar::Text(text) => take(text),
            Scalar::Null => return None,
        }
    }
    Some(())
}

/// A list of mappings.
fn maps<'a>(
    lines: &mut Lines<'a>,
    indent: usize,
    value: &'a str,
    mut field: impl FnMut(&mut Lines<'a>, usize, &str, &'a str) -> Option<()>,
) -> Option<()> {
    if value == "[]" {
        return Some(());
    }
    if !value.is_empty() {
        return None;
    }
    let items = lines.item_indent(indent)?;
    let mut seen: Vec<&str> = Vec::new();
    while let Some((fields, first)) = lines.item(items)? {
        seen.clear();
        let mut next = Some(lines.split_key(first)?);
        while let Some((key, value)) = next {
            if seen.contains(&key) {
                return None;
            }
            seen.push(key);
            field(lines, fields, key, value)?;
            next = lines.key(fields)?;
        }
    }
    Some(())
}

/// A mapping of texts.
fn texts<'a>(lines: &mut Lines<'a>, indent: usize, value: &'a str) -> Option<()> {
    if value == "{}" {
        return Some(());
    }
    let inner = lines.indent().filter(|inner| value.is_empty() && *inner > indent)?;
    let mut seen: Vec<&str> = Vec::new();
    while let Some((key, value)) = lines.key(inner)? {
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        lines.string(value, inner)?;
    }
    Some(())
}
