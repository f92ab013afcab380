//! Chart repositories: nginx and a writable repository serve charts, and this program and both Helms add, update,
//! search, pull and render them; then each reads what another one left in Helm's places.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use helm_testkit::document::words;
use helm_testkit::http::{Response, Server};
use helm_testkit::museum;

use super::super::{Pair, Program, Score, difference};
use super::web::Web;
use crate::process::Ran;

/// Command lines for both programs, one after the other in one home. `{plain}` and its like are servers, `{dir}` is
/// the folder with certificates. A leading `~` compares lines without their order.
const LINES: &str = include_str!("../../../../conformance/repositories.txt");

/// Name, version, application version, description, keywords.
const CHARTS: [(&str, &str, &str, &str, &str); 7] = [
    ("demo", "0.1.0", "1.0", "A demonstration", "[one, two]"),
    ("demo", "0.2.0", "1.10", "A demonstration of things", "[one, two]"),
    ("demo", "1.0.0-rc.1", "2", "A demonstration <to> come & go", "[]"),
    (
        "web",
        "2.3.4",
        "v8",
        "Serves pages, and has a description that is longer than any column should be",
        "[http]",
    ),
    (
        "web",
        "2.10.0",
        "v9",
        "Serves pages, and has a description that is longer than any column should be",
        "[http]",
    ),
    ("façade", "1.0.0+build.5", "", "Größe zählt", "[\"on\", \"1\"]"),
    ("old", "0.0.1", "", "", "[http, demo]"),
];

/// Servers and a folder for both programs.
struct Scene<'a> {
    pair: &'a Pair,
    folder: tempfile::TempDir,
    web: Web,
    hub: Server,
    museum: Server,
}

