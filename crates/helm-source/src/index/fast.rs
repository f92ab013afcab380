//! The quick way through an index as Helm and its like write it: block style, one line after the other.
//!
//! What is not surely understood is read the patient way, by way of a tree: a version for itself, or a chart, or a field
//! of the index. Where even that is not safe (documents in flow style, anchors across versions, mistakes) the whole text
//! is.

use std::collections::HashSet;

use helm_chart::{ChartVersion, Compat, IndexForm, Metadata, Time};
use serde_json::Value as Json;

use super::full::{Reader, check};
use super::lines::{Lines, Scalar};
use super::{Draft, Index, Listed};
use crate::http::Validators;

/// Reads an index; `None` when the whole has to be read the patient way.
pub(super) fn parse(data: &[u8], validators: &Validators, compat: Compat) -> Option<Index> {
    let mut lines = Lines::new(data)?;
    let mut reading = Reading { draft: Draft::default(), entry: Entry::default(), compat };
    let mut seen = Vec::new();
    let mut api_version = String::new();
    loop {
        let place = lines.place();
        let Some((key, value)) = lines.key(0)? else { break };
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        match key {
            "apiVersion" => api_version = lines.string(value, 0)?,
            "generated" => time(lines.string(value, 0)?)?,
            "entries" if value == "{}" => {}
            "entries" if value.is_empty() => reading.charts(&mut lines)?,
            "publicKeys" | "serverInfo" | "annotations" => {
                Reader::read(tree(lines.take_field(place, 0))?, IndexForm::Yaml, compat).ok()?;
            }
            _ => return None,
        }
    }
    // Without a version the index is refused, with words that the other way has.
    (lines.is_done() && !api_version.is_empty()).then(|| reading.draft.finish(validators))
}

/// A part of the text for itself.
fn tree(text: &str) -> Option<Json> {
    govalue::yaml::sigs::to_json_value_strict(text.as_bytes()).ok()
}

/// An index that is being read.
struct Reading {
    draft: Draft,
    /// The version that is being read; its texts are used again for the next one.
    entry: Entry,
    compat: Compat,
}

impl Reading {
    fn charts(&mut self, lines: &mut Lines<'_>) -> Option<()> {
        let indent = lines.indent()?;
        if indent == 0 {
            // Nothing beneath `entries:`, which is null.
            return None;
        }
        let mut names = HashSet::new();
        while lines.indent().is_some_and(|found| found >= indent) {
            let place = lines.place();
            let name = match self.chart(lines, indent)? {
                Some(name) => name.to_owned(),
                // Its name is no plain word, or it is written in one line.
                None => self.patient_chart(lines.take_field(place, indent))?,
            };
            self.draft.chart(&name);
            if !names.insert(name) {
                return None;
            }
        }
        Some(())
    }

    /// Reads a chart and answers its name; `Some(None)` when it is to be read the patient way.
    fn chart<'a>(&mut self, lines: &mut Lines<'a>, indent: usize) -> Option<Option<&'a str>> {
        let place = lines.place();
        let Some(Some((name, value))) = lines.key(indent) else { return Some(None) };
        if !lines.is_plain_since(place) || !matches!(value, "" | "[]") {
            return Some(None);
        }
        if value == "[]" {
            return Some(Some(name));
        }
        let Some(items) = lines.item_indent(indent) else { return Some(None) };
        loop {
            let place = lines.place();
            match lines.item(items) {
                Some(None) => return Some(Some(name)),
                Some(Some((fields, first))) => {
                    self.entry.clear();
                    if self.entry.read(lines, fields, first).is_some() && lines.is_plain_since(place) {
                        self.entry.add_to(&mut self.draft, name);
                        continue;
                    }
                }
                None => {}
            }
            let Json::Array(entries) = tree(lines.take_item(place, items))? else { return None };
            let [entry] = entries.as_slice() else { return None };
            patient_version(&mut self.draft, name, entry, IndexForm::Yaml, self.compat)?;
        }
    }

    /// Reads a chart and answers its name.
    fn patient_chart(&mut self, text: &str) -> Option<String> {
        let Json::Object(charts) = tree(text)? else { return None };
        let mut charts = charts.into_iter();
        let (Some((name, versions)), None) = (charts.next(), charts.next()) else { return None };
        match versions {
            Json::Null => {}
            Json::Array(entries) => {
                for entry in &entries {
                    patient_version(&mut self.draft, &name, entry, IndexForm::Yaml, self.compat)?;
                }
            }
            _ => return None,
        }
        Some(name)
    }
}

/// Puts one version of a chart, or what is wrong with it, into a draft; `None` when it spoils the index.
pub(super) fn patient_version(
    draft: &mut Draft,
    chart: &str,
    entry: &Json,
    form: IndexForm,
    compat: Compat,
) -> Option<()> {
    match ChartVersion::decode(entry, form, compat).ok()? {
        None => draft.note(chart, "", ""),
        Some(mut version) => match check(&mut version.metadata) {
            Ok(()) => draft.entry(&version),
            Err(error) => draft.note(chart, &version.metadata.version, &error.to_string()),
        },
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
            "digest" => self.digest = lines.string(value, indent).or_else(|| number(lines, value, indent))?,
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
        match check(m) {
            Ok(()) => draft.version(
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

/// What the writer took for digits of a text, and YAML takes for a number. In the fields of Helm's own the number
/// becomes text again, not quite the same.
fn number(lines: &mut Lines<'_>, value: &str, indent: usize) -> Option<String> {
    let alone = value.bytes().all(|b| b.is_ascii_alphanumeric()) && lines.indent()? <= indent;
    tree(value).filter(|json| alone && json.is_number()).map(|json| helm_chart::scalar_text(&json))
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
