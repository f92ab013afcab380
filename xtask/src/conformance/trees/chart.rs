//! Random charts: metadata, values, subcharts as folders, archives or links, what controls them, and templates that
//! print what they see.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::draw::Draw;
use super::metadata;
use super::schema;
use super::text;
use flate2::Compression;
use flate2::write::GzEncoder;

/// A file or a link.
pub(super) struct File {
    pub(super) name: String,
    pub(super) content: Content,
}

pub(super) enum Content {
    Data(Vec<u8>),
    Link(String),
}

impl File {
    pub(super) fn text(name: &str, text: String) -> File {
        File { name: name.to_owned(), content: Content::Data(text.into_bytes()) }
    }

    pub(super) fn write(&self, dir: &Path) -> std::io::Result<()> {
        let path = dir.join(&self.name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match &self.content {
            Content::Data(data) => fs::write(path, data),
            Content::Link(target) => std::os::unix::fs::symlink(target, path),
        }
    }
}

const DEPTHS: [&str; 5] = ["depth 0", "depth 1", "depth 2", "depth 3", "depth 4"];

/// What every chart prints: all that templates are given.
const DUMP: &str = r#"
name: {{ .Chart.Name }}
kinds: {{ include "kinds" .Values | quote }}
values: {{ toJson .Values }}
shown: {{ printf "%v" .Values | quote }}
yaml: |
{{ toYaml .Values | indent 2 }}
chart: {{ toJson .Chart }}
subcharts:
{{- range $name, $sub := .Subcharts }}
  {{ $name }}: {{ toJson $sub.Values }}
{{- end }}
shared: {{ include "shared" . | quote }}
release: {{ toJson .Release }}
template: {{ toJson .Template }}
kube: {{ toJson .Capabilities.KubeVersion }}
has: {{ .Capabilities.APIVersions.Has "example.com/v1" }}
found: {{ lookup "v1" "Secret" "space" "name" | toJson }}
pods: {{ lookup "v1" "Pod" "" "" | len }}
files: {{ range $name, $data := .Files }}{{ $name }} {{ len $data }}; {{ end }}
"#;

const KINDS: &str = r#"{{ define "kinds" }}{{ kindOf . }}
{{- if kindIs "map" . }}({{ range $k, $v := . }}{{ $k }}:{{ include "kinds" $v }} {{ end }}){{ end }}
{{- if kindIs "slice" . }}[{{ range . }}{{ include "kinds" . }} {{ end }}]{{ end }}{{ end }}
"#;

/// Templates may change values, and whoever shares the table sees it.
const CHANGES: &[&str] = &[
    "{{- $_ := set .Values \"seen\" .Template.Name }}",
    "{{- if kindIs \"map\" .Values.global }}{{ $_ := set .Values.global \"seen\" .Chart.Name }}{{ end }}",
    "{{- if kindIs \"map\" .Values.one }}{{ $_ := set .Values.one \"seen\" .Chart.Name }}{{ end }}",
    "{{- if kindIs \"map\" .Values.global }}{{ if kindIs \"map\" .Values.global.a }}{{ $_ := set .Values.global.a \"seen\" .Chart.Name }}{{ end }}{{ end }}",
    "{{- $_ := unset .Values \"a\" }}",
];

/// Files that lie in some charts, and what they are there for.
const FURTHER: &[(&str, &str, &str)] = &[
    ("files", "README.md", "# read me\n"),
    ("files", "LICENSE", "free\n"),
    ("files", "files/data.txt", "data\n"),
    (
        "files",
        "templates/files.yaml",
        "f: {{ .Files.Get \"files/data.txt\" | quote }}\ng: {{ (.Files.Glob \"**.txt\").AsConfig | quote }}\nl: {{ .Files.Lines \"LICENSE\" | len }}\n",
    ),
    ("crds", "crds/thing.yaml", "kind: CustomResourceDefinition\n"),
    ("crds", "crds/two.yaml", "---\nkind: A\n---\nkind: B\n"),
    ("notes", "templates/NOTES.txt", "{{ .Values.a }}\n"),
    ("helpers", "templates/_more.tpl", "{{ define \"more\" }}more{{ end }}"),
    ("empty template", "templates/empty.yaml", "{{ if false }}a: b{{ end }}\n"),
    (
        "tpl",
        "templates/tpl.yaml",
        "t: {{ range $k, $v := .Values }}{{ if kindIs \"string\" $v }}{{ tpl $v $ | quote }}{{ end }}{{ end }}\n",
    ),
    (
        "hooks",
        "templates/hook.yaml",
        "kind: Job\nmetadata: {name: h, annotations: {helm.sh/hook: pre-install}}\n",
    ),
    ("hooks", "templates/test.yaml", "kind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\n"),
    (
        "kinds in order",
        "templates/kinds.yaml",
        "kind: Service\nmetadata: {name: s}\n---\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\n---\n# nothing\n",
    ),
    ("ignored subcharts", "charts/_off/Chart.yaml", "{{ broken\n"),
    ("ignored subcharts", "charts/.hidden/Chart.yaml", "{{ broken\n"),
    ("ignored subcharts", "charts/old.prov", "signature\n"),
    (".helmignore", ".helmignore", "*.txt\ncharts/three/templates\n/files/\n"),
    (".helmignore", ".helmignore", "# nothing\n\n!README.md\n"),
    (".helmignore", ".helmignore", "templates/[e-k]*.yaml\nL?CENSE\ncrds/\n"),
];

/// A chart with all that lies in it, names beneath `prefix`.
pub(super) fn chart(r: &mut Draw, name: &str, prefix: &str, depth: usize) -> Vec<File> {
    let mut files = Vec::new();
    let subcharts: Vec<&str> =
        ["one", "two", "three"].into_iter().filter(|_| depth > 0 && r.chance(42)).collect();
    let deep = prefix.matches("charts/").count();
    r.has(DEPTHS[deep.min(DEPTHS.len() - 1)]);
    metadata::write(r, name, prefix, &subcharts, &mut files);
    if r.chance(85) {
        values(r, prefix, &mut files);
    }
    let change = if r.gets(12, "values changed by templates") { r.pick(CHANGES) } else { "" };
    files.push(File::text(&format!("{prefix}{}", r.printer()), format!("{change}{DUMP}")));
    files.push(File::text(&format!("{prefix}templates/_kinds.tpl"), KINDS.to_owned()));
    let shared = format!("{{{{ define \"shared\" }}}}{name} of {{{{ .Chart.Name }}}}{{{{ end }}}}");
    files.push(File::text(&format!("{prefix}templates/_shared.tpl"), shared));
    while r.chance(40) {
        let (feature, name, text) = r.pick(FURTHER);
        if !r.allows(name) {
            continue;
        }
        let name = format!("{prefix}{name}");
        if files.iter().all(|f| f.name != name) {
            files.push(File::text(&name, text.to_owned()));
            r.has(feature);
        }
    }
    if r.gets(10, "schema") {
        files.push(File::text(&format!("{prefix}values.schema.json"), schema::draw(r)));
    }
    if r.bad(2) {
        files.push(File::text(&format!("{prefix}charts/README.md"), "not a chart\n".to_owned()));
    }
    for sub in subcharts {
        subchart(r, sub, prefix, depth - 1, &mut files);
    }
    files
}

fn values(r: &mut Draw, prefix: &str, files: &mut Vec<File>) {
    let text = text::table(r, 3).document(r);
    for (part, feature) in [
        (": null", "null in chart values"),
        ("global:", "global"),
        ("<<:", "merge keys and aliases"),
        ("tags:", "tags in chart values"),
    ] {
        if text.contains(part) {
            r.has(feature);
        }
    }
    files.push(File::text(&format!("{prefix}values.yaml"), text));
}

fn subchart(r: &mut Draw, name: &str, prefix: &str, depth: usize, files: &mut Vec<File>) {
    match r.below(20) {
        0..=3 => {
            r.has("charts/*.tgz");
            let archived = archive(&chart(r, name, &format!("{name}/"), depth));
            let name = r.pick(&["{}-1.2.3.tgz", "{}.tgz", "odd.tgz"]).replace("{}", name);
            let name = format!("{prefix}charts/{name}");
            if files.iter().all(|f| f.name != name) {
                files.push(File { name, content: Content::Data(archived) });
            }
        }
        // Beside the chart, where only the link leads. Archives hold no links.
        4 if prefix == "chart/" => {
            r.has("linked subchart");
            files.extend(chart(r, name, &format!("outside/{name}/"), depth));
            let content = Content::Link(format!("../../outside/{name}"));
            files.push(File { name: format!("{prefix}charts/{name}"), content });
        }
        _ => {
            r.has("charts/ folder");
            let folder = if r.chance(90) { name } else { "folder" };
            let inner = chart(r, name, &format!("{prefix}charts/{folder}/"), depth);
            // Two charts in one folder would be none.
            if files.iter().all(|f| f.name != inner[0].name) {
                files.extend(inner);
            }
        }
    }
}

/// The `.tgz` of a chart.
pub(super) fn archive(files: &[File]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for file in files {
        let Content::Data(data) = &file.content else { continue };
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, &file.name, &data[..]).expect("written to memory");
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&builder.into_inner().expect("written to memory")).expect("written to memory");
    gzip.finish().expect("written to memory")
}
