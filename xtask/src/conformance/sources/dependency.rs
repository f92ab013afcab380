//! Dependencies: random charts with constraints over several repositories, resolved and fetched by both programs;
//! then many runs on one cache, and runs that are killed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use helm_testkit::files;
use helm_testkit::http::Server;

use super::super::{Pair, Program, Score, difference};
use crate::process::Ran;

/// How many random charts are tried when `CASES` says nothing.
const CASES: u64 = 10;
const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
const VERSIONS: [&str; 6] = ["0.1.0", "1.0.0", "1.2.3", "1.3.0-rc.1", "2.0.0+build.7", "10.0.0"];
const RANGES: [&str; 16] = [
    "1.2.3",
    "^1.0.0",
    "~1.2",
    "1.x",
    "*",
    ">0.0.0-0",
    ">=1, <2",
    ">=1 <3 || >9",
    "1.3.0-rc.1",
    "2.0.0+build.7",
    "2.0.0",
    "v1.0.0",
    "^7",
    "no version",
    "",
    "!=1.2.3",
];

pub(super) fn run(pair: &Pair) -> Result<Score, String> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("SEED").unwrap_or(1);
    println!("dependency: SEED={seed}");
    let lab = Lab::new(pair)?;
    let mut score = Score::default();
    for case in 0..number("CASES").unwrap_or(CASES) {
        let mut random = Random(seed.wrapping_mul(1_000_003).wrapping_add(case));
        let chart = lab.chart(&mut random);
        for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
            let name = format!("dependency update and build, SEED={seed} case {case} ({theirs:?})");
            let (a, b) = (lab.play(pair, theirs, &chart)?, lab.play(pair, ours, &chart)?);
            score.count(&name, compare(&a, &b).map(|text| format!("{chart:?}\n{text}")));
        }
    }
    many_runs(pair, &lab, &mut score)?;
    killed_runs(pair, &lab, &mut score)?;
    println!("dependency: {} of {} as expected", score.passed, score.passed + score.failed);
    Ok(score)
}

/// A small generator of numbers: the same seed draws the same charts.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A chart that needs others.
#[derive(Debug)]
struct Chart {
    /// `Chart.yaml`, and `requirements.yaml` for the old format.
    files: Vec<(&'static str, String)>,
    /// Archives of the first repository that lie in `charts/` before.
    present: Vec<String>,
    configured: bool,
}

/// Two repositories and folders to work in.
struct Lab {
    folder: tempfile::TempDir,
    server: Server,
}

fn io(e: std::io::Error) -> String {
    e.to_string()
}

impl Lab {
    fn new(pair: &Pair) -> Result<Lab, String> {
        let folder = tempfile::tempdir().map_err(io)?;
        let root = folder.path();
        let mut sources = Vec::new();
        for name in NAMES {
            for version in VERSIONS {
                let path = format!("source/{name}-{version}");
                write_chart(&root.join(&path), name, version)?;
                sources.push(path);
            }
        }
        let server = files::serve(&root.join("web"));
        for repository in ["web/one", "web/two"] {
            fs::create_dir_all(root.join(repository)).map_err(io)?;
            let mut args = vec!["package", "--destination", repository];
            args.extend(sources.iter().map(String::as_str));
            succeed(&pair.run(Program::Helm4, &args, root, &[])?)?;
        }
        succeed(&pair.run(Program::Helm4, &["repo", "index", "web/one"], root, &[])?)?;
        let absolute = format!("{}/two", server.url());
        succeed(&pair.run(Program::Helm4, &["repo", "index", "web/two", "--url", &absolute], root, &[])?)?;
        Ok(Lab { folder, server })
    }

    fn url(&self, repository: &str) -> String {
        format!("{}/{repository}", self.server.url())
    }

    fn chart(&self, random: &mut Random) -> Chart {
        let (one, two) = (self.url("one"), self.url("two"));
        let slash = format!("{one}/");
        let nowhere = self.url("nowhere");
        // What leads nowhere ends the run, so it is rare.
        let mut repositories = vec![one.as_str(), &slash, "@main", "alias:main", &two];
        repositories.extend_from_slice(&repositories.clone());
        repositories.extend(["file://../local", "", &nowhere, "@unknown", "stable"]);
        // Helm 3 and 4 go through names; two dependencies of one name may come from different repositories.
        let count = 1 + random.below(5);
        let mut list = "dependencies:\n".to_owned();
        for at in 0..count {
            let repository = random.pick(&repositories);
            let name = match repository {
                "file://../local" => "local",
                "" => "hand",
                _ => random.pick(&NAMES),
            };
            // Ranges that have an answer come more often.
            let range = if random.below(3) == 0 { random.pick(&RANGES) } else { random.pick(&RANGES[..9]) };
            list += &format!(
                "- name: {name}\n  version: \"{range}\"\n  repository: \"{repository}\"\n  alias: a{at}\n"
            );
            if random.below(3) == 0 {
                list += "  condition: x.<on>\n  tags: [t, \"&\"]\n  import-values: [{child: c, parent: p}, all]\n";
            }
        }
        let files = match random.below(5) {
            0 => vec![
                ("Chart.yaml", "apiVersion: v1\nname: app\nversion: 1.0.0\n".to_owned()),
                ("requirements.yaml", list),
            ],
            _ => vec![("Chart.yaml", format!("apiVersion: v2\nname: app\nversion: 1.0.0\n{list}"))],
        };
        let archives = random.below(4);
        let present = (0..archives)
            .map(|_| format!("{}-{}.tgz", random.pick(&NAMES), random.pick(&VERSIONS)))
            .collect();
        Chart { files, present, configured: random.below(3) > 0 }
    }

