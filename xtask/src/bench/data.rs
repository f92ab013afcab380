//! What is measured on: a large index, and a repository of small charts.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::conformance::{Pair, Program};

/// Dependencies of the chart.
pub(super) const CHARTS: usize = 40;
/// Other charts in the index of the small repository, with twenty versions each.
const OTHERS: usize = 60;

/// An index of about 28 MB: 280 charts with 100 versions, each with what charts of large public repositories tell of
/// themselves. `moment` makes it another file.
pub(super) fn large_index(moment: u32) -> String {
    let mut text = "apiVersion: v1\nentries:\n".to_owned();
    for chart in 0..280_u32 {
        let _ = writeln!(text, "  chart-{chart:04}:");
        for number in (1..=100_u32).rev() {
            entry(&mut text, chart, number);
        }
    }
    let _ = writeln!(text, "generated: \"2026-01-01T10:11:12.{moment:09}Z\"");
    text
}

fn entry(text: &mut String, chart: u32, number: u32) {
    let name = format!("chart-{chart:04}");
    let version = format!("{}.{}.{}", number / 10, number % 10, (chart + number) % 7);
    let parts =
        [chart, number, chart * number, chart + number, 7 * chart, 3 * number, 11 * chart, 5 * number];
    let digest: String = parts.iter().map(|part| format!("{part:08x}")).collect();
    let _ = write!(
        text,
        "  - annotations:
      category: Infrastructure
      images: |
        - image: docker.io/example/{name}:{version}-debian-11-r0
          name: {name}
        - image: docker.io/example/os-shell:11-debian-11-r94
          name: os-shell
      licenses: Apache-2.0
    apiVersion: v2
    appVersion: {version}
    created: \"2024-01-02T10:11:12.123456789Z\"
    dependencies:
    - name: common
      repository: oci://registry.example.com/charts
      tags:
      - common
      version: 2.x.x
    description: {name} brings a highly available service with metrics to a cluster of any size
    digest: \"{digest}\"
    home: https://example.com/{name}
    icon: https://example.com/assets/{name}-220x234.png
    keywords:
    - service
    - cluster
    maintainers:
    - name: Example
      url: https://example.com/charts
    name: {name}
    sources:
    - https://example.com/charts/tree/main/{name}
    urls:
    - https://charts.example.com/{name}-{version}.tgz
    version: {version}
"
    );
}

/// A repository of small charts in a folder, with an index of an ordinary size.
pub(super) fn repository(pair: &Pair, root: &Path, folder: &str) -> Result<(), String> {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, text)).map_err(|e| format!("{}: {e}", path.display()))
    };
    let mut args = vec!["package".to_owned(), "--destination".to_owned(), folder.to_owned()];
    for at in 0..CHARTS {
        write(
            &format!("source/c{at}/Chart.yaml"),
            &format!("apiVersion: v2\nname: c{at}\nversion: 1.2.3\n"),
        )?;
        args.push(format!("source/c{at}"));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    for args in [&args[..], &["repo", "index", folder]] {
        let ran = pair.run(Program::Helm4, args, root, &[])?;
        if ran.code != 0 {
            return Err(ran.stderr);
        }
    }
    let index = format!("{folder}/index.yaml");
    let text = fs::read_to_string(root.join(&index)).map_err(|e| e.to_string())?;
    let mut others = "entries:\n".to_owned();
    let digest = "ab".repeat(32);
    for at in 0..OTHERS {
        let _ = writeln!(others, "  other{at}:");
        for version in (1..=20).rev() {
            let _ = write!(
                others,
                "  - apiVersion: v2
    created: \"2024-01-01T00:00:00Z\"
    description: One of many charts in this repository
    digest: {digest}
    name: other{at}
    urls:
    - other{at}-{version}.0.0.tgz
    version: {version}.0.0
"
            );
        }
    }
    write(&index, &text.replacen("entries:\n", &others, 1))
}

/// A chart that needs all charts of a repository, and its lock file.
pub(super) fn chart(pair: &Pair, root: &Path, url: &str) -> Result<(), String> {
    let mut text = "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n".to_owned();
    for at in 0..CHARTS {
        let _ = writeln!(text, "- {{name: c{at}, version: ^1.0.0, repository: \"{url}\"}}");
    }
    let app = root.join("app");
    fs::create_dir_all(&app)
        .and_then(|()| fs::write(app.join("Chart.yaml"), text))
        .map_err(|e| e.to_string())?;
    let ran = pair.run(Program::Helm4, &["dependency", "update", "app"], root, &[])?;
    if ran.code == 0 { Ok(()) } else { Err(ran.stderr) }
}
