//! Go's `filepath.Glob` on Unix: the paths that a pattern means.

use std::fs;
use std::path::Path;

use super::glob::{BadPattern, matches};

/// The paths that match a pattern, in Go's order: folders that cannot be read hold nothing.
///
/// Each element of the path may be a pattern of its own. A malformed pattern is an error even where nothing is
/// compared with it.
pub fn glob(pattern: &str) -> Result<Vec<String>, BadPattern> {
    matches(pattern, "")?;
    if !has_meta(pattern) {
        let exists = fs::symlink_metadata(pattern).is_ok();
        return Ok(if exists { vec![pattern.to_owned()] } else { Vec::new() });
    }
    let (folder, name) = split(pattern);
    if !has_meta(folder) {
        return inside(folder, name);
    }
    // What has no shorter beginning would be looked up for ever.
    if folder == pattern {
        return Err(BadPattern);
    }
    let mut found = Vec::new();
    for folder in glob(folder)? {
        found.extend(inside(&folder, name)?);
    }
    Ok(found)
}

/// The entries of one folder that match, in order of their names.
fn inside(folder: &str, pattern: &str) -> Result<Vec<String>, BadPattern> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let mut found = Vec::new();
    for name in names {
        if matches(pattern, &name)? {
            found.push(if folder == "." { name } else { join(folder, &name) });
        }
    }
    Ok(found)
}

fn join(folder: &str, name: &str) -> String {
    Path::new(folder).join(name).to_string_lossy().into_owned()
}

/// The folder and the last element of a path; the current folder is a dot.
fn split(path: &str) -> (&str, &str) {
    match path.rfind('/') {
        None => (".", path),
        Some(0) => ("/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
    }
}

fn has_meta(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_go_finds() {
        let here = tempfile::tempdir().expect("a folder");
        let root = here.path().to_str().expect("a plain path");
        for folder in ["a/charts", "b/charts", "a[1]"] {
            fs::create_dir_all(here.path().join(folder)).expect("a folder");
        }
        for file in ["a/charts/x-2.tgz", "a/charts/x-1.tgz", "b/charts/x-3.tgz", "a[1]/x-4.tgz"] {
            fs::write(here.path().join(file), "").expect("a file");
        }
        let found = |pattern: &str| -> Vec<String> {
            let all = glob(&format!("{root}/{pattern}")).expect("a pattern");
            all.iter().map(|p| p[root.len() + 1..].to_owned()).collect()
        };
        assert_eq!(found("a/charts/x-*.tgz"), ["a/charts/x-1.tgz", "a/charts/x-2.tgz"]);
        assert_eq!(found("?/charts/x-[23].tgz"), ["a/charts/x-2.tgz", "b/charts/x-3.tgz"]);
        assert_eq!(found("a[1]/*.tgz"), [""; 0]);
        assert_eq!(found("b/charts"), ["b/charts"]);
        assert_eq!(found("none/*"), [""; 0]);
        assert_eq!(glob("charts/[-*.tgz"), Err(BadPattern));
    }
}
