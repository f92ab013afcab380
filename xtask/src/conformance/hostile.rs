//! Input that was made to harm: each ends by itself within bounds of time and memory, with the words that it expects.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use wait4::Wait4;

use super::{Pair, Score};

/// Processor time, user and system, that a run may take.
const MAX_CPU: Duration = Duration::from_secs(10);

/// Memory that a run may have at once.
const MAX_RSS: u64 = 512 << 20;

/// What a run must say: its error, or nothing in particular.
enum Expect {
    Success,
    Error(String),
    Any,
}

impl Expect {
    fn parse(text: &str) -> Expect {
        match text {
            "-" => Expect::Success,
            "*" => Expect::Any,
            words => Expect::Error(words.to_owned()),
        }
    }

    fn failure(&self, code: Option<i32>, stderr: &str) -> Option<String> {
        let tail: String = stderr.chars().take(600).collect();
        match (self, code) {
            (_, None | Some(2..)) => Some(format!("  it did not end by itself: {code:?}: {tail}")),
            (Expect::Success, Some(0)) | (Expect::Any, _) => None,
            (Expect::Error(words), Some(1)) if stderr.contains(words.as_str()) => None,
            (Expect::Error(words), _) => {
                Some(format!("  expected an error with `{words}`: {code:?}: {tail}"))
            }
            (Expect::Success, _) => Some(format!("  expected success: {tail}")),
        }
    }
}

/// The most that any run took.
#[derive(Default)]
struct Worst {
    cpu: (Duration, String),
    rss: (u64, String),
}

struct Runner<'a> {
    helm: &'a Path,
    score: Score,
    worst: Worst,
}

/// Runs every template of `conformance/hostile` as a chart of its own, and every evil folder.
pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    let mut runner = Runner { helm: &pair.ours, score: Score::default(), worst: Worst::default() };
    runner.templates()?;
    runner.folders()?;
    let Worst { cpu, rss } = &runner.worst;
    println!(
        "hostile: most time {:.1} s ({}), most memory {} MiB ({})",
        cpu.0.as_secs_f64(),
        cpu.1,
        rss.0 >> 20,
        rss.1
    );
    Ok(runner.score)
}

fn failed(e: std::io::Error) -> String {
    e.to_string()
}

/// A chart of one template.
fn chart(folder: &Path, template: &str) -> Result<(), String> {
    std::fs::create_dir_all(folder.join("templates")).map_err(failed)?;
    std::fs::write(folder.join("Chart.yaml"), "apiVersion: v2\nname: evil\nversion: 0.1.0\n")
        .map_err(failed)?;
    std::fs::write(folder.join("templates/x.yaml"), template).map_err(failed)
}

