//! Archives and starters: what this program writes, Helm writes too, and each reads the other's.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Pair, Program, Score, difference};

/// Charts that differ in what is packed: subcharts, ignored files, old format, binary files, many documents.
const CHARTS: [&str; 6] = ["webapp", "umbrella", "files", "ignored", "old-format", "documents"];

/// A moment that all files of an archive are given.
const EPOCH: (&str, &str) = ("SOURCE_DATE_EPOCH", "1600000000");

pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    let mut score = Score::default();
    for chart in CHARTS {
        archives(pair, &crate::root().join("conformance/charts").join(chart), &mut score)?;
    }
    for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
        starters(pair, (theirs, ours), &mut score)?;
    }
    println!("packages: {} of {} as in Helm", score.passed, score.passed + score.failed);
    Ok(score)
}

/// The command that packs a chart into the current folder.
fn args(chart: &str) -> [&str; 6] {
    ["package", chart, "--app-version", "9", "-d", "."]
}

fn folder() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|e| e.to_string())
}

/// Packs a chart with all programs. What is inside must be the same to the byte, and every program must render every
/// archive to the same.
fn archives(pair: &Pair, chart: &Path, score: &mut Score) -> Result<(), String> {
    let name = chart.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let chart = chart.to_string_lossy();
    let mut packed: Vec<(Program, tempfile::TempDir, PathBuf)> = Vec::new();
    for program in [Program::Helm4, Program::Ours, Program::Ours, Program::Helm3] {
        let dir = folder()?;
        let ran = pair.run(program, &args(&chart), dir.path(), &[EPOCH])?;
        let archive = files(dir.path())?.into_keys().find(|f| f.ends_with(".tgz"));
        let archive = archive.ok_or_else(|| format!("{program:?} packs no {name}: {}", ran.stderr))?;
        let archive = dir.path().join(archive);
        packed.push((program, dir, archive));
    }
    let bytes = |at: usize| fs::read(&packed[at].2).map_err(|e| e.to_string());
    let same = |a: &[u8], b: &[u8]| (a != b).then(|| "  bytes differ".to_owned());
    let ours = unzipped(&bytes(1)?)?;
    let mut differs = same(&unzipped(&bytes(0)?)?, &ours);
    // Helm packs subcharts in the random order of a Go map: about one run in eight has another one.
    for _ in 0..10 {
        if differs.is_none() {
            break;
        }
        pair.run(Program::Helm4, &args(&chart), packed[0].1.path(), &[EPOCH])?;
        differs = same(&unzipped(&bytes(0)?)?, &ours);
    }
    score.count(&format!("package {name}, what is inside"), differs);
    score.count(&format!("package {name} twice"), same(&bytes(1)?, &bytes(2)?));
    let render = |program: Program, archive: &Path| {
        let args = ["template", "x", &archive.to_string_lossy()];
        pair.run(program, &args, archive.parent().unwrap_or(archive), &[])
    };
    for (reader, same_level) in
        [(Program::Helm4, 0), (Program::Ours, 0), (Program::Helm3, 3), (Program::OursAs3, 3)]
    {
        let expected =
            render(if same_level == 0 { Program::Helm4 } else { Program::Helm3 }, &packed[same_level].2)?;
        for (writer, _, archive) in [&packed[0], &packed[1], &packed[3]] {
            let got = render(reader, archive)?;
            let what = format!("{name} packed by {writer:?}, rendered by {reader:?}");
            score.count(&what, difference("stdout", &expected.stdout, &got.stdout));
        }
    }
    Ok(())
}

fn unzipped(data: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(data).read_to_end(&mut out).map_err(|e| e.to_string())?;
    Ok(out)
}

/// Makes charts from starters with both programs, by name and by path; the folders must be the same.
fn starters(pair: &Pair, (theirs, ours): (Program, Program), score: &mut Score) -> Result<(), String> {
    let home = folder()?;
    let starter = home.path().join("starters/mine");
    for (name, content) in [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: <CHARTNAME>\nversion: 7.0.0\ndescription: of <CHARTNAME>\nicon: x\n",
        ),
        ("values.yaml", "# of <CHARTNAME>\nname: <CHARTNAME>\nnumber: 1\n"),
        ("templates/a.yaml", "kind: ConfigMap\nname: <CHARTNAME>-{{ .Release.Name }}\n"),
        ("templates/_b.tpl", "{{ define \"<CHARTNAME>.x\" }}{{ end }}\n"),
        ("README.md", "<CHARTNAME>\n"),
        (".helmignore", "*.bak\n"),
        ("old.bak", "not copied\n"),
        ("values.schema.json", "{\"title\": \"<CHARTNAME>\"}\n"),
    ] {
        let path = starter.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&starter)).map_err(|e| e.to_string())?;
        fs::write(path, content).map_err(|e| e.to_string())?;
    }
    let (home_text, starter_text) = (home.path().to_string_lossy(), starter.to_string_lossy());
    let env = [("HELM_DATA_HOME", &*home_text)];
    for args in [
        &["create", "shop", "--starter", "mine"][..],
        &["create", "deep/shop", "-p", &starter_text],
        &["create", "shop", "--starter", "none"],
        &["create", "in the way", "--starter", "mine"],
        &["create", "shop/", "--starter", "mine"],
    ] {
        let mut outcomes = Vec::new();
        for program in [theirs, ours] {
            let dir = folder()?;
            fs::write(dir.path().join("in the way"), "").map_err(|e| e.to_string())?;
            let ran = pair.run(program, args, dir.path(), &env)?;
            let said = format!("{}\n{}{}", ran.code, ran.stdout, ran.stderr);
            let files = files(dir.path())?;
            let listed: String = files.iter().map(|(name, data)| format!("{name}\n{data}\n")).collect();
            outcomes.push(said.replace(&*dir.path().to_string_lossy(), "DIR") + &listed);
        }
        let what = format!("helm {} ({theirs:?})", args.join(" "));
        score.count(&what, difference("outcome", &outcomes[0], &outcomes[1]));
    }
    Ok(())
}

/// All files beneath a folder.
fn files(dir: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![dir.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| e.to_string())? {
            let path = entry.map_err(|e| e.to_string())?.path();
            if path.is_dir() {
                left.push(path);
            } else {
                let data = fs::read(&path).map_err(|e| e.to_string())?;
                let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().into_owned();
                found.insert(name, String::from_utf8_lossy(&data).into_owned());
            }
        }
    }
    Ok(found)
}