pub(super) fn run(pair: &Pair) -> Result<Score, String> {
    let scene = Scene::new(pair)?;
    let mut score = Score::default();
    for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
        scene.side_by_side(theirs, ours, &mut score)?;
        scene.one_after_the_other(theirs, ours, &mut score)?;
        scene.indexes(theirs, ours, &mut score)?;
        scene.uploads(theirs, ours, &mut score)?;
    }
    println!("repositories: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

impl<'a> Scene<'a> {
    fn new(pair: &'a Pair) -> Result<Scene<'a>, String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let charts = folder.path().join("charts");
        make_charts(pair, folder.path(), &charts)?;
        Ok(Scene { pair, web: Web::start(folder.path())?, hub: hub(), museum: museum::serve(), folder })
    }

    fn fill(&self, line: &str) -> String {
        let dir = self.folder.path().display().to_string();
        let closed = "http://127.0.0.1:1";
        [
            ("{plain}", self.web.plain.as_str()),
            ("{users}", &self.web.users),
            ("{tls}", &self.web.tls),
            ("{mutual}", &self.web.mutual),
            ("{hub}", &self.hub.url()),
            ("{closed}", closed),
            ("{dir}", &dir),
        ]
        .iter()
        .fold(line.to_owned(), |line, (name, value)| line.replace(name, value))
    }

    /// Runs a line in the home of a program, in a folder of its own.
    fn line(&self, program: Program, home: &Path, line: &str) -> Result<Ran, String> {
        let cwd = home.join("cwd");
        fs::create_dir_all(&cwd).map_err(|e| e.to_string())?;
        let words = words(&self.fill(line));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let home = home.to_str().unwrap_or_default();
        let mut ran = self.pair.run(program, &words, &cwd, &[("HOME", home)])?;
        for text in [&mut ran.stdout, &mut ran.stderr] {
            *text = text.replace(home, "HOME");
        }
        Ok(ran)
    }

    fn home(&self, name: &str, program: Program) -> PathBuf {
        self.folder.path().join(format!("home-{name}-{program:?}"))
    }

    /// Every line in both programs, each in its own home; then the files that they left.
    fn side_by_side(&self, theirs: Program, ours: Program, score: &mut Score) -> Result<(), String> {
        let (their_home, our_home) = (self.home("lines", theirs), self.home("lines", ours));
        for line in LINES.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (line, in_order) = line.strip_prefix('~').map_or((line, true), |line| (line, false));
            let (mut a, mut b) = (self.line(theirs, &their_home, line)?, self.line(ours, &our_home, line)?);
            if !in_order {
                for ran in [&mut a, &mut b] {
                    let mut lines: Vec<&str> = ran.stdout.lines().collect();
                    lines.sort_unstable();
                    ran.stdout = lines.join("\n");
                }
            }
            score.count(&format!("helm {line} ({theirs:?})"), different(&a, &b));
        }
        let (a, b) = (tree(&their_home), tree(&our_home));
        for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
            let text =
                |files: &BTreeMap<String, String>| files.get(name).cloned().unwrap_or("(missing)".to_owned());
            score.count(&format!("file {name} ({theirs:?})"), difference("content", &text(&a), &text(&b)));
        }
        Ok(())
    }

    /// One adds, the other searches and pulls, and the other way round.
    fn one_after_the_other(&self, theirs: Program, ours: Program, score: &mut Score) -> Result<(), String> {
        for (first, second) in [(theirs, ours), (ours, theirs)] {
            let home = self.home("shared", first);
            let add = self.line(first, &home, "repo add shared {plain}")?;
            score.count(&format!("{first:?} adds a repository"), failure(&add));
            for line in [
                "repo list -o json",
                "search repo -l -o json",
                "show chart shared/web",
                "template shared/demo",
                "repo update",
                "repo add more {plain}/sub",
            ] {
                score.count(
                    &format!("{second:?} {line} after {first:?}"),
                    failure(&self.line(second, &home, line)?),
                );
            }
            for line in
                ["search repo -l -o json", "show chart shared/demo", "repo update more", "repo remove shared"]
            {
                let (again, other) =
                    (self.line(first, &home, line)?, failure(&self.line(second, &home, "repo list")?));
                score.count(&format!("{first:?} {line} after {second:?}"), failure(&again).or(other));
            }
        }
        Ok(())
    }

    /// `repo index` with all that it takes; times are left out of the comparison.
    fn indexes(&self, theirs: Program, ours: Program, score: &mut Score) -> Result<(), String> {
        let charts = self.folder.path().join("charts");
        let old = self.folder.path().join("old.yaml");
        fs::copy(charts.join("index.yaml"), &old).map_err(|e| e.to_string())?;
        for line in [
            "repo index .",
            "repo index . --url https://example.com/charts",
            "repo index . --url https://example.com/charts/ --json",
            "repo index . --merge {dir}/old.yaml --url http://more.example.com",
            "repo index . --merge new.yaml",
            "repo index . --merge {dir}/nginx.conf",
        ] {
            let mut outcomes = Vec::new();
            for program in [theirs, ours] {
                let home = self.home("index", program);
                let cwd = home.join("cwd");
                let _ = fs::remove_dir_all(&cwd);
                fs::create_dir_all(cwd.join("sub")).map_err(|e| e.to_string())?;
                for file in ["web-2.10.0.tgz", "demo-0.2.0.tgz", "demo-1.0.0-rc.1.tgz"] {
                    fs::copy(charts.join(file), cwd.join(file)).map_err(|e| e.to_string())?;
                }
                fs::copy(charts.join("old-0.0.1.tgz"), cwd.join("sub/old-0.0.1.tgz"))
                    .map_err(|e| e.to_string())?;
                fs::write(cwd.join("broken.tgz"), "no chart").map_err(|e| e.to_string())?;
                let ran = self.line(program, &home, line)?;
                outcomes.push((ran, timeless(&cwd.join("index.yaml"))));
            }
            let found = different(&outcomes[0].0, &outcomes[1].0)
                .or_else(|| difference("index.yaml", &outcomes[0].1, &outcomes[1].1));
            score.count(&format!("helm {line} ({theirs:?})"), found);
        }
        Ok(())
    }

    /// What was uploaded is found after an update, what was deleted is not.
    fn uploads(&self, theirs: Program, ours: Program, score: &mut Score) -> Result<(), String> {
        let archive = self.folder.path().join("charts/web-2.3.4.tgz");
        let data = fs::read(archive).map_err(|e| e.to_string())?;
        let request = |method: &str, path: &str, body: &[u8]| {
            helm_testkit::http::send(self.museum.address(), method, path, body).map_err(|e| e.to_string())
        };
        let homes = [(theirs, self.home("museum", theirs)), (ours, self.home("museum", ours))];
        let both = |line: &str| -> Result<Vec<Ran>, String> {
            homes.iter().map(|(program, home)| self.line(*program, home, line)).collect()
        };
        let url = self.museum.url();
        let mut compare = |line: &str| -> Result<(), String> {
            let ran = both(&line.replace("{museum}", &url))?;
            score.count(&format!("helm {line} ({theirs:?})"), different(&ran[0], &ran[1]));
            Ok(())
        };
        compare("repo add museum {museum}")?;
        compare("search repo museum")?;
        request("POST", "/api/charts", &data)?;
        compare("repo update")?;
        compare("search repo museum -o yaml")?;
        compare("pull museum/web")?;
        request("DELETE", "/api/charts/web/2.3.4", b"")?;
        compare("repo update")?;
        compare("search repo museum")?;
        compare("pull museum/web")
    }
}

