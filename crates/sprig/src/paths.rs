//! Slash-separated paths: Go's package `path`. The `os` functions are those of `path/filepath` on Unix, which agree.

use govalue::Str;

use crate::function::functions;

functions! { FUNCTIONS:
    "base" (string) -> string = base;
    "dir" (string) -> string = dir;
    "clean" (string) -> string = |path: &Str| Str::from(clean(path));
    "ext" (string) -> string = ext;
    "isAbs" (string) -> bool = |path: &Str| path.starts_with(b"/");
    "osBase" (string) -> string = base;
    "osDir" (string) -> string = dir;
    "osClean" (string) -> string = |path: &Str| Str::from(clean(path));
    "osExt" (string) -> string = ext;
    "osIsAbs" (string) -> bool = |path: &Str| path.starts_with(b"/");
}

/// The last element; `.` for the empty path, `/` for nothing but slashes.
fn base(path: &Str) -> Str {
    if path.is_empty() {
        return ".".into();
    }
    let Some(last) = path.iter().rposition(|b| *b != b'/') else { return "/".into() };
    let first = path[..last].iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    path[first..=last].into()
}

/// All but the last element, cleaned.
fn dir(path: &Str) -> Str {
    let end = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    clean(&path[..end]).into()
}

/// The end of the last element from its last dot on.
fn ext(path: &Str) -> Str {
    let last = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    match path[last..].iter().rposition(|b| *b == b'.') {
        Some(dot) => path[last + dot..].into(),
        None => Str::default(),
    }
}

/// The shortest path to the same place, by text alone.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut elements: Vec<&[u8]> = Vec::new();
    for element in path.split(|b| *b == b'/') {
        match element {
            b"" | b"." => {}
            b".." if elements.last().is_some_and(|last| *last != b"..") => {
                elements.pop();
            }
            b".." if rooted => {}
            _ => elements.push(element),
        }
    }
    let mut out = if rooted { b"/".to_vec() } else { Vec::new() };
    out.extend(elements.join(&b'/'));
    if out.is_empty() { b".".to_vec() } else { out }
}
