use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::load::{normal, tree};
use crate::{BOTH, lines, number, oracle, without_place};

/// Writes files of a chart, given as name and content.
fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, data) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, data).expect("a file");
    }
}

const CHART: (&str, &str) = ("Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n");

/// Folders and files that are charts, or nearly.
fn build(root: &Path) {
    write(
        &root.join("plain"),
        &[CHART, ("values.yaml", "a: 1\n"), ("templates/a.yaml", "x"), ("templates/.hidden", "x")],
    );
    write(
        &root.join("bom"),
        &[("Chart.yaml", "\u{feff}apiVersion: v2\nname: app\nversion: 1.0.0\n"), ("x", "\u{feff}y")],
    );
    write(
        &root.join("ignoring"),
        &[
            CHART,
            (".helmignore", "\u{feff}# c\n*.txt\nsecret/\n/top\ncharts/sub/*.md\n"),
            ("a.txt", ""),
            ("secret/a", ""),
            ("top", ""),
            ("in/top", ""),
            ("charts/sub/x.md", ""),
            ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
        ],
    );
    write(&root.join("bad-ignore"), &[CHART, (".helmignore", "a/**\n")]);
    write(&root.join("no-chartfile"), &[("values.yaml", "a: 1\n")]);
    write(&root.join("future"), &[("Chart.yaml", "apiVersion: v9\nname: app\nversion: 1.0.0\n")]);
    write(&root.join("broken"), &[("Chart.yaml", "apiVersion: v2\nname: [\n")]);
    write(&root.join("wrong"), &[("Chart.yaml", "apiVersion: v2\nname: [x]\n")]);
    write(&root.join("list"), &[("Chart.yaml", "- a\n")]);
    write(&root.join("bad-values"), &[CHART, ("values.yaml", "a: b: c\n")]);
    write(&root.join("bad-sub"), &[CHART, ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\n")]);
    write(&root.join("no-tgz"), &[CHART, ("charts/sub.tgz", "text"), ("charts/sub.tgz.prov", "x")]);
    write(
        root,
        &[
            ("values.yaml", "a: 1\n"),
            ("text", "hello"),
            ("page", "<html><body></body></html>"),
            ("empty.tgz", ""),
        ],
    );
    fs::create_dir_all(root.join("dotted/charts")).expect("a folder");
    write(
        &root.join("dotted"),
        &[CHART, ("charts/_off/x", ""), ("charts/.git/x", ""), ("charts/README", "")],
    );
    write(&root.join("shared"), &[("file", "linked"), ("folder/inner", "linked too")]);
    write(&root.join("links"), &[CHART]);
    symlink("../shared/file", root.join("links/file")).expect("a link");
    symlink("../shared/folder", root.join("links/folder")).expect("a link");
    write(&root.join("dangling"), &[CHART]);
    symlink("nowhere", root.join("dangling/link")).expect("a link");
    // What is not there is named by its place: folders and links on the way are resolved.
    for (folder, target) in [
        ("astray", "../no/where/file"),
        ("above", "../../../../../../../../../../../../gone/file"),
        ("through-link", "../links/folder/gone"),
        ("through-file", "../shared/file/gone"),
        ("by-another-link", "../dangling/link"),
        ("absolute", "/gone/file"),
    ] {
        write(&root.join(folder), &[CHART]);
        symlink(target, root.join(folder).join("link")).expect("a link");
    }
    write(&root.join("looping"), &[CHART]);
    symlink("b", root.join("looping/a")).expect("a link");
    symlink("a", root.join("looping/b")).expect("a link");
    symlink("plain", root.join("by-link")).expect("a link");
    write(&root.join("socket"), &[CHART]);
    drop(std::os::unix::net::UnixListener::bind(root.join("socket/s")).expect("a socket"));
}

#[test]
fn paths_load_as_in_helm() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path().canonicalize().expect("the folder");
    build(&root);
    let mut names: Vec<String> = fs::read_dir(&root)
        .expect("the folder")
        .map(|e| e.expect("an entry").file_name().into_string().unwrap())
        .collect();
    names.extend(["missing".to_owned(), "plain/../plain/".to_owned(), "plain/templates".to_owned()]);
    let mut questions = Vec::new();
    for name in &names {
        for compat in BOTH {
            let path = format!("{}/{name}", root.display());
            questions.push(json!({"op": "path", "compat": number(compat), "line": path}));
        }
    }
    for (question, answer) in questions.iter().zip(oracle().ask_all(&questions)) {
        let compat = BOTH[usize::from(question["compat"] == 4)];
        let mut warnings = Vec::new();
        match helm_chart::load(Path::new(question["line"].as_str().unwrap()), compat, &mut warnings) {
            Err(error) => assert_eq!(json!(error.to_string()), answer["error"], "{question}"),
            Ok(chart) => {
                assert_eq!(answer["error"], Json::Null, "{question}");
                assert_eq!(normal(tree(&chart)), normal(answer["chart"].clone()), "{question}");
                let ours = without_place(&json!({"warnings": lines(&warnings, compat)}));
                if compat == helm_chart::Compat::V3 {
                    assert_eq!(ours, without_place(&answer), "{question}");
                }
            }
        }
    }
}