fn make_charts(pair: &Pair, folder: &Path, charts: &Path) -> Result<(), String> {
    fs::create_dir_all(charts.join("sub")).map_err(|e| e.to_string())?;
    for (at, (name, version, app, description, keywords)) in CHARTS.iter().enumerate() {
        let source = folder.join(format!("source-{at}"));
        let chart = source.join(name);
        fs::create_dir_all(chart.join("templates")).map_err(|e| e.to_string())?;
        let text = format!(
            "apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: \"{app}\"\ndescription: {description}\n\
             keywords: {keywords}\nannotations:\n  note: |\n    two\n    lines\n"
        );
        fs::write(chart.join("Chart.yaml"), text).map_err(|e| e.to_string())?;
        let template = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {{ .Chart.Version }}\n";
        fs::write(chart.join("templates/map.yaml"), template).map_err(|e| e.to_string())?;
        let target = charts.to_string_lossy();
        let ran = pair.run(Program::Helm4, &["package", name, "-d", &target], &source, &[])?;
        if ran.code != 0 {
            return Err(format!("package {name}: {}", ran.stderr));
        }
    }
    fs::copy(charts.join("old-0.0.1.tgz"), charts.join("sub/old-0.0.1.tgz")).map_err(|e| e.to_string())?;
    for folder in [charts.join("sub"), charts.to_path_buf()] {
        let ran = pair.run(Program::Helm4, &["repo", "index", "."], &folder, &[])?;
        if ran.code != 0 {
            return Err(format!("repo index: {}", ran.stderr));
        }
    }
    let bad = charts.join("bad");
    fs::create_dir_all(&bad).map_err(|e| e.to_string())?;
    let index = "apiVersion: v1\nentries:\n  x:\n  - name: x\n    version: one\n  - name: x\n    version: 1.0.0\n  \
                 - name: x\n    version: 1.1.0\n    urls: [\"ftp://h/x.tgz\"]\n  -\n  y: []\n";
    fs::write(bad.join("index.yaml"), index).map_err(|e| e.to_string())?;
    for (name, text) in [
        ("unknown", "apiVersion: v1\nentries: {}\nwhat: 1\n"),
        ("versionless", "entries: {}\n"),
        ("empty", ""),
        ("page", "<html>\n"),
        ("json", "{\"apiVersion\":\"v1\",\"entries\":{\"j\":[{\"name\":\"j\",\"version\":\"1.0.0\"}]}}"),
    ] {
        fs::create_dir_all(charts.join(name)).map_err(|e| e.to_string())?;
        fs::write(charts.join(name).join("index.yaml"), text).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// A hub that knows two charts, one in the manner of Artifact Hub and one in Monocular's.
fn hub() -> Server {
    Server::start(|request| {
        if request.path != "/api/chartsvc/v1/charts/search" {
            return Response::not_found();
        }
        let chart = |name: &str, page: &str| {
            format!(
                "{{\"id\":\"r/{name}\",{page}\"type\":\"chart\",\"attributes\":{{\"name\":\"{name}\",\"repo\":{{\"name\":\
                 \"r\",\"url\":\"https://r.example.com\"}},\"description\":\"What {name} is for, at some length that \
                 columns cut\"}},\"relationships\":{{\"latestChartVersion\":{{\"data\":{{\"version\":\"1.2.3\",\
                 \"app_version\":\"v4\"}}}}}}}}"
            )
        };
        match request.query.as_str() {
            "q=nothing" => Response::ok("{\"data\":[]}"),
            "q=garbage" => Response::ok("{\"data\":[{]"),
            "q=error" => Response::new("500 Internal Server Error", ""),
            _ => {
                let page = "\"artifactHub\":{\"packageUrl\":\"https://hub.example.com/a\"},";
                Response::ok(format!("{{\"data\":[{},{}]}}", chart("a", page), chart("b", "")))
            }
        }
    })
}

fn different(a: &Ran, b: &Ran) -> Option<String> {
    let code = (a.code != b.code)
        .then(|| format!("  exit code {} instead of {}\n  {}{}", b.code, a.code, b.stderr, a.stderr));
    code.or_else(|| difference("stdout", &a.stdout, &b.stdout))
        .or_else(|| difference("stderr", &a.stderr, &b.stderr))
}

fn failure(ran: &Ran) -> Option<String> {
    (ran.code != 0 || ran.stdout.is_empty()).then(|| format!("  exit code {}: {}", ran.code, ran.stderr))
}

/// An index without what tells when it was made.
fn timeless(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|_| "(missing)".to_owned());
    let is_time = |line: &&str| {
        let line = line.trim().trim_start_matches('"');
        line.starts_with("created") || line.starts_with("generated")
    };
    text.lines().filter(|line| !is_time(line)).map(|line| format!("{line}\n")).collect()
}

/// The files of a home by their paths, with their modes; what only this program keeps is left out.
fn tree(home: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![home.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(home).unwrap_or(&path).to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with(".compact") {
                let data = fs::read(&path).unwrap_or_default();
                let mut text = String::from_utf8_lossy(&data).into_owned();
                if name.ends_with("charts.txt") {
                    let mut lines: Vec<&str> = text.lines().collect();
                    lines.sort_unstable();
                    text = lines.join("\n");
                }
                files.insert(name, format!("{}{text}", mode(&path)));
            }
        }
    }
    files
}

#[cfg(unix)]
fn mode(path: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).map(|m| format!("mode {:o}\n", m.permissions().mode() & 0o777)).unwrap_or_default()
}

#[cfg(not(unix))]
fn mode(_: &Path) -> String {
    String::new()
}