impl Runner<'_> {
    fn templates(&mut self) -> Result<(), String> {
        let folder = crate::root().join("conformance/hostile");
        let mut paths: Vec<_> =
            std::fs::read_dir(&folder).map_err(failed)?.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "tpl")) {
            let text = std::fs::read_to_string(path).map_err(failed)?;
            let expect = text.strip_prefix("{{/* expect: ").and_then(|rest| rest.split_once(" */}}"));
            let (expect, _) = expect.ok_or_else(|| format!("{}: no `expect`", path.display()))?;
            let home = tempfile::tempdir().map_err(failed)?;
            chart(home.path(), &text)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            self.judge(&name, home.path(), &["template", "x", "."], &Expect::parse(expect))?;
        }
        Ok(())
    }

    fn folders(&mut self) -> Result<(), String> {
        for (name, verb, expect, make) in FOLDERS {
            let home = tempfile::tempdir().map_err(failed)?;
            chart(home.path(), "x: 1\n")?;
            make(home.path())?;
            let args: Vec<&str> = verb.split(' ').collect();
            self.judge(name, home.path(), &args, &Expect::parse(expect))?;
        }
        Ok(())
    }

    /// Runs the program with bounds from outside that are wider than those that are judged: a program without bounds
    /// must not take the machine along.
    fn judge(&mut self, name: &str, dir: &Path, args: &[&str], expect: &Expect) -> Result<(), String> {
        let said = dir.join(".stderr");
        let child = Command::new("/bin/sh")
            .args(["-c", "ulimit -t 40; ulimit -v 6000000; exec timeout -s KILL 90 \"$@\"", "sh"])
            .arg(self.helm)
            .args(args)
            .current_dir(dir)
            .env_clear()
            .envs([("HOME", dir.as_os_str()), ("PATH", "/usr/bin:/bin".as_ref())])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&said).map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let used = child.wait4().map_err(failed)?;
        let (cpu, rss) = (used.rusage.utime + used.rusage.stime, used.rusage.maxrss);
        let stderr = std::fs::read(&said).map_err(failed)?;
        let mut failure = expect.failure(used.status.code(), &String::from_utf8_lossy(&stderr));
        if cpu > MAX_CPU {
            failure = Some(format!("  it took {:.1} s\n{}", cpu.as_secs_f64(), failure.unwrap_or_default()));
        }
        if rss > MAX_RSS {
            failure = Some(format!("  it took {} MiB\n{}", rss >> 20, failure.unwrap_or_default()));
        }
        self.score.count(&format!("hostile {name}"), failure);
        if cpu > self.worst.cpu.0 {
            self.worst.cpu = (cpu, name.to_owned());
        }
        if rss > self.worst.rss.0 {
            self.worst.rss = (rss, name.to_owned());
        }
        Ok(())
    }
}

