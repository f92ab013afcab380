//! Post-rendering: what templates gave goes through a program of the user's before it is used.
//!
//! Helm 3 gives it the sorted manifests, without hooks, and takes what comes back as it is. Helm 4 gives it all files
//! as one stream of documents, each with an annotation that names its file, and sorts what comes back by that; the
//! documents are read and written by kyaml on both ways.

use std::collections::BTreeMap;
use std::fmt;

use govalue::yaml::rewrite::{self, Document};
use helm_release::Compat;
use helm_release::manifest;

/// Names the file of a document on its way through a post-renderer of Helm 4.
const FILE_ANNOTATION: &str = "postrenderer.helm.sh/postrender-filename";

/// What rendered manifests go through.
pub trait PostRenderer: fmt::Debug + Send + Sync {
    /// Takes manifests and gives what is to be used instead. An error's text is shown as it is.
    fn run(&self, manifests: &str) -> Result<String, String>;
}

/// Helm 3's way: the text of the manifests.
pub(crate) fn text(renderer: &dyn PostRenderer, manifests: &str) -> Result<String, String> {
    renderer.run(manifests).map_err(|e| format!("error while running post render on files: {e}"))
}

/// Helm 4's way: rendered files, notes left out, to files.
pub(crate) fn files<'a>(
    renderer: &dyn PostRenderer,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<BTreeMap<String, String>, String> {
    let merged = merge(files).map_err(|e| format!("error merging manifests: {e}"))?;
    let rendered =
        renderer.run(&merged).map_err(|e| format!("error while running post render on files: {e}"))?;
    split(&rendered).map_err(|e| format!("error while parsing post rendered output: {e}"))
}

fn merge<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<String, String> {
    let files: BTreeMap<&str, &str> = files.into_iter().collect();
    let mut documents = Vec::new();
    for (path, content) in files {
        let base = path.rsplit('/').next().unwrap_or(path);
        if base.starts_with('_') || content.trim().is_empty() {
            continue;
        }
        for text in manifest::split(content, Compat::V4) {
            for mut document in parse(text).map_err(|e| format!("parsing {path}: {e}"))? {
                if !document.set_annotation(FILE_ANNOTATION, path) {
                    return Err(format!("annotating {path}: a document is no object"));
                }
                documents.push(document);
            }
        }
    }
    Ok(rewrite::write(&documents))
}

fn split(rendered: &str) -> Result<BTreeMap<String, String>, String> {
    let mut files: BTreeMap<String, Vec<Document>> = BTreeMap::new();
    let documents = parse(rendered).map_err(|e| format!("error parsing YAML: {e}"))?;
    for (at, mut document) in documents.into_iter().enumerate() {
        let path = match document.annotation(FILE_ANNOTATION).filter(|path| !path.is_empty()) {
            Some(path) => path.to_owned(),
            None => format!("generated-by-postrender-{at}.yaml"),
        };
        document.clear_annotation(FILE_ANNOTATION);
        files.entry(path).or_default().push(document);
    }
    Ok(files.into_iter().map(|(path, documents)| (path, rewrite::write(&documents))).collect())
}

/// All documents of a text, cut at lines that begin with `---` and have nothing but a comment after it (kyaml's
/// `ByteReader`). A list that stands alone is taken apart.
fn parse(text: &str) -> Result<Vec<Document>, String> {
    let text = text.replace("\r\n", "\n");
    let parts = cut(&text)?;
    let alone = parts.len() == 1;
    let mut documents = Vec::new();
    for part in parts {
        let read = rewrite::read(part).map_err(|e| format!("MalformedYAMLError: {e}"))?;
        let Some(document) = read else { continue };
        if alone { documents.extend(document.unwrap_list()) } else { documents.push(document) }
    }
    Ok(documents)
}

fn cut(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(at) = text[from..].find("\n---") {
        let line = from + at + 1;
        // A separator ends with its line; one without is part of the last document.
        let Some(length) = text[line..].find('\n') else { break };
        let after = text[line + 3..line + length].trim();
        if !after.is_empty() && !after.starts_with('#') {
            return Err(format!("invalid document separator: {}", text[line..line + length].trim()));
        }
        parts.push(&text[start..line]);
        start = line + length + 1;
        // The end of this line may begin the next separator only if it was not taken.
        from = start;
        if text[start..].is_empty() {
            break;
        }
    }
    if !text.is_empty() {
        parts.push(&text[start..]);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::{cut, files};

    #[derive(Debug)]
    struct Same;

    impl super::PostRenderer for Same {
        fn run(&self, manifests: &str) -> Result<String, String> {
            Ok(manifests.to_owned())
        }
    }

    #[test]
    fn documents_come_back_to_their_files() {
        let a = "# top\nkind: A # line\nmetadata:\n    name: a\n    # foot\n\ndata: {x: 1}\n---\nkind: B\n";
        let out = files(&Same, [("c/a.yaml", a), ("c/_part", "x"), ("c/empty", "\n")]).expect("well-formed");
        let expected = "# top\nkind: A # line\nmetadata:\n  name: a\n  # foot\ndata: {x: 1}\n---\nkind: B\n";
        assert_eq!(out.into_iter().collect::<Vec<_>>(), [("c/a.yaml".to_owned(), expected.to_owned())]);
    }

    #[test]
    fn separators_may_have_comments_only() {
        assert_eq!(cut("a\n--- # c\nb\n"), Ok(vec!["a\n", "b\n"]));
        assert!(cut("a\n--- b\nc\n").is_err());
    }
}