    /// A folder of a program's own: `app` with the chart, its neighbour, and a home.
    fn stage(&self, chart: &Chart) -> Result<tempfile::TempDir, String> {
        let stage = tempfile::tempdir_in(self.folder.path()).map_err(io)?;
        let app = stage.path().join("app");
        fs::create_dir_all(app.join("charts")).map_err(io)?;
        for (name, text) in &chart.files {
            fs::write(app.join(name), text).map_err(io)?;
        }
        for archive in &chart.present {
            fs::copy(self.folder.path().join("web/one").join(archive), app.join("charts").join(archive))
                .map_err(io)?;
        }
        write_chart(&app.join("charts/hand"), "hand", "1.0.0")?;
        write_chart(&stage.path().join("local"), "local", "1.2.3")?;
        let config = stage.path().join("home/.config/helm");
        fs::create_dir_all(&config).map_err(io)?;
        if chart.configured {
            let text = format!("repositories:\n- name: main\n  url: {}\n", self.url("one"));
            fs::write(config.join("repositories.yaml"), text).map_err(io)?;
        }
        Ok(stage)
    }

    /// Update, build, build of a chart that changed since; the outcome of each with what is on the disk after it.
    fn play(&self, pair: &Pair, program: Program, chart: &Chart) -> Result<Vec<Outcome>, String> {
        let stage = self.stage(chart)?;
        let home = stage.path().join("home");
        let home = home.to_string_lossy();
        let mut outcomes = Vec::new();
        for (at, args) in [
            ["dependency", "update", "app"].as_slice(),
            &["dep", "build", "app", "--skip-refresh"],
            &["dependency", "list", "app"],
            &["dependency", "build", "./app"],
        ]
        .into_iter()
        .enumerate()
        {
            if at == 3 {
                let file = stage.path().join("app").join(chart.files.last().map_or("Chart.yaml", |(n, _)| n));
                let text = fs::read_to_string(&file).map_err(io)?;
                fs::write(&file, text.replace("alias: a0", "alias: other")).map_err(io)?;
            }
            let ran = pair.run(program, args, stage.path(), &[("HOME", &home)])?;
            let place = stage.path().to_string_lossy().into_owned();
            let plain = |text: &str| text.replace(&place, "STAGE");
            outcomes.push(Outcome {
                code: ran.code,
                output: lines(&plain(&ran.stdout)),
                errors: plain(&ran.stderr),
                files: tree(&stage.path().join("app"))?,
            });
        }
        Ok(outcomes)
    }
}

/// What a command did.
#[derive(Debug)]
struct Outcome {
    code: i32,
    output: String,
    errors: String,
    files: BTreeMap<String, String>,
}

/// Output with the lines for indexes, whose order is Helm's luck, in order.
fn lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    for run in lines.split_mut(|l| !l.starts_with("...") && !l.starts_with('\t')) {
        run.sort_unstable();
    }
    lines.join("\n")
}

fn compare(theirs: &[Outcome], ours: &[Outcome]) -> Option<String> {
    theirs.iter().zip(ours).enumerate().find_map(|(step, (a, b))| {
        let code = (a.code != b.code).then(|| format!("  exit code {} instead of {}", b.code, a.code));
        code.or_else(|| difference("stdout", &a.output, &b.output))
            .or_else(|| difference("stderr", &a.errors, &b.errors))
            .or_else(|| difference("files", &format!("{:#?}", a.files), &format!("{:#?}", b.files)))
            .map(|text| format!("  step {step}\n{text}"))
    })
}

/// The files of a chart; archives by what is in them, locks without their time.
fn tree(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut all = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(io)?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let content = if name.ends_with(".tgz") {
                unpacked(&path)?
            } else {
                let text = fs::read_to_string(&path).map_err(io)?;
                text.lines().filter(|l| !l.starts_with("generated:")).map(|l| format!("{l}\n")).collect()
            };
            all.insert(name, content);
        }
    }
    Ok(all)
}

fn unpacked(path: &Path) -> Result<String, String> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(path).map_err(io)?));
    let mut all = String::new();
    for entry in archive.entries().map_err(io)? {
        let mut entry = entry.map_err(io)?;
        let name = entry.path().map_err(io)?.to_string_lossy().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).map_err(io)?;
        all += &format!("{name}: {text:?}; ");
    }
    Ok(all)
}

