//! Candidates for chart references and versions, from what `helm repo update` left in the cache.

use std::fs;
use std::path::Path;

use helm_source::{FullIndex, cached, charts_file, index_file};

use super::arguments::known_repositories;
use super::{Candidates, Directive};
use crate::context::Context;

/// What a reference may begin with, besides a repository.
const PREFIXES: [(&str, &str); 4] = [
    ("oci://", "Chart OCI prefix"),
    ("https://", "Chart URL prefix"),
    ("http://", "Chart URL prefix"),
    ("file://", "Chart local URL prefix"),
];

/// Repositories, or the charts of the one that was typed; URLs; with `files` what is in the current folder.
pub(super) fn references(context: &Context, unfinished: &str, files: bool) -> Candidates {
    let (mut lines, mut directive) = (Vec::new(), Directive::DEFAULT);
    for (name, url) in known_repositories(context) {
        let prefix = format!("{name}/");
        if unfinished.starts_with(&prefix) {
            // All charts of the repository: shells may match in other ways than by prefix.
            lines.extend(charts_of(context, &name).into_iter().map(|chart| prefix.clone() + &chart));
            directive = Directive::DEFAULT;
            break;
        }
        if name.starts_with(unfinished) {
            lines.push(format!("{prefix}\t{url}"));
            directive = Directive::NO_SPACE;
        }
    }
    for (prefix, description) in PREFIXES {
        let line = format!("{prefix}\t{description}");
        if line.starts_with(unfinished) {
            lines.push(line);
            directive = directive.and(Directive::NO_SPACE);
        }
    }
    if files && !lines.is_empty() && !unfinished.is_empty() {
        lines.extend(entries_of_this_folder().into_iter().filter(|name| name.starts_with(unfinished)));
    }
    if files && unfinished.is_empty() {
        lines.push("./\tRelative path prefix to local chart".to_owned());
        lines.push("/\tAbsolute path prefix to local chart".to_owned());
    }
    if !files {
        directive = directive.and(Directive::NO_FILES);
    }
    Candidates::new(lines, directive)
}

/// Sorted by name.
fn entries_of_this_folder() -> Vec<String> {
    let entries = fs::read_dir(".").into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The names of a repository's charts: from the list of names, or else from the index.
fn charts_of(context: &Context, repository: &str) -> Vec<String> {
    let cache = Path::new(&context.settings.repository_cache);
    if let Ok(text) = fs::read_to_string(charts_file(cache, repository)) {
        return text.lines().map(str::to_owned).collect();
    }
    let index = cached(&crate::source::sources(context), repository);
    index.map(|i| i.charts().map(|c| c.name().to_owned()).collect()).unwrap_or_default()
}

/// The versions of `repository/chart`.
pub(super) fn versions(context: &Context, chart: &str) -> Candidates {
    let mut lines = Vec::new();
    if let Some((repository, chart)) = chart.split_once('/')
        && !chart.contains('/')
        && let Ok(data) = fs::read(index_file(Path::new(&context.settings.repository_cache), repository))
        && let Ok(index) = FullIndex::parse(&data, context.compat())
    {
        for version in index.entries.get(chart).into_iter().flatten() {
            let of = &version.metadata;
            let app = match of.app_version.as_str() {
                "" => String::new(),
                app => format!("App: {app}, "),
            };
            let created = govalue::time::Time::from_unix(version.created.unix_seconds(), 0).utc();
            let created = created.format("January 2, 2006");
            let deprecated = if of.deprecated { "(deprecated)" } else { "" };
            lines.push(format!("{}\t{app}Created: {created} {deprecated}", of.version));
        }
    }
    Candidates::new(lines, Directive::NO_FILES)
}