type Folder = (&'static str, &'static str, &'static str, fn(&Path) -> Result<(), String>);

/// Folders that are no charts: a name, the verb, what it says, and what is done to a chart.
const FOLDERS: &[Folder] = &[
    ("ignore file without end", "template x .", "not a regular file", |c| {
        link("/dev/zero", c, ".helmignore")
    }),
    ("ignore file is a pipe", "template x .", "not a regular file", |c| pipe(c, ".helmignore")),
    ("ignore file is large", "template x .", "file is larger than", |c| {
        write(c, ".helmignore", &"a\n".repeat(600_000))
    }),
    ("many rules and files", "template x .", "too many rules", |c| {
        write(c, ".helmignore", &"a\n".repeat(300_000))?;
        (0..1000).try_for_each(|i| write(c, &format!("f{i}"), ""))
    }),
    ("chart file without end", "template x .", "", |c| link("/dev/zero", c, "Chart.yaml")),
    ("chart file is a pipe", "template x .", "", |c| pipe(c, "Chart.yaml")),
    ("chart file is a pipe", "lint .", "chart(s) failed", |c| pipe(c, "Chart.yaml")),
    ("chart file is a pipe", "package .", "", |c| pipe(c, "Chart.yaml")),
    ("values without end", "template x .", "irregular file", |c| link("/dev/zero", c, "values.yaml")),
    ("values without end", "lint .", "chart(s) failed", |c| link("/dev/zero", c, "values.yaml")),
    ("values are a pipe", "lint .", "chart(s) failed", |c| pipe(c, "values.yaml")),
    ("template is a pipe", "template x .", "irregular file", |c| pipe(c, "templates/y.yaml")),
    ("named values without end", "template x . -f /dev/zero", "file is larger than", |_| Ok(())),
    ("named values are a pipe", "template x . -f pipe", "not a regular file", |c| pipe(c, "pipe")),
    ("set-file without end", "template x . --set-file a=/dev/zero", "file is larger than", |_| Ok(())),
    ("schema refers to a device", "template x .", "not a regular file", |c| {
        write(c, "values.schema.json", r#"{"$ref": "file:///dev/zero"}"#)
    }),
    ("links fan out", "template x .", "a chart has at most", |c| {
        (0..29).try_for_each(|i| {
            let inner = c.join(format!("d{i}"));
            std::fs::create_dir(&inner).map_err(failed)?;
            let next = format!("../d{}", i + 1);
            ["a", "b"].iter().try_for_each(|name| if i < 28 { link(&next, &inner, name) } else { Ok(()) })
        })
    }),
    ("schema of nested anyOf", "template x .", "*", |c| {
        let schema = (0..40).fold(r#"{"type": "string"}"#.to_owned(), |inner, _| {
            format!(r#"{{"anyOf": [{inner}, {{"type": "null"}}]}}"#)
        });
        write(c, "values.schema.json", &schema)
    }),
    ("schema of allOf that doubles", "template x .", "*", |c| {
        let definitions: Vec<String> = (0..40)
            .map(|i| {
                format!(
                    r##""d{i}": {{"allOf": [{{"$ref": "#/$defs/d{0}"}}, {{"$ref": "#/$defs/d{0}"}}]}}"##,
                    i + 1
                )
            })
            .collect();
        let schema =
            format!(r##"{{"$defs": {{{}, "d40": {{}}}}, "$ref": "#/$defs/d0"}}"##, definitions.join(","));
        write(c, "values.schema.json", &schema)
    }),
    ("schema of anyOf that doubles", "template x .", "*", |c| {
        let definitions: Vec<String> = (0..40)
            .map(|i| {
                format!(
                    r##""d{i}": {{"anyOf": [{{"$ref": "#/$defs/d{0}"}}, {{"$ref": "#/$defs/d{0}"}}]}}"##,
                    i + 1
                )
            })
            .collect();
        let schema = format!(
            r##"{{"$defs": {{{}, "d40": {{"type": "null"}}}}, "$ref": "#/$defs/d0"}}"##,
            definitions.join(",")
        );
        write(c, "values.schema.json", &schema)
    }),
    ("aliases that multiply", "template x .", "*", |c| {
        (0..5)
            .try_fold(c.to_owned(), |at, level| {
                let names: String = (0..20)
                    .map(|i| {
                        format!("- {{name: s, version: 0.1.0, repository: \"\", alias: a{level}x{i}}}\n")
                    })
                    .collect();
                let name = if level == 0 { "evil" } else { "s" };
                write(
                    &at,
                    "Chart.yaml",
                    &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\ndependencies:\n{names}"),
                )?;
                let next = at.join("charts/s");
                chart(&next, "x: 1\n")?;
                write(&next, "Chart.yaml", "apiVersion: v2\nname: s\nversion: 0.1.0\n")?;
                Ok::<_, String>(next)
            })
            .map(|_| ())
    }),
    ("archives of empty files", "template x .", "entries", |c| {
        std::fs::create_dir_all(c.join("charts")).map_err(failed)?;
        // More of them are too much for a chart folder by the bytes that they have on disk.
        (0..3).try_for_each(|i| empty_files(&c.join(format!("charts/s{i}.tgz"))))
    }),
];

fn write(chart: &Path, name: &str, text: &str) -> Result<(), String> {
    std::fs::write(chart.join(name), text).map_err(failed)
}

fn link(target: &str, chart: &Path, name: &str) -> Result<(), String> {
    let _ = std::fs::remove_file(chart.join(name));
    std::os::unix::fs::symlink(target, chart.join(name)).map_err(failed)
}

fn pipe(chart: &Path, name: &str) -> Result<(), String> {
    let _ = std::fs::remove_file(chart.join(name));
    crate::process::step(Command::new("mkfifo").arg(chart.join(name)))
}

/// An archive of 800,000 files that hold nothing.
fn empty_files(path: &Path) -> Result<(), String> {
    let packed = flate2::write::GzEncoder::new(
        std::fs::File::create(path).map_err(failed)?,
        flate2::Compression::fast(),
    );
    let mut archive = tar::Builder::new(packed);
    let mut header = tar::Header::new_ustar();
    header.set_size(0);
    header.set_mode(0o644);
    for i in 0..800_000 {
        archive.append_data(&mut header, format!("s/f{i}"), std::io::empty()).map_err(failed)?;
    }
    archive.into_inner().and_then(flate2::write::GzEncoder::finish).map(drop).map_err(failed)
}