fn write_chart(folder: &Path, name: &str, version: &str) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(io)?;
    let text = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
    fs::write(folder.join("Chart.yaml"), text).map_err(io)
}

fn succeed(ran: &Ran) -> Result<(), String> {
    if ran.code == 0 { Ok(()) } else { Err(ran.stderr.clone()) }
}

/// A chart that resolves.
fn plain_chart(lab: &Lab) -> Chart {
    let (one, two) = (lab.url("one"), lab.url("two"));
    let mut list = "dependencies:\n".to_owned();
    for name in NAMES {
        for (range, url) in [("1.0.0", &one), ("1.2.3", &two), ("10.0.0", &one)] {
            let alias = format!("{name}-{}", range.replace('.', "-"));
            list += &format!("- {{name: {name}, version: {range}, repository: \"{url}\", alias: {alias}}}\n");
        }
    }
    let chart = format!("apiVersion: v2\nname: app\nversion: 1.0.0\n{list}");
    Chart { files: vec![("Chart.yaml", chart)], present: vec!["beta-0.1.0.tgz".to_owned()], configured: true }
}

fn start(pair: &Pair, stage: &Path) -> Result<Child, String> {
    Command::new(&pair.ours)
        .args(["dependency", "update", "app"])
        .current_dir(stage)
        .env_clear()
        .env("HOME", stage.join("home"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{}: {e}", pair.ours.display()))
}

/// 250 runs at once with one cache, some of them on the same chart.
fn many_runs(pair: &Pair, lab: &Lab, score: &mut Score) -> Result<(), String> {
    const RUNS: usize = 250;
    const CHARTS: usize = 50;
    let chart = plain_chart(lab);
    let shared = lab.stage(&chart)?;
    let apps: Vec<PathBuf> = (0..CHARTS).map(|at| shared.path().join(format!("chart{at}/app"))).collect();
    for app in &apps {
        fs::create_dir_all(app).map_err(io)?;
        fs::write(app.join("Chart.yaml"), &chart.files[0].1).map_err(io)?;
    }
    let mut children = Vec::new();
    for at in 0..RUNS {
        let child = Command::new(&pair.ours)
            .args(["dependency", "update"])
            .current_dir(&apps[at % CHARTS])
            .env_clear()
            .env("HOME", shared.path().join("home"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        children.push(child.map_err(io)?);
    }
    let mut failed = Vec::new();
    for child in children {
        let output = child.wait_with_output().map_err(io)?;
        if !output.status.success() {
            failed.push(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    score.count(
        "250 runs on one cache",
        failed.first().map(|text| format!("  {} failed: {text}", failed.len())),
    );
    let expected = tree(&apps[0])?;
    let whole = expected.len() == 2 + 3 * NAMES.len();
    let same =
        apps.iter().map(|app| tree(app)).collect::<Result<Vec<_>, _>>()?.iter().all(|t| *t == expected);
    score.count(
        "the charts of 250 runs",
        (!whole || !same).then(|| format!("  {:?}", expected.keys().collect::<Vec<_>>())),
    );
    Ok(())
}

/// Runs that are killed after ever longer times leave `charts/` as it was or as it is to be, never in between.
fn killed_runs(pair: &Pair, lab: &Lab, score: &mut Score) -> Result<(), String> {
    let chart = plain_chart(lab);
    let stage = lab.stage(&chart)?;
    let app = stage.path().join("app");
    let charts = app.join("charts");
    let old = tree(&charts)?;
    succeed_child(start(pair, stage.path())?)?;
    let new = tree(&charts)?;
    let mut problem = None;
    let (mut before, mut after) = (0, 0);
    for at in 0..60_u64 {
        fs::remove_dir_all(&charts).map_err(io)?;
        fs::create_dir(&charts).map_err(io)?;
        write_chart(&charts.join("hand"), "hand", "1.0.0")?;
        for archive in &chart.present {
            fs::copy(lab.folder.path().join("web/one").join(archive), charts.join(archive)).map_err(io)?;
        }
        let mut child = start(pair, stage.path())?;
        std::thread::sleep(Duration::from_micros(700 * at));
        let _ = child.kill();
        child.wait().map_err(io)?;
        match tree(&charts)? {
            found if found == old => before += 1,
            found if found == new => after += 1,
            found => {
                problem = Some(format!("  after {} µs: {:?}", 700 * at, found.keys().collect::<Vec<_>>()))
            }
        }
    }
    println!("killed runs: {before} before, {after} after the change");
    score.count("60 killed runs", problem);
    succeed_child(start(pair, stage.path())?)?;
    let left: Vec<String> = fs::read_dir(&app)
        .map_err(io)?
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| n.ends_with(".tmp"))
        .collect();
    score.count("what killed runs left", (!left.is_empty()).then(|| format!("  {left:?}")));
    Ok(())
}

fn succeed_child(child: Child) -> Result<(), String> {
    let output = child.wait_with_output().map_err(io)?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
